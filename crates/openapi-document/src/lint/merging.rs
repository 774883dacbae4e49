//! L3xx, continued: what becomes of schemas that must hold together. The type generator merges them
//! into one, choice by choice and property by property, without a look at what that costs.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::rule::{Hit, Rule};
use super::view::{Node, Schema, View};
use crate::finding::Finding;
use crate::finding::Severity::Error;
use crate::{inheritance, pointer};

pub(super) const RULES: &[Rule] = &[Rule {
    code: "L323",
    name: "unmergeable-all-of",
    severity: Error,
    suppressible: false,
    what: "The members of an `allOf` have too many combinations, or a property that becomes an `allOf` of the same kind again and again.",
    why: "the generator merges all members into one type; here it would run out of memory, or never end",
    check: unmergeable_all_of,
}];

/// Choices that are merged: with each further one, what the generator needs grows a thousandfold.
const MOST_CHOICES: usize = 2;
/// Combinations of their branches.
const MOST_COMBINATIONS: usize = 16;
/// Members of an `allOf`, those of the members included.
const MOST_MEMBERS: usize = 200;
/// Merges that are looked at in one document.
const MOST_MERGES: usize = 100_000;

fn unmergeable_all_of(view: &View<'_>) -> Vec<Hit> {
    let mut merging = Merging::of(view);
    let schemas = view.written();
    schemas
        .filter_map(|schema| {
            let (trouble, property) = merging.trouble(schema)?;
            Some(hit(schema, &trouble, &property))
        })
        .collect()
}

/// What there is to say of a document in which a schema has more members than can be looked at.
/// The first is enough: those that hold it have as many.
pub(super) fn immense(view: &View<'_>) -> Option<Vec<Finding>> {
    let mut merging = Merging::of(view);
    let mut schemas = view.written();
    let immense = schemas.find(|schema| merging.is_immense(&schema.node))?;
    Some(vec![RULES[0].finding(hit(immense, &Trouble::Members, &[]))])
}

/// Why schemas cannot be merged.
enum Trouble {
    /// So many choices have so many combinations.
    Combinations(usize, usize),
    Members,
    Endless,
    /// Members and branches lead back to one of them.
    Circle,
    Itself,
}

fn hit(schema: &Schema<'_>, trouble: &Trouble, property: &[String]) -> Hit {
    let at = match property {
        [] => String::new(),
        names => format!(" of the property `{}`", names.join(".")),
    };
    let (message, help) = match trouble {
        Trouble::Combinations(choices, count) => (
            format!("this `allOf` combines {choices} choices{at}: {count} combinations"),
            "write one `oneOf` of the combinations that really occur, each as a schema with a name; or make a property of each choice",
        ),
        Trouble::Members => (
            format!("the members{at} here and their own members are more than {MOST_MEMBERS}"),
            "let each schema be a member once, and write the properties into fewer schemas",
        ),
        Trouble::Circle => (
            format!("the members{at} and their branches lead back to one of them"),
            "take the schema out of its own members and branches, or make it a property of one of them",
        ),
        Trouble::Endless => (
            format!(
                "the members{at} refer to different schemas, which lead to the same choice of both without end"
            ),
            "let the property refer to the same schema in all members, or declare it in one of them only",
        ),
        Trouble::Itself => (
            "the schema is a member of itself, directly or over others".to_owned(),
            "take it out of the `allOf`: it says nothing more about its values",
        ),
    };
    Hit::at_key(schema.node.pointer_of("allOf"), message).help(help)
}

struct Merging<'v, 'a> {
    view: &'v View<'a>,
    /// How many members a schema has in the end, by pointer.
    members: HashMap<String, usize>,
    /// Schemas that are members of themselves where they may be null; all others that are have no
    /// value at all, which is the business of `infinite-schema`.
    circular: HashSet<String>,
    /// Bases whose choice is among their own children: what the children take of them is no choice.
    bases: HashSet<String>,
    /// Schemas from which no way over members and branches leads back to where it has been.
    straight: HashSet<String>,
    /// Schemas that can be merged, by their pointers.
    fine: HashSet<BTreeSet<String>>,
    left: usize,
}

/// Schemas that hold together, each once, by their pointers.
type Parts<'a> = BTreeMap<String, Node<'a>>;

impl<'v, 'a> Merging<'v, 'a> {
    fn of(view: &'v View<'a>) -> Self {
        Self {
            view,
            members: HashMap::new(),
            circular: HashSet::new(),
            bases: inheritance::bases(&view.schemas_by_name())
                .into_keys()
                .map(|name| pointer::join("/components/schemas", &name))
                .collect(),
            straight: HashSet::new(),
            fine: HashSet::new(),
            left: MOST_MERGES,
        }
    }

    fn is_immense(&mut self, schema: &Node<'a>) -> bool {
        schema.get("allOf").is_some() && self.count(schema, &mut Vec::new()) > MOST_MEMBERS
    }

    /// What is wrong with a schema, and in which property of it.
    fn trouble(&mut self, schema: &Schema<'a>) -> Option<(Trouble, Vec<String>)> {
        schema.node.get("allOf")?;
        let mut path = Vec::new();
        self.count(&schema.node, &mut Vec::new());
        if self.circular.contains(&schema.node.pointer) {
            return Some((Trouble::Itself, path));
        }
        let mut parts = Parts::new();
        self.flatten(&schema.node, &mut parts);
        let trouble = self.merge(&parts, &mut Vec::new(), &mut path)?;
        Some((trouble, path))
    }

