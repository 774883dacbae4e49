//! What can be told about the values of a schema from its structure: their types, their
//! members, and whether a value of one schema could be taken for a value of another.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::view::{Node, View};
use crate::pointer;
use crate::walk::{self, Walk};

/// The structure of a schema with its `allOf` members merged in.
#[derive(Default)]
pub(super) struct Shape<'a> {
    /// The type, where it is stated.
    pub(super) kind: Option<&'a str>,
    /// The only values allowed.
    pub(super) values: Option<Vec<&'a Value>>,
    pub(super) properties: BTreeMap<&'a str, Node<'a>>,
    pub(super) required: BTreeSet<&'a str>,
    pub(super) items: Option<Node<'a>>,
    /// Members that are not declared are refused.
    pub(super) closed: bool,
    /// A string that has to look a certain way: by `format`, `pattern` or length.
    pub(super) restricted: bool,
    /// Part of the structure is a choice (`oneOf`, `anyOf`, `not`) and not in this shape.
    pub(super) open_ended: bool,
}

impl<'a> Shape<'a> {
    pub(super) fn of(view: &View<'a>, schema: &Node<'a>) -> Self {
        let mut shape = Self::default();
        let mut walk = Walk::new(view.root.value, schema.pointer.clone(), schema.value);
        while let Some(part) = walk.next(walk::none) {
            shape.merge(&Node {
                pointer: part.pointer,
                value: part.schema,
            });
        }
        shape.open_ended |= !walk.is_complete();
        if shape.kind.is_none() && !(shape.properties.is_empty() && shape.required.is_empty()) {
            shape.kind = Some("object");
        }
        shape
    }

    fn merge(&mut self, schema: &Node<'a>) {
        self.kind = self.kind.or_else(|| schema.str("type"));
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            self.values = Some(values.iter().collect());
        }
        for (name, property) in schema.members("properties") {
            self.properties.entry(name).or_insert(property);
        }
        self.required.extend(schema.strings("required"));
        self.items = self.items.take().or_else(|| schema.child("items"));
        self.closed |= schema.get("additionalProperties") == Some(&Value::Bool(false));
        self.restricted |= is_restricted(schema);
        self.open_ended |= ["oneOf", "anyOf", "not"]
            .iter()
            .any(|key| schema.get(key).is_some());
    }
}

fn is_restricted(schema: &Node<'_>) -> bool {
    let checked = ["date-time", "date", "uuid", "ipv4", "ipv6"];
    let format = schema
        .str("format")
        .is_some_and(|format| checked.contains(&format));
    format
        || ["pattern", "minLength", "maxLength"]
            .iter()
            .any(|key| schema.get(key).is_some())
}

/// What a JSON pointer finds in the properties of a schema.
pub(super) enum Member<'a> {
    Found(Node<'a>),
    /// One branch of a choice may have it.
    InChoice,
    Missing,
}

/// Follows a JSON pointer through the properties of a schema.
pub(super) fn find_member<'a>(view: &View<'a>, schema: &Node<'a>, path: &str) -> Member<'a> {
    let mut schema = schema.clone();
    for name in pointer::split(path) {
        let shape = Shape::of(view, &schema);
        match shape.properties.get(&*name) {
            Some(property) => schema = property.clone(),
            None if shape.open_ended => return Member::InChoice,
            None => return Member::Missing,
        }
    }
    Member::Found(schema)
}

/// Whether a pointer finds a member. A choice may have it in one of its branches.
pub(super) fn has_member<'a>(view: &View<'a>, schema: &Node<'a>, path: &str) -> bool {
    !matches!(find_member(view, schema, path), Member::Missing)
}

/// Whether a value of `right` could be taken for a value of `left` by a reader that tries `left`
/// first. Schemas that are choices themselves are given the benefit of the doubt.
pub(super) fn captures<'a>(
    view: &View<'a>,
    reader: Reader,
    left: &Shape<'a>,
    right: &Shape<'a>,
) -> bool {
    Capture { view, reader }.within(left, right, 3)
}

