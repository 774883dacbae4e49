//! Path parameters: encoded so that they stay in their segment, and read back before sending.

use percent_encoding::utf8_percent_encode;
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode_str};

/// Everything but the unreserved characters of RFC 3986, section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What URL parsers encode in a path, which template literals go through (WHATWG URL, section 1.3).
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'{')
    .add(b'}');

/// An encoded `~`, which [`encode_path`] never writes for a `~`. It marks the values that a URL
/// parser would swallow, so that they survive until they can be refused with a message.
const MARK: &str = "%7E";

/// Percent-encodes one path parameter (RFC 3986, section 2.1): all but unreserved characters.
///
/// The values that would leave their segment (the empty one, `.` and `..`) come out marked, and
/// [`Core::execute`](crate::Core::execute) refuses to send them.
///
/// ```
/// use openapi_client_runtime::encode_path;
///
/// assert_eq!(encode_path("a/b c"), "a%2Fb%20c");
/// assert_eq!(encode_path("München"), "M%C3%BCnchen");
/// ```
#[must_use]
pub fn encode_path(value: &str) -> String {
    match value {
        "" | "." | ".." => format!("{MARK}{value}"),
        _ => utf8_percent_encode(value, RESERVED).to_string(),
    }
}

/// Encodes a path that was written by hand as URL parsers do, so that they change nothing in it; what
/// is encoded already stays.
pub(crate) fn encode_literal(path: &str) -> String {
    utf8_percent_encode(path, PATH).to_string()
}

/// Why a request path does not belong to its template.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PathFault {
    /// The parameter holds a value that would leave its segment.
    Escapes {
        parameter: &'static str,
        value: &'static str,
    },
    /// The path has another shape than the template.
    Mismatch,
}

/// Path parameters by name, with their decoded values.
pub(crate) type PathValues = Vec<(&'static str, String)>;

/// Proves that an encoded request path belongs to its template, and that no parameter has left its
/// segment.
pub(crate) fn prove(template: &'static str, path: &str) -> Result<(), PathFault> {
    read(template, path, |_, _| Ok(()))
}

/// The same, and reads the parameters back.
pub(crate) fn recover(template: &'static str, path: &str) -> Result<PathValues, PathFault> {
    let mut values = PathValues::new();
    read(template, path, |name, raw| {
        let value = percent_decode_str(raw).decode_utf8();
        values.push((name, value.map_err(|_| PathFault::Mismatch)?.into_owned()));
        Ok(())
    })?;
    Ok(values)
}

/// Gives each parameter of `template` with its encoded value to `take`.
fn read(
    template: &'static str,
    path: &str,
    mut take: impl FnMut(&'static str, &str) -> Result<(), PathFault>,
) -> Result<(), PathFault> {
    let is_end = |byte: u8| matches!(byte, b'?' | b'#');
    let end = template.bytes().position(is_end).unwrap_or(template.len());
    let (mut template, mut path) = (Some(&template[..end]), Some(path));
    while let Some(pattern) = next_segment(&mut template) {
        let segment = next_segment(&mut path).ok_or(PathFault::Mismatch)?;
        match_segment(pattern, segment, &mut take)?;
    }
    match path {
        None => Ok(()),
        Some(_) => Err(PathFault::Mismatch),
    }
}

/// What stands before the next slash. Segments are short, so that a search by words takes longer.
fn next_segment<'a>(rest: &mut Option<&'a str>) -> Option<&'a str> {
    let whole = (*rest)?;
    let (segment, behind) = match split_at_byte(whole, b'/') {
        Some((segment, behind)) => (segment, Some(behind)),
        None => (whole, None),
    };
    *rest = behind;
    Some(segment)
}

fn split_at_byte(text: &str, byte: u8) -> Option<(&str, &str)> {
    let index = text.bytes().position(|own| own == byte)?;
    Some((&text[..index], &text[index + 1..]))
}

fn match_segment(
    mut pattern: &'static str,
    mut segment: &str,
    take: &mut impl FnMut(&'static str, &str) -> Result<(), PathFault>,
) -> Result<(), PathFault> {
    while let Some((literal, rest)) = split_at_byte(pattern, b'{') {
        let (name, rest) = split_at_byte(rest, b'}').ok_or(PathFault::Mismatch)?;
        segment = strip_literal(segment, literal)?;
        let end = value_end(rest, segment)?;
        let value = &segment[..end];
        refuse_marked(name, value)?;
        take(name, value)?;
        (pattern, segment) = (rest, &segment[end..]);
    }
    match strip_literal(segment, pattern)? {
        "" => Ok(()),
        _ => Err(PathFault::Mismatch),
    }
}

fn strip_literal<'a>(segment: &'a str, literal: &str) -> Result<&'a str, PathFault> {
    if literal.is_empty() {
        return Ok(segment);
    }
    // Nearly all literals stand in a URL as they are.
    if let Some(rest) = segment.strip_prefix(literal)
        && literal.bytes().all(is_plain)
    {
        return Ok(rest);
    }
    segment
        .strip_prefix(encode_literal(literal).as_str())
        .ok_or(PathFault::Mismatch)
}

