//! L3xx, continued: schemas made of others, by choice (`oneOf`, `anyOf`), by merging (`allOf`) or
//! by recursion.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::{Map, Value};

use super::circles::in_circle;
use super::rule::{Hit, Rule};
use super::shape::{Reader, Shape, are_apart, captures};
use super::view::{Node, Place, Schema, View, component_of};
use crate::finding::Severity::{Error, Warning};
use crate::{inheritance, union};

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "L310",
        name: "indistinct-one-of",
        severity: Error,
        suppressible: true,
        what: "A `oneOf` without discriminator has a branch whose values can be taken for an earlier branch.",
        why: "values are decoded as the first branch that fits, so members of the right one are lost in silence",
        check: indistinct_one_of,
    },
    Rule {
        code: "L311",
        name: "overlapping-any-of",
        severity: Warning,
        suppressible: true,
        what: "An `anyOf` has an object branch whose values can be taken for an earlier branch.",
        why: "values are decoded as the first branch that fits, so members of the other one are lost",
        check: overlapping_any_of,
    },
    Rule {
        code: "L312",
        name: "discriminator-property-missing",
        severity: Error,
        suppressible: false,
        what: "A branch under a discriminator does not declare the discriminating property.",
        why: "nothing in a value of that branch says which branch it is",
        check: discriminator_property_missing,
    },
    Rule {
        code: "L313",
        name: "discriminator-branch",
        severity: Error,
        suppressible: false,
        what: "A branch under a discriminator is inline or no object, or a mapping leads to no branch.",
        why: "a discriminator chooses among named object schemas only",
        check: discriminator_branch,
    },
    Rule {
        code: "L314",
        name: "discriminator-without-branches",
        severity: Warning,
        suppressible: true,
        what: "A schema has a discriminator but neither `oneOf` nor `anyOf`, and no schema is made of it by `allOf`.",
        why: "values are decoded as this schema alone, so whatever the discriminator was meant to tell is lost",
        check: discriminator_without_branches,
    },
    Rule {
        code: "L315",
        name: "contradictory-all-of",
        severity: Error,
        suppressible: true,
        what: "Members of an `allOf` contradict each other in their type or in that of a property.",
        why: "no value can be all of them, so nothing could ever be decoded",
        check: contradictory_all_of,
    },
    Rule {
        code: "L318",
        name: "infinite-schema",
        severity: Error,
        suppressible: false,
        what: "A schema requires itself, directly or over others.",
        why: "every value would have to hold another one without end, so there is none",
        check: infinite_schema,
    },
];

fn indistinct_one_of(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    let schemas = view.schemas_by_name();
    for schema in view
        .written()
        .filter(|schema| schema.node.get("discriminator").is_none())
    {
        let branches = told_by_order(&schemas, schema.node.items("oneOf"));
        if let Some((left, right)) = captured_pair(view, schema, &branches) {
            hits.push(
                Hit::at(&branches[right].pointer, format!("a value of {} can be taken for {}", branch_name(&branches, right), branch_name(&branches, left)))
                    .related(&branches[left].pointer, "the branch that is tried first")
                    .help("add a `discriminator`; or put the branch with more required properties first; or give each branch a required property that the others do not have, or one whose `enum` lists other values in each"),
            );
        }
    }
    hits
}

fn overlapping_any_of(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    let schemas = view.schemas_by_name();
    for schema in view
        .written()
        .filter(|schema| schema.node.get("discriminator").is_none())
    {
        let mut branches = told_by_order(&schemas, schema.node.items("anyOf"));
        branches.retain(|branch| Shape::of(view, branch).kind == Some("object"));
        if let Some((left, right)) = captured_pair(view, schema, &branches) {
            hits.push(
                Hit::at(&branches[right].pointer, format!("a value of {} can be taken for {}", branch_name(&branches, right), branch_name(&branches, left)))
                    .related(&branches[left].pointer, "the branch that is tried first")
                    .help("use `allOf` if a value has the members of all of them, or `oneOf` with a `discriminator` if of one of them"),
            );
        }
    }
    hits
}

/// The branches that no tag tells from the others: their order does.
fn told_by_order<'a>(schemas: &Map<String, Value>, mut branches: Vec<Node<'a>>) -> Vec<Node<'a>> {
    let written: Vec<Value> = branches.iter().map(|branch| branch.value.clone()).collect();
    if let Some(tag) = union::tag(schemas, &written) {
        let mut tags = tag.values.iter();
        branches.retain(|_| tags.next().is_none_or(Vec::is_empty));
    }
    branches
}

/// The first two branches of which the earlier one takes values of the later one.
fn captured_pair<'a>(
    view: &View<'a>,
    schema: &Schema<'a>,
    branches: &[Node<'a>],
) -> Option<(usize, usize)> {
    // What is only sent is never decoded; whatever else there is may come with values that are new.
    let only_sent = schema.direction.sent && !schema.direction.received;
    let reader = if only_sent {
        Reader::Strict
    } else {
        Reader::Open
    };
    let shapes = branches.iter().map(|branch| Shape::of(view, branch));
    let shapes: Vec<Shape<'a>> = shapes.collect();
    let pairs = (0..branches.len()).flat_map(|right| (0..right).map(move |left| (left, right)));
    pairs
        .into_iter()
        .find(|(left, right)| captures(view, reader, &shapes[*left], &shapes[*right]))
}

