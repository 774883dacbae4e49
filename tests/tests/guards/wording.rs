//! The texts of documents and READMEs: plain words, and where credentials come from.

use guards::{document, wording, workspace};
use serde_json::json;

#[test]
fn texts_are_in_plain_words() {
    for api in workspace::all_apis(&workspace::root()).unwrap() {
        let document = document::open(&api).unwrap();
        let found = wording::puzzling(document.root());
        assert!(found.is_empty(), "{}:\n{}", api.name, found.join("\n"));
    }
}

#[test]
fn puzzling_words_are_found_in_texts_and_nowhere_else() {
    let document = json!({
        "description": "What is left out stays.",
        "paths": { "/answers": { "get": { "summary": "List answers", "responses": { "200": {
            "content": { "text/plain": { "example": { "description": "somebody" } } }
        } } } } },
        "components": { "schemas": { "Shallow": {
            "description": "Shallow blanks_ are fine.",
            "properties": { "description": { "enum": ["shall"], "description": "It shall be." } },
        } } },
    });
    let mut found = wording::puzzling(&document);
    found.sort();
    assert_eq!(
        found,
        [
            "`answers` (better: responses, returns) in: List answers",
            "`left out` (better: omitted, missing) in: What is left out stays.",
            "`shall` (better: must, will) in: It shall be.",
        ]
    );
}

/// Nobody can make a call without these, and no vendor sends them unasked.
#[test]
fn readmes_say_where_credentials_come_from() {
    for (client, source) in [
        ("configo-client", "OAuth Applications page"),
        ("configuration-client", "Manage Properties"),
        ("contio-client", "partner-support@contio.ai"),
    ] {
        let readme = workspace::root().join("generated").join(client);
        let readme = std::fs::read_to_string(readme.join("README.md")).unwrap();
        assert!(readme.contains(source), "{client}: {source}");
    }
}
