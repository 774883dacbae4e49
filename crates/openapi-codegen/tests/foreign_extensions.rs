//! Extensions that the stages behind give a meaning to mean nothing in a user's document: one of them
//! puts any Rust type in the place of a schema.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::fs;

use openapi_codegen::{Error, Files, Settings, generate, lowered_document};
use openapi_document::{Diagnostic, Document};
use serde_json::{Value, json};

/// A document with `FOREIGN` in every object that may have extensions.
const PLACES: &str = r##"{
  "openapi": "3.0.3",
  "info": { "title": "Pets", "version": "1", FOREIGN "contact": { FOREIGN "name": "A" }, "license": { FOREIGN "name": "MIT" } },
  "servers": [{ FOREIGN "url": "https://{host}.example.com", "variables": { "host": { FOREIGN "default": "api" } } }],
  "security": [{ "key": [] }],
  "tags": [{ FOREIGN "name": "pets", "description": "Pets.", "externalDocs": { FOREIGN "url": "https://example.com" } }],
  "paths": {
    FOREIGN
    "/pets/{id}": {
      FOREIGN
      "parameters": [{ FOREIGN "name": "id", "in": "path", "required": true, "schema": { FOREIGN "type": "string" } }],
      "get": {
        FOREIGN
        "operationId": "getPets", "summary": "Get", "tags": ["pets"], "externalDocs": { FOREIGN "url": "https://example.com" },
        "callbacks": { "done": { "{$request.query.url}": { FOREIGN "post": { FOREIGN "responses": { FOREIGN "204": { FOREIGN "description": "Done." } } } } } },
        "parameters": [
          { FOREIGN "name": "limit", "in": "query", "schema": { FOREIGN "type": "integer" } },
          { FOREIGN "name": "page_token", "in": "query", "schema": { FOREIGN "type": "string" } },
          { FOREIGN "name": "X-Zone", "in": "header", "schema": { FOREIGN "type": "array", "items": { FOREIGN "type": "string" } } }
        ],
        "responses": {
          FOREIGN
          "200": {
            FOREIGN
            "description": "Pets.", "links": { "next": { FOREIGN "operationId": "getPets" } },
            "headers": { "X-Count": { FOREIGN "schema": { FOREIGN "type": "integer" } } },
            "content": { "application/json": { FOREIGN "schema": { "$ref": "#/components/schemas/Page" } } }
          },
          "default": { "$ref": "#/components/responses/Failed" }
        }
      },
      "post": {
        FOREIGN
        "operationId": "setPet", "summary": "Set", "tags": ["pets"],
        "requestBody": {
          FOREIGN
          "required": true,
          "content": { "application/json": { FOREIGN "schema": { FOREIGN "type": "object", "properties": { "pet": { "$ref": "#/components/schemas/Pet" } } } } }
        },
        "responses": { "204": { FOREIGN "description": "Done." }, "default": { "$ref": "#/components/responses/Failed" } }
      },
      "put": {
        FOREIGN
        "operationId": "sendPet", "summary": "Send", "tags": ["pets"],
        "requestBody": {
          "required": true,
          "content": { "multipart/form-data": {
            FOREIGN
            "schema": { FOREIGN "type": "object", "properties": { "photo": { FOREIGN "type": "string", "format": "binary" }, "pet": { "$ref": "#/components/schemas/Pet" } } },
            "encoding": { "pet": { FOREIGN "contentType": "application/json" } }
          } }
        },
        "responses": { "204": { "description": "Done." }, "default": { "$ref": "#/components/responses/Failed" } }
      }
    }
  },
  "components": {
    FOREIGN
    "responses": { "Failed": { FOREIGN "description": "Failed.", "content": { "application/json": { FOREIGN "schema": { FOREIGN "type": "object", "properties": { "code": { FOREIGN "type": "string", "enum": ["a", "b"] } } } } } } },
    "securitySchemes": { "key": { FOREIGN "type": "apiKey", "in": "header", "name": "X-Key" } },
    "schemas": {
      "Page": {
        FOREIGN
        "type": "object", "required": ["items"],
        "properties": { "items": { FOREIGN "type": "array", "items": { "$ref": "#/components/schemas/Pet" } }, "next_page": { FOREIGN "type": "string", "nullable": true } }
      },
      "Pet": { FOREIGN "oneOf": [{ "$ref": "#/components/schemas/Cat" }, { "$ref": "#/components/schemas/Dog" }], "discriminator": { FOREIGN "propertyName": "kind" } },
      "Cat": {
        FOREIGN
        "type": "object", "required": ["kind"],
        "properties": {
          "kind": { FOREIGN "type": "string", "xml": { FOREIGN "attribute": true }, "externalDocs": { FOREIGN "url": "https://example.com" } },
          "lives": { FOREIGN "type": "integer", "nullable": true },
          "names": { FOREIGN "type": "array", "items": { FOREIGN "type": "string", "maxLength": 3 } },
          "sizes": { FOREIGN "type": "object", "additionalProperties": { FOREIGN "type": "number" } }
        },
        "additionalProperties": { FOREIGN "type": "string" }
      },
      "Dog": { "allOf": [{ "$ref": "#/components/schemas/Cat" }, { FOREIGN "type": "object", "properties": { "owner": { FOREIGN "anyOf": [{ FOREIGN "type": "string" }, { FOREIGN "type": "integer" }] } } }] }
    }
  }
}"##;

