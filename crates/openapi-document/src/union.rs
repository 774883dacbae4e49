//! What tells the branches of a union apart where no discriminator is declared.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::pointer;

/// A member whose value names the branch, such as `kind: {enum: [cat]}` beside `kind: {enum: [dog]}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Tag {
    /// The JSON pointer from a value to the member: `/kind`, or `/data/kind` where only a nested member
    /// tells.
    pub pointer: String,
    /// The values that stand for each branch, in their order; none for a branch that the member says
    /// nothing of.
    pub values: Vec<Vec<Value>>,
}

/// The pointer to a member, with the only values that it allows.
type Member = (String, Vec<Value>);
type Members = Vec<Member>;

/// How deep below a branch the member may stand.
const DEEPEST: usize = 2;

/// How many parts of a branch are looked at before it counts as one that nothing is known of.
const PATIENCE: usize = 2_000;

/// The member that tells most branches of a union apart, at least two: each of them requires it, and no
/// two allow the same value. Of several, the one nearest to the top, in the order of the document.
///
/// ```
/// use openapi_document::union::tag;
/// use serde_json::json;
///
/// let schemas = json!({
///     "Cat": { "required": ["kind"], "properties": { "kind": { "enum": ["cat"] } } },
///     "Dog": { "required": ["kind"], "properties": { "kind": { "enum": ["dog", "puppy"] } } },
/// });
/// let branches = [
///     json!({ "$ref": "#/components/schemas/Cat" }),
///     json!({ "$ref": "#/components/schemas/Dog" }),
///     json!({ "type": "string" }),
/// ];
/// let tag = tag(schemas.as_object().unwrap(), &branches).unwrap();
/// assert_eq!(tag.pointer, "/kind");
/// assert_eq!(tag.values, [vec![json!("cat")], vec![json!("dog"), json!("puppy")], vec![]]);
/// ```
///
/// `schemas` are the entries of `components/schemas`.
pub fn tag(schemas: &Map<String, Value>, branches: &[Value]) -> Option<Tag> {
    let known: Vec<Members> = branches
        .iter()
        .map(|branch| {
            let mut walk = Walk {
                schemas,
                within: Vec::new(),
                left: PATIENCE,
            };
            let members = walk.members(branch, DEEPEST);
            if walk.left > 0 { members } else { Vec::new() }
        })
        .collect();
    let mut best: Option<(usize, Tag)> = None;
    for candidate in candidates(&known) {
        let values: Vec<Vec<Value>> = known.iter().map(|members| of(members, candidate)).collect();
        let told = values.iter().filter(|values| !values.is_empty()).count();
        let best_so_far = best.as_ref().map_or(1, |(told, _)| *told);
        if told > best_so_far && are_disjoint(&values) {
            let pointer = candidate.to_owned();
            best = Some((told, Tag { pointer, values }));
        }
    }
    best.map(|(_, tag)| tag)
}

/// The pointers of all members that have lists of values, those near the top first.
fn candidates(known: &[Members]) -> Vec<&str> {
    let mut pointers: Vec<&str> = Vec::new();
    for (pointer, _) in known.iter().flatten() {
        if !pointers.contains(&pointer.as_str()) {
            pointers.push(pointer);
        }
    }
    pointers.sort_by_key(|pointer| pointer.matches('/').count());
    pointers
}

/// The values of a member, each once.
fn of(members: &[Member], pointer: &str) -> Vec<Value> {
    let found = members.iter().find(|(own, _)| own == pointer);
    let mut values: Vec<Value> = Vec::new();
    for value in found.into_iter().flat_map(|(_, values)| values) {
        if !values.contains(value) {
            values.push(value.clone());
        }
    }
    values
}

fn are_disjoint(values: &[Vec<Value>]) -> bool {
    let mut seen = BTreeSet::new();
    values
        .iter()
        .flatten()
        .all(|value| seen.insert(value.to_string()))
}

struct Walk<'a> {
    schemas: &'a Map<String, Value>,
    /// The components that the walk is inside of.
    within: Vec<&'a str>,
    /// How many schemas may still be looked at.
    left: usize,
}

