//! What people and programs read: text, Markdown, JSON, and the table of rules.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod documents;

use std::collections::BTreeSet;
use std::fs;

use documents::open;
use openapi_diff::{Area, Changes, SCHEMA, Verdict, compare, rules, rules_table};
use serde_json::Value;

const BEFORE: &str = "\
servers: [{url: 'https://a.example', x-environment: prod}]
paths:
  /pets:
    get:
      operationId: listPets
      parameters: [{name: limit, in: query, schema: {type: integer}}]
      responses:
        '200': {description: Pets., content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
components:
  schemas:
    Pet:
      type: object
      description: A pet.
      properties: {name: {type: string}, kind: {type: string, enum: [cat, dog]}}
";

fn changes() -> Changes {
    let after = BEFORE
        .replace(
            "{name: limit, in: query,",
            "{name: limit, in: query, required: true,",
        )
        .replace("[cat, dog]", "[cat, dog, cow]")
        .replace("A pet.", "An animal.");
    compare(&open(BEFORE), &open(&after))
}

/// The text without the folder that the documents were made in.
fn without_folders(text: &str) -> String {
    let temporary = std::env::temp_dir().display().to_string();
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(&temporary) {
        shown.push_str(before);
        rest = &after[after.find("openapi.yaml").unwrap()..];
    }
    shown + rest
}

#[test]
fn people_see_both_sides() {
    insta::assert_snapshot!(without_folders(&changes().render(false)));
}

#[test]
fn a_pull_request_shows_verdicts() {
    insta::assert_snapshot!(without_folders(&changes().to_markdown("Pets")));
}

#[test]
fn programs_get_what_the_schema_says() {
    let json = changes().to_json();
    let text = serde_json::to_string_pretty(&json).unwrap();
    insta::assert_snapshot!(without_folders(&text));
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for file in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases")).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let parts: Vec<&str> = text.split("---\n").skip(1).collect();
        let [before, after, ..] = parts.as_slice() else {
            panic!("{text}")
        };
        let before = before.split_once('\n').unwrap().1;
        let json = compare(&open(before), &open(after)).to_json();
        let problems: Vec<String> = validator
            .iter_errors(&json)
            .map(|e| e.to_string())
            .collect();
        assert!(problems.is_empty(), "{problems:?} in {json:#}");
    }
    let areas = &schema["$defs"]["change"]["properties"]["area"]["enum"];
    assert_eq!(*areas, serde_json::to_value(Area::ALL).unwrap());
    assert_eq!(
        schema["$defs"]["verdict"]["enum"],
        serde_json::to_value(Verdict::ALL).unwrap()
    );
}

/// Texts that would do something where they are shown.
const HOSTILE: [&str; 9] = [
    "@everyone",
    "```\n\n# Approved",
    "` @all `` ",
    "::error file=a::b",
    "\u{1b}]0;title\u{7}",
    "<img src=x onerror=alert(1)>",
    "[a](https://a.example) https://a.example",
    "a | b\n\n- c",
    "\u{202e}drawkcab",
];

/// Each text in the place of names, values and descriptions.
fn hostile(text: &str) -> Changes {
    let quoted = Value::from(text).to_string();
    let more = format!(
        "x-rate-limit: [{{name: {quoted}, pathPrefix: /a, requests: 1, window: 1, per: app}}]\n{}",
        BEFORE
            .replace("cat, dog", &format!("cat, dog, {quoted}"))
            .replace(
                "{name: {type: string},",
                &format!("{{{quoted}: {{type: string, default: {quoted}}},")
            )
            .replace("A pet.", &quoted)
            .replace("{name: limit,", &format!("{{name: {quoted},"))
            .replace("https://a.example'", "https://b.example'")
    );
    compare(&open(BEFORE), &open(&more))
}

