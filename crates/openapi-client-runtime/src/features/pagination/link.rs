//! Links between pages: the `Link` header, and references to be resolved.

use http::header::{HeaderMap, LINK};
use url::Url;

/// The target of the first link with `rel=next` (RFC 8288, section 3), as it was written.
pub(crate) fn next_in(headers: &HeaderMap) -> Option<String> {
    let values = headers.get_all(LINK).iter();
    values
        .filter_map(|value| value.to_str().ok())
        .find_map(next)
}

/// The absolute URL of a link on the page at `page`.
pub(crate) fn resolve(page: &Url, target: &str) -> Option<String> {
    page.join(target).ok().map(String::from)
}

/// Reads one header value. What is malformed ends the reading, as nothing behind it can be trusted.
fn next(value: &str) -> Option<String> {
    let mut rest = value;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let (target, behind) = rest.strip_prefix('<')?.split_once('>')?;
        let (parameters, behind) = parameters(behind)?;
        if leads_to_next(&parameters) {
            return Some(target.trim().to_owned());
        }
        rest = behind;
    }
}

/// A link that is about something else than this page (`anchor`) leads nowhere from here; of
/// several `rel`, the first counts (section 3.3).
fn leads_to_next(parameters: &[(String, String)]) -> bool {
    let value = |wanted: &str| {
        let mut named = parameters.iter().filter(|(name, _)| name == wanted);
        named.next().map(|(_, value)| value.as_str())
    };
    let mut relations = value("rel").unwrap_or_default().split_ascii_whitespace();
    value("anchor").is_none() && relations.any(|relation| relation.eq_ignore_ascii_case("next"))
}

/// The parameters of one link, names in lower case, and what stands behind them.
fn parameters(text: &str) -> Option<(Vec<(String, String)>, &str)> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(behind) = rest.strip_prefix(';') {
        let behind = behind.trim_start();
        let end = behind.find(['=', ';', ',']).unwrap_or(behind.len());
        let name = behind[..end].trim().to_ascii_lowercase();
        rest = &behind[end..];
        let mut value = String::new();
        if let Some(behind) = rest.strip_prefix('=') {
            (value, rest) = parameter_value(behind.trim_start())?;
        }
        found.push((name, value));
        rest = rest.trim_start();
    }
    (rest.is_empty() || rest.starts_with(',')).then_some((found, rest))
}

/// A token or a quoted string (RFC 9110, section 5.6.4), and what stands behind it.
fn parameter_value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([';', ',']).unwrap_or(text.len());
        return Some((text[..end].trim().to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((index, character)) = characters.next() {
        match character {
            '"' => return Some((value, &quoted[index + 1..])),
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_next_link_is_found() {
        for (value, target) in [
            ("</b>; rel=next", "/b"),
            ("</a>; rel=\"prev\", </b>; rel=\"next\"", "/b"),
            (
                "</b?x=1,2;3>;title=\"a, \\\"b\\\"; rel=prev\" ; REL = \"last NEXT\"",
                "/b?x=1,2;3",
            ),
            (", ,</a>;rel=next;rel=prev,", "/a"),
            ("<>; rel=next", ""),
            ("</a>; flag; rel=next", "/a"),
        ] {
            assert_eq!(next(value).as_deref(), Some(target), "{value}");
        }
    }

    #[test]
    fn other_links_lead_nowhere() {
        for value in [
            "",
            "</b>",
            "</b>; rel=prev",
            "</b>; rel=prev; rel=next",
            "</b>; rel=nextish",
            "</b>; rel=next; anchor=\"/other\"",
            "/b; rel=next",
            "</b; rel=next",
            "</b>; title=\"open; rel=next",
            "</b> rel=next",
        ] {
            assert_eq!(next(value), None, "{value}");
        }
    }

    #[test]
    fn several_headers_are_read() {
        let mut headers = HeaderMap::new();
        headers.append(LINK, "</a>; rel=first".parse().unwrap());
        headers.append(LINK, "</b>; rel=next".parse().unwrap());
        assert_eq!(next_in(&headers).as_deref(), Some("/b"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_to_its_end(value in "[<>;,=\" a-z\\\\]{0,40}|.{0,40}") {
            let _ = next(&value);
        }

        #[test]
        fn what_is_written_is_found(target in "[a-z/?=&;,.]{0,20}", title in "[ -~]{0,20}") {
            let title = title.replace('\\', "\\\\").replace('"', "\\\"");
            let value = format!("</first>; rel=first; title=\"{title}\", <{target}>; title=\"{title}\"; rel=\"next\"");
            prop_assert_eq!(next(&value), Some(target));
        }
    }
}
