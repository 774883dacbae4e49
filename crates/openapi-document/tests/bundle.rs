//! What a document becomes: one value with local references, whose nodes know their places.
#![allow(clippy::unwrap_used)]

use std::fmt::Write;
use std::fs;
use std::path::Path;

use openapi_document::{Diagnostic, Document, Finding};
use serde_json::{Value, json};

const HEAD: &str = "openapi: 3.0.3\ninfo: {title: Pets, version: 1.0.0}\n";

/// Writes the files into a folder; the first is the root document.
fn write(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn open(path: &Path) -> Document {
    Document::open(path).unwrap_or_else(|report| panic!("{report}"))
}

fn bundle(files: &[(&str, &str)]) -> Value {
    let folder = write(files);
    open(&folder.path().join(files[0].0)).root().clone()
}

fn codes(files: &[(&str, &str)]) -> Vec<&'static str> {
    let folder = write(files);
    match Document::open(&folder.path().join(files[0].0)) {
        Ok(document) => document.warnings().iter().map(Diagnostic::code).collect(),
        Err(report) => report.iter().map(Diagnostic::code).collect(),
    }
}

fn with_head(rest: &str) -> String {
    format!("{HEAD}{rest}")
}

#[test]
fn files_become_components_named_by_their_last_part() {
    let root = with_head("paths:\n  /pets: {$ref: 'paths/pets.yaml#/pets'}\n");
    let document = bundle(&[
        ("openapi.yaml", &root),
        (
            "paths/pets.yaml",
            "pets:
  get:
    parameters: [{$ref: ../parameters.yaml#/Limit}]
    responses:
      '200':
        description: The pets.
        content:
          application/json:
            schema: {$ref: ../schemas/pet.yaml}
      default: {$ref: '../responses.yaml#/Failed'}
",
        ),
        (
            "parameters.yaml",
            "Limit: {name: limit, in: query, schema: {type: integer}}\n",
        ),
        ("responses.yaml", "Failed: {description: It failed.}\n"),
        (
            "schemas/pet.yaml",
            "type: object\nproperties:\n  friend: {$ref: '#'}\n  owner: {$ref: owner.yaml#/Owner}\n",
        ),
        (
            "schemas/owner.yaml",
            "Owner: {type: object, properties: {pet: {$ref: pet.yaml}}}\n",
        ),
    ]);
    assert_eq!(
        document["components"],
        json!({
            "parameters": {"Limit": {"name": "limit", "in": "query", "schema": {"type": "integer"}}},
            "schemas": {
                "pet": {"type": "object", "properties": {
                    "friend": {"$ref": "#/components/schemas/pet"},
                    "owner": {"$ref": "#/components/schemas/Owner"},
                }},
                "Owner": {"type": "object", "properties": {
                    "pet": {"$ref": "#/components/schemas/pet"},
                }},
            },
            "responses": {"Failed": {"description": "It failed."}},
        })
    );
    let get = &document["paths"]["/pets"]["get"];
    assert_eq!(
        get["parameters"][0],
        json!({"$ref": "#/components/parameters/Limit"})
    );
    let schema = &get["responses"]["200"]["content"]["application/json"]["schema"];
    assert_eq!(*schema, json!({"$ref": "#/components/schemas/pet"}));
}

#[test]
fn a_component_that_only_refers_to_a_definition_is_that_definition() {
    let root = with_head(
        "paths: {}
components:
  schemas:
    Pet: {$ref: 'schemas.yaml#/Animal'}
    Again: {$ref: 'schemas.yaml#/Animal'}
    Alias: {$ref: '#/components/schemas/Pet'}
    Herd: {type: array, items: {$ref: 'schemas.yaml#/Beast'}}
    List: {type: array, items: {$ref: 'schemas.yaml#/Link'}}
",
    );
    let document = bundle(&[
        ("openapi.yaml", &root),
        (
            "schemas.yaml",
            "Animal: {type: object}
Beast: {$ref: '#/Animal'}
Link: {$ref: 'openapi.yaml#/components/schemas/Alias'}
",
        ),
    ]);
    assert_eq!(
        document["components"]["schemas"],
        json!({
            "Pet": {"type": "object"},
            "Again": {"$ref": "#/components/schemas/Pet"},
            "Alias": {"$ref": "#/components/schemas/Pet"},
            "Herd": {"type": "array", "items": {"$ref": "#/components/schemas/Pet"}},
            "List": {"type": "array", "items": {"$ref": "#/components/schemas/Alias"}},
        })
    );
}

#[test]
fn only_references_are_references() {
    let root = with_head(
        "paths: {}
components:
  schemas:
    Link:
      type: object
      required: [$ref]
      properties:
        $ref: {type: string, description: A reference.}
      example: {$ref: 'nowhere.yaml'}
      default: {$ref: 'nowhere.yaml'}
      enum: [{$ref: 'nowhere.yaml'}]
      x-provenance: documented
  examples:
    Link: {value: {$ref: 'nowhere.yaml'}}
",
    );
    let document = bundle(&[("openapi.yaml", &root)]);
    let link = &document["components"]["schemas"]["Link"];
    assert_eq!(link["properties"]["$ref"]["type"], "string");
    assert_eq!(link["example"], json!({"$ref": "nowhere.yaml"}));
    assert_eq!(
        document["components"]["examples"]["Link"]["value"],
        link["example"]
    );
}

#[test]
fn discriminator_mappings_follow_their_schemas() {
    let root = with_head(
        "paths: {}
components:
  schemas:
    Pet:
      oneOf:
        - {$ref: schemas.yaml#/Cat}
        - {$ref: '#/components/schemas/Dog'}
      discriminator:
        propertyName: kind
        mapping: {cat: schemas.yaml#/Cat, kitten: Cat, dog: Dog, pup: '#/components/schemas/Dog'}
    Dog: {type: object, required: [kind], properties: {kind: {type: string}}}
",
    );
    let document = bundle(&[
        ("openapi.yaml", &root),
        (
            "schemas.yaml",
            "Cat: {type: object, required: [kind], properties: {kind: {type: string}}}\n",
        ),
    ]);
    assert_eq!(
        document["components"]["schemas"]["Pet"]["discriminator"]["mapping"],
        json!({
            "cat": "#/components/schemas/Cat",
            "kitten": "#/components/schemas/Cat",
            "dog": "#/components/schemas/Dog",
            "pup": "#/components/schemas/Dog",
        })
    );
}

#[test]
fn references_into_the_middle_of_a_document_become_components() {
    let root = with_head(
        "paths: {}
components:
  schemas:
    Pet:
      type: object
      properties:
        owner: {type: array, items: {type: object, properties: {name: {type: string}}}}
    Shop:
      type: object
      properties:
        keeper: {$ref: '#/components/schemas/Pet/properties/owner/items'}
",
    );
    let document = bundle(&[("openapi.yaml", &root)]);
    let schemas = &document["components"]["schemas"];
    assert_eq!(
        schemas["Shop"]["properties"]["keeper"],
        json!({"$ref": "#/components/schemas/owner_items"})
    );
    assert_eq!(
        schemas["owner_items"]["properties"]["name"]["type"],
        "string"
    );
}

#[test]
fn references_are_uri_references() {
    let root = with_head("paths:\n  /a/{id}: {$ref: 'my%20paths.yaml#/~1a~1%7Bid%7D'}\n");
    let document = bundle(&[
        ("openapi.yaml", &root),
        ("my paths.yaml", "/a/{id}: {description: Found.}\n"),
    ]);
    assert_eq!(
        document["paths"]["/a/{id}"],
        json!({"description": "Found."})
    );
}

#[test]
fn webhook_payloads_are_schemas() {
    let root = with_head(
        "paths: {}
x-event-delivery:
  signature: {scheme: hmac-sha256, header: X-Signature}
  events: {pet.born: {x-provenance: documented, payload: {$ref: schemas.yaml#/Born}}}
",
    );
    let document = bundle(&[
        ("openapi.yaml", &root),
        ("schemas.yaml", "Born: {type: object}\n"),
    ]);
    assert_eq!(
        document["x-event-delivery"]["events"]["pet.born"]["payload"],
        json!({"$ref": "#/components/schemas/Born"})
    );
}

#[test]
fn circles_of_path_items_end() {
    let root = with_head("paths:\n  /a: {$ref: paths.yaml#/a}\n  /b: {$ref: paths.yaml#/c}\n");
    let paths = "a: {$ref: '#/b'}
b: {$ref: '#/a'}
c:
  post:
    responses: {'204': {description: Done.}}
    callbacks:
      done: {'{$request.body#/url}': {$ref: '#/c'}}
";
    let found = codes(&[("openapi.yaml", &root), ("paths.yaml", paths)]);
    assert_eq!(found, ["D205", "D205"]);
}

#[test]
fn a_broken_file_is_reported_once_beside_all_other_problems() {
    let root = with_head(
        "paths:
  /a: {$ref: broken.yaml#/a}
  /b: {$ref: broken.yaml#/b}
  /c: {$ref: empty.yaml#/c}
  /d: {$ref: missing.yaml#/d}
  e: {}
",
    );
    let files = [
        ("openapi.yaml", root.as_str()),
        ("broken.yaml", "a: ]"),
        ("empty.yaml", " \n"),
    ];
    let mut found = codes(&files);
    found.sort_unstable();
    assert_eq!(found, ["D004", "D007", "D203", "D301"]);
}

#[test]
fn yaml_is_read_as_people_mean_it() {
    let root = with_head(
        "paths:
  /pets:
    get:
      responses:
        200: {description: yes}
        404: {description: 2024-01-02}
components:
  schemas:
    Answer: &answer {type: string, enum: [yes, no, on, off]}
    Same: *answer
",
    );
    let document = bundle(&[("openapi.yaml", &root)]);
    let responses = &document["paths"]["/pets"]["get"]["responses"];
    assert_eq!(responses["200"]["description"], "yes");
    assert_eq!(responses["404"]["description"], "2024-01-02");
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["Answer"]["enum"], json!(["yes", "no", "on", "off"]));
    assert_eq!(schemas["Same"], schemas["Answer"]);
}

#[test]
fn what_leads_to_something_else_is_refused() {
    let root = with_head(
        "paths: {}
components:
  schemas:
    Whole: {type: object, properties: {self: {$ref: '#'}}}
    Text: {type: array, items: {$ref: '#/info/title'}}
    Other: {type: array, items: {$ref: '#/components/responses/Failed'}}
  responses:
    Failed: {description: It failed.}
",
    );
    assert_eq!(codes(&[("openapi.yaml", &root)]), ["D207"; 3]);
}

#[test]
fn aliases_cannot_explode() {
    let mut root = with_head("paths: {}\nx-a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9]\n");
    for level in 1..9 {
        let below = format!("*a{}, ", level - 1).repeat(9);
        let _ = writeln!(root, "x-a{level}: &a{level} [{below}]");
    }
    assert_eq!(codes(&[("openapi.yaml", &root)]), ["D013"]);
}

#[test]
fn deep_nesting_does_not_exhaust_the_stack() {
    for open in ["[", "{a: ", "- "] {
        let root = with_head(&format!("paths: {{}}\nx-deep:\n  {}", open.repeat(100_000)));
        let found = codes(&[("openapi.yaml", &root)]);
        assert!(found == ["D008"] || found == ["D007"], "{open}: {found:?}");
    }
    let json = "[".repeat(100_000);
    assert_eq!(codes(&[("openapi.json", &json)]), ["D008"]);
}

#[test]
fn json_is_read_with_places() {
    let text = "\u{feff}{\n\t\"openapi\": \"3.0.3\",\n\t\"info\": {\"title\": \"\\ud83d\\udc15\", \
                \"version\": \"1\"},\n\t\"paths\": {}\n}";
    let folder = write(&[("openapi.json", text)]);
    let document = open(&folder.path().join("openapi.json"));
    assert_eq!(document.root()["info"]["title"], "🐕");
    let location = document.location("/info/version").unwrap();
    assert_eq!((location.line, location.column), (3, 47));
}

#[test]
fn every_node_knows_its_place() {
    let root = with_head("paths:\n  /pets: {$ref: 'paths.yaml#/pets'}\n");
    let paths = "pets:\n  get:\n    summary: 'Ä: list'\n    responses:\n      '204': {description: None.}\n";
    let folder = write(&[("openapi.yaml", &root), ("paths.yaml", paths)]);
    let document = open(&folder.path().join("openapi.yaml"));
    for (pointer, file, line, column, end) in [
        ("", "openapi.yaml", 1, 1, 36),
        ("/info/title", "openapi.yaml", 2, 15, 19),
        ("/paths/~1pets/get/summary", "paths.yaml", 3, 14, 23),
        ("/paths/~1pets/get/responses/204", "paths.yaml", 5, 14, 34),
        ("/paths/~1pets/get/operationId", "paths.yaml", 2, 3, 6),
    ] {
        let location = document.location(pointer).unwrap();
        assert!(location.file.ends_with(file), "{pointer}: {location:?}");
        let found = (location.line, location.column, location.end_column);
        assert_eq!(found, (line, column, end), "{pointer}");
    }
    assert_eq!(document.location("no pointer"), None);
    assert_eq!(document.files().len(), 2);

    let at_key = Finding::warning("X001", "/paths/~1pets/get", "look").at_key();
    let report = document.report(vec![at_key]);
    let problem = report.iter().next().unwrap();
    assert_eq!((problem.line(), problem.column()), (2, 3));
    assert_eq!(problem.pointer(), "/paths/~1pets/get");
}

#[cfg(unix)]
#[test]
fn a_linked_folder_is_one_document() {
    let root = with_head("paths:\n  /a: {$ref: paths/a.yaml}\n");
    let files = [
        ("real/openapi.yaml", root.as_str()),
        (
            "real/paths/a.yaml",
            "get:
  responses:
    '200':
      description: A pet.
      content: {application/json: {schema: {$ref: '../openapi.yaml#/components/schemas/Pet'}}}
",
        ),
    ];
    let text = format!("{root}components: {{schemas: {{Pet: {{type: object}}}}}}\n");
    let folder = write(&[("real/openapi.yaml", &text), files[1]]);
    let link = folder.path().join("link");
    std::os::unix::fs::symlink("real", &link).unwrap();
    let document = open(&link.join("openapi.yaml"));
    assert_eq!(document.files().len(), 2);
    assert_eq!(
        document.root()["components"]["schemas"],
        json!({"Pet": {"type": "object"}})
    );
}
