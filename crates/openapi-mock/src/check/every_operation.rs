//! Every operation of a document of this workspace: its own examples are taken, spoilt ones are
//! refused, and refusals look as the document says.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};
use openapi_document::model::StatusKey;
use serde_json::{Value, json};

use super::check;
use crate::api::{Api, Media, Operation, members, shown};
use crate::media;
use crate::refusal::{Reason, Refusal};
use crate::reply::Reply;
use crate::request::Request;

fn api() -> Api {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../generated/configuration-client/openapi.json"
    );
    let text = std::fs::read_to_string(path).unwrap();
    Api::new(&Arc::new(serde_json::from_str(&text).unwrap()))
}

/// A value that the parameter takes: its example, the first of its enum, or any text.
fn parameter(api: &Api, name: &str, operation: &Operation) -> String {
    let mut parameters = operation.parameters.iter();
    let parameter = parameters.find(|parameter| parameter.name == name).unwrap();
    let schema = parameter.schema.as_ref().unwrap();
    let schema = schema.written(&api.spec).unwrap();
    let known = shown(&parameter.examples, None).or_else(|| schema.values.first());
    known.map_or_else(|| "x".to_owned(), media::plain_text)
}

fn send(api: &Api, operation: &Operation, media: &str, body: String) -> Result<Value, Refusal> {
    let mut path = operation.path.text.clone();
    let mut values = Vec::new();
    while let Some((before, rest)) = path.clone().split_once('{') {
        let (name, after) = rest.split_once('}').unwrap();
        let value = parameter(api, name, operation);
        path = format!("{before}{value}{after}");
        values.push((name.to_owned(), value));
    }
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_str(media).unwrap());
    let request = Request {
        method: operation.method.clone(),
        path,
        query: String::new(),
        headers,
        body: Bytes::from(body),
        peer: None,
        at_root: false,
    };
    check(api, operation, &request, values).map(|call| call.body.unwrap_or_default())
}

fn written(media: &Media, value: &Value) -> String {
    if media::is_json(&media.name) {
        return value.to_string();
    }
    media::plain_text(value)
}

/// The example with one value after the other replaced, and with one member after the other left
/// out.
fn mutilated(example: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    let mut places = vec![String::new()];
    while let Some(place) = places.pop() {
        for wrong in [
            json!(5),
            json!("\u{0}"),
            json!([[]]),
            json!({"\u{0}": {}}),
            Value::Null,
        ] {
            let mut value = example.clone();
            *value.pointer_mut(&place).unwrap() = wrong;
            found.push(value);
        }
        for (name, _) in members(example.pointer(&place).unwrap()) {
            let mut value = example.clone();
            let holder = value.pointer_mut(&place).and_then(Value::as_object_mut);
            holder.unwrap().remove(name);
            found.push(value);
            places.push(openapi_document::pointer::join(&place, name));
        }
        let items = example.pointer(&place).and_then(Value::as_array);
        places.extend((0..items.map_or(0, Vec::len)).map(|index| format!("{place}/{index}")));
    }
    found
}

/// The body of a refusal is what the operation declares for its status, or what the document says
/// of errors elsewhere.
fn assert_as_declared(api: &Api, operation: &Operation, refusal: &Refusal) -> Reply {
    let reply = refusal.reply(api, Some(operation));
    let declared = operation.response(reply.status.as_u16()).or_else(|| {
        let mut others = operation.responses.iter();
        others.find(|response| matches!(response.status, StatusKey::Code(400..)))
    });
    let schema = declared.unwrap().media[0].schema.as_ref().unwrap();
    let body: Value = serde_json::from_slice(&reply.body).unwrap();
    let wrong = schema.violations(&api.spec, &body);
    assert!(
        wrong.is_empty(),
        "{} {refusal:?}: {body}: {wrong:?}",
        operation.id
    );
    reply
}

#[test]
fn declared_examples_are_taken_and_mutilated_ones_refused() {
    let api = api();
    let (mut taken, mut refused) = (0, 0);
    for operation in &api.operations {
        for media in operation.body.iter().flat_map(|body| &body.media) {
            for example in media.examples() {
                let body = written(media, example.value);
                let value = send(&api, operation, &media.name, body);
                assert_eq!(value.as_ref(), Ok(example.value), "{}", operation.id);
                taken += 1;
                if !media::is_json(&media.name) {
                    continue;
                }
                for value in mutilated(example.value) {
                    let good = media.takes(&api, &value);
                    let found = send(&api, operation, &media.name, value.to_string());
                    assert_eq!(found.is_ok(), good, "{} {value}", operation.id);
                    let Err(refusal) = found else { continue };
                    refused += 1;
                    let reply = assert_as_declared(&api, operation, &refusal);
                    assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{}", operation.id);
                    assert!(refusal.detail.starts_with("body"), "{refusal:?}");
                    let body = String::from_utf8_lossy(&reply.body).into_owned();
                    assert!(body.contains("body"), "{} {body}", operation.id);
                }
            }
        }
    }
    assert!(taken > 30, "{taken} examples");
    assert!(refused > 300, "{refused} mutilated examples");
}

#[test]
fn what_is_no_body_of_the_operation_is_refused() {
    let api = api();
    for operation in &api.operations {
        let Some(body) = &operation.body else {
            continue;
        };
        let wrong = send(&api, operation, "application/x-unheard-of", "{}".to_owned());
        let wrong = wrong.unwrap_err();
        assert_eq!(wrong.reason, Reason::UnsupportedMediaType);
        assert_as_declared(&api, operation, &wrong);
        // An empty text is a text.
        let first = body.media[0].name.as_str();
        if body.required && !first.starts_with("text/") {
            let missing = send(&api, operation, first, String::new());
            assert_eq!(missing.unwrap_err().reason, Reason::InvalidRequest);
        }
        if media::is_json(&body.media[0].name) {
            let broken = send(
                &api,
                operation,
                &body.media[0].name,
                "{\n  \"a\": }".to_owned(),
            );
            let broken = broken.unwrap_err();
            assert!(
                broken.detail.contains("line 2 column 8"),
                "{}",
                broken.detail
            );
            assert_as_declared(&api, operation, &broken);
        }
    }
}

#[test]
fn every_refusal_of_every_operation_is_as_declared() {
    let api = api();
    for operation in &api.operations {
        for reason in Reason::ALL {
            let refusal = Refusal::new(reason, "for a test");
            let reply = assert_as_declared(&api, operation, &refusal);
            if reply.status == StatusCode::UNAUTHORIZED {
                let challenge = reply.headers["www-authenticate"].to_str().unwrap();
                assert!(challenge.starts_with("Basic realm="), "{challenge}");
            }
        }
    }
}
