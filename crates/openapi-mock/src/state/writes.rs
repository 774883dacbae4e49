//! Items of collections, created, changed and deleted.

use std::collections::BTreeSet;

use openapi_document::model::Schemas;
use serde_json::{Map, Value};

use super::apply::{CHANGE, CREATION, Own, sent_by, stamp};
use super::bodies::{answered, envelope, status_declared};
use super::collection::Collection;
use super::context::ResourcePath;
use super::data::Item;
use super::handler::{Handler, Outcome, Target};
use super::key::{Key, singular};
use super::moves::renew;
use super::shape;
use super::uploads::File;
use crate::answer::Answer;
use crate::change::{Change, ChangeKind};
use crate::refusal::{Reason, Refusal};
use crate::sample::Wish;

impl<'a> Handler<'a> {
    pub(super) fn create(&mut self, collection: &'a Collection, created: bool) -> Outcome {
        let operation = self.call.operation;
        let here = ResourcePath::new(&operation.path, &self.call.path);
        self.open(collection, &here.path, created);
        let within = answered(operation).map(|(_, schema)| envelope(self.context.api, schema));
        let sent = match self.call.body {
            Some(_) => sent_by(self.call, &within.unwrap_or_default()),
            None => Some(Map::new()),
        };
        let Some(sent) = sent else {
            return Ok(None);
        };
        let made = status_declared(operation, 201);
        let status = if made { 201 } else { operation.success() };
        let (target, made) = self.new_target(collection, &here, &sent);
        self.refuse_shared(&target, &sent)?;
        let value = self.new_value(&target, made, sent);
        self.place(&target, value, status)
    }

    /// Where a new item goes: to the key that the call names, or to a new one. What was made to find
    /// that comes along.
    pub(super) fn new_target(
        &mut self,
        collection: &'a Collection,
        here: &ResourcePath,
        sent: &Map<String, Value>,
    ) -> (Target<'a>, Option<Value>) {
        let schemas = self.context.api.schemas();
        let whole = collection.whole.as_ref();
        let known = whole.map(|schema| schemas.properties(schema.id));
        let known = known.unwrap_or_default();
        let given_by_server = |name: &str| {
            let schema = known.get(name);
            schema.is_some_and(|id| shape::says(schemas, *id, |schema| schema.read_only))
        };
        let named = match &collection.key {
            Key::Member(name) if !given_by_server(name) => sent.get(name).and_then(shape::scalar),
            _ => None,
        };
        let (key, made) = match named {
            Some(key) => (key, None),
            None => self.new_key(collection, &here.path),
        };
        let target = Target {
            collection,
            at: here.path.clone(),
            resource_path: Self::resource_path_of(collection, here, &key),
            key,
        };
        (target, made)
    }

    /// A key that nothing here has or had: the next number, or one that looks like the others, with
    /// the item that was made for it.
    fn new_key(&mut self, collection: &Collection, at: &str) -> (String, Option<Value>) {
        let schemas = self.context.api.schemas();
        self.data.made_keys += 1;
        let count = usize::try_from(self.data.made_keys).unwrap_or(usize::MAX);
        let items = self.data.collections.get(at);
        let known = |key: &str| {
            items.is_some_and(|items| items.items.contains_key(key) || items.gone.contains(key))
        };
        let known = |key: &str, _: &Value| known(key);
        let (key, value) =
            self.context
                .made_item(collection, at, &self.call.path, count + 1000, &known);
        let is_number = match &collection.key {
            Key::Member(name) => value[name].is_number(),
            _ => key.parse::<u64>().is_ok(),
        };
        if !is_number {
            return (key, Some(value));
        }
        let keys = items
            .into_iter()
            .flat_map(|items| items.items.keys().chain(&items.gone));
        let numbers = keys.filter_map(|key| key.parse::<u64>().ok());
        let next = next_number(&numbers.collect(), most(collection, schemas));
        (next.to_string(), None)
    }

    /// A new item: what the server sets, and over it what was sent.
    pub(super) fn new_value(
        &self,
        target: &Target<'_>,
        made: Option<Value>,
        sent: Map<String, Value>,
    ) -> Value {
        let Target {
            collection,
            at,
            key,
            ..
        } = target;
        let named = || {
            self.context
                .item_called(collection, at, &self.call.path, key)
        };
        let made = made.unwrap_or_else(named);
        let mut value = match (made, &collection.whole) {
            (Value::Object(made), Some(schema)) => {
                self.context.server_made(made, self.call, schema)
            }
            _ => Map::new(),
        };
        stamp(&mut value, CREATION);
        let own = Own {
            schema: collection.whole.as_ref(),
            key: None,
        };
        self.describe_file(collection, &mut value);
        self.context.apply(&mut value, sent, self.call, false, &own);
        stamp(&mut value, CHANGE);
        let mut value = Value::Object(value);
        self.context.set_key(collection, &mut value, key);
        value
    }

