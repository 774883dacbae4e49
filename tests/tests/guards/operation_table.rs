//! The operation table: documents and what the world sees of them.

use guards::{clients::CLIENTS, document, operation_table, snapshot, workspace};

#[test]
fn operations_of_every_document() {
    let root = workspace::root();
    for api in workspace::all_apis(&root).unwrap() {
        let document = document::open(&api).unwrap();
        let table = operation_table::table(document.root());
        snapshot::assert("operation_table", &api.name, &table);
    }
}

#[test]
fn the_table_in_rust_says_the_same_as_the_document() {
    for client in CLIENTS {
        let document = document::bundled(&workspace::root(), client.name).unwrap();
        if let Err(complaint) = operation_table::compare(&document, client.operations) {
            panic!("{}: {complaint}", client.name);
        }
    }
}

/// The guards go over `CLIENTS`, so an API that is not there would not be looked at.
#[test]
fn every_api_has_its_client_in_the_guards() {
    let apis = workspace::all_apis(&workspace::root()).unwrap();
    let documents: Vec<&str> = apis.iter().map(|api| api.name.as_str()).collect();
    let clients: Vec<&str> = CLIENTS.iter().map(|client| client.name).collect();
    assert_eq!(documents, clients, "mend `CLIENTS` in tests/src/clients.rs");
}
