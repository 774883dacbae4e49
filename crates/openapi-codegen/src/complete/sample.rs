//! Values for what the document has no example of.

use serde_json::Value;

use super::context::Context;
use crate::lower::resolve;

/// A value holds no more parts. Schemas that hold themselves would go on without end.
const MOST: usize = 1_000;

/// Some value of a schema without an example.
pub(super) fn sample(context: &Context<'_>, schema: &Value) -> Value {
    let mut sampler = Sampler {
        context,
        above: Vec::new(),
        left: MOST,
    };
    sampler.value(schema).unwrap_or_default()
}

struct Sampler<'a, 'b> {
    context: &'b Context<'a>,
    /// The schemas of what the value will stand in.
    above: Vec<*const Value>,
    left: usize,
}

impl Sampler<'_, '_> {
    /// Nothing where a value would have to hold another one of its own kind.
    fn value(&mut self, schema: &Value) -> Option<Value> {
        let schema = resolve(self.context.root, schema);
        let place: *const Value = schema;
        self.left = self.left.checked_sub(1)?;
        if self.above.contains(&place) {
            return None;
        }
        self.above.push(place);
        let value = self.of(schema);
        self.above.pop();
        value
    }

    fn of(&mut self, schema: &Value) -> Option<Value> {
        if let Some(value) = schema.get("example").or_else(|| schema["enum"].get(0)) {
            return Some(value.clone());
        }
        if let Some([only]) = schema["allOf"].as_array().map(Vec::as_slice) {
            return self.value(only);
        }
        Some(match schema["type"].as_str() {
            Some("boolean") => Value::Bool(true),
            Some("integer" | "number") => {
                schema.get("minimum").cloned().unwrap_or_else(|| 1.into())
            }
            Some("array") => self.value(&schema["items"]).into_iter().collect(),
            Some("object") => return self.object(schema),
            _ => Value::String(sample_text(schema["format"].as_str()).to_owned()),
        })
    }

    fn object(&mut self, schema: &Value) -> Option<Value> {
        let mut object = serde_json::Map::new();
        for name in schema["required"].as_array().into_iter().flatten() {
            let name = name.as_str().unwrap_or_default();
            if let Some(property) = self.context.property(schema, name) {
                object.insert(name.to_owned(), self.value(property)?);
            }
        }
        Some(Value::Object(object))
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
