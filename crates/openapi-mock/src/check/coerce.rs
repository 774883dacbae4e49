//! From texts to the values that a schema asks for.

use serde_json::{Map, Number, Value};

use super::style::{DEEPEST, Written};
use crate::api::members;
use crate::media::plain_text;
use crate::parts::parts;

/// A schema with everything that its references, `allOf`, `oneOf` and `anyOf` add to it: what a
/// text may stand for is the union of them all.
#[derive(Clone)]
pub(super) struct View<'a> {
    root: &'a Value,
    parts: Vec<&'a Value>,
}

impl<'a> View<'a> {
    pub(super) fn new(root: &'a Value, schema: &'a Value) -> Self {
        Self::of(root, [schema])
    }

    /// The view of a schema that says nothing.
    pub(super) fn any() -> Self {
        Self::of(&Value::Null, [])
    }

    fn of(root: &'a Value, schemas: impl IntoIterator<Item = &'a Value>) -> Self {
        Self {
            root,
            parts: parts(root, schemas),
        }
    }

    fn has_type(&self, name: &str) -> bool {
        self.parts.iter().any(|part| part["type"] == name)
    }

    fn has(&self, key: &str) -> bool {
        self.parts.iter().any(|part| part.get(key).is_some())
    }

    pub(super) fn is_list(&self) -> bool {
        self.has_type("array") || self.has("items")
    }

    pub(super) fn is_object(&self) -> bool {
        self.has_type("object") || self.has("properties")
    }

    pub(super) fn is_binary(&self) -> bool {
        self.parts.iter().any(|part| part["format"] == "binary")
    }

    /// Whether a single text can be all of the value.
    pub(super) fn is_scalar(&self) -> bool {
        let types = ["string", "number", "integer", "boolean"];
        types.iter().any(|name| self.has_type(name)) || !(self.is_list() || self.is_object())
    }

    pub(super) fn items(&self) -> Self {
        Self::of(
            self.root,
            self.parts.iter().filter_map(|part| part.get("items")),
        )
    }

    /// The schemas of a member.
    pub(super) fn property(&self, name: &str) -> Self {
        let named = |part: &&'a Value| part.get("properties")?.get(name);
        let mut found: Vec<&Value> = self.parts.iter().filter_map(named).collect();
        if found.is_empty() {
            let others = |part: &&'a Value| part.get("additionalProperties");
            found = self.parts.iter().filter_map(others).collect();
        }
        Self::of(self.root, found)
    }

    /// The names of the members that the schema knows.
    pub(super) fn properties(&self) -> Vec<&'a str> {
        let mut names: Vec<&str> = Vec::new();
        for (name, _) in self
            .parts
            .iter()
            .flat_map(|part| members(&part["properties"]))
        {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        names
    }

    /// Whether an object may have members of any name: by default, unless it has named ones, as
    /// that is what documents mean by a bare list of properties in a query.
    pub(super) fn is_open(&self) -> bool {
        let open = |part: &Value| match part.get("additionalProperties") {
            Some(more) => *more != Value::Bool(false),
            None => false,
        };
        self.is_object() && (self.parts.iter().any(|part| open(part)) || !self.has("properties"))
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
        let listed = self.parts.iter().filter_map(|part| part["enum"].as_array());
        let mut listed = listed.flatten().filter(|value| !value.is_null());
        if let Some(value) = listed.find(|value| plain_text(value) == text) {
            return value.clone();
        }
        if let Some(number) = number(&text)
            && (self.has_type("number") || self.has_type("integer"))
        {
            return Value::Number(number);
        }
        if let ("true" | "false", true) = (text.as_str(), self.has_type("boolean")) {
            return Value::Bool(text == "true");
        }
        let nullable = self.parts.iter().any(|part| part["nullable"] == true);
        if text.is_empty() && nullable && !self.has_type("string") {
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

    fn read(schema: &Value, text: &str) -> Value {
        View::new(&Value::Null, schema).value(Written::Text(text.to_owned()))
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
        let view = View::new(&Value::Null, &schema);
        assert!(view.is_list() && view.is_scalar() && !view.is_object());
    }
}
