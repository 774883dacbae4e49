//! Media types and header texts.

/// The type and subtype of a content type, in lower case, without parameters.
pub(crate) fn essence(content_type: &str) -> String {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// `application/json` and everything that ends in `+json` (RFC 6839, section 3.1).
pub(crate) fn is_json(content_type: &str) -> bool {
    let essence = essence(content_type);
    essence == "application/json" || essence == "text/json" || essence.ends_with("+json")
}

/// Whether a media type is of a declared range, such as `image/*` (RFC 9110, section 12.5.1).
pub(crate) fn fits(range: &str, media: &str) -> bool {
    let (range, media) = (essence(range), essence(media));
    match range.strip_suffix('*') {
        Some("*/") => true,
        Some(start) => media.starts_with(start),
        None => range == media,
    }
}

/// `text` without what cannot stand in a header or a line of a log.
pub(crate) fn one_line(text: &str) -> String {
    let visible = |character: char| match character {
        ' '..='~' => character,
        character if character.is_control() => ' ',
        _ => '?',
    };
    text.chars().map(visible).collect()
}

#[cfg(test)]
mod tests {
    use super::{fits, is_json, one_line};

    #[test]
    fn ranges_take_what_they_cover() {
        assert!(fits("application/json", "Application/JSON; charset=utf-8"));
        assert!(fits("image/*", "image/png"));
        assert!(fits("*/*", "text/csv"));
        assert!(!fits("image/*", "text/plain"));
        assert!(is_json("application/problem+json") && !is_json("application/jsonl"));
    }

    #[test]
    fn a_line_stays_a_line() {
        assert_eq!(one_line("a\r\nb \u{fc}"), "a  b ?");
    }
}
