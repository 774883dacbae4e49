//! Comparing two models: one file for each area of rules.

mod bodies;
mod composition;
mod events;
mod limits;
mod members;
pub(crate) mod operations;
mod parameters;
mod responses;
pub(crate) mod schemas;
mod security;
mod servers;
mod settings;
mod texts;
mod values;

use std::collections::HashMap;
use std::fmt::Display;

use openapi_document::model::{Components, Direction, Model, SchemaId};
use openapi_document::pointer;
use serde::Serialize;
use serde_json::Value;

use crate::found::Found;
use crate::pairs::Pairs;
use crate::rule::Rule;

/// The rules of all files.
pub(crate) const RULES: [&[&Rule]; 14] = [
    operations::RULES,
    parameters::RULES,
    bodies::RULES,
    responses::RULES,
    schemas::RULES,
    members::RULES,
    composition::RULES,
    values::RULES,
    limits::RULES,
    security::RULES,
    servers::RULES,
    events::RULES,
    settings::RULES,
    texts::RULES,
];

/// Both models, and what was found so far.
pub(crate) struct Comparison<'a> {
    pub(crate) old: &'a Model,
    pub(crate) new: &'a Model,
    pairs: Pairs<'a>,
    found: Vec<Found>,
    scope: Scope,
}

/// What is being compared.
#[derive(Debug, Clone)]
struct Scope {
    /// The operation or event that changes reach.
    user: Option<String>,
    /// The way of its requests.
    direction: Direction,
    /// Whether the generated client has code for it.
    in_rust: bool,
}

/// The document as a whole.
const DOCUMENT: Scope = Scope {
    user: None,
    direction: Direction::SENT,
    in_rust: true,
};

/// Pointers to one thing in both documents.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At<'p> {
    old: &'p str,
    new: &'p str,
}

impl<'p> At<'p> {
    fn new(old: &'p str, new: &'p str) -> Self {
        Self { old, new }
    }
}

/// Finds all changes between two models.
pub(crate) fn compare(old: &Model, new: &Model) -> Vec<Found> {
    let mut comparison = Comparison {
        old,
        new,
        pairs: Pairs::new(old, new),
        found: Vec::new(),
        scope: DOCUMENT,
    };
    comparison.models();
    let Comparison {
        pairs, mut found, ..
    } = comparison;
    found.extend(pairs.finish());
    schemas::drop_renamed(&mut found);
    merged(found)
}

/// What was found on several ways is one change that reaches all that the ways come from.
fn merged(all: Vec<Found>) -> Vec<Found> {
    let mut places = HashMap::new();
    let mut merged: Vec<Found> = Vec::new();
    for found in all {
        let known = *places.entry(found.key()).or_insert(merged.len());
        match merged.get_mut(known) {
            None => merged.push(found),
            Some(first) => {
                first.direction.sent |= found.direction.sent;
                first.direction.received |= found.direction.received;
                first.in_rust |= found.in_rust;
                first.is_used |= found.is_used;
                first.reaches.extend(found.reaches);
                first.symbols.extend(found.symbols);
            }
        }
    }
    for found in &mut merged {
        distinct(&mut found.reaches);
        distinct(&mut found.symbols);
    }
    merged
}

fn distinct(texts: &mut Vec<String>) {
    let mut seen = std::collections::HashSet::new();
    texts.retain(|text| seen.insert(text.clone()));
}

