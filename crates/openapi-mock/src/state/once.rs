//! What is shown when an item is made, and never again.

use serde_json::Value;

use super::bodies::{answered, envelope};
use super::context::ResourcePath;
use super::handler::Handler;
use super::shape;
use crate::sample::Wish;

impl<'a> Handler<'a> {
    /// The members of what the call answers with that are shown this once.
    pub(super) fn shown_once(&self) -> Vec<&'a str> {
        let schemas = self.context.api.schemas();
        let Some((_, schema)) = answered(self.call.operation) else {
            return Vec::new();
        };
        let mut known = schemas.properties(schema.id);
        let envelope = envelope(self.context.api, schema);
        if let Some(inner) = envelope.strip_prefix('/').and_then(|name| known.get(name)) {
            known = schemas.properties(*inner);
        }
        known.retain(|_, schema| shape::says(schemas, *schema, |schema| schema.shown_once));
        known.into_keys().collect()
    }

    /// Makes what is shown once, which an item does not hold when it is read.
    pub(super) fn show_once(&self, once: &[&str], value: &mut Value, resource_path: &ResourcePath) {
        let (Some((media, schema)), Value::Object(members)) =
            (answered(self.call.operation), value)
        else {
            return;
        };
        if once.iter().all(|name| members.contains_key(*name)) {
            return;
        }
        let example = media.examples().next().map(|example| example.value);
        let wish = Wish::at(&resource_path.path).like(example).fresh();
        let made = self.context.api.sampler.value(schema, &wish);
        let made = made.pointer(&envelope(self.context.api, schema));
        for name in once {
            if let (None, Some(made)) = (members.get(*name), made.and_then(|made| made.get(name))) {
                members.insert((*name).to_owned(), made.clone());
            }
        }
    }
}
