//! Schemas without references, compositions and choices.

use openapi_document::model::{Additional, Choice, Limits, Schema, SchemaId, Schemas, Type};
use serde_json::Value;

use super::dice::Dice;

/// All schemas that hold for one value at once.
#[derive(Debug, Default)]
pub(super) struct Flat<'a> {
    parts: Vec<&'a Schema>,
    /// Members whose value a discriminator fixes.
    tags: Vec<(&'a str, &'a str)>,
}

/// What choices are made by.
pub(super) struct Chooser<'c> {
    pub(super) value: Option<&'c Value>,
    /// Whether any choice will do; otherwise the first.
    pub(super) fresh: bool,
}

impl<'a> Flat<'a> {
    /// Resolves references, merges `allOf` and one branch of each choice. Puts the references that
    /// it followed on `trail`, by what they lead to.
    pub(super) fn new(
        schemas: &'a Schemas,
        all: &[SchemaId],
        trail: &mut Vec<SchemaId>,
        chooser: &Chooser<'_>,
        dice: &mut Dice,
    ) -> Self {
        let mut flat = Self::default();
        let mut walk = schemas.walk(all.iter().copied());
        loop {
            let part = walk.next(|choice| {
                let chosen = choose(schemas, choice, trail, chooser, dice);
                flat.tags
                    .extend(chosen.and_then(|branch| schemas.tag(choice.schema, branch)));
                chosen.into_iter().collect()
            });
            let Some(part) = part else {
                return flat;
            };
            trail.extend(schemas.targets(part.at));
            flat.parts.push(&schemas[part.id]);
        }
    }

    /// What the first schema says that says it.
    pub(super) fn get<T>(&self, said: impl Fn(&'a Schema) -> Option<T>) -> Option<T> {
        self.parts.iter().find_map(|part| said(part))
    }

    /// What all schemas say that say it.
    pub(super) fn all<T>(&self, said: impl Fn(&'a Schema) -> Option<T>) -> impl Iterator<Item = T> {
        self.parts.iter().filter_map(move |part| said(part))
    }

    pub(super) fn is(&self, says: impl Fn(&Schema) -> bool) -> bool {
        self.parts.iter().any(|part| says(part))
    }

    /// What limits a size from below, the greatest.
    pub(super) fn least(&self, limit: impl Fn(&Limits) -> Option<u64>) -> usize {
        let limits = self.all(|part| size(limit(&part.limits)?));
        limits.max().unwrap_or(0)
    }

    /// What limits a size from above, the least.
    pub(super) fn greatest(&self, limit: impl Fn(&Limits) -> Option<u64>) -> Option<usize> {
        self.all(|part| size(limit(&part.limits)?)).min()
    }

    /// The type, said or implied.
    pub(super) fn kind(&self) -> Option<Type> {
        let said = self.get(|part| part.types.only());
        said.or_else(|| {
            let limits = |says: fn(&Limits) -> bool| self.is(|part| says(&part.limits));
            if self.has_properties()
                || self.is(|part| part.additional != Additional::Unsaid)
                || limits(|limits| limits.min_properties.is_some())
            {
                Some(Type::Object)
            } else if self.is(|part| part.items.is_some())
                || limits(|limits| limits.min_items.is_some())
            {
                Some(Type::Array)
            } else if limits(|limits| {
                limits.pattern.is_some()
                    || limits.min_length.is_some()
                    || limits.max_length.is_some()
            }) {
                Some(Type::String)
            } else if limits(|limits| {
                limits.minimum.is_some() || limits.maximum.is_some() || limits.multiple_of.is_some()
            }) {
                Some(Type::Number)
            } else {
                None
            }
        })
    }

    pub(super) fn example(&self) -> Option<&'a Value> {
        self.get(|part| part.examples.first())
    }

    /// The values that are left when every list of them holds.
    pub(super) fn choices(&self) -> Option<Vec<&'a Value>> {
        let mut lists = self.all(|part| Some(&part.values).filter(|list| !list.is_empty()));
        let first: Vec<&Value> = lists.next()?.iter().collect();
        let rest: Vec<&Vec<Value>> = lists.collect();
        let everywhere = |value: &&Value| rest.iter().all(|list| list.contains(value));
        Some(first.into_iter().filter(everywhere).collect())
    }

    pub(super) fn has_properties(&self) -> bool {
        self.is(|part| !part.properties.is_empty())
    }

    /// Whether a member has a name of its own.
    pub(super) fn names(&self, member: &str) -> bool {
        self.is(|part| part.properties.contains_key(member))
    }

    /// The named members, each with all its schemas, in the order of the document.
    pub(super) fn properties(&self) -> Vec<(&'a str, Vec<SchemaId>)> {
        let mut found: Vec<(&str, Vec<SchemaId>)> = Vec::new();
        for (name, property) in self.parts.iter().flat_map(|part| &part.properties) {
            match found.iter_mut().find(|(known, _)| known == name) {
                Some((_, schemas)) => schemas.push(property.schema),
                None => found.push((name, vec![property.schema])),
            }
        }
        found
    }

