//! Characters that no generated file holds as such.
//!
//! rustc refuses a bare carriage return in documentation, and characters that change the direction of
//! text in comments and literals; editors and terminals act on control characters instead of
//! showing them.

use std::borrow::Cow;

/// Whether a character is not seen, but does something.
pub(crate) fn is_hidden(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// The text with `\u{202e}` in the place of such a character. In a literal of Rust that is the
/// character; in documentation it can be seen.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    replaced(text, |c| c.escape_unicode().to_string())
}

/// JSON text with `\u202e` in the place of such a character, which only strings can hold.
pub(crate) fn visible_in_json(text: &str) -> Cow<'_, str> {
    replaced(text, |c| format!("\\u{:04x}", u32::from(c)))
}

fn replaced(text: &str, escape: impl Fn(char) -> String) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| {
        if is_hidden(c) {
            escape(c)
        } else {
            c.to_string()
        }
    };
    Cow::Owned(text.chars().map(shown).collect())
}

/// The text as one line: whatever space or break lies between words becomes one space.
pub(crate) fn folded(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    visible(&words.join(" ")).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_escaped_and_nothing_else() {
        assert_eq!(visible("a\tb\nc \u{200f}é"), "a\tb\nc \u{200f}é");
        assert_eq!(
            visible("\r\u{0}\u{7f}\u{202e}\u{2069}"),
            "\\u{d}\\u{0}\\u{7f}\\u{202e}\\u{2069}"
        );
        assert_eq!(
            syn::parse_str::<syn::LitStr>(&visible("\"\u{202e}\r\""))
                .unwrap()
                .value(),
            "\u{202e}\r"
        );
        let json = serde_json::to_string("\u{202e}\u{7f}").unwrap();
        let shown = visible_in_json(&json);
        assert_eq!(shown, "\"\\u202e\\u007f\"");
        assert_eq!(
            serde_json::from_str::<String>(&shown).unwrap(),
            "\u{202e}\u{7f}"
        );
    }

    #[test]
    fn one_line_is_one_line() {
        assert_eq!(
            folded("  a\r\n b\u{2028}c\u{85}\td\u{1b}[0m\n"),
            "a b c d\\u{1b}[0m"
        );
    }
}
