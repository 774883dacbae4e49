//! What a schema has against a value, in words.

use std::borrow::Cow;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use openapi_document::model::{Additional, SchemaId, Schemas};
use serde_json::Value;

use crate::schema::{Lack, Violation};

/// Longer values are not repeated.
const LONGEST: usize = 80;

/// Says what is wrong; of alternatives, what is wrong with the one that comes closest.
///
/// Only single values are shown, and none that the schema calls secret: what is said here goes
/// into answers and logs.
pub(crate) fn explain(
    schemas: &Schemas,
    schema: SchemaId,
    error: &ValidationError<'_>,
) -> Vec<Violation> {
    use ValidationErrorKind as Kind;
    if let Kind::AnyOf { context } | Kind::OneOfNotValid { context } = error.kind()
        && let Some(branch) = closest(error, context)
    {
        let errors = branch.iter();
        return errors
            .flat_map(|error| explain(schemas, schema, error))
            .collect();
    }
    let at = error.instance_path().as_str().to_owned();
    let path: Vec<_> = openapi_document::pointer::split(&at).collect();
    let shown = is_short(error.instance()) && !is_secret(schemas, schema, &path);
    let what = if shown {
        error.to_string()
    } else {
        error.masked_with("the value").to_string()
    };
    let lack = match error.kind() {
        Kind::Required { property } => property
            .as_str()
            .map_or(Lack::Other, |name| Lack::Missing(name.to_owned())),
        Kind::Type { .. } => Lack::Type,
        _ => Lack::Other,
    };
    vec![Violation { at, what, lack }]
}

/// The alternative that was most likely meant: one that gets the kind of the value right, and then
/// the one whose faults are deepest.
fn closest<'a>(
    error: &ValidationError<'_>,
    branches: &'a [Vec<ValidationError<'static>>],
) -> Option<&'a Vec<ValidationError<'static>>> {
    let here = error.instance_path().as_str();
    let of_kind = branches.iter().filter(|branch| {
        !branch.iter().any(|error| {
            let kind = matches!(
                error.kind(),
                ValidationErrorKind::Type { .. } | ValidationErrorKind::Enum { .. }
            );
            kind && error.instance_path().as_str() == here
        })
    });
    of_kind.max_by_key(|branch| {
        let depths = branch
            .iter()
            .map(|error| error.instance_path().as_str().matches('/').count());
        (depths.max(), std::cmp::Reverse(branch.len()))
    })
}

fn is_short(value: &Value) -> bool {
    match value {
        Value::String(text) => text.len() <= LONGEST,
        Value::Array(_) | Value::Object(_) => false,
        _ => true,
    }
}

/// Whether the value at `path`, or something around it, is a secret. At each step all schemas that
/// speak of the value are taken together, each once: many ways may lead to one.
fn is_secret(schemas: &Schemas, schema: SchemaId, path: &[Cow<'_, str>]) -> bool {
    let mut speaking = schemas.parts(schema);
    for name in path {
        if speaking.iter().any(|part| schemas[part.id].sensitive) {
            return true;
        }
        let inner = speaking
            .iter()
            .flat_map(|part| within(schemas, part.id, name));
        speaking = schemas.parts_of(inner);
    }
    speaking.iter().any(|part| schemas[part.id].sensitive)
}

/// The schemas of what is called so within a value of a schema.
fn within(schemas: &Schemas, part: SchemaId, name: &str) -> Vec<SchemaId> {
    let schema = &schemas[part];
    if let Some(property) = schema.properties.get(name) {
        return vec![property.schema];
    }
    let additional = match schema.additional {
        Additional::Schema(values) => Some(values),
        Additional::Unsaid | Additional::Any | Additional::Never => None,
    };
    schema.items.into_iter().chain(additional).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::schema::Schema;
    use crate::spec::Spec;

    fn violations(schema: &Value, value: &Value) -> Vec<String> {
        let (spec, id) = Spec::of_schema(schema);
        let all = Schema::request(id).violations(&spec, value).into_iter();
        all.map(|violation| format!("{}: {}", violation.at, violation.what))
            .collect()
    }

    #[test]
    fn places_and_values_are_shown() {
        let schema = json!({"type": "object", "required": ["a"], "properties": {
            "b": {"type": "array", "items": {"type": "string"}},
        }});
        assert_eq!(
            violations(&schema, &json!({"b": ["x", 5]})),
            [
                r#": "a" is a required property"#,
                r#"/b/1: 5 is not of type "string""#,
            ]
        );
    }

    #[test]
    fn secrets_and_whole_objects_are_not_repeated() {
        let schema = json!({"type": "object", "maxProperties": 1, "properties": {
            "password": {"type": "string", "format": "password", "minLength": 9},
            "keys": {"type": "array", "items": {"allOf": [{"x-sensitive": true}, {"type": "integer"}]}},
        }});
        let value = json!({"password": "hunter2", "keys": ["hunter2"]});
        let said = violations(&schema, &value).join("\n");
        assert!(!said.contains("hunter2"), "{said}");
        assert!(
            said.contains("/keys/0") && said.contains("/password"),
            "{said}"
        );
        let long = violations(&json!({"type": "integer"}), &json!("x".repeat(1000)));
        assert_eq!(long, [r#": the value is not of type "integer""#]);
    }

    #[test]
    fn of_alternatives_the_closest_is_explained() {
        let schema = json!({"anyOf": [{"type": "string"}, {"type": "object", "properties": {
            "n": {"type": "integer"},
        }}]});
        assert_eq!(
            violations(&schema, &json!({"n": "x"})),
            [r#"/n: "x" is not of type "integer""#]
        );
        assert!(violations(&schema, &json!(5))[0].contains("anyOf"));
    }
}
