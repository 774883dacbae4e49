//! Writes of several items at once: a list of objects, each of which is or becomes an item.

use serde_json::{Map, Value};

use super::apply::{CHANGE, Own, stamp};
use super::collection::Collection;
use super::context::ResourcePath;
use super::data::Item;
use super::handler::{Handler, Outcome, Target};
use super::key::{Key, singular};
use super::moves::renew;
use super::shape::scalar;
use crate::answer::Answer;
use crate::change::{Change, ChangeKind};
use crate::refusal::{Reason, Refusal};

/// The objects of a list.
fn objects(body: &Value) -> Option<Vec<Map<String, Value>>> {
    let items = body.as_array()?.iter();
    items.map(|item| item.as_object().cloned()).collect()
}

impl<'a> Handler<'a> {
    /// Adds an item for each object of the body.
    pub(super) fn create_many(&mut self, collection: &'a Collection, created: bool) -> Outcome {
        let operation = self.call.operation;
        let Some(objects) = self.call.body.as_ref().and_then(objects) else {
            return Ok(None);
        };
        let here = ResourcePath::new(&operation.path, &self.call.path);
        self.open(collection, &here.path, created);
        let mut made: Vec<(Target<'a>, Value)> = Vec::new();
        for sent in objects {
            let (target, value) = self.new_target(collection, &here, &sent);
            self.refuse_shared(&target, &sent)?;
            self.refuse_taken(&target)?;
            if made.iter().any(|(other, _)| other.key == target.key) {
                let name = singular(&collection.name);
                let detail = format!("the {name} `{}` stands there twice", target.key);
                return Err(Refusal::new(Reason::Conflict, detail));
            }
            let value = self.new_value(&target, value, sent);
            made.push((target, value));
        }
        let mut answer = Answer::status(operation.success());
        for (target, value) in made {
            let (name, path) = (&collection.name, &target.resource_path.path);
            let change = Change::new(ChangeKind::Created, name, path, &value);
            answer.changes.push(change);
            self.data
                .insert(&target.at, &target.key, Item::new(value, true));
        }
        Ok(Some(answer))
    }

    /// Changes the items that the objects of the body name by their keys: all of them, or none.
    pub(super) fn update_many(&mut self, collection: &'a Collection, created: bool) -> Outcome {
        let operation = self.call.operation;
        let objects = self.call.body.as_ref().and_then(objects);
        let (Some(objects), Key::Member(key)) = (objects, &collection.key) else {
            return Ok(None);
        };
        let here = ResourcePath::new(&operation.path, &self.call.path);
        self.open(collection, &here.path, created);
        let mut changed: Vec<(String, Value)> = Vec::new();
        for sent in objects {
            let named = sent.get(key).and_then(scalar);
            let Some(named) = named else {
                let detail = format!("each object needs the key of an item in `{key}`");
                return Err(Refusal::new(Reason::InvalidRequest, detail).about(key));
            };
            let before = changed.iter().rev().find(|(other, _)| *other == named);
            let held = before.map(|(_, value)| value.clone());
            let held = held.or_else(|| Some(self.data.item(&here.path, &named)?.value.clone()));
            let Some(Value::Object(mut held)) = held else {
                let name = singular(&collection.name);
                let detail = format!("there is no {name} `{named}` at {}", here.path);
                return Err(Refusal::new(Reason::NotFound, detail));
            };
            let own = Own {
                schema: collection.whole.as_ref(),
                key: Some(key),
            };
            let before = held.clone();
            self.context.apply(&mut held, sent, self.call, false, &own);
            if held != before {
                stamp(&mut held, CHANGE);
                renew(collection, &mut held);
                changed.push((named, Value::Object(held)));
            }
        }
        let mut answer = Answer::status(operation.success());
        for (key, value) in changed {
            let path = Self::resource_path_of(collection, &here, &key).path;
            let change = Change::new(ChangeKind::Updated, &collection.name, &path, &value);
            answer.changes.push(change);
            if let Some(item) = self.data.item_mut(&here.path, &key) {
                item.value = value;
            }
        }
        Ok(Some(answer))
    }
}
