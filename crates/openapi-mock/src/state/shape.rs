//! What schemas say about the shape of values, seen from outside.

use openapi_document::model::{Schema, SchemaId, Schemas, Type};
use serde_json::Value;

/// Whether a schema, or the one that it refers to, says something.
pub(super) fn says(schemas: &Schemas, id: SchemaId, what: impl Fn(&Schema) -> bool) -> bool {
    schemas.resolve(id).is_some_and(|id| what(&schemas[id]))
}

/// Where in an answer its list stands: the answer itself, or its only member that is a list.
pub(super) fn list_at(schemas: &Schemas, schema: SchemaId) -> Option<String> {
    let is_list = |id| schemas.kind(id) == Some(Type::Array);
    match schemas.kind(schema)? {
        Type::Array => Some(String::new()),
        Type::Object => {
            let known = schemas.properties(schema).into_iter();
            let mut lists = known.filter(|(_, schema)| is_list(*schema));
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
