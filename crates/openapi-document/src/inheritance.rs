//! Inheritance: a base schema that says, by a discriminator or a choice, which of the schemas made of it
//! a value is.
//!
//! Such a base is two things that go by one name: what all its children have, and any one of them.
//! [`separate`] tells the two apart.
//!
//! ```
//! use std::collections::BTreeMap;
//!
//! use openapi_document::inheritance::{bases, separate};
//! use serde_json::json;
//!
//! let schemas = json!({
//!     "Pet": {
//!         "properties": { "kind": { "type": "string" } },
//!         "discriminator": { "propertyName": "kind", "mapping": { "cat": "Cat" } },
//!     },
//!     "Cat": {
//!         "allOf": [{ "$ref": "#/components/schemas/Pet" }, { "properties": { "lives": { "type": "integer" } } }],
//!     },
//! });
//! let mut schemas = schemas.as_object().unwrap().clone();
//! assert_eq!(bases(&schemas)["Pet"], ["Cat"]);
//!
//! separate(&mut schemas, &BTreeMap::from([("Pet".to_owned(), "PetBase".to_owned())]));
//! assert_eq!(schemas["Cat"]["allOf"][0]["$ref"], "#/components/schemas/PetBase");
//! assert_eq!(schemas["Pet"]["oneOf"], json!([{ "$ref": "#/components/schemas/Cat" }]));
//! ```

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

/// Component schemas by name.
type Schemas = Map<String, Value>;

/// Takes bases apart; `parts` has the name for what all children of each have.
pub fn separate(schemas: &mut Schemas, parts: &BTreeMap<String, String>) {
    let mut bases = bases(schemas);
    bases.retain(|base, _| parts.contains_key(base));
    for schema in schemas.values_mut() {
        everywhere(schema, &mut |schema| extend_parts(schema, parts));
    }
    for (child, base) in bases
        .iter()
        .flat_map(|(base, children)| children.iter().map(move |child| (child, base)))
    {
        // A child that adds nothing looks like another name for its base.
        let alone = schemas[child]["allOf"].as_array_mut().into_iter().flatten();
        for branch in alone.filter(|branch| referenced(branch) == Some(base)) {
            *branch = reference(&parts[base]);
        }
    }
    for base in bases.keys() {
        let union = union(schemas, base, &bases, parts);
        if let Some(part) = schemas.insert(base.clone(), union) {
            schemas.insert(parts[base].clone(), common(part));
        }
    }
}

/// The components that others are made of and that are a choice among these, with all that are made of
/// them, directly or not.
pub fn bases(schemas: &Schemas) -> BTreeMap<String, Vec<String>> {
    let children = children(schemas);
    let with_kinds = children.keys().filter_map(|base| {
        let schema = &schemas[*base];
        let kinds = descendants(schemas, &children, base);
        let listed = branches(schema);
        let chooses = if listed.is_empty() {
            schema.pointer("/discriminator/propertyName").is_some()
        } else {
            listed.iter().any(|branch| kinds.contains(branch))
        };
        chooses.then(|| ((*base).to_owned(), kinds))
    });
    with_kinds.collect()
}

/// The components that are made of each, directly.
fn children(schemas: &Schemas) -> BTreeMap<&str, Vec<&str>> {
    let mut children: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, schema) in schemas {
        let all = schema["allOf"].as_array().into_iter().flatten();
        for base in all.filter_map(referenced) {
            if schemas
                .get(base)
                .is_some_and(|of| is_made_of(name, schema, of))
            {
                children.entry(base).or_default().push(name);
            }
        }
    }
    children
}

/// The components made of one, directly or not, in the order of the document.
fn descendants(schemas: &Schemas, children: &BTreeMap<&str, Vec<&str>>, base: &str) -> Vec<String> {
    let mut found = BTreeSet::from([base]);
    let mut waiting = vec![base];
    while let Some(next) = waiting.pop() {
        let further = children.get(next).into_iter().flatten();
        waiting.extend(further.filter(|child| found.insert(child)));
    }
    found.remove(base);
    schemas
        .keys()
        .filter(|name| found.contains(name.as_str()))
        .cloned()
        .collect()
}

