//! Versions (`x-version`): members to which every change gives a new value.

use serde_json::{Map, Value};

use super::collection::Collection;
use super::data::{Item, Items};
use super::handler::{Handler, Target};
use super::key::Key;
use super::model::Plan;
use crate::answer::Answer;
use crate::change::ChangeKind;

/// Gives an item a new version, if it has any. Tells the old one and the new one.
pub(super) fn renew(
    collection: &Collection,
    members: &mut Map<String, Value>,
) -> Option<(Value, Value)> {
    let member = collection.version.as_ref()?;
    let new = next(members.get(member)?)?;
    let old = members.insert(member.clone(), new.clone())?;
    Some((old, new))
}

impl<'a> Handler<'a> {
    /// Gives the items that a call changed something of new versions, but for the one that has it
    /// already.
    pub(super) fn move_versions(&mut self, plan: &Plan, answer: &Answer) {
        for (number, template) in &plan.items {
            let collection = &self.context.model.collections[*number];
            let target = self.target_at(collection, template);
            let below = format!("{}/", target.resource_path.path);
            let touched = answer.changes.iter().any(|change| {
                let itself =
                    change.path == target.resource_path.path && change.kind == ChangeKind::Updated;
                itself || change.path.starts_with(&below)
            });
            if !touched || self.moved.as_ref() == Some(&target.resource_path.path) {
                continue;
            }
            let item = self.data.item_mut(&target.at, &target.key);
            let members = item.and_then(|item| item.value.as_object_mut());
            if let Some((old, new)) = members.and_then(|members| renew(collection, members)) {
                self.note_version(&target, &old, new);
            }
        }
    }

    /// Notes a version down where the document lists the versions of an item.
    pub(super) fn note_version(&mut self, target: &Target<'a>, old: &Value, new: Value) {
        self.moved = Some(target.resource_path.path.clone());
        if let Some(member) = &target.collection.version
            && let Some(list) = self.versions_of(target, member)
        {
            self.list_version(&list, member, old, new);
        }
    }

    /// The path of the list below an item whose key is the version.
    fn versions_of(&mut self, target: &Target<'a>, member: &str) -> Option<String> {
        let start = format!("{}/", target.resource_path.template.text);
        let model = self.context.model;
        let found = model.collections.iter().find(|one| {
            let rest = one.path.text.strip_prefix(&start);
            rest.is_some_and(|rest| !rest.contains('/')) && one.key == Key::Member(member.into())
        })?;
        let path = super::links::fill(&found.path, &target.resource_path.values);
        self.open_at(found, &path, &target.resource_path.values, false);
        Some(path)
    }

    /// Puts a version into a list, before the one that it follows.
    fn list_version(&mut self, list: &str, member: &str, old: &Value, new: Value) {
        let Some(items) = self.data.collections.get_mut(list) else {
            return;
        };
        let (Some(old), Some(key)) = (super::shape::scalar(old), super::shape::scalar(&new)) else {
            return;
        };
        let like = items.items.get(&old).map(|item| item.value.clone());
        let mut value = like.unwrap_or_else(|| Value::Object(Map::new()));
        if let Some(members) = value.as_object_mut() {
            members.insert(member.to_owned(), new);
        }
        put_before(items, &old, key, Item::new(value, true));
    }
}

fn put_before(items: &mut Items, old: &str, key: String, item: Item) {
    let place = items.items.get_index_of(old);
    match place {
        Some(place) => drop(items.items.shift_insert(place, key, item)),
        None => drop(items.items.insert(key, item)),
    }
}

/// The version after another one: the next number. Digits that begin with a date and a time tell the
/// present one, as far as that is later.
fn next(version: &Value) -> Option<Value> {
    match version {
        Value::Number(number) => Some(Value::from(number.as_u64()?.checked_add(1)?)),
        Value::String(text) => Some(Value::from(next_text(text)?)),
        _ => None,
    }
}

fn next_text(text: &str) -> Option<String> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number {
        let (start, last) = text.rsplit_once(['.', '-', 'v'])?;
        let mark = &text[start.len()..=start.len()];
        return Some(format!("{start}{mark}{}", next_text(last)?));
    }
    let number: u128 = text.parse().ok()?;
    let later = number.checked_add(1)?;
    let is_moment = text
        .get(..14)
        .is_some_and(|start| chrono::NaiveDateTime::parse_from_str(start, "%Y%m%d%H%M%S").is_ok());
    let now = is_moment.then(|| {
        let now = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now());
        let digits = now.format("%Y%m%d%H%M%S%9f").to_string();
        let digits = format!("{digits:0<width$}", width = text.len());
        digits.get(..text.len())?.parse::<u128>().ok()
    });
    let next = now.flatten().map_or(later, |now| now.max(later));
    Some(format!("{next:0>width$}", width = text.len()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::next;

    #[test]
    fn versions_are_counted_in_their_own_form() {
        for (version, after) in [
            (json!(7), json!(8)),
            (json!("007"), json!("008")),
            (json!("1.9"), json!("1.10")),
            (json!("v3"), json!("v4")),
        ] {
            assert_eq!(next(&version), Some(after), "{version}");
        }
        for version in [json!(null), json!("draft"), json!(["1"])] {
            assert_eq!(next(&version), None, "{version}");
        }
    }

    #[test]
    fn a_moment_becomes_the_present_one() {
        let after = next(&json!("20240611093042518273")).unwrap();
        let after = after.as_str().unwrap().to_owned();
        let year = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now());
        let year = year.format("%Y").to_string();
        assert!(after.starts_with(&year) && after.len() == 20, "{after}");
        let later = next(&json!("99991231235959999998")).unwrap();
        assert_eq!(later, "99991231235959999999");
    }

    proptest! {
        #[test]
        fn versions_only_grow(version in "[0-9]{1,25}") {
            let after = next(&json!(version)).unwrap();
            let after: u128 = after.as_str().unwrap().parse().unwrap();
            prop_assert!(after > version.parse::<u128>().unwrap());
        }
    }
}
