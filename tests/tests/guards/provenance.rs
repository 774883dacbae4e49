//! Provenance: what the vendors document and what is inferred, counted by tag.

use std::collections::{BTreeMap, BTreeSet};

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
        let counted: BTreeMap<&str, BTreeSet<&str>> = report["inferred_operations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| {
                (
                    entry["basis"].as_str().unwrap(),
                    document::strings(&entry["operations"])
                        .into_iter()
                        .collect(),
                )
            })
            .collect();
        let mut told: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for operation in client.operations {
            if operation.provenance() == Provenance::Inferred {
                let basis = operation.provenance_basis().unwrap();
                let ids = told.entry(basis.trim_end_matches('.')).or_default();
                // Methods of one operation may differ in the media type.
                ids.insert(operation.document_id());
            }
        }
        assert_eq!(told, counted, "{}", client.name);
    }
}
