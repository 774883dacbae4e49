//! Walking over the places where a schema may stand.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{BodyKind, Lowering, Operation, body_kind, normalize::escape, reference, referenced};

/// Where a schema stands in the schema or operation around it.
pub(super) struct Place {
    /// A word for the name of a type that would be made of it.
    pub word: String,
    /// The rest of its JSON pointer.
    pub pointer: String,
}

impl Place {
    fn new(word: impl Into<String>, pointer: impl Into<String>) -> Self {
        Self {
            word: word.into(),
            pointer: pointer.into(),
        }
    }
}

/// Calls `visit` for each direct subschema.
pub(super) fn children(schema: &mut Value, mut visit: impl FnMut(&Place, &mut Value)) {
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        for (name, property) in properties {
            let pointer = format!("/properties/{}", escape(name));
            visit(&Place::new(name, pointer), property);
        }
    }
    if let Some(items) = schema.get_mut("items") {
        visit(&Place::new("item", "/items"), items);
    }
    if let Some(values) = schema.get_mut("additionalProperties")
        && values.is_object()
    {
        visit(&Place::new("value", "/additionalProperties"), values);
    }
    for keyword in ["allOf", "oneOf", "anyOf"] {
        let branches = schema.get_mut(keyword).and_then(Value::as_array_mut);
        for (index, branch) in branches.into_iter().flatten().enumerate() {
            let place = Place::new(format!("variant {index}"), format!("/{keyword}/{index}"));
            visit(&place, branch);
        }
    }
}

/// Calls `visit` for the schema and everything below it, innermost first.
pub(super) fn everywhere(schema: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    children(schema, |_, child| everywhere(child, visit));
    visit(schema);
}

/// Calls `visit` for each schema that stands in an operation.
pub(super) fn in_operation(operation: &mut Value, mut visit: impl FnMut(&Place, &mut Value)) {
    if let Some(parameters) = operation
        .get_mut("parameters")
        .and_then(Value::as_array_mut)
    {
        for parameter in parameters {
            let name = parameter["name"].as_str().unwrap_or_default().to_owned();
            if let Some(schema) = parameter.get_mut("schema") {
                visit(&Place::new(name, "/parameters"), schema);
            }
        }
    }
    if let Some(content) = operation.pointer_mut("/requestBody/content") {
        in_content(content, "request", "/requestBody", &mut visit);
    }
    if let Some(responses) = operation
        .get_mut("responses")
        .and_then(Value::as_object_mut)
    {
        for (status, response) in responses {
            let word = match status.as_str() {
                "200" | "2XX" => "response".to_owned(),
                other => format!("response {other}"),
            };
            if let Some(content) = response.get_mut("content") {
                let pointer = format!("/responses/{status}");
                in_content(content, &word, &pointer, &mut visit);
            }
        }
    }
}

fn in_content(
    content: &mut Value,
    word: &str,
    pointer: &str,
    visit: &mut impl FnMut(&Place, &mut Value),
) {
    for (media_type, media) in content.as_object_mut().into_iter().flatten() {
        if let Some(schema) = media.get_mut("schema") {
            let pointer = format!("{pointer}/content/{}/schema", escape(media_type));
            visit(&Place::new(word, pointer), schema);
        }
    }
}

/// The components that the request bodies and those that the responses of all
/// operations reach.
pub(super) fn reach(
    operations: &[Operation],
    schemas: &Map<String, Value>,
) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut sent = BTreeSet::new();
    let mut received = BTreeSet::new();
    for operation in operations {
        if let Some(body) = operation.object.get("requestBody") {
            collect(body, schemas, &mut sent);
        }
        for part in &operation.method.parts {
            collect(&part.schema, schemas, &mut sent);
        }
        if let Some(responses) = operation.object.get("responses") {
            collect(responses, schemas, &mut received);
        }
    }
    (sent, received)
}

/// The components that requests and those that replies hold, wherever: also in parameters and events.
pub(super) fn directions(lowering: &Lowering) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut sent, mut received) = reach(&lowering.operations, &lowering.schemas);
    for operation in &lowering.operations {
        collect(
            &operation.object["parameters"],
            &lowering.schemas,
            &mut sent,
        );
    }
    for name in &lowering.delivered {
        collect(&reference(name), &lowering.schemas, &mut received);
    }
    (sent, received)
}

/// Notes what requests hold, before parameters and optional bodies become aliases of Rust types.
pub(super) fn note_what_is_sent(lowering: &mut Lowering) {
    let schemas = &lowering.schemas;
    let (mut in_json, mut elsewhere) = (BTreeSet::new(), BTreeSet::new());
    for operation in &lowering.operations {
        collect(&operation.object["parameters"], schemas, &mut elsewhere);
        let content = operation.object["requestBody"]["content"].as_object();
        for (name, media_type) in content.into_iter().flatten() {
            let found = match body_kind(name) {
                BodyKind::Json => &mut in_json,
                _ => &mut elsewhere,
            };
            collect(media_type, schemas, found);
        }
    }
    lowering.plan.in_json = in_json;
    lowering.plan.in_other_places = elsewhere;
}

/// Whether the body of an operation is JSON.
pub(super) fn sends_json(operation: &Value) -> bool {
    let content = operation["requestBody"]["content"].as_object();
    let mut names = content.into_iter().flat_map(Map::keys);
    names.all(|name| body_kind(name) == BodyKind::Json)
}

/// Adds every component that `value` refers to, directly or not.
pub(crate) fn collect(value: &Value, schemas: &Map<String, Value>, found: &mut BTreeSet<String>) {
    let mut queue = vec![value];
    while let Some(value) = queue.pop() {
        if let Some(name) = referenced(value)
            && found.insert(name.to_owned())
        {
            queue.extend(schemas.get(name));
        }
        match value {
            Value::Array(items) => queue.extend(items),
            Value::Object(members) => queue.extend(
                members
                    .iter()
                    .filter(|(key, _)| {
                        !matches!(key.as_str(), "example" | "examples" | "default" | "enum")
                    })
                    .map(|(_, member)| member),
            ),
            _ => {}
        }
    }
}

/// Whether a value of the schema holds one of the component without a list or
/// map between them: a Rust type would then contain itself.
pub(super) fn holds(schema: &Value, component: &str, schemas: &Map<String, Value>) -> bool {
    let mut found = BTreeSet::new();
    let mut queue = vec![schema];
    while let Some(value) = queue.pop() {
        if let Some(name) = referenced(value)
            && found.insert(name.to_owned())
        {
            queue.extend(schemas.get(name));
        }
        queue.extend(
            value["properties"]
                .as_object()
                .into_iter()
                .flat_map(Map::values),
        );
        for keyword in ["allOf", "oneOf", "anyOf"] {
            queue.extend(value[keyword].as_array().into_iter().flatten());
        }
        queue.extend(
            value
                .pointer("/x-rust-type/parameters")
                .and_then(Value::as_array)
                .into_iter()
                .flatten(),
        );
    }
    found.contains(component)
}
