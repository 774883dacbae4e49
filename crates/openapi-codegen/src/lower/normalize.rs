//! The start of lowering: one list of operations with nothing left to resolve
//! but schemas. Nothing is lost here, so these steps are no rules.

use openapi_document::{is_known_extension, walk};
use serde_json::{Map, Value};

use super::{Lowering, Operation, titles};
use crate::{
    naming,
    plan::{Method, Plan},
};

const VERBS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

pub(super) fn start(public: &Value) -> Lowering {
    let schemas = public
        .pointer("/components/schemas")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    let mut plan = Plan::default();
    for name in schemas.keys() {
        let pointer = format!("/components/schemas/{}", escape(name));
        plan.origins.insert(name.clone(), pointer);
    }
    let mut lowering = Lowering {
        operations: operations(public),
        type_names: schemas.keys().map(|name| naming::pascal(name)).collect(),
        schemas,
        numbers: std::collections::HashMap::new(),
        delivered: delivered(public),
        plan,
        refusals: Vec::new(),
    };
    drop_foreign_extensions(&mut lowering);
    titles::drop_titles(&mut lowering);
    name_types(&mut lowering);
    lowering
}

/// Only extensions of our vocabulary go on. Those of others mean something to the stages behind, which
/// have some of their own: one of them puts any Rust type in the place of a schema.
fn drop_foreign_extensions(lowering: &mut Lowering) {
    for operation in &mut lowering.operations {
        let object = &mut operation.object;
        // Nothing of them becomes code.
        object_mut(object).remove("callbacks");
        keep_known(object);
        let parts = ["/parameters", "/requestBody/content", "/responses"];
        for part in parts {
            object.pointer_mut(part).map(keep_known_within);
        }
        for part in ["/externalDocs", "/requestBody"] {
            object.pointer_mut(part).map(keep_known);
        }
        let media_types = object.pointer_mut("/requestBody/content");
        for media_type in media_types.into_iter().flat_map(members_mut) {
            media_type.get_mut("encoding").map(keep_known_within);
        }
        let responses = object.get_mut("responses");
        for response in responses.into_iter().flat_map(members_mut) {
            object_mut(response).remove("links");
            response.get_mut("content").map(keep_known_within);
        }
    }
    super::schemas::everywhere(lowering, &mut |schema| {
        keep_known(schema);
        for part in ["discriminator", "xml", "externalDocs"] {
            schema.get_mut(part).map(keep_known);
        }
    });
}

fn keep_known(object: &mut Value) {
    if let Some(members) = object.as_object_mut() {
        members.retain(|key, _| !key.starts_with("x-") || is_known_extension(key));
    }
}

/// As [`keep_known`], for each value of a list or map.
fn keep_known_within(values: &mut Value) {
    for value in members_mut(values) {
        keep_known(value);
    }
}

fn members_mut(values: &mut Value) -> Box<dyn Iterator<Item = &mut Value> + '_> {
    match values {
        Value::Array(items) => Box::new(items.iter_mut()),
        Value::Object(members) => Box::new(members.values_mut()),
        _ => Box::new(std::iter::empty()),
    }
}

fn delivered(public: &Value) -> Vec<String> {
    let payloads = super::events(public).into_iter().flatten();
    payloads
        .filter_map(|(_, event)| super::referenced(&event["payload"]))
        .map(str::to_owned)
        .collect()
}

/// Says of an enum of strings that it holds strings, which its values show.
fn name_types(lowering: &mut Lowering) {
    super::schemas::everywhere(lowering, &mut |schema| {
        let strings = schema["enum"].as_array().is_some_and(|values| {
            values.iter().any(Value::is_string)
                && values
                    .iter()
                    .all(|value| value.is_string() || value.is_null())
        });
        if strings && schema.get("type").is_none() {
            schema["type"] = Value::String("string".to_owned());
        }
    });
}

fn operations(public: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    let paths = public.get("paths").and_then(Value::as_object);
    for (path, item) in paths.into_iter().flatten() {
        for (verb, object) in item.as_object().into_iter().flatten() {
            if VERBS.contains(&verb.as_str()) {
                operations.push(operation(public, path, item, verb, object));
            }
        }
    }
    operations
}

fn operation(public: &Value, path: &str, item: &Value, verb: &str, object: &Value) -> Operation {
    let mut object = object.clone();
    object["parameters"] = parameters(public, item, &object);
    if let Some(body) = object.get("requestBody") {
        object["requestBody"] = resolve(public, body).clone();
    }
    if let Some(responses) = object.get_mut("responses").and_then(Value::as_object_mut) {
        responses.retain(|status, _| !status.starts_with("x-"));
        for response in responses.values_mut() {
            *response = resolve(public, response).clone();
        }
    }
    let method = Method {
        name: String::new(),
        operation_id: object
            .get("operationId")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        pointer: format!("/paths/{}/{verb}", escape(path)),
        verb: verb.to_owned(),
        path: path.to_owned(),
        request: None,
        parts: Vec::new(),
        responses: Vec::new(),
        query_encodings: std::collections::BTreeMap::new(),
        cookies: Vec::new(),
        variant: None,
    };
    Operation { method, object }
}

/// Parameters of the path and of the operation; the operation's own win.
fn parameters(public: &Value, item: &Value, object: &Value) -> Value {
    let mut merged: Vec<Value> = Vec::new();
    for source in [item, object] {
        let list = source.get("parameters").and_then(Value::as_array);
        for parameter in list.into_iter().flatten() {
            let parameter = resolve(public, parameter).clone();
            merged.retain(|known| {
                known.get("name") != parameter.get("name") || known.get("in") != parameter.get("in")
            });
            merged.push(parameter);
        }
    }
    Value::Array(merged)
}

/// Follows references until something else stands there.
pub(crate) fn resolve<'a>(public: &'a Value, value: &'a Value) -> &'a Value {
    walk::resolve(public, value).unwrap_or(value)
}

/// One segment of a JSON pointer (RFC 6901, section 3).
pub(crate) fn escape(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

/// An empty object, for members that a document leaves out.
pub(super) fn object_mut(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    match value {
        Value::Object(map) => map,
        _ => unreachable!("made an object above"),
    }
}
