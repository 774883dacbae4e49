//! What schemas say together of one value: references followed and `allOf` laid open, so that two ways
//! to write the same thing look the same.

use std::collections::{BTreeMap, HashSet};

use indexmap::IndexMap;
use openapi_document::model::{
    Additional, Bound, Deprecation, Discriminator, ExternalDocs, Limits, Origin, Property, Schema,
    SchemaId, Schemas, Type, TypeSet,
};
use serde_json::{Number, Value};

use crate::found::Said;

/// Schemas that all speak of one value.
pub(crate) type Ids = Box<[SchemaId]>;

/// What they say together.
#[derive(Debug)]
pub(crate) struct Joined<'a> {
    /// Pointers of the schemas that say it, outer ones first.
    pub(crate) parts: Vec<&'a str>,
    pub(crate) at: &'a str,
    pub(crate) title: Option<Said<'a, &'a str>>,
    pub(crate) description: Option<Said<'a, &'a str>>,
    pub(crate) external_docs: Option<Said<'a, &'a ExternalDocs>>,
    pub(crate) types: TypeSet,
    pub(crate) types_at: Option<&'a str>,
    pub(crate) format: Option<Said<'a, &'a str>>,
    /// None where any value is allowed.
    pub(crate) values: Option<Said<'a, Vec<&'a Value>>>,
    pub(crate) value_descriptions: IndexMap<&'a str, Said<'a, &'a str>>,
    pub(crate) inferred_values: Vec<Said<'a, &'a str>>,
    pub(crate) properties: IndexMap<&'a str, Said<'a, Vec<SchemaId>>>,
    pub(crate) required: BTreeMap<&'a str, &'a str>,
    pub(crate) additional: Said<'a, Additional>,
    pub(crate) items: Vec<SchemaId>,
    pub(crate) one_of: Vec<Said<'a, &'a [SchemaId]>>,
    pub(crate) any_of: Vec<Said<'a, &'a [SchemaId]>>,
    pub(crate) not: Vec<SchemaId>,
    pub(crate) discriminator: Option<Said<'a, &'a Discriminator>>,
    pub(crate) limits: BTreeMap<&'static str, Said<'a, Limit<'a>>>,
    pub(crate) default: Option<Said<'a, &'a Value>>,
    pub(crate) examples: Option<Said<'a, &'a [Value]>>,
    pub(crate) read_only: Option<&'a str>,
    pub(crate) write_only: Option<&'a str>,
    pub(crate) deprecation: Option<Said<'a, &'a Deprecation>>,
    pub(crate) sensitive: Option<&'a str>,
    pub(crate) shown_once: Option<&'a str>,
    pub(crate) closed_enum: Option<&'a str>,
    pub(crate) unique: Option<&'a str>,
    pub(crate) version: Option<&'a str>,
    pub(crate) inactive_values: Vec<Said<'a, &'a str>>,
    pub(crate) origin: Option<Said<'a, &'a Origin>>,
}

