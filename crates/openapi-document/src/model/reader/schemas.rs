//! Schemas: each where it is written, linked when all are read.

use std::collections::{HashMap, VecDeque};

use indexmap::IndexMap;
use serde_json::{Number, Value};

use super::operations::deprecation;
use super::{Reader, info};
use crate::model::direction::Direction;
use crate::model::node::Node;
use crate::model::origin::Origin;
use crate::model::schema::SchemaId;
use crate::model::schema::{
    Additional, Bound, Discriminator, Limits, Place, Property, Schema, Type, TypeSet,
};
use crate::model::schemas::Schemas;

/// The schemas that were read so far.
#[derive(Default)]
pub(super) struct Reading {
    schemas: Schemas,
    /// What nobody has followed yet.
    links: VecDeque<Link>,
}

/// A reference from a schema to another.
struct Link {
    from: SchemaId,
    /// A JSON pointer.
    to: String,
    /// The value that stands for the other, where the reference is one of a discriminator.
    value: Option<String>,
}

impl Reading {
    /// Says which component a schema is.
    pub(super) fn name(&mut self, name: &str, id: SchemaId) {
        self.schemas.components.insert(name.to_owned(), id);
    }

    /// Carries directions from the schemas of messages to all that stands in them.
    pub(super) fn finish(mut self) -> Schemas {
        let roots = self.schemas.iter();
        let mut waiting: Vec<SchemaId> = roots
            .filter(|(_, schema)| schema.place == Place::Root)
            .map(|(id, _)| id)
            .collect();
        while let Some(id) = waiting.pop() {
            let direction = self.schemas[id].direction;
            let mapped = self.schemas[id].discriminator.iter();
            let mapped = mapped.flat_map(|d| d.mapping.values().copied());
            let inner: Vec<SchemaId> = self.schemas.inner(id).chain(mapped).collect();
            for inner in inner {
                let schema = &mut self.schemas.all[inner.index()];
                if schema.direction.add(direction) {
                    waiting.push(inner);
                }
            }
        }
        self.schemas
    }

    fn get_mut(&mut self, id: SchemaId) -> &mut Schema {
        &mut self.schemas.all[id.index()]
    }
}

impl<'a> Reader<'a> {
    /// Reads a schema and all that is written in it. Nothing where something else stands there.
    pub(super) fn schema(
        &mut self,
        node: &Node<'a>,
        place: Place,
        direction: Direction,
    ) -> Option<SchemaId> {
        self.schema_in(node, place, None, direction)
    }

    fn schema_in(
        &mut self,
        node: &Node<'a>,
        place: Place,
        parent: Option<SchemaId>,
        direction: Direction,
    ) -> Option<SchemaId> {
        if !node.value.is_object() {
            return None;
        }
        if let Some(known) = self.schemas.schemas.at(&node.pointer) {
            return Some(known);
        }
        let all = &mut self.schemas.schemas.all;
        let id = SchemaId(u32::try_from(all.len()).ok()?);
        let frame = Schema {
            pointer: node.pointer.clone(),
            place,
            parent,
            direction,
            ..Schema::default()
        };
        if let Some(reference) = node.reference() {
            let origin = Origin::of(node);
            all.push(Schema { origin, ..frame });
            let target = reference.trim_start_matches('#').to_owned();
            self.schemas.links.push_back(Link {
                from: id,
                to: target,
                value: None,
            });
        } else {
            all.push(statements(node, frame));
        }
        let by_pointer = &mut self.schemas.schemas.by_pointer;
        by_pointer.insert(node.pointer.clone(), id);
        if node.reference().is_none() {
            self.inside(node, id);
        }
        Some(id)
    }

