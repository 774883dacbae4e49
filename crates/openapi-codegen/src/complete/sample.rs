//! Values for what the document has no example of.

use serde_json::Value;

use super::context::Context;
use crate::lower::resolve;

/// Some value of a schema without an example.
pub(super) fn sample(context: &Context<'_>, schema: &Value) -> Value {
    let schema = resolve(context.root, schema);
    if let Some(value) = schema.get("example").or_else(|| schema["enum"].get(0)) {
        return value.clone();
    }
    if let Some([only]) = schema["allOf"].as_array().map(Vec::as_slice) {
        return sample(context, only);
    }
    match schema["type"].as_str() {
        Some("boolean") => Value::Bool(true),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or_else(|| 1.into()),
        Some("array") => Value::Array(vec![sample(context, &schema["items"])]),
        Some("object") => {
            let names = schema["required"].as_array().into_iter().flatten();
            let members = names.filter_map(|name| {
                let name = name.as_str()?;
                let value = sample(context, context.property(schema, name)?);
                Some((name.to_owned(), value))
            });
            Value::Object(members.collect())
        }
        _ => Value::String(sample_text(schema["format"].as_str()).to_owned()),
    }
}

fn sample_text(format: Option<&str>) -> &'static str {
    match format {
        Some("date-time") => "2024-02-29T12:00:00Z",
        Some("date") => "2024-02-29",
        Some("uuid") => "7f0c1f6e-2f0b-4c39-9a3e-0d5a3c9b8e11",
        Some("uri") => "https://example.com/",
        Some("email") => "someone@example.com",
        _ => "value",
    }
}
