//! Who is to blame where progenitor cannot take a document: found by trying again with parts of it.
//!
//! Parts that can be taken are not looked into, and grow while nothing is found. So the search takes
//! little longer than generation itself, however large the document is.

use std::collections::{BTreeMap, BTreeSet};

use openapi_document::Finding;
use progenitor_impl::GenerationSettings;
use serde_json::{Map, Value, json};

use crate::{
    attempt::{Failure, attempt},
    codes,
    lower::{Lowered, collect, reference},
};

/// Causes that are looked for; who mends so many runs it again anyway.
const MOST: usize = 20;

/// Finds the operations and schemas without which generation would succeed.
pub(crate) fn blame(
    lowered: &Lowered,
    settings: &GenerationSettings,
    failure: &Failure,
) -> Vec<Finding> {
    let trial = Trial {
        document: &lowered.document,
        settings,
    };
    let schemas = Schemas::of(&lowered.document);
    let names = schemas.innermost_first();
    let guilty = search(
        names,
        &|names| trial.with_schemas(names).err(),
        // A broken schema breaks every schema that refers to it.
        &|broken| schemas.that_reach(broken),
    );
    if !guilty.is_empty() {
        let guilty: Vec<Guilty<'_>> = guilty
            .into_iter()
            .map(|guilty| trial.in_its_circle(guilty, &schemas))
            .collect();
        let origin = |name: &str| lowered.plan.origins.get(name).cloned();
        return findings(&guilty, |name| {
            (origin(name).unwrap_or_default(), format!("schema `{name}`"))
        });
    }
    let methods = lowered.plan.methods.iter();
    let guilty = search(
        methods.map(|method| method.name.as_str()).collect(),
        &|names| trial.with_operations(names).err(),
        &|broken| BTreeSet::from([broken]),
    );
    if guilty.is_empty() {
        return vec![finding("", "document as a whole", failure)];
    }
    findings(&guilty, |name| {
        let mut methods = lowered.plan.methods.iter();
        let method = methods.find(|method| method.name == name);
        method.map_or_else(Default::default, |method| {
            let what = format!("operation `{}`", method.operation_id);
            (method.pointer.clone(), what)
        })
    })
}

/// A part that cannot be taken, alone or beside another one.
struct Guilty<'a> {
    name: &'a str,
    beside: Option<&'a str>,
    failure: Failure,
}

/// Says whether the generator fails on some of the parts, and what they depend on.
type Fails<'f> = &'f dyn Fn(&[&str]) -> Option<Failure>;

/// Finds the guilty among `names`. Those that `ruined` gives for a guilty one fail for that alone.
fn search<'a>(
    mut names: Vec<&'a str>,
    fails: Fails<'_>,
    ruined: &dyn Fn(&'a str) -> BTreeSet<&'a str>,
) -> Vec<Guilty<'a>> {
    let mut found = Vec::new();
    let mut done = 0;
    while found.len() < MOST {
        // In the end all together: parts far from each other may not go together.
        let is_last = done == names.len();
        let (from, first_step) = if is_last { (0, done.max(1)) } else { (done, 1) };
        let Some(guilty) = first_guilty(&names[from..], first_step, fails) else {
            if is_last {
                break;
            }
            done = names.len();
            continue;
        };
        let ruined = ruined(guilty.name);
        let at = names.iter().position(|name| *name == guilty.name);
        let before = &names[..at.unwrap_or(from)];
        done = before.iter().filter(|name| !ruined.contains(*name)).count();
        names.retain(|name| !ruined.contains(name));
        found.push(guilty);
    }
    found
}

/// The first of `names` that cannot be taken, or not beside the one before it that is told with it.
fn first_guilty<'a>(names: &[&'a str], first_step: usize, fails: Fails<'_>) -> Option<Guilty<'a>> {
    let (mut start, mut step) = (0, first_step);
    let (names, failure) = loop {
        let part = names.get(start..(start + step).min(names.len()))?;
        if part.is_empty() {
            return None;
        }
        if let Some(failure) = fails(part) {
            break (part, failure);
        }
        start += step;
        step *= 2;
    };
    let (end, failure) = shortest(names.len(), failure, &|end| fails(&names[..end]));
    let name = names[end - 1];
    if end == 1 {
        return Some(Guilty {
            name,
            beside: None,
            failure,
        });
    }
    if let Some(failure) = fails(&[name]) {
        return Some(Guilty {
            name,
            beside: None,
            failure,
        });
    }
    let beside = |end: usize| [&names[..end], &[name]].concat();
    let (other, failure) = shortest(end - 1, failure, &|end| fails(&beside(end)));
    Some(Guilty {
        name,
        beside: Some(names[other - 1]),
        failure,
    })
}

