//! The one judge of values: the lint asks it about the examples of a document, a mock server about
//! requests and replies.

use jsonschema::Validator;
use serde_json::{Value, json};

/// A validator for a [JSON Schema of a document](crate::lint::json_schema), which also judges by
/// `format`. Nothing where the schema cannot be compiled.
///
/// Patterns that are no regular expressions are left out: the lint has a rule of their own for them,
/// and all else that a schema says still holds.
///
/// ```
/// use openapi_document::judge::validator;
/// use serde_json::json;
///
/// let validator = validator(json!({"type": "string", "format": "byte"})).unwrap();
/// assert!(validator.is_valid(&json!("aGk=")));
/// assert!(!validator.is_valid(&json!("!!! not base64")));
/// ```
pub fn validator(mut schema: Value) -> Option<Validator> {
    let options = jsonschema::options()
        .should_validate_formats(true)
        .with_format("byte", is_base64)
        .offline();
    options.build(&schema).ok().or_else(|| {
        remove_broken_patterns(&mut schema);
        options.build(&schema).ok()
    })
}

fn remove_broken_patterns(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            let pattern = members.get("pattern").filter(|pattern| pattern.is_string());
            if pattern.is_some_and(|pattern| {
                jsonschema::validator_for(&json!({ "pattern": pattern })).is_err()
            }) {
                members.remove("pattern");
            }
            members.values_mut().for_each(remove_broken_patterns);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_broken_patterns),
        _ => {}
    }
}

/// Base64 of RFC 4648, section 4, which `format: byte` stands for.
fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let padding = text.len() - body.len();
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
    text.len().is_multiple_of(4) && padding <= 2 && body.bytes().all(is_digit)
}
