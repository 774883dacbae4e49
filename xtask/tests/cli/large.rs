//! A document of five megabytes.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use crate::place::Place;

const BYTES: usize = 5 << 20;
/// Far more than it takes, and far less than anything that is quadratic.
const PATIENCE: Duration = Duration::from_secs(240);

/// One path with two operations and their schema, about ten kilobytes.
fn part(text: &mut [String; 2], number: usize) {
    let prose = "Words that explain at some length what this is good for. ".repeat(48);
    let [paths, schemas] = text;
    write!(
        paths,
        "  /things{number}/{{id}}:
    get:
      operationId: readThing{number}
      description: {prose}
      parameters: [{{name: id, in: path, required: true, description: Its name., schema: {{type: string}}}}]
      responses:
        '200': {{description: A thing., content: {{application/json: {{schema: {{$ref: '#/components/schemas/Thing{number}'}}}}}}}}
        '404': {{description: No thing., content: {{application/json: {{schema: {{$ref: '#/components/schemas/Error'}}}}}}}}
    put:
      operationId: writeThing{number}
      description: {prose}
      parameters: [{{name: id, in: path, required: true, description: Its name., schema: {{type: string}}}}]
      requestBody: {{required: true, content: {{application/json: {{schema: {{$ref: '#/components/schemas/Thing{number}'}}}}}}}}
      responses: {{'204': {{description: Done.}}}}
"
    )
    .unwrap();
    write!(
        schemas,
        "    Thing{number}:
      type: object
      description: {prose}
      required: [id]
      properties:
        id: {{type: string, description: Its name.}}
        kind: {{type: string, enum: [small, large], description: How big it is.}}
        parts: {{type: array, items: {{$ref: '#/components/schemas/Thing{number}'}}}}
"
    )
    .unwrap();
}

fn document() -> String {
    let mut text = [String::new(), String::new()];
    let mut number = 0;
    while text[0].len() + text[1].len() < BYTES {
        part(&mut text, number);
        number += 1;
    }
    let [paths, schemas] = text;
    format!(
        "openapi: 3.0.3\ninfo: {{title: Large, version: 1.0.0}}\npaths:\n{paths}components:\n  schemas:\n    Error: {{type: object, properties: {{message: {{type: string}}}}}}\n{schemas}"
    )
}

#[test]
fn a_document_of_five_megabytes_works() {
    let place = Place::empty();
    let text = document();
    place.write("large.yaml", &text);
    let start = Instant::now();
    let ran = place.run_document("large.yaml", "large-client", "out");
    ran.assert(0, &[]);
    println!(
        "{} operations in {:.1?}: {}",
        text.matches("operationId").count(),
        start.elapsed(),
        ran.stdout
    );
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
}

#[test]
fn five_megabytes_on_one_line_do_not_flood_the_terminal() {
    let place = Place::empty();
    let paths: Vec<String> = (0..30_000)
        .map(|number| format!(r#""/things{number}": {{"get": {{"description": "{}", "responses": {{"200": {{"description": "A thing."}}}}}}}}"#, "x".repeat(80)))
        .collect();
    let text = format!(
        r#"{{"openapi": "3.0.3", "info": {{"title": "Large", "version": "1"}}, "paths": {{{}}}, "servres": []}}"#,
        paths.join(",")
    );
    assert!(text.len() > BYTES);
    place.write("large.json", text);
    let start = Instant::now();
    let ran = place.run_document("large.json", "large-client", "out");
    ran.assert(1, &["D301", "did you mean `servers`?", "[large.json:1:"]);
    assert!(ran.stderr.len() < 2_000, "{} bytes", ran.stderr.len());
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
}
