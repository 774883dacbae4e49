//! Bodies that a client must be ready for, although its document does not show them.

use openapi_document::pointer::join;
use openapi_document::walk::{self, Choice, Walk};
use serde_json::{Map, Value, json};

use crate::api::{members, resolve, strings};
use crate::schema::Schema;

/// A text that no enum lists.
const UNKNOWN_VALUE: &str = "x-mock-unknown";

/// A member that no schema names.
const EXTRA_MEMBER: &str = "x-mock-extra";

/// What becomes of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// Texts of open enums become one that is not listed.
    UnknownEnumValues,
    /// Objects gain a member, where the schema does not forbid it.
    ExtraMembers,
    /// Members that are not required go.
    MissingMembers,
}

/// Changes values along their schema.
pub(super) struct Reshaper<'a> {
    pub(super) root: &'a Value,
    pub(super) change: Change,
}

impl Reshaper<'_> {
    /// Changes a value of the schema at `pointer`, and everything in it.
    pub(super) fn apply(&self, pointer: &str, value: &mut Value) {
        self.apply_all(vec![pointer.to_owned()], value);
    }

    /// Changes a value that all these schemas speak of. Each counts once, however many ways lead to
    /// it.
    fn apply_all(&self, schemas: Vec<String>, value: &mut Value) {
        let parts = self.parts(schemas, value);
        match value {
            Value::Object(object) => self.object(&parts, object),
            Value::Array(items) => {
                let item = parts.iter().map(|part| format!("{part}/items"));
                let item = item.filter(|pointer| self.root.pointer(pointer).is_some());
                let schemas: Vec<String> = item.collect();
                for value in items {
                    self.apply_all(schemas.clone(), value);
                }
            }
            Value::String(text)
                if self.change == Change::UnknownEnumValues
                    && parts.iter().any(|part| self.is_open_enum(part)) =>
            {
                UNKNOWN_VALUE.clone_into(text);
            }
            _ => {}
        }
    }

    fn object(&self, parts: &[String], object: &mut Map<String, Value>) {
        let required: Vec<String> = parts
            .iter()
            .flat_map(|part| strings(&self.schema(part)["required"]))
            .collect();
        if self.change == Change::MissingMembers {
            object.retain(|name, _| required.contains(name));
        }
        for (name, value) in object.iter_mut() {
            let schemas = parts.iter().filter_map(|part| self.member(part, name));
            self.apply_all(schemas.collect(), value);
        }
        let open = || parts.iter().all(|part| self.takes_members(part));
        if self.change == Change::ExtraMembers && open() {
            object.insert(EXTRA_MEMBER.to_owned(), json!({"unknown": true}));
        }
    }

    /// The pointers of all schemas that speak of a value: these behind their references, those of
    /// `allOf`, and the branches of `oneOf` and `anyOf` that take the value.
    fn parts(&self, schemas: Vec<String>, value: &Value) -> Vec<String> {
        let schemas = schemas.into_iter().filter_map(|pointer| {
            let schema = self.root.pointer(&pointer)?;
            Some((pointer, schema))
        });
        let mut walk = Walk::from_all(self.root, schemas);
        let enter = |choice: &Choice<'_>| {
            let mut branches = walk::all(choice);
            branches.retain(|index| {
                let branch = format!("{}/{index}", choice.pointer);
                let schema = Schema::response(self.root, branch);
                schema.is_some_and(|schema| schema.is_valid(self.root, value))
            });
            branches
        };
        std::iter::from_fn(|| walk.next(enter))
            .map(|part| part.pointer)
            .collect()
    }

    fn schema(&self, pointer: &str) -> &Value {
        self.root.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// The schema that a part of an object has for a member.
    fn member(&self, part: &str, name: &str) -> Option<String> {
        let schema = self.schema(part);
        if members(&schema["properties"]).any(|(known, _)| known == name) {
            return Some(join(&format!("{part}/properties"), name));
        }
        let rest = schema.get("additionalProperties")?;
        rest.is_object()
            .then(|| format!("{part}/additionalProperties"))
    }

    fn takes_members(&self, part: &str) -> bool {
        match self.schema(part).get("additionalProperties") {
            None | Some(Value::Bool(true)) => true,
            Some(Value::Object(schema)) => schema.is_empty(),
            Some(_) => false,
        }
    }

    fn is_open_enum(&self, part: &str) -> bool {
        let schema = resolve(self.root, self.schema(part));
        schema["enum"].is_array() && schema["x-closed-enum"] != true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(change: Change, schema: &Value, value: Value) -> Value {
        let root = json!({"components": {"schemas": {
            "Value": schema,
            "Status": {"type": "string", "enum": ["on", "off"]},
            "Node": {"type": "object", "required": ["id"], "properties": {
                "id": {"type": "string"},
                "note": {"type": "string"},
                "status": {"$ref": "#/components/schemas/Status"},
                "children": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}}
            }},
            "Strict": {"type": "object", "additionalProperties": false, "properties": {
                "status": {"$ref": "#/components/schemas/Status"}
            }}
        }}});
        let mut value = value;
        let reshaper = Reshaper {
            root: &root,
            change,
        };
        reshaper.apply("/components/schemas/Value", &mut value);
        value
    }

    fn reference(name: &str) -> Value {
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    #[test]
    fn enums_change_wherever_they_stand() {
        let tree = json!({"id": "on", "status": "on", "children": [{"id": "b", "status": "off"}]});
        assert_eq!(
            changed(Change::UnknownEnumValues, &reference("Node"), tree),
            json!({"id": "on", "status": UNKNOWN_VALUE,
                "children": [{"id": "b", "status": UNKNOWN_VALUE}]})
        );
        let map = json!({"type": "object", "additionalProperties": reference("Status")});
        assert_eq!(
            changed(Change::UnknownEnumValues, &map, json!({"x": "on"})),
            json!({"x": UNKNOWN_VALUE})
        );
        let closed = json!({"type": "string", "enum": ["on"], "x-closed-enum": true});
        assert_eq!(
            changed(Change::UnknownEnumValues, &closed, json!("on")),
            "on"
        );
    }

    #[test]
    fn members_come_only_where_they_may() {
        let all = json!({"allOf": [reference("Node"), {"properties": {
            "strict": reference("Strict")
        }}]});
        let value = json!({"id": "a", "strict": {"status": "on"}, "children": [{"id": "b"}]});
        let extra = json!({"unknown": true});
        assert_eq!(
            changed(Change::ExtraMembers, &all, value),
            json!({"id": "a", "strict": {"status": "on"},
                "children": [{"id": "b", EXTRA_MEMBER: extra}], EXTRA_MEMBER: extra})
        );
    }

    #[test]
    fn what_is_required_stays() {
        let branches = json!({"oneOf": [reference("Strict"), reference("Node")]});
        let value = json!({"id": "a", "note": "n", "children": [{"id": "b", "note": "n"}]});
        assert_eq!(
            changed(Change::MissingMembers, &branches, value),
            json!({"id": "a"})
        );
        let needed = json!({"allOf": [reference("Node"), {"required": ["children"]}]});
        let value = json!({"id": "a", "note": "n", "children": [{"id": "b", "note": "n"}]});
        assert_eq!(
            changed(Change::MissingMembers, &needed, value),
            json!({"id": "a", "children": [{"id": "b"}]})
        );
    }
}
