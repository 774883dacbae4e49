//! Media types and header texts.

pub(crate) use openapi_document::model::media::{essence, fits, is_json, parameter, specificity};
use serde_json::Value;

/// A value as a text: lists as headers write them.
pub(crate) fn plain_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(|item| !item.is_object()) => {
            items.iter().map(plain_text).collect::<Vec<_>>().join(",")
        }
        other => other.to_string(),
    }
}

/// `text` as a line of a log: what ends a line, steers a terminal or turns the direction of text is
/// written as an escape.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            ' ' => line.push(' '),
            _ if is_unseen(character) => line.extend(character.escape_default()),
            _ => line.push(character),
        }
    }
    line
}

fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// `text` as the value of a header, where only ASCII is safe: all else is percent-encoded.
pub(crate) fn header_text(text: &str) -> String {
    percent_encoding::utf8_percent_encode(&one_line(text), percent_encoding::CONTROLS).to_string()
}

#[cfg(test)]
mod tests {
    use super::{header_text, one_line};

    #[test]
    fn a_line_stays_a_line() {
        assert_eq!(one_line("a\r\nb \u{fc}"), "a\\r\\nb \u{fc}");
        assert_eq!(one_line("a\u{202e}b\u{1b}[2J"), "a\\u{202e}b\\u{1b}[2J");
        assert_eq!(
            header_text("/gr\u{f6}\u{df}e: 5\n"),
            "/gr%C3%B6%C3%9Fe: 5\\n"
        );
    }
}
