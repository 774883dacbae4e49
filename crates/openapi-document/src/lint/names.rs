//! The Rust names the names of a document turn into.
//!
//! They follow what the code generator and the type generator below it do, so that a clash is
//! found here, with a position, and not by the compiler in generated code.

use heck::{ToPascalCase, ToSnakeCase};

/// Words that cannot be identifiers; the generators append an underscore to them.
const KEYWORDS: &[&str] = &[
    "_", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue",
    "crate", "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if",
    "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub",
    "ref", "return", "Self", "self", "static", "struct", "super", "trait", "true", "try", "type",
    "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// The type made from a schema name.
///
/// ```
/// use openapi_document::lint::names::type_name;
///
/// assert_eq!(type_name("meeting-room"), "MeetingRoom");
/// assert_eq!(type_name("self"), "Self_");
/// ```
pub fn type_name(name: &str) -> String {
    identifier(name, &ToPascalCase::to_pascal_case)
}

/// The method made from an operation id, and the field or builder method made from a property or
/// parameter name.
///
/// ```
/// use openapi_document::lint::names::method_name;
///
/// assert_eq!(method_name("getMeeting"), "get_meeting");
/// assert_eq!(method_name("type"), "type_");
/// ```
pub fn method_name(name: &str) -> String {
    identifier(name, &ToSnakeCase::to_snake_case)
}

/// The operation id a missing one is replaced by: the method and the path in words.
///
/// ```
/// use openapi_document::lint::names::derived_operation_id;
///
/// assert_eq!(derived_operation_id("get", "/meetings/{meeting_id}"), "get_meetings_by_meeting_id");
/// ```
pub fn derived_operation_id(method: &str, path: &str) -> String {
    let words = path.replace('{', " by ");
    format!("{method} {words}").to_snake_case()
}

/// The variant made from a value of a string enum. Signs that `UpperCamelCase` would drop are
/// spelt out where they tell values apart.
///
/// ```
/// use openapi_document::lint::names::variant_name;
///
/// assert_eq!(variant_name("in-progress"), "InProgress");
/// assert_eq!(["", "+", "-"].map(variant_name), ["Empty", "Plus", "Minus"]);
/// assert_eq!(variant_name("zip+4"), "ZipPlus4");
/// assert_eq!(variant_name("2fa"), "Value2fa");
/// ```
pub fn variant_name(value: &str) -> String {
    let has_words = value.contains(char::is_alphanumeric);
    let spelt: String = value
        .chars()
        .map(|sign| match sign {
            '+' => " Plus ".to_owned(),
            '-' if !has_words => " Minus ".to_owned(),
            '/' if !has_words => " Slash ".to_owned(),
            '*' => " Star ".to_owned(),
            '=' => " Equal ".to_owned(),
            '<' => " Less ".to_owned(),
            '>' => " Greater ".to_owned(),
            '!' => " Not ".to_owned(),
            '%' => " Percent ".to_owned(),
            '#' => " Hash ".to_owned(),
            '@' => " At ".to_owned(),
            other => other.to_string(),
        })
        .collect();
    let name = type_name(&spelt);
    if name == "X" && !value.eq_ignore_ascii_case("x") {
        return "Empty".to_owned();
    }
    match name.strip_prefix('X') {
        Some(rest) if value.starts_with(|c: char| c.is_ascii_digit()) => format!("Value{rest}"),
        _ => name,
    }
}

fn identifier(name: &str, case: &dyn Fn(&str) -> String) -> String {
    // The generators name these two, and only these, by their sign.
    let name = match name {
        "+1" => "plus1",
        "-1" => "minus1",
        other => other,
    };
    let words = name
        .replace('\'', "")
        .replace(|c: char| !(c.is_alphanumeric() || c == '_'), "-");
    let mut out = case(&words);
    if out.is_empty() {
        out = case("x");
    } else if out.starts_with(|c: char| !c.is_alphabetic()) {
        out.insert_str(0, &case("x"));
    }
    if KEYWORDS.contains(&out.as_str()) {
        out.push('_');
    }
    out
}
