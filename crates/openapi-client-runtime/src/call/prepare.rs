//! Completes a request with what the document says and progenitor's output leaves out.

use reqwest::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Body, Request};

use crate::wire::cookie;
use crate::wire::media;
use crate::{Failure, Operation, RequestBody, ResponseSpec, StatusRange};

pub(crate) fn prepare(request: &mut Request, operation: &Operation) -> Result<(), Failure> {
    // Generated code tells apart operations on one path by a fragment; it means nothing here.
    request.url_mut().set_fragment(None);
    accept(request.headers_mut(), operation)?;
    body(request, operation)?;
    cookie::gather(request.headers_mut(), operation.cookies()).map_err(Failure::invalid)
}

/// Asks for what the document's successes are; types that only errors have come second, because
/// some servers choose the type of a success by this header.
fn accept(headers: &mut HeaderMap, operation: &Operation) -> Result<(), Failure> {
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
    if !ranges.is_empty() {
        headers.insert(ACCEPT, header(&ranges.join(", "))?);
    }
    Ok(())
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
    let bytes = request.body().and_then(Body::as_bytes);
    let left_out = match bytes {
        Some(b"null") => media::is_json(declared.media_type()),
        Some(bytes) => bytes.is_empty(),
        None => false,
    };
    if declared.is_optional() && left_out {
        *request.body_mut() = None;
        request.headers_mut().remove(CONTENT_TYPE);
        request.headers_mut().remove(CONTENT_LENGTH);
    } else if request.body().is_some() && !declared.media_type().contains('*') {
        let media_type = header(declared.media_type())?;
        request.headers_mut().insert(CONTENT_TYPE, media_type);
    }
    limits(request, operation, declared)
}

/// Refuses what the server would refuse for its size.
fn limits(request: &Request, operation: &Operation, declared: RequestBody) -> Result<(), Failure> {
    let Some(limits) = operation.body_limits() else {
        return Ok(());
    };
    let bytes = request.body().and_then(Body::as_bytes);
    match bytes.filter(|_| media::is_json(declared.media_type())) {
        // Non-JSON bodies are not checked.
        Some(bytes) => serde_json::from_slice(bytes).map_or(Ok(()), |body| limits.check(&body)),
        None => Ok(()),
    }
}

fn header(value: &str) -> Result<HeaderValue, Failure> {
    HeaderValue::from_str(value)
        .map_err(|_| Failure::invalid(format!("the media type {value:?} is not a header value")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Method;

    fn prepared(
        operation: &Operation,
        build: impl Fn(reqwest::RequestBuilder) -> reqwest::RequestBuilder,
    ) -> Request {
        let builder = reqwest::Client::new().post("http://h/a?x=b+c#html");
        let mut request = build(builder).build().unwrap();
        prepare(&mut request, operation).unwrap();
        request
    }

    fn accepted(responses: &'static [ResponseSpec]) -> String {
        let operation = Operation::new("x", Method::Post, "/a")
            .responses(responses)
            .build();
        let request = prepared(&operation, |r| r.header(ACCEPT, "image/png"));
        request.headers()[ACCEPT].to_str().unwrap().to_owned()
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
        assert_eq!(accepted(&[]), "image/png");
    }

    #[test]
    fn content_type_is_that_of_the_document() {
        let operation = Operation::new("x", Method::Post, "/a")
            .request(RequestBody::new("application/merge-patch+json"))
            .build();
        let request = prepared(&operation, |r| r.json(&1));
        assert_eq!(
            request.headers()[CONTENT_TYPE],
            "application/merge-patch+json"
        );
        assert_eq!(request.url().as_str(), "http://h/a?x=b+c");
    }

    #[test]
    fn only_an_optional_body_can_be_left_out() {
        let body = RequestBody::new("application/json");
        for (body, left_out) in [(body.optional(), true), (body, false)] {
            let operation = Operation::new("x", Method::Post, "/a")
                .request(body)
                .build();
            let request = prepared(&operation, |r| r.json(&None::<u8>));
            assert_eq!(request.body().is_none(), left_out);
            assert_eq!(request.headers().contains_key(CONTENT_TYPE), !left_out);
            assert!(prepared(&operation, |r| r.json(&Some(1))).body().is_some());
        }
        let text = RequestBody::new("text/plain");
        for (body, left_out) in [(text.optional(), true), (text, false)] {
            let operation = Operation::new("x", Method::Post, "/a")
                .request(body)
                .build();
            let request = prepared(&operation, |r| r.body(""));
            assert_eq!(request.headers().contains_key(CONTENT_TYPE), !left_out);
            assert!(prepared(&operation, |r| r.body("null")).body().is_some());
        }
    }
}
