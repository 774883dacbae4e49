//! Completes a request with what the document says and generated code leaves out.

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue};

use crate::call::request::Request;
use crate::wire::{cookie, media};
use crate::{Failure, Operation, ResponseSpec, StatusRange};

pub(crate) fn prepare(
    request: &mut Request,
    operation: &Operation,
    skips_limits: bool,
) -> Result<(), Failure> {
    body(request, operation)?;
    if !skips_limits {
        limits(request, operation)?;
    }
    cookie::gather(&mut request.headers, operation.cookies()).map_err(Failure::invalid)
}

/// Asks for what the document's successes are; types that only errors have come second, because
/// some servers choose the type of a success by this header. `None` where the document says nothing.
pub(crate) fn accept(operation: &Operation) -> Option<HeaderValue> {
    let derived = operation.accept.get_or_init(|| {
        let text = accepted(operation);
        // A media type that is no header value is refused when the crate is made.
        HeaderValue::try_from(text)
            .ok()
            .filter(|value| !value.is_empty())
    });
    derived.clone()
}

fn accepted(operation: &Operation) -> String {
    let mut ranges: Vec<String> = Vec::new();
    for successes in [true, false] {
        let wanted = operation
            .responses()
            .iter()
            .filter(|r| is_success(r.status()) == successes);
        for media_type in wanted.flat_map(ResponseSpec::media_types) {
            let known = ranges
                .iter()
                .any(|range| range.split(';').next() == Some(media_type));
            if !known {
                let only_in_errors = !successes && !ranges.is_empty();
                let weight = if only_in_errors { ";q=0.5" } else { "" };
                ranges.push(format!("{media_type}{weight}"));
            }
        }
    }
    ranges.join(", ")
}

fn is_success(status: StatusRange) -> bool {
    matches!(
        status,
        StatusRange::Exact(200..=299) | StatusRange::Class(2)
    )
}

/// Restores the media type of the document, and leaves out an optional body that is not there.
fn body(request: &mut Request, operation: &Operation) -> Result<(), Failure> {
    let Some(declared) = operation.request() else {
        return Ok(());
    };
    let bytes = request.body.as_ref().and_then(|body| body.as_bytes());
    let left_out = match bytes {
        Some(b"null") => media::is_json(declared.media_type()),
        Some(bytes) => bytes.is_empty(),
        None => false,
    };
    if declared.is_optional() && left_out {
        request.body = None;
        request.headers.remove(CONTENT_TYPE);
        request.headers.remove(CONTENT_LENGTH);
    } else if request.body.is_some() && !declared.media_type().contains('*') {
        set_media_type(&mut request.headers, declared.media_type())?;
    }
    Ok(())
}

/// Refuses what the server would refuse for its limits.
fn limits(request: &Request, operation: &Operation) -> Result<(), Failure> {
    let (Some(declared), Some(limits)) = (operation.request(), operation.body_limits()) else {
        return Ok(());
    };
    let bytes = request.body.as_ref().and_then(|body| body.as_bytes());
    match bytes.filter(|_| media::is_json(declared.media_type())) {
        // Non-JSON bodies are not checked.
        Some(bytes) => serde_json::from_slice(bytes).map_or(Ok(()), |body| limits.check(&body)),
        None => Ok(()),
    }
}

fn set_media_type(headers: &mut HeaderMap, media_type: &'static str) -> Result<(), Failure> {
    let value = HeaderValue::from_bytes(media_type.as_bytes()).map_err(|_| {
        Failure::invalid(format!(
            "the media type {media_type:?} is not a header value"
        ))
    })?;
    headers.insert(CONTENT_TYPE, value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::request::{RequestBuilder, Requests};
    use crate::{Method, RequestBody};

    fn prepared(
        operation: &Operation,
        build: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Request {
        let mut request = build(Requests.post("http://h/a")).build().unwrap();
        prepare(&mut request, operation, false).unwrap();
        request
    }

    fn accepted(responses: &'static [ResponseSpec]) -> String {
        let operation = Operation::new("x", Method::Post, "/a")
            .responses(responses)
            .build();
        let first = accept(&operation);
        assert_eq!(first, accept(&operation));
        first.map_or(String::new(), |value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn accept_names_successes_first() {
        const JSON: &[&str] = &["application/json"];
        const OK_CSV: ResponseSpec = ResponseSpec::new(StatusRange::Exact(200), &["text/csv"]);
        const OK_JSON: ResponseSpec = ResponseSpec::new(StatusRange::Class(2), JSON);
        const NO_CONTENT: ResponseSpec = ResponseSpec::new(StatusRange::Exact(204), &[]);
        const ERROR: ResponseSpec = ResponseSpec::new(StatusRange::Class(4), JSON);
        assert_eq!(
            accepted(&[ERROR, OK_CSV]),
            "text/csv, application/json;q=0.5"
        );
        assert_eq!(accepted(&[OK_JSON, ERROR]), "application/json");
        assert_eq!(accepted(&[NO_CONTENT, ERROR]), "application/json");
        assert_eq!(accepted(&[OK_CSV, OK_JSON]), "text/csv, application/json");
        assert_eq!(accepted(&[]), "");
    }

    #[test]
    fn content_type_is_that_of_the_document() {
        let operation = Operation::new("x", Method::Post, "/a")
            .request(RequestBody::new("application/merge-patch+json"))
            .build();
        let request = prepared(&operation, |r| r.json(&1));
        assert_eq!(
            request.headers[CONTENT_TYPE],
            "application/merge-patch+json"
        );
    }

    #[test]
    fn only_an_optional_body_can_be_left_out() {
        let body = RequestBody::new("application/json");
        for (body, left_out) in [(body.optional(), true), (body, false)] {
            let operation = Operation::new("x", Method::Post, "/a")
                .request(body)
                .build();
            let request = prepared(&operation, |r| r.json(&None::<u8>));
            assert_eq!(request.body.is_none(), left_out);
            assert_eq!(request.headers.contains_key(CONTENT_TYPE), !left_out);
            assert!(prepared(&operation, |r| r.json(&Some(1))).body.is_some());
        }
        let text = RequestBody::new("text/plain");
        for (body, left_out) in [(text.optional(), true), (text, false)] {
            let operation = Operation::new("x", Method::Post, "/a")
                .request(body)
                .build();
            let request = prepared(&operation, |r| r.body(""));
            assert_eq!(request.headers.contains_key(CONTENT_TYPE), !left_out);
            assert!(prepared(&operation, |r| r.body("null")).body.is_some());
        }
    }
}
