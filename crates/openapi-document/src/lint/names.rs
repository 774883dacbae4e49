//! The Rust names the names of a document turn into.
//!
//! They follow what the code generator and the type generator below it do, so that a clash is
//! found here, with a position, and not by the compiler in generated code. The two differ where a name
//! starts with a digit: the one puts `_` before it, the other `x`.

use heck::{ToPascalCase, ToShoutySnakeCase, ToSnakeCase};
use unicode_ident::{is_xid_continue, is_xid_start};

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
/// assert_eq!(type_name("2fa"), "X2fa");
/// ```
pub fn type_name(name: &str) -> String {
    identifier(name, "X", str::to_pascal_case)
}

/// The field, and its setter, made from a property name.
///
/// ```
/// use openapi_document::lint::names::field_name;
///
/// assert_eq!(field_name("startDate"), "start_date");
/// assert_eq!(field_name("2fa"), "x2fa");
/// ```
pub fn field_name(name: &str) -> String {
    identifier(name, "x", str::to_snake_case)
}

/// The static made from an operation id.
///
/// ```
/// use openapi_document::lint::names::constant_name;
///
/// assert_eq!(constant_name("getMeeting"), "GET_MEETING");
/// ```
pub fn constant_name(name: &str) -> String {
    identifier(name, "_", str::to_shouty_snake_case)
}

/// The method made from an operation id, and the one made from a parameter name.
///
/// ```
/// use openapi_document::lint::names::method_name;
///
/// assert_eq!(method_name("getMeeting"), "get_meeting");
/// assert_eq!(method_name("type"), "type_");
/// assert_eq!(method_name("2fa"), "_2fa");
/// ```
pub fn method_name(name: &str) -> String {
    identifier(name, "_", str::to_snake_case)
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

fn identifier(name: &str, before_digit: &str, case: fn(&str) -> String) -> String {
    let mut out = match name {
        // The generators name these two, and only these, by their sign.
        "+1" => "plus1".to_owned(),
        "-1" => "minus1".to_owned(),
        _ => case(&name.replace('\'', "").replace(|c| !is_xid_continue(c), "-")),
    };
    match out.chars().next() {
        None => out = case("x"),
        Some(first) if is_xid_start(first) => {}
        Some(_) => out.insert_str(0, before_digit),
    }
    if KEYWORDS.contains(&out.as_str()) {
        out.push('_');
    }
    out
}
