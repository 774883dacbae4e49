//! Properties that take the field of the map of unlisted members.

use std::collections::BTreeSet;

use openapi_document::walk::{self, Walk};
use serde_json::{Map, Value, json};

use super::{Lowering, rewrite, schemas};
use crate::naming;

/// What typify calls the map.
pub(crate) const MAP: &str = "extra";

/// A property whose field would be `extra` gets another name where the map stands beside it. The
/// completer renames the map and gives the property its name back.
pub(super) fn keep_property_from_map(lowering: &mut Lowering) -> usize {
    let mut wanted = BTreeSet::new();
    let mut applied = 0;
    for schema in lowering.schemas.values() {
        let names = beside_map(&lowering.schemas, schema);
        applied += usize::from(!names.is_empty());
        wanted.extend(names);
    }
    for name in wanted {
        let stand_in = stand_in(lowering);
        rename(lowering, &name, &stand_in);
        lowering.plan.renamed_properties.insert(stand_in, name);
    }
    applied
}

/// The properties of an object with a map that want the field of the map. `allOf` and choices are
/// merged into one struct.
fn beside_map(schemas: &Map<String, Value>, schema: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut has_map = false;
    let mut walk = Walk::new(schemas, "", schema);
    while let Some(part) = walk.next(walk::all) {
        has_map |= part.schema["additionalProperties"].is_object();
        let listed = part.schema["properties"].as_object().into_iter();
        let required = part.schema["required"].as_array().into_iter().flatten();
        let all = listed
            .flat_map(Map::keys)
            .map(String::as_str)
            .chain(required.filter_map(Value::as_str));
        names.extend(
            all.filter(|name| naming::field(name) == MAP)
                .map(str::to_owned),
        );
    }
    if has_map { names } else { BTreeSet::new() }
}

/// A name that no text of the schemas holds, in whatever case, so that it can be found again wherever
/// it ends up and nothing else has its name in Rust.
fn stand_in(lowering: &Lowering) -> String {
    let squeezed = |text: &str| -> String {
        let kept = text.chars().filter(char::is_ascii_alphanumeric);
        kept.map(|c| c.to_ascii_lowercase()).collect()
    };
    let text = squeezed(&Value::Object(lowering.schemas.clone()).to_string());
    // It is no name in Rust, so that typify writes down what goes over the wire.
    let numbered = (2..).map(|number| format!("extra{number}-property"));
    std::iter::once("extra-property".to_owned())
        .chain(numbered)
        .find(|name| !text.contains(&squeezed(name)))
        .unwrap_or_default()
}

fn rename(lowering: &mut Lowering, from: &str, to: &str) {
    let components: Vec<String> = lowering.schemas.keys().cloned().collect();
    for component in components {
        let mut schema = lowering.schemas[&component].take();
        if let Some(property) = schema
            .pointer_mut("/properties")
            .and_then(|p| p.get_mut(from))
        {
            schemas::name_limited(lowering, &component, from, property);
        }
        rewrite::everywhere(&mut schema, &mut |schema| rename_in(schema, from, to));
        lowering.schemas[&component] = schema;
    }
}

fn rename_in(schema: &mut Value, from: &str, to: &str) {
    if let Some(properties) = schema.get_mut("properties") {
        rename_key(properties, from, to);
    }
    for required in schema["required"].as_array_mut().into_iter().flatten() {
        if required == from {
            *required = json!(to);
        }
    }
    if let Some(default) = schema.get_mut("default") {
        rename_keys(default, from, to);
    }
}

fn rename_keys(value: &mut Value, from: &str, to: &str) {
    rename_key(value, from, to);
    match value {
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| rename_keys(item, from, to)),
        Value::Object(members) => members
            .values_mut()
            .for_each(|member| rename_keys(member, from, to)),
        _ => {}
    }
}

/// The others keep their order.
fn rename_key(value: &mut Value, from: &str, to: &str) {
    let Some(members) = value.as_object_mut().filter(|m| m.contains_key(from)) else {
        return;
    };
    *members = std::mem::take(members)
        .into_iter()
        .map(|(key, member)| (if key == from { to.to_owned() } else { key }, member))
        .collect();
}
