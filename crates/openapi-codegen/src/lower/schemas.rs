//! Schemas that typify refuses, or takes for something else.

use std::collections::{BTreeSet, HashSet};

use openapi_document::walk::{self, Walk};
use serde_json::{Map, Value, json};

use super::{Lowering, reference, referenced, rewrite};
use crate::{naming, plan::OpenEnum};

/// Where the runtime stands in generated code.
const RUNTIME: &str = "openapi_client_runtime";

/// Every type gets a name from the document or from its place, so that no two
/// stages disagree on what it is called.
pub(super) fn hoist_inline_schemas(lowering: &mut Lowering) -> usize {
    let before = lowering.schemas.len();
    let mut operations = std::mem::take(&mut lowering.operations);
    for operation in &mut operations {
        let prefix = naming::pascal(&operation.method.name);
        let pointer = operation.method.pointer.clone();
        rewrite::in_operation(&mut operation.object, |place, schema| {
            let pointer = format!("{pointer}{}", place.pointer);
            hoist(
                lowering,
                &format!("{prefix} {}", place.word),
                &pointer,
                schema,
            );
        });
    }
    lowering.operations = operations;
    let mut done = 0;
    while let Some((name, mut schema)) = nth(&lowering.schemas, done) {
        let origin = lowering
            .plan
            .origins
            .get(&name)
            .cloned()
            .unwrap_or_default();
        rewrite::children(&mut schema, |place, child| {
            let pointer = format!("{origin}{}", place.pointer);
            hoist(lowering, &format!("{name} {}", place.word), &pointer, child);
        });
        lowering.schemas.insert(name, schema);
        done += 1;
    }
    rewrite::note_what_is_sent(lowering);
    lowering.schemas.len() - before
}

fn nth(schemas: &Map<String, Value>, index: usize) -> Option<(String, Value)> {
    let (name, schema) = schemas.iter().nth(index)?;
    Some((name.clone(), schema.clone()))
}

/// Names the schema if it would become a type of its own, else what is in it.
fn hoist(lowering: &mut Lowering, words: &str, origin: &str, schema: &mut Value) {
    unwrap_single_reference(schema);
    if !becomes_a_type(schema) {
        rewrite::children(schema, |place, child| {
            let pointer = format!("{origin}{}", place.pointer);
            hoist(
                lowering,
                &format!("{words} {}", place.word),
                &pointer,
                child,
            );
        });
        return;
    }
    let nullable = is_nullable(schema);
    let mut named = schema.clone();
    remove_null(&mut named);
    let name = lowering.add_schema(&naming::pascal(words), origin, named);
    *schema = reference(&name);
    if nullable {
        make_nullable(schema);
    }
}

/// `allOf` with one reference is how `OpenAPI` 3.0 documents describe a
/// reference. The completer adds the description.
fn unwrap_single_reference(schema: &mut Value) {
    let single = match schema["allOf"].as_array().map(Vec::as_slice) {
        Some([only]) if only.get("$ref").is_some() => only.clone(),
        _ => return,
    };
    if schema.get("properties").is_some() {
        return;
    }
    let nullable = is_nullable(schema);
    *schema = single;
    if nullable {
        make_nullable(schema);
    }
}

fn becomes_a_type(schema: &Value) -> bool {
    let has_members = schema["properties"]
        .as_object()
        .is_some_and(|p| !p.is_empty());
    let composed = ["oneOf", "anyOf", "allOf"].iter().any(|keyword| {
        schema[*keyword]
            .as_array()
            .is_some_and(|branches| !branches.is_empty())
    }) && !is_nullable_reference(schema);
    has_members || composed || (schema["enum"].is_array() && schema["type"] == "string")
}

/// `anyOf: [{required: [a]}, {required: [b]}]` beside properties says which members
/// go together. typify would make a variant of each branch that has no place for
/// the members of the others.
pub(super) fn drop_required_choices(lowering: &mut Lowering) -> usize {
    let mut applied = 0;
    everywhere(lowering, &mut |schema| {
        for keyword in ["oneOf", "anyOf"] {
            let only_required = schema[keyword].as_array().is_some_and(|branches| {
                branches.iter().all(|branch| {
                    branch
                        .as_object()
                        .is_some_and(|branch| branch.keys().all(|key| key == "required"))
                })
            });
            if only_required && schema.get("properties").is_some() {
                applied += usize::from(remove(schema, keyword));
            }
        }
    });
    applied
}

