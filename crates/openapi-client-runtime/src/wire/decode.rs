//! From the bytes of a body to a Rust value.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_path_to_error::Segment;

use crate::facts::operation::ResponseSpec;
use crate::values::one_line::OneLine;
use crate::wire::media::{self, MediaType};

/// Why a body is not what the document describes, in words that do not quote it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) reason: String,
    pub(crate) path: Option<String>,
}

impl From<String> for Fault {
    fn from(reason: String) -> Self {
        Self { reason, path: None }
    }
}

/// Decodes a body as the document describes it for its status.
pub(crate) fn decode<T: DeserializeOwned>(
    spec: Option<&ResponseSpec>,
    content_type: Option<&str>,
    body: &[u8],
) -> Result<T, Fault> {
    let declared = spec.map_or(&[][..], |spec| spec.media_types());
    let json = as_json(declared, content_type, body)?;
    match spec.and_then(ResponseSpec::envelope_variant) {
        Some(variant) => enveloped(variant, declared, content_type, &json),
        None => plain(declared, content_type, &json),
    }
}

/// The body as JSON: text becomes a JSON string, everything else is taken to be JSON already.
fn as_json<'a>(
    declared: &[&str],
    content_type: Option<&str>,
    body: &'a [u8],
) -> Result<Cow<'a, [u8]>, Fault> {
    // What nearly all replies are.
    if content_type == Some("application/json") {
        return Ok(Cow::Borrowed(body));
    }
    let actual = content_type.map(MediaType::parse);
    let is_text = match &actual {
        Some(actual) => {
            media::is_text(&actual.essence)
                && declared
                    .iter()
                    .any(|declared| media::is_text(declared) || *declared == "*/*")
        }
        None => !declared.is_empty() && declared.iter().all(|declared| media::is_text(declared)),
    };
    if !is_text {
        return Ok(Cow::Borrowed(body));
    }
    let charset = actual.as_ref().and_then(|actual| actual.charset.as_deref());
    let text = media::decode_text(body, charset)?;
    let json = serde_json::to_vec(&text).map_err(|error| error.to_string())?;
    Ok(Cow::Owned(json))
}

/// Reads JSON that came by another way than a reply.
#[cfg(feature = "webhooks")]
pub(crate) fn json<T: DeserializeOwned>(json: &[u8]) -> Result<T, Fault> {
    plain(&[], None, json)
}

fn plain<T: DeserializeOwned>(
    declared: &[&str],
    content_type: Option<&str>,
    json: &[u8],
) -> Result<T, Fault> {
    serde_json::from_slice(json).map_err(|error| {
        let path = path_of::<T>(json);
        explain(declared, content_type, json, &error, path)
    })
}

