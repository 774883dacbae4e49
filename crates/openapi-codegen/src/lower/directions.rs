//! Members that only requests or only replies have.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Lowering, referenced, rewrite};

/// `OpenAPI` asks for a `readOnly` member in replies alone and for a `writeOnly` one in requests alone,
/// but one schema is one type: there, such a member may be left out.
pub(super) fn require_by_direction(lowering: &mut Lowering) -> usize {
    let (sent, received) = rewrite::directions(lowering);
    let schemas = lowering.schemas.clone();
    let mut applied = 0;
    for (name, schema) in &mut lowering.schemas {
        for (side, reached) in [(READ_ONLY, &sent), (WRITE_ONLY, &received)] {
            if reached.contains(name) {
                applied += relax_within(&schemas, schema, side);
            }
        }
    }
    for operation in &mut lowering.operations {
        rewrite::in_operation(&mut operation.object, |place, schema| {
            let is_received = place.pointer.starts_with("/responses");
            let side = if is_received { WRITE_ONLY } else { READ_ONLY };
            applied += relax_within(&schemas, schema, side);
        });
    }
    applied
}

/// What requests do not have.
const READ_ONLY: &str = "readOnly";
/// What replies do not have.
const WRITE_ONLY: &str = "writeOnly";

fn relax_within(schemas: &Map<String, Value>, schema: &mut Value, side: &str) -> usize {
    let mut relaxed = 0;
    rewrite::everywhere(schema, &mut |schema| {
        let mut names = Vec::new();
        marked(schemas, schema, side, &mut names, &mut BTreeSet::new());
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        relaxed += relax(schema, &names);
    });
    relaxed
}

/// The members of an object, also those that `allOf` brings in, that go one way only.
fn marked<'a>(
    schemas: &'a Map<String, Value>,
    schema: &'a Value,
    side: &str,
    names: &mut Vec<&'a str>,
    seen: &mut BTreeSet<&'a str>,
) {
    if let Some(name) = referenced(schema) {
        if let Some(target) = schemas.get(name).filter(|_| seen.insert(name)) {
            marked(schemas, target, side, names, seen);
        }
        return;
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        if is_marked(schemas, property, side) {
            names.push(name);
        }
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        marked(schemas, part, side, names, seen);
    }
}

/// Whether a property says so, or the component that it refers to.
fn is_marked(schemas: &Map<String, Value>, property: &Value, side: &str) -> bool {
    let target = match property["allOf"].as_array().map(Vec::as_slice) {
        Some([only]) => only,
        _ => property,
    };
    let component = referenced(target).and_then(|name| schemas.get(name));
    property[side] == true || component.is_some_and(|component| component[side] == true)
}

/// Takes names out of `required`, here and in what `allOf` writes down in place.
fn relax(schema: &mut Value, names: &[String]) -> usize {
    let mut relaxed = 0;
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        let before = required.len();
        required.retain(|name| !names.iter().any(|absent| name == absent));
        relaxed += before - required.len();
    }
    let parts = schema.get_mut("allOf").and_then(Value::as_array_mut);
    for part in parts.into_iter().flatten() {
        relaxed += relax(part, names);
    }
    relaxed
}