    /// Reads what is written in a schema.
    fn inside(&mut self, node: &Node<'a>, id: SchemaId) {
        let part = |reader: &mut Self, node: &Node<'a>, place: Place| {
            reader.schema_in(node, place, Some(id), Direction::default())
        };
        let mut properties = IndexMap::new();
        let required = node.strings("required");
        for (name, property) in node.members("properties") {
            if let Some(schema) = part(self, &property, Place::Part) {
                let required = required.contains(&name);
                properties.insert(name.to_owned(), Property { schema, required });
            }
        }
        let items = node.child("items");
        let items = items.and_then(|items| part(self, &items, Place::Part));
        let additional = match node.child("additionalProperties") {
            None => Additional::Unsaid,
            Some(more) if *more.value == Value::Bool(true) => Additional::Any,
            Some(more) if *more.value == Value::Bool(false) => Additional::Never,
            Some(more) => {
                part(self, &more, Place::Part).map_or(Additional::Unsaid, Additional::Schema)
            }
        };
        let [all_of, one_of, any_of] = [
            ("allOf", Place::AllOf),
            ("oneOf", Place::Branch),
            ("anyOf", Place::Branch),
        ]
        .map(|(key, place)| {
            let parts = node.items(key).into_iter();
            let parts = parts.filter_map(|node| part(self, &node, place));
            parts.collect::<Vec<_>>()
        });
        let not = node.child("not");
        let not = not.and_then(|not| part(self, &not, Place::Branch));
        let discriminator = self.discriminator(node, id);
        let schema = self.schemas.get_mut(id);
        schema.properties = properties;
        schema.items = items;
        schema.additional = additional;
        schema.all_of = all_of;
        schema.one_of = one_of;
        schema.any_of = any_of;
        schema.not = not;
        schema.discriminator = discriminator;
    }

    fn discriminator(&mut self, node: &Node<'a>, id: SchemaId) -> Option<Discriminator> {
        let discriminator = node.child("discriminator")?;
        let property = discriminator.str("propertyName")?.to_owned();
        let mapping = discriminator.object("mapping").into_iter().flatten();
        for (value, target) in mapping {
            let target = target.as_str().unwrap_or_default();
            let target = match target.strip_prefix('#') {
                Some(pointer) => pointer.to_owned(),
                None => crate::pointer::join("/components/schemas", target),
            };
            self.schemas.links.push_back(Link {
                from: id,
                to: target,
                value: Some(value.clone()),
            });
        }
        let mapping = IndexMap::new();
        Some(Discriminator { property, mapping })
    }

    /// Follows the references. What they lead to may stand where nobody looked for a schema, and have
    /// references of its own.
    pub(super) fn link(&mut self) {
        let mut followed = HashMap::new();
        while let Some(link) = self.schemas.links.pop_front() {
            let Some(target) = self.target(&mut followed, link.to) else {
                continue;
            };
            let schema = self.schemas.get_mut(link.from);
            match (link.value, &mut schema.discriminator) {
                (None, _) => schema.target = Some(target),
                (Some(value), Some(discriminator)) => {
                    discriminator.mapping.insert(value, target);
                }
                (Some(_), None) => {}
            }
        }
    }

    fn target(
        &mut self,
        followed: &mut HashMap<String, Option<SchemaId>>,
        pointer: String,
    ) -> Option<SchemaId> {
        if let Some(known) = followed.get(&pointer) {
            return *known;
        }
        let target = self.schemas.schemas.at(&pointer).or_else(|| {
            let value = crate::pointer::find(self.root, &pointer)?;
            let pointer = pointer.clone();
            let node = Node { pointer, value };
            self.schema(&node, Place::Root, Direction::default())
        });
        followed.insert(pointer, target);
        target
    }
}

/// What a schema says itself, without what is written in it.
fn statements(node: &Node<'_>, frame: Schema) -> Schema {
    let flagged = |key: &str| node.is_true(key);
    let shown_once = flagged("x-shown-once");
    let format = node.text("format");
    Schema {
        title: node.text("title"),
        description: node.text("description"),
        external_docs: info::external_docs(node),
        nullable: flagged("nullable") || types(node).contains(Type::Null),
        types: types(node),
        values: values(node, "enum"),
        value_descriptions: node.read("x-enum-descriptions").unwrap_or_default(),
        inferred_values: node.texts("x-inferred-values"),
        required: node.texts("required"),
        limits: limits(node),
        default: node.get("default").cloned(),
        examples: {
            let lone = node.get("example").cloned();
            let mut examples = values(node, "examples");
            examples.extend(lone);
            examples
        },
        read_only: flagged("readOnly"),
        write_only: flagged("writeOnly"),
        deprecation: deprecation(node),
        sensitive: shown_once || flagged("x-sensitive") || format.as_deref() == Some("password"),
        shown_once,
        closed_enum: flagged("x-closed-enum"),
        unique: flagged("x-unique"),
        version: flagged("x-version"),
        inactive_values: node.texts("x-inactive-values"),
        origin: Origin::of(node),
        format,
        ..frame
    }
}

fn values(node: &Node<'_>, key: &str) -> Vec<Value> {
    let values = node.get(key).and_then(Value::as_array);
    values.cloned().unwrap_or_default()
}

/// `nullable` says something beside a type alone (OpenAPI 3.0.3, clarified in the proposal of 2019).
fn types(node: &Node<'_>) -> TypeSet {
    let names = node.one_or_several("type");
    let mut types: TypeSet = names.iter().filter_map(|name| Type::of(name)).collect();
    if node.is_true("nullable") && !types.is_any() {
        types.insert(Type::Null);
    }
    types
}

fn limits(node: &Node<'_>) -> Limits {
    let count = |key: &str| node.get(key).and_then(Value::as_u64);
    Limits {
        minimum: bound(node, "minimum", "exclusiveMinimum"),
        maximum: bound(node, "maximum", "exclusiveMaximum"),
        multiple_of: number(node, "multipleOf"),
        min_length: count("minLength"),
        max_length: count("maxLength"),
        pattern: node.str("pattern").map(str::to_owned),
        min_items: count("minItems"),
        max_items: count("maxItems"),
        unique_items: node.is_true("uniqueItems"),
        min_properties: count("minProperties"),
        max_properties: count("maxProperties"),
    }
}

/// In OpenAPI 3.0 `exclusive…` is a flag, in 3.1 a bound of its own.
fn bound(node: &Node<'_>, key: &str, exclusive: &str) -> Option<Bound> {
    if let Some(value) = number(node, exclusive) {
        let exclusive = true;
        return Some(Bound { value, exclusive });
    }
    Some(Bound {
        value: number(node, key)?,
        exclusive: node.is_true(exclusive),
    })
}

fn number(node: &Node<'_>, key: &str) -> Option<Number> {
    match node.get(key)? {
        Value::Number(number) => Some(number.clone()),
        _ => None,
    }
}
