//! Components that only describe multipart forms: their parts are parameters of a method, so they
//! have no Rust type.

use std::collections::BTreeSet;

use openapi_document::walk::{self, Walk};
use serde_json::Value;

use crate::{
    document::{members, operations, resolve},
    instances::component,
    parity::reach,
};

const FORM: &str = "multipart/form-data";

/// The names of components that describe a form as a whole, or files or lists in one, and nothing
/// else.
pub fn only_in_forms(root: &Value) -> BTreeSet<String> {
    let mut forms = BTreeSet::new();
    let mut used = BTreeSet::new();
    for operation in operations(root) {
        let body = operation.request_body().unwrap_or(&Value::Null);
        for (_, media) in members(&body["content"]).filter(|(name, _)| *name == FORM) {
            form(root, &media["schema"], &mut forms, &mut used);
        }
    }
    for (name, section) in members(root).filter(|(name, _)| *name != "components") {
        elsewhere(root, name, section, &mut used);
    }
    for (section, entries) in members(&root["components"]) {
        for (name, entry) in members(entries) {
            if section != "schemas" || !forms.contains(name) {
                elsewhere(root, name, entry, &mut used);
            }
        }
    }
    &forms - &used
}

fn form(root: &Value, schema: &Value, forms: &mut BTreeSet<String>, used: &mut BTreeSet<String>) {
    let mut walk = Walk::new(root, "", schema);
    while let Some(part) = walk.next(walk::none) {
        forms.extend(part.components().map(str::to_owned));
        for (_, part) in members(&part.schema["properties"]) {
            let mut item = part;
            if resolve(root, item)["type"] == "array" {
                item = &named(root, item, forms)["items"];
            }
            if resolve(root, item)["format"] == "binary" {
                named(root, item, forms);
            } else {
                reach(root, item, used);
            }
        }
    }
}

/// Follows a reference, and notes the component.
fn named<'a>(root: &'a Value, schema: &'a Value, names: &mut BTreeSet<String>) -> &'a Value {
    names.extend(component(schema).map(str::to_owned));
    resolve(root, schema)
}

/// Everything that is reached without going through a form.
fn elsewhere(root: &Value, name: &str, node: &Value, used: &mut BTreeSet<String>) {
    if name == FORM {
        return;
    }
    if component(node).is_some() {
        reach(root, node, used);
    } else if let Some(items) = node.as_array() {
        for item in items {
            elsewhere(root, "", item, used);
        }
    } else {
        for (name, member) in members(node) {
            elsewhere(root, name, member, used);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_used_elsewhere_has_a_type() {
        let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        let root = json!({
            "paths": { "/a": { "post": {
                "requestBody": { "content": { FORM: { "schema": reference("Form") } } },
                "responses": { "200": { "content": { "application/json": {
                    "schema": reference("Shared")
                } } } },
            } } },
            "components": { "schemas": {
                "Form": { "allOf": [reference("Base"), reference("Shared")], "properties": {
                    "file": reference("File"),
                    "places": reference("Places"),
                } },
                "Base": { "properties": { "kind": reference("Kind") } },
                "Shared": { "properties": { "a": { "type": "string" } } },
                "File": { "type": "string", "format": "binary" },
                "Places": { "type": "array", "items": reference("Place") },
                "Place": { "type": "object" },
                "Kind": { "type": "string" },
            } },
        });
        let names: Vec<String> = only_in_forms(&root).into_iter().collect();
        assert_eq!(names, ["Base", "File", "Form", "Places"]);
    }
}
