//! Media types: their names, and which ranges they are of.

/// The type and subtype of a content type, in lower case, without parameters.
///
/// ```
/// use openapi_document::model::media::essence;
///
/// assert_eq!(essence("Text/HTML; charset=utf-8"), "text/html");
/// ```
pub fn essence(content_type: &str) -> String {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// `application/json` and everything that ends in `+json` (RFC 6839, section 3.1).
pub fn is_json(content_type: &str) -> bool {
    let essence = essence(content_type);
    essence == "application/json" || essence == "text/json" || essence.ends_with("+json")
}

/// A parameter of a content type, such as its charset.
pub fn parameter(content_type: &str, name: &str) -> Option<String> {
    let mut parameters = parameters(content_type);
    let found = parameters.find(|(own, _)| own == name);
    found.map(|(_, value)| value)
}

fn parameters(content_type: &str) -> impl Iterator<Item = (String, String)> {
    content_type.split(';').skip(1).filter_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"');
        Some((name.trim().to_ascii_lowercase(), value.to_owned()))
    })
}

/// Whether a media type is of a range, such as `image/*` (RFC 9110, section 12.5.1).
///
/// ```
/// use openapi_document::model::media::fits;
///
/// assert!(fits("image/*", "image/png") && !fits("image/*", "text/plain"));
/// ```
pub fn fits(range: &str, media: &str) -> bool {
    specificity(range, media).is_some()
}

/// How much a range says about a media type that is of it: more parameters more than fewer, a
/// subtype more than a type, and `*/*` nothing. `None` where the type is not of the range.
///
/// Parameters count only where both have some: those that were left out are at their default.
pub fn specificity(range: &str, media: &str) -> Option<usize> {
    let (kind, own) = (essence(range), essence(media));
    match kind.strip_suffix('*') {
        Some("*/") => return Some(0),
        Some(start) => return own.starts_with(start).then_some(1),
        None if kind != own => return None,
        None => {}
    }
    let relevant = |name: &str| !matches!(name, "q" | "charset" | "boundary");
    let named = |content_type: &str| -> Vec<(String, String)> {
        let parameters = parameters(content_type);
        parameters.filter(|(name, _)| relevant(name)).collect()
    };
    let (wanted, has) = (named(range), named(media));
    if has.is_empty() {
        return Some(2);
    }
    let met = wanted.iter().all(|parameter| has.contains(parameter));
    met.then_some(2 + wanted.len())
}

#[cfg(test)]
mod tests {
    use super::{fits, is_json, parameter, specificity};

    #[test]
    fn ranges_take_what_they_cover() {
        assert!(fits("application/json", "Application/JSON; charset=utf-8"));
        assert!(fits("image/*", "image/png"));
        assert!(fits("*/*", "text/csv"));
        assert!(!fits("image/*", "text/plain"));
        assert!(is_json("application/problem+json") && !is_json("application/jsonl"));
    }

    #[test]
    fn the_range_that_says_more_is_more_specific() {
        let all = ["*/*", "text/*", "text/csv", "text/csv;header=present"];
        for (specific, range) in all.into_iter().enumerate() {
            assert_eq!(
                specificity(range, "text/csv; charset=utf-8; header=present"),
                Some(specific),
                "{range}"
            );
        }
        assert!(!fits("text/csv;header=absent", "text/csv;header=present"));
        assert!(fits("text/csv;header=absent", "text/csv"));
    }

    #[test]
    fn parameters_are_found_by_name() {
        let charset = |content_type| parameter(content_type, "charset");
        assert_eq!(
            charset("text/csv; Charset=\"UTF-8\"").as_deref(),
            Some("UTF-8")
        );
        assert_eq!(charset("text/csv"), None);
    }
}