fn branch_name(branches: &[Node<'_>], index: usize) -> String {
    match branches[index]
        .reference()
        .and_then(|r| r.rsplit('/').next())
    {
        Some(name) => format!("`{name}`"),
        None => format!("branch {}", index + 1),
    }
}

/// The discriminator of a schema, its property name, and the branches it chooses among.
fn discriminated<'a>(schema: &Schema<'a>) -> Option<(Node<'a>, &'a str, Vec<Node<'a>>)> {
    let discriminator = schema.node.child("discriminator")?;
    let property = discriminator.str("propertyName")?;
    let mut branches = schema.node.items("oneOf");
    branches.extend(schema.node.items("anyOf"));
    Some((discriminator, property, branches))
}

fn discriminator_property_missing(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (discriminator, property, branches) in view.written().filter_map(discriminated) {
        for (index, branch) in branches.iter().enumerate() {
            let shape = Shape::of(view, branch);
            let is_object = shape.kind == Some("object") && branch.reference().is_some();
            if is_object && !shape.open_ended && !shape.properties.contains_key(property) {
                hits.push(
                    Hit::at(
                        &branch.pointer,
                        format!(
                            "{} does not declare the discriminating property `{property}`",
                            branch_name(&branches, index)
                        ),
                    )
                    .related(
                        discriminator.pointer_of("propertyName"),
                        "the property is named here",
                    )
                    .help(format!(
                        "declare it there as a required property: `{property}: {{type: string}}`"
                    )),
                );
            }
        }
    }
    hits
}

fn discriminator_branch(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (discriminator, _, branches) in view.written().filter_map(discriminated) {
        for branch in &branches {
            let kind = Shape::of(view, branch).kind;
            if branch.reference().is_none() {
                hits.push(
                    Hit::at(&branch.pointer, "this branch under a discriminator has no name")
                        .help("move it to `components/schemas` and refer to it: `$ref: '#/components/schemas/…'`"),
                );
            } else if let Some(kind) = kind.filter(|kind| *kind != "object") {
                hits.push(
                    Hit::at(&branch.pointer, format!("this branch under a discriminator is of type {kind}"))
                        .help("remove the discriminator, or make the branch an object that has its property"),
                );
            }
        }
        let targets: Vec<&str> = branches.iter().filter_map(Node::reference).collect();
        for (value, target) in discriminator.members("mapping") {
            let name = target.value.as_str().unwrap_or_default();
            let leads_to =
                |branch: &&str| **branch == *name || branch.rsplit('/').next() == Some(name);
            if !branches.is_empty() && !targets.iter().any(leads_to) {
                hits.push(
                    Hit::at(
                        &target.pointer,
                        format!("`{value}` is mapped to `{name}`, which is no branch"),
                    )
                    .help("add the schema to the branches, or remove the entry"),
                );
            }
        }
    }
    hits
}

fn discriminator_without_branches(view: &View<'_>) -> Vec<Hit> {
    let bases = inheritance::bases(&view.schemas_by_name());
    let lone = view
        .written()
        .filter(|schema| {
            let is_component = schema.place == Place::Component;
            !(is_component && bases.contains_key(component_of(&schema.node.pointer)))
        })
        .filter_map(discriminated)
        .filter(|(_, _, branches)| branches.is_empty());
    lone.map(|(discriminator, property, _)| {
        Hit::at_key(&discriminator.pointer, format!("the discriminator `{property}` chooses among nothing"))
            .help("list the schemas it chooses among, `{oneOf: [{$ref: …}, …], discriminator: …}`, or make them of this one by `allOf`; else remove it")
    })
    .collect()
}

fn contradictory_all_of(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for schema in view.written() {
        let mut kinds: Vec<(&str, Node<'_>)> = Vec::new();
        let mut properties: BTreeMap<&str, Node<'_>> = BTreeMap::new();
        if let Some(kind) = schema.node.str("type") {
            kinds.push((kind, schema.node.clone()));
        }
        properties.extend(schema.node.members("properties"));
        for member in schema.node.items("allOf") {
            let shape = Shape::of(view, &member);
            if let Some(kind) = shape.kind {
                let other = kinds.iter().find(|(other, _)| differ(kind, other));
                if let Some((other, place)) = other {
                    hits.push(contradiction(
                        &member,
                        &format!("is of type {kind}, another part is of type {other}"),
                        place,
                    ));
                }
                kinds.push((kind, member.clone()));
            }
            for (name, property) in shape.properties {
                let Some(other) = properties.get(name) else {
                    properties.insert(name, property);
                    continue;
                };
                if other.pointer != property.pointer && contradict(view, &property, other) {
                    let what = format!(
                        "contradicts another part: both declare the property `{name}`, with types that exclude each other"
                    );
                    hits.push(contradiction(&member, &what, other));
                }
            }
        }
    }
    hits
}

fn contradiction(member: &Node<'_>, what: &str, other: &Node<'_>) -> Hit {
    Hit::at(&member.pointer, format!("this member of `allOf` {what}"))
        .related(&other.pointer, "what it contradicts")
        .help("use `oneOf` if a value is one of them, or correct the type that is wrong")
}

fn differ(left: &str, right: &str) -> bool {
    let numeric = |kind| matches!(kind, "integer" | "number");
    left != right && !(numeric(left) && numeric(right))
}

fn contradict<'a>(view: &View<'a>, left: &Node<'a>, right: &Node<'a>) -> bool {
    are_apart(&Shape::of(view, left), &Shape::of(view, right))
}

