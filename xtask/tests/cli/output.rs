//! Where things are printed, and how.

use std::{
    fs::File,
    process::{Command, Stdio},
};

use crate::place::{PETS, Place, Ran, program};

#[test]
fn the_exit_codes_are_documented() {
    for arguments in [
        vec!["--help"],
        vec!["codegen", "--help"],
        vec!["lint", "--help"],
    ] {
        let ran: Ran = program().args(arguments).output().unwrap().into();
        ran.assert(0, &[]);
        for text in [
            "Exit codes:\n  0  all is well\n  1  something was found",
            "\n  2  the command could not run",
            "--workspace <DIR>",
        ] {
            assert!(ran.stdout.contains(text), "no {text:?} in {ran:#?}");
        }
    }
}

#[test]
fn wrong_arguments_cannot_run() {
    for arguments in [
        vec!["codegne"],
        vec!["codegen", "--document", "a.yaml"],
        vec!["codegen", "--out", "a"],
        vec![
            "codegen",
            "--api",
            "a",
            "--document",
            "b.yaml",
            "--crate-name",
            "c",
            "--out",
            "d",
        ],
        vec!["lint", "--format", "xml"],
    ] {
        let ran: Ran = program().args(&arguments).output().unwrap().into();
        ran.assert(2, &["error: "]);
        assert_eq!(ran.stdout, "");
    }
}

#[test]
fn json_is_all_of_standard_output() {
    let place = Place::workspace();
    for command in [vec!["codegen"], vec!["codegen", "--check"]] {
        let mut arguments = command.clone();
        arguments.extend(["--format", "json"]);
        let ran = place.run(&arguments);
        ran.assert(0, &[]);
        assert_eq!(ran.problems(), Vec::<serde_json::Value>::new());
    }
    place.retitle("Dogs");
    let drifted = place.run(&["codegen", "--check", "--format", "json"]);
    drifted.assert(1, &[]);
    let problems = drifted.problems();
    let document = problems
        .iter()
        .find(|problem| problem["file"] == "generated/pets-client/openapi.json")
        .unwrap();
    assert_eq!(
        (&document["code"], &document["line"]),
        (&"G401".into(), &4.into()),
        "{document:#}"
    );
    assert!(
        document["help"]
            .as_str()
            .unwrap()
            .contains("codegen --api pets")
    );

    place.write(
        "openapi/pets/openapi.yaml",
        PETS.replace("paths:", "pahts:"),
    );
    for command in ["codegen", "lint"] {
        let ran = place.run(&[command, "--format", "json"]);
        ran.assert(1, &[]);
        let problems = ran.problems();
        assert!(
            problems
                .iter()
                .any(|problem| problem["code"] == "D301" && problem["line"] == 3),
            "{problems:#?}"
        );
    }
    let unknown = place.run(&["lint", "--api", "nothing", "--format", "json"]);
    unknown.assert(2, &[]);
    let problems = unknown.problems();
    assert_eq!(problems[0]["code"], "G402");
    assert_eq!(problems[0]["file"], serde_json::Value::Null);
}

#[test]
fn a_clean_lint_says_so() {
    let place = Place::empty();
    let clean = "openapi: 3.0.3\ninfo: {title: Pets, version: 1.0.0, description: Pets.}\npaths: {}\nsecurity: []\n";
    place.write("clean.yaml", clean);
    let text = place.run(&["lint", "--document", "clean.yaml"]);
    text.assert(0, &[]);
    assert_eq!(
        (text.stdout.as_str(), text.stderr.as_str()),
        ("1 document checked, nothing found\n", "")
    );
    let json = place.run(&["lint", "--document", "clean.yaml", "--format", "json"]);
    json.assert(0, &[]);
    assert_eq!(json.stdout, "[]\n");
}

#[test]
fn problems_go_to_standard_error_and_the_result_to_standard_output() {
    let place = Place::workspace();
    place.write(
        "openapi/pets/openapi.yaml",
        PETS.replace("paths:", "pahts:"),
    );
    let ran = place.run(&["lint"]);
    ran.assert(
        1,
        &[
            "D301",
            "did you mean `paths`?",
            "openapi/pets/openapi.yaml:3:1",
        ],
    );
    assert_eq!(ran.stdout, "1 document checked, 2 problems found\n");
    assert!(
        !ran.stderr.contains('\u{1b}'),
        "no colors outside of terminals"
    );
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let place = Place::workspace();
    for arguments in [["codegen", "--check"], ["lint", "--format=json"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let child = place
            .command(&arguments)
            .stdout(writer)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let ran: Ran = child.wait_with_output().unwrap().into();
        ran.assert(1, &[]);
        if arguments[0] == "codegen" {
            assert_eq!(ran.stderr, "");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_result_that_cannot_be_printed_is_an_error() {
    let place = Place::workspace();
    let full = File::options().write(true).open("/dev/full").unwrap();
    let ran: Ran = place
        .command(&["codegen"])
        .stdout(full)
        .output()
        .unwrap()
        .into();
    ran.assert(
        2,
        &["error: the result cannot be printed: No space left on device"],
    );
}

/// `script` gives the program a terminal.
#[cfg(target_os = "linux")]
#[test]
fn terminals_get_colors_unless_they_are_unwanted() {
    let place = Place::empty();
    place.write("a.yaml", "openapi: 3.0.3\n");
    let shown = |setting: Option<&str>| {
        let mut command = Command::new("script");
        command.args([
            "-qec",
            concat!(env!("CARGO_BIN_EXE_xtask"), " lint --document a.yaml"),
            "/dev/null",
        ]);
        command
            .current_dir(place.path())
            .stdin(Stdio::null())
            .env_remove("NO_COLOR");
        command.envs(setting.map(|value| ("NO_COLOR", value)));
        command
            .output()
            .ok()
            .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let Some(plain) = shown(None) else {
        eprintln!("skipped: there is no program `script` here to give the program a terminal");
        return;
    };
    assert!(
        plain.contains("D302") && plain.contains('\u{1b}'),
        "{plain}"
    );
    assert!(shown(Some("")).unwrap().contains('\u{1b}'));
    let bare = shown(Some("1")).unwrap();
    assert!(bare.contains("D302") && !bare.contains('\u{1b}'), "{bare}");
}
