//! Runs over documents of no workspace.

use std::{fs, path::Path, process::Command};

use crate::place::{PETS, Place};

/// As little as a valid document may say.
const BARE: &str = "\
openapi: 3.0.0
info: {title: Bare, version: '1'}
paths:
  /things:
    get: {responses: {'200': {description: All is well.}}}
    post:
      requestBody: {content: {application/json: {schema: {type: object, properties: {name: {type: string}}}}}}
      responses: {default: {description: Whatever.}}
";

#[test]
fn a_document_that_says_little_is_enough() {
    let place = Place::empty();
    place.write("bare.yaml", BARE);
    let ran = place.run_document("bare.yaml", "bare-client", "out");
    ran.assert(0, &[]);
    assert_eq!(ran.stderr, "", "warnings are no errors");
    assert!(
        ran.stdout
            .contains("bare-client: 2 operations as 2 methods"),
        "{ran:#?}"
    );
    assert!(
        ran.stdout
            .contains(" warnings: see `cargo xtask lint --document bare.yaml`\n"),
        "{ran:#?}"
    );
}

#[test]
fn json_is_read_too() {
    let place = Place::empty();
    place.write("bare.json", r#"{"openapi": "3.0.3", "info": {"title": "Bare", "version": "1"}, "paths": {"/a": {"get": {"responses": {"200": {"description": "a"}}}}}}"#);
    place
        .run_document("bare.json", "bare-client", "out")
        .assert(0, &[]);
}

#[test]
fn a_generated_crate_is_updated_in_place() {
    let place = Place::empty();
    place.write("a b.yaml", PETS);
    place
        .run_document("a b.yaml", "pets-client", "new/out")
        .assert(0, &[]);
    place.write("a b.yaml", PETS.replace("title: Pets", "title: Dogs"));
    let ran = place.run_document("a b.yaml", "pets-client", "new/out");
    ran.assert(0, &[]);
    assert!(
        ran.stdout.contains("    written new/out/openapi.json\n"),
        "{ran:#?}"
    );
    assert!(place.read("new/out/openapi.json").contains("Dogs"));
    place.assert_swept("new");
}

#[test]
fn a_command_to_repeat_is_quoted() {
    let place = Place::empty();
    place.write("a b.yaml", PETS);
    let mut command = crate::place::program();
    command.current_dir(place.path());
    command.args([
        "codegen",
        "--check",
        "--document",
        "a b.yaml",
        "--crate-name",
        "pets-client",
        "--out",
        "o",
    ]);
    let ran: crate::place::Ran = command.output().unwrap().into();
    ran.assert(1, &[]);
    let mend = "run `cargo xtask codegen --document 'a b.yaml' --crate-name pets-client --out o`";
    assert!(ran.stdout.contains(mend), "{ran:#?}");
}

#[test]
fn names_that_cargo_refuses_are_refused() {
    let place = Place::empty();
    place.write("pets.yaml", PETS);
    for (name, why) in [
        ("", "it is empty"),
        ("1x", "it must start with a letter"),
        ("_x", "it must start with a letter"),
        ("a b", "only ASCII letters, digits, `-` and `_`"),
        ("é", "it must start with a letter"),
        ("a/../b", "only ASCII letters"),
        ("self", "it is a keyword of Rust"),
        ("async", "it is a keyword of Rust"),
        ("std", "a library that comes with Rust"),
        ("serde-json", "the generated crate depends on"),
        (&"x".repeat(65), "it is longer than 64 characters"),
    ] {
        let ran = place.run_document("pets.yaml", name, "out");
        ran.assert(
            2,
            &[&format!("`{name}` cannot be the name of a package: {why}")],
        );
    }
    assert!(!place.join("out").exists());
}

#[test]
fn a_document_that_is_not_there_is_no_finding() {
    let place = Place::empty();
    place.write("folder/pets.yaml", PETS);
    for (document, text) in [
        ("missing.yaml", "there is no file `missing.yaml`"),
        ("folder", "`folder` is a folder"),
    ] {
        place
            .run_document(document, "pets-client", "out")
            .assert(2, &[text]);
        place
            .run(&["lint", "--document", document])
            .assert(2, &[text]);
    }
    assert!(!place.join("out").exists());
}

#[test]
fn references_stay_in_the_folder_of_the_document_unless_told() {
    let place = Place::empty();
    place.write(
        "private/schemas.yaml",
        "Pet: {type: object, properties: {name: {type: string}}}\n",
    );
    place.write(
        "api/openapi.yaml",
        "openapi: 3.0.3
info: {title: Pets, version: 1.0.0}
security: []
paths:
  /pets:
    get:
      operationId: get_pet
      summary: Get
      responses:
        '200': {description: Fine, content: {application/json: {schema: {$ref: ../private/schemas.yaml#/Pet}}}}
        default: {description: Failed}
",
    );
    let document = "api/openapi.yaml";
    let codegen = [
        "codegen",
        "--document",
        document,
        "--crate-name",
        "pets-client",
        "--out",
        "out",
    ];
    for command in [
        &["lint", "--document", document][..],
        &["provenance", "--document", document],
        &codegen,
    ] {
        let refused = place.run(command);
        refused.assert(
            1,
            &[
                "D213",
                "leads out of `api`",
                "`--allow-ref-outside private`",
            ],
        );
        assert!(!format!("{refused:?}").contains("name: {"), "{refused:#?}");
        let allowed = [command, &["--allow-ref-outside", "private"]].concat();
        place.run(&allowed).assert(0, &[]);
        let missing = [command, &["--allow-ref-outside", "nowhere"]].concat();
        place.run(&missing).assert(2, &["nowhere"]);
    }
}

#[test]
fn rubbish_is_told_in_one_message() {
    let place = Place::empty();
    let binary: Vec<u8> = (0..=255).cycle().take(4096).collect();
    place.write("empty.yaml", "");
    place.write("spaces.yaml", " \n\n");
    place.write("binary.yaml", &binary);
    place.write("binary.json", &binary);
    place.write("deep.yaml", "[".repeat(100_000));
    place.write("list.yaml", "- a\n- b\n");
    for (document, code) in [
        ("empty.yaml", "D004"),
        ("spaces.yaml", "D004"),
        ("binary.yaml", "D005"),
        ("binary.json", "D005"),
        ("deep.yaml", "D008"),
        ("list.yaml", "D103"),
    ] {
        let ran = place.run_document(document, "rubbish-client", "out");
        ran.assert(
            1,
            &[
                code,
                "error: rubbish-client: 1 problem found; nothing was changed",
            ],
        );
        let linted = place.run(&["lint", "--format", "json", "--document", document]);
        assert_eq!(linted.code, Some(1));
        assert_eq!(linted.problems().len(), 1, "{linted:#?}");
    }
    assert!(!place.join("out").exists());
}

#[test]
fn a_folder_of_somebody_else_is_left_alone() {
    let place = Place::empty();
    place.write("pets.yaml", PETS);
    place.write("theirs/thesis.txt", "years of work");
    place.write("file", "a file");
    let before = place.content("");
    place
        .run_document("pets.yaml", "pets-client", "theirs")
        .assert(
            2,
            &[
                "theirs exists and was not made by this generator",
                "nothing was changed",
            ],
        );
    for out in ["file", "file/below"] {
        place.run_document("pets.yaml", "pets-client", out).assert(
            2,
            &["nothing was changed: a folder is needed here, and this is a file"],
        );
    }
    assert_eq!(place.content(""), before);
}

/// A big vendor's document, with its own idea of our words.
#[test]
fn other_vocabularies_do_not_disturb() {
    let place = Place::empty();
    let odd = PETS
        .replace(
            "      operationId: listPets\n",
            "      operationId: listPets\n      x-pagination: true\n      x-required-scopes: [repo]\n      x-client-features: {a: 1}\n      x-serialize-by: [nothing]\n      x-retry: {}\n      x-trusted-only: 'yes'\n      x-provenance: 17\n      x-lint-ignore: none\n",
        )
        .replace("    Pet:\n", "    Pet:\n      x-closed-enum: {}\n      x-enum-descriptions: [1]\n      x-sensitive: 3\n")
        + "x-event-delivery:\n  run:\n    post:\n      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}\nx-rate-limit: 17\nx-error-members: no\nx-user-agent: {a: b}\nservers: [{url: 'https://a.example', x-environment: {a: 1}}, {url: 'https://b.example', x-environment: [x]}]\n";
    place.write("odd.yaml", odd);
    place
        .run_document("odd.yaml", "odd-client", "out")
        .assert(0, &[]);
}

/// The crate stands on its own; the versions that this workspace locks are at hand, so nothing
/// is fetched.
#[test]
fn the_crate_builds_on_its_own() {
    let place = Place::empty();
    place.write("pets.yaml", PETS);
    place
        .run_document("pets.yaml", "pets-client", "out")
        .assert(0, &[]);
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    fs::copy(workspace.join("Cargo.lock"), place.join("out/Cargo.lock")).unwrap();
    let target = Path::new(env!("CARGO_BIN_EXE_xtask"))
        .ancestors()
        .nth(2)
        .unwrap();
    let checked = Command::new(env!("CARGO"))
        // Without TLS, which takes most of the time and is the runtime's own business.
        .args(["check", "--offline", "--quiet", "--no-default-features"])
        .env("CARGO_TARGET_DIR", target)
        .env_remove("RUSTFLAGS")
        .current_dir(place.join("out"))
        .output()
        .unwrap();
    assert!(
        checked.status.success(),
        "{}",
        String::from_utf8_lossy(&checked.stderr)
    );
    // cargo's own file is no reason to write, and stays.
    let again = place.run_document("pets.yaml", "pets-client", "out");
    assert!(again.stdout.contains("0 files written"), "{again:#?}");
    assert!(place.join("out/Cargo.lock").exists());
}