fn infinite_schema(view: &View<'_>) -> Vec<Hit> {
    let places: BTreeMap<&str, Node<'_>> = view.components("schemas").into_iter().collect();
    let schemas = with_bases_apart(view);
    let components: BTreeMap<&str, Node<'_>> = schemas
        .iter()
        .map(|(name, value)| {
            let place = places.get(name.as_str());
            let pointer = place.map(|place| place.pointer.clone()).unwrap_or_default();
            (name.as_str(), Node { pointer, value })
        })
        .collect();
    let infinite = infinite_components(&components);
    let names: Vec<&str> = infinite.iter().copied().collect();
    let numbers: HashMap<&str, usize> = names
        .iter()
        .enumerate()
        .map(|(at, name)| (*name, at))
        .collect();
    let edges: Vec<Vec<usize>> = names
        .iter()
        .map(|name| {
            let held = held(&components[name]);
            held.iter()
                .filter_map(|name| numbers.get(name).copied())
                .collect()
        })
        .collect();
    let in_cycle = in_circle(&edges).into_iter().zip(names);
    in_cycle
        .filter(|(in_cycle, name)| *in_cycle && places.contains_key(name))
        .map(|(_, name)| {
            Hit::at_key(&components[name].pointer, format!("a `{name}` cannot exist without another `{name}` inside it"))
                .help("take the recursive property out of `required`, make it `nullable`, or make it an array")
        })
        .collect()
}

/// The component schemas; what all children of a base have goes by a name that no component has.
fn with_bases_apart(view: &View<'_>) -> Map<String, Value> {
    let mut schemas = view.schemas_by_name();
    let parts = inheritance::bases(&schemas).into_keys();
    let parts = parts
        .map(|base| (base.clone(), format!("{base} (base)")))
        .collect();
    inheritance::separate(&mut schemas, &parts);
    schemas
}

/// The components of which no value can be written down.
fn infinite_components<'a>(components: &BTreeMap<&'a str, Node<'a>>) -> HashSet<&'a str> {
    let mut holders: HashMap<&str, Vec<&'a str>> = HashMap::new();
    for (name, schema) in components {
        for part in held(schema) {
            holders.entry(part).or_default().push(name);
        }
    }
    let mut infinite: HashSet<&str> = components.keys().copied().collect();
    let mut waiting: Vec<&str> = components.keys().copied().collect();
    while let Some(name) = waiting.pop() {
        if infinite.contains(name) && is_finite(&components[name], &infinite) {
            infinite.remove(name);
            waiting.extend(holders.get(name).into_iter().flatten());
        }
    }
    infinite
}

/// Whether a value can be written down, given the components that cannot.
fn is_finite(schema: &Node<'_>, infinite: &HashSet<&str>) -> bool {
    if let Some(name) = component_name(schema) {
        return !infinite.contains(name);
    }
    schema.is_true("nullable")
        || needed(schema).iter().all(|part| is_finite(part, infinite))
            && ["oneOf", "anyOf"].iter().all(|key| {
                let branches = schema.items(key);
                branches.is_empty() || branches.iter().any(|branch| is_finite(branch, infinite))
            })
}

/// The parts every value of the schema has.
fn needed<'a>(schema: &Node<'a>) -> Vec<Node<'a>> {
    let properties = schema.child("properties");
    let required = schema.strings("required").into_iter();
    let mut parts: Vec<Node<'a>> = required
        .filter_map(|name| properties.as_ref()?.child(name))
        .collect();
    parts.extend(schema.items("allOf"));
    if schema.get("minItems").and_then(Value::as_u64).unwrap_or(0) > 0 {
        parts.extend(schema.child("items"));
    }
    parts
}

fn component_name<'a>(schema: &Node<'a>) -> Option<&'a str> {
    schema.reference()?.strip_prefix("#/components/schemas/")
}

/// The components whose values a value of the schema may hold, without a list or map between them.
fn held<'a>(schema: &Node<'a>) -> Vec<&'a str> {
    let mut names = Vec::new();
    let mut waiting = vec![schema.clone()];
    while let Some(schema) = waiting.pop() {
        if let Some(target) = component_name(&schema) {
            names.push(target);
            continue;
        }
        waiting.extend(needed(&schema));
        waiting.extend(schema.items("oneOf"));
        waiting.extend(schema.items("anyOf"));
    }
    names
}