/// `allOf` of a reference alone is another name for what it refers to, unless that says it is a kind of
/// its own.
fn is_made_of(name: &str, schema: &Value, base: &Value) -> bool {
    adds(schema)
        || [branches(base), mapped(base)]
            .concat()
            .iter()
            .any(|kind| kind == name)
}

fn adds(schema: &Value) -> bool {
    let parts = schema["allOf"].as_array().map_or(0, Vec::len);
    parts > 1 || (parts == 1 && schema.get("properties").is_some())
}

/// The components that a schema chooses among.
fn branches(schema: &Value) -> Vec<String> {
    let lists = ["oneOf", "anyOf"]
        .into_iter()
        .filter_map(|keyword| schema[keyword].as_array());
    lists
        .flatten()
        .filter_map(referenced)
        .map(str::to_owned)
        .collect()
}

/// The components that the discriminator of a schema has names for.
fn mapped(schema: &Value) -> Vec<String> {
    mapping(schema).into_values().collect()
}

/// The component of each value of a discriminator that the document lists.
fn mapping(schema: &Value) -> BTreeMap<String, String> {
    let listed = schema
        .pointer("/discriminator/mapping")
        .and_then(Value::as_object);
    let listed = listed.into_iter().flatten();
    listed
        .filter_map(|(value, target)| {
            let component = target.as_str()?.rsplit('/').next()?;
            Some((value.clone(), component.to_owned()))
        })
        .collect()
}

/// Where a schema adds to a base, it adds to what all children have.
pub fn extend_parts(schema: &mut Value, parts: &BTreeMap<String, String>) {
    if !adds(schema) {
        return;
    }
    let parts_of = schema.get_mut("allOf").and_then(Value::as_array_mut);
    for branch in parts_of.into_iter().flatten() {
        if let Some(part) = referenced(branch).and_then(|base| parts.get(base)) {
            *branch = reference(part);
        }
    }
}

/// What all children of a base have.
fn common(mut base: Value) -> Value {
    if let Some(members) = base.as_object_mut() {
        for keyword in ["oneOf", "anyOf", "discriminator", "nullable", "example"] {
            members.remove(keyword);
        }
    }
    base
}

/// The choice that a base is.
fn union(
    schemas: &Schemas,
    base: &str,
    bases: &BTreeMap<String, Vec<String>>,
    parts: &BTreeMap<String, String>,
) -> Value {
    let schema = &schemas[base];
    let listed = branches(schema);
    let mapping = mapping(schema);
    let mut kinds = if listed.is_empty() {
        // Only a base that is no kind of its own leaves itself out of its list.
        let itself = mapping.is_empty() || mapping.values().any(|kind| kind == base);
        let itself = itself.then(|| base.to_owned()).into_iter();
        itself
            .chain(bases[base].iter().cloned())
            .chain(mapping.values().cloned())
            .collect()
    } else {
        listed
    };
    // A kind that is a base too stands for the kinds below it.
    let below: Vec<String> = kinds
        .iter()
        .filter(|kind| *kind != base)
        .filter_map(|kind| bases.get(kind))
        .flatten()
        .cloned()
        .collect();
    kinds.extend(below);
    let mut seen = BTreeSet::new();
    kinds.retain(|kind| schemas.contains_key(kind) && seen.insert(kind.clone()));
    let own = |kind: &str| reference(parts.get(kind).map_or(kind, String::as_str));
    let mut union = json!({ "oneOf": kinds.iter().map(|kind| own(kind)).collect::<Vec<_>>() });
    if let Some(tag) = schema.pointer("/discriminator/propertyName") {
        let unlisted = kinds
            .iter()
            .filter(|kind| !mapping.values().any(|listed| listed == *kind));
        let unlisted = unlisted.map(|kind| (kind.clone(), kind.clone()));
        let mapping: Map<String, Value> = mapping
            .clone()
            .into_iter()
            .chain(unlisted)
            .map(|(value, kind)| (value, own(&kind)["$ref"].clone()))
            .collect();
        union["discriminator"] = json!({ "propertyName": tag, "mapping": mapping });
    }
    if schema["nullable"] == true {
        union["nullable"] = json!(true);
    }
    union
}