#[test]
fn texts_of_a_document_do_nothing_in_markdown() {
    for text in HOSTILE {
        let changes = hostile(text);
        assert!(changes.len() > 5, "{text:?}");
        let markdown = changes.to_markdown(text);
        for line in markdown.lines() {
            let is_ours = ["##", "###", "For ", "|", "- `C", "  - ", ""];
            let is_ours = is_ours.iter().any(|start| match *start {
                "" => line.is_empty(),
                start => line.starts_with(start),
            });
            assert!(is_ours, "{text:?} begins a line: {line:?}");
            let outside = outside_of_code(line);
            for sign in ["@", "<", "](", "://", "::", "#A"] {
                assert!(!outside.contains(sign), "{text:?} is not code: {line:?}");
            }
        }
        assert!(
            !markdown.contains(['\u{1b}', '\u{7}', '\u{202e}']),
            "{markdown:?}"
        );
    }
}

/// A line of Markdown without its code spans: each run of backticks ends at the next of the same length.
fn outside_of_code(line: &str) -> String {
    let mut outside = String::new();
    let mut rest = line;
    while let Some(start) = rest.find('`') {
        outside.push_str(&rest[..start]);
        let after = rest[start..].trim_start_matches('`');
        let fence = &rest[start..rest.len() - after.len()];
        let mut from = 0;
        let end = loop {
            let Some(at) = after[from..].find(fence).map(|at| at + from) else {
                break None;
            };
            let run = after[at..].len() - after[at..].trim_start_matches('`').len();
            let is_start = !after[..at].ends_with('`');
            if run == fence.len() && is_start {
                break Some(at + run);
            }
            from = at + run;
        };
        let Some(end) = end else {
            // Nothing closes it, so it is text.
            outside.push_str(&rest[start..]);
            return outside;
        };
        rest = &after[end..];
    }
    outside + rest
}

#[test]
fn texts_of_a_document_do_nothing_on_a_terminal() {
    for text in HOSTILE {
        for color in [false, true] {
            let shown = hostile(text).render(color);
            assert!(!shown.contains(['\u{7}', '\u{202e}']), "{shown:?}");
            assert!(!shown.contains("\u{1b}]"), "{shown:?}");
            assert!(color || !shown.contains('\u{1b}'), "{shown:?}");
            // A CI log obeys what stands at the start of a line.
            assert!(
                !shown
                    .lines()
                    .any(|line| line.trim_start().starts_with("::")),
                "{shown}"
            );
        }
    }
}

#[test]
fn codes_are_unique_and_belong_to_their_area() {
    let mut seen = BTreeSet::new();
    for rule in rules() {
        assert!(seen.insert(rule.code), "{} stands twice", rule.code);
        assert!(
            !rule.what.is_empty() && !rule.what.ends_with('.'),
            "{}",
            rule.code
        );
        for ways in [rule.http, rule.rust] {
            for judged in [ways.sent, ways.received, ways.both] {
                let needs = judged.verdict != Verdict::Neutral;
                assert!(
                    !needs || !judged.reason.is_empty(),
                    "{} has no reason",
                    rule.code
                );
                assert!(!judged.reason.ends_with('.'), "{}", rule.code);
            }
        }
        let area = match &rule.code[1..2] {
            "1" => Area::Operations,
            "2" => Area::Parameters,
            "3" => Area::Bodies,
            "4" => Area::Responses,
            "5" | "6" => Area::Schemas,
            "7" => Area::Security,
            "8" => match &rule.code[2..3] {
                "0" | "1" => Area::Servers,
                "2" | "3" | "4" | "5" => Area::Events,
                _ => Area::Settings,
            },
            _ => Area::Texts,
        };
        assert_eq!(rule.area, area, "{}", rule.code);
    }
}

#[test]
fn the_table_of_the_docs_is_up_to_date() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules.md");
    let expected = rules_table();
    if std::env::var_os("UPDATE_RULES").is_some() {
        fs::write(file, &expected).unwrap();
    }
    let found = fs::read_to_string(file).unwrap_or_default();
    assert_eq!(
        found, expected,
        "src/rules.md is out of date: run the tests with UPDATE_RULES=1"
    );
}
