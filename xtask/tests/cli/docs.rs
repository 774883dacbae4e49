//! `cargo xtask docs`.

use std::fs;

use crate::place::{PETS, Place};

#[test]
fn a_site_is_written_and_replaced_as_a_whole() {
    let place = Place::workspace();
    place.api("cats");
    let ran = place.run(&["docs"]);
    ran.assert(0, &[]);
    assert!(ran.stdout.contains("about 2 APIs"), "{ran:#?}");
    let site = place.join("target/reference");
    assert!(site.join("pets/operations/list-pets.html").is_file());
    fs::write(site.join("stray.html"), "stray").unwrap();
    let ran = place.run(&["docs", "--api", "cats", "--format", "json"]);
    ran.assert(0, &[]);
    let results: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(results[0]["pages"].as_u64() > Some(5), "{results}");
    assert!(site.join("cats/index.html").is_file());
    assert!(!site.join("stray.html").exists() && !site.join("pets").exists());
}

#[test]
fn a_document_with_errors_changes_nothing() {
    let place = Place::workspace();
    place.run(&["docs", "--out", "site"]).assert(0, &[]);
    let before = place.content("site");
    place.write(
        "openapi/pets/openapi.yaml",
        PETS.replace("responses:", "reponses:"),
    );
    let ran = place.run(&["docs", "--out", "site"]);
    ran.assert(1, &["reponses", "nothing was changed"]);
    assert_eq!(place.content("site"), before);
}

#[test]
fn a_folder_of_somebody_else_is_refused() {
    let place = Place::workspace();
    place.write("thesis/thesis.txt", "years of work");
    let before = place.content("thesis");
    let ran = place.run(&["docs", "--out", "thesis"]);
    ran.assert(2, &["holds files that are no reference site"]);
    assert_eq!(place.content("thesis"), before);
}

#[test]
fn any_document_gets_its_site_and_its_lint_is_a_note() {
    let place = Place::workspace();
    place.write("foreign.yaml", PETS);
    place
        .run(&["lint", "--document", "foreign.yaml"])
        .assert(1, &[]);
    place
        .run(&["docs", "--document", "foreign.yaml", "--out", "site"])
        .assert(0, &[]);
    let notes = fs::read_to_string(place.join("site/foreign/notes.html")).unwrap();
    assert!(notes.contains("L506"), "{notes}");
}
