//! Bodies that a client must be ready for, although its document does not show them.

use openapi_document::model::{Additional, Choice, Schema, SchemaId};
use serde_json::{Map, Value, json};

use crate::schema as judge;
use crate::spec::Spec;

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
    pub(super) spec: &'a Spec,
    pub(super) change: Change,
}

impl<'a> Reshaper<'a> {
    /// Changes a value of a schema, and everything in it.
    pub(super) fn apply(&self, schema: SchemaId, value: &mut Value) {
        self.apply_all(&[schema], value);
    }

    /// Changes a value that all these schemas speak of. Each counts once, however many ways lead to
    /// it.
    fn apply_all(&self, schemas: &[SchemaId], value: &mut Value) {
        let parts = self.parts(schemas, value);
        match value {
            Value::Object(object) => self.object(&parts, object),
            Value::Array(items) => {
                let schemas: Vec<SchemaId> = parts.iter().filter_map(|part| part.items).collect();
                for value in items {
                    self.apply_all(&schemas, value);
                }
            }
            Value::String(text)
                if self.change == Change::UnknownEnumValues
                    && parts.iter().any(|part| is_open_enum(part)) =>
            {
                UNKNOWN_VALUE.clone_into(text);
            }
            _ => {}
        }
    }

    fn object(&self, parts: &[&Schema], object: &mut Map<String, Value>) {
        if self.change == Change::MissingMembers {
            let required = parts.iter().flat_map(|part| &part.required);
            let required: Vec<&String> = required.collect();
            object.retain(|name, _| required.contains(&name));
        }
        for (name, value) in object.iter_mut() {
            let schemas = parts.iter().filter_map(|part| member(part, name));
            self.apply_all(&schemas.collect::<Vec<_>>(), value);
        }
        let open = || parts.iter().all(|part| self.takes_members(part));
        if self.change == Change::ExtraMembers && open() {
            object.insert(EXTRA_MEMBER.to_owned(), json!({"unknown": true}));
        }
    }

    /// All schemas that speak of a value: these behind their references, those of `allOf`, and the
    /// branches of `oneOf` and `anyOf` that take the value.
    fn parts(&self, from: &[SchemaId], value: &Value) -> Vec<&'a Schema> {
        let schemas = &self.spec.model.schemas;
        let mut walk = schemas.walk(from.iter().copied());
        let enter = |choice: Choice<'_>| {
            let branches = choice.branches.iter().copied();
            let taken =
                branches.filter(|id| judge::Schema::response(*id).is_valid(self.spec, value));
            taken.collect()
        };
        std::iter::from_fn(|| walk.next(enter))
            .map(|part| &schemas[part.id])
            .collect()
    }

    /// Whether objects of a part may have members that nothing names.
    fn takes_members(&self, part: &Schema) -> bool {
        match part.additional {
            Additional::Unsaid | Additional::Any => true,
            Additional::Never => false,
            Additional::Schema(values) => {
                let written = self.spec.written(&self.spec.model.schemas[values].pointer);
                written.as_object().is_some_and(Map::is_empty)
            }
        }
    }
}

/// The schema that a part of an object has for a member.
fn member(part: &Schema, name: &str) -> Option<SchemaId> {
    if let Some(property) = part.properties.get(name) {
        return Some(property.schema);
    }
    match part.additional {
        Additional::Schema(values) => Some(values),
        Additional::Unsaid | Additional::Any | Additional::Never => None,
    }
}

fn is_open_enum(part: &Schema) -> bool {
    !part.values.is_empty() && !part.closed_enum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(change: Change, schema: &Value, value: Value) -> Value {
        let spec = Spec::new(json!({"components": {"schemas": {
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
        }}}));
        let mut value = value;
        let reshaper = Reshaper {
            spec: &spec,
            change,
        };
        reshaper.apply(spec.model.schemas.component("Value").unwrap(), &mut value);
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
