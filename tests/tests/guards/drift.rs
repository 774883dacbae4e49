//! Drift: documents and generated crates.

use std::sync::LazyLock;

use guards::{drift, workspace};

/// What the documents of this workspace give; it takes a while to find out.
pub(crate) static EXPECTED: LazyLock<drift::Expected> = LazyLock::new(|| {
    drift::expected(&workspace::root()).unwrap_or_else(|complaint| panic!("{complaint}"))
});

#[test]
fn generated_crates_are_what_the_documents_give() {
    if let Err(complaint) = drift::compare(&workspace::root(), &EXPECTED) {
        panic!("{complaint}");
    }
}

#[test]
fn generating_twice_gives_the_same_bytes() {
    let again = drift::expected(&workspace::root()).unwrap();
    for (api, generated) in &*EXPECTED {
        assert!(
            again[api] == *generated,
            "two runs over openapi/{api} differ: the generator depends on chance, such as the order of a hash map"
        );
    }
}
