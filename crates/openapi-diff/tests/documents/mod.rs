//! Small documents for tests: written short, and opened as whole ones.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, unreachable_pub)]

use std::fs;

use openapi_document::Document;

const HEAD: &str = "openapi: 3.0.3\ninfo: {title: Things, version: '1'}\n";

/// An operation that sends, receives, or does both with the component `Thing`.
fn operation(way: &str) -> String {
    let content = "content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}";
    let (method, body) = match way {
        "received" => ("get", String::new()),
        _ => ("post", format!("      requestBody: {{{content}}}\n")),
    };
    let response = match way {
        "sent" => "'204': {description: Fine}".to_owned(),
        _ => format!("'200': {{description: Fine, {content}}}"),
    };
    format!(
        "paths:\n  /things:\n    {method}:\n      operationId: useThing\n{body}      responses: {{{response}}}\n"
    )
}

fn indented(text: &str, by: usize) -> String {
    let space = " ".repeat(by);
    text.lines()
        .map(|line| format!("{space}{line}\n"))
        .collect()
}

/// The whole document that a short one stands for:
///
/// - `sent: SCHEMA`, `received: SCHEMA`, `both: SCHEMA`: an operation that uses the component `Thing` in this
///   way; further lines are components beside it.
/// - `parameter: PARAMETER`: an operation with this parameter.
/// - `response: RESPONSE`: an operation that answers so.
/// - `operation:` and lines: an operation with these members.
/// - anything else: members of the document.
pub fn whole(text: &str) -> String {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let (key, value) = first.split_once(':').unwrap_or((first, ""));
    match key {
        "openapi" => text.to_owned(),
        "sent" | "received" | "both" => format!(
            "{HEAD}{}components:\n  schemas:\n    Thing:{value}\n{}",
            operation(key),
            indented(rest, 4)
        ),
        "parameter" => in_operation(&format!("parameters:\n  -{value}\n")),
        "response" => in_operation(&format!("responses:\n  '200':{value}\n")),
        "operation" => {
            let lines: String = rest
                .lines()
                .map(|line| format!("{}\n", &line[2..]))
                .collect();
            in_operation(&lines)
        }
        _ if text.contains("paths:") => format!("{HEAD}{text}\n"),
        _ => format!("{HEAD}paths: {{}}\n{text}\n"),
    }
}

fn in_operation(lines: &str) -> String {
    let mut lines = lines.to_owned();
    if !lines.contains("operationId:") {
        lines.insert_str(0, "operationId: getThing\n");
    }
    if !lines.lines().any(|line| line.starts_with("responses:")) {
        lines.push_str("responses: {'204': {description: Fine}}\n");
    }
    format!(
        "{HEAD}paths:\n  /things:\n    get:\n{}",
        indented(&lines, 6)
    )
}

/// Opens a short document.
#[track_caller]
pub fn open(text: &str) -> Document {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("openapi.yaml");
    let text = whole(text);
    fs::write(&path, &text).unwrap();
    Document::open(&path).unwrap_or_else(|report| panic!("{text}\n{report}"))
}
