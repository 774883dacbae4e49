//! Schema parity: Rust types and the schemas of the document.

use guards::{
    calls::{Component, configuration::COMPONENTS},
    document, forms, instances, parity, workspace,
};
use openapi_document::lint::json_schema::to_json_schema;
use serde_json::Value;

fn configuration() -> Value {
    document::bundled(&workspace::root(), "configuration").unwrap()
}

#[test]
fn types_and_schemas_accept_the_same_values() {
    match parity::compare(&configuration(), COMPONENTS) {
        Err(complaint) => panic!("{complaint}"),
        Ok(summary) => {
            assert!(summary.accepted * 20 > summary.values, "{summary:?}");
            for tolerance in parity::TOLERANCES {
                assert!(
                    summary.tolerated.contains_key(tolerance.what),
                    "no type needs this any more, so take it out of `TOLERANCES`: {}",
                    tolerance.what
                );
            }
        }
    }
}

#[test]
fn every_example_survives_its_type() {
    match parity::round_trip(&configuration(), COMPONENTS) {
        Err(complaint) => panic!("{complaint}"),
        Ok(count) => assert!(count >= COMPONENTS.len(), "only {count} examples"),
    }
}

/// Without valid values nothing above would mean much.
#[test]
fn there_are_valid_values_of_every_component() {
    let root = configuration();
    let examples = instances::examples(&root);
    let mut shown = 0;
    for component in COMPONENTS {
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
        shown * 2 > COMPONENTS.len(),
        "only {shown} components have examples"
    );
}

#[test]
fn every_component_has_a_type() {
    let root = configuration();
    let untyped = forms::only_in_forms(&root);
    let documented: Vec<&String> = document::members(&root["components"]["schemas"])
        .map(|(name, _)| name)
        .filter(|name| !untyped.contains(*name))
        .collect();
    let typed: Vec<&str> = COMPONENTS.iter().map(|component| component.name).collect();
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
    let root = configuration();
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
