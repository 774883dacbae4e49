//! The file name in `Content-Disposition` (RFC 6266), made safe to be used in a folder of ours.

mod safe;

use percent_encoding::percent_decode;

pub(crate) use safe::safe_name;

/// The file name that a `Content-Disposition` offers; `None` where nothing usable is left of it.
///
/// `filename*` (RFC 8187) is preferred where it can be read, whatever its place. Words encoded after
/// RFC 2047 are no part of RFC 6266 and taken as they are.
pub(crate) fn file_name(header: &[u8]) -> Option<String> {
    let parameters = parameters(header);
    let named = |wanted: &str| {
        let is_wanted = |(name, _): &&(Vec<u8>, Vec<u8>)| name == wanted.as_bytes();
        // RFC 6266, section 4.1 forbids a second one; the first counts.
        parameters.iter().find(is_wanted).map(|(_, value)| value)
    };
    let extended = || safe_name(&extended_value(named("filename*")?)?);
    let plain = || safe_name(&text(named("filename")?));
    extended().or_else(plain)
}

/// Names, in lower case, and values without quotation. A header that starts with a parameter
/// instead of a type is read all the same.
fn parameters(header: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut rest = header;
    let mut found = Vec::new();
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| matches!(byte, b'=' | b';'));
        let (name, after) = rest.split_at(end.unwrap_or(rest.len()));
        if after.first() != Some(&b'=') {
            rest = after.get(1..).unwrap_or_default();
            continue;
        }
        let (value, after) = value(after[1..].trim_ascii_start());
        found.push((name.trim_ascii().to_ascii_lowercase(), value));
        let next = after.iter().position(|byte| *byte == b';');
        rest = next.map_or(&[][..], |next| &after[next + 1..]);
    }
    found
}

/// A quoted string or the text up to the next semicolon, and what follows it.
fn value(input: &[u8]) -> (Vec<u8>, &[u8]) {
    let Some(quoted) = input.strip_prefix(b"\"") else {
        let end = input.iter().position(|byte| *byte == b';');
        let (value, after) = input.split_at(end.unwrap_or(input.len()));
        return (value.trim_ascii().to_vec(), after);
    };
    let mut value = Vec::new();
    let mut bytes = quoted.iter().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => return (value, &quoted[at + 1..]),
            b'\\' => value.extend(bytes.next().map(|(_, byte)| *byte)),
            other => value.push(*other),
        }
    }
    // The closing quotation mark is missing: all of it is the value.
    (value, &[])
}

/// Text is UTF-8 where it can be, else ISO-8859-1, which RFC 9110 once said.
fn text(value: &[u8]) -> String {
    match std::str::from_utf8(value) {
        Ok(text) => text.to_owned(),
        Err(_) => value.iter().copied().map(char::from).collect(),
    }
}

/// `charset'language'percent-encoded` (RFC 8187, section 3.2); `None` where it is broken.
fn extended_value(value: &[u8]) -> Option<String> {
    let mut parts = value.splitn(3, |byte| *byte == b'\'');
    let charset = parts.next()?.to_ascii_lowercase();
    let (_language, encoded) = (parts.next()?, parts.next()?);
    if !is_percent_encoded(encoded) {
        return None;
    }
    let decoded: Vec<u8> = percent_decode(encoded).collect();
    match charset.as_slice() {
        b"utf-8" => String::from_utf8(decoded).ok(),
        b"iso-8859-1" => Some(decoded.into_iter().map(char::from).collect()),
        _ => None,
    }
}

