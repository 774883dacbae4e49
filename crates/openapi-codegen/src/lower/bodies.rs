//! Media types of requests and responses.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{Lowering, Operation, normalize::object_mut, reference, referenced, schemas::option};
use crate::{
    naming::{self, essence},
    plan::{RequestBody, Response},
};

/// How the content of one media type is handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Json,
    Form,
    Text,
    Bytes,
}

pub(crate) fn kind(media_type: &str) -> Kind {
    let essence = essence(media_type);
    match essence.as_str() {
        "application/json" | "text/json" => Kind::Json,
        "application/x-www-form-urlencoded" => Kind::Form,
        "text/event-stream" => Kind::Bytes,
        "application/xml" | "application/yaml" | "application/javascript" => Kind::Text,
        other if other.ends_with("+json") => Kind::Json,
        other if other.starts_with("text/") => Kind::Text,
        other if other.starts_with("application/") && other.ends_with("+xml") => Kind::Text,
        other if other.starts_with("application/") && other.ends_with("+yaml") => Kind::Text,
        _ => Kind::Bytes,
    }
}

/// One method for each pair of a request and a response media type. The first
/// pair keeps the name of the operation.
pub(super) fn split_media_types(lowering: &mut Lowering) -> usize {
    let mut applied = 0;
    let mut methods = Vec::new();
    let names = lowering
        .operations
        .iter()
        .map(|operation| naming::pascal(&operation.method.name));
    let mut taken: BTreeSet<String> = names.collect();
    for operation in std::mem::take(&mut lowering.operations) {
        let requests = media_types(operation.object.pointer("/requestBody/content"));
        let responses = response_media_types(&operation.object);
        let mut siblings: Vec<Operation> = Vec::new();
        for (r, request) in at_least_one(&requests).into_iter().enumerate() {
            for (s, response) in at_least_one(&responses).into_iter().enumerate() {
                let mut method = operation.clone();
                choose(&mut method.object, request, response);
                // Statuses with a media type each leave nothing to choose.
                if siblings
                    .iter()
                    .any(|sibling| says_the_same(sibling, &method))
                {
                    continue;
                }
                record(&mut method, request);
                if r + s > 0 {
                    let request = Some(request).filter(|_| r > 0);
                    let response = Some(response).filter(|_| s > 0);
                    rename(&mut method, request, response, &mut taken);
                }
                siblings.push(method);
            }
        }
        applied += usize::from(siblings.len() > 1);
        methods.extend(siblings);
    }
    lowering.operations = methods;
    applied
}

fn says_the_same(one: &Operation, other: &Operation) -> bool {
    ["requestBody", "responses"]
        .iter()
        .all(|part| one.object.get(part) == other.object.get(part))
}

fn at_least_one(media_types: &[String]) -> Vec<&str> {
    if media_types.is_empty() {
        vec![""]
    } else {
        media_types.iter().map(String::as_str).collect()
    }
}

/// Names a sibling after its media types: in short, in full where that name is taken, at last with a
/// number.
fn rename(
    operation: &mut Operation,
    request: Option<&str>,
    response: Option<&str>,
    taken: &mut BTreeSet<String>,
) {
    let suffix = |word: fn(&str) -> String| {
        let request = request.map(|media_type| format!("from_{}", word(media_type)));
        let response = response.map(|media_type| format!("as_{}", word(media_type)));
        let words: Vec<String> = request.into_iter().chain(response).collect();
        words.join("_")
    };
    let full = suffix(naming::snake);
    let numbered = (2..).map(|number| format!("{full}_{number}"));
    let suffixes = [suffix(naming::media_type_word), full.clone()]
        .into_iter()
        .chain(numbered);
    let method = &mut operation.method;
    for suffix in suffixes {
        let name = naming::snake(&format!("{}_{suffix}", method.name));
        // Its builder must have a name of its own, too.
        if taken.insert(naming::pascal(&name)) {
            operation.object["operationId"] = Value::String(name.clone());
            method.name = name;
            method.variant = Some(suffix);
            return;
        }
    }
}

fn media_types(content: Option<&Value>) -> Vec<String> {
    content
        .and_then(Value::as_object)
        .map(|content| content.keys().cloned().collect())
        .unwrap_or_default()
}

/// Media types of all success responses, in the order of the document.
fn response_media_types(operation: &Value) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let responses = operation["responses"].as_object();
    for (status, response) in responses.into_iter().flatten() {
        if status.starts_with('2') {
            for media_type in media_types(response.get("content")) {
                if !found.contains(&media_type) {
                    found.push(media_type);
                }
            }
        }
    }
    found
}

/// Leaves only the chosen media types; a response without the chosen one keeps
/// its first.
fn choose(operation: &mut Value, request: &str, response: &str) {
    if let Some(content) = operation.pointer_mut("/requestBody/content") {
        keep(content, |media_type| media_type == request);
    }
    let responses = operation["responses"].as_object_mut();
    for (status, object) in responses.into_iter().flatten() {
        let wanted = if status.starts_with('2') {
            response
        } else {
            "application/json"
        };
        let Some(content) = object.get_mut("content") else {
            continue;
        };
        let names = media_types(Some(content));
        let chosen = names
            .iter()
            .find(|name| *name == wanted)
            .or_else(|| names.iter().find(|name| kind(name) == Kind::Json))
            .or_else(|| names.first())
            .cloned();
        keep(content, |media_type| Some(media_type) == chosen.as_deref());
    }
}

