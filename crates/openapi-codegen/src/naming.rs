//! Rust names for the names of a document.
//!
//! progenitor and typify derive their identifiers by these same rules; the
//! stages around them must arrive at the same names to find what was generated.

use heck::{ToPascalCase, ToShoutySnakeCase, ToSnakeCase};

/// The name of a type, of a variant or of a builder: `apiClient` becomes `ApiClient`.
pub(crate) fn pascal(name: &str) -> String {
    identifier(name, str::to_pascal_case)
}

/// The name of a method, a field or a parameter: `hasFeature` becomes `has_feature`.
pub(crate) fn snake(name: &str) -> String {
    identifier(name, str::to_snake_case)
}

/// The name of a static: `list_clients` becomes `LIST_CLIENTS`.
pub(crate) fn shouty(name: &str) -> String {
    identifier(name, str::to_shouty_snake_case)
}

fn identifier(name: &str, case: fn(&str) -> String) -> String {
    let name = match name {
        "+1" => "plus1".to_owned(),
        "-1" => "minus1".to_owned(),
        _ => case(
            &name
                .replace('\'', "")
                .replace(|c: char| !unicode_ident::is_xid_continue(c), "-"),
        ),
    };
    let name = match name.chars().next() {
        None => case("x"),
        Some(first) if unicode_ident::is_xid_start(first) => name,
        Some(_) => format!("_{name}"),
    };
    if syn::parse_str::<syn::Ident>(&name).is_ok() {
        name
    } else {
        format!("{name}_")
    }
}

/// The variant of an open enum for one of its values. Symbols that vanish in
/// `PascalCase` are spelt out, so that `+` and `-` stay apart.
pub(crate) fn variant(value: &str) -> String {
    let spelt: String = value
        .chars()
        .map(|c| match c {
            '+' => " Plus ".to_owned(),
            '-' if !value.chars().any(char::is_alphanumeric) => " Minus ".to_owned(),
            '*' => " Star ".to_owned(),
            '/' if !value.chars().any(char::is_alphanumeric) => " Slash ".to_owned(),
            '=' => " Equal ".to_owned(),
            '<' => " Less ".to_owned(),
            '>' => " Greater ".to_owned(),
            '!' => " Not ".to_owned(),
            '%' => " Percent ".to_owned(),
            '#' => " Hash ".to_owned(),
            '@' => " At ".to_owned(),
            c => c.to_string(),
        })
        .collect();
    let name = pascal(&spelt);
    match name.as_str() {
        "X" if !value.eq_ignore_ascii_case("x") => "Empty".to_owned(),
        _ => match name.strip_prefix('_') {
            Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => format!("Value{rest}"),
            _ => name,
        },
    }
}

/// Variants for all values of an enum, pairwise different.
pub(crate) fn variants(values: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(values.len());
    for value in values {
        let base = variant(value);
        let mut name = base.clone();
        let mut number = 2;
        while names.contains(&name) {
            name = format!("{base}{number}");
            number += 1;
        }
        names.push(name);
    }
    names
}

/// A short word for a media type, for the names of sibling methods:
/// `text/csv` becomes `csv`, `text/plain` becomes `text`.
pub(crate) fn media_type_word(media_type: &str) -> String {
    let essence = essence(media_type);
    let subtype = essence.rsplit('/').next().unwrap_or(&essence);
    match subtype {
        "plain" => "text".to_owned(),
        "x-www-form-urlencoded" => "form".to_owned(),
        "form-data" => "multipart".to_owned(),
        "octet-stream" | "*" => "bytes".to_owned(),
        other => snake(other),
    }
}

/// The media type without its parameters, in lower case.
pub(crate) fn essence(media_type: &str) -> String {
    media_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_generator() {
        assert_eq!(pascal("get_2fa_message"), "Get2faMessage");
        assert_eq!(pascal("_self"), "Self_");
        assert_eq!(snake("ipWhitelist"), "ip_whitelist");
        assert_eq!(snake("type"), "type_");
        assert_eq!(snake("reverse-query"), "reverse_query");
        assert_eq!(shouty("list_clients"), "LIST_CLIENTS");
    }

    #[test]
    fn variants_of_symbols_stay_apart() {
        let values: Vec<String> = ["+", "-", "", "1", "zipCode", "zipCode+4", "zip_code"]
            .map(str::to_owned)
            .to_vec();
        assert_eq!(
            variants(&values),
            [
                "Plus",
                "Minus",
                "Empty",
                "Value1",
                "ZipCode",
                "ZipCodePlus4",
                "ZipCode2"
            ]
        );
    }

    #[test]
    fn media_types_have_short_words() {
        assert_eq!(media_type_word("text/plain; charset=utf-8"), "text");
        assert_eq!(media_type_word("application/vnd.api+json"), "vnd_api_json");
    }
}
