//! The operation table: documents and what the world sees of them.

use guards::{document, operation_table, snapshot, workspace};

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
    let document = document::bundled(&workspace::root(), "configuration").unwrap();
    let table = configuration_client::operations::OPERATIONS;
    if let Err(complaint) = operation_table::compare(&document, table) {
        panic!("{complaint}");
    }
}
