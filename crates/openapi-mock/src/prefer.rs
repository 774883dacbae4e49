//! `Prefer: code=404, example=name` (RFC 7240): the caller picks the answer.

use http::HeaderName;
use openapi_document::model::StatusKey;

use crate::answer::Answer;
use crate::api::{Api, Example, Media, Operation};
use crate::call::Call;
use crate::negotiation::Accept;
use crate::refusal::{Reason, Refusal};
use crate::request::Request;
use crate::stand_in;

const APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// The answer that a call asks for; none where it leaves that to the mock. Preferences of other
/// names are for others.
pub(crate) fn answer(api: &Api, call: &Call<'_>) -> Result<Option<Answer>, Refusal> {
    let (code, example) = (
        preference(call.request, "code"),
        preference(call.request, "example"),
    );
    let mut applied = Vec::new();
    let code = code.map(|code| status(call.operation, &code)).transpose()?;
    if let Some(code) = code {
        applied.push(format!("code={code}"));
    }
    let mut answer = match example {
        Some(name) => {
            applied.push(format!("example={}", written(&name)));
            shown(api, call, code, &name)?
        }
        None => match code {
            Some(code) => Answer::status(code),
            None => return Ok(None),
        },
    };
    answer.headers.push((APPLIED, applied.join(", ")));
    Ok(Some(answer))
}

/// A status that is declared, by itself or by a class; the default response stands for every error.
fn status(operation: &Operation, code: &str) -> Result<u16, Refusal> {
    let status = code.parse().ok().filter(|code| (200..600).contains(code));
    let declared = status.filter(|status| {
        operation
            .response(*status)
            .is_some_and(|response| response.status != StatusKey::Default || *status >= 400)
    });
    declared.ok_or_else(|| {
        let detail = format!(
            "Prefer asks for code={code}, {} declares {}",
            operation.id,
            operation.declared_statuses()
        );
        Refusal::new(Reason::InvalidRequest, detail)
    })
}

/// The example of this name: of the status that is asked for, else of the usual success, else of
/// the first status that has one.
fn shown(api: &Api, call: &Call<'_>, code: Option<u16>, name: &str) -> Result<Answer, Refusal> {
    let statuses = candidates(call.operation, code);
    let found = statuses.iter().find_map(|status| {
        let named = available(api, call.operation, *status).filter(|(_, own)| own.name == name);
        let named: Vec<_> = named.collect();
        (!named.is_empty()).then_some((*status, named))
    });
    let Some((status, named)) = found else {
        return Err(unknown(api, call.operation, name, &statuses));
    };
    let accept = Accept::of(call.request);
    let preferred = accept.preferred(named.iter().map(|(media, _)| *media));
    // An error is told in any media type.
    let media = preferred.or_else(|| (status >= 400).then_some(named[0].0));
    let Some(media) = media else {
        let names: Vec<&str> = named.iter().map(|(media, _)| &*media.label).collect();
        return Err(accept.refusal(&names));
    };
    let example = named.iter().find(|(own, _)| own.name == media.name);
    Ok(Answer {
        body: example.map(|(_, example)| example.value.clone()),
        media: Some(media.name.clone()),
        ..Answer::status(status)
    })
}

/// All examples that can answer with a status.
fn available<'a>(
    api: &'a Api,
    operation: &'a Operation,
    status: u16,
) -> impl Iterator<Item = (&'a Media, Example<'a>)> {
    let response = operation.response(status).into_iter();
    let media = response.flat_map(|response| &response.media);
    media.flat_map(move |media| {
        let examples = stand_in::examples(api, media, status);
        examples.map(move |example| (media, example))
    })
}

fn candidates(operation: &Operation, code: Option<u16>) -> Vec<u16> {
    if let Some(code) = code {
        return vec![code];
    }
    let mut statuses = vec![operation.success()];
    for response in &operation.responses {
        if let StatusKey::Code(status) = response.status
            && !statuses.contains(&status)
        {
            statuses.push(status);
        }
    }
    statuses
}

fn unknown(api: &Api, operation: &Operation, name: &str, statuses: &[u16]) -> Refusal {
    let declared = statuses.iter().flat_map(|status| {
        let available = available(api, operation, *status);
        available.map(move |(_, example)| format!("{} ({status})", example.name))
    });
    let mut declared = declared.collect::<Vec<_>>().join(", ");
    if declared.is_empty() {
        "none".clone_into(&mut declared);
    }
    let detail = format!(
        "Prefer asks for example={name}, {} declares {declared}",
        operation.id
    );
    Refusal::new(Reason::InvalidRequest, detail)
}

/// The value of a preference. The first counts; names have no case, values may be quoted.
fn preference(request: &Request, wanted: &str) -> Option<String> {
    let lines = request.headers.get_all("prefer");
    let mut lines = lines.iter().filter_map(|line| line.to_str().ok());
    lines.find_map(|line| {
        let mut preferences = split(line, ',').into_iter();
        preferences.find_map(|preference| {
            let preference = split(preference, ';').into_iter().next()?;
            let (name, value) = preference.split_once('=')?;
            let found = name.trim().eq_ignore_ascii_case(wanted);
            found.then(|| unquoted(value.trim()))
        })
    })
}

/// The parts between delimiters that are not quoted.
fn split(text: &str, delimiter: char) -> Vec<&str> {
    let (mut quoted, mut escaped) = (false, false);
    let parts = text.split(|character| {
        let is_delimiter = character == delimiter && !quoted;
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        is_delimiter
    });
    parts.collect()
}

fn unquoted(value: &str) -> String {
    let inner = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let Some(inner) = inner else {
        return value.to_owned();
    };
    let mut characters = inner.chars();
    let mut text = String::new();
    while let Some(character) = characters.next() {
        match character {
            '\\' => text.extend(characters.next()),
            other => text.push(other),
        }
    }
    text
}

/// A value as a header holds it: quoted where it is no token.
fn written(value: &str) -> String {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if !value.is_empty() && value.bytes().all(token) {
        return value.to_owned();
    }
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, HeaderValue, Method};
    use proptest::prelude::*;

    use super::{preference, written};
    use crate::request::Request;

    fn request(lines: &[&str]) -> Request {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("prefer", HeaderValue::from_str(line).unwrap());
        }
        Request {
            method: Method::GET,
            path: "/".to_owned(),
            query: String::new(),
            headers,
            body: Bytes::new(),
            peer: None,
            at_root: false,
        }
    }

    #[test]
    fn preferences_are_found_among_others() {
        let lines = [
            "respond-async, wait=10",
            "Code=404; x=1 , example=\"a, \\\"b\\\"\", code=500",
        ];
        let request = request(&lines);
        assert_eq!(preference(&request, "code").as_deref(), Some("404"));
        assert_eq!(preference(&request, "example").as_deref(), Some("a, \"b\""));
        assert_eq!(preference(&request, "dynamic"), None);
        assert_eq!(preference(&request, "respond-async"), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(value in "[ -~]{0,20}") {
            let line = format!("example={}", written(&value));
            prop_assert_eq!(preference(&request(&[&line]), "example"), Some(value));
        }
    }
}
