//! The model of a document, and the text that it was read from.

use guards::{document, workspace};
use openapi_document::model::Model;
use openapi_document::pointer;
use serde_json::Value;

/// Where the document refers to a schema.
fn references(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            let target = members.get("$ref").and_then(Value::as_str);
            if target.is_some_and(|target| target.starts_with("#/components/schemas/")) {
                found.push(at.to_owned());
            }
            for (key, member) in members {
                references(member, &pointer::join(at, key), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                references(item, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn knows_every_reference_of_every_document() {
    for api in workspace::all_apis(&workspace::root()).unwrap() {
        let document = document::open(&api).unwrap();
        let model = Model::of(document.root());
        let mut found = Vec::new();
        references(document.root(), "", &mut found);
        assert!(found.len() > 100, "{}: {}", api.name, found.len());
        for place in found {
            let schema = model.schemas.at(&place);
            let target = schema.and_then(|id| model.schemas[id].target);
            assert!(target.is_some(), "{}: {place}", api.name);
        }
    }
}

/// The keys of a document are read in whatever order they come.
#[test]
fn is_the_same_for_members_in_another_order() {
    for api in workspace::all_apis(&workspace::root()).unwrap() {
        let document = document::open(&api).unwrap();
        let mut turned = document.root().clone();
        let paths = turned["paths"].as_object_mut().unwrap();
        *paths = std::mem::take(paths).into_iter().rev().collect();
        let (one, other) = (Model::of(document.root()), Model::of(&turned));
        for operation in &one.operations {
            let same = other.operation(&operation.name()).unwrap();
            assert_eq!(operation.parameters.len(), same.parameters.len());
            assert_eq!(
                (&operation.path, operation.method),
                (&same.path, same.method)
            );
        }
        for (_, schema) in one.schemas.iter() {
            let same = &other.schemas[other.schemas.at(&schema.pointer).unwrap()];
            assert_eq!(schema.direction, same.direction, "{}", schema.pointer);
        }
    }
}