    /// Refuses what another item of the collection has already and no two may share.
    pub(super) fn refuse_shared(
        &self,
        target: &Target<'_>,
        sent: &Map<String, Value>,
    ) -> Result<(), Refusal> {
        let Target {
            collection,
            at,
            key,
            ..
        } = target;
        let items = self.data.collections.get(at).map(|items| &items.items);
        for name in &collection.unique {
            let Some(value) = sent.get(name).filter(|value| !value.is_null()) else {
                continue;
            };
            let mut others = items
                .into_iter()
                .flatten()
                .filter(|(other, _)| *other != key);
            if let Some((other, _)) = others.find(|(_, item)| item.value.get(name) == Some(value)) {
                let one = singular(&collection.name);
                let detail = format!("{one} `{other}` at {at} has this `{name}` already");
                return Err(Refusal::new(Reason::Conflict, detail));
            }
        }
        Ok(())
    }

    pub(super) fn refuse_taken(&self, target: &Target<'_>) -> Result<(), Refusal> {
        let Target { at, key, .. } = target;
        if self.data.item(at, key).is_none() {
            return Ok(());
        }
        let name = singular(&target.collection.name);
        let detail = format!("there is a {name} `{key}` at {at} already");
        Err(Refusal::new(Reason::Conflict, detail))
    }

    /// Keeps a new item, unless its key is taken.
    pub(super) fn place(&mut self, target: &Target<'_>, mut value: Value, status: u16) -> Outcome {
        let Target {
            collection,
            at,
            key,
            resource_path,
        } = target;
        self.refuse_taken(target)?;
        let once = self.shown_once();
        self.show_once(&once, &mut value, resource_path);
        let mut answer = self.answer_with(status, &mut value, resource_path)?;
        answer.headers.extend(self.location(status, target));
        if let Value::Object(members) = &mut value {
            members.retain(|name, _| !once.contains(&name.as_str()));
        }
        answer.changes = vec![Change::new(
            ChangeKind::Created,
            &collection.name,
            &resource_path.path,
            &value,
        )];
        let mut item = Item::new(value, true);
        item.file = self.call.files.first().map(File::of);
        self.data.insert(at, key, item);
        Ok(Some(answer))
    }

    pub(super) fn update(
        &mut self,
        target: &Target<'a>,
        created: bool,
        whole: bool,
        creates: bool,
    ) -> Outcome {
        let operation = self.call.operation;
        let within = answered(operation).map(|(_, schema)| envelope(self.context.api, schema));
        let Some(sent) = sent_by(self.call, &within.unwrap_or_default()) else {
            self.find(target, created)?;
            return Ok(None);
        };
        match self.find(target, created) {
            Ok(_) => {}
            Err(_) if creates => {
                self.refuse_shared(target, &sent)?;
                let value = self.new_value(target, None, sent);
                return self.place(target, value, 201);
            }
            Err(refusal) => return Err(refusal),
        }
        self.refuse_shared(target, &sent)?;
        let status = match (
            status_declared(operation, 200),
            status_declared(operation, 204),
        ) {
            (false, true) => 204,
            (true, _) => 200,
            _ => operation.success(),
        };
        self.changed(target, status, |handler, members| {
            let own = Own {
                schema: target.collection.whole.as_ref(),
                key: match &target.collection.key {
                    Key::Member(name) => Some(name),
                    _ => None,
                },
            };
            handler
                .context
                .apply(members, sent, handler.call, whole, &own);
        })
    }

    /// Changes an item, and answers with it; with 304 where that is declared and nothing changes.
    fn changed(
        &mut self,
        target: &Target<'a>,
        status: u16,
        change: impl FnOnce(&Self, &mut Map<String, Value>),
    ) -> Outcome {
        let Some(item) = self.data.item(&target.at, &target.key) else {
            return Ok(None);
        };
        let mut value = item.value.clone();
        if !value.is_object() {
            value = Value::Object(Map::new());
            self.context
                .set_key(target.collection, &mut value, &target.key);
        }
        let before = value.clone();
        let mut moved = None;
        if let Value::Object(members) = &mut value {
            change(self, members);
            if before != Value::Object(members.clone()) {
                stamp(members, CHANGE);
                moved = renew(target.collection, members);
            } else if status_declared(self.call.operation, 304) {
                return Ok(Some(Answer::status(304)));
            }
        }
        let mut answer = self.answer_with(status, &mut value, &target.resource_path)?;
        let name = &target.collection.name;
        answer.changes = vec![Change::new(
            ChangeKind::Updated,
            name,
            &target.resource_path.path,
            &value,
        )];
        if let Some(item) = self.data.item_mut(&target.at, &target.key) {
            item.value = value;
        }
        if let Some((old, new)) = moved {
            self.note_version(target, &old, new);
        }
        Ok(Some(answer))
    }