/// The least end that fails, if `end` does with `failure`; by halving.
fn shortest(
    mut end: usize,
    mut failure: Failure,
    fails: &dyn Fn(usize) -> Option<Failure>,
) -> (usize, Failure) {
    let mut good = 0;
    while end - good > 1 {
        let middle = good + (end - good) / 2;
        match fails(middle) {
            Some(earlier) => (end, failure) = (middle, earlier),
            None => good = middle,
        }
    }
    (end, failure)
}

/// Tries parts of a lowered document.
struct Trial<'a> {
    document: &'a Value,
    settings: &'a GenerationSettings,
}

impl Trial<'_> {
    /// Some schemas, with those that they refer to.
    fn with_schemas(&self, names: &[&str]) -> Result<(), Failure> {
        let references = names.iter().map(|name| reference(name)).collect();
        self.attempt(&references, &json!({}))
    }

    /// Some operations, with the schemas that they refer to.
    fn with_operations(&self, names: &[&str]) -> Result<(), Failure> {
        let names: BTreeSet<&str> = names.iter().copied().collect();
        let mut paths = Map::new();
        for (path, item) in members(&self.document["paths"]) {
            let operations: Map<String, Value> = members(item)
                .filter(|(_, operation)| {
                    let id = operation["operationId"].as_str();
                    id.is_some_and(|id| names.contains(id))
                })
                .map(|(verb, operation)| (verb.clone(), operation.clone()))
                .collect();
            if !operations.is_empty() {
                paths.insert(path.clone(), Value::Object(operations));
            }
        }
        let paths = Value::Object(paths);
        self.attempt(&paths, &paths)
    }

    /// A schema that others refer to in a circle fails with all of them: the one that also fails
    /// where the others take anything.
    fn in_its_circle<'s>(&self, guilty: Guilty<'s>, schemas: &Schemas<'s>) -> Guilty<'s> {
        if guilty.beside.is_some() {
            return guilty;
        }
        let all = schemas_of(self.document);
        let mut circle = schemas.circle_of(guilty.name).into_iter();
        let cause = circle.find_map(|name| {
            let targets = schemas.targets_of(name);
            let mut alone: Map<String, Value> = targets
                .map(|target| (target.to_owned(), json!({})))
                .collect();
            alone.insert(name.to_owned(), all.get(name)?.clone());
            Some((name, self.take(&alone, &json!({})).err()?))
        });
        match cause {
            Some((name, failure)) => Guilty {
                name,
                beside: None,
                failure,
            },
            None => guilty,
        }
    }

    fn attempt(&self, used: &Value, paths: &Value) -> Result<(), Failure> {
        let all = schemas_of(self.document);
        let mut found = BTreeSet::new();
        collect(used, all, &mut found);
        let schemas: Map<String, Value> = all
            .iter()
            .filter(|(name, _)| found.contains(*name))
            .map(|(name, schema)| (name.clone(), schema.clone()))
            .collect();
        self.take(&schemas, paths)
    }

    fn take(&self, schemas: &Map<String, Value>, paths: &Value) -> Result<(), Failure> {
        let alone = json!({
            "openapi": self.document["openapi"],
            "info": self.document["info"],
            "paths": paths,
            "components": { "schemas": schemas },
        });
        attempt(&alone, self.settings).map(drop)
    }
}

/// Which schemas refer to which.
struct Schemas<'a> {
    names: Vec<&'a str>,
    targets: BTreeMap<&'a str, BTreeSet<String>>,
}

impl<'a> Schemas<'a> {
    fn of(document: &'a Value) -> Self {
        let all = schemas_of(document);
        let targets = all.iter().map(|(name, schema)| {
            let mut found = BTreeSet::new();
            // Only what the schema says itself.
            collect(schema, &Map::new(), &mut found);
            (name.as_str(), found)
        });
        Self {
            names: all.keys().map(String::as_str).collect(),
            targets: targets.collect(),
        }
    }

