//! What stands in where nothing better is known.

use std::sync::OnceLock;

use http::{HeaderName, header};
use serde_json::Value;

use crate::api::{Api, Example, Header, Media, Response};
use crate::media;
use crate::reply::Reply;
use crate::sample::Wish;

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

/// What stands in for the body of a media type. It is the same in all answers, so it is chosen once.
#[derive(Debug, Default)]
pub(crate) struct StandIn {
    success: OnceLock<Option<Value>>,
    error: OnceLock<Option<Value>>,
}

/// A body for a status: an example, or a made one.
pub(crate) fn body<'a>(api: &Api, media: &'a Media, status: u16) -> Option<&'a Value> {
    let StandIn { success, error } = &media.stand_in;
    let kept = if status < 400 { success } else { error };
    let chosen = kept.get_or_init(|| {
        let made = |schema| api.sampler.value(schema, &Wish::at(&media.pointer));
        match examples(api, media, status).next() {
            Some(example) => Some(example.value.clone()),
            None => media.schema.as_ref().map(made),
        }
    });
    chosen.as_ref()
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

/// A value for a declared header: its example, or a made one where the header has to be there.
fn header_value(api: &Api, header: &Header) -> Option<Value> {
    let schema = header.schema.as_ref();
    let valid = |example: &&Value| schema.is_none_or(|schema| schema.is_valid(&api.root, example));
    if let Some(example) = header.example.as_ref().filter(valid) {
        return Some(example.clone());
    }
    let schema = schema.filter(|_| header.required)?;
    Some(api.sampler.value(schema, &Wish::at(&header.name)))
}
