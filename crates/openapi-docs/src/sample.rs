//! Values for samples: those of the document, and where it has none, some that fit the schema.

use openapi_document::model::{Example, Parameter, SchemaId, Schemas, Type};
use serde_json::{Map, Value, json};

use crate::shape::Shape;

/// How deep a value is made up; deeper optional members are left out anyhow.
const DEEPEST: usize = 6;

/// A value for a parameter, where the document has one.
pub(crate) fn parameter(schemas: &Schemas, parameter: &Parameter) -> Option<Value> {
    of_examples(&parameter.examples).or_else(|| stated(schemas, parameter.schema?))
}

/// A value for a body: its first example, or one that is made up.
pub(crate) fn body(
    schemas: &Schemas,
    examples: &[Example],
    schema: Option<SchemaId>,
) -> Option<Value> {
    of_examples(examples).or_else(|| made(schemas, schema?, 0))
}

fn of_examples(examples: &[Example]) -> Option<Value> {
    examples.iter().find_map(|example| example.value.clone())
}

/// What a schema itself gives as a value.
fn stated(schemas: &Schemas, id: SchemaId) -> Option<Value> {
    let schema = &schemas[schemas.resolve(id)?];
    let values = schema
        .examples
        .iter()
        .chain(&schema.default)
        .chain(&schema.values);
    values.into_iter().find(|value| !value.is_null()).cloned()
}

fn made(schemas: &Schemas, id: SchemaId, depth: usize) -> Option<Value> {
    let own = schemas.resolve(id)?;
    if let Some(value) = stated(schemas, own) {
        return Some(value);
    }
    if depth > DEEPEST {
        return None;
    }
    let schema = &schemas[own];
    let shape = Shape::of(schemas, own);
    if !shape.members.is_empty() || schema.types.only() == Some(Type::Object) {
        return Some(object(schemas, &shape, depth));
    }
    if let Some(branch) = shape
        .choices
        .first()
        .and_then(|choice| choice.branches.first())
    {
        return made(schemas, *branch, depth + 1);
    }
    let minimum = schema
        .limits
        .minimum
        .as_ref()
        .map(|bound| Value::Number(bound.value.clone()));
    Some(match schema.types.only()? {
        Type::Boolean => json!(true),
        Type::Integer | Type::Number => minimum.unwrap_or(json!(1)),
        Type::String => text(schema.format.as_deref()),
        Type::Array => {
            let item = shape
                .items
                .and_then(|items| made(schemas, items, depth + 1));
            Value::Array(item.into_iter().collect())
        }
        Type::Null | Type::Object => return None,
    })
}

fn object(schemas: &Schemas, shape: &Shape<'_>, depth: usize) -> Value {
    let required = shape.members.iter().filter(|(_, member)| member.required);
    let required = required.filter(|(_, member)| !schemas[member.schema].read_only);
    let members: Map<String, Value> = required
        .filter_map(|(name, member)| {
            Some(((*name).to_owned(), made(schemas, member.schema, depth + 1)?))
        })
        .collect();
    Value::Object(members)
}

fn text(format: Option<&str>) -> Value {
    json!(match format {
        Some("date-time") => "2026-01-31T12:00:00Z",
        Some("date") => "2026-01-31",
        Some("uuid") => "9f1c2d4e-0b7a-4c53-8d26-5a1e3f7b9c08",
        Some("email") => "someone@example.com",
        Some("uri" | "url") => "https://example.com",
        _ => "text",
    })
}
