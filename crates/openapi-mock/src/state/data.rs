//! What is kept: resources by their paths.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::uploads::File;

/// All resources of a mock. Paths have their parameters filled in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Data {
    /// By the path of the collection.
    pub(super) collections: IndexMap<String, Items>,
    /// Resources that stand alone, such as settings; null where one was deleted.
    pub(super) singles: IndexMap<String, Value>,
    /// How many keys were made, so that none is made twice.
    pub(super) made_keys: u64,
}

/// The resources of a collection by their keys, in the order in which they were created.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Items {
    pub(super) items: IndexMap<String, Item>,
    /// Keys that were deleted.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) gone: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Item {
    pub(super) value: Value,
    /// Whether a call created it, so that what clients can create below it is not there yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) created: bool,
    /// The file that came with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<File>,
    /// As it stands in a list, until it may have changed.
    #[serde(skip)]
    listed: Option<Value>,
}

impl Item {
    pub(super) fn new(value: Value, created: bool) -> Self {
        Self {
            value,
            created,
            file: None,
            listed: None,
        }
    }

    pub(super) fn listed(&self) -> Option<&Value> {
        self.listed.as_ref()
    }

    pub(super) fn keep_listed(&mut self, listed: Value) {
        self.listed = Some(listed);
    }
}

impl Data {
    pub(super) fn item(&self, collection: &str, key: &str) -> Option<&Item> {
        self.collections.get(collection)?.items.get(key)
    }

    /// The item, for changes.
    pub(super) fn item_mut(&mut self, collection: &str, key: &str) -> Option<&mut Item> {
        let item = self.collections.get_mut(collection)?.items.get_mut(key)?;
        item.listed = None;
        Some(item)
    }

    pub(super) fn insert(&mut self, collection: &str, key: &str, item: Item) {
        let items = self.collections.entry(collection.to_owned()).or_default();
        items.gone.remove(key);
        items.items.insert(key.to_owned(), item);
    }

    /// Removes an item and everything below it.
    pub(super) fn remove(&mut self, collection: &str, key: &str, path: &str) -> Option<Item> {
        let items = self.collections.get_mut(collection)?;
        let item = items.items.shift_remove(key)?;
        items.gone.insert(key.to_owned());
        let below =
            |other: &String| other.starts_with(path) && other[path.len()..].starts_with('/');
        self.collections.retain(|other, _| !below(other));
        self.singles.retain(|other, _| !below(other));
        Some(item)
    }
}