/// What typify, progenitor and dropshot would act on, and what nobody knows.
fn foreign() -> Vec<(&'static str, Value)> {
    vec![
        (
            "x-rust-type",
            json!({ "crate": "std", "version": "*", "path": "std::process::Command" }),
        ),
        (
            "x-rust-type",
            json!({ "crate": "std", "version": "*", "path": "std::vec::Vec", "parameters": [{ "type": "string", "x-rust-type": { "crate": "std", "version": "*", "path": "std::process::Command" } }] }),
        ),
        ("x-dropshot-pagination", json!({ "required": [] })),
        ("x-dropshot-websocket", json!({})),
        ("x-dropshot-anything", json!("std::process::Command")),
        ("x-unheard-of", json!({ "path": "std::process::Command" })),
    ]
}

/// The document with an extension in every place, and how many places there are.
fn document(extension: Option<(&str, &Value)>) -> (Document, usize) {
    let text = match extension {
        Some((name, value)) => PLACES.replace("FOREIGN", &format!("{}: {value},", json!(name))),
        None => PLACES.replace("FOREIGN", ""),
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("openapi.json");
    fs::write(&path, text).unwrap();
    let document =
        Document::open(&path).unwrap_or_else(|report| panic!("{}", report.render(false)));
    (document, PLACES.matches("FOREIGN").count())
}

/// The crate, apart from the copy of the document that its mock server reads.
fn files(document: &Document) -> Files {
    let mut files = match generate(document, &Settings::new("pets-client")) {
        Ok(generated) => generated.files,
        Err(Error::Document(report)) => panic!("{}", report.render(false)),
        Err(other) => panic!("{other}"),
    };
    files.remove("openapi.json").unwrap();
    files
}

#[test]
fn extensions_of_others_change_no_line_of_the_crate() {
    let (plain, places) = document(None);
    let expected = files(&plain);
    assert!(expected.contains_key("src/types.rs") && places > 50);
    let lowered = lowered_document(&plain).unwrap();
    for (name, value) in foreign() {
        let (document, _) = document(Some((name, &value)));
        assert_eq!(
            lowered_document(&document).unwrap(),
            lowered,
            "{name}: {value}"
        );
        let found = files(&document);
        for (file, text) in &expected {
            assert!(
                !text.contains("Command") && !text.contains("dropshot"),
                "{file}"
            );
            assert_eq!(&found[file], text, "{name}: {value} in {file}");
        }
        assert_eq!(found.len(), expected.len());
    }
}

#[test]
fn each_extension_of_others_is_warned_of_where_it_stands() {
    for (name, value) in foreign() {
        let (document, places) = document(Some((name, &value)));
        let named = |problem: &&Diagnostic| problem.message().contains(&format!("`{name}`"));
        let warned: Vec<&Diagnostic> = document.warnings().iter().filter(named).collect();
        assert_eq!(warned.len(), places, "{name}");
        for problem in warned {
            assert_eq!(problem.code(), "D401");
            let (_, last) = problem.pointer().rsplit_once('/').unwrap();
            assert_eq!(last, name);
            let line = PLACES.lines().nth(problem.line() - 1).unwrap();
            assert!(
                line.contains("FOREIGN"),
                "{name} in line {}: {line}",
                problem.line()
            );
        }
    }
}
