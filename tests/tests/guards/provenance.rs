//! Provenance: what the vendors document and what is inferred, counted by tag.

use std::collections::BTreeMap;

use guards::{clients::CLIENTS, document, snapshot, workspace};
use openapi_client_runtime::Provenance;
use openapi_document::ProvenanceReport;

#[test]
fn of_every_document() {
    for api in workspace::all_apis(&workspace::root()).unwrap() {
        let report = ProvenanceReport::of(&document::open(&api).unwrap());
        snapshot::assert("provenance", &api.name, &report.to_string());
    }
}

/// What the crates say in code is what the report counts.
#[test]
fn clients_name_the_inferred_operations_of_the_report() {
    for client in CLIENTS {
        let api = workspace::all_apis(&workspace::root()).unwrap();
        let api = api.iter().find(|api| api.name == client.name).unwrap();
        let report = ProvenanceReport::of(&document::open(api).unwrap()).to_json();
        let counted: BTreeMap<&str, Vec<&str>> = report["inferred_operations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| {
                (
                    entry["basis"].as_str().unwrap(),
                    document::strings(&entry["operations"]),
                )
            })
            .collect();
        let mut told: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for operation in client.operations {
            if operation.provenance() == Provenance::Inferred {
                let basis = operation.provenance_basis().unwrap();
                let ids = told.entry(basis.trim_end_matches('.')).or_default();
                // Methods of one operation that differ in the media type.
                if !ids.contains(&operation.document_id()) {
                    ids.push(operation.document_id());
                }
            }
        }
        assert_eq!(told, counted, "{}", client.name);
    }
}