/// Wraps the body into the variant that stands for its status: `{"status": ..., "body": ...}`.
fn enveloped<T: DeserializeOwned>(
    variant: &str,
    declared: &[&str],
    content_type: Option<&str>,
    json: &[u8],
) -> Result<T, Fault> {
    let tag = serde_json::to_string(variant).map_err(|error| error.to_string())?;
    let envelope = if declared.is_empty() || json.trim_ascii().is_empty() {
        format!(r#"{{"status":{tag}}}"#)
    } else {
        // Only one whole JSON value may go in, so that a body cannot add members of its own.
        let body: &RawValue = serde_json::from_slice(json)
            .map_err(|error| explain(declared, content_type, json, &error, None))?;
        format!(r#"{{"status":{tag},"body":{body}}}"#)
    };
    serde_json::from_str(&envelope).map_err(|error| {
        let path = path_of::<T>(envelope.as_bytes());
        let path = path.and_then(|path| Some(path.strip_prefix("body.")?.to_owned()));
        explain(declared, content_type, json, &error, path)
    })
}

/// A second look at a body that was refused, this time keeping track of the path.
fn path_of<T: DeserializeOwned>(json: &[u8]) -> Option<String> {
    let deserializer = &mut serde_json::Deserializer::from_slice(json);
    let error = serde_path_to_error::deserialize::<_, T>(deserializer).err()?;
    let path = error.path();
    // A body that breaks off ends between members, which is written as `?`.
    let segments: Vec<&Segment> = path.iter().collect();
    let lost = segments.iter().rev();
    let lost = lost
        .take_while(|segment| matches!(segment, Segment::Unknown))
        .count();
    let text = path.to_string();
    let mut text = text.as_str();
    for _ in 0..lost {
        text = text.strip_suffix('?').unwrap_or(text);
        text = text.strip_suffix('.').unwrap_or(text);
    }
    (!matches!(text, "" | ".")).then(|| text.to_owned())
}

fn explain(
    declared: &[&str],
    content_type: Option<&str>,
    json: &[u8],
    error: &serde_json::Error,
    path: Option<String>,
) -> Fault {
    let expected = if declared.is_empty() {
        "application/json".to_owned()
    } else {
        declared.join(" or ")
    };
    if json.trim_ascii().is_empty() {
        return format!("its body is empty where {expected} was expected").into();
    }
    let wrong = content_type
        .filter(|actual| !media::is_json(actual))
        .filter(|actual| !declared.iter().any(|d| media::matches(d, actual)));
    if let Some(actual) = wrong {
        let actual = MediaType::parse(actual).essence;
        let actual = OneLine(&actual);
        return format!("it sent {actual} where {expected} was expected").into();
    }
    let reason = without_values(&error.to_string());
    let reason = OneLine(&reason);
    let reason = match path.as_deref().map(tail) {
        Some(path) => format!("its body does not fit at `{}`: {reason}", OneLine(&path)),
        None => format!("its body does not fit: {reason}"),
    };
    Fault { reason, path }
}

/// The end of a path, which tells more than its start; member names may be as long as a body.
fn tail(path: &str) -> Cow<'_, str> {
    const MOST: usize = 100;
    match path.char_indices().rev().nth(MOST) {
        Some((start, _)) => Cow::Owned(format!("...{}", &path[start..])),
        None => Cow::Borrowed(path),
    }
}

/// serde's texts quote what they found, which may be a secret; what was expected is enough.
fn without_values(text: &str) -> String {
    for (start, end) in [
        ("invalid type: ", ", expected "),
        ("invalid value: ", ", expected "),
        ("unknown variant ", ", expected "),
        ("unknown field ", ", expected "),
    ] {
        let Some(found) = text.strip_prefix(start) else {
            continue;
        };
        let Some((found, expected)) = found.rsplit_once(end) else {
            return start.trim_end_matches([':', ' ']).to_owned();
        };
        // The kind of the value stands before its quotation: string "..." or integer `...`.
        let kind = found.split(['"', '`']).next().unwrap_or_default();
        let what = format!("{start}{kind}");
        return format!("{}{end}{expected}", what.trim_end_matches([':', ' ']));
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::operation::StatusRange;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Thing {
        name: String,
        #[serde(default)]
        sizes: Vec<u8>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(tag = "status", content = "body")]
    enum Success {
        Ok(Thing),
        Created(Option<String>),
        NoContent,
    }

    const JSON: ResponseSpec = spec(&["application/json"]);
    const TEXT: ResponseSpec = spec(&["text/plain"]);

    const fn spec(media_types: &'static [&'static str]) -> ResponseSpec {
        ResponseSpec::new(StatusRange::Class(2), media_types)
    }

    fn reason<T: DeserializeOwned + std::fmt::Debug>(
        spec: &ResponseSpec,
        content_type: Option<&str>,
        body: &[u8],
    ) -> String {
        decode::<T>(Some(spec), content_type, body)
            .unwrap_err()
            .reason
    }

    #[test]
    fn json_is_read_whatever_it_is_called() {
        for content_type in [None, Some("application/hal+json"), Some("text/plain")] {
            let thing: Thing = decode(Some(&JSON), content_type, br#"{"name":"a"}"#).unwrap();
            assert_eq!(thing.name, "a");
        }
    }

    #[test]
    fn text_is_read_as_a_string() {
        for content_type in [None, Some("text/plain; charset=utf-8"), Some("text/html")] {
            let text: String = decode(Some(&TEXT), content_type, b"3 \"x\"").unwrap();
            assert_eq!(text, "3 \"x\"");
        }
        let latin = Some("text/plain; charset=ISO-8859-1");
        assert_eq!(decode::<String>(Some(&TEXT), latin, b"\xE9").unwrap(), "é");
        let other = reason::<String>(&TEXT, Some("text/plain; charset=koi8-r"), b"a");
        assert!(other.contains("koi8-r"), "{other}");
    }

    #[test]
    fn a_body_that_breaks_off_is_located_as_far_as_it_goes() {
        let whole = br#"{"name":"a","sizes":[1,2]}"#;
        for end in 1..whole.len() {
            let body = &whole[..end];
            let fault = decode::<Thing>(Some(&JSON), None, body).unwrap_err();
            let path = fault.path.as_deref().unwrap_or_default();
            assert!(
                !path.contains('?') && !fault.reason.contains("``"),
                "{fault:?}"
            );
        }
    }

    #[test]
    fn the_fault_is_located_and_does_not_quote() {
        let body = br#"{"name":"a","sizes":[1,2,"hunter2"]}"#;
        let fault = decode::<Thing>(Some(&JSON), Some("application/json"), body).unwrap_err();
        assert_eq!(fault.path.as_deref(), Some("sizes[2]"));
        assert!(
            fault
                .reason
                .contains("`sizes[2]`: invalid type: string, expected u8"),
            "{fault:?}"
        );
        assert!(!fault.reason.contains("hunter2"));
    }

    #[test]
    fn quotations_cannot_fake_their_end() {
        for (text, safe) in [
            (
                r#"invalid type: string "a, expected b", expected u8 at line 1 column 2"#,
                "invalid type: string, expected u8 at line 1 column 2",
            ),
            (
                "invalid value: integer `900`, expected u8",
                "invalid value: integer, expected u8",
            ),
            (
                "invalid type: map, expected u8",
                "invalid type: map, expected u8",
            ),
            (
                "unknown variant `pw`, expected `a` or `b`",
                "unknown variant, expected `a` or `b`",
            ),
            (
                "unknown field `pw`, expected `a`",
                "unknown field, expected `a`",
            ),
            ("unknown field `pw`, there are no fields", "unknown field"),
            ("missing field `name`", "missing field `name`"),
        ] {
            assert_eq!(without_values(text), safe);
        }
    }

    #[test]
    fn what_the_server_names_stays_on_one_short_line() {
        type Sizes = std::collections::BTreeMap<String, u8>;
        let body = br#"{"a\r\nb\u001b[31m":"x"}"#;
        let fault = decode::<Sizes>(Some(&JSON), None, body).unwrap_err();
        assert_eq!(fault.path.as_deref(), Some("a\r\nb\u{1b}[31m"));
        assert!(fault.reason.contains("at `a  b [31m`"), "{fault:?}");
        let long = "x".repeat(9_000);
        for (spec, content_type) in [
            (JSON, format!("text/{long}\t")),
            (TEXT, format!("text/plain; charset={long}")),
        ] {
            let reason = reason::<Thing>(&spec, Some(&content_type), b"a");
            assert!(reason.len() < 400 && !reason.contains('\t'), "{reason}");
        }
    }

    #[test]
    fn wrong_types_and_empty_bodies_are_said() {
        let html = reason::<Thing>(&JSON, Some("text/html; charset=utf-8"), b"<html>");
        assert_eq!(
            html,
            "it sent text/html where application/json was expected"
        );
        let empty = reason::<Thing>(&JSON, Some("application/json"), b" \n");
        assert_eq!(
            empty,
            "its body is empty where application/json was expected"
        );
        let cut = reason::<Thing>(&JSON, Some("application/json"), br#"{"name":"#);
        assert!(cut.contains("EOF"), "{cut}");
    }

    #[test]
    fn envelopes_hold_json_text_null_and_nothing() {
        let decode = |spec: ResponseSpec, content_type, body: &[u8]| {
            decode::<Success>(Some(&spec), content_type, body)
        };
        let thing = decode(JSON.envelope("Ok"), None, br#"{"name":"a"}"#).unwrap();
        assert!(matches!(thing, Success::Ok(Thing { name, .. }) if name == "a"));
        let text = decode(TEXT.envelope("Created"), Some("text/plain"), b"hi").unwrap();
        assert_eq!(text, Success::Created(Some("hi".into())));
        let null = decode(JSON.envelope("Created"), None, b"null").unwrap();
        assert_eq!(null, Success::Created(None));
        let none = decode(spec(&[]).envelope("NoContent"), None, b"").unwrap();
        assert_eq!(none, Success::NoContent);
    }

    #[test]
    fn an_enveloped_body_cannot_add_members() {
        let spec = JSON.envelope("Created");
        let smuggled = br#"null,"status":"NoContent""#;
        assert!(decode::<Success>(Some(&spec), None, smuggled).is_err());
        let spec = JSON.envelope("Ok");
        let fault = decode::<Success>(Some(&spec), None, br#"{"name":1}"#).unwrap_err();
        assert_eq!(fault.path.as_deref(), Some("name"));
    }
}
