//! Runs over a workspace: which APIs, what is said, what is written.

use std::fs;

use crate::place::Place;

const CRATE: &str = "generated/pets-client";

#[test]
fn a_run_says_what_it_did_and_a_second_has_nothing_to_do() {
    let place = Place::workspace();
    let first = place.run(&["codegen"]);
    first.assert(0, &[]);
    assert_eq!(first.stderr, "");
    for text in [
        "pets: 3 operations as 3 methods, 2 schemas, 2 lowering rules applied\n",
        "    fold_error_statuses: 3\n",
        "  generated/pets-client: 9 files written, 0 unchanged, 0 removed\n",
        "    written generated/pets-client/src/client.rs\n",
        "  done in ",
    ] {
        assert!(first.stdout.contains(text), "no {text:?} in {first:#?}");
    }
    let written = place.content(CRATE);
    let second = place.run(&["codegen"]);
    second.assert(0, &[]);
    assert!(
        second
            .stdout
            .contains("0 files written, 9 unchanged, 0 removed"),
        "{second:#?}"
    );
    assert_eq!(place.content(CRATE), written);
    place.assert_swept("generated");
}

#[test]
fn check_writes_nothing_shows_a_bounded_diff_and_names_the_command() {
    let place = Place::workspace();
    let missing = place.run(&["codegen", "--check"]);
    missing.assert(1, &[]);
    assert!(!place.join("generated").exists());
    assert!(
        missing.stdout.contains("more lines of this diff"),
        "{missing:#?}"
    );
    assert!(missing.stdout.lines().count() < 800, "{missing:#?}");

    place.run(&["codegen"]).assert(0, &[]);
    let clean = place.run(&["codegen", "--check"]);
    clean.assert(0, &[]);
    assert!(
        clean.stdout.contains("generated/pets-client is up to date"),
        "{clean:#?}"
    );

    place.retitle("Dogs");
    place.write("generated/pets-client/stray.txt", "stray\n");
    let before = place.content("");
    let drifted = place.run(&["codegen", "--check"]);
    drifted.assert(1, &[]);
    assert_eq!(place.content(""), before, "--check wrote something");
    for text in [
        "--- a/openapi.json\n+++ b/openapi.json\n",
        "-    \"title\": \"Pets\",\n+    \"title\": \"Dogs\",\n",
        "-stray\n",
    ] {
        assert!(drifted.stdout.contains(text), "no {text:?} in {drifted:#?}");
    }
    let mend = format!(
        "out of date; run `cargo xtask codegen --api pets --workspace {}` and commit what it writes",
        place.path().display()
    );
    assert!(drifted.stdout.contains(&mend), "{drifted:#?}");
}

#[test]
fn a_long_line_is_cut_in_a_diff() {
    let place = Place::workspace();
    place.run(&["codegen"]).assert(0, &[]);
    place.retitle(&"long ".repeat(200));
    let drifted = place.run(&["codegen", "--check"]);
    drifted.assert(1, &[]);
    assert!(drifted.stdout.contains("more characters\n"), "{drifted:#?}");
    assert!(
        drifted.stdout.lines().all(|line| line.len() < 400),
        "{drifted:#?}"
    );
}

#[test]
fn files_that_no_longer_belong_go_and_what_cargo_and_git_keep_stays() {
    let place = Place::workspace();
    place.run(&["codegen"]).assert(0, &[]);
    place.write("generated/pets-client/src/stray.rs", "");
    place.write("generated/pets-client/target/debug/thing", "built");
    place.write("generated/pets-client/Cargo.lock", "locked");
    let ran = place.run(&["codegen"]);
    ran.assert(0, &[]);
    assert!(
        ran.stdout
            .contains("    removed generated/pets-client/src/stray.rs\n"),
        "{ran:#?}"
    );
    assert!(!place.join("generated/pets-client/src/stray.rs").exists());
    assert_eq!(
        place.read("generated/pets-client/target/debug/thing"),
        "built"
    );
    assert_eq!(place.read("generated/pets-client/Cargo.lock"), "locked");
}

#[test]
fn a_crate_of_no_api_goes_but_nothing_else_does() {
    let place = Place::workspace();
    place.api("cats");
    place.run(&["codegen"]).assert(0, &[]);
    place.write(
        "generated/by-hand/Cargo.toml",
        "[package]\nname = \"by-hand\"\n",
    );
    fs::remove_dir_all(place.join("openapi/cats")).unwrap();

    let check = place.run(&["codegen", "--check"]);
    check.assert(1, &[]);
    assert!(
        check
            .stdout
            .contains("generated/cats-client is of no API below openapi/; run"),
        "{check:#?}"
    );
    place.run(&["codegen", "--api", "pets"]).assert(0, &[]);
    assert!(
        place.join("generated/cats-client").exists(),
        "only a run over all knows"
    );

    place.run(&["codegen"]).assert(0, &[]);
    assert!(!place.join("generated/cats-client").exists());
    assert!(place.join("generated/by-hand/Cargo.toml").exists());
    place.assert_swept("generated");
}