impl Comparison<'_> {
    fn models(&mut self) {
        let (old, new) = (self.old, self.new);
        let Model {
            info,
            tags,
            servers,
            operations: _,
            schemas: _,
            security_schemes: _,
            components,
            events: _,
            web_links: _,
            rate_limits: _,
            retry_statuses: _,
            error_members: _,
            user_agent: _,
        } = old;
        let Components {
            // What operations use is compared there; what nothing uses changes nothing.
            parameters: _,
            bodies: _,
            responses: _,
            headers: _,
        } = components;
        texts::info(self, info, &new.info);
        texts::tags(self, tags, &new.tags);
        servers::compare(self, At::new("", ""), servers, &new.servers);
        security::schemes(self);
        operations::compare(self);
        events::compare(self);
        settings::document(self);
        self.components();
    }

    /// Components of schemas are types, whether something uses them or not.
    fn components(&mut self) {
        let (old, new) = (self.old, self.new);
        for (name, id) in old.schemas.components() {
            match new.schemas.component(name) {
                Some(same) => self.pairs.root(id, same, Direction::default(), None, true),
                None => schemas::component_removed(self, name, id),
            }
        }
        for (name, id) in new.schemas.components() {
            if old.schemas.component(name).is_none() {
                schemas::component_added(self, name, id);
            }
        }
    }

    /// Notes a change.
    fn add(&mut self, rule: &'static Rule, at: At<'_>, message: impl Into<String>) -> &mut Found {
        let mut found = Found::new(rule, at.old, at.new, message);
        found.direction = self.scope.direction;
        found.in_rust = self.scope.in_rust;
        found.reaches.extend(self.scope.user.clone());
        self.found.push(found);
        let last = self.found.len() - 1;
        &mut self.found[last]
    }

    /// Notes a change of what travels against the requests.
    fn add_received(
        &mut self,
        rule: &'static Rule,
        at: At<'_>,
        message: impl Into<String>,
    ) -> &mut Found {
        let direction = self.scope.direction.reversed();
        let found = self.add(rule, at, message);
        found.direction = direction;
        found
    }

    /// Notes that one thing is another one: `what` with its values.
    fn differ<T: PartialEq + Display>(
        &mut self,
        rule: &'static Rule,
        at: At<'_>,
        keyword: &str,
        [old, new]: [Option<T>; 2],
    ) -> Option<&mut Found> {
        if old == new {
            return None;
        }
        let shown = |value: &Option<T>| match value {
            Some(value) => format!("`{value}`"),
            None => "not said".to_owned(),
        };
        let name = keyword.rsplit('/').next().unwrap_or(keyword);
        let message = format!("`{name}` was {}, and is {}", shown(&old), shown(&new));
        let (old_at, new_at) = under(at, keyword, old.is_some(), new.is_some());
        let found = self.add(rule, At::new(&old_at, &new_at), message);
        Some(found.values(old, new))
    }

    /// Notes that a mark is there or not: `[added, removed]` with what to say.
    fn flag(
        &mut self,
        [added, removed]: [&'static Rule; 2],
        at: At<'_>,
        keyword: &str,
        [old, new]: [bool; 2],
        [is, is_not]: [&str; 2],
    ) -> Option<&mut Found> {
        let (rule, message) = match (old, new) {
            (false, true) => (added, is),
            (true, false) => (removed, is_not),
            _ => return None,
        };
        let (old_at, new_at) = under(at, keyword, old, new);
        Some(self.add(rule, At::new(&old_at, &new_at), message))
    }

    /// Notes what one list has and the other has not: `[added, removed]`.
    fn lists<T: PartialEq + Display>(
        &mut self,
        [added, removed]: [&'static Rule; 2],
        at: At<'_>,
        keyword: &str,
        old: &[T],
        new: &[T],
    ) {
        let (old_at, new_at) = under(at, keyword, !old.is_empty(), !new.is_empty());
        let name = keyword.rsplit('/').next().unwrap_or(keyword);
        for item in new.iter().filter(|item| !old.contains(item)) {
            let message = format!("`{item}` was added in `{name}`");
            let found = self.add(added, At::new(&old_at, &new_at), message);
            found.values(None::<&T>, Some(item));
        }
        for item in old.iter().filter(|item| !new.contains(item)) {
            let message = format!("`{item}` was removed from `{name}`");
            let found = self.add(removed, At::new(&old_at, &new_at), message);
            found.values(Some(item), None::<&T>);
        }
    }

    /// Compares the schemas of two messages.
    fn schemas(&mut self, at: At<'_>, [old, new]: [Option<SchemaId>; 2], direction: Direction) {
        let (rule, message) = match (old, new) {
            (Some(old), Some(new)) => {
                let user = self.scope.user.clone();
                let in_rust = self.scope.in_rust;
                self.pairs
                    .root(old, new, direction, user.as_deref(), in_rust);
                return;
            }
            (None, Some(_)) => (schemas::SCHEMA_ADDED, "the a schema was added"),
            (Some(_), None) => (schemas::SCHEMA_REMOVED, "the a schema was removed"),
            (None, None) => return,
        };
        let (old_at, new_at) = under(at, "schema", old.is_some(), new.is_some());
        self.add(rule, At::new(&old_at, &new_at), message).direction = direction;
    }

    /// Compares something in a scope of its own.
    fn within(&mut self, scope: Scope, compare: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.scope, scope);
        compare(self);
        self.scope = outer;
    }
}

/// The pointers to a member, or to what holds it where it is not said.
fn under(at: At<'_>, keyword: &str, in_old: bool, in_new: bool) -> (String, String) {
    let place = |holder: &str, is_said: bool| {
        if is_said {
            format!("{holder}/{keyword}")
        } else {
            holder.to_owned()
        }
    };
    (place(at.old, in_old), place(at.new, in_new))
}

/// The pointer to an entry of a map.
fn entry(holder: &str, keyword: &str, name: &str) -> String {
    pointer::join(&format!("{holder}/{keyword}"), name)
}

/// What an extension says, as JSON without what it leaves unsaid; nothing where it says nothing.
fn said<T: Serialize>(extension: &T) -> Option<Value> {
    let mut value = serde_json::to_value(extension).ok()?;
    let members = value.as_object_mut()?;
    members.retain(|_, member| !member.is_null());
    (!members.is_empty()).then_some(value)
}