    pub(super) fn required(&self) -> Vec<String> {
        let names = self.parts.iter().flat_map(|part| part.required.clone());
        let tags = self.tags.iter().map(|(member, _)| (*member).to_owned());
        names.chain(tags).collect()
    }

    /// The value that a discriminator gives to a member.
    pub(super) fn tag(&self, member: &str) -> Option<&'a str> {
        let mut tags = self.tags.iter();
        let found = tags.find(|(name, _)| *name == member);
        found.map(|(_, value)| *value)
    }

    /// What members beyond the named ones are, if the document says that they may be there.
    fn beyond(&self) -> Option<Additional> {
        self.get(|part| match part.additional {
            Additional::Unsaid | Additional::Never => None,
            said => Some(said),
        })
    }

    /// The schema of members beyond the named ones.
    pub(super) fn beyond_schema(&self) -> Option<SchemaId> {
        match self.beyond()? {
            Additional::Schema(values) => Some(values),
            _ => None,
        }
    }

    /// Whether members that have no name here belong to the value.
    pub(super) fn is_open(&self) -> bool {
        let closed = self.is(|part| part.additional == Additional::Never);
        !closed && (self.beyond().is_some() || !self.has_properties())
    }
}

fn size(limit: u64) -> Option<usize> {
    usize::try_from(limit).ok()
}

/// Whether a schema cannot be laid open without taking a way that `trail` has already taken.
pub(super) fn returns(schemas: &Schemas, schema: SchemaId, trail: &[SchemaId]) -> bool {
    let schema = &schemas[schema];
    if schema.target.is_some_and(|target| trail.contains(&target)) {
        return true;
    }
    let back = |part: &SchemaId| returns(schemas, *part, trail);
    let all = |parts: &[SchemaId]| !parts.is_empty() && parts.iter().all(back);
    let is_list = schema.types.contains(Type::Array);
    let items = is_list && schema.items.as_ref().is_some_and(back);
    items || schema.all_of.iter().any(back) || all(&schema.one_of) || all(&schema.any_of)
}

/// The branch that a value is of, or else any, or else the first.
fn choose(
    schemas: &Schemas,
    choice: Choice<'_>,
    trail: &[SchemaId],
    chooser: &Chooser<'_>,
    dice: &mut Dice,
) -> Option<SchemaId> {
    let first = choice.branches.first().copied();
    let branches = choice.branches.iter().copied();
    if let Some(value) = chooser.value {
        let fits = branches.map(|branch| (fit(schemas, choice.schema, branch, value), branch));
        let best = fits.rev().max_by_key(|(fit, _)| *fit);
        return best
            .filter(|(fit, _)| *fit > 0)
            .map_or(first, |(_, branch)| Some(branch));
    }
    let ending = branches.filter(|branch| !returns(schemas, *branch, trail));
    let ending: Vec<SchemaId> = ending.collect();
    let chosen = if chooser.fresh {
        dice.pick(&ending)
    } else {
        ending.first()
    };
    chosen.copied().or(first)
}

/// How well a value fits a branch; 0 where not at all.
fn fit(schemas: &Schemas, choice: SchemaId, branch: SchemaId, value: &Value) -> usize {
    if let Some((member, tag)) = schemas.tag(choice, branch) {
        return usize::from(value[member] == tag) * 1000;
    }
    let mut dice = super::dice::Place::new(0, "").dice();
    let chooser = Chooser {
        value: None,
        fresh: false,
    };
    let flat = Flat::new(schemas, &[branch], &mut Vec::new(), &chooser, &mut dice);
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
    let fitting = known.iter().filter(|(name, all)| {
        let value = object.get(*name);
        value.is_some_and(|value| all.iter().all(|schema| shape(schemas, *schema, value)))
    });
    let missing = flat.required().iter().filter(|name| !has(name)).count();
    (100 + 2 * fitting.count())
        .saturating_sub(10 * missing)
        .max(1)
}

/// Whether a value is of the type and among the choices that a schema names itself.
fn shape(schemas: &Schemas, schema: SchemaId, value: &Value) -> bool {
    let Some(schema) = schemas.resolve(schema).map(|id| &schemas[id]) else {
        return true;
    };
    let of_type = schema.types.only().is_none_or(|kind| is_of(kind, value));
    of_type && (schema.values.is_empty() || schema.values.contains(value))
}

/// Whether a value is of a type of the document.
pub(super) fn is_of(kind: Type, value: &Value) -> bool {
    match kind {
        Type::String => value.is_string(),
        Type::Integer => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        Type::Number => value.is_number(),
        Type::Boolean => value.is_boolean(),
        Type::Array => value.is_array(),
        Type::Object => value.is_object(),
        Type::Null => value.is_null(),
    }
}