    /// How many schemas a member stands for; one that is reached on several ways counts each time.
    fn count(&mut self, schema: &Node<'a>, around: &mut Vec<Node<'a>>) -> usize {
        let Some(schema) = self.view.resolve(schema) else {
            return 1;
        };
        if let Some(known) = self.members.get(&schema.pointer) {
            return *known;
        }
        let same = |other: &Node<'a>| other.pointer == schema.pointer;
        if let Some(start) = around.iter().position(same) {
            let circle = &around[start..];
            if circle.iter().any(|schema| schema.is_true("nullable")) {
                let pointers = circle.iter().map(|schema| schema.pointer.clone());
                self.circular.extend(pointers);
            }
            return 1;
        }
        around.push(schema.clone());
        let members = schema.items("allOf");
        let count = members.iter().fold(1_usize, |sum, member| {
            sum.saturating_add(self.count(member, around))
        });
        around.pop();
        self.members.insert(schema.pointer, count);
        count
    }

    /// How many branches the choices of a schema have. Strings of several kinds are one string.
    fn choices(&self, schema: &Node<'a>) -> Vec<usize> {
        if self.bases.contains(&schema.pointer) {
            return Vec::new();
        }
        let is_text = |branch: &Node<'a>| {
            let branch = self.view.resolve(branch);
            branch.is_some_and(|branch| branch.str("type") == Some("string"))
        };
        let only_requires = |branch: &Node<'a>| {
            let members = branch.value.as_object();
            members.is_some_and(|members| members.keys().all(|key| key == "required"))
        };
        ["oneOf", "anyOf"]
            .into_iter()
            .map(|key| schema.items(key))
            .filter(|branches| !branches.iter().all(is_text) && !branches.iter().all(only_requires))
            .map(|branches| branches.len())
            .collect()
    }

    /// Whether members and branches of a schema lead back to one of them, so that what is merged with
    /// it would be merged again and again.
    fn leads_back(&mut self, schema: &Node<'a>) -> bool {
        enum Step<'a> {
            Enter(Node<'a>),
            Leave(String),
        }
        let mut around = HashSet::new();
        let mut steps = vec![Step::Enter(schema.clone())];
        while let Some(step) = steps.pop() {
            let schema = match step {
                Step::Leave(pointer) => {
                    around.remove(&pointer);
                    self.straight.insert(pointer);
                    continue;
                }
                Step::Enter(schema) => self.view.resolve(&schema),
            };
            let Some(schema) = schema.filter(|schema| !self.straight.contains(&schema.pointer))
            else {
                continue;
            };
            if !around.insert(schema.pointer.clone()) {
                return true;
            }
            steps.push(Step::Leave(schema.pointer.clone()));
            let mut next = schema.items("allOf");
            if !self.bases.contains(&schema.pointer) {
                next.extend(schema.items("oneOf"));
                next.extend(schema.items("anyOf"));
            }
            steps.extend(next.into_iter().map(Step::Enter));
        }
        false
    }

    fn flatten(&self, schema: &Node<'a>, parts: &mut Parts<'a>) {
        let Some(schema) = self.view.resolve(schema) else {
            return;
        };
        if parts.contains_key(&schema.pointer) {
            return;
        }
        parts.insert(schema.pointer.clone(), schema.clone());
        for member in schema.items("allOf") {
            self.flatten(&member, parts);
        }
    }

    /// What keeps parts from being merged. `around` are the parts that these are a property of, and
    /// `path` its name.
    fn merge(
        &mut self,
        parts: &Parts<'a>,
        around: &mut Vec<BTreeSet<String>>,
        path: &mut Vec<String>,
    ) -> Option<Trouble> {
        let key: BTreeSet<String> = parts.keys().cloned().collect();
        if around.contains(&key) {
            return Some(Trouble::Endless);
        }
        if self.fine.contains(&key) {
            return None;
        }
        let Some(left) = self.left.checked_sub(1) else {
            return Some(Trouble::Members);
        };
        self.left = left;
        let choices: Vec<usize> = parts.values().flat_map(|part| self.choices(part)).collect();
        let combinations = choices
            .iter()
            .fold(1_usize, |all, n| all.saturating_mul(*n));
        let most = match choices.len() {
            0..=1 => usize::MAX,
            2..=MOST_CHOICES => MOST_COMBINATIONS,
            _ => 1,
        };
        if combinations > most {
            return Some(Trouble::Combinations(choices.len(), combinations));
        }
        if parts.len() > 1 && parts.values().any(|part| self.leads_back(part)) {
            return Some(Trouble::Circle);
        }
        around.push(key.clone());
        let trouble = shared(parts).into_iter().find_map(|(name, definitions)| {
            let mut parts = Parts::new();
            for definition in &definitions {
                self.flatten(definition, &mut parts);
            }
            path.push(name);
            let trouble = self.merge(&parts, around, path);
            if trouble.is_none() {
                path.pop();
            }
            trouble
        });
        around.pop();
        if trouble.is_none() {
            self.fine.insert(key);
        }
        trouble
    }
}

/// What several parts declare, each in its own way: properties, items, and other members.
fn shared<'a>(parts: &Parts<'a>) -> Vec<(String, Vec<Node<'a>>)> {
    let mut definitions: BTreeMap<String, Vec<Node<'a>>> = BTreeMap::new();
    for part in parts.values() {
        for (name, property) in part.members("properties") {
            definitions
                .entry(name.to_owned())
                .or_default()
                .push(property);
        }
        for (key, name) in [("items", "[]"), ("additionalProperties", "{}")] {
            let schema = part.child(key).filter(|schema| schema.value.is_object());
            if let Some(schema) = schema {
                definitions.entry(name.to_owned()).or_default().push(schema);
            }
        }
    }
    definitions.retain(|_, definitions| definitions.len() > 1);
    definitions.into_iter().collect()
}