/// A bound of values.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Limit<'a> {
    /// A number that values may reach, or may not.
    Number(&'a Number, bool),
    Count(u64),
    Text(&'a str),
    Flag,
}

/// The schemas behind `ids`, without references and without an `allOf` of one that says nothing else.
pub(crate) fn bare(schemas: &Schemas, ids: &[SchemaId]) -> Ids {
    let mut bare = Vec::with_capacity(ids.len());
    for id in ids {
        let mut id = *id;
        let mut seen = HashSet::new();
        while let Some(inner) = step(schemas, id).filter(|_| seen.insert(id)) {
            id = inner;
        }
        if !bare.contains(&id) {
            bare.push(id);
        }
    }
    bare.into_boxed_slice()
}

fn step(schemas: &Schemas, id: SchemaId) -> Option<SchemaId> {
    let schema = &schemas[id];
    if schema.target.is_some() {
        return schema.target;
    }
    let [only] = *schema.all_of.as_slice() else {
        return None;
    };
    let empty = Schema {
        pointer: schema.pointer.clone(),
        place: schema.place,
        parent: schema.parent,
        direction: schema.direction,
        all_of: vec![only],
        ..Schema::default()
    };
    (empty == *schema && schema.component().is_none()).then_some(only)
}

/// Everything that speaks of all values: what `ids` are, and what `allOf` adds, outer ones first.
fn parts(schemas: &Schemas, ids: &[SchemaId]) -> Vec<SchemaId> {
    let mut parts = Vec::new();
    let mut seen = HashSet::new();
    let mut waiting: Vec<SchemaId> = ids.iter().rev().copied().collect();
    while let Some(id) = waiting.pop() {
        let Some(id) = schemas.resolve(id).filter(|id| seen.insert(*id)) else {
            continue;
        };
        parts.push(id);
        waiting.extend(schemas[id].all_of.iter().rev());
    }
    parts
}

/// Whether a schema only wraps another one, perhaps with texts and marks of its own.
fn is_wrapper(schema: &Schema) -> bool {
    schema.all_of.len() == 1
        && schema.component().is_none()
        && schema.types.is_any()
        && schema.properties.is_empty()
        && schema.required.is_empty()
        && schema.values.is_empty()
        && schema.one_of.is_empty()
        && schema.any_of.is_empty()
        && schema.items.is_none()
        && schema.additional == Additional::Unsaid
        && schema.limits == Limits::default()
}

impl<'a> Joined<'a> {
    pub(crate) fn of(schemas: &'a Schemas, ids: &[SchemaId]) -> Self {
        let ids = parts(schemas, ids);
        let all = ids.iter().map(|id| &schemas[*id]);
        let main = all.clone().find(|schema| !is_wrapper(schema));
        let at = main.map_or("", |schema| &schema.pointer);
        let mut joined = Self::empty(at);
        for schema in all {
            joined.add(schema);
        }
        joined.imply_types();
        joined
    }

    fn empty(at: &'a str) -> Self {
        Self {
            parts: Vec::new(),
            at,
            title: None,
            description: None,
            external_docs: None,
            types: TypeSet::default(),
            types_at: None,
            format: None,
            values: None,
            value_descriptions: IndexMap::new(),
            inferred_values: Vec::new(),
            properties: IndexMap::new(),
            required: BTreeMap::new(),
            additional: Said {
                value: Additional::Unsaid,
                at,
            },
            items: Vec::new(),
            one_of: Vec::new(),
            any_of: Vec::new(),
            not: Vec::new(),
            discriminator: None,
            limits: BTreeMap::new(),
            default: None,
            examples: None,
            read_only: None,
            write_only: None,
            deprecation: None,
            sensitive: None,
            shown_once: None,
            closed_enum: None,
            unique: None,
            version: None,
            inactive_values: Vec::new(),
            origin: None,
        }
    }

    /// Takes in what a schema says. All its fields are named here, so that a new one is not forgotten.
    fn add(&mut self, schema: &'a Schema) {
        let Schema {
            pointer,
            // How a schema stands in its surroundings, and which way its values travel, is told by what
            // uses it.
            place: _,
            parent: _,
            direction: _,
            // Followed before.
            target: _,
            all_of: _,
            // Beside a type it stands in the types; without one it says nothing (OpenAPI 3.0.3).
            nullable: _,
            title,
            description,
            external_docs,
            types,
            format,
            values,
            value_descriptions,
            inferred_values,
            properties,
            required,
            additional,
            items,
            one_of,
            any_of,
            not,
            discriminator,
            limits,
            default,
            examples,
            read_only,
            write_only,
            deprecation,
            sensitive,
            shown_once,
            closed_enum,
            unique,
            version,
            inactive_values,
            origin,
        } = schema;
        let at = pointer.as_str();
        self.parts.push(at);
        say(&mut self.title, title.as_deref(), at);
        say(&mut self.description, description.as_deref(), at);
        say(&mut self.external_docs, external_docs.as_ref(), at);
        say(&mut self.format, format.as_deref(), at);
        say(&mut self.discriminator, discriminator.as_ref(), at);
        say(&mut self.default, default.as_ref(), at);
        let examples = (!examples.is_empty()).then_some(examples.as_slice());
        say(&mut self.examples, examples, at);
        say(&mut self.deprecation, deprecation.as_ref(), at);
        let says_origin = *origin != Origin::default();
        say(&mut self.origin, says_origin.then_some(origin), at);
        self.add_types(*types, at);
        self.add_values(values, at);
        for (value, text) in value_descriptions {
            let said = Said { value: &**text, at };
            self.value_descriptions.entry(value).or_insert(said);
        }
        let texts = |texts: &'a [String]| texts.iter().map(move |text| Said { value: &**text, at });
        self.inferred_values.extend(texts(inferred_values));
        self.inactive_values.extend(texts(inactive_values));
        for (name, property) in properties {
            let value = Vec::new();
            let all = self.properties.entry(name).or_insert(Said { value, at });
            let Property {
                schema,
                // Read from the list of required names.
                required: _,
            } = property;
            all.value.push(*schema);
        }
        for name in required {
            self.required.entry(name).or_insert(at);
        }
        self.add_additional(*additional, at);
        self.items.extend(items);
        for (list, branches) in [(&mut self.one_of, one_of), (&mut self.any_of, any_of)] {
            if !branches.is_empty() {
                let value = branches.as_slice();
                list.push(Said { value, at });
            }
        }
        self.not.extend(not);
        self.add_limits(limits, at);
        let flags = [
            (&mut self.read_only, *read_only),
            (&mut self.write_only, *write_only),
            (&mut self.sensitive, *sensitive),
            (&mut self.shown_once, *shown_once),
            (&mut self.closed_enum, *closed_enum),
            (&mut self.unique, *unique),
            (&mut self.version, *version),
        ];
        for (flag, is_set) in flags {
            if is_set {
                flag.get_or_insert(at);
            }
        }
    }

    fn add_types(&mut self, types: TypeSet, at: &'a str) {
        if types.is_any() {
            return;
        }
        self.types_at.get_or_insert(at);
        self.types = if self.types.is_any() {
            types
        } else {
            meet(self.types, types)
        };
    }

    fn add_values(&mut self, values: &'a [Value], at: &'a str) {
        if values.is_empty() {
            return;
        }
        match &mut self.values {
            None => {
                let value = values.iter().collect();
                self.values = Some(Said { value, at });
            }
            Some(known) => known.value.retain(|value| values.contains(value)),
        }
    }

    /// The strictest word counts.
    fn add_additional(&mut self, value: Additional, at: &'a str) {
        let rank = |additional: Additional| match additional {
            Additional::Unsaid => 0,
            Additional::Any => 1,
            Additional::Schema(_) => 2,
            Additional::Never => 3,
        };
        if rank(value) > rank(self.additional.value) {
            self.additional = Said { value, at };
        }
    }

    fn add_limits(&mut self, limits: &'a Limits, at: &'a str) {
        let Limits {
            minimum,
            maximum,
            multiple_of,
            min_length,
            max_length,
            pattern,
            min_items,
            max_items,
            unique_items,
            min_properties,
            max_properties,
        } = limits;
        let bound = |bound: &'a Option<Bound>| {
            let Bound { value, exclusive } = bound.as_ref()?;
            Some(Limit::Number(value, *exclusive))
        };
        let count = |count: &Option<u64>| count.map(Limit::Count);
        // What says nothing is left out: a string may have no characters.
        let least = |least: &Option<u64>| least.filter(|least| *least > 0).map(Limit::Count);
        let all = [
            ("minimum", bound(minimum)),
            ("maximum", bound(maximum)),
            (
                "multipleOf",
                multiple_of.as_ref().map(|n| Limit::Number(n, false)),
            ),
            ("minLength", least(min_length)),
            ("maxLength", count(max_length)),
            ("pattern", pattern.as_deref().map(Limit::Text)),
            ("minItems", least(min_items)),
            ("maxItems", count(max_items)),
            ("uniqueItems", unique_items.then_some(Limit::Flag)),
            ("minProperties", least(min_properties)),
            ("maxProperties", count(max_properties)),
        ];
        for (keyword, limit) in all {
            let Some(value) = limit else { continue };
            let known = self.limits.get(keyword);
            if known.is_none_or(|known| is_stricter(keyword, &value, &known.value)) {
                self.limits.insert(keyword, Said { value, at });
            }
        }
    }

    /// What has members is an object, what has items an array, whether it says so or not.
    fn imply_types(&mut self) {
        if !self.types.is_any() {
            return;
        }
        let implied = match &self.values {
            _ if !self.properties.is_empty() => vec![Type::Object],
            _ if !self.items.is_empty() => vec![Type::Array],
            Some(values) => values.value.iter().map(|value| type_of(value)).collect(),
            None => return,
        };
        self.types = implied.into_iter().collect();
    }

    /// Whether a member must be there.
    pub(crate) fn is_required(&self, name: &str) -> bool {
        self.required.contains_key(name)
    }

    /// Whether it has other string values than those that it lists, as far as the client is concerned.
    pub(crate) fn is_open_enum(&self) -> bool {
        let values = self.values.iter().flat_map(|values| &values.value);
        self.closed_enum.is_none() && values.clone().all(|v| v.is_string() || v.is_null())
    }

    /// The place beside `said` where nothing is said: the same schema, where it takes part here too.
    pub(crate) fn beside(&self, said: &str) -> &'a str {
        let same = self.parts.iter().find(|part| **part == said);
        same.copied().unwrap_or(self.at)
    }
}

