//! Copies of items (`x-copies`): with everything that stands below the one that is copied.

use serde_json::{Map, Value};

use super::apply::{CHANGE, CREATION, Own, sent_by, stamp};
use super::bodies::status_declared;
use super::collection::Collection;
use super::context::ResourcePath;
use super::data::Item;
use super::handler::{Handler, Outcome, Target};

impl<'a> Handler<'a> {
    /// Copies the item under the key that the body names, or under a new one.
    pub(super) fn copy(&mut self, target: &Target<'a>, created: bool) -> Outcome {
        self.find(target, created)?;
        let operation = self.call.operation;
        let sent = sent_by(self.call, "").unwrap_or_default();
        let start = target.resource_path.template.parent().unwrap_or_default();
        let here = ResourcePath::new(&start, &self.call.path);
        let (copy, _) = self.new_target(target.collection, &here, &sent);
        self.refuse_shared(&copy, &sent)?;
        let Some(original) = self.data.item(&target.at, &target.key) else {
            return Ok(None);
        };
        let file = original.file.clone();
        let value = self.copied(original, &copy, sent);
        let made = status_declared(operation, 201);
        let status = if made { 201 } else { operation.success() };
        let answer = self.place(&copy, value, status)?;
        if let Some(item) = self.data.item_mut(&copy.at, &copy.key) {
            item.file = file;
        }
        self.copy_below(&target.resource_path, &copy.resource_path);
        Ok(answer)
    }

    fn copied(&self, original: &Item, copy: &Target<'_>, sent: Map<String, Value>) -> Value {
        let mut members = match &original.value {
            Value::Object(members) => members.clone(),
            _ => Map::new(),
        };
        stamp(&mut members, CREATION);
        let own = Own {
            schema: copy.collection.whole.as_ref(),
            key: None,
        };
        self.context
            .apply(&mut members, sent, self.call, false, &own);
        stamp(&mut members, CHANGE);
        let mut value = Value::Object(members);
        let links = self.context.links;
        links.relocate(
            &mut value,
            &copy.resource_path.template,
            &copy.resource_path.values,
        );
        self.context.set_key(copy.collection, &mut value, &copy.key);
        value
    }

    /// Copies everything that stands below one item to below another.
    fn copy_below(&mut self, original: &ResourcePath, copy: &ResourcePath) {
        self.open_below(original);
        let start = format!("{}/", original.path);
        let moved = |path: &str| Some(format!("{}/{}", copy.path, path.strip_prefix(&start)?));
        let mut collections = Vec::new();
        for (path, items) in &self.data.collections {
            let Some(path) = moved(path) else {
                continue;
            };
            let mut items = items.clone();
            for item in items.items.values_mut() {
                self.move_links(&mut item.value, original, copy);
                item.created = true;
            }
            collections.push((path, items));
        }
        let mut singles = Vec::new();
        for (path, value) in &self.data.singles {
            if let Some(path) = moved(path) {
                let mut value = value.clone();
                self.move_links(&mut value, original, copy);
                singles.push((path, value));
            }
        }
        self.data.collections.extend(collections);
        self.data.singles.extend(singles);
    }

    /// Lets links below one item lead below another.
    fn move_links(&self, value: &mut Value, original: &ResourcePath, copy: &ResourcePath) {
        match value {
            Value::String(text) if self.context.links.is_path(text) => {
                let below = text.find(&original.path);
                let end = below.map(|at| at + original.path.len());
                if let (Some(at), Some(end)) = (below, end)
                    && (end == text.len() || text[end..].starts_with(['/', '?', '#']))
                {
                    text.replace_range(at..end, &copy.path);
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.move_links(item, original, copy);
                }
            }
            Value::Object(members) => {
                for member in members.values_mut() {
                    self.move_links(member, original, copy);
                }
            }
            _ => {}
        }
    }

    /// Makes sure that every collection below an item has its first items.
    fn open_below(&mut self, resource_path: &ResourcePath) {
        let model = self.context.model;
        let start = format!("{}/", resource_path.template.text);
        let directly_below = |collection: &&'a Collection| {
            let rest = collection.path.text.strip_prefix(&start);
            rest.is_some_and(|rest| !rest.contains('{'))
        };
        let below: Vec<_> = model.collections.iter().filter(directly_below).collect();
        for collection in below {
            let here = ResourcePath::new(&collection.path, &resource_path.values);
            self.open_at(collection, &here.path, &resource_path.values, false);
            let items = self.data.collections.get(&here.path);
            let keys: Vec<String> = items
                .into_iter()
                .flat_map(|items| items.items.keys().cloned())
                .collect();
            if collection.item.is_some() {
                for key in keys {
                    self.open_below(&Self::resource_path_of(collection, &here, &key));
                }
            }
        }
    }
}