/// What a reader makes of a value that an `enum` does not list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// It takes the value, unless the enum is closed.
    Open,
    Strict,
}

struct Capture<'v, 'a> {
    view: &'v View<'a>,
    reader: Reader,
}

impl<'a> Capture<'_, 'a> {
    fn within(&self, left: &Shape<'a>, right: &Shape<'a>, depth: usize) -> bool {
        let view = self.view;
        if left.open_ended || right.open_ended || are_apart(left, right) {
            return false;
        }
        let (Some(kind), Some(_)) = (left.kind, right.kind) else {
            // A schema without a type takes everything; one without structure could be anything.
            return left.kind.is_none() && left.values.is_none();
        };
        match kind {
            // Only the whole numbers of `number` are taken, and they lose nothing.
            "integer" if right.kind == Some("number") => false,
            "object" => self.objects(left, right, depth),
            "array" => match (&left.items, &right.items) {
                (Some(left), Some(right)) => {
                    let (left, right) = (Shape::of(view, left), Shape::of(view, right));
                    depth == 0 || self.within(&left, &right, depth - 1)
                }
                _ => true,
            },
            "string" => left.values.is_none() && !left.restricted,
            _ => left.values.is_none() || right.values.is_some(),
        }
    }

    fn objects(&self, left: &Shape<'a>, right: &Shape<'a>, depth: usize) -> bool {
        let is_known = |shape: &Shape<'_>, name: &str| {
            shape.properties.contains_key(name) || shape.required.contains(name)
        };
        if left.required.iter().any(|name| !is_known(right, name)) {
            return false;
        }
        if left.closed && right.required.iter().any(|name| !is_known(left, name)) {
            return false;
        }
        let loses = right.properties.keys().any(|name| !is_known(left, name));
        let tells_apart = |(name, property): (&&str, &Node<'a>)| {
            // Where the property may be missing, its type tells the branches apart only when it is
            // there; without it nothing is lost if the earlier branch knows all the rest.
            let counts = !loses || left.required.contains(*name) || right.required.contains(*name);
            let other = right.properties.get(*name).filter(|_| counts && depth > 0);
            other.is_some_and(|other| self.is_apart(property, other, depth))
        };
        !left.properties.iter().any(tells_apart)
    }

    fn is_apart(&self, left: &Node<'a>, right: &Node<'a>, depth: usize) -> bool {
        let view = self.view;
        let (a, b) = (Shape::of(view, left), Shape::of(view, right));
        let apart = match self.reader {
            Reader::Open if !is_closed_enum(view, left) => differ_in_kind(&a, &b),
            _ => are_apart(&a, &b),
        };
        if apart {
            return true;
        }
        let nested = a.kind == b.kind && matches!(a.kind, Some("object" | "array"));
        nested && !a.open_ended && !b.open_ended && !self.within(&a, &b, depth - 1)
    }
}

/// Whether a reader refuses what the `enum` of a schema does not list.
fn is_closed_enum<'a>(view: &View<'a>, schema: &Node<'a>) -> bool {
    view.resolve(schema).is_some_and(|schema| {
        let mut parts = schema.items("allOf").into_iter();
        schema.is_true("x-closed-enum")
            || parts.any(|part| {
                let part = view.resolve(&part);
                part.is_some_and(|part| part.is_true("x-closed-enum"))
            })
    })
}

/// No value is of both shapes, judged by types and by lists of values.
pub(super) fn are_apart(left: &Shape<'_>, right: &Shape<'_>) -> bool {
    if differ_in_kind(left, right) {
        return true;
    }
    match (&left.values, &right.values) {
        (Some(left), Some(right)) => !left.iter().any(|value| right.contains(value)),
        _ => false,
    }
}

fn differ_in_kind(left: &Shape<'_>, right: &Shape<'_>) -> bool {
    match (left.kind, right.kind) {
        (Some(left), Some(right)) => !is_same_kind(left, right),
        _ => false,
    }
}

fn is_same_kind(left: &str, right: &str) -> bool {
    let numeric = |kind| matches!(kind, "integer" | "number");
    left == right || (numeric(left) && numeric(right))
}
