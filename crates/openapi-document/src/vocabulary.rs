//! The extensions this workspace gives a meaning to: where they may stand and what they hold.
//!
//! One file, `schemas/vocabulary.json`, holds for every extension its places (`on`), its meaning
//! and its JSON Schema. The checks and the table in the docs of this crate both come from it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::LazyLock;

use indexmap::IndexMap;
use jsonschema::Validator;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::codes;
use crate::finding::Finding;
use crate::grammar::{ObjectKind, Shape};
use crate::nearest::nearest;
use crate::pointer;
use crate::violation::{self, Violation};

/// An extension of this workspace's vocabulary.
#[derive(Debug, Deserialize)]
struct Extension {
    on: Vec<String>,
    meaning: String,
    schema: Value,
}

/// Both are vendored with the crate, and a test reads them: they cannot fail on a user's machine.
#[allow(clippy::expect_used)]
static VOCABULARY: LazyLock<IndexMap<String, Extension>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../schemas/vocabulary.json")).expect("valid vocabulary")
});

#[allow(clippy::expect_used)]
static VALIDATORS: LazyLock<BTreeMap<&str, Validator>> = LazyLock::new(|| {
    VOCABULARY
        .iter()
        .map(|(name, extension)| {
            let validator = jsonschema::draft202012::new(&extension.schema);
            (name.as_str(), validator.expect("valid schema"))
        })
        .collect()
});

/// The vocabulary as a Markdown table: extension, where it may stand, and what it means.
pub fn vocabulary_table() -> String {
    let mut table = String::from("| extension | on | meaning |\n|---|---|---|\n");
    for (name, extension) in VOCABULARY.iter() {
        let on = extension.on.join(", ");
        // Writing to a String cannot fail.
        let _ = writeln!(table, "| `{name}` | {on} | {} |", extension.meaning);
    }
    table
}

/// Whether the tools of this workspace give the extension `name` a meaning. All others are for
/// somebody else, and are handed on to nobody.
pub fn is_known_extension(name: &str) -> bool {
    VOCABULARY.contains_key(name)
}

/// Checks all extensions of a bundled document.
pub(crate) fn check(root: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    visit(
        root,
        Shape::One(ObjectKind::Document),
        false,
        "",
        &mut findings,
    );
    findings
}

fn visit(value: &Value, shape: Shape, property: bool, at: &str, findings: &mut Vec<Finding>) {
    match (shape, value) {
        (Shape::One(kind), Value::Object(members)) if !members.contains_key("$ref") => {
            object(members, kind, property, at, findings);
        }
        (Shape::Map(kind), Value::Object(members)) => {
            for (key, value) in members {
                let property = property && kind == ObjectKind::Schema;
                visit(
                    value,
                    Shape::One(kind),
                    property,
                    &pointer::join(at, key),
                    findings,
                );
            }
        }
        (Shape::List(kind), Value::Array(items)) => {
            for (index, value) in items.iter().enumerate() {
                visit(
                    value,
                    Shape::One(kind),
                    false,
                    &format!("{at}/{index}"),
                    findings,
                );
            }
        }
        _ => {}
    }
}

fn object(
    members: &Map<String, Value>,
    kind: ObjectKind,
    property: bool,
    at: &str,
    findings: &mut Vec<Finding>,
) {
    for (key, value) in members {
        let at = pointer::join(at, key);
        if key.starts_with("x-") {
            extension(key, value, place(kind, property), &at, findings);
        }
        let is_properties = kind == ObjectKind::Schema && key == "properties";
        visit(value, kind.member(key), is_properties, &at, findings);
    }
}

fn extension(key: &str, value: &Value, place: &str, at: &str, findings: &mut Vec<Finding>) {
    let Some(known) = VOCABULARY.get(key) else {
        let help = match nearest(key, VOCABULARY.keys().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "remove it, or keep it for other tools: it changes nothing here".to_owned(),
        };
        let message = format!("`{key}` is no extension that these tools know");
        let finding = codes::UNKNOWN_EXTENSION.finding(at, message);
        findings.push(finding.at_key().help(help));
        return;
    };
    if !known.on.iter().any(|on| on == place || on == "anywhere") {
        let message = format!("`{key}` has no effect on {place} objects");
        let help = format!("it belongs on: {}", known.on.join(", "));
        let finding = codes::MISPLACED_EXTENSION.finding(at, message);
        findings.push(finding.at_key().help(help));
    }
    for error in VALIDATORS[key].iter_errors(value) {
        for violation in violation::explain(&error) {
            findings.push(wrong_value(key, known, at, &violation));
        }
    }
}

fn wrong_value(key: &str, known: &Extension, at: &str, violation: &Violation) -> Finding {
    let inner = match pointer::split(violation.holder()).last() {
        Some(token) if token.chars().all(|c| c.is_ascii_digit()) => format!("an item of `{key}`"),
        Some(token) => format!("`{token}` in `{key}`"),
        None => format!("`{key}`"),
    };
    let message = format!("{inner} {}", violation.message());
    let finding = codes::WRONG_EXTENSION.finding(format!("{at}{}", violation.pointer()), message);
    let help = match violation.help() {
        help if help.is_empty() => known.meaning.clone(),
        help => format!("{help}\n{}", known.meaning),
    };
    finding.help(help)
}

/// The name of a place as the vocabulary writes it.
fn place(kind: ObjectKind, property: bool) -> &'static str {
    match kind {
        ObjectKind::Document => "document",
        ObjectKind::Schema if property => "property",
        ObjectKind::Schema => "schema",
        other => other
            .noun()
            .trim_start_matches("an ")
            .trim_start_matches("a ")
            .trim_start_matches("the "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_is_usable_and_every_place_exists() {
        let places = [
            "document",
            "operation",
            "schema",
            "property",
            "parameter",
            "request body",
            "response",
            "header",
            "server",
            "security scheme",
            "webhook event",
            "web link",
            "example object",
            "anywhere",
        ];
        for (name, extension) in VOCABULARY.iter() {
            assert!(VALIDATORS.contains_key(name.as_str()));
            for on in &extension.on {
                assert!(places.contains(&on.as_str()), "{name}: {on}");
            }
        }
    }

    #[test]
    fn the_places_are_told_apart() {
        assert_eq!(place(ObjectKind::Operation, false), "operation");
        assert_eq!(place(ObjectKind::RequestBody, false), "request body");
        assert_eq!(place(ObjectKind::Schema, true), "property");
        assert_eq!(place(ObjectKind::Example, false), "example object");
    }
}