impl<'a> Walk<'a> {
    /// The members that every value has, down to a depth, with the values that they allow.
    fn members(&mut self, schema: &'a Value, depth: usize) -> Members {
        let outside = self.within.len();
        let mut parts = Vec::new();
        self.gather(schema, &mut parts);
        let required = parts.iter().flat_map(|part| list(part, "required"));
        let required: Vec<&str> = required.filter_map(Value::as_str).collect();
        let mut found = Members::new();
        for part in parts {
            for keyword in ["oneOf", "anyOf"] {
                merge(&mut found, self.shared(list(part, keyword), depth));
            }
            let properties = part["properties"].as_object().into_iter().flatten();
            for (name, property) in properties {
                if required.contains(&name.as_str()) {
                    merge(&mut found, self.member(name, property, depth));
                }
            }
        }
        self.within.truncate(outside);
        found
    }

    fn member(&mut self, name: &str, property: &'a Value, depth: usize) -> Members {
        let pointer = pointer::join("", name);
        let values = self.values(property);
        if !values.is_empty() {
            return vec![(pointer, values)];
        }
        if depth == 1 {
            return Members::new();
        }
        let nested = self.members(property, depth - 1).into_iter();
        nested
            .map(|(below, values)| (format!("{pointer}{below}"), values))
            .collect()
    }

    /// The members that the values of all branches of a choice have.
    fn shared(&mut self, branches: &'a [Value], depth: usize) -> Members {
        let members = branches.iter().map(|branch| self.members(branch, depth));
        let both = |mut shared: Members, other: Members| {
            shared.retain_mut(|(pointer, values)| {
                let more = of(&other, pointer);
                let told = !more.is_empty();
                values.extend(more);
                told
            });
            shared
        };
        members.reduce(both).unwrap_or_default()
    }

    /// The only values of a scalar; none where it may have others.
    fn values(&mut self, schema: &'a Value) -> Vec<Value> {
        let outside = self.within.len();
        let mut parts = Vec::new();
        self.gather(schema, &mut parts);
        self.within.truncate(outside);
        if parts.iter().any(|part| part["nullable"] == true) {
            return Vec::new();
        }
        let lists = parts.iter().map(|part| list(part, "enum"));
        let values = lists
            .filter(|values| !values.is_empty())
            .min_by_key(|values| values.len());
        let values = values.unwrap_or_default();
        let scalars = |value: &Value| value.is_string() || value.is_boolean() || value.is_i64();
        if values.iter().all(scalars) {
            values.to_vec()
        } else {
            Vec::new()
        }
    }

    /// A schema and what `allOf` adds to it, without components that the walk is inside of already.
    fn gather(&mut self, mut schema: &'a Value, parts: &mut Vec<&'a Value>) {
        while let Some(name) = component(schema) {
            let Some(target) = self
                .schemas
                .get(name)
                .filter(|_| !self.within.contains(&name))
            else {
                return;
            };
            self.within.push(name);
            schema = target;
        }
        if self.left == 0 {
            return;
        }
        self.left -= 1;
        parts.push(schema);
        for part in list(schema, "allOf") {
            self.gather(part, parts);
        }
    }
}

/// Where two parts of `allOf` name a member, the one that allows less counts.
fn merge(found: &mut Members, more: Members) {
    for (pointer, values) in more {
        match found.iter_mut().find(|(own, _)| *own == pointer) {
            Some((_, own)) if values.len() < own.len() => *own = values,
            Some(_) => {}
            None => found.push((pointer, values)),
        }
    }
}

fn component(schema: &Value) -> Option<&str> {
    schema
        .get("$ref")?
        .as_str()?
        .strip_prefix("#/components/schemas/")
}

