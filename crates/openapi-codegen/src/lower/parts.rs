//! Multipart bodies, whose parts become parameters of their own.

use std::collections::BTreeSet;

use openapi_document::walk::{self, Walk};
use serde_json::{Map, Value, json};

use super::{
    Lowering, Operation,
    bodies::{Kind, kind},
    normalize::escape,
    referenced, rewrite, schemas,
};
use crate::{
    naming::{self, essence},
    plan::{Part, PartContent},
};

/// progenitor knows no multipart body. Each part becomes a parameter, so that there is a setter
/// for it; the completer makes a form of them.
pub(super) fn split_multipart_bodies(lowering: &mut Lowering) -> usize {
    let mut applied = 0;
    let mut bodies = BTreeSet::new();
    let mut operations = std::mem::take(&mut lowering.operations);
    for operation in &mut operations {
        if let Some(media) = take_form(operation) {
            applied += 1;
            split(lowering, operation, &media, &mut bodies);
        }
    }
    lowering.operations = operations;
    drop_unused(lowering, bodies);
    applied
}

/// Takes the body off an operation that sends a form with parts.
fn take_form(operation: &mut Operation) -> Option<Value> {
    let media_type = &operation.method.request.as_ref()?.media_type;
    if essence(media_type) != "multipart/form-data" {
        return None;
    }
    let body = operation.object.as_object_mut()?.remove("requestBody")?;
    body["content"].get(media_type).cloned()
}

/// A member of the object that describes a form.
struct Member {
    name: String,
    schema: Value,
    required: bool,
    /// The rest of its pointer, from the schema of the body on.
    pointer: String,
}

fn split(
    lowering: &mut Lowering,
    operation: &mut Operation,
    media: &Value,
    bodies: &mut BTreeSet<String>,
) {
    let members = gather(&lowering.schemas, &media["schema"], bodies);
    let Some(request) = &operation.method.request else {
        return;
    };
    let place = format!(
        "{}/requestBody/content/{}/schema",
        operation.method.pointer,
        escape(&request.media_type)
    );
    let body_is_optional = request.optional;
    for member in members {
        let encoding = media.pointer(&format!("/encoding/{}", escape(&member.name)));
        let part = Part {
            pointer: format!("{place}{}", member.pointer),
            required: member.required && !body_is_optional,
            needed: member.required,
            ..part(
                &lowering.schemas,
                member.name,
                &member.schema,
                encoding,
                bodies,
            )
        };
        let parameter = parameter(lowering, operation, &part);
        if let Some(parameters) = operation.object["parameters"].as_array_mut() {
            parameters.push(parameter);
        }
        operation.method.parts.push(part);
    }
}

/// The members of an object, also those that `allOf` brings in, without those that are only read.
fn gather(
    schemas: &Map<String, Value>,
    schema: &Value,
    seen: &mut BTreeSet<String>,
) -> Vec<Member> {
    let mut members: Vec<Member> = Vec::new();
    let mut required = BTreeSet::new();
    let mut walk = Walk::new(schemas, "", schema);
    while let Some(part) = walk.next(walk::none) {
        seen.extend(part.components().map(str::to_owned));
        let names = part.schema["required"].as_array().into_iter().flatten();
        required.extend(names.filter_map(Value::as_str));
        let path = walk.path(&part);
        let properties = part.schema["properties"].as_object().into_iter().flatten();
        for (name, property) in properties {
            let is_known = members.iter().any(|member| member.name == *name);
            if property["readOnly"] != true && !is_known {
                members.push(Member {
                    name: name.clone(),
                    schema: property.clone(),
                    required: false,
                    pointer: format!("{path}/properties/{}", escape(name)),
                });
            }
        }
    }
    for member in &mut members {
        member.required = required.contains(member.name.as_str());
    }
    members
}

/// Follows references, and notes which.
fn resolve<'a>(
    schemas: &'a Map<String, Value>,
    mut schema: &'a Value,
    seen: &mut BTreeSet<String>,
) -> &'a Value {
    let mut taken = BTreeSet::new();
    while let Some(name) = referenced(bare(schema)) {
        let Some(target) = schemas.get(name).filter(|_| taken.insert(name)) else {
            break;
        };
        seen.insert(name.to_owned());
        schema = target;
    }
    schema
}

/// A schema without the `allOf` that a nullable reference stands in: no part is null.
fn bare(schema: &Value) -> &Value {
    match schema["allOf"].as_array().map(Vec::as_slice) {
        Some([only]) if schema.get("properties").is_none() => only,
        _ => schema,
    }
}