/// Whether a URL parser leaves a byte as it is, wherever in a path it stands.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Where a value ends: the last one reaches to the end of the segment, less the literal behind it;
/// the others to the first place where the literal behind them stands.
fn value_end(rest: &str, segment: &str) -> Result<usize, PathFault> {
    if rest.is_empty() && !segment.is_empty() {
        return Ok(segment.len());
    }
    let (literal, is_last) = match rest.split_once('{') {
        Some((literal, _)) => (literal, false),
        None => (rest, true),
    };
    let literal = encode_literal(literal);
    let end = match (is_last, literal.is_empty()) {
        (true, _) if segment.ends_with(&literal) => Some(segment.len() - literal.len()),
        (true, _) => None,
        (false, true) => segment.char_indices().nth(1).map(|(index, _)| index),
        (false, false) => segment.find(&literal),
    };
    end.filter(|end| *end > 0).ok_or(PathFault::Mismatch)
}

fn refuse_marked(parameter: &'static str, raw: &str) -> Result<(), PathFault> {
    let value = match raw.strip_prefix(MARK) {
        None => return Ok(()),
        Some("") => "",
        Some(".") => ".",
        Some(_) => "..",
    };
    Err(PathFault::Escapes { parameter, value })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use url::Url;

    fn sent(template: &str, value: &str) -> String {
        let url = format!("http://h{}", template.replace("{id}", &encode_path(value)));
        Url::parse(&url).unwrap().path().to_owned()
    }

    #[test]
    fn hostile_values_stay_in_their_segment() {
        for (value, encoded) in [
            ("a/b", "a%2Fb"),
            (r"a\b", "a%5Cb"),
            ("%2f", "%252f"),
            ("%2e%2e", "%252e%252e"),
            ("a?b#c", "a%3Fb%23c"),
            ("zoë 東", "zo%C3%AB%20%E6%9D%B1"),
            ("...", "..."),
            ("~", "~"),
            ("%7E", "%257E"),
        ] {
            assert_eq!(encode_path(value), encoded);
            let path = sent("/a/{id}/b", value);
            assert_eq!(prove("/a/{id}/b", &path), Ok(()));
            let values = recover("/a/{id}/b", &path).unwrap();
            assert_eq!(values, [("id", value.to_owned())]);
        }
    }

    #[test]
    fn values_that_would_leave_their_segment_are_named() {
        for value in ["", ".", ".."] {
            for template in ["/a/{id}/b", "/a/{id}", "/a/{id}.json", "/a/x{id}"] {
                let fault = recover(template_of(template), &sent(template, value));
                let parameter = "id";
                assert_eq!(fault, Err(PathFault::Escapes { parameter, value }));
            }
        }
    }

    fn template_of(template: &str) -> &'static str {
        ["/a/{id}/b", "/a/{id}", "/a/{id}.json", "/a/x{id}"]
            .into_iter()
            .find(|known| *known == template)
            .unwrap()
    }

    #[test]
    fn other_paths_are_refused() {
        for path in ["/b/5", "/a//b", "/a/1/b/", "/a/1/c", "/a/1", "/a/1/2/b", ""] {
            assert_eq!(recover("/a/{id}/b", path), Err(PathFault::Mismatch));
        }
    }

    #[test]
    fn literals_around_a_parameter_are_kept_apart() {
        let values = recover("/f/{name}.{ext}:go", "/f/a.json:go").unwrap();
        assert_eq!(values, [("name", "a".into()), ("ext", "json".into())]);
        assert_eq!(recover("/a b/{id}?x=1", "/a%20b/1").unwrap().len(), 1);
    }

    proptest! {
        #[test]
        fn what_is_sent_reads_back(value in "\\PC*|[./\\\\%~]{0,6}|.{0,20}") {
            prop_assume!(!["", ".", ".."].contains(&value.as_str()));
            let path = sent("/a/{id}/b", &value);
            prop_assert_eq!(path.matches('/').count(), 3);
            prop_assert_eq!(recover("/a/{id}/b", &path), Ok(vec![("id", value)]));
        }

        #[test]
        fn literals_encode_as_urls_do(literal in "[ -~&&[^/\\\\?#%]]{1,8}") {
            prop_assume!(literal != "." && literal != "..");
            let url = Url::parse(&format!("http://h/x{literal}")).unwrap();
            prop_assume!(!literal.ends_with(' '));
            prop_assert_eq!(url.path(), format!("/x{}", encode_literal(&literal)));
        }
    }
}
