//! Drift: documents and generated crates.

use guards::{drift, workspace};

#[test]
fn generated_crates_are_what_the_documents_give() {
    if let Err(complaint) = drift::check(&workspace::root()) {
        panic!("{complaint}");
    }
}

#[test]
fn generating_twice_gives_the_same_bytes() {
    for api in workspace::all_apis(&workspace::root()).unwrap() {
        let first = drift::regenerate(&api).unwrap();
        let second = drift::regenerate(&api).unwrap();
        assert!(
            first == second,
            "two runs over openapi/{} differ: the generator depends on chance, such as the order of a hash map",
            api.name
        );
    }
}