fn keep(content: &mut Value, wanted: impl Fn(&str) -> bool) {
    object_mut(content).retain(|media_type, _| wanted(media_type));
}

/// Notes the media types of the wire for the operation table.
fn record(operation: &mut Operation, request: &str) {
    operation.method.request = operation.object.get("requestBody").map(|body| RequestBody {
        media_type: request.to_owned(),
        optional: !body
            .get("required")
            .and_then(Value::as_bool)
            .unwrap_or(false),
    });
    operation.method.responses = operation.object["responses"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(status, response)| Response {
            status: status.clone(),
            media_types: media_types(response.get("content")),
            envelope: None,
        })
        .collect();
}

/// After this rule, bodies are JSON, forms, plain text or bytes.
pub(super) fn lower_media_types(lowering: &mut Lowering) -> usize {
    let mut applied = 0;
    for operation in &mut lowering.operations {
        if let Some(content) = operation.object.pointer_mut("/requestBody/content") {
            applied += lower_content(content, request_media);
        }
        let responses = operation.object["responses"].as_object_mut();
        for response in responses.into_iter().flat_map(Map::values_mut) {
            if let Some(content) = response.get_mut("content") {
                applied += lower_content(content, response_media);
            }
        }
    }
    applied
}

fn lower_content(content: &mut Value, lower: fn(&str, &Value) -> (&'static str, Value)) -> usize {
    let mut applied = 0;
    let old = std::mem::take(object_mut(content));
    for (media_type, media) in old {
        let (target, object) = lower(&media_type, &media);
        applied += usize::from(target != media_type || object["schema"] != media["schema"]);
        content[target] = object;
    }
    applied
}

fn request_media(media_type: &str, media: &Value) -> (&'static str, Value) {
    let schema = media.get("schema").cloned().unwrap_or_else(|| json!({}));
    match kind(media_type) {
        Kind::Json => ("application/json", json!({ "schema": schema })),
        Kind::Form => (
            "application/x-www-form-urlencoded",
            json!({ "schema": schema }),
        ),
        Kind::Text => ("text/plain", json!({ "schema": { "type": "string" } })),
        Kind::Bytes => ("application/octet-stream", json!({ "schema": bytes() })),
    }
}

/// The runtime decodes a text reply as if it were a JSON string.
fn response_media(media_type: &str, media: &Value) -> (&'static str, Value) {
    let schema = media.get("schema").cloned().unwrap_or_else(|| json!({}));
    // Any type, but with a schema that is no string: what answers is JSON.
    let any_json = essence(media_type) == "*/*" && is_structured(&schema);
    match kind(media_type) {
        _ if any_json => ("application/json", json!({ "schema": schema })),
        Kind::Json => ("application/json", json!({ "schema": schema })),
        Kind::Text | Kind::Form => (
            "application/json",
            json!({ "schema": { "type": "string" } }),
        ),
        Kind::Bytes => ("application/octet-stream", json!({ "schema": bytes() })),
    }
}

fn is_structured(schema: &Value) -> bool {
    schema["type"] != "string" && schema != &json!({})
}

fn bytes() -> Value {
    json!({ "type": "string", "format": "binary" })
}

/// progenitor takes every body as required. An optional JSON body becomes an
/// `Option`; the other kinds are optional by an empty default, which the
/// completer sets.
pub(super) fn accept_optional_bodies(lowering: &mut Lowering) -> usize {
    let mut applied = 0;
    let mut operations = std::mem::take(&mut lowering.operations);
    for operation in &mut operations {
        let optional = operation
            .method
            .request
            .as_ref()
            .is_some_and(|body| body.optional);
        if !optional || operation.object.get("requestBody").is_none() {
            continue;
        }
        applied += 1;
        operation.object["requestBody"]["required"] = json!(true);
        let prefix = naming::pascal(&operation.method.name);
        let pointer = operation.method.pointer.clone();
        for media in ["application~1json", "application~1x-www-form-urlencoded"] {
            let Some(schema) = operation
                .object
                .pointer_mut(&format!("/requestBody/content/{media}/schema"))
            else {
                continue;
            };
            let component = match referenced(schema) {
                Some(name) => name.to_owned(),
                None if is_list_or_scalar(schema) => {
                    *schema = option(schema.take());
                    continue;
                }
                None => lowering.add_schema(&format!("{prefix}Request"), &pointer, schema.clone()),
            };
            let rust_type = format!(
                "::std::option::Option<crate::types::{}>",
                naming::pascal(&component)
            );
            *schema = lowering.add_alias(&format!("{prefix}OptionalBody"), &pointer, rust_type);
            // The body stays reachable for the rules that follow.
            if let Some(alias) = referenced(schema) {
                lowering.schemas[alias]["x-body"] = reference(&component);
            }
        }
    }
    lowering.operations = operations;
    applied
}

fn is_list_or_scalar(schema: &Value) -> bool {
    matches!(
        schema["type"].as_str(),
        Some("array" | "string" | "boolean" | "integer" | "number")
    )
}
