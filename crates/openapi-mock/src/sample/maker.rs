//! One value, made from the root down.

use openapi_document::lint::json_schema::Direction;
use openapi_document::model::{Schema, SchemaId, Schemas, Type};
use serde_json::{Map, Value};

use super::Members;
use super::dice::Place;
use super::flat::{Chooser, Flat, is_of, returns};
use super::{number, text, words};

/// Beyond this depth a value is no value anybody asked for: the schema goes round in circles.
const DEEPEST: usize = 40;
/// No more values are made for one, beside those that are kept or resemble an example. A schema of
/// few lines can ask for more than there is room for.
const MOST: usize = 2_000;
/// How often a value may hold one of its own kind that has to be there.
const ROUNDS: usize = 3;
/// How many items a made list has, where the schema does not say.
const ITEMS: usize = 2;

pub(super) struct Maker<'a> {
    schemas: &'a Schemas,
    direction: Direction,
    members: Members,
    /// What the references on the way to what is being made lead to.
    trail: Vec<SchemaId>,
    depth: usize,
    /// How many values may still be made of nothing.
    left: usize,
}

/// Where a value is made, and after what.
#[derive(Clone, Copy)]
pub(super) struct Node<'v> {
    pub(super) place: Place,
    /// The name of the member that holds it; that of the list, for an item.
    pub(super) name: &'v str,
    pub(super) keep: Option<&'v Value>,
    pub(super) like: Option<&'v Value>,
    pub(super) fresh: bool,
}

impl<'a> Maker<'a> {
    pub(super) fn new(schemas: &'a Schemas, direction: Direction, members: Members) -> Self {
        Self {
            schemas,
            direction,
            members,
            trail: Vec::new(),
            depth: 0,
            left: MOST,
        }
    }

    /// A value for which all of `schemas` hold.
    pub(super) fn make(&mut self, schemas: &[SchemaId], node: Node<'_>) -> Value {
        let of_nothing = node.keep.is_none() && node.like.is_none();
        if self.depth > DEEPEST || (of_nothing && self.is_exhausted()) {
            return Value::Null;
        }
        self.left -= usize::from(of_nothing);
        let trail = self.trail.len();
        self.depth += 1;
        let mut dice = node.place.child("choice").dice();
        // A scalar stays of the kind that its example shows; objects come in all their kinds.
        let varies = |like: &Value| node.fresh && (like.is_object() || like.is_array());
        let shown = node.like.filter(|like| !varies(like));
        let chooser = Chooser {
            value: node.keep.or(shown),
            fresh: node.fresh,
        };
        let flat = Flat::new(self.schemas, schemas, &mut self.trail, &chooser, &mut dice);
        let value = if of_nothing && self.goes_round(trail) {
            Value::Null
        } else {
            self.of(&flat, node)
        };
        self.depth -= 1;
        self.trail.truncate(trail);
        value
    }

    /// Whether more was asked for than is made. Another try would end here as well.
    pub(super) fn is_exhausted(&self) -> bool {
        self.left == 0
    }

    /// Whether one of the references since a place of the trail was taken again and again: a value
    /// that has to hold one of its own kind never ends.
    fn goes_round(&self, since: usize) -> bool {
        let taken = |target: SchemaId| self.trail.iter().filter(|other| **other == target).count();
        self.trail[since..]
            .iter()
            .any(|target| taken(*target) > ROUNDS)
    }

    fn of(&mut self, flat: &Flat<'a>, node: Node<'_>) -> Value {
        let own = flat.example();
        let node = Node {
            like: node.like.or(own),
            ..node
        };
        if let Some(kept) = node.keep.and_then(|value| kept(flat, value)) {
            return self.completed(flat, &kept, node);
        }
        let node = Node { keep: None, ..node };
        let shown = node.like.filter(|_| !node.fresh);
        if let Some(value) = shown.and_then(|example| kept(flat, example)) {
            return self.completed(flat, &value, node);
        }
        self.new_value(flat, node)
    }

    /// A value of the right type, with what is in it completed.
    fn completed(&mut self, flat: &Flat<'a>, value: &Value, node: Node<'_>) -> Value {
        let node = Node {
            keep: Some(value),
            ..node
        };
        match value {
            Value::Object(_) => self.object(flat, node),
            Value::Array(items) => self.items(flat, node, items.len()),
            other => other.clone(),
        }
    }