fn is_percent_encoded(value: &[u8]) -> bool {
    let mut percents = value.split(|byte| *byte == b'%');
    let is_escape = |rest: &[u8]| {
        rest.get(..2)
            .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    percents.next();
    value.is_ascii() && percents.all(is_escape)
}

#[cfg(test)]
mod tests {
    use super::*;
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;

    #[test]
    fn names_of_every_kind_of_header() {
        for (header, name) in [
            // Tokens and quoted strings.
            ("attachment; filename=a.txt", Some("a.txt")),
            (r#"attachment; filename="a b.txt""#, Some("a b.txt")),
            (r#"inline;filename="a.txt""#, Some("a.txt")),
            (r#"ATTACHMENT; FileName="a.txt""#, Some("a.txt")),
            (r#"attachment; filename = "a.txt" ; size=3"#, Some("a.txt")),
            (r#"attachment; filename="a;b=c.txt""#, Some("a;b=c.txt")),
            (r#"attachment; filename="f\oo.txt""#, Some("foo.txt")),
            (r#"attachment; filename="a\"b.txt""#, Some("a_b.txt")),
            (r#"attachment; filename="\\srv\\b.txt""#, Some("b.txt")),
            ("attachment; filename='a.txt'", Some("'a.txt'")),
            ("attachment; filename=a b.txt; size=3", Some("a b.txt")),
            // Nothing there.
            ("", None),
            ("attachment", None),
            ("attachment; filename", None),
            ("attachment; filename=", None),
            (r#"attachment; filename="""#, None),
            (r#"attachment; name="a.txt""#, None),
            (r#"attachment; xfilename="a.txt""#, None),
            // Broken, and still plain what is meant.
            (r#"filename="a.txt""#, Some("a.txt")),
            (r#"attachment; filename="a.txt"#, Some("a.txt")),
            (r#"attachment; filename="a.txt\"#, Some("a.txt")),
            (r#"attachment;; ; filename="a.txt";"#, Some("a.txt")),
            (r#"attachment; filename="a.txt"junk; x=y"#, Some("a.txt")),
            ("attachment; filename=a.txt; filename=b.txt", Some("a.txt")),
            // RFC 8187.
            ("attachment; filename*=UTF-8''%e2%82%ac.txt", Some("€.txt")),
            ("attachment; filename*=utf-8'de'%C3%A4.txt", Some("ä.txt")),
            ("attachment; filename*=iso-8859-1''%e4.txt", Some("ä.txt")),
            (r#"attachment; filename*="UTF-8''a%20b""#, Some("a b")),
            ("attachment; filename=a; filename*=UTF-8''b", Some("b")),
            ("attachment; filename*=UTF-8''b; filename=a", Some("b")),
            // A broken one is passed over.
            ("attachment; filename=a; filename*=UTF-8''%zz", Some("a")),
            ("attachment; filename=a; filename*=UTF-8''b%4", Some("a")),
            ("attachment; filename=a; filename*=UTF-8''%ff", Some("a")),
            ("attachment; filename=a; filename*=koi8-r''b", Some("a")),
            ("attachment; filename=a; filename*=b", Some("a")),
            ("attachment; filename=a; filename*=UTF-8''..", Some("a")),
            ("attachment; filename*=UTF-8''%ff", None),
            // No encoded words, no continuations, no percent-encoding in the plain form.
            (
                r#"attachment; filename="=?UTF-8?Q?a?=""#,
                Some("=_UTF-8_Q_a_="),
            ),
            (r#"attachment; filename*0="a"; filename*1="b""#, None),
            ("attachment; filename=a%20b.txt", Some("a%20b.txt")),
        ] {
            assert_eq!(file_name(header.as_bytes()).as_deref(), name, "{header}");
        }
    }

    #[test]
    fn bytes_beyond_ascii() {
        let utf8 = "attachment; filename=\"ä.txt\"".as_bytes();
        assert_eq!(file_name(utf8).as_deref(), Some("ä.txt"));
        let latin = b"attachment; filename=\"\xe4.txt\"";
        assert_eq!(file_name(latin).as_deref(), Some("ä.txt"));
    }

    #[test]
    fn tricks_with_paths() {
        for (header, name) in [
            (r#"attachment; filename="../../etc/passwd""#, Some("passwd")),
            (r#"attachment; filename="/etc/passwd""#, Some("passwd")),
            (
                r#"attachment; filename="C:\\Windows\\a.dll""#,
                Some("a.dll"),
            ),
            ("attachment; filename*=UTF-8''..%2F..%5Ca", Some("a")),
            ("attachment; filename*=UTF-8''a%00.txt", Some("a.txt")),
            ("attachment; filename*=UTF-8''a%0d%0a.txt", Some("a.txt")),
            (r#"attachment; filename="..""#, None),
            (r#"attachment; filename="../""#, None),
        ] {
            assert_eq!(file_name(header.as_bytes()).as_deref(), name, "{header}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_give_a_safe_name_or_none(header in any::<Vec<u8>>()) {
            if let Some(name) = file_name(&header) {
                safe::tests::assert_safe(&name);
            }
        }

        #[test]
        fn any_value_gives_a_safe_name_or_none(value in "\\PC{0,300}", star in any::<bool>()) {
            let parameter = if star { "filename*=" } else { "filename=\"" };
            let header = format!("attachment; {parameter}{value}");
            if let Some(name) = file_name(header.as_bytes()) {
                safe::tests::assert_safe(&name);
            }
        }

        #[test]
        fn what_was_written_is_read(name in "[^\\pC]{1,60}") {
            let safe = safe_name(&name);
            let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
            let plain = format!("attachment; filename=\"{quoted}\"; size=3");
            prop_assert_eq!(file_name(plain.as_bytes()), safe.clone());
            let encoded = utf8_percent_encode(&name, NON_ALPHANUMERIC);
            let extended = format!("attachment; filename=other; filename*=UTF-8''{encoded}");
            prop_assert_eq!(file_name(extended.as_bytes()), safe.or(Some("other".to_owned())));
        }
    }
}
