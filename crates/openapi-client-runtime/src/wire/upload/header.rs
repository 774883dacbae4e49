//! The header lines of a part.

use std::borrow::Cow;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::multipart::Part;

use crate::Failure;
use crate::wire::media::MediaType;

/// A part with its `Content-Type`.
pub(super) fn with_media_type(part: Part, name: &str, media_type: &str) -> Result<Part, Failure> {
    let wrong = || {
        Failure::invalid(format!(
            "{media_type:?} is no media type that part `{name}` could have: pass one such as \
             `text/csv`"
        ))
    };
    // A line break in a quoted parameter would be a header of its own.
    let has_subtype = MediaType::parse(media_type).essence.split('/').nth(1) != Some("");
    if media_type.contains(char::is_control) || !has_subtype {
        return Err(wrong());
    }
    part.mime_str(media_type).map_err(|_| wrong())
}

/// The name of a part, to stand between quotation marks. reqwest would write `name*` for some
/// names, which RFC 7578, section 4.2 forbids.
pub(super) fn part_name(name: &str) -> String {
    without_controls(name)
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
}

/// A file name without folders; reqwest escapes quotation marks, but lets line breaks through.
pub(super) fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).find(|segment| !segment.is_empty());
    without_controls(last.unwrap_or("blob")).into_owned()
}

/// Percent-encodes control characters, as browsers do with line breaks.
fn without_controls(text: &str) -> Cow<'_, str> {
    if !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let encode = |c: char| {
        if !c.is_control() {
            return c.to_string();
        }
        let mut buffer = [0; 4];
        utf8_percent_encode(c.encode_utf8(&mut buffer), NON_ALPHANUMERIC).to_string()
    };
    Cow::Owned(text.chars().map(encode).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_lose_folders_and_line_breaks() {
        for (given, sent) in [
            ("a.txt", "a.txt"),
            ("/tmp/ä b.txt", "ä b.txt"),
            (r"C:\films\a.mp4", "a.mp4"),
            ("folder/", "folder"),
            ("", "blob"),
            ("//", "blob"),
            ("a\r\nX: y", "a%0D%0AX: y"),
            ("a\u{85}b", "a%C2%85b"),
            (r#"say "hi".txt"#, r#"say "hi".txt"#),
        ] {
            assert_eq!(file_name(given), sent);
        }
        assert_eq!(part_name("a\"b\\c\n"), r#"a\"b\\c%0A"#);
    }

    #[test]
    fn media_types_are_checked() {
        for right in ["text/csv", "text/plain; charset=utf-8", "image/svg+xml"] {
            assert!(with_media_type(Part::text(""), "film", right).is_ok());
        }
        for wrong in [
            "",
            "csv",
            "text/",
            "text/csv\r\nX: y",
            "a/b; c=\"\r\nX: y\"",
            "ä/ö",
        ] {
            let failure = with_media_type(Part::text(""), "film", wrong).unwrap_err();
            assert!(failure.reason().contains("part `film`"), "{wrong:?}");
        }
    }
}