/// What `OpenAPI` 3.0.3 says under "Special Considerations for `multipart` Content": an array is one
/// part an item, a scalar is text, binary is a file, and everything else is JSON.
fn part(
    schemas: &Map<String, Value>,
    name: String,
    schema: &Value,
    encoding: Option<&Value>,
    bodies: &mut BTreeSet<String>,
) -> Part {
    let mut via = BTreeSet::new();
    let resolved = resolve(schemas, schema, &mut via);
    let is_list = resolved["type"] == "array";
    let item = if is_list { &resolved["items"] } else { schema };
    let mut item = bare(item).clone();
    if let Some(members) = item.as_object_mut() {
        members.remove("nullable");
    }
    let content = content(schemas, resolve(schemas, &item, &mut via));
    let media_type = encoding.and_then(|encoding| encoding["contentType"].as_str());
    let is_json = media_type.is_some_and(|media_type| kind(media_type) == Kind::Json);
    let content = match content {
        PartContent::Text if is_json => PartContent::Json,
        other => other,
    };
    let item = item_type(schemas, item, content);
    if is_list || content == PartContent::File {
        // The list or the file stands for itself here, so that no type of its own is needed.
        bodies.extend(via);
    }
    Part {
        name,
        schema: if is_list {
            json!({ "type": "array", "items": item })
        } else {
            item
        },
        content,
        is_list,
        // A choice is the caller's.
        media_type: media_type
            .filter(|m| !m.contains(['*', ',']))
            .map(str::to_owned),
        pointer: String::new(),
        required: false,
        needed: false,
    }
}

fn content(schemas: &Map<String, Value>, schema: &Value) -> PartContent {
    if schema["type"] == "string" && schema["format"] == "binary" {
        PartContent::File
    } else if is_scalar(schemas, schema) {
        PartContent::Text
    } else {
        PartContent::Json
    }
}

fn is_scalar(schemas: &Map<String, Value>, schema: &Value) -> bool {
    let mut walk = Walk::new(schemas, "", schema);
    let mut found = false;
    while let Some(part) = walk.next(walk::all) {
        let composed = ["allOf", "oneOf", "anyOf"]
            .iter()
            .any(|keyword| part.schema[*keyword].is_array());
        match part.schema["type"].as_str() {
            Some("string" | "integer" | "number" | "boolean") if !composed => found = true,
            // What is composed of others beside its type only narrows it.
            Some("string" | "integer" | "number" | "boolean") => return true,
            None if composed => {}
            _ => return false,
        }
    }
    found
}

/// The schema of an item where it needs a Rust type of ours.
fn item_type(schemas: &Map<String, Value>, item: Value, content: PartContent) -> Value {
    let resolved = resolve(schemas, &item, &mut BTreeSet::new());
    if content == PartContent::File {
        schemas::runtime_type("Upload")
    } else if let Some(secret) = schemas::secret_type(resolved) {
        schemas::runtime_type(secret)
    } else {
        item
    }
}

fn parameter(lowering: &mut Lowering, operation: &Operation, part: &Part) -> Value {
    let schema = match referenced(&part.schema) {
        // As for a query, an object is taken under another name.
        Some(component) if part.content == PartContent::Json => {
            let rust_type = format!("crate::types::{}", naming::pascal(component));
            let method = naming::pascal(&operation.method.name);
            let wanted = format!("{method}{}Part", naming::pascal(&part.name));
            lowering.add_alias(&wanted, &operation.method.pointer, rust_type)
        }
        _ => part.schema.clone(),
    };
    json!({
        "name": part.name,
        "in": "query",
        "required": part.required,
        "schema": schema,
        "x-part": true,
    })
}

/// Takes away the components that described a form as a whole and are used by nothing else: there
/// would be a Rust type that no call takes.
fn drop_unused(lowering: &mut Lowering, mut bodies: BTreeSet<String>) {
    let mut used = BTreeSet::new();
    for operation in &lowering.operations {
        rewrite::collect(&operation.object, &lowering.schemas, &mut used);
        for part in &operation.method.parts {
            rewrite::collect(&part.schema, &lowering.schemas, &mut used);
        }
    }
    for (name, schema) in &lowering.schemas {
        if !bodies.contains(name) {
            rewrite::collect(schema, &lowering.schemas, &mut used);
        }
    }
    bodies.retain(|name| !used.contains(name));
    lowering.schemas.retain(|name, _| !bodies.contains(name));
    lowering.plan.untyped = bodies;
}
