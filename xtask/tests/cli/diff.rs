//! `cargo xtask diff`.

use std::process::Command;

use serde_json::Value;

use crate::place::{PETS, Place};

const DOCUMENT: &str = "openapi/pets/openapi.yaml";
const ACCEPTED: &str = "openapi/pets/accepted-changes.toml";

/// Runs git in the workspace.
#[track_caller]
fn git(place: &Place, arguments: &[&str]) {
    let mut command = Command::new("git");
    command
        .current_dir(place.path())
        .args(["-c", "user.name=A", "-c", "user.email=a@example.com"]);
    command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null");
    let output = command.args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// A workspace with one commit.
fn committed() -> Place {
    let place = Place::workspace();
    git(&place, &["init", "--quiet", "--initial-branch=main"]);
    commit(&place);
    place
}

fn commit(place: &Place) {
    git(place, &["add", "--all"]);
    git(place, &["commit", "--quiet", "--message", "A change"]);
}

fn change(place: &Place, from: &str, to: &str) {
    let text = place.read(DOCUMENT);
    assert!(text.contains(from), "no {from:?} in the document");
    place.write(DOCUMENT, text.replace(from, to));
}

const TAG: &str = "        tag: {type: string}\n";
const LIMIT: &str = "{name: limit, in: query, schema: {type: integer}}";
const NEEDED: &str = "{name: limit, in: query, required: true, schema: {type: integer}}";

#[test]
fn a_change_is_shown_with_both_sides_and_both_verdicts() {
    let place = committed();
    let clean = place.run(&["diff"]);
    clean.assert(0, &[]);
    assert_eq!(
        clean.stdout,
        "openapi/pets/openapi.yaml beside `HEAD`: 0 changes, for HTTP callers neutral, for Rust users neutral\n"
    );
    change(&place, TAG, "");
    let ran = place.run(&["diff"]);
    ran.assert(0, &[]);
    for text in [
        "C523\n",
        "Pet.tag: the optional property `tag` was removed; it was not deprecated before",
        "[HEAD:openapi/pets/openapi.yaml:38:9]",
        "[openapi/pets/openapi.yaml:32:5]",
        "HTTP callers: breaking: ",
        "Rust users: breaking: its field and its setter are gone",
        "touches: types::Pet::tag",
        "reaches: GET /pets, POST /pets, GET /pets/{id}",
        "1 change, for HTTP callers breaking, for Rust users breaking\n",
    ] {
        assert!(ran.stdout.contains(text), "no {text:?} in {}", ran.stdout);
    }
}

#[test]
fn the_checkout_stays_as_it_is() {
    let place = committed();
    change(&place, TAG, "");
    commit(&place);
    change(&place, "listPets", "allPets");
    git(&place, &["add", "--all"]);
    change(&place, "allPets", "everyPet");
    let before = place.content("");
    place.run(&["diff", "--base", "HEAD~1"]).assert(0, &[]);
    assert_eq!(place.content(""), before);
}

#[test]
fn what_fails_is_said_beforehand() {
    let place = committed();
    change(
        &place,
        LIMIT,
        &format!("{LIMIT}\n        - {{name: more, in: query, schema: {{type: integer}}}}"),
    );
    place.run(&["diff", "--fail-on", "breaking"]).assert(0, &[]);
    place.run(&["diff", "--fail-on", "any"]).assert(1, &[]);
    change(&place, LIMIT, NEEDED);
    place.run(&["diff", "--fail-on", "breaking"]).assert(1, &[]);
    place
        .run(&["diff", "--fail-on", "breaking", "--api", "pets"])
        .assert(1, &[]);
    let missing = place.run(&["diff", "--api", "pet"]);
    missing.assert(2, &["there is no API called `pet`", "did you mean `pets`?"]);
}

#[test]
fn a_base_is_a_revision_a_folder_or_a_file() {
    let place = committed();
    git(&place, &["tag", "v1"]);
    place.write("old/openapi.yaml", PETS);
    place.write("other/openapi/pets/openapi.yaml", PETS);
    place.write("pets.yaml", PETS);
    change(&place, "operationId: showPet", "operationId: getPet");
    commit(&place);
    for base in [
        "v1",
        "main~1",
        "old",
        "other",
        "pets.yaml",
        "old/openapi.yaml",
    ] {
        let ran = place.run(&["diff", "--base", base]);
        ran.assert(0, &[]);
        assert!(ran.stdout.contains("C104"), "{base}: {ran:#?}");
        assert!(
            ran.stdout.contains(&format!("beside `{base}`: 1 change,")),
            "{base}: {ran:#?}"
        );
    }
    let ran = place.run(&[
        "diff",
        "--base",
        "pets.yaml",
        "--against",
        "old/openapi.yaml",
    ]);
    ran.assert(0, &[]);
    assert!(
        ran.stdout
            .starts_with("old/openapi.yaml beside `pets.yaml`: 0 changes"),
        "{ran:#?}"
    );
}

#[test]
fn a_base_that_is_not_there_has_a_message_of_its_own() {
    let place = committed();
    for (base, text) in [
        ("v9", "there is no revision, folder or file `v9`"),
        (
            "--output=x",
            "there is no revision, folder or file `--output=x`",
        ),
        (
            "generated",
            "there is no revision, folder or file `generated`",
        ),
        ("openapi/pets", ""),
    ] {
        let ran = place.run(&["diff", &format!("--base={base}")]);
        ran.assert(if text.is_empty() { 0 } else { 2 }, &[text]);
    }
    place.write("empty/notes.txt", "");
    let empty = place.run(&["diff", "--base", "empty"]);
    empty.assert(
        2,
        &["empty does not have the document: there is no `openapi/pets/openapi.yaml` and no `openapi.yaml`"],
    );
    let nowhere = Place::workspace();
    nowhere.run(&["diff"]).assert(
        2,
        &["is in no git repository; give `--base` a file or folder"],
    );
}

#[test]
fn an_api_that_was_not_there_is_new() {
    let place = committed();
    place.api("cats");
    let ran = place.run(&["diff"]);
    ran.assert(0, &[]);
    assert!(
        ran.stdout
            .contains("`openapi/cats` was not there in `HEAD`: all of it is new\n"),
        "{ran:#?}"
    );
    place
        .run(&["diff", "--api", "cats"])
        .assert(2, &["`openapi/cats` was not there in the revision `HEAD`"]);
}

#[test]
fn a_shallow_clone_is_named() {
    let place = committed();
    change(&place, TAG, "");
    commit(&place);
    git(&place, &["tag", "v2"]);
    let clone = Place::empty();
    let url = format!("file://{}", place.path().display());
    git(&clone, &["clone", "--quiet", "--depth=1", &url, "clone"]);
    let ran = clone.run(&[
        "diff",
        "--base",
        "HEAD~1",
        "--workspace",
        clone.join("clone").to_str().unwrap(),
    ]);
    // The option stands twice; the folder of the clone is asked for by itself.
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    let mut command = crate::place::program();
    command.current_dir(clone.join("clone"));
    command.args(["diff", "--base", "HEAD~1", "--workspace", "."]);
    let ran: crate::place::Ran = command.output().unwrap().into();
    ran.assert(
        2,
        &[
            "this clone is shallow and does not have the revision `HEAD~1`",
            "git fetch --unshallow",
        ],
    );
}

#[test]
fn a_workspace_may_lie_deeper_in_its_repository() {
    let home = Place::empty();
    home.write("sub/openapi/pets/openapi.yaml", PETS);
    home.write(
        "sub/openapi/pets/codegen.toml",
        "crate-name = \"pets-client\"\n",
    );
    git(&home, &["init", "--quiet"]);
    commit(&home);
    home.write("sub/openapi/pets/openapi.yaml", PETS.replace(TAG, ""));
    let mut command = crate::place::program();
    command.current_dir(home.path());
    command.args(["diff", "--workspace", "sub"]);
    let ran: crate::place::Ran = command.output().unwrap().into();
    ran.assert(0, &[]);
    assert!(
        ran.stdout.contains("[HEAD:openapi/pets/openapi.yaml:38:9]"),
        "{ran:#?}"
    );
}

#[test]
fn references_of_a_revision_lead_to_files_of_the_revision() {
    let place = committed();
    let split = PETS.replace(
        "        tag: {type: string}",
        "        tag: {$ref: 'schemas/tag.yaml#/Tag'}",
    );
    place.write(DOCUMENT, &split);
    place.write("openapi/pets/schemas/tag.yaml", "Tag: {type: string}\n");
    commit(&place);
    place.write("openapi/pets/schemas/tag.yaml", "Tag: {type: integer}\n");
    let ran = place.run(&["diff"]);
    ran.assert(0, &[]);
    assert!(
        ran.stdout
            .contains("HEAD:openapi/pets/schemas/tag.yaml:1:7"),
        "{ran:#?}"
    );
    assert!(
        ran.stdout.contains("the type was string, and is integer"),
        "{ran:#?}"
    );
}

#[test]
fn a_document_that_cannot_be_read_is_named_with_its_side() {
    let place = committed();
    place.write(DOCUMENT, "openapi: 3.0.3\n");
    place
        .run(&["diff"])
        .assert(1, &["D302", "openapi/pets/openapi.yaml"]);
    commit(&place);
    place.write(DOCUMENT, PETS);
    place
        .run(&["diff"])
        .assert(1, &["D302", "HEAD:openapi/pets/openapi.yaml"]);
    place
        .run(&["diff", "--base", "HEAD~1", "--against", "gone.yaml"])
        .assert(2, &["`gone.yaml` was not there"]);
}

#[test]
fn machines_get_what_the_schema_says() {
    let place = committed();
    change(&place, LIMIT, NEEDED);
    change(&place, TAG, "");
    let ran = place.run(&["diff", "--format", "json"]);
    ran.assert(0, &[]);
    let found: Value = serde_json::from_str(&ran.stdout).unwrap();
    let pets = &found[0];
    assert_eq!(pets["document"], DOCUMENT);
    assert_eq!(
        (&pets["base"], &pets["http"], &pets["rust"]),
        (&"HEAD".into(), &"breaking".into(), &"breaking".into())
    );
    let codes: Vec<_> = pets["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["C205", "C523"]);
    assert_eq!(
        pets["changes"][1]["old"]["pointer"],
        "/components/schemas/Pet/properties/tag"
    );
    let none = place.run(&["diff", "--format", "json", "--base", "nowhere"]);
    assert_eq!(none.problems()[0]["code"], "G402");
}

#[test]
fn a_pull_request_gets_markdown() {
    let place = committed();
    change(&place, TAG, "");
    let ran = place.run(&["diff", "--format", "markdown"]);
    ran.assert(0, &[]);
    assert!(
        ran.stdout
            .starts_with("## `openapi/pets/openapi.yaml` beside `HEAD`\n"),
        "{ran:#?}"
    );
    assert!(
        ran.stdout.contains("| Rust users | 1 | 0 | 0 |\n"),
        "{ran:#?}"
    );
    place
        .run(&["lint", "--format", "markdown"])
        .assert(2, &["only `diff` has `--format markdown`"]);
}

/// The change that takes `tag` away, as accepted.
fn entry(code: &str, more: &str) -> String {
    format!(
        "[[accepted]]\ncode = \"{code}\"\nplace = \"/components/schemas/Pet/properties/tag\"\nreason = \"Nobody had one.\"\nrelease = \"2.0.0\"\n{more}"
    )
}

#[test]
fn what_is_accepted_does_not_fail() {
    let place = committed();
    change(&place, TAG, "");
    place.write(ACCEPTED, entry("C523", ""));
    let ran = place.run(&["diff", "--fail-on", "any"]);
    ran.assert(0, &[]);
    assert!(ran.stdout.contains("accepted: Nobody had one."), "{ran:#?}");
    change(&place, LIMIT, NEEDED);
    place.run(&["diff", "--fail-on", "breaking"]).assert(1, &[]);
}

#[test]
fn what_is_accepted_in_vain_is_an_error() {
    let place = committed();
    git(&place, &["tag", "v1"]);
    change(&place, TAG, "");
    let text = "no change `C524` at `/components/schemas/Pet/properties/tag` is accepted here";
    place.write(ACCEPTED, entry("C524", ""));
    place
        .run(&["diff", "--base", "v1"])
        .assert(1, &["C002", text, "accepted-changes.toml:1:1"]);
    place.write(ACCEPTED, entry("C523", "old = \"x\"\n"));
    place.run(&["diff", "--base", "v1"]).assert(1, &["C002"]);
    place.write(ACCEPTED, entry("C523", ""));
    place.run(&["diff", "--base", "v1"]).assert(0, &[]);
    commit(&place);
    // Beside the last commit there is nothing left to accept.
    place.run(&["diff"]).assert(0, &[]);
    place.write(ACCEPTED, entry("C523", "more = 1\n"));
    place.run(&["diff"]).assert(
        1,
        &["C001", "unknown field `more`", "accepted-changes.toml:6:1"],
    );
}