#[test]
fn an_unknown_api_is_answered_with_the_one_that_was_meant() {
    let place = Place::workspace();
    place.api("configuration");
    for command in ["codegen", "lint"] {
        let near = place.run(&[command, "--api", "configuraton"]);
        near.assert(2, &["there is no API called `configuraton` below openapi/: did you mean `configuration`?"]);
        let far = place.run(&[command, "--api", "x"]);
        far.assert(
            2,
            &["no API called `x` below openapi/; there are: configuration, pets"],
        );
    }
    assert!(!place.join("generated").exists());
}

#[test]
fn an_api_named_twice_is_done_once() {
    let place = Place::workspace();
    place.api("cats");
    let ran = place.run(&["codegen", "--api", "pets", "--api", "pets"]);
    ran.assert(0, &[]);
    assert_eq!(ran.stdout.matches("pets: 3 operations").count(), 1);
    assert!(!place.join("generated/cats-client").exists());
}

#[test]
fn every_api_is_attempted_and_the_worst_code_counts() {
    let place = Place::workspace();
    for name in ["ants", "bees", "cats"] {
        place.api(name);
    }
    place.run(&["codegen"]).assert(0, &[]);
    let ants = place.content("generated/ants-client");
    let broken =
        crate::place::PETS.replace("#/components/schemas/Error", "#/components/schemas/Eror");
    place.write("openapi/ants/openapi.yaml", broken);
    place.retitle("Dogs");

    let ran = place.run(&["codegen"]);
    ran.assert(
        1,
        &[
            "D204",
            "openapi/ants/openapi.yaml:",
            "did you mean",
            "error: ants: 1 problem found; nothing was changed",
        ],
    );
    assert_eq!(place.content("generated/ants-client"), ants);
    assert!(
        place
            .read("generated/pets-client/openapi.json")
            .contains("\"Dogs\"")
    );

    fs::remove_file(place.join("openapi/bees/openapi.yaml")).unwrap();
    let ran = place.run(&["codegen"]);
    ran.assert(2, &["D204", "D001", "error: bees: 1 problem found"]);
    assert!(ran.stdout.contains("cats: 3 operations"), "{ran:#?}");
    place.run(&["lint"]).assert(2, &["D204", "D001"]);
}

#[test]
fn a_workspace_without_apis_is_no_success() {
    let place = Place::empty();
    for command in ["codegen", "lint"] {
        place.run(&[command]).assert(
            2,
            &[
                "error: cannot read",
                "/openapi: No such file or directory",
                "it holds one folder for each API",
            ],
        );
    }
    fs::create_dir(place.join("openapi")).unwrap();
    place
        .run(&["codegen"])
        .assert(2, &["/openapi holds no API: make a folder in it for each"]);
}

#[cfg(unix)]
#[test]
fn symbolic_links_are_followed() {
    let place = Place::workspace();
    place.run(&["codegen"]).assert(0, &[]);
    let expected = place.content(CRATE);
    let linked = Place::empty();
    std::os::unix::fs::symlink(place.join("openapi"), linked.join("openapi")).unwrap();
    fs::create_dir(linked.join("real")).unwrap();
    std::os::unix::fs::symlink("real", linked.join("generated")).unwrap();
    linked.run(&["lint"]);
    linked.run(&["codegen"]).assert(0, &[]);
    assert_eq!(linked.content("real/pets-client"), expected);
    linked.run(&["codegen", "--check"]).assert(0, &[]);
    linked.assert_swept("real");
}

/// What a document of our own says wrongly would be lost without a word.
#[test]
fn ignored_members_stop_our_own_documents() {
    let place = Place::workspace();
    for (code, from, to) in [
        (
            "D208",
            "schema: {$ref: '#/components/schemas/Error'}",
            "schema: {$ref: '#/components/schemas/Error', nullable: true}",
        ),
        (
            "D401",
            "operationId: listPets",
            "operationId: listPets\n      x-provenence: documented",
        ),
        (
            "D402",
            "operationId: listPets",
            "operationId: listPets\n      x-sensitive: true",
        ),
        (
            "D403",
            "operationId: listPets",
            "operationId: listPets\n      x-provenance: guessed",
        ),
    ] {
        let text = crate::place::PETS.replace(from, to);
        place.write("openapi/pets/openapi.yaml", &text);
        place.run(&["codegen"]).assert(
            1,
            &[code, "error: pets: 1 problem found; nothing was changed"],
        );
        place.write("foreign.yaml", &text);
        place
            .run_document("foreign.yaml", "pets-client", "out")
            .assert(0, &[]);
        place
            .run(&["lint", "--document", "foreign.yaml"])
            .assert(1, &[code]);
    }
    assert!(!place.join("generated").exists());
}
