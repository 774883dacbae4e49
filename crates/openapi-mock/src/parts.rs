//! What schemas say all in all.

use serde_json::Value;

use crate::api::resolve;

/// All schema objects that may speak of one value: these, behind their references, and what their
/// `allOf`, `oneOf` and `anyOf` add. Each comes once, outer ones before inner ones.
pub(crate) fn parts<'a>(
    root: &'a Value,
    schemas: impl IntoIterator<Item = &'a Value>,
) -> Vec<&'a Value> {
    let mut found = Vec::new();
    for schema in schemas {
        gather(root, schema, &mut found);
    }
    found
}

fn gather<'a>(root: &'a Value, schema: &'a Value, found: &mut Vec<&'a Value>) {
    let schema = resolve(root, schema);
    if !schema.is_object() || found.iter().any(|known| std::ptr::eq(*known, schema)) {
        return;
    }
    found.push(schema);
    for key in ["allOf", "oneOf", "anyOf"] {
        for branch in schema[key].as_array().into_iter().flatten() {
            gather(root, branch, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::parts;

    #[test]
    fn circles_come_to_an_end() {
        let own = json!({"$ref": "#/own"});
        let root = json!({"own": {"allOf": [own, {"anyOf": [own, {"type": "object"}]}]}});
        let found = parts(&root, [&own, &root["own"]]);
        assert_eq!(found.len(), 3);
        assert_eq!(found[2], &json!({"type": "object"}));
    }
}
