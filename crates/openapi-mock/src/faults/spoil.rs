//! Faults that spoil a reply which is already made.

use bytes::Bytes;
use http::header;
use serde_json::Value;

use super::Fault;
use super::reshape::{Change, Reshaper};
use crate::api::{Api, Operation};
use crate::media;
use crate::reply::{Reply, bodiless};
use crate::schema::Schema;

/// Applies those of the faults that spoil a reply.
pub(crate) fn spoil(faults: &[Fault], api: &Api, operation: Option<&Operation>, reply: &mut Reply) {
    if bodiless(reply.status) {
        return;
    }
    for fault in faults {
        match fault {
            Fault::Truncated => reply.delivery.cut = true,
            Fault::TruncatedChunks => {
                reply.delivery.cut = true;
                reply.delivery.chunked = true;
            }
            Fault::SlowBody(time) => reply.delivery.pause = Some(*time),
            Fault::ContentType(name) => reply.set(header::CONTENT_TYPE, name),
            Fault::EmptyBody => reply.body = Bytes::new(),
            Fault::MalformedJson => malform(reply),
            Fault::UnknownEnumValues => reshape(api, operation, reply, Change::UnknownEnumValues),
            Fault::ExtraMembers => reshape(api, operation, reply, Change::ExtraMembers),
            Fault::MissingMembers => reshape(api, operation, reply, Change::MissingMembers),
            Fault::Latency(_)
            | Fault::Status { .. }
            | Fault::HtmlError(_)
            | Fault::ExpiredToken
            | Fault::Reset
            | Fault::Close => {}
        }
    }
}

/// Takes the end of the JSON away, or adds one too many where what is left would still be JSON.
fn malform(reply: &mut Reply) {
    if !media::is_json(reply.media()) || reply.body.is_empty() {
        return;
    }
    let shorter = reply.body.slice(..reply.body.len() - 1);
    let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(&shorter).is_ok();
    reply.body = if is_json {
        [&reply.body[..], b"]"].concat().into()
    } else {
        shorter
    };
}

/// Changes a JSON body along its schema.
fn reshape(api: &Api, operation: Option<&Operation>, reply: &mut Reply, change: Change) {
    let Some(schema) = schema(operation, reply) else {
        return;
    };
    let Ok(mut body) = serde_json::from_slice::<Value>(&reply.body) else {
        return;
    };
    Reshaper {
        spec: &api.spec,
        change,
    }
    .apply(schema.id, &mut body);
    // Members that come or go must leave a body that clients have to take.
    if change == Change::UnknownEnumValues || schema.is_valid(&api.spec, &body) {
        reply.body = body.to_string().into();
    }
}

/// The schema of a JSON reply.
fn schema<'a>(operation: Option<&'a Operation>, reply: &Reply) -> Option<&'a Schema> {
    let response = operation?.response(reply.status.as_u16())?;
    let name = reply.media();
    let mut declared = response.media.iter();
    let media = declared.find(|media| media::is_json(name) && media::fits(&media.name, name))?;
    media.schema.as_ref()
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use serde_json::json;

    use super::*;

    #[test]
    fn malformed_json_is_malformed_whatever_it_was() {
        for body in [json!({"a": [1]}), json!(12), json!("x"), json!(true)] {
            let mut reply = Reply::json(StatusCode::OK, "application/json", &body);
            malform(&mut reply);
            assert!(!reply.body.is_empty());
            assert!(
                serde_json::from_slice::<Value>(&reply.body).is_err(),
                "{body}"
            );
        }
        let mut text = Reply::with_body(StatusCode::OK, "text/plain", "x");
        malform(&mut text);
        assert_eq!(text.body, "x");
    }
}
