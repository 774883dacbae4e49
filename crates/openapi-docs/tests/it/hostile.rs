//! Documents that want to be more than text.

use serde_json::{Value, json};

use crate::html::{faults, foreign_links};
use crate::{page, pages, site};

/// A text that would do something in any place of a page.
const HOSTILE: &str = "</p></main><script>alert(1)</script><img src=x onerror=alert(1)>\"'><h1>x</h1>\
    [x](javascript:alert(1)) ![x](http://evil.example/x.png) <a href=\"jav&#x61;script:x\" id=main>y</a>";

fn document() -> Value {
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": HOSTILE, "version": HOSTILE, "description": HOSTILE,
            "termsOfService": "javascript:alert(1)",
            "contact": {"name": HOSTILE, "url": "javascript:alert(1)", "email": "a@b.example"},
            "license": {"name": HOSTILE, "url": "data:text/html,x"},
        },
        "externalDocs": {"url": "javascript:alert(1)", "description": HOSTILE},
        "tags": [{"name": "../../x", "description": HOSTILE, "externalDocs": {"url": "vbscript:x"}}],
        "servers": [{"url": "javascript:alert(1)//", "description": HOSTILE}],
        "paths": {
            "/a/{id}": {"get": operation("../../x"), "put": operation("CON"), "post": operation("con")},
            "/b/{id}": {"get": operation("Pet"), "put": operation("pet"), "post": operation("")},
            "/c/{id}": {"get": operation("..\\..\\x"), "put": operation(HOSTILE)},
        },
        "components": {"schemas": {
            "CON": {"type": "object", "description": HOSTILE, "properties": {
                HOSTILE: {"type": "string", "enum": [HOSTILE], "default": HOSTILE, "example": HOSTILE,
                          "pattern": HOSTILE, "format": HOSTILE, "title": HOSTILE},
                "main": {"type": "string"}, "search": {"type": "string"},
            }},
            "Pet": {"type": "string"}, "pet": {"type": "string"}, "PET": {"type": "string"},
            "..": {"type": "string"}, "index": {"type": "string"}, "NUL.txt": {"type": "string"},
        }},
        "security": [{"key": []}],
    })
}

fn operation(id: &str) -> Value {
    json!({
        "operationId": id, "summary": HOSTILE, "description": HOSTILE, "tags": ["../../x", HOSTILE],
        "externalDocs": {"url": "javascript:alert(1)"},
        "parameters": [
            {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}, "example": HOSTILE},
            {"name": HOSTILE, "in": "query", "description": HOSTILE, "required": true, "schema": {"type": "string"}},
        ],
        "responses": {"200": {
            "description": HOSTILE,
            "headers": {"X-A": {"description": HOSTILE, "schema": {"type": "string"}}},
            "content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/CON"},
                "examples": {"x": {"summary": HOSTILE, "description": HOSTILE, "value": {HOSTILE: HOSTILE}},
                             "y": {"externalValue": "javascript:alert(1)"}},
            }},
        }},
    })
}

#[test]
fn hostile_texts_stay_texts() {
    let mut document = document();
    document["components"]["securitySchemes"] = json!({"key": {
        "type": "apiKey", "in": "header", "name": "@/etc/passwd", "description": HOSTILE,
    }});
    let site = site(&document);
    assert_eq!(faults(&site), Vec::<String>::new());
    for link in foreign_links(&site) {
        let known = ["mailto:a@b.example", "http://evil.example/x.png"];
        assert!(known.contains(&link.as_str()), "{link}");
    }
    for (path, text) in pages(&site) {
        assert!(
            !text.contains("<script>") && !text.contains("<img"),
            "{path}"
        );
        assert!(text.contains("Content-Security-Policy"), "{path}");
    }
    let index = page(&site, "assets/search-index.js");
    let entries = index.strip_prefix("window.referenceIndex = ").unwrap();
    let entries: Value = serde_json::from_str(entries.trim_end().trim_end_matches(';')).unwrap();
    assert!(entries.as_array().unwrap().len() > 10);
}

#[test]
fn names_of_files_are_safe_everywhere_and_told_apart() {
    let mut document = document();
    document["security"] = json!([]);
    let site = site(&document);
    let mut seen = std::collections::BTreeSet::new();
    for (path, _) in site.files() {
        let is_safe = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-/.".contains(c);
        assert!(path.chars().all(is_safe), "{path}");
        for part in path.split('/') {
            let stem = part.split('.').next().unwrap();
            assert!(!["", "con", "nul", "prn", "aux"].contains(&stem), "{path}");
        }
        assert!(seen.insert(path.to_lowercase()), "{path} is there twice");
    }
    let operations = seen
        .iter()
        .filter(|path| path.starts_with("api/operations/"))
        .count();
    let schemas = seen
        .iter()
        .filter(|path| path.starts_with("api/schemas/"))
        .count();
    assert_eq!((operations, schemas), (8, 8), "{seen:#?}");
    assert!(page(&site, "api/schemas/pet.html").contains("<h1>Pet</h1>"));
}

#[test]
fn a_site_is_written_below_its_folder() {
    let home = tempfile::tempdir().unwrap();
    let mut document = document();
    document["security"] = json!([]);
    site(&document).write(&home.path().join("site")).unwrap();
    let beside: Vec<_> = std::fs::read_dir(home.path()).unwrap().collect();
    assert_eq!(beside.len(), 1, "{beside:?}");
}
