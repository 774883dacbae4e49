//! Schemas without references, compositions and choices.

use openapi_document::walk::{Choice, Walk};
use serde_json::{Map, Value};

use super::dice::Dice;
use crate::api::{members, strings};

/// All schema objects that hold for one value at once.
#[derive(Debug, Default)]
pub(super) struct Flat<'a> {
    parts: Vec<&'a Map<String, Value>>,
    /// Members whose value a discriminator fixes.
    tags: Vec<(&'a str, String)>,
}

/// What choices are made by.
pub(super) struct Chooser<'c> {
    pub(super) value: Option<&'c Value>,
    /// Whether any choice will do; otherwise the first.
    pub(super) fresh: bool,
}

impl<'a> Flat<'a> {
    /// Resolves references, merges `allOf` and one branch of each choice. Puts the references that
    /// it followed on `trail`.
    pub(super) fn new(
        root: &'a Value,
        schemas: &[&'a Value],
        trail: &mut Vec<&'a str>,
        chooser: &Chooser<'_>,
        dice: &mut Dice,
    ) -> Self {
        let mut flat = Self::default();
        let places = schemas.iter().map(|schema| (String::new(), *schema));
        let mut walk = Walk::from_all(root, places);
        loop {
            let part = walk.next(|choice| {
                let chosen = choose(root, choice, trail, chooser, dice);
                let branch = chosen.and_then(|index| choice.branches.get(index));
                flat.tags
                    .extend(branch.and_then(|branch| tag(choice.schema, branch)));
                chosen.into_iter().collect()
            });
            let Some(part) = part else {
                return flat;
            };
            trail.extend(part.references);
            flat.parts.extend(part.schema.as_object());
        }
    }

    /// The first value of a keyword.
    pub(super) fn get(&self, key: &str) -> Option<&'a Value> {
        self.parts.iter().find_map(|part| part.get(key))
    }

    /// All values of a keyword.
    pub(super) fn all(&self, key: &'a str) -> impl Iterator<Item = &'a Value> {
        self.parts.iter().filter_map(move |part| part.get(key))
    }

    pub(super) fn is(&self, key: &str) -> bool {
        self.parts
            .iter()
            .any(|part| part.get(key) == Some(&Value::Bool(true)))
    }

    /// The value of a keyword that limits a size from below, the greatest.
    pub(super) fn least(&self, key: &'a str) -> usize {
        self.all(key).filter_map(size).max().unwrap_or(0)
    }

    /// The value of a keyword that limits a size from above, the least.
    pub(super) fn greatest(&self, key: &'a str) -> Option<usize> {
        self.all(key).filter_map(size).min()
    }

    /// The type, said or implied.
    pub(super) fn kind(&self) -> Option<&'a str> {
        let said = self.get("type").and_then(Value::as_str);
        said.or_else(|| {
            let implies = |keys: &[&str]| keys.iter().any(|key| self.get(key).is_some());
            if implies(&["properties", "additionalProperties", "minProperties"]) {
                Some("object")
            } else if implies(&["items", "minItems"]) {
                Some("array")
            } else if implies(&["pattern", "minLength", "maxLength"]) {
                Some("string")
            } else if implies(&["minimum", "maximum", "multipleOf"]) {
                Some("number")
            } else {
                None
            }
        })
    }

    /// The values that are left when every list of them holds.
    pub(super) fn choices(&self) -> Option<Vec<&'a Value>> {
        let mut lists = self.all("enum").filter_map(Value::as_array);
        let first: Vec<&Value> = lists.next()?.iter().collect();
        let rest: Vec<&Vec<Value>> = lists.collect();
        let everywhere = |value: &&Value| rest.iter().all(|list| list.contains(value));
        Some(first.into_iter().filter(everywhere).collect())
    }

    /// The named members, each with all its schemas, in the order of the document.
    pub(super) fn properties(&self) -> Vec<(&'a str, Vec<&'a Value>)> {
        let mut found: Vec<(&str, Vec<&Value>)> = Vec::new();
        for (name, schema) in self.all("properties").flat_map(members) {
            match found.iter_mut().find(|(known, _)| known == name) {
                Some((_, schemas)) => schemas.push(schema),
                None => found.push((name, vec![schema])),
            }
        }
        found
    }

    pub(super) fn required(&self) -> Vec<String> {
        let mut names: Vec<String> = self.all("required").flat_map(strings).collect();
        names.extend(self.tags.iter().map(|(member, _)| (*member).to_owned()));
        names
    }

    /// The value that a discriminator gives to a member.
    pub(super) fn tag(&self, member: &str) -> Option<&str> {
        let mut tags = self.tags.iter();
        let found = tags.find(|(name, _)| *name == member);
        found.map(|(_, value)| value.as_str())
    }

    /// What members beyond the named ones are; nothing where there may be none, or where the
    /// document does not speak of them.
    pub(super) fn beyond(&self) -> Option<&'a Value> {
        self.all("additionalProperties")
            .find(|schema| **schema != Value::Bool(false))
    }

    /// Whether members that have no name here belong to the value.
    pub(super) fn is_open(&self) -> bool {
        let closed = self
            .all("additionalProperties")
            .any(|schema| *schema == Value::Bool(false));
        let named = self.get("properties").is_some();
        !closed && (self.beyond().is_some() || !named)
    }
}