    fn new_value(&mut self, flat: &Flat<'a>, node: Node<'_>) -> Value {
        let mut dice = node.place.dice();
        if let Some(choices) = flat.choices() {
            let choices: Vec<&Value> = choices.into_iter().filter(|one| !one.is_null()).collect();
            let chosen = if node.fresh {
                dice.pick(&choices)
            } else {
                choices.first()
            };
            return chosen.map_or(Value::Null, |chosen| (*chosen).clone());
        }
        if let Some(default) = flat
            .get(|part| part.default.as_ref())
            .and_then(|value| kept(flat, value))
        {
            return default;
        }
        let example = node.like.filter(|example| kept(flat, example).is_some());
        match (flat.kind(), example) {
            (Some(Type::Object), _) => self.object(flat, node),
            (Some(Type::Array), _) => {
                let count = example.and_then(Value::as_array).map_or(ITEMS, Vec::len);
                self.items(flat, node, count)
            }
            (Some(Type::String), _) => {
                let like = example.and_then(Value::as_str);
                Value::from(text::text(flat, node.name, like, &mut dice))
            }
            (Some(Type::Boolean), None) => Value::from(dice.flip()),
            (Some(Type::Integer), None) => number::integer(flat, node.name, &mut dice),
            (Some(Type::Number), None) => number::number(flat, node.name, &mut dice),
            (_, Some(example)) => example.clone(),
            (_, None) => Value::from(words::word(&mut dice)),
        }
    }

    fn object(&mut self, flat: &Flat<'a>, node: Node<'_>) -> Value {
        let keep = node.keep.and_then(Value::as_object);
        let like = node.like.and_then(Value::as_object);
        let required = flat.required();
        let mut made = Map::new();
        for (name, schemas) in flat.properties() {
            if self.is_left_out(&schemas) {
                continue;
            }
            let child = Node {
                place: node.place.child(name),
                name,
                keep: keep.and_then(|keep| keep.get(name)),
                like: like.and_then(|like| like.get(name)),
                fresh: node.fresh,
            };
            let needed = required.iter().any(|other| other == name);
            if child.keep.is_none() && !needed && !self.wants(&schemas, keep, like, child) {
                continue;
            }
            let value = match flat.tag(name) {
                Some(tag) => Value::from(tag),
                None => self.make(&schemas, child),
            };
            made.insert(name.to_owned(), value);
        }
        self.beyond(flat, node, &required, &mut made);
        Value::Object(made)
    }

    /// Whether a member that may be missing is made.
    fn wants(
        &self,
        schemas: &[SchemaId],
        keep: Option<&Map<String, Value>>,
        like: Option<&Map<String, Value>>,
        child: Node<'_>,
    ) -> bool {
        if keep.is_some() || self.is_on_the_way(schemas) {
            return false;
        }
        match self.members {
            Members::All => like.is_none() || child.like.is_some(),
            Members::Required => false,
        }
    }

    /// Whether a member does not travel in this direction.
    fn is_left_out(&self, schemas: &[SchemaId]) -> bool {
        let schemas = schemas.iter().filter_map(|id| self.schemas.resolve(*id));
        let mut schemas = schemas.map(|id| &self.schemas[id]);
        match self.direction {
            Direction::Request => schemas.any(|schema| schema.read_only),
            Direction::Response => schemas.any(|schema| schema.write_only),
            Direction::Both | Direction::Either => false,
        }
    }

    /// Whether a value of these schemas would hold one of a kind that holds it.
    fn is_on_the_way(&self, schemas: &[SchemaId]) -> bool {
        let mut schemas = schemas.iter();
        schemas.any(|schema| returns(self.schemas, *schema, &self.trail))
    }

