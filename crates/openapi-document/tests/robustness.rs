//! Whatever the text, opening it ends: with a document, or with a report that says what is wrong.
#![allow(clippy::unwrap_used)]

use std::borrow::Cow;
use std::path::Path;

use openapi_document::{Document, lint, pointer};
use proptest::prelude::*;

const GOOD: &str = include_str!("documents/good.yaml");

/// One way to spoil a text.
#[derive(Debug, Clone)]
enum Mutation {
    DeleteLine(usize),
    DuplicateLine(usize),
    SwapLines(usize, usize),
    Indent(usize),
    Truncate(usize),
    DeleteChar(usize),
    Insert(usize, String),
    MoveWord(usize, usize),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let at = 0..5_000_usize;
    prop_oneof![
        at.clone().prop_map(Mutation::DeleteLine),
        at.clone().prop_map(Mutation::DuplicateLine),
        (at.clone(), at.clone()).prop_map(|(a, b)| Mutation::SwapLines(a, b)),
        at.clone().prop_map(Mutation::Indent),
        at.clone().prop_map(Mutation::Truncate),
        at.clone().prop_map(Mutation::DeleteChar),
        (at.clone(), at.clone()).prop_map(|(a, b)| Mutation::MoveWord(a, b)),
        (at, "[-:#&*!|>'\"%@`{}\\[\\], \\n\\t?~é<0]{1,3}")
            .prop_map(|(a, b)| Mutation::Insert(a, b)),
    ]
}

fn mutate(text: &str, mutation: &Mutation) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut chars: Vec<char> = text.chars().collect();
    if text.trim().is_empty() {
        return text.to_owned();
    }
    let (line_count, char_count) = (lines.len(), chars.len());
    match mutation {
        Mutation::DeleteLine(at) => drop(lines.remove(at % line_count)),
        Mutation::DuplicateLine(at) => {
            lines.insert(at % line_count, lines[at % line_count].clone());
        }
        Mutation::SwapLines(a, b) => lines.swap(a % line_count, b % line_count),
        Mutation::Indent(at) => lines[at % line_count].insert_str(0, "  "),
        Mutation::MoveWord(from, to) => {
            let words: Vec<&str> = text.split_whitespace().collect();
            let (from, to) = (words[from % words.len()], words[to % words.len()]);
            return text.replacen(from, to, 1);
        }
        Mutation::Truncate(at) => {
            chars.truncate(at % (char_count + 1));
            return chars.into_iter().collect();
        }
        Mutation::DeleteChar(at) => {
            chars.remove(at % char_count);
            return chars.into_iter().collect();
        }
        Mutation::Insert(at, more) => {
            let at = at % (char_count + 1);
            chars.splice(at..at, more.chars());
            return chars.into_iter().collect();
        }
    }
    lines.join("\n") + "\n"
}

/// Opens `text` and looks at everything that comes out.
fn open_and_render(name: &str, text: &[u8]) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    let report = match Document::open(&path) {
        Ok(document) => {
            prop_assert!(!document.warnings().has_errors());
            lint(&document)
        }
        Err(report) => {
            prop_assert!(report.has_errors());
            report
        }
    };
    prop_assert_eq!(report.render(false).is_empty(), report.is_empty());
    for problem in &report {
        let location = problem.location();
        prop_assert!(location.line >= 1 && location.column >= 1);
        let end = (location.end_line, location.end_column);
        prop_assert!((location.line, location.column) <= end, "{:?}", location);
    }
    Ok(())
}

#[test]
fn the_good_document_is_good() {
    let document = Document::open(Path::new("tests/documents/good.yaml"));
    let document = document.unwrap_or_else(|report| panic!("{report}"));
    let report = lint(&document);
    assert!(report.is_empty(), "{report}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn spoilt_documents_are_opened_or_explained(
        mutations in prop::collection::vec(mutation(), 1..5),
    ) {
        let text = mutations.iter().fold(GOOD.to_owned(), |text, next| mutate(&text, next));
        open_and_render("openapi.yaml", text.as_bytes())?;
        open_and_render("openapi.json", text.as_bytes())?;
    }

    #[test]
    fn rubbish_is_explained(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        open_and_render("openapi.yaml", &bytes)?;
        open_and_render("openapi.json", &bytes)?;
    }

    #[test]
    fn pointers_survive_a_round_trip(tokens in prop::collection::vec(".*", 0..6)) {
        let text = tokens.iter().fold(String::new(), |at, token| pointer::join(&at, token));
        let back: Vec<String> = pointer::split(&text).map(Cow::into_owned).collect();
        prop_assert_eq!(back, tokens);
    }

    #[test]
    fn every_pointer_of_a_document_has_a_place(line in 0..80_usize) {
        let document = Document::open(Path::new("tests/documents/good.yaml")).unwrap();
        let mut pointers = vec![String::new()];
        collect(document.root(), "", &mut pointers);
        let at = &pointers[line % pointers.len()];
        let location = document.location(at).unwrap();
        prop_assert!(location.line <= GOOD.lines().count() + 1);
    }
}

fn collect(value: &serde_json::Value, at: &str, pointers: &mut Vec<String>) {
    let mut visit = |token: &str, value: &serde_json::Value| {
        let at = pointer::join(at, token);
        pointers.push(at.clone());
        collect(value, &at, pointers);
    };
    match value {
        serde_json::Value::Object(members) => {
            members.iter().for_each(|(key, value)| visit(key, value));
        }
        serde_json::Value::Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(index, value)| visit(&index.to_string(), value));
        }
        _ => {}
    }
}