/// Values that may be null are so at the place that refers to them: a type of
/// its own for "a value or null" would help nobody.
pub(super) fn move_nullable_to_references(lowering: &mut Lowering) -> usize {
    drop_null_branches(&mut lowering.schemas);
    let mut moved = HashSet::new();
    for (name, schema) in &mut lowering.schemas {
        let nullable_branch = remove_from_branches(schema);
        if (is_nullable(schema) && !is_nullable_reference(schema)) || nullable_branch {
            remove_null(schema);
            moved.insert(name.clone());
        }
    }
    if moved.is_empty() {
        return 0;
    }
    everywhere(lowering, &mut |schema| {
        if referenced(schema).is_some_and(|name| moved.contains(name)) {
            make_nullable(schema);
        }
    });
    moved.len()
}

/// A branch that is null and nothing else, `enum: [null]`, makes its union nullable.
fn drop_null_branches(schemas: &mut Map<String, Value>) {
    let null = schemas.iter().filter(|(_, schema)| is_null(schema));
    let null: HashSet<String> = null.map(|(name, _)| name.clone()).collect();
    for schema in schemas.values_mut() {
        for keyword in ["oneOf", "anyOf"] {
            let Some(branches) = schema.get_mut(keyword).and_then(Value::as_array_mut) else {
                continue;
            };
            let before = branches.len();
            branches.retain(|branch| {
                !is_null(branch) && referenced(branch).is_none_or(|name| !null.contains(name))
            });
            if branches.len() < before {
                schema["nullable"] = json!(true);
            }
        }
    }
}

fn is_null(schema: &Value) -> bool {
    let values = schema["enum"].as_array();
    values.is_some_and(|values| !values.is_empty() && values.iter().all(Value::is_null))
}

/// What is left of a schema without its null.
fn remove_null(schema: &mut Value) {
    remove(schema, "nullable");
    if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        values.retain(|value| !value.is_null());
    }
}

/// A union is nullable when one of its branches is.
fn remove_from_branches(schema: &mut Value) -> bool {
    let mut removed = false;
    for keyword in ["oneOf", "anyOf"] {
        let branches = schema.get_mut(keyword).and_then(Value::as_array_mut);
        for branch in branches.into_iter().flatten() {
            removed |= !is_nullable_reference(branch) && remove(branch, "nullable");
        }
    }
    removed
}

/// typify keeps what an object has beyond its named members only where the
/// document gives it a schema; `true` says no less.
pub(super) fn keep_extra_members(lowering: &mut Lowering) -> usize {
    let mut applied = 0;
    for schema in lowering.schemas.values_mut() {
        if schema.get("properties").is_some() && schema["additionalProperties"] == true {
            schema["additionalProperties"] = json!({});
            applied += 1;
        }
    }
    applied
}

/// String enums are open unless `x-closed-enum` says otherwise. `anyOf` of an
/// enum and a string is the usual way to write an open enum by hand.
pub(super) fn open_string_enums(lowering: &mut Lowering) -> usize {
    let mut found = Vec::new();
    for (name, schema) in &lowering.schemas {
        if lowering.plan.aliases.contains_key(name) || schema["x-closed-enum"] == true {
            continue;
        }
        let Some(values) = enum_values(&lowering.schemas, schema) else {
            continue;
        };
        let default = schema["default"].as_str().map(str::to_owned);
        found.push((name.clone(), OpenEnum { values, default }));
    }
    let applied = found.len();
    for (name, open) in found {
        // What typify sees of it must be a plain string.
        lowering.schemas[&name] = json!({ "type": "string" });
        lowering.plan.open_enums.insert(name, open);
    }
    applied
}

fn enum_values(schemas: &Map<String, Value>, schema: &Value) -> Option<Vec<String>> {
    let mut values = Vec::new();
    let mut walk = Walk::new(schemas, "", schema);
    while let Some(part) = walk.next(walk::all) {
        let schema = part.schema;
        if schema
            .get("anyOf")
            .or_else(|| schema.get("oneOf"))
            .is_some()
        {
            continue;
        }
        if schema["type"] != "string" {
            return None;
        }
        match schema["enum"].as_array() {
            Some(listed) => {
                let listed = listed.iter().filter(|value| !value.is_null());
                let texts = listed.map(|value| value.as_str().map(str::to_owned));
                values.extend(texts.collect::<Option<Vec<_>>>()?);
            }
            // A text of any kind beside the listed ones.
            None if part.references.is_empty() => {}
            None => return None,
        }
    }
    (!values.is_empty()).then_some(values)
}

