//! `Retry-After`, and the member of error bodies that says the same (`x-error-members`).

use http::header;
use serde_json::{Value, json};

use crate::api::Api;
use crate::media;
use crate::reply::Reply;

/// Lets the body of an error say what its header says.
pub(crate) fn agree(api: &Api, reply: &mut Reply) {
    let seconds = reply.headers.get(header::RETRY_AFTER);
    let seconds = seconds.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let (Some(seconds), Some((mut body, pointer))) = (seconds, held(api, reply)) else {
        return;
    };
    if let Some(member) = body.pointer_mut(pointer) {
        *member = if member.is_string() {
            json!(seconds.to_string())
        } else {
            json!(seconds)
        };
        reply.body = body.to_string().into();
    }
}

/// Lets the header say what the body says, which is an example that stays as it is.
pub(crate) fn follow(api: &Api, reply: &mut Reply) {
    if !reply.headers.contains_key(header::RETRY_AFTER) {
        return;
    }
    let held = held(api, reply);
    let member = held
        .as_ref()
        .and_then(|(body, pointer)| body.pointer(pointer));
    let seconds = member.and_then(|member| match member {
        Value::String(text) => text.parse::<f64>().ok(),
        other => other.as_f64(),
    });
    if let Some(seconds) = seconds.filter(|seconds| seconds.is_finite() && *seconds >= 0.0) {
        reply.set(header::RETRY_AFTER, &format!("{:.0}", seconds.ceil()));
    }
}

/// The body of a reply, and where in it the seconds stand.
fn held<'a>(api: &'a Api, reply: &Reply) -> Option<(Value, &'a str)> {
    let pointers = &api.model().error_members.retry_after;
    if pointers.is_empty() || !media::is_json(reply.media()) {
        return None;
    }
    let body: Value = serde_json::from_slice(&reply.body).ok()?;
    let mut pointers = pointers.iter().map(String::as_str);
    let pointer = pointers.find(|pointer| body.pointer(pointer).is_some())?;
    Some((body, pointer))
}
