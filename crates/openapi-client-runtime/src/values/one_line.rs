//! Text of the server in our own sentences.

use std::fmt::{self, Write};

/// Text of the server, bounded and without line breaks, terminal controls or changes of direction.
pub(crate) struct OneLine<'a>(pub(crate) &'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 300;
        for c in self.0.chars().take(MOST) {
            f.write_char(if disturbs(c) { ' ' } else { c })?;
        }
        f.write_str(if self.0.chars().nth(MOST).is_some() {
            "..."
        } else {
            ""
        })
    }
}

/// Controls, Unicode's own line breaks, and what turns the text behind it around.
fn disturbs(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

impl fmt::Debug for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_the_server_stays_on_one_line_and_is_bounded() {
        assert_eq!(OneLine("a\r\nb\u{1b}[31m").to_string(), "a  b [31m");
        assert_eq!(OneLine("a\u{2028}b\u{202e}c").to_string(), "a b c");
        assert_eq!(OneLine(&"x".repeat(400)).to_string().len(), 303);
    }
}