    /// Members that have no name in the schema.
    fn beyond(
        &mut self,
        flat: &Flat<'a>,
        node: Node<'_>,
        required: &[String],
        made: &mut Map<String, Value>,
    ) {
        let schema: Vec<SchemaId> = flat.beyond_schema().into_iter().collect();
        let given = node.keep.or(node.like).and_then(Value::as_object);
        let given: Vec<&String> = given.into_iter().flatten().map(|(name, _)| name).collect();
        let mut names: Vec<String> = Vec::new();
        if flat.is_open() {
            names.extend(given.into_iter().filter(|name| !flat.names(name)).cloned());
        }
        names.extend(required.iter().filter(|name| !flat.names(name)).cloned());
        let alone = !flat.has_properties() && node.keep.is_none() && node.like.is_none();
        let usual = usize::from(alone && !schema.is_empty() && self.members == Members::All);
        let least = flat.least(|limits| limits.min_properties).max(usual);
        let mut dice = node.place.child("names").dice();
        while made.len() + names.len() < least {
            let name = words::word(&mut dice);
            let count = names.len();
            names.push(if names.contains(&name) {
                format!("{name}{count}")
            } else {
                name
            });
        }
        let most = flat
            .greatest(|limits| limits.max_properties)
            .unwrap_or(usize::MAX);
        for name in names {
            if made.len() >= most && !required.contains(&name) {
                break;
            }
            let of = |value: Option<&'_ Value>| value.and_then(|value| value.get(&name)).cloned();
            let (keep, like) = (of(node.keep), of(node.like));
            let child = Node {
                place: node.place.child(&name),
                name: &name,
                keep: keep.as_ref(),
                like: like.as_ref(),
                fresh: node.fresh,
            };
            let value = self.make(&schema, child);
            made.insert(name, value);
        }
    }

    fn items(&mut self, flat: &Flat<'a>, node: Node<'_>, count: usize) -> Value {
        let schemas: Vec<SchemaId> = flat.all(|part| part.items).collect();
        let least = flat.least(|limits| limits.min_items);
        let greatest = flat
            .greatest(|limits| limits.max_items)
            .unwrap_or(usize::MAX);
        let example = node.like.and_then(Value::as_array);
        let cut = node.keep.is_none() && example.is_none() && self.is_on_the_way(&schemas);
        let count = if cut {
            least
        } else {
            count.clamp(least, greatest.max(least))
        };
        let unique = flat.is(|part| part.limits.unique_items);
        let mut made: Vec<Value> = Vec::new();
        for index in 0..count {
            let at = |list: Option<&'_ Vec<Value>>| list.and_then(|list| list.get(index)).cloned();
            let keep = at(node.keep.and_then(Value::as_array));
            let like = at(example).or_else(|| example.and_then(|example| example.first()).cloned());
            // Items that no example shows come in several kinds.
            let known = example.is_some_and(|example| index < example.len());
            let mut tries = (0..20).map(|round| {
                let place = node.place.item(index);
                let child = Node {
                    place: if round == 0 { place } else { place.item(round) },
                    name: node.name,
                    keep: keep.as_ref(),
                    like: like.as_ref(),
                    fresh: node.fresh || (index > 0 && !known) || round > 0,
                };
                self.make(&schemas, child)
            });
            let item = tries.find(|item| !unique || !made.contains(item));
            made.extend(item);
        }
        Value::Array(made)
    }
}

/// The value, if the schema takes its kind; numbers that stand where a text is wanted, and the other
/// way round, are rewritten.
fn kept(flat: &Flat<'_>, value: &Value) -> Option<Value> {
    if value.is_null() {
        return (flat.is(Schema::is_nullable) || flat.kind().is_none()).then_some(Value::Null);
    }
    if let Some(choices) = flat.choices() {
        return choices.contains(&value).then(|| value.clone());
    }
    let Some(kind) = flat.kind() else {
        return Some(value.clone());
    };
    if is_of(kind, value) {
        return within(flat, value).then(|| value.clone());
    }
    match (kind, value) {
        (Type::String, Value::Number(number)) => Some(Value::from(number.to_string())),
        (Type::Integer, Value::String(text)) => text.parse::<i64>().ok().map(Value::from),
        _ => None,
    }
}

/// Whether a value keeps the limits that need no judge.
fn within(flat: &Flat<'_>, value: &Value) -> bool {
    let (count, least, greatest) = match value {
        Value::String(text) => (
            text.chars().count(),
            flat.least(|limits| limits.min_length),
            flat.greatest(|limits| limits.max_length),
        ),
        Value::Array(items) => (
            items.len(),
            flat.least(|limits| limits.min_items),
            flat.greatest(|limits| limits.max_items),
        ),
        Value::Number(number) => {
            let number = number.as_f64().unwrap_or(0.0);
            let [least, greatest] = number::bounds(flat);
            return least.is_none_or(|(least, _)| number >= least)
                && greatest.is_none_or(|(greatest, _)| number <= greatest);
        }
        _ => return true,
    };
    count >= least && greatest.is_none_or(|greatest| count <= greatest)
}