    pub(super) fn delete(&mut self, target: &Target<'a>, created: bool) -> Outcome {
        self.find(target, created)?;
        let Some(item) = self.data.item(&target.at, &target.key) else {
            return Ok(None);
        };
        let mut value = item.value.clone();
        let status = self.call.operation.success();
        let mut answer = self.answer_with(status, &mut value, &target.resource_path)?;
        self.data
            .remove(&target.at, &target.key, &target.resource_path.path);
        let name = &target.collection.name;
        answer.changes = vec![Change::new(
            ChangeKind::Deleted,
            name,
            &target.resource_path.path,
            &value,
        )];
        Ok(Some(answer))
    }

    /// Something done to an item: members that were sent and that it has are set, one is renewed.
    pub(super) fn act(
        &mut self,
        target: &Target<'a>,
        created: bool,
        renews: Option<&str>,
    ) -> Outcome {
        self.find(target, created)?;
        let sent = sent_by(self.call, "").unwrap_or_default();
        self.refuse_shared(target, &sent)?;
        self.data.made_keys += 1;
        let count = self.data.made_keys;
        let status = self.call.operation.success();
        self.changed(target, status, |handler, members| {
            let Some(schema) = &target.collection.whole else {
                return;
            };
            let known = handler.context.api.schemas().properties(schema.id);
            if let Some(name) = renews.filter(|name| !sent.contains_key(*name)) {
                let place = format!("{}#{count}", target.resource_path.path);
                let held = Value::Object(members.clone());
                let wish = Wish::at(&place).like(Some(&held)).fresh();
                let made = handler.context.api.sampler.value(schema, &wish);
                members.extend(made.get(name).map(|value| (name.to_owned(), value.clone())));
            }
            let fitting = sent
                .into_iter()
                .filter(|(name, _)| known.contains_key(name.as_str()));
            members.extend(fitting);
        })
    }

    /// Sets one member of an item.
    pub(super) fn write_member(&mut self, target: &Target<'a>, member: &str) -> Outcome {
        let Some(sent) = self.call.body.clone() else {
            return Ok(None);
        };
        let sent = Map::from_iter([(member.to_owned(), sent)]);
        self.refuse_shared(target, &sent)?;
        let status = self.call.operation.success();
        self.changed(target, status, |_, members| members.extend(sent))
    }
}

/// The number after the greatest; where there is none, the least that is free.
fn next_number(used: &BTreeSet<u64>, most: u64) -> u64 {
    let within = used.range(..=most).next_back();
    match within {
        None => 1.min(most),
        Some(last) if *last < most => last + 1,
        Some(_) => (1..=most)
            .find(|number| !used.contains(number))
            .unwrap_or(most),
    }
}

/// The greatest number that the key of a collection can be.
fn most(collection: &Collection, schemas: &Schemas) -> u64 {
    let usual = i64::MAX.unsigned_abs();
    let (Key::Member(name), Some(whole)) = (&collection.key, &collection.whole) else {
        return usual;
    };
    let schema = schemas.properties(whole.id).get(name.as_str()).copied();
    let Some(schema) = schema.and_then(|id| schemas.resolve(id)) else {
        return usual;
    };
    let said = schemas[schema].limits.maximum.as_ref();
    let said = said.and_then(|most| most.value.as_u64());
    let of_format = match schemas[schema].format.as_deref() {
        Some("int32") => i32::MAX.unsigned_abs().into(),
        _ => usual,
    };
    said.map_or(of_format, |most| most.min(of_format))
}

#[cfg(test)]
mod tests {
    use super::next_number;

    #[test]
    fn numbers_go_on_and_come_back_where_they_end() {
        let next = |used: &[u64], most| next_number(&used.iter().copied().collect(), most);
        assert_eq!(next(&[], 9), 1);
        assert_eq!(next(&[1, 7], 9), 8);
        assert_eq!(next(&[1, 9], 9), 2);
        assert_eq!(next(&[2, u64::MAX], 9), 3);
        assert_eq!(next(&[u64::MAX], u64::MAX), 1);
    }
}