/// `format: password` and `x-sensitive` strings become `Secret`, and those that the API shows once
/// `OneTimeSecret`.
pub(super) fn protect_secrets(lowering: &mut Lowering) -> usize {
    let mut applied = 0;
    for (name, schema) in &mut lowering.schemas {
        if let Some(secret) = secret_type(schema) {
            let path = format!("::{RUNTIME}::{secret}");
            lowering.plan.aliases.insert(name.clone(), path);
        }
        rewrite::everywhere(schema, &mut |schema| {
            if let Some(secret) = secret_type(schema) {
                applied += 1;
                let nullable = is_nullable(schema);
                *schema = runtime_type(secret);
                if nullable {
                    make_nullable(schema);
                }
            }
        });
    }
    applied
}

/// The type of the runtime that holds what must not be printed.
pub(super) fn secret_type(schema: &Value) -> Option<&'static str> {
    if schema["type"] != "string" {
        return None;
    }
    if schema["x-shown-once"] == true {
        return Some("OneTimeSecret");
    }
    (schema["format"] == "password" || schema["x-sensitive"] == true).then_some("Secret")
}

/// A server's values are taken as they come, and a JSON body is held against the limits of the document
/// when it is sent. Types of parameters and forms keep theirs: nothing else checks them.
pub(super) fn take_limits_off_types(lowering: &mut Lowering) -> usize {
    let (sent, mut received) = rewrite::reach(&lowering.operations, &lowering.schemas);
    for name in &lowering.delivered {
        rewrite::collect(&super::reference(name), &lowering.schemas, &mut received);
    }
    let plan = &lowering.plan;
    let checked: BTreeSet<String> = plan
        .in_json
        .difference(&plan.in_other_places)
        .cloned()
        .collect();
    let mut applied = 0;
    for name in sent.union(&received) {
        if !received.contains(name) && !checked.contains(name) {
            continue;
        }
        let Some(schema) = lowering.schemas.get_mut(name) else {
            continue;
        };
        let is_received = received.contains(name);
        rewrite::everywhere(schema, &mut |schema| {
            applied += usize::from(take_limits_off(schema, is_received));
        });
    }
    for operation in &mut lowering.operations {
        let is_json = rewrite::sends_json(&operation.object);
        rewrite::in_operation(&mut operation.object, |place, schema| {
            let is_received = place.pointer.starts_with("/responses");
            if is_received || (is_json && place.pointer.starts_with("/requestBody")) {
                rewrite::everywhere(schema, &mut |schema| {
                    applied += usize::from(take_limits_off(schema, is_received));
                });
            }
        });
    }
    lowering.plan.sent = sent;
    lowering.plan.received = received;
    applied
}

fn take_limits_off(schema: &mut Value, is_received: bool) -> bool {
    const LIMITS: [&str; 11] = [
        "minLength",
        "maxLength",
        "pattern",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minItems",
        "maxItems",
        "uniqueItems",
    ];
    let mut relaxed = false;
    for limit in LIMITS {
        relaxed |= remove(schema, limit);
    }
    if !is_received {
        return relaxed;
    }
    if matches!(schema["type"].as_str(), Some("integer" | "number")) {
        relaxed |= remove(schema, "enum");
    }
    if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
        relaxed |= remove(schema, "additionalProperties");
    }
    relaxed
}

/// Optional nullable members of what is sent have three states.
pub(super) fn keep_null_apart(lowering: &mut Lowering) -> usize {
    let mut applied = 0;
    for name in lowering.plan.sent.clone() {
        let Some(mut schema) = lowering.schemas.get(&name).cloned() else {
            continue;
        };
        for_optional_properties(&mut schema, |member, property| {
            if is_nullable(property) {
                name_limited(lowering, &name, member, property);
                let mut inner = without_null(property);
                // typify cannot see through `Patch` that a type contains itself.
                if rewrite::holds(&inner, &name, &lowering.schemas) {
                    inner = rust_type("std", "boxed::Box", &[inner]);
                }
                *property = rust_type(RUNTIME, "Patch", &[inner]);
                applied += 1;
            }
        });
        lowering.schemas.insert(name, schema);
    }
    applied
}

/// An absent list is not an empty one; typify would send neither.
pub(super) fn keep_empty_lists(lowering: &mut Lowering) -> usize {
    let mut applied = 0;
    let names: Vec<String> = lowering.schemas.keys().cloned().collect();
    for name in names {
        let mut schema = lowering.schemas[&name].take();
        for_optional_properties(&mut schema, |member, property| {
            if let Some(listed) = list_or_map(property) {
                name_limited(lowering, &name, member, property);
                *property = list_or_map(property).unwrap_or(listed);
                applied += 1;
            }
        });
        lowering.schemas[&name] = schema;
    }
    applied
}

