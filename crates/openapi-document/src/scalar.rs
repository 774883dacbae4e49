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
    /// `017`
    Octal(String),
    /// `090`
    LeadingZero(String),
}

impl Unusable {
    pub(crate) fn diagnostic(&self, place: Place) -> Diagnostic {
        let (message, help) = match self {
            Self::NotFinite(text) => (
                format!("`{text}` is not a number in JSON"),
                "leave the value out, or quote it if it is a string".to_owned(),
            ),
            Self::TooLarge(text) => (
                format!(
                    "the number `{}` is too large to be kept exactly",
                    short(text)
                ),
                "quote it if it is a string, or use a smaller number".to_owned(),
            ),
            Self::Octal(text) => (
                format!(
                    "`{}` is octal to some YAML tools and decimal to others",
                    short(text)
                ),
                quoted_or_plain(text),
            ),
            Self::LeadingZero(text) => (
                format!(
                    "`{}` is a string to some YAML tools and a number to others",
                    short(text)
                ),
                quoted_or_plain(text),
            ),
        };
        codes::NUMBER.at(place, message).with_help(help)
    }
}

fn quoted_or_plain(text: &str) -> String {
    let (sign, digits) = text.split_at(text.len() - text.trim_start_matches(['-', '+']).len());
    let number = match digits.trim_start_matches('0') {
        "" => "0",
        number => number,
    };
    let sign = sign.trim_start_matches('+');
    let (text, number) = (short(text), short(number));
    format!("write `'{text}'` if it is a string, or `{sign}{number}` if it is a number")
}

/// A number as messages show it.
fn short(text: &str) -> String {
    const LONGEST: usize = 40;
    match text.char_indices().nth(LONGEST) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}…", &text[..at]),
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
        return Ok(Kind::string(text));
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
    let is_whole = unsigned.bytes().all(|byte| byte.is_ascii_digit());
    if is_whole && unsigned.len() > 1 && unsigned.starts_with('0') {
        let is_octal = unsigned.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
        let text = text.to_owned();
        return Err(if is_octal {
            Unusable::Octal(text)
        } else {
            Unusable::LeadingZero(text)
        });
    }
    let too_large = || Unusable::TooLarge(text.to_owned());
    let text = text.strip_prefix('+').unwrap_or(text);
    if is_whole {
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
            ("08.50", "8.5"),
            ("-00.5", "-0.5"),
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
            "1e999999999999999999999",
            "007",
            "-01",
            "090",
        ] {
            assert!(json(text).is_none(), "{text}");
        }
    }

    #[test]
    fn only_what_can_be_octal_is_called_so() {
        for (text, message, help) in [
            ("017", "octal", "`17`"),
            ("-00", "octal", "`-0`"),
            ("090", "is a string to some", "`90`"),
            ("+0128", "is a string to some", "`128`"),
        ] {
            let Err(problem) = resolve(text) else {
                panic!("{text} is taken");
            };
            let source = crate::source::SourceFile::new("a.yaml".into(), text.to_owned());
            let problem = problem.diagnostic(Place {
                source: std::sync::Arc::new(source),
                span: 0..text.len(),
            });
            assert!(problem.message().contains(message), "{problem}");
            let quoted = format!("`'{text}'`");
            assert!(problem.help().contains(help) && problem.help().contains(&quoted));
        }
    }
}
