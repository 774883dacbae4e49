//! From texts to the values that a schema asks for.

use openapi_document::model::{Additional, Schema, SchemaId, Schemas, Type};
use serde_json::{Map, Number, Value};

use super::style::{DEEPEST, Written};
use crate::media::plain_text;

/// A schema with everything that its references, `allOf`, `oneOf` and `anyOf` add to it: what a
/// text may stand for is the union of them all.
#[derive(Clone)]
pub(super) struct View<'a> {
    schemas: &'a Schemas,
    parts: Vec<&'a Schema>,
}

impl<'a> View<'a> {
    /// The view of what all these schemas say; one of no schema takes anything.
    pub(super) fn of(schemas: &'a Schemas, all: impl IntoIterator<Item = SchemaId>) -> Self {
        let parts = schemas.parts_of(all).into_iter();
        Self {
            schemas,
            parts: parts.map(|part| &schemas[part.id]).collect(),
        }
    }

    /// The view of a schema that says nothing.
    pub(super) fn nothing(&self) -> Self {
        Self::of(self.schemas, [])
    }

    fn any(&self, says: impl Fn(&Schema) -> bool) -> bool {
        self.parts.iter().any(|part| says(part))
    }

    fn has_type(&self, kind: Type) -> bool {
        self.any(|part| part.types.contains(kind))
    }

    pub(super) fn is_list(&self) -> bool {
        self.has_type(Type::Array) || self.any(|part| part.items.is_some())
    }

    pub(super) fn is_object(&self) -> bool {
        self.has_type(Type::Object) || self.has_properties()
    }

    fn has_properties(&self) -> bool {
        self.any(|part| !part.properties.is_empty())
    }

    pub(super) fn is_binary(&self) -> bool {
        self.any(|part| part.format.as_deref() == Some("binary"))
    }

    /// Whether a single text can be all of the value.
    pub(super) fn is_scalar(&self) -> bool {
        let types = [Type::String, Type::Number, Type::Integer, Type::Boolean];
        types.into_iter().any(|kind| self.has_type(kind)) || !(self.is_list() || self.is_object())
    }

    pub(super) fn items(&self) -> Self {
        Self::of(
            self.schemas,
            self.parts.iter().filter_map(|part| part.items),
        )
    }

    /// The schemas of a member.
    pub(super) fn property(&self, name: &str) -> Self {
        let named = self
            .parts
            .iter()
            .filter_map(|part| part.properties.get(name));
        let mut found: Vec<SchemaId> = named.map(|property| property.schema).collect();
        if found.is_empty() {
            let others = |part: &&Schema| match part.additional {
                Additional::Schema(values) => Some(values),
                Additional::Unsaid | Additional::Any | Additional::Never => None,
            };
            found = self.parts.iter().filter_map(others).collect();
        }
        Self::of(self.schemas, found)
    }

    /// The names of the members that the schema knows.
    pub(super) fn properties(&self) -> Vec<&'a str> {
        let mut names: Vec<&str> = Vec::new();
        for name in self.parts.iter().flat_map(|part| part.properties.keys()) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        names
    }

    /// Whether an object may have members of any name: by default, unless it has named ones, as
    /// that is what documents mean by a bare list of properties in a query.
    pub(super) fn is_open(&self) -> bool {
        let open =
            |part: &Schema| matches!(part.additional, Additional::Any | Additional::Schema(_));
        self.is_object() && (self.any(open) || !self.has_properties())
    }

    /// The value that is written so. What does not fit stays a text, for the schema to refuse.
    pub(super) fn value(&self, written: Written) -> Value {
        match written {
            Written::Text(text) => self.text(text, DEEPEST),
            Written::List(items) => {
                let schema = self.items();
                items.into_iter().map(|item| schema.value(item)).collect()
            }
            Written::Object(entries) if self.is_list() && !self.is_object() => {
                let schema = self.items();
                let items = entries.into_iter().map(|(_, item)| schema.value(item));
                items.collect()
            }
            Written::Object(entries) => {
                let members = entries.into_iter().map(|(name, member)| {
                    let value = self.property(&name).value(member);
                    (name, value)
                });
                Value::Object(members.collect::<Map<_, _>>())
            }
        }
    }

    /// A list of one, where a list is asked for. Lists of themselves end somewhere.
    fn text(&self, text: String, deepest: usize) -> Value {
        if deepest > 0 && self.is_list() && !self.is_scalar() {
            return Value::Array(vec![self.items().text(text, deepest - 1)]);
        }
        self.scalar(text)
    }

    fn scalar(&self, text: String) -> Value {
        let listed = self.parts.iter().flat_map(|part| &part.values);
        let mut listed = listed.filter(|value| !value.is_null());
        if let Some(value) = listed.find(|value| plain_text(value) == text) {
            return value.clone();
        }
        if let Some(number) = number(&text)
            && (self.has_type(Type::Number) || self.has_type(Type::Integer))
        {
            return Value::Number(number);
        }
        if let ("true" | "false", true) = (text.as_str(), self.has_type(Type::Boolean)) {
            return Value::Bool(text == "true");
        }
        let nullable = self.any(Schema::is_nullable);
        if text.is_empty() && nullable && !self.has_type(Type::String) {
            return Value::Null;
        }
        Value::String(text)
    }
}

/// Numbers are written as in JSON.
fn number(text: &str) -> Option<Number> {
    let plain = !text.contains(|character: char| character.is_whitespace());
    plain.then(|| serde_json::from_str(text).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{View, Written};
    use crate::spec::Spec;

    fn read(schema: &Value, text: &str) -> Value {
        let (spec, id) = Spec::of_schema(schema);
        View::of(&spec.model.schemas, [id]).value(Written::Text(text.to_owned()))
    }

    #[test]
    fn texts_become_what_the_schema_asks_for() {
        let integer = json!({"type": "integer"});
        assert_eq!(read(&integer, "-5"), json!(-5));
        assert_eq!(read(&integer, "five"), json!("five"));
        assert_eq!(read(&integer, " 5"), json!(" 5"));
        assert_eq!(read(&json!({"type": "number"}), "1.5e3"), json!(1500.0));
        assert_eq!(read(&json!({"type": "boolean"}), "true"), json!(true));
        assert_eq!(read(&json!({"type": "boolean"}), "True"), json!("True"));
        assert_eq!(read(&json!({"type": "string"}), "5"), json!("5"));
        assert_eq!(read(&json!({"enum": [1, 2]}), "2"), json!(2));
        let nullable = json!({"type": "integer", "nullable": true});
        assert_eq!(read(&nullable, ""), Value::Null);
    }

    #[test]
    fn alternatives_add_up() {
        let schema = json!({"anyOf": [{"type": "boolean"}, {"allOf": [{"type": "integer"}]}]});
        assert_eq!(read(&schema, "7"), json!(7));
        assert_eq!(read(&schema, "false"), json!(false));
        let schema = json!({"oneOf": [{"type": "string"}, {"type": "array"}]});
        let (spec, id) = Spec::of_schema(&schema);
        let view = View::of(&spec.model.schemas, [id]);
        assert!(view.is_list() && view.is_scalar() && !view.is_object());
    }
}
