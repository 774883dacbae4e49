//! What an unquoted YAML text means: the core schema of YAML 1.2 (section 10.3.2), restricted to
//! what JSON can hold.

use serde_json::Number;

use crate::codes;
use crate::node::Kind;
use crate::report::{Diagnostic, Place};

/// A number that JSON cannot hold or that YAML tools read differently.
pub(crate) enum Unusable {
    NotFinite(String),
    TooLarge(String),
    LeadingZero(String),
}

impl Unusable {
    pub(crate) fn diagnostic(&self, place: Place) -> Diagnostic {
        let (message, help) = match self {
            Self::NotFinite(text) => (
                format!("`{text}` is not a number in JSON"),
                "leave the value out, or quote it if it is a text".to_owned(),
            ),
            Self::TooLarge(text) => (
                format!("the number `{text}` is too large to be kept exactly"),
                format!("quote it if it is a text (`'{text}'`), or use a smaller number"),
            ),
            Self::LeadingZero(text) => (
                format!("`{text}` is octal to some YAML tools and decimal to others"),
                format!("quote it if it is a text (`'{text}'`), or remove the leading zero"),
            ),
        };
        codes::NUMBER.at(place, message).with_help(help)
    }
}

/// Resolves a plain scalar. `yes`, `no`, `on`, `off`, dates and times are texts, as YAML 1.2 has it.
pub(crate) fn resolve(text: &str) -> Result<Kind, Unusable> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Kind::Null),
        "true" | "True" | "TRUE" => return Ok(Kind::Bool(true)),
        "false" | "False" | "FALSE" => return Ok(Kind::Bool(false)),
        _ => {}
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Err(Unusable::NotFinite(text.to_owned()));
    }
    if let Some(number) = radix(text) {
        return number.map(Kind::Number);
    }
    if !is_number(unsigned) {
        return Ok(Kind::String(text.to_owned()));
    }
    decimal(text, unsigned).map(Kind::Number)
}

/// `0x1F` and `0o17`.
fn radix(text: &str) -> Option<Result<Number, Unusable>> {
    let (digits, radix) = if let Some(digits) = text.strip_prefix("0x") {
        (digits, 16)
    } else {
        (text.strip_prefix("0o")?, 8)
    };
    let all_digits = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
    all_digits.then(|| {
        u64::from_str_radix(digits, radix)
            .map(Number::from)
            .map_err(|_| Unusable::TooLarge(text.to_owned()))
    })
}

/// Whether `text` is `[0-9]+ (\.[0-9]*)? ([eE][-+]?[0-9]+)?` or starts with the point.
fn is_number(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent_fits = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    !(whole.is_empty() && fraction.is_empty()) && digits(whole) && digits(fraction) && exponent_fits
}

fn decimal(text: &str, unsigned: &str) -> Result<Number, Unusable> {
    if unsigned.len() > 1 && unsigned.starts_with('0') && unsigned.as_bytes()[1].is_ascii_digit() {
        return Err(Unusable::LeadingZero(text.to_owned()));
    }
    let too_large = || Unusable::TooLarge(text.to_owned());
    let text = text.strip_prefix('+').unwrap_or(text);
    if unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        let unsigned = text.parse::<u64>().map(Number::from);
        let signed = || text.parse::<i64>().map(Number::from);
        return unsigned.or_else(|_| signed()).map_err(|_| too_large());
    }
    let number: f64 = text.parse().map_err(|_| too_large())?;
    Number::from_f64(number).ok_or_else(too_large)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Option<String> {
        let kind = resolve(text).ok()?;
        let node = crate::node::Node {
            span: crate::node::Span::default(),
            kind,
        };
        Some(node.to_value().to_string())
    }

    #[test]
    fn the_core_schema() {
        for (text, expected) in [
            ("12", "12"),
            ("-3", "-3"),
            ("+3", "3"),
            ("0", "0"),
            ("-0", "0"),
            ("0x1F", "31"),
            ("0o17", "15"),
            ("1.50", "1.5"),
            (".5", "0.5"),
            ("1.", "1.0"),
            ("1e3", "1000.0"),
            ("18446744073709551615", "18446744073709551615"),
            ("true", "true"),
            ("~", "null"),
            ("yes", "\"yes\""),
            ("no", "\"no\""),
            ("on", "\"on\""),
            ("2024-01-02", "\"2024-01-02\""),
            ("12:30:45", "\"12:30:45\""),
            ("1_000", "\"1_000\""),
            ("1.2.3", "\"1.2.3\""),
            ("e3", "\"e3\""),
            (".", "\".\""),
            ("0x", "\"0x\""),
            ("-", "\"-\""),
        ] {
            assert_eq!(json(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn numbers_that_do_not_survive_are_refused() {
        for text in [
            ".inf",
            "-.inf",
            ".nan",
            "18446744073709551616",
            "1e999",
            "007",
            "-01",
        ] {
            assert!(json(text).is_none(), "{text}");
        }
    }
}