fn say<'a, T>(slot: &mut Option<Said<'a, T>>, value: Option<T>, at: &'a str) {
    if slot.is_none() {
        *slot = value.map(|value| Said { value, at });
    }
}

/// The types that both allow.
fn meet(one: TypeSet, other: TypeSet) -> TypeSet {
    let in_other = |kind: &Type| covers(other, *kind);
    let mut both: Vec<Type> = one.iter().filter(in_other).collect();
    both.extend(other.iter().filter(|kind| covers(one, *kind)));
    both.into_iter().collect()
}

/// Whether a type is among others; every integer is a number.
pub(crate) fn covers(types: TypeSet, kind: Type) -> bool {
    types.contains(kind) || (kind == Type::Integer && types.contains(Type::Number))
}

fn type_of(value: &Value) -> Type {
    match value {
        Value::Null => Type::Null,
        Value::Bool(_) => Type::Boolean,
        Value::Number(number) if number.is_f64() => Type::Number,
        Value::Number(_) => Type::Integer,
        Value::String(_) => Type::String,
        Value::Array(_) => Type::Array,
        Value::Object(_) => Type::Object,
    }
}

/// Whether a limit lets fewer values through than another under the same keyword.
pub(crate) fn is_stricter(keyword: &str, one: &Limit<'_>, other: &Limit<'_>) -> bool {
    let is_least = keyword.starts_with("min");
    match (one, other) {
        (Limit::Number(one, out), Limit::Number(other, other_out)) if keyword != "multipleOf" => {
            match number(one).total_cmp(&number(other)) {
                std::cmp::Ordering::Equal => *out && !other_out,
                order => (order == std::cmp::Ordering::Greater) == is_least,
            }
        }
        (Limit::Number(one, _), Limit::Number(other, _)) => {
            one != other && is_multiple(number(one), number(other))
        }
        (Limit::Count(one), Limit::Count(other)) => one != other && (one > other) == is_least,
        _ => false,
    }
}

fn number(number: &Number) -> f64 {
    number.as_f64().unwrap_or(f64::NAN)
}

fn is_multiple(of: f64, factor: f64) -> bool {
    let times = of / factor;
    (times - times.round()).abs() < 1e-9
}
