//! What stands in where nothing better is known.

use std::sync::OnceLock;

use http::{HeaderName, header};
use indexmap::IndexMap;
use serde_json::Value;

use crate::api::{Api, Example, Header, Media, Response, Tells};
use crate::media;
use crate::reply::Reply;
use crate::sample::Wish;

/// The declared examples that can answer with a status: those that the schema takes. An example of
/// a refusal stands for no success.
pub(crate) fn examples<'a>(
    api: &'a Api,
    media: &'a Media,
    status: u16,
) -> impl Iterator<Item = Example<'a>> {
    media.examples().filter(move |example| {
        let fitting = status >= 400 || example.refusals.is_empty();
        fitting && media.can_show(api, example.value)
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

/// Sets the headers that a response declares, as the document shows them. What says that
/// something happened is left to those who know, unless it has to be there.
pub(crate) fn headers(api: &Api, response: &Response, reply: &mut Reply) {
    for declared in &response.headers {
        let name = HeaderName::from_bytes(declared.name.as_bytes());
        // OpenAPI 3.0.3, "Response Object": `Content-Type` is described elsewhere.
        let set = |name: &HeaderName| *name != header::CONTENT_TYPE && !is_of_transfer(name);
        let name = name.ok().filter(set);
        let value = match declared.tells {
            Some(_) if !declared.required => None,
            Some(Tells::Replay) => Some(Value::Bool(false)),
            _ => header_value(api, declared),
        };
        if let (Some(name), Some(value)) = (name, value) {
            reply.set(name, &media::plain_text(&value));
        }
    }
}

/// Whether a header tells how a body travels, which only the server that sends it knows.
pub(crate) fn is_of_transfer(name: &HeaderName) -> bool {
    const NAMES: [&str; 10] = [
        "connection",
        "content-encoding",
        "content-length",
        "date",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ];
    NAMES.contains(&name.as_str())
}

/// The headers that the document declares and that are not set for that reason, each with the
/// operations that it declares them for.
pub(crate) fn left_out(api: &Api) -> Vec<String> {
    let mut found: IndexMap<&str, Vec<&str>> = IndexMap::new();
    for operation in &api.operations {
        let declared = operation
            .responses
            .iter()
            .flat_map(|response| &response.headers);
        for header in declared {
            let name = HeaderName::from_bytes(header.name.as_bytes());
            let operations = found.entry(&header.name).or_default();
            if name.is_ok_and(|name| is_of_transfer(&name)) && !operations.contains(&&*operation.id)
            {
                operations.push(&operation.id);
            }
        }
    }
    let found = found
        .into_iter()
        .filter(|(_, operations)| !operations.is_empty());
    let told = found.map(|(header, operations)| {
        format!(
            "the header {header} is not copied from the document, since it tells how a body travels; declared by {}",
            shortened(&operations)
        )
    });
    told.collect()
}

fn shortened(names: &[&str]) -> String {
    const SHOWN: usize = 3;
    let shown = names[..names.len().min(SHOWN)].join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// A value for a declared header: its example, or a made one where the header has to be there.
fn header_value(api: &Api, header: &Header) -> Option<Value> {
    let schema = header.schema.as_ref();
    let valid = |example: &&Value| schema.is_none_or(|schema| schema.is_valid(&api.spec, example));
    if let Some(example) = header.example.as_ref().filter(valid) {
        return Some(example.clone());
    }
    let schema = schema.filter(|_| header.required)?;
    Some(api.sampler.value(schema, &Wish::at(&header.name)))
}