fn list<'a>(schema: &'a Value, key: &str) -> &'a [Value] {
    schema
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn reference(name: &str) -> Value {
        json!({ "$ref": format!("#/components/schemas/{name}") })
    }

    fn tag_of(schemas: &Value, names: &[&str]) -> Option<Tag> {
        let branches: Vec<Value> = names.iter().map(|name| reference(name)).collect();
        tag(schemas.as_object().unwrap(), &branches)
    }

    fn with_kind(values: &Value) -> Value {
        json!({ "required": ["kind"], "properties": { "kind": { "enum": values } } })
    }

    #[test]
    fn what_does_not_tell_is_no_tag() {
        let schemas = json!({
            "Cat": with_kind(&json!(["cat"])),
            "Same": with_kind(&json!(["dog", "cat"])),
            "Free": { "required": ["kind"], "properties": { "kind": { "type": "string" } } },
            "May": { "properties": { "kind": { "enum": ["may"] } } },
            "Nullable": { "required": ["kind"], "properties": { "kind": { "enum": ["a"], "nullable": true } } },
        });
        for other in ["Same", "Free", "May", "Nullable", "Missing"] {
            assert_eq!(tag_of(&schemas, &["Cat", other]), None, "{other}");
        }
        assert_eq!(tag_of(&schemas, &["Cat"]), None);
    }

    #[test]
    fn a_union_in_a_union_has_the_values_of_its_branches() {
        let schemas = json!({
            "Cat": with_kind(&json!(["cat"])),
            "Lion": with_kind(&json!(["lion"])),
            "Dog": with_kind(&json!(["dog"])),
            "Feline": { "oneOf": [reference("Cat"), reference("Lion")] },
        });
        let tag = tag_of(&schemas, &["Feline", "Dog"]).unwrap();
        assert_eq!(
            tag.values,
            [vec![json!("cat"), json!("lion")], vec![json!("dog")]]
        );
    }

    #[test]
    fn schemas_that_hold_themselves_come_to_an_end() {
        let node = |other: &str, kind: &str| {
            json!({
                "allOf": [reference(other)],
                "oneOf": [reference("A"), reference("B")],
                "required": ["kind", "next"],
                "properties": { "next": reference(other), "kind": { "enum": [kind] } },
            })
        };
        let schemas = json!({ "A": node("B", "a"), "B": node("A", "b") });
        tag_of(&schemas, &["A", "B"]);
        let wide: Vec<Value> = (0..200)
            .map(|_| json!({ "allOf": [reference("Wide2")] }))
            .collect();
        let schemas = json!({ "Wide": { "anyOf": wide }, "Wide2": { "anyOf": wide } });
        assert_eq!(tag_of(&schemas, &["Wide", "Wide2"]), None);
    }

    /// How a branch says that its member has these values.
    fn branch(form: u8, values: &[String]) -> Value {
        let kind = json!({ "type": "string", "enum": values });
        let required = json!({ "required": ["kind"] });
        match form % 4 {
            0 => json!({ "required": ["kind"], "properties": { "kind": kind, "more": {} } }),
            1 => json!({ "allOf": [{ "properties": { "kind": kind } }, required] }),
            2 => json!({ "required": ["kind"], "properties": { "kind": { "allOf": [kind] } } }),
            _ => {
                json!({ "oneOf": values.iter().map(|value| with_kind(&json!([value]))).collect::<Vec<_>>() })
            }
        }
    }

    proptest! {
        /// However each branch says so: where values differ, each stands for its branch.
        #[test]
        fn different_values_tell_branches_apart(
            counts in prop::collection::vec((1..4_usize, any::<u8>(), any::<bool>()), 2..6)
        ) {
            let mut next = 0;
            let mut schemas = Map::new();
            let mut branches = Vec::new();
            let mut expected = Vec::new();
            for (index, (count, form, inline)) in counts.into_iter().enumerate() {
                let values: Vec<String> = (next..next + count).map(|n| format!("v{n}")).collect();
                next += count;
                let schema = branch(form, &values);
                let name = format!("B{index}");
                branches.push(if inline { schema.clone() } else { reference(&name) });
                schemas.insert(name, schema);
                expected.push(values.into_iter().map(Value::from).collect::<Vec<_>>());
            }
            let found = tag(&schemas, &branches).unwrap();
            prop_assert_eq!(found.pointer, "/kind");
            prop_assert_eq!(found.values, expected);
        }
    }
}
