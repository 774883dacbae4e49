//! A document is somebody else's: references stay in its folder, and nothing tells what lies outside.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::Path;

use openapi_document::{Document, OpenOptions, Report};

/// What must be seen by nobody who was not asked for it.
const SECRET: &str = "hunter2";

/// A folder with a document in `api`, and beside it what it must not reach.
fn home(reference: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    for folder in ["api/schemas", "private"] {
        fs::create_dir_all(home.path().join(folder)).unwrap();
    }
    let write = |path: &str, text: &str| fs::write(home.path().join(path), text).unwrap();
    write("private/keys", &format!("{SECRET}: [\n"));
    write("private/pet.yaml", "Pet: {type: object}\n");
    write("api/schemas/pet.yaml", "Pet: {type: object}\n");
    write(
        "api/openapi.yaml",
        &format!(
            "openapi: 3.0.3\ninfo: {{title: Pets, version: 1.0.0}}\npaths: {{}}\ncomponents:\n  schemas:\n    Pet: {{$ref: \"{reference}\"}}\n"
        ),
    );
    home
}

fn open(home: &Path) -> Result<Document, Report> {
    Document::open(&home.join("api/openapi.yaml"))
}

#[track_caller]
fn assert_refused(reference: &str, home: &Path, code: &str) -> String {
    let report = open(home).expect_err(reference);
    let text = format!("{}{}", report.render(false), report.to_json());
    let found: Vec<&str> = report
        .iter()
        .map(openapi_document::Diagnostic::code)
        .collect();
    assert_eq!(found, [code], "{reference}: {text}");
    assert!(!text.contains(SECRET), "{reference}: {text}");
    report.render(false)
}

#[test]
fn a_reference_stays_in_the_folder_of_the_document() {
    for reference in [
        "../private/keys",
        "../private/pet.yaml#/Pet",
        "schemas/../../private/keys",
        "schemas/nowhere/../../../private/keys",
        "%2e%2e/private/keys",
        "..%2Fprivate%2Fkeys",
        "./.././private/./keys",
        "../../../../../../../../../../../../etc/passwd",
        "../../../../../../../../../../../../dev/stdin",
        "../../../../../../../../../../../../proc/self/environ",
    ] {
        let home = home(reference);
        let text = assert_refused(reference, home.path(), "D213");
        assert!(text.contains("--allow-ref-outside"), "{text}");
    }
}

#[test]
fn nobody_learns_what_there_is_outside() {
    // `key` is near to `keys`, which is there.
    let words = |reference: &str| {
        let home = home(reference);
        let text = assert_refused(reference, home.path(), "D213");
        assert!(!text.contains("did you mean"), "{text}");
        text.replace(reference, "")
            .replace(home.path().to_str().unwrap(), "")
    };
    assert_eq!(words("../private/keys"), words("../private/keyz"));
}

#[test]
fn absolute_paths_and_urls_are_no_way_out() {
    let place = home("a");
    let keys = place.path().join("private/keys");
    let keys = keys.to_str().unwrap();
    for (reference, code) in [
        (keys.to_owned(), "D202"),
        (format!("file://{keys}"), "D202"),
        (format!("file:{keys}"), "D202"),
        (format!("file:..{}", "/private/keys"), "D202"),
        ("C:/private/keys".to_owned(), "D202"),
        ("..%5Cprivate%5Ckeys".to_owned(), "D202"),
        ("//localhost/private/keys".to_owned(), "D201"),
        ("http://127.0.0.1:1/keys".to_owned(), "D201"),
    ] {
        let home = home(&reference);
        assert_refused(&reference, home.path(), code);
    }
}

#[test]
fn other_folders_can_be_allowed() {
    let home = home("../private/pet.yaml#/Pet");
    let root = home.path().join("api/openapi.yaml");
    let opened = OpenOptions::new()
        .allow_ref_outside(home.path().join("private"))
        .open(&root);
    assert_eq!(opened.unwrap().files().len(), 2);

    let other = OpenOptions::new()
        .allow_ref_outside(home.path().join("api/schemas"))
        .open(&root);
    assert!(other.is_err());

    let missing = OpenOptions::new()
        .allow_ref_outside(home.path().join("nowhere"))
        .open(&root)
        .unwrap_err();
    let problem = missing.iter().next().unwrap();
    assert_eq!(problem.code(), "D001");
    assert!(problem.message().contains("nowhere"), "{problem}");
}

/// The mapping of a discriminator holds references as well.
#[test]
fn a_mapping_is_no_way_out() {
    let home = home("schemas/pet.yaml#/Pet");
    let text = "openapi: 3.0.3
info: {title: Pets, version: 1.0.0}
paths: {}
components:
  schemas:
    Pet:
      oneOf: [{$ref: '#/components/schemas/Cat'}]
      discriminator: {propertyName: kind, mapping: {cat: ../private/keys}}
    Cat: {type: object, required: [kind], properties: {kind: {type: string}}}
";
    fs::write(home.path().join("api/openapi.yaml"), text).unwrap();
    assert_refused("mapping", home.path(), "D213");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_link_is_no_way_out() {
        for (link, target, reference) in [
            ("keys.yaml", "../private/keys", "keys.yaml"),
            ("others", "../private", "others/keys"),
            ("others", "../private", "others/missing.yaml"),
            ("others", "/etc", "others/passwd"),
        ] {
            let home = home(reference);
            symlink(target, home.path().join("api").join(link)).unwrap();
            assert_refused(reference, home.path(), "D213");
        }
    }

    #[test]
    fn a_link_within_the_folder_is_followed() {
        let home = home("pet.yaml#/Pet");
        symlink("schemas/pet.yaml", home.path().join("api/pet.yaml")).unwrap();
        open(home.path()).unwrap_or_else(|report| panic!("{report}"));
    }

    #[test]
    fn a_pipe_is_not_waited_for() {
        let home = home("pipe.yaml");
        let pipe = home.path().join("api/pipe.yaml");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        assert_refused("pipe.yaml", home.path(), "D003");

        let report = Document::open(&pipe).unwrap_err();
        let text = report.render(false);
        assert!(text.contains("is a pipe, a socket or a device"), "{text}");
        assert!(text.contains("save the document as a file"), "{text}");
    }
}
