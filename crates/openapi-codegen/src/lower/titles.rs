//! Titles of schemas, by which typify would name types: several the same, or as a component is named.

use std::collections::HashMap;

use serde_json::Value;

use super::{Lowering, rewrite};
use crate::naming;

/// Names come from where a schema stands. Only the branches of a choice keep their titles, as the names
/// of its variants.
pub(super) fn drop_titles(lowering: &mut Lowering) {
    for schema in lowering.schemas.values_mut() {
        drop_within(schema);
    }
    for operation in &mut lowering.operations {
        rewrite::in_operation(&mut operation.object, |_, schema| drop_within(schema));
    }
}

fn drop_within(schema: &mut Value) {
    rewrite::everywhere(schema, &mut |schema| {
        let titles = variants(schema);
        rewrite::children(schema, |place, child| {
            let is_branch = ["/oneOf/", "/anyOf/"]
                .iter()
                .any(|choice| place.pointer.starts_with(choice));
            let is_only = title(child).is_some_and(|title| titles.get(&title) == Some(&1));
            if !(is_branch && is_only && is_plain(child)) {
                remove(child);
            }
        });
    });
    remove(schema);
}

/// How many branches want each name. One is taken by what is in none of them.
fn variants(schema: &Value) -> HashMap<String, usize> {
    let mut titles = HashMap::from([("Unknown".to_owned(), 1)]);
    for keyword in ["oneOf", "anyOf"] {
        let branches = schema[keyword].as_array().into_iter().flatten();
        for title in branches.filter_map(title) {
            *titles.entry(title).or_default() += 1;
        }
    }
    titles
}

fn title(schema: &Value) -> Option<String> {
    schema["title"].as_str().map(naming::pascal)
}

/// Whether the branch is of a type that exists already.
fn is_plain(branch: &Value) -> bool {
    let is_scalar = matches!(
        branch["type"].as_str(),
        Some("string" | "integer" | "number" | "boolean")
    );
    let limits = ["enum", "pattern", "minLength", "maxLength"];
    is_scalar && limits.iter().all(|limit| branch.get(*limit).is_none())
}

fn remove(schema: &mut Value) {
    if let Some(schema) = schema.as_object_mut() {
        schema.remove("title");
    }
}
