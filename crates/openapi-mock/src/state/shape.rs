//! What schemas say about the shape of values, seen from outside.

use indexmap::IndexMap;
use openapi_document::walk;
use serde_json::Value;

use crate::api::{members, resolve, resolved_pointer};
use crate::parts::parts;

/// The members that a schema names, in whatever branch, with the first schema of each.
pub(super) fn known_members<'a>(
    root: &'a Value,
    schema: &'a Value,
) -> IndexMap<&'a str, &'a Value> {
    let mut found = IndexMap::new();
    for part in parts(root, [schema]) {
        for (name, schema) in members(&part["properties"]) {
            found.entry(name.as_str()).or_insert(schema);
        }
    }
    found
}

/// The type of a schema, behind references and compositions; that of the first branch that has one.
pub(super) fn kind<'a>(root: &'a Value, schema: &'a Value) -> Option<&'a str> {
    parts(root, [schema]).into_iter().find_map(|part| {
        let implied = part["properties"].is_object().then_some("object");
        part["type"].as_str().or(implied)
    })
}

/// A flag of a schema, or of the schema that it refers to.
pub(super) fn flag(root: &Value, schema: &Value, name: &str) -> bool {
    schema[name] == true || resolve(root, schema)[name] == true
}

/// The pointer of the schema that a JSON pointer into a value leads to. Items are those of the list.
pub(super) fn schema_at(root: &Value, schema: &str, into: &str) -> Option<String> {
    let mut place = resolved_pointer(root, schema.to_owned());
    for token in openapi_document::pointer::split(into) {
        let parts = walk::parts(root, &place).into_iter();
        let mut members = parts.filter_map(|part| {
            part.schema.get("properties")?.get(&*token)?;
            let inner = format!("{}/properties", part.pointer);
            Some(openapi_document::pointer::join(&inner, &token))
        });
        place = resolved_pointer(root, members.next()?);
    }
    Some(place)
}

/// The pointer of the items of a list.
pub(super) fn items_of(root: &Value, list: &str) -> Option<String> {
    let inner = format!("{list}/items");
    root.pointer(&inner).map(|_| resolved_pointer(root, inner))
}

/// Where in an answer its list stands: the answer itself, or its only member that is a list.
pub(super) fn list_at(root: &Value, schema: &Value) -> Option<String> {
    match kind(root, schema)? {
        "array" => Some(String::new()),
        "object" => {
            let known = known_members(root, schema);
            let mut lists = known
                .into_iter()
                .filter(|(_, schema)| kind(root, schema) == Some("array"));
            let (name, _) = lists.next()?;
            let alone = lists.next().is_none();
            alone.then(|| openapi_document::pointer::join("", name))
        }
        _ => None,
    }
}

/// A name without case and signs, so that `client_id` is `clientId`.
pub(super) fn plain_name(name: &str) -> String {
    let letters = name.chars().filter(|letter| letter.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// A text, number or truth value as it stands in paths and queries.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}
