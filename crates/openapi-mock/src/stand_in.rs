//! What stands in where nothing better is known.

use http::{HeaderName, header};
use serde_json::Value;

use crate::api::{Api, Example, Header, Media, Response};
use crate::media;
use crate::reply::Reply;

/// The declared examples that can answer with a status: those that the schema takes. An example of
/// a refusal stands for no success.
pub(crate) fn examples<'a>(
    api: &'a Api,
    media: &'a Media,
    status: u16,
) -> impl Iterator<Item = &'a Example> {
    media.examples.iter().filter(move |example| {
        let fitting = status >= 400 || example.refusals.is_empty();
        fitting && media.takes(api, &example.value)
    })
}

/// A body for a status.
pub(crate) fn body(api: &Api, media: &Media, status: u16) -> Option<Value> {
    let example = examples(api, media, status).next()?;
    Some(example.value.clone())
}

/// Sets the headers that a response declares.
pub(crate) fn headers(api: &Api, response: &Response, reply: &mut Reply) {
    for declared in &response.headers {
        let name = HeaderName::from_bytes(declared.name.as_bytes());
        // OpenAPI 3.0.3, "Response Object": `Content-Type` is described elsewhere.
        let name = name.ok().filter(|name| *name != header::CONTENT_TYPE);
        if let (Some(name), Some(value)) = (name, header_value(api, declared)) {
            reply.set(name, &media::plain_text(&value));
        }
    }
}

/// A value for a declared header.
fn header_value(api: &Api, header: &Header) -> Option<Value> {
    let example = header.example.as_ref()?;
    let schema = header.schema.as_ref();
    let valid = schema.is_none_or(|schema| schema.is_valid(&api.root, example));
    valid.then(|| example.clone())
}
