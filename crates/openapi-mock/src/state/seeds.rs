//! What is there before anybody creates anything.

use indexmap::IndexMap;
use openapi_document::model::Type;
use serde_json::{Map, Value, json};

use super::bodies::{answered, envelope};
use super::collection::Collection;
use super::context::Context;
use super::data::{Item, Items};
use super::key::{Key, shown, shown_key};
use super::links::Values;
use super::page;
use crate::sample::Wish;

/// How many items a list has at least, where no example shows one.
const FEW: usize = 3;
/// How many items a list in pages has at most.
const MANY: usize = 45;

impl Context<'_> {
    /// The first items of a collection: those of the examples, and as many more as it takes to see
    /// a list, or pages. `values` are those of the path of the collection.
    pub(super) fn seeds(&self, collection: &Collection, at: &str, values: &Values) -> Items {
        let mut found = self.shown_items(collection, at, values);
        let wanted = self.wanted(collection, found.len());
        while found.len() < wanted {
            let taken = |key: &str, value: &Value| {
                let shared = |other: &Value| shares(collection, value, other);
                found.contains_key(key) || found.values().any(shared)
            };
            let (key, value) = self.made_item(collection, at, values, found.len(), &taken);
            found.insert(key, value);
        }
        let item = |(key, value)| (key, Item::new(value, false));
        Items {
            items: found.into_iter().map(item).collect(),
            ..Items::default()
        }
    }

    fn wanted(&self, collection: &Collection, shown: usize) -> usize {
        let few = if shown > 0 { shown } else { FEW };
        let pages = collection.list.and_then(|number| {
            let operation = &self.api.operations[number];
            page::usual_limit(self.api.schemas(), operation)
        });
        match (collection.is_closed(), pages) {
            (false, _) => shown,
            (true, Some(limit)) => few.max((2 * limit + 1).min(MANY)),
            (true, None) => few,
        }
    }

    /// The items that the examples of the document show: those of a list, with what examples of
    /// single items tell of them, and the one that the example of the path parameter names.
    fn shown_items(
        &self,
        collection: &Collection,
        at: &str,
        values: &Values,
    ) -> IndexMap<String, Value> {
        let mut found: IndexMap<String, Value> = IndexMap::new();
        let named = shown_key(self.api, collection);
        let key_of = |value: &Value| {
            collection
                .key
                .of(value, self.links, collection.item.as_ref())
        };
        for (index, item) in self.shown_list(collection).into_iter().enumerate() {
            let key = key_of(item).unwrap_or_else(|| (index + 1).to_string());
            found.entry(key).or_insert_with(|| item.clone());
        }
        // Other examples show other items, or no more than other forms of the same list.
        for item in self.shown_lists(collection).into_iter().flatten() {
            if let (true, Some(key)) = (item.is_object(), key_of(item)) {
                found.entry(key).or_insert_with(|| item.clone());
            }
        }
        for (index, example) in shown(self.api, collection.read).into_iter().enumerate() {
            let inner = self.unwrapped(collection.read, example);
            let first = || found.keys().next().cloned();
            // An example without key behind another one shows no more of the same item, but one in
            // another state, such as a meeting that was merged.
            let unnamed = || named.clone().or_else(first).filter(|_| index == 0);
            let Some(key) = key_of(inner).or_else(unnamed) else {
                continue;
            };
            let known = found.entry(key).or_insert_with(|| json!({}));
            add(known, inner);
        }
        if let Some(key) = named.filter(|key| !found.contains_key(key)) {
            let value = self.item_called(collection, at, values, &key);
            found.insert(key, value);
        }
        for (key, value) in &mut found {
            self.settle(collection, value, key, values);
        }
        found
    }

    /// The list of the first example that has one of objects, or of anything.
    fn shown_list(&self, collection: &Collection) -> Vec<&Value> {
        let lists = self.shown_lists(collection);
        let mut of_objects = lists
            .iter()
            .filter(|list| list.iter().all(Value::is_object));
        let first = of_objects.next().or(lists.first());
        first.into_iter().copied().flatten().collect()
    }

    /// The lists of all examples that have one.
    fn shown_lists(&self, collection: &Collection) -> Vec<&Vec<Value>> {
        let examples = shown(self.api, collection.list).into_iter();
        let lists = examples.filter_map(|example| example.pointer(&collection.list_at)?.as_array());
        lists.filter(|list| !list.is_empty()).collect()
    }

    /// An example of an item, the richest there is.
    pub(super) fn example<'e>(&'e self, collection: &Collection) -> Option<&'e Value> {
        let alone = [collection.read, collection.create]
            .into_iter()
            .find_map(|number| {
                let example = shown(self.api, number).into_iter().next()?;
                Some(self.unwrapped(number, example))
            });
        alone.or_else(|| self.shown_list(collection).into_iter().next())
    }

    fn unwrapped<'e>(&self, number: Option<usize>, example: &'e Value) -> &'e Value {
        let operation = number.map(|number| &self.api.operations[number]);
        let schema = operation.and_then(answered);
        let inner = schema.and_then(|(_, schema)| example.pointer(&envelope(self.api, schema)));
        inner.unwrap_or(example)
    }

    /// A made item that is not `taken`, by its key and value. `count` tells the items that were made
    /// apart.
    pub(super) fn made_item(
        &self,
        collection: &Collection,
        at: &str,
        values: &Values,
        count: usize,
        taken: &dyn Fn(&str, &Value) -> bool,
    ) -> (String, Value) {
        let mut last = String::new();
        for round in 0..20 {
            let place = format!("{at}/#{count}.{round}");
            let mut value = self.made_value(collection, &place);
            let own = collection
                .key
                .of(&value, self.links, collection.item.as_ref());
            let key = own.unwrap_or_else(|| (count + 1).to_string());
            if !taken(&key, &value) && !key.is_empty() {
                self.settle(collection, &mut value, &key, values);
                return (key, value);
            }
            last = key;
        }
        // The examples hold nothing that could be varied, such as names of one word.
        let free = (count + 1..).map(|number| format!("{last}{number}"));
        let free = free.into_iter().find(|key| !taken(key, &Value::Null));
        let key = free.unwrap_or(last);
        let mut value = self.made_value(collection, &format!("{at}/{key}"));
        self.settle(collection, &mut value, &key, values);
        (key, value)
    }

    /// The item of a collection that is known by a key.
    pub(super) fn item_called(
        &self,
        collection: &Collection,
        at: &str,
        values: &Values,
        key: &str,
    ) -> Value {
        let mut value = self.made_value(collection, &format!("{at}/{key}"));
        self.settle(collection, &mut value, key, values);
        value
    }

    fn made_value(&self, collection: &Collection, place: &str) -> Value {
        let Some(schema) = &collection.whole else {
            return Value::Object(Map::new());
        };
        let wish = Wish::at(place).like(self.example(collection)).fresh();
        self.api.sampler.value(schema, &wish)
    }

    /// Gives an item its key, and moves its links to where it stands.
    pub(super) fn settle(
        &self,
        collection: &Collection,
        value: &mut Value,
        key: &str,
        values: &Values,
    ) {
        if let Some(item) = &collection.item {
            let mut own = values.to_vec();
            let parameter = collection.parameter.clone().unwrap_or_default();
            own.retain(|(name, _)| *name != parameter);
            own.push((parameter, key.to_owned()));
            self.links.relocate(value, item, &own);
        }
        self.set_key(collection, value, key);
    }

    pub(super) fn set_key(&self, collection: &Collection, value: &mut Value, key: &str) {
        let (Key::Member(name), Value::Object(members)) = (&collection.key, value) else {
            return;
        };
        let schemas = self.api.schemas();
        let whole = collection.whole.as_ref();
        let known = whole.map(|schema| schemas.properties(schema.id));
        let kind = known.and_then(|known| schemas.kind(*known.get(name.as_str())?));
        let number = key
            .parse::<i64>()
            .ok()
            .filter(|_| kind == Some(Type::Integer));
        members.insert(
            name.clone(),
            number.map_or_else(|| Value::from(key), Value::from),
        );
    }
}

/// Whether two items have a value in common that no two may share.
fn shares(collection: &Collection, one: &Value, other: &Value) -> bool {
    let mut unique = collection.unique.iter();
    unique.any(|name| {
        one.get(name)
            .is_some_and(|value| other.get(name) == Some(value))
    })
}

/// Adds the members of an example that an item does not have yet; an item that is a bare key becomes
/// an object.
fn add(known: &mut Value, example: &Value) {
    let Value::Object(example) = example else {
        return;
    };
    if !known.is_object() {
        *known = json!({});
    }
    let Value::Object(known) = known else {
        return;
    };
    for (name, value) in example {
        if !known.contains_key(name) {
            known.insert(name.clone(), value.clone());
        }
    }
}