fn list_or_map(property: &Value) -> Option<Value> {
    if property["type"] == "array" {
        let items = property.get("items").cloned().unwrap_or_else(|| json!({}));
        return Some(rust_type("std", "vec::Vec", &[json_schema(items)]));
    }
    let values = map_values(property)?;
    let key = json!({ "type": "string" });
    // typify takes a map of any values for the map of serde_json.
    Some(if values == json!({}) {
        rust_type("serde_json", "Map", &[key, values])
    } else {
        rust_type("std", "collections::BTreeMap", &[key, json_schema(values)])
    })
}

/// Values with limits and enums become types of their own, which typify cannot name inside
/// of a type that exists already.
pub(super) fn name_limited(
    lowering: &mut Lowering,
    component: &str,
    member: &str,
    property: &mut Value,
) {
    let wanted = naming::pascal(&format!("{component} {member}"));
    let component_origin = lowering.plan.origins.get(component).cloned();
    let origin = format!(
        "{}/properties/{member}",
        component_origin.unwrap_or_default()
    );
    rewrite::everywhere(property, &mut |schema| {
        let limited = ["pattern", "minLength", "maxLength"]
            .iter()
            .any(|limit| schema.get(*limit).is_some());
        if limited || schema["enum"].is_array() {
            schema["title"] = json!(lowering.reserve(&wanted, &origin));
        }
    });
}

/// The schema of the values where an object is a map: its members have no names
/// in the document.
fn map_values(schema: &Value) -> Option<Value> {
    let is_map = schema["type"] == "object"
        && !["properties", "allOf", "oneOf", "anyOf"]
            .iter()
            .any(|keyword| schema.get(*keyword).is_some());
    match schema.get("additionalProperties") {
        _ if !is_map => None,
        Some(values @ Value::Object(_)) => Some(values.clone()),
        Some(Value::Bool(false)) => None,
        _ => Some(json!({})),
    }
}

fn for_optional_properties(schema: &mut Value, mut visit: impl FnMut(&str, &mut Value)) {
    let required: HashSet<String> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect();
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        for (name, property) in properties {
            if !required.contains(name) && property.get("default").is_none() {
                visit(name, property);
            }
        }
    }
}

/// typify's own extension: a type that exists already.
pub(super) fn rust_type(crate_name: &str, path: &str, parameters: &[Value]) -> Value {
    json!({
        "x-rust-type": {
            "crate": crate_name,
            "version": "*",
            "path": format!("{crate_name}::{path}"),
            "parameters": parameters,
        }
    })
}

/// A type of the runtime.
pub(super) fn runtime_type(name: &str) -> Value {
    rust_type(RUNTIME, name, &[])
}

/// The schema or nothing, as a Rust type.
pub(super) fn option(schema: Value) -> Value {
    rust_type("std", "option::Option", &[json_schema(schema)])
}

/// Parameters of [`rust_type`] are read as JSON Schema, which has no `nullable`.
fn json_schema(mut schema: Value) -> Value {
    rewrite::everywhere(&mut schema, &mut |schema| {
        if is_nullable(schema) {
            let inner = without_null(schema);
            *schema = json!({ "oneOf": [inner, { "type": "null" }] });
        }
    });
    schema
}

fn without_null(schema: &Value) -> Value {
    let mut inner = schema.clone();
    remove(&mut inner, "nullable");
    let single = match inner["allOf"].as_array().map(Vec::as_slice) {
        Some([only]) => Some(only.clone()),
        _ => None,
    };
    json_schema(single.unwrap_or(inner))
}

fn is_nullable(schema: &Value) -> bool {
    schema.get("nullable") == Some(&Value::Bool(true))
}

fn is_nullable_reference(schema: &Value) -> bool {
    is_nullable(schema)
        && schema
            .get("allOf")
            .and_then(Value::as_array)
            .is_some_and(|all| {
                all.len() == 1
                    && (referenced(&all[0]).is_some() || all[0].get("x-rust-type").is_some())
            })
}

fn make_nullable(schema: &mut Value) {
    *schema = json!({ "nullable": true, "allOf": [schema.take()] });
}

fn remove(schema: &mut Value, key: &str) -> bool {
    schema
        .as_object_mut()
        .is_some_and(|object| object.remove(key).is_some())
}

/// Visits every schema of the components and of the operations.
pub(super) fn everywhere(lowering: &mut Lowering, visit: &mut dyn FnMut(&mut Value)) {
    for schema in lowering.schemas.values_mut() {
        rewrite::everywhere(schema, visit);
    }
    for operation in &mut lowering.operations {
        rewrite::in_operation(&mut operation.object, |_, schema| {
            rewrite::everywhere(schema, visit);
        });
    }
}
