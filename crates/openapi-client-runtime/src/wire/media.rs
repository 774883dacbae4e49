//! Media types and the charsets of text bodies.

use std::borrow::Cow;

use crate::values::one_line::OneLine;

/// A `Content-Type`, split (RFC 9110, section 8.3.1); type and charset are lower-case.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct MediaType {
    pub(crate) essence: String,
    pub(crate) charset: Option<String>,
}

impl MediaType {
    pub(crate) fn parse(value: &str) -> Self {
        let mut parts = value.split(';');
        let essence = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let charset = parts.find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            (name.trim().eq_ignore_ascii_case("charset"))
                .then(|| value.trim().trim_matches('"').to_ascii_lowercase())
        });
        Self { essence, charset }
    }
}

fn essence(media_type: &str) -> String {
    MediaType::parse(media_type).essence
}

/// Whether the type is JSON: `application/json`, `text/json` or a `+json` suffix (RFC 6839).
pub(crate) fn is_json(media_type: &str) -> bool {
    let essence = essence(media_type);
    matches!(essence.as_str(), "application/json" | "text/json") || essence.ends_with("+json")
}

/// Whether the body is text that is not JSON: `text/*`, and types of `application/` that are
/// text under another name.
pub(crate) fn is_text(media_type: &str) -> bool {
    let essence = essence(media_type);
    let Some(subtype) = essence.strip_prefix("application/") else {
        return essence.starts_with("text/") && !is_json(media_type);
    };
    matches!(
        subtype,
        "xml" | "yaml" | "javascript" | "x-www-form-urlencoded"
    ) || subtype.ends_with("+xml")
        || subtype.ends_with("+yaml")
}

/// Whether a body of type `actual` may stand where the document says `declared`, which may be a
/// range such as `image/*`.
pub(crate) fn matches(declared: &str, actual: &str) -> bool {
    let (declared, actual) = (essence(declared), essence(actual));
    match declared.strip_suffix('*') {
        Some("*/") => true,
        Some(prefix) => actual.starts_with(prefix),
        None => declared == actual || (is_json(&declared) && is_json(&actual)),
    }
}

/// Decodes text. UTF-8 is the default, because `text/*` without a charset is UTF-8 in practice.
pub(crate) fn decode_text<'a>(
    body: &'a [u8],
    charset: Option<&str>,
) -> Result<Cow<'a, str>, String> {
    match charset.unwrap_or("utf-8") {
        "utf-8" | "utf8" => {
            let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
            std::str::from_utf8(body)
                .map(Cow::Borrowed)
                .map_err(|error| format!("the text is not UTF-8 (at byte {})", error.valid_up_to()))
        }
        "us-ascii" | "ascii" if !body.is_ascii() => {
            Err("the text is not US-ASCII, which its charset says".to_owned())
        }
        "us-ascii" | "ascii" | "iso-8859-1" | "latin1" => {
            Ok(body.iter().copied().map(char::from).collect())
        }
        other => Err(format!(
            "the charset {:?} is not supported (UTF-8, US-ASCII and ISO-8859-1 are)",
            OneLine(other)
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_media_types() {
        for json in [
            "application/json",
            "Application/Problem+JSON; charset=utf-8",
            "text/json",
        ] {
            assert!(is_json(json) && !is_text(json), "{json}");
        }
        for text in [
            "text/plain",
            "TEXT/CSV; header=present",
            "text/html",
            "application/xml",
            "application/atom+xml",
            "application/yaml",
        ] {
            assert!(is_text(text) && !is_json(text), "{text}");
        }
        assert!(!is_json("application/jsonlines") && !is_text("image/svg+xml"));
        let parsed = MediaType::parse("text/plain; format=flowed; Charset=\"ISO-8859-1\"");
        assert_eq!(parsed.charset.as_deref(), Some("iso-8859-1"));
    }

    #[test]
    fn ranges_match() {
        assert!(matches("*/*", "image/png") && matches("image/*", "image/png"));
        assert!(matches("application/json", "application/hal+json; x=1"));
        assert!(!matches("text/plain", "text/html") && !matches("image/*", "text/plain"));
    }

    #[test]
    fn charsets() {
        assert_eq!(decode_text(b"\xEF\xBB\xBFa\xC3\xA9", None).unwrap(), "aé");
        assert_eq!(decode_text(b"a\xE9", Some("iso-8859-1")).unwrap(), "aé");
        assert!(decode_text(b"a\xE9", Some("us-ascii")).is_err());
        assert!(decode_text(b"a\xE9", None).unwrap_err().contains("byte 1"));
        assert!(
            decode_text(b"", Some("shift_jis"))
                .unwrap_err()
                .contains("shift_jis")
        );
    }
}
