//! What schemas say of the objects they describe.

use serde_json::{Map, Value};

use crate::api::{members, resolve};

/// The schema of a property, also where `allOf` adds it; the last one, which is the narrowest, wins.
pub(super) fn property<'a>(root: &'a Value, schema: &'a Value, name: &str) -> Option<&'a Value> {
    let schema = resolve(root, schema);
    let parts = schema["allOf"].as_array();
    let parts = parts.into_iter().flatten().rev();
    let own = schema["properties"].get(name);
    own.map(|schema| resolve(root, schema)).or_else(|| {
        parts
            .into_iter()
            .find_map(|part| property(root, part, name))
    })
}

/// The names of all properties that a schema speaks of.
pub(super) fn properties<'a>(root: &'a Value, schema: &'a Value) -> Vec<&'a str> {
    let schema = resolve(root, schema);
    let own = members(&schema["properties"]).map(|(name, _)| name.as_str());
    let parts = schema["allOf"].as_array();
    let parts = parts
        .into_iter()
        .flatten()
        .flat_map(|part| properties(root, part));
    own.chain(parts).collect()
}

/// The example of a schema, put together from those of its parts where it has none of its own.
pub(super) fn shown(root: &Value, pointer: &str) -> Option<Value> {
    example(root, root.pointer(pointer)?, 0)
}

fn example(root: &Value, schema: &Value, depth: usize) -> Option<Value> {
    const DEEPEST: usize = 8;
    if depth > DEEPEST {
        return None;
    }
    let schema = resolve(root, schema);
    if let Some(example) = schema.get("example").or_else(|| schema.get("default")) {
        return Some(example.clone());
    }
    if let Some(first) = schema["enum"].get(0) {
        return Some(first.clone());
    }
    let mut object = Map::new();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        if let Some(Value::Object(part)) = example(root, part, depth + 1) {
            object.extend(part);
        }
    }
    for (name, property) in members(&schema["properties"]) {
        if let Some(value) = example(root, property, depth + 1) {
            object.insert(name.clone(), value);
        }
    }
    (!object.is_empty()).then_some(Value::Object(object))
}
