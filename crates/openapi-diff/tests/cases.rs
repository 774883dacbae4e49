//! Every rule on small documents, in both directions.
//!
//! `tests/cases/*.yaml` are streams of YAML: for each case the document before and the one after, written
//! short (see `documents.rs`), the changes from the first to the second, and those back. A change is its
//! code, the verdict for HTTP callers and that for Rust users. `UPDATE_CASES=1` writes what was found: read
//! it before it is committed.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod documents;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use documents::open;
use openapi_diff::{Changes, compare, rules};

struct Case {
    name: String,
    before: String,
    after: String,
    there: Vec<String>,
    back: Vec<String>,
}

fn files() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases");
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.collect();
    files.sort();
    files
}

fn read(text: &str) -> Vec<Case> {
    let parts: Vec<&str> = text.split("---\n").skip(1).collect();
    let changes = |part: &str| -> Vec<String> {
        let lines = part.lines().filter_map(|line| line.strip_prefix("- "));
        lines.map(str::to_owned).collect()
    };
    let cases = parts.chunks(4).map(|parts| {
        let [before, after, there, back] = parts else {
            panic!("a case has four parts: {parts:?}");
        };
        let (name, before) = before.split_once('\n').unwrap();
        Case {
            name: name.trim_start_matches("# ").to_owned(),
            before: before.to_owned(),
            after: (*after).to_owned(),
            there: changes(there),
            back: changes(back),
        }
    });
    cases.collect()
}

fn written(cases: &[Case]) -> String {
    let list = |changes: &[String]| match changes {
        [] => "[]\n".to_owned(),
        some => some.iter().map(|change| format!("- {change}\n")).collect(),
    };
    let cases = cases.iter().map(|case| {
        let Case {
            name,
            before,
            after,
            there,
            back,
        } = case;
        format!(
            "---\n# {name}\n{before}---\n{after}---\n{}---\n{}",
            list(there),
            list(back)
        )
    });
    cases.collect()
}

/// Codes with both verdicts.
fn verdicts(changes: &Changes) -> Vec<String> {
    let all = changes.iter().map(|change| {
        format!(
            "{} {} {}",
            change.code, change.http.verdict, change.rust.verdict
        )
    });
    let mut all: Vec<String> = all.collect();
    all.sort();
    all
}

/// The places of all changes, old ones first.
fn places(changes: &Changes) -> BTreeSet<(String, String)> {
    let places = changes.iter().map(|change| {
        (
            change.old.pointer().to_owned(),
            change.new.pointer().to_owned(),
        )
    });
    places.collect()
}

#[test]
fn every_case_is_judged_as_it_says() {
    let mut failed = Vec::new();
    for file in files() {
        let text = fs::read_to_string(&file).unwrap();
        let mut cases = read(&text);
        for case in &mut cases {
            let (before, after) = (open(&case.before), open(&case.after));
            let (there, back) = (compare(&before, &after), compare(&after, &before));
            let turned: BTreeSet<_> = places(&back)
                .into_iter()
                .map(|(old, new)| (new, old))
                .collect();
            if places(&there) != turned {
                let places = places(&there);
                failed.push(format!(
                    "{}: {places:?}, but on the way back {turned:?}",
                    case.name
                ));
            }
            for (found, expected) in [(there, &mut case.there), (back, &mut case.back)] {
                let found = verdicts(&found);
                if found != *expected {
                    failed.push(format!("{}: {expected:?}, but found {found:?}", case.name));
                    *expected = found;
                }
            }
        }
        if std::env::var_os("UPDATE_CASES").is_some() {
            fs::write(&file, written(&cases)).unwrap();
            failed.retain(|failure| failure.contains("on the way back"));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn every_rule_has_a_case() {
    let mut seen = BTreeSet::new();
    let mut count = 0;
    for file in files() {
        for case in read(&fs::read_to_string(&file).unwrap()) {
            count += 1;
            for change in case.there.iter().chain(&case.back) {
                seen.insert(change[..4].to_owned());
            }
        }
    }
    // Two million schemas are no mini case.
    seen.insert("C199".to_owned());
    let missing: Vec<_> = rules()
        .into_iter()
        .filter(|rule| !seen.contains(rule.code))
        .map(|rule| rule.code)
        .collect();
    assert!(missing.is_empty(), "no case shows {missing:?}");
    assert!(count >= 250, "{count} cases");
}

#[test]
fn a_document_is_like_itself() {
    for file in files() {
        for case in read(&fs::read_to_string(&file).unwrap()) {
            for text in [case.before, case.after] {
                let changes = compare(&open(&text), &open(&text));
                assert!(
                    changes.is_empty(),
                    "{}: {:?}",
                    case.name,
                    verdicts(&changes)
                );
            }
        }
    }
}
