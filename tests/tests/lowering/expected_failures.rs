//! What a client gets wrong today, or cannot be made of: one list, each entry with the right value
//! and why it is not there yet.
//!
//! An entry that begins to hold fails the test. Take it off the list then, move its document to
//! `lowering/` and its check to the tests of its subject.

use std::{
    collections::BTreeSet,
    panic::catch_unwind,
    path::{Path, PathBuf},
};

use openapi_codegen::{Error, Settings, generate};
use openapi_document::Document;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    clients::{media_types_of_one_shape as media_types, types_by_direction as directions},
    setters::arguments_of_new,
};

struct ExpectedFailure {
    /// A document in `lowering/expected_failures/`.
    document: &'static str,
    /// Why it is not right yet.
    reason: &'static str,
    today: Today,
}

enum Today {
    /// The document is refused; the right value in words, as there is no client to hold it against.
    Refused {
        code: &'static str,
        right: &'static str,
    },
    /// A client is made, and this check of it fails.
    Wrong(fn()),
}

const LIST: &[ExpectedFailure] = &[
    ExpectedFailure {
        document: "alike_branches",
        reason: "a type of its own has to keep what came beside the branch that was chosen",
        today: Today::Refused {
            code: "L310",
            right: r#"{"name":"Aula","seats":90} is sent back with its `seats`; the lint only warns"#,
        },
    },
    ExpectedFailure {
        document: "types_by_direction",
        reason: "one schema is one type, so what one direction needs is optional for both",
        today: Today::Wrong(|| {
            use directions::types::Item;
            sent_back::<Item>(&json!({ "id": "1", "name": "a" }));
            let code = include_str!("clients/types_by_direction.rs");
            let arguments = arguments_of_new(code, "Item").unwrap();
            assert_eq!(
                arguments,
                ["name: impl Into<String>", "secret: impl Into<String>"]
            );
        }),
    },
    ExpectedFailure {
        document: "media_types_of_one_shape",
        reason: "a media type is part of what a method is; it has to become an argument of the call",
        today: Today::Wrong(|| assert_eq!(media_types::operations::OPERATIONS.len(), 1)),
    },
];

/// Reads a value and holds what is written of it against what was read.
fn sent_back<T: DeserializeOwned + Serialize>(json: &Value) -> T {
    let value: T = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(&serde_json::to_value(&value).unwrap(), json);
    value
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("lowering/expected_failures")
}

#[test]
fn each_document_is_on_the_list() {
    let entries = std::fs::read_dir(folder()).unwrap();
    let documents = entries.map(|entry| entry.unwrap().path());
    let found: BTreeSet<_> = documents
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    let listed: BTreeSet<_> = LIST.iter().map(|entry| entry.document.to_owned()).collect();
    assert_eq!(found, listed);
}

#[test]
fn each_fails_as_it_is_expected_to() {
    for failure in LIST {
        let name = failure.document;
        let document = Document::open(&folder().join(format!("{name}.yaml"))).unwrap();
        let generated = generate(&document, &Settings::new("failure-client"));
        match (&failure.today, generated) {
            (Today::Refused { code, right }, Err(Error::Document(report))) => {
                let codes: Vec<_> = report
                    .iter()
                    .map(openapi_document::Diagnostic::code)
                    .collect();
                assert_eq!(
                    codes,
                    [*code],
                    "{name} is refused for something else; right is: {right}"
                );
            }
            (Today::Wrong(check), Ok(_)) => assert!(
                catch_unwind(check).is_err(),
                "{name} holds now, although it was thought that {}: take it off the list",
                failure.reason
            ),
            (Today::Refused { right, .. }, Ok(_)) => {
                panic!("a client is made of {name} now; hold it against this: {right}")
            }
            (_, Err(error)) => panic!("{name} is refused now: {error}"),
        }
    }
}