    /// All names; what a schema refers to comes before it, unless it refers back.
    fn innermost_first(&self) -> Vec<&'a str> {
        let mut order = Vec::new();
        let mut seen = BTreeSet::new();
        for name in &self.names {
            let mut stack = vec![(*name, false)];
            while let Some((name, is_done)) = stack.pop() {
                if is_done {
                    order.push(name);
                } else if seen.insert(name) {
                    stack.push((name, true));
                    stack.extend(self.targets_of(name).map(|target| (target, false)));
                }
            }
        }
        order
    }

    /// The schema, and those that refer to it, directly or not.
    fn that_reach(&self, broken: &'a str) -> BTreeSet<&'a str> {
        let mut from: BTreeMap<&str, Vec<&'a str>> = BTreeMap::new();
        for name in &self.names {
            for target in self.targets_of(name) {
                from.entry(target).or_default().push(name);
            }
        }
        let mut found = BTreeSet::from([broken]);
        let mut queue = vec![broken];
        while let Some(name) = queue.pop() {
            let holders = from.get(name).into_iter().flatten();
            queue.extend(holders.filter(|holder| found.insert(**holder)));
        }
        found
    }

    /// The other schemas that a schema refers to and that refer to it, and itself.
    fn circle_of(&self, name: &'a str) -> BTreeSet<&'a str> {
        let mut below = BTreeSet::from([name]);
        let mut queue = vec![name];
        while let Some(name) = queue.pop() {
            queue.extend(self.targets_of(name).filter(|target| below.insert(target)));
        }
        let above = self.that_reach(name);
        below.intersection(&above).copied().collect()
    }

    fn targets_of(&self, name: &str) -> impl Iterator<Item = &'a str> {
        let targets = self.targets.get(name).into_iter().flatten();
        let known = targets.filter_map(|target| self.targets.get_key_value(target.as_str()));
        let known: Vec<&'a str> = known.map(|(name, _)| *name).collect();
        known.into_iter()
    }
}

fn findings(guilty: &[Guilty<'_>], describe: impl Fn(&str) -> (String, String)) -> Vec<Finding> {
    let findings = guilty.iter().map(|guilty| {
        let (pointer, what) = describe(guilty.name);
        let Some(other) = guilty.beside else {
            return finding(&pointer, &what, &guilty.failure);
        };
        let (other_pointer, other) = describe(other);
        finding(&pointer, &format!("{what} beside {other}"), &guilty.failure)
            .related(other_pointer, "the other one")
    });
    findings.collect()
}

fn finding(pointer: &str, what: &str, failure: &Failure) -> Finding {
    let (code, verb) = if failure.panicked {
        (codes::GENERATOR_PANICS, "panics on")
    } else {
        (codes::GENERATOR_REFUSES, "refuses")
    };
    let message = failure.message.lines().next().unwrap_or_default();
    Finding::error(code, pointer, format!("the generator {verb} the {what}: {message}"))
        .why("progenitor, which makes the types, cannot represent this, and nothing here rewrites it for progenitor")
        .help("describe the same values with plain objects, arrays and scalars; or report this message as a bug, with this part of the document")
}

fn schemas_of(document: &Value) -> &Map<String, Value> {
    static EMPTY: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    document["components"]["schemas"]
        .as_object()
        .unwrap_or(&EMPTY)
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// What is found among numbers of which some fail, alone or in pairs, and how many were tried.
    fn guilty(count: usize, broken: &[usize], clashes: &[[usize; 2]]) -> (Vec<String>, usize) {
        let names: Vec<String> = (0..count).map(|number| number.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let tried = Cell::new(0);
        let fails = |part: &[&str]| {
            tried.set(tried.get() + part.len());
            let has = |number: &usize| part.contains(&number.to_string().as_str());
            let fails = broken.iter().any(has) || clashes.iter().any(|pair| pair.iter().all(has));
            fails.then(|| Failure {
                panicked: false,
                message: String::new(),
            })
        };
        let found = search(names, &fails, &|name| BTreeSet::from([name]));
        let found = found.iter().map(|guilty| match guilty.beside {
            Some(other) => format!("{}+{other}", guilty.name),
            None => guilty.name.to_owned(),
        });
        (found.collect(), tried.get())
    }

    #[test]
    fn the_guilty_are_found_wherever_they_stand() {
        for (broken, clashes, expected) in [
            (&[][..], &[][..], &[][..]),
            (&[0], &[], &["0"]),
            (&[99], &[], &["99"]),
            (&[3, 4, 50, 98], &[], &["3", "4", "50", "98"]),
            (&[], &[[40, 41]], &["41+40"]),
            (&[], &[[2, 97]], &["97+2"]),
            (&[1], &[[0, 99], [10, 11]], &["1", "11+10", "99+0"]),
        ] {
            assert_eq!(guilty(100, broken, clashes).0, expected);
        }
    }

    #[test]
    fn the_search_is_little_longer_than_a_few_tries() {
        for count in [1_000, 4_000] {
            for (broken, clashes) in [
                (vec![0], vec![]),
                (vec![count - 1], vec![]),
                (vec![count / 2], vec![]),
                (vec![], vec![[0, count - 1]]),
                (vec![], vec![[count / 2, count / 2 + 1]]),
            ] {
                let (found, tried) = guilty(count, &broken, &clashes);
                assert_eq!(found.len(), 1);
                let tries = tried / count;
                assert!(
                    tries <= 25,
                    "{broken:?} {clashes:?} of {count}: {tries} times all"
                );
            }
        }
    }
}
