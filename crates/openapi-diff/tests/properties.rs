//! What holds of any two documents.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::fs;

use openapi_diff::{Changes, Verdict, compare};
use openapi_document::Document;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const NAMES: [&str; 3] = ["A", "B", "C"];

fn reference() -> impl Strategy<Value = Value> {
    prop::sample::select(&NAMES[..])
        .prop_map(|name| json!({"$ref": format!("#/components/schemas/{name}")}))
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({"type": "string"})),
        Just(json!({"type": "string", "nullable": true, "description": "A text."})),
        (1..9u8).prop_map(|most| json!({"type": "string", "maxLength": most})),
        (1..9u8).prop_map(|least| json!({"type": "integer", "minimum": least, "default": 9})),
        prop::sample::subsequence(vec!["a", "b", "c"], 1..3)
            .prop_map(|values| json!({"type": "string", "enum": values})),
        Just(json!({"type": "boolean", "readOnly": true})),
        Just(json!({})),
        reference(),
    ]
}

fn schema() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(3, 12, 3, |inner| {
        let members = prop::collection::btree_map("[a-d]", inner.clone(), 0..4);
        let object = (members, any::<bool>()).prop_map(|(members, are_needed)| {
            let names: Vec<String> = members.keys().cloned().collect();
            let members: Map<String, Value> = members.into_iter().collect();
            let mut object = json!({"type": "object", "properties": members});
            if are_needed && !names.is_empty() {
                object["required"] = json!(names);
            }
            object
        });
        prop_oneof![
            object,
            inner
                .clone()
                .prop_map(|items| json!({"type": "array", "items": items})),
            inner
                .clone()
                .prop_map(|more| json!({"type": "object", "additionalProperties": more})),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|all| json!({"oneOf": all})),
            prop::collection::vec(inner, 2..3).prop_map(|all| json!({"allOf": all})),
        ]
    })
}

/// An operation that sends, one that receives, a parameter, three components.
fn document() -> impl Strategy<Value = Value> {
    let schemas = [(); 6].map(|()| schema());
    (schemas, any::<bool>(), 0..3usize).prop_map(|([sent, got, asked, a, b, c], is_required, scopes)| {
        let content = |schema: Value| json!({"application/json": {"schema": schema}});
        // A component that is only a reference could lead in a circle.
        let component = |schema: Value| match schema.get("$ref") {
            Some(_) => json!({"type": "object", "properties": {"inner": schema}}),
            None => schema,
        };
        let scopes: Vec<String> = (0..scopes).map(|scope| format!("s{scope}")).collect();
        json!({
            "openapi": "3.0.3",
            "info": {"title": "Things", "version": "1"},
            "paths": {
                "/sent": {"post": {
                    "operationId": "send", "x-required-scopes": scopes,
                    "requestBody": {"required": is_required, "content": content(sent)},
                    "responses": {"204": {"description": "Fine"}},
                }},
                "/got": {"get": {
                    "operationId": "get",
                    "parameters": [{"name": "q", "in": "query", "schema": asked}],
                    "responses": {"200": {"description": "Fine", "content": content(got)}},
                }},
            },
            "components": {"schemas": {"A": component(a), "B": component(b), "C": component(c)}},
        })
    })
}

/// None for a document that cannot be opened, such as one whose `allOf` is a circle.
fn open(document: &Value) -> Option<Document> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("openapi.json");
    fs::write(&path, document.to_string()).unwrap();
    Document::open(&path).ok()
}

fn told(changes: &Changes) -> Vec<String> {
    let told = changes.iter().map(|change| {
        format!(
            "{} {}: {} -> {}",
            change.code,
            change.message,
            change.old.pointer(),
            change.new.pointer()
        )
    });
    told.collect()
}

/// The document with the keys of all maps in the opposite order.
fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let members = map
                .iter()
                .rev()
                .map(|(key, value)| (key.clone(), reversed(value)));
            Value::Object(members.collect())
        }
        Value::Array(items) => items.iter().map(reversed).collect(),
        other => other.clone(),
    }
}

/// The document with what `change` makes of each schema in its place; components stay what they are.
fn changed(value: &Value, change: &dyn Fn(&Value) -> Value) -> Value {
    let within = |value: &Value| changed(value, change);
    match value {
        Value::Object(map) => {
            let members = map.iter().map(|(key, value)| {
                let value = match (key.as_str(), value) {
                    ("schemas", Value::Object(components)) => {
                        let each = components.iter();
                        each.map(|(name, schema)| (name.clone(), changed(schema, change)))
                            .collect()
                    }
                    ("properties", Value::Object(members)) => {
                        let each = members.iter();
                        each.map(|(name, schema)| (name.clone(), change(&within(schema))))
                            .collect()
                    }
                    ("schema" | "items" | "additionalProperties", schema) if schema.is_object() => {
                        change(&within(schema))
                    }
                    ("enum" | "default" | "required" | "responses", value) => match value {
                        Value::Object(_) => within(value),
                        other => other.clone(),
                    },
                    (_, value) => within(value),
                };
                (key.clone(), value)
            });
            Value::Object(members.collect())
        }
        Value::Array(items) => items.iter().map(within).collect(),
        other => other.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_keys_plays_no_role(document in document()) {
        let Some(old) = open(&document) else { return Ok(()) };
        prop_assert!(compare(&old, &old).is_empty());
        let new = open(&reversed(&document)).unwrap();
        let changes = compare(&old, &new);
        // Required properties are arguments in Rust, and have an order.
        let are_arguments = changes.iter().all(|change| change.code == "C565");
        prop_assert!(changes.http() == Verdict::Neutral && are_arguments, "{:?}", told(&changes));
    }

    #[test]
    fn all_of_one_is_the_one(document in document()) {
        let Some(old) = open(&document) else { return Ok(()) };
        let split = changed(&document, &|schema| json!({"allOf": [schema]}));
        let new = open(&split).unwrap();
        let changes = compare(&old, &new);
        prop_assert!(changes.is_empty(), "{:?}", told(&changes));
    }

    /// Only the names of types in Rust are others.
    #[test]
    fn references_are_what_they_lead_to(document in document()) {
        let components = document["components"]["schemas"].clone();
        // Of an `allOf` that leads back to itself, a copy says everything twice.
        prop_assume!(!components.to_string().contains("allOf"));
        let Some(old) = open(&document) else { return Ok(()) };
        let inlined = changed(&document, &|schema| {
            let name = schema["$ref"].as_str().and_then(|text| text.rsplit('/').next());
            name.map_or_else(|| schema.clone(), |name| components[name].clone())
        });
        let new = open(&inlined).unwrap();
        let changes = compare(&old, &new);
        let are_names = changes.iter().all(|change| change.code == "C516");
        prop_assert!(changes.http() == Verdict::Neutral && are_names, "{:?}", told(&changes));
    }

    #[test]
    fn the_way_back_has_the_same_places(before in document(), after in document()) {
        let (Some(old), Some(new)) = (open(&before), open(&after)) else { return Ok(()) };
        let places = |changes: &Changes, turned: bool| -> BTreeSet<(String, String)> {
            let places = changes.iter().map(|change| {
                let (old, new) = (change.old.pointer().to_owned(), change.new.pointer().to_owned());
                if turned { (new, old) } else { (old, new) }
            });
            places.collect()
        };
        let (there, back) = (compare(&old, &new), compare(&new, &old));
        prop_assert_eq!(places(&there, false), places(&back, true));
    }
}
