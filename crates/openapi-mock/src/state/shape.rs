//! What schemas say about the shape of values, seen from outside.

use indexmap::IndexMap;
use serde_json::Value;

use crate::api::{members, resolve};
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
    let mut place = behind(root, schema.to_owned());
    for token in openapi_document::pointer::split(into) {
        let inner = openapi_document::pointer::join(&format!("{place}/properties"), &token);
        place = match root.pointer(&inner) {
            Some(_) => behind(root, inner),
            None => within_parts(root, &place, &token)?,
        };
    }
    Some(place)
}

fn within_parts(root: &Value, place: &str, token: &str) -> Option<String> {
    let into = format!("/{}", openapi_document::pointer::escape(token));
    ["allOf", "oneOf", "anyOf"].into_iter().find_map(|key| {
        let parts = root.pointer(place)?[key].as_array()?.len();
        (0..parts).find_map(|index| schema_at(root, &format!("{place}/{key}/{index}"), &into))
    })
}

/// The pointer of the items of a list.
pub(super) fn items_of(root: &Value, list: &str) -> Option<String> {
    let inner = format!("{list}/items");
    root.pointer(&inner).map(|_| behind(root, inner))
}

/// The pointer behind references.
pub(super) fn behind(root: &Value, pointer: String) -> String {
    let target = root
        .pointer(&pointer)
        .and_then(|node| node["$ref"].as_str()?.strip_prefix('#'));
    match target {
        Some(target) if target != pointer => behind(root, target.to_owned()),
        _ => pointer,
    }
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
