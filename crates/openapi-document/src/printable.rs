//! Text that a terminal shows and does nothing else with.

use std::borrow::Cow;

/// The text with `\u{1b}` in the place of each character that moves the cursor, turns the direction of text
/// or does anything else but being seen. Sequences that set a colour stay where `colors` are wanted:
/// those of a document can do no harm.
///
/// ```
/// use openapi_document::printable;
///
/// assert_eq!(printable("a\u{1b}[2Jb\n", false), "a\\u{1b}[2Jb\n");
/// ```
pub fn printable(text: &str, colors: bool) -> Cow<'_, str> {
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let sequence = color_sequence(rest).filter(|_| colors);
        let length = sequence.map_or(c.len_utf8(), str::len);
        if sequence.is_some() || !acts(c) || rest.starts_with("\r\n") {
            shown.push_str(&rest[..length]);
        } else {
            shown.extend(c.escape_unicode());
        }
        rest = &rest[length..];
    }
    Cow::Owned(shown)
}

fn acts(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// The sequence at the start of the text that sets a colour (SGR of ECMA-48).
fn color_sequence(text: &str) -> Option<&str> {
    let parameters = text.strip_prefix("\u{1b}[")?;
    let end = parameters.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    let is_color = parameters[end..].starts_with('m');
    is_color.then(|| &text[..=text.len() - parameters.len() + end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_colors_act_and_only_where_they_are_wanted() {
        let text = "a\u{1b}[31;1mb\u{1b}[0m\u{1b}]0;title\u{7}\u{1b}[2J\u{202e}\r\r\n\tc";
        let rest = "\\u{1b}]0;title\\u{7}\\u{1b}[2J\\u{202e}\\u{d}\r\n\tc";
        assert_eq!(
            printable(text, true),
            format!("a\u{1b}[31;1mb\u{1b}[0m{rest}")
        );
        assert_eq!(
            printable(text, false),
            format!("a\\u{{1b}}[31;1mb\\u{{1b}}[0m{rest}")
        );
        assert_eq!(printable("é\u{200f}\n", false), "é\u{200f}\n");
        assert_eq!(printable("\u{1b}[", true), "\\u{1b}[");
    }
}