/// Calls `visit` for the schema and everything below it.
fn everywhere(schema: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    let Some(members) = schema.as_object_mut() else {
        return;
    };
    for (keyword, below) in members {
        match (keyword.as_str(), below) {
            ("properties", Value::Object(properties)) => {
                for property in properties.values_mut() {
                    everywhere(property, visit);
                }
            }
            ("allOf" | "oneOf" | "anyOf", Value::Array(branches)) => {
                for branch in branches {
                    everywhere(branch, visit);
                }
            }
            ("items" | "additionalProperties", below) => everywhere(below, visit),
            _ => {}
        }
    }
    visit(schema);
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn referenced(schema: &Value) -> Option<&str> {
    schema
        .get("$ref")?
        .as_str()?
        .strip_prefix("#/components/schemas/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn separated(schemas: Value) -> Value {
        let Value::Object(mut schemas) = schemas else {
            unreachable!("an object")
        };
        let parts = bases(&schemas)
            .into_keys()
            .map(|base| (base.clone(), format!("{base}Base")))
            .collect();
        separate(&mut schemas, &parts);
        Value::Object(schemas)
    }

    fn own(name: &str) -> Value {
        json!({ "properties": { name: { "type": "string" } } })
    }

    #[test]
    fn a_base_without_a_list_may_be_a_kind_of_its_own() {
        let schemas = separated(json!({
            "Pet": { "properties": {}, "discriminator": { "propertyName": "kind" } },
            "Cat": { "allOf": [reference("Pet"), own("lives")] },
            "Lion": { "allOf": [reference("Cat"), own("mane")] },
            "Also": { "allOf": [reference("Pet")], "description": "The same." },
        }));
        let kinds = ["PetBase", "Cat", "Lion"].map(reference);
        assert_eq!(schemas["Pet"]["oneOf"], json!(kinds));
        assert_eq!(
            schemas["Pet"]["discriminator"]["mapping"],
            json!({ "Pet": kinds[0]["$ref"], "Cat": kinds[1]["$ref"], "Lion": kinds[2]["$ref"] })
        );
        assert_eq!(schemas["Lion"]["allOf"][0], reference("Cat"));
        assert_eq!(
            schemas["Also"]["allOf"][0],
            reference("Pet"),
            "another name for any of them"
        );
    }

    #[test]
    fn a_kind_that_is_a_base_too_stands_for_the_kinds_below_it() {
        let schemas = separated(json!({
            "Pet": { "discriminator": { "propertyName": "kind" }, "oneOf": [reference("Cat"), reference("Dog")] },
            "Cat": { "allOf": [reference("Pet"), own("lives")], "discriminator": { "propertyName": "kind" } },
            "Lion": { "allOf": [reference("Cat"), own("mane")] },
            "Dog": { "allOf": [reference("Pet"), own("owner")] },
        }));
        assert_eq!(
            schemas["Pet"]["oneOf"],
            json!(["CatBase", "Dog", "Lion"].map(reference))
        );
        assert_eq!(
            schemas["Cat"]["oneOf"],
            json!(["CatBase", "Lion"].map(reference))
        );
        assert_eq!(schemas["Lion"]["allOf"][0], reference("CatBase"));
        assert_eq!(schemas["CatBase"]["allOf"][0], reference("PetBase"));
        assert!(schemas["CatBase"].get("discriminator").is_none());
    }

    #[test]
    fn what_nothing_is_made_of_is_no_base() {
        let union = json!({
            "Pet": { "oneOf": [reference("Cat")], "discriminator": { "propertyName": "kind" } },
            "Cat": own("lives"),
            "Own": { "allOf": [reference("Cat"), own("name")] },
        });
        assert_eq!(separated(union.clone()), union);
    }
}
