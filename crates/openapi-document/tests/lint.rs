//! Every rule of the lint on small documents: one that breaks it, and nothing but it, and one
//! beside it that is fine.
//!
//! `tests/lint/<code>.yaml` holds both, in this order. To keep them short, a document that does
//! not start with `openapi` gets a head; one that starts with `schemas` gets an operation that
//! answers with the schema `Thing`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use openapi_document::lint::{check, rules, rules_table};
use openapi_document::{Document, Report, lint};
use serde_json::{Value, json};

const HEAD: &str = "openapi: 3.0.3\ninfo: {title: Things, version: '1'}\nsecurity: []\n";

const OPERATION: &str = "\
paths:
  /things:
    get:
      operationId: get_thing
      summary: Get
      responses:
        '200': {description: Fine, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
        default: {description: Failed}
components:
";

fn whole(text: &str) -> String {
    let first = text.lines().find(|line| !line.starts_with('#')).unwrap();
    match first.split(':').next().unwrap() {
        "openapi" => text.to_owned(),
        "schemas" => {
            let indented: String = text.lines().map(|line| format!("  {line}\n")).collect();
            format!("{HEAD}{OPERATION}{indented}")
        }
        _ => format!("{HEAD}{text}"),
    }
}

fn lint_text(text: &str) -> Report {
    lint(&open(text))
}

fn open(text: &str) -> Document {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("openapi.yaml");
    fs::write(&path, whole(text)).unwrap();
    match Document::open(&path) {
        Ok(document) => document,
        Err(report) => panic!("the document is not even valid:\n{}", report.render(false)),
    }
}

fn cases() -> Vec<(&'static str, String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint");
    let read = |code: &'static str| {
        let path = folder.join(format!("{code}.yaml"));
        let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let (reported, accepted) = text.split_once("---\n").expect("two documents");
        (code, reported.to_owned(), accepted.to_owned())
    };
    rules().iter().map(|rule| read(rule.code)).collect()
}

/// The report with the folder it was made in left out.
fn rendered(report: &Report) -> String {
    let text = report.render(false);
    let temporary = std::env::temp_dir();
    let mut out = String::new();
    for line in text.lines() {
        match (
            line.find(temporary.to_str().unwrap()),
            line.find("openapi.yaml"),
        ) {
            (Some(start), Some(end)) => {
                out.push_str(&line[..start]);
                out.push_str(&line[end..]);
            }
            _ => out.push_str(line),
        }
        out.push('\n');
    }
    out
}

fn codes(report: &Report) -> BTreeSet<String> {
    report
        .iter()
        .map(|diagnostic| diagnostic.code().to_owned())
        .collect()
}

#[test]
fn each_rule_reports_its_case_and_nothing_else_does() {
    let mut wrong = Vec::new();
    for (code, reported, _) in cases() {
        let report = lint_text(&reported);
        if codes(&report) != BTreeSet::from([code.to_owned()]) {
            wrong.push(format!(
                "{code} gave {:?}\n{}",
                codes(&report),
                report.render(false)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_fine_is_not_reported() {
    let mut wrong = Vec::new();
    for (code, _, accepted) in cases() {
        let report = lint_text(&accepted);
        if !report.is_empty() {
            wrong.push(format!("beside {code}:\n{}", report.render(false)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn reports_read_well() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("lint_snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let _guard = settings.bind_to_scope();
    for (code, reported, _) in cases() {
        insta::assert_snapshot!(code, rendered(&lint_text(&reported)));
    }
}

#[test]
fn no_case_is_left_without_a_rule() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    let files: BTreeSet<String> = files.map(|name| name.into_string().unwrap()).collect();
    let expected = rules().iter().map(|rule| format!("{}.yaml", rule.code));
    assert_eq!(files, expected.collect());
}

#[test]
fn codes_are_unique_and_ordered() {
    let codes: Vec<&str> = rules().iter().map(|rule| rule.code).collect();
    assert!(codes.is_sorted(), "{codes:?}");
    let names: BTreeSet<&str> = rules().iter().map(|rule| rule.name).collect();
    assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len());
    assert_eq!(names.len(), codes.len());
}

#[test]
fn the_table_in_the_documentation_is_that_of_the_rules() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lint/rules.md");
    if std::env::var_os("UPDATE_RULES").is_some() {
        fs::write(&path, rules_table()).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap();
    assert_eq!(
        written,
        rules_table(),
        "run `UPDATE_RULES=1 cargo test -p openapi-document --test lint`"
    );
}

const SILENCED: &str = "\
schemas:
  Thing:
    type: object
    x-lint-ignore:
    - {code: L302, reason: the vendor has no names for these}
    - {code: L305, reason: it does no harm}
    properties:
      owner: {type: object, properties: {name: {type: string}}}
      place: {type: object, properties: {name: {type: string, not: {enum: [a]}}}}
";

#[test]
fn an_entry_silences_all_below_it_but_no_error_that_ends_in_wrong_code() {
    let report = lint_text(SILENCED);
    assert_eq!(
        codes(&report),
        BTreeSet::from(["L305".to_owned(), "L904".to_owned()])
    );
}

#[test]
fn an_entry_silences_nothing_beside_it() {
    let text = "\
schemas:
  Thing:
    type: object
    properties:
      owner:
        type: object
        x-lint-ignore: [{code: L302, reason: the vendor has no name}]
        properties: {name: {type: string}}
      owners: {type: object, properties: {name: {type: string}}}
";
    let report = lint_text(text);
    let pointers: Vec<&str> = report
        .iter()
        .map(openapi_document::Diagnostic::pointer)
        .collect();
    assert_eq!(pointers, ["/components/schemas/Thing/properties/owners"]);
}

/// Whatever stands where something else is expected, the rules look at it without panicking.
#[test]
fn no_rule_panics_on_a_mangled_document() {
    for (index, (_, reported, accepted)) in cases().into_iter().enumerate() {
        let text = if index % 2 == 0 { reported } else { accepted };
        let root = open(&text).root().clone();
        let mut pointers = Vec::new();
        collect_pointers(&root, String::new(), &mut pointers);
        // Each document is mangled in some places; together they cover the whole format.
        for (place, pointer) in pointers
            .iter()
            .enumerate()
            .filter(|(place, _)| place % 5 == index % 5)
        {
            let mut mangled = root.clone();
            let junk = [
                json!(null),
                json!(-1.5),
                json!("{/}"),
                json!([[], {"$ref": "#"}]),
                json!({"$ref": "#/components/schemas/Thing", "allOf": [{"$ref": "#"}]}),
                json!({"allOf": [{"$ref": "#/components/schemas/Thing"}, {"$ref": "#/components/schemas/Thing"}]}),
            ];
            *mangled.pointer_mut(pointer).unwrap() = junk[place % junk.len()].clone();
            check(&mangled);
        }
    }
}

fn collect_pointers(value: &Value, pointer: String, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                collect_pointers(
                    member,
                    openapi_document::pointer::join(&pointer, key),
                    found,
                );
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect_pointers(item, format!("{pointer}/{index}"), found);
            }
        }
        _ => {}
    }
    found.push(pointer);
}
