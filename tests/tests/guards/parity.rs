//! Schema parity: Rust types and the schemas of the document.

use std::collections::BTreeSet;

use guards::{
    calls::Component,
    clients::{self, CLIENTS, Client},
    document, forms, instances, parity, workspace,
};
use openapi_document::lint::json_schema::to_json_schema;
use serde_json::Value;

fn document_of(client: &Client) -> Value {
    document::bundled(&workspace::root(), client.name).unwrap()
}

#[test]
fn types_and_schemas_accept_the_same_values() {
    let mut needed = BTreeSet::new();
    for client in CLIENTS {
        match parity::compare(&document_of(client), client.components) {
            Err(complaint) => panic!("{}: {complaint}", client.name),
            Ok(summary) => {
                assert!(summary.accepted * 20 > summary.values, "{summary:?}");
                needed.extend(summary.tolerated.into_keys());
            }
        }
    }
    for tolerance in parity::TOLERANCES {
        assert!(
            needed.contains(tolerance.what),
            "no type needs this any more, so take it out of `TOLERANCES`: {}",
            tolerance.what
        );
    }
}

#[test]
fn every_example_survives_its_type() {
    for client in CLIENTS {
        match parity::round_trip(&document_of(client), client.components) {
            Err(complaint) => panic!("{}: {complaint}", client.name),
            Ok(count) => assert!(count >= client.components.len(), "only {count} examples"),
        }
    }
}

/// Without valid values nothing above would mean much.
#[test]
fn there_are_valid_values_of_every_component() {
    CLIENTS.iter().for_each(are_shown);
}

fn are_shown(client: &Client) {
    let root = document_of(client);
    let examples = instances::examples(&root);
    let mut shown = 0;
    for component in client.components {
        let schema = to_json_schema(&root, &document::schema_pointer(component.name));
        let samples = instances::samples(&root, component.name);
        let valid = |value: &&Value| jsonschema::is_valid(&schema, value);
        let own = examples.get(component.name).map_or(&[][..], Vec::as_slice);
        assert!(
            samples.iter().any(|value| valid(&value)),
            "no valid value of `{}` can be made: {samples:?}",
            component.name
        );
        for example in own {
            assert!(valid(&example), "{}: {example}", component.name);
        }
        shown += usize::from(!own.is_empty());
    }
    assert!(
        shown * 2 > client.components.len(),
        "only {shown} components have examples"
    );
}

#[test]
fn every_component_has_a_type() {
    CLIENTS.iter().for_each(are_typed);
}

fn are_typed(client: &Client) {
    let root = document_of(client);
    let untyped = forms::only_in_forms(&root);
    let documented: Vec<&String> = document::members(&root["components"]["schemas"])
        .map(|(name, _)| name)
        .filter(|name| !untyped.contains(*name))
        .collect();
    let typed: Vec<&str> = client
        .components
        .iter()
        .map(|component| component.name)
        .collect();
    assert_eq!(
        documented, typed,
        "run `cargo xtask codegen` and commit what it writes"
    );
}

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
struct Forgetful {
    errors: Option<String>,
}

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
struct Strict {
    #[serde(rename = "_self")]
    link: String,
    name: u8,
}

/// Types that do not fit their schemas are found out.
#[test]
fn types_can_lie() {
    let root = document_of(clients::find("configuration").unwrap());
    for (component, complaint) in [
        (
            Component::of::<Forgetful>("Error"),
            "accepts what the document refuses",
        ),
        (
            Component::of::<Strict>("NamedRef"),
            "refuses what the document accepts",
        ),
        (
            Component::of::<Strict>("Error"),
            "refuses what the document accepts",
        ),
        (
            Component::of::<Value>("NamedRef"),
            "accepts what the document refuses",
        ),
    ] {
        let found = parity::compare(&root, &[component]).unwrap_err();
        assert!(found.contains(complaint), "{found}");
    }
    let found = parity::round_trip(&root, &[Component::of::<Forgetful>("Error")]).unwrap_err();
    assert!(found.contains("do not survive"), "{found}");
}
