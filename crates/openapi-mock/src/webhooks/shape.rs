//! What schemas say of the objects they describe.

use serde_json::Value;

use crate::api::{members, resolve};

/// The schema of a property, also where `allOf` adds it; the last one, which is the narrowest, wins.
pub(super) fn property<'a>(root: &'a Value, schema: &'a Value, name: &str) -> Option<&'a Value> {
    let schema = resolve(root, schema);
    let parts = schema["allOf"].as_array();
    let parts = parts.into_iter().flatten().rev();
    let own = schema["properties"].get(name);
    own.map(|schema| resolve(root, schema)).or_else(|| {
        parts
            .into_iter()
            .find_map(|part| property(root, part, name))
    })
}

/// The names of all properties that a schema speaks of.
pub(super) fn properties<'a>(root: &'a Value, schema: &'a Value) -> Vec<&'a str> {
    let schema = resolve(root, schema);
    let own = members(&schema["properties"]).map(|(name, _)| name.as_str());
    let parts = schema["allOf"].as_array();
    let parts = parts
        .into_iter()
        .flatten()
        .flat_map(|part| properties(root, part));
    own.chain(parts).collect()
}
