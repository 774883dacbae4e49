//! Every code of opening a document, as people see it: one bad document a code.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use openapi_document::{Diagnostic, Document, Report, Severity, codes};

/// All problems of a document: of the failed opening, or the warnings of a successful one.
fn problems(path: &Path) -> Report {
    match Document::open(path) {
        Ok(document) => document.warnings().clone(),
        Err(report) => report,
    }
}

/// The documents below `tests/documents`, with the code each of them is made for.
fn documents() -> Vec<(String, PathBuf)> {
    let mut documents: Vec<_> = fs::read_dir("tests/documents")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.ends_with("good.yaml"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let root = path.join("openapi.yaml");
            (name, if path.is_dir() { root } else { path })
        })
        .collect();
    documents.push(("D001".to_owned(), "tests/documents/missing.yaml".into()));
    documents.sort();
    documents
}

#[test]
fn a_bad_document_is_explained() {
    for (name, path) in documents() {
        let report = problems(&path);
        let code = name.split('-').next().unwrap();
        let found: BTreeSet<&str> = report.iter().map(Diagnostic::code).collect();
        assert_eq!(found, BTreeSet::from([code]), "{}", report.render(false));
        insta::assert_snapshot!(name, report.render(false));
    }
}

/// What a document holds can be shown on a terminal, and does nothing there.
#[test]
fn a_document_cannot_act_on_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("openapi.yaml");
    let text = "openapi: 3.0.3\ninfo: {title: a, version: '1', \"b\\e]0;c\\a\\u202e\": 1} # \u{9b}2J\u{202e}\npaths: {}\n";
    fs::write(&path, text).unwrap();
    let report = problems(&path);
    assert!(!report.is_empty());
    for color in [true, false] {
        let shown = report.render(color);
        assert!(
            !shown.contains(['\u{7}', '\u{9b}', '\u{202e}']),
            "{shown:?}"
        );
        assert!(!shown.contains("\u{1b}]"), "{shown:?}");
        assert!(color || !shown.contains('\u{1b}'), "{shown:?}");
    }
}

#[test]
fn every_code_has_a_document() {
    // These cannot be stored in a repository, and have tests of their own below.
    let elsewhere = ["D002", "D006"];
    let covered: BTreeSet<String> = documents()
        .into_iter()
        .map(|(name, _)| name.split('-').next().unwrap().to_owned())
        .collect();
    for code in codes() {
        let covered = covered.contains(code.id) || elsewhere.contains(&code.id);
        assert!(covered, "no document in tests/documents shows {}", code.id);
    }
}

#[test]
fn codes_are_unique_and_explained() {
    let mut seen = BTreeSet::new();
    for code in codes() {
        assert!(seen.insert(code.id), "{} stands twice", code.id);
        assert!(
            !code.title.is_empty() && !code.why.is_empty(),
            "{}",
            code.id
        );
    }
}

#[test]
fn every_problem_says_why_and_how() {
    for (name, path) in documents() {
        for problem in &problems(&path) {
            assert!(!problem.why().is_empty(), "{name}: {problem}");
            assert!(!problem.help().is_empty(), "{name}: {problem}");
            assert!(!problem.help().contains("  "), "{name}: {}", problem.help());
        }
    }
}

#[test]
fn machines_get_the_same_problems() {
    let report = problems(Path::new("tests/documents/D210/openapi.yaml"));
    insta::assert_snapshot!(
        "json",
        serde_json::to_string_pretty(&report.to_json()).unwrap()
    );
}

#[test]
fn color_is_made_of_escapes_only() {
    let report = problems(Path::new("tests/documents/D301.yaml"));
    assert!(report.render(true).contains('\u{1b}'));
    assert!(!report.render(false).contains('\u{1b}'));
}

/// However many there are, a terminal gets what a person can read, and errors before warnings.
#[test]
fn many_problems_are_told_in_short() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("openapi.yaml");
    let report = |warnings: usize, errors: usize| {
        let mut text = "openapi: 3.0.3\ninfo: {title: a, version: '1'}\npaths: {}\n".to_owned();
        for number in 0..warnings {
            text.push_str(&format!("x-odd-{number}: 1\n"));
        }
        for number in 0..errors {
            text.push_str(&format!("wrong-{number}: 1\n"));
        }
        fs::write(&path, text).unwrap();
        problems(&path)
    };
    for (warnings, errors, shown, rest) in [
        (40, 60, (40, 60), ""),
        (
            101,
            1,
            (99, 1),
            "Not shown: 0 more errors and 2 more warnings",
        ),
        (
            2_000,
            60,
            (40, 60),
            "Not shown: 0 more errors and 1960 more warnings",
        ),
        (
            2_000,
            300,
            (0, 100),
            "Not shown: 200 more errors and 2000 more warnings",
        ),
    ] {
        let report = report(warnings, errors);
        assert_eq!(report.len(), warnings + errors);
        let text = report.render(false);
        let count = |code: &str| text.lines().filter(|line| *line == code).count();
        assert_eq!((count("D401"), count("D301")), shown);
        assert_eq!(
            text.lines()
                .filter(|line| line.starts_with("Not shown"))
                .collect::<String>(),
            rest
        );
        assert!(text.len() < 100_000);
        assert_eq!(report.to_json().as_array().unwrap().len(), report.len());
    }
}

#[test]
fn a_file_over_the_limit_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("openapi.yaml");
    fs::File::create(&path)
        .unwrap()
        .set_len((64 << 20) + 1)
        .unwrap();
    let report = problems(&path);
    assert_eq!(report.len(), 1);
    let problem = report.iter().next().unwrap();
    assert_eq!(
        (problem.code(), problem.severity()),
        ("D006", Severity::Error)
    );
    assert!(problem.message().ends_with("is larger than 64 MiB"));
}

#[cfg(unix)]
#[test]
fn a_link_to_itself_is_unreadable() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("openapi.yaml");
    std::os::unix::fs::symlink("openapi.yaml", &path).unwrap();
    let report = problems(&path);
    assert_eq!(report.iter().next().unwrap().code(), "D002");
}

/// Compares a table of the docs with what it is generated from; `UPDATE_TABLES=1` writes it.
fn assert_table(file: &str, expected: &str) {
    if std::env::var_os("UPDATE_TABLES").is_some() {
        fs::write(file, expected).unwrap();
    }
    let found = fs::read_to_string(file).unwrap();
    assert_eq!(
        found, expected,
        "{file} is out of date: run the tests with UPDATE_TABLES=1"
    );
}

#[test]
fn the_tables_of_the_docs_are_up_to_date() {
    assert_table("src/codes.md", &openapi_document::codes_table());
    assert_table("src/vocabulary.md", &openapi_document::vocabulary_table());
}