fn size(value: &Value) -> Option<usize> {
    usize::try_from(value.as_u64()?).ok()
}

/// Whether a schema cannot be laid open without taking a way that `trail` has already taken.
pub(super) fn returns(schema: &Value, trail: &[&str]) -> bool {
    let on_trail = |target: &str| trail.contains(&target);
    if schema["$ref"].as_str().is_some_and(on_trail) {
        return true;
    }
    let some = |key: &str| {
        let parts = schema[key].as_array().into_iter().flatten();
        parts.map(|part| returns(part, trail)).collect::<Vec<_>>()
    };
    let all = |parts: Vec<bool>| !parts.is_empty() && parts.into_iter().all(|part| part);
    let items = schema["type"] == "array" && returns(&schema["items"], trail);
    items || some("allOf").contains(&true) || all(some("oneOf")) || all(some("anyOf"))
}

/// The member and value by which a branch of a discriminated choice is known.
fn tag<'a>(schema: &'a Value, branch: &Value) -> Option<(&'a str, String)> {
    let discriminator = schema.get("discriminator")?;
    let member = discriminator["propertyName"].as_str()?;
    let target = branch["$ref"].as_str()?;
    let name = target.rsplit('/').next().unwrap_or(target);
    let mut mapped = members(&discriminator["mapping"]);
    let found = mapped.find(|(_, mapped)| **mapped == target || **mapped == name);
    let value = found.map_or(name, |(value, _)| value.as_str());
    Some((member, value.to_owned()))
}

/// The number of the branch that a value is of, or else of any, or else of the first.
fn choose(
    root: &Value,
    choice: &Choice<'_>,
    trail: &[&str],
    chooser: &Chooser<'_>,
    dice: &mut Dice,
) -> Option<usize> {
    let first = (!choice.branches.is_empty()).then_some(0);
    let branches = choice.branches.iter().enumerate();
    if let Some(value) = chooser.value {
        let fits = branches.map(|(index, branch)| (fit(root, choice.schema, branch, value), index));
        let best = fits.rev().max_by_key(|(fit, _)| *fit);
        return best
            .filter(|(fit, _)| *fit > 0)
            .map_or(first, |(_, index)| Some(index));
    }
    let ending = branches.filter(|(_, branch)| !returns(branch, trail));
    let ending: Vec<usize> = ending.map(|(index, _)| index).collect();
    let chosen = if chooser.fresh {
        dice.pick(&ending)
    } else {
        ending.first()
    };
    chosen.copied().or(first)
}

/// How well a value fits a branch; 0 where not at all.
fn fit(root: &Value, schema: &Value, branch: &Value, value: &Value) -> usize {
    if let Some((member, tag)) = tag(schema, branch) {
        return usize::from(value[member] == tag) * 1000;
    }
    let mut dice = super::dice::Place::new(0, "").dice();
    let chooser = Chooser {
        value: None,
        fresh: false,
    };
    let flat = Flat::new(root, &[branch], &mut Vec::new(), &chooser, &mut dice);
    if !flat.kind().is_none_or(|kind| is_of(kind, value)) {
        return 0;
    }
    if flat.choices().is_some_and(|some| !some.contains(&value)) {
        return 0;
    }
    let Some(object) = value.as_object() else {
        return 1;
    };
    let has = |name: &String| object.contains_key(name);
    let known = flat.properties();
    let fitting = known.iter().filter(|(name, schemas)| {
        let value = object.get(*name);
        value.is_some_and(|value| schemas.iter().all(|schema| shape(root, schema, value)))
    });
    let missing = flat.required().iter().filter(|name| !has(name)).count();
    (100 + 2 * fitting.count())
        .saturating_sub(10 * missing)
        .max(1)
}

/// Whether a value is of the type and among the choices that a schema names itself.
fn shape(root: &Value, schema: &Value, value: &Value) -> bool {
    let schema = crate::api::resolve(root, schema);
    let kind = schema["type"].as_str();
    let listed = schema["enum"].as_array();
    kind.is_none_or(|kind| is_of(kind, value)) && listed.is_none_or(|list| list.contains(value))
}

/// Whether a value is of a type of the document.
pub(super) fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "string" => value.is_string(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => true,
    }
}
