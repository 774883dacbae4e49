//! Small documents that would cost much: each is refused, or served, within the memory of a small
//! machine and in a short time.
#![cfg(target_os = "linux")]

use std::{fmt::Write as _, process::Command};

use crate::place::{Place, Ran};

/// Address space that a run may take, in KiB. A document of a few kilobytes takes a fraction of it.
const MEMORY: usize = 1_500_000;
/// Seconds of the processor; the program is not optimized here.
const SECONDS: usize = 60;

const HEAD: &str = "\
openapi: 3.0.3
info: {title: Things, version: '1'}
security: []
paths:
  /things:
    post:
      operationId: post_thing
      summary: Post
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
      responses:
        '200': {description: Fine, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
        default: {description: Failed}
components:
  schemas:
";

/// A document with these schemas.
fn with_schemas(schemas: &str) -> String {
    let schemas: String = schemas
        .lines()
        .map(|line| format!("    {line}\n"))
        .collect();
    format!("{HEAD}{schemas}")
}

/// Runs every command that reads a document, each within the limits.
fn run(text: &str) -> Vec<Ran> {
    run_files(&[("openapi.yaml", text)])
}

fn run_files(files: &[(&str, &str)]) -> Vec<Ran> {
    let place = Place::empty();
    for (name, text) in files {
        place.write(name, text);
    }
    let commands = [
        "lint --document openapi.yaml",
        "provenance --document openapi.yaml",
        "codegen --document openapi.yaml --crate-name things-client --out out",
    ];
    let runs = commands.map(|command| {
        let limited = format!("ulimit -v {MEMORY}; ulimit -t {SECONDS}; exec \"$XTASK\" {command}");
        let mut shell = Command::new("sh");
        shell.args(["-c", &limited]).current_dir(place.path());
        shell.env("XTASK", env!("CARGO_BIN_EXE_xtask"));
        let ran: Ran = shell.output().unwrap().into();
        assert!(ran.code.is_some(), "ended by a signal: {command}: {ran:#?}");
        assert!(!ran.stderr.contains("panicked"), "{ran:#?}");
        ran
    });
    runs.into()
}

/// Every command refuses it with this code, and says where.
#[track_caller]
fn assert_refused_as<'r>(runs: impl IntoIterator<Item = &'r Ran>, code: &str) {
    for ran in runs {
        assert_eq!(ran.code, Some(1), "{ran:#?}");
        assert!(ran.stderr.contains(code), "no {code} in {ran:#?}");
        assert!(ran.stderr.contains(".yaml:"), "no place in {ran:#?}");
    }
}

/// The lint and the generator refuse it so; a mock could serve it.
#[track_caller]
fn assert_no_client(text: &str, code: &str) {
    let runs = run(text);
    assert_refused_as([&runs[0], &runs[2]], code);
}

#[track_caller]
fn assert_taken(text: &str) {
    for ran in run(text) {
        let good = ran.code == Some(0) || (ran.code == Some(1) && !ran.stderr.contains('×'));
        assert!(good, "{ran:#?}");
    }
}

#[test]
fn anchors_around_anchors_cost_nothing() {
    let scalars = vec!["1"; 100_000].join(", ");
    let anchors: String = (0..60).map(|level| format!("&a{level} [")).collect();
    let text = format!(
        "openapi: 3.0.3\ninfo: {{title: Things, version: '1'}}\npaths: {{}}\nx-a: {anchors}{scalars}{}\n",
        "]".repeat(60)
    );
    assert_taken(&text);
    assert_refused_as(&run(&format!("{text}x-b: *a0\n")), "D013");
}

#[test]
fn long_texts_are_not_copied_without_end() {
    let mut text = format!(
        "openapi: 3.0.3\ninfo: {{title: Things, version: '1'}}\npaths: {{}}\nx-a: &a {}\n",
        "word ".repeat(20_000)
    );
    for number in 0..300 {
        writeln!(
            text,
            "x-a{number}: [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]"
        )
        .unwrap();
    }
    assert_refused_as(&run(&text), "D013");
}

#[test]
fn path_items_are_not_copied_without_end() {
    let mut items = String::new();
    for level in 0..7 {
        writeln!(
            items,
            "p{level}:\n  post:\n    responses: {{'204': {{description: Done.}}}}\n    callbacks:"
        )
        .unwrap();
        for number in 0..20 {
            writeln!(
                items,
                "      c{number}: {{'{{$request.body#/url}}': {{$ref: '#/p{}'}}}}",
                level + 1
            )
            .unwrap();
        }
    }
    items.push_str("p7: {get: {responses: {'204': {description: Done.}}}}\n");
    let root = "openapi: 3.0.3\ninfo: {title: Things, version: '1'}\npaths:\n  /a: {$ref: 'items.yaml#/p0'}\n";
    assert_refused_as(
        &run_files(&[("openapi.yaml", root), ("items.yaml", &items)]),
        "D215",
    );
}

#[test]
fn schemas_inside_of_each_other_are_not_copied_without_end() {
    let members: Vec<String> = (0..3_000)
        .map(|number| format!("p{number}: {{type: string}}"))
        .collect();
    let depth = 80;
    let mut schemas = format!(
        "Big: {}{{type: object, properties: {{{}}}}}{}\nThing:\n  type: object\n  properties:\n",
        "{type: array, items: ".repeat(depth),
        members.join(", "),
        "}".repeat(depth)
    );
    for level in 1..depth {
        writeln!(
            schemas,
            "    r{level}: {{$ref: '#/components/schemas/Big{}'}}",
            "/items".repeat(level)
        )
        .unwrap();
    }
    assert_refused_as(&run(&with_schemas(&schemas)), "D215");
}

#[test]
fn a_chain_of_references_is_refused() {
    let mut schemas = String::from("Thing: {$ref: '#/components/schemas/A0'}\n");
    for number in 0..3_000 {
        writeln!(
            schemas,
            "A{number}: {{$ref: '#/components/schemas/A{}'}}",
            number + 1
        )
        .unwrap();
    }
    schemas.push_str("A3000: {type: string}\n");
    assert_refused_as(&run(&with_schemas(&schemas)), "D214");
}

/// `allOf` of several choices.
fn choices(count: usize, branches: usize, keyword: &str) -> String {
    let mut schemas = String::from("Thing:\n  allOf:\n");
    let mut parts = String::new();
    for choice in 0..count {
        writeln!(schemas, "  - {keyword}:").unwrap();
        for branch in 0..branches {
            let name = format!("C{choice}B{branch}");
            writeln!(schemas, "    - {{$ref: '#/components/schemas/{name}'}}").unwrap();
            writeln!(parts, "{name}: {{type: object, required: [{name}], properties: {{{name}: {{type: string}}}}}}").unwrap();
        }
    }
    with_schemas(&(schemas + &parts))
}

#[test]
fn choices_that_hold_together_are_bounded() {
    for (count, branches, keyword) in [
        (3, 2, "oneOf"),
        (2, 40, "oneOf"),
        (4, 3, "anyOf"),
        (60, 2, "oneOf"),
    ] {
        assert_no_client(&choices(count, branches, keyword), "L323");
    }
}

#[test]
fn choices_of_one_property_are_bounded() {
    let mut schemas = String::from("Thing:\n  allOf:\n");
    for part in 0..3 {
        writeln!(
            schemas,
            "  - type: object\n    properties:\n      inner:\n        oneOf:\n        - {{type: object, required: [a{part}], properties: {{a{part}: {{type: string}}}}}}\n        - {{type: object, required: [b{part}], properties: {{b{part}: {{type: string}}}}}}"
        )
        .unwrap();
    }
    assert_no_client(&with_schemas(&schemas), "L323");
}

#[test]
fn members_that_meet_again_and_again_are_bounded() {
    let mut schemas = String::from(
        "Thing: {allOf: [{$ref: '#/components/schemas/D0'}, {type: object, properties: {z: {type: string}}}]}\n",
    );
    for level in 0..25 {
        writeln!(
            schemas,
            "D{level}: {{allOf: [{{$ref: '#/components/schemas/D{0}'}}, {{$ref: '#/components/schemas/E{level}'}}]}}\nE{level}: {{allOf: [{{$ref: '#/components/schemas/D{0}'}}, {{type: object, properties: {{e{level}: {{type: string}}}}}}]}}",
            level + 1
        )
        .unwrap();
    }
    schemas.push_str("D25: {type: object, properties: {a: {type: string}}}\n");
    assert_no_client(&with_schemas(&schemas), "L323");

    let mut chain = String::from("Thing: {$ref: '#/components/schemas/R0'}\n");
    for number in 0..2_000 {
        writeln!(
            chain,
            "R{number}: {{allOf: [{{$ref: '#/components/schemas/R{}'}}, {{type: object, properties: {{a{number}: {{type: string}}}}}}]}}",
            number + 1
        )
        .unwrap();
    }
    chain.push_str("R2000: {type: object}\n");
    assert_no_client(&with_schemas(&chain), "L323");
}

#[test]
fn members_that_lead_apart_without_end_are_refused() {
    assert_no_client(
        &with_schemas(
            "Thing: {allOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}]}
A: {type: object, properties: {next: {$ref: '#/components/schemas/A'}}}
B: {type: object, properties: {next: {$ref: '#/components/schemas/B'}}}
",
        ),
        "L323",
    );
}

#[test]
fn schemas_that_contain_themselves_end() {
    for schemas in [
        "Thing: {anyOf: [{type: string}, {$ref: '#/components/schemas/Thing'}]}",
        "Thing: {anyOf: [{type: string, enum: [a]}, {$ref: '#/components/schemas/Thing'}, {type: string}]}",
        "Thing: {type: object, required: [children], properties: {children: {type: array, items: {$ref: '#/components/schemas/Thing'}}}}",
        "Thing: {type: object, required: [parts], properties: {parts: {type: array, items: {type: array, items: {$ref: '#/components/schemas/Thing'}}}}}",
        "Thing: {type: object, additionalProperties: {$ref: '#/components/schemas/Thing'}}",
    ] {
        assert_taken(&with_schemas(schemas));
    }
}

#[test]
fn many_findings_on_one_line_take_little() {
    let names: Vec<String> = (0..2_000)
        .map(|number| format!("p{number}: {{$ref: '#/components/schemas/Q{number}'}}"))
        .collect();
    let schemas = format!(
        "Thing: {{type: object, properties: {{{}}}}}\n",
        names.join(", ")
    );
    assert_refused_as(&run(&with_schemas(&schemas)), "D204");
}

#[test]
fn odd_numbers_and_patterns_take_little() {
    let nines = "9".repeat(100_000);
    assert_refused_as(
        &run(&with_schemas(&format!(
            "Thing: {{type: number, minimum: -{nines}, maximum: 1e999999999}}\n"
        ))),
        "D012",
    );
    let nested = format!("^{}a{}$", "(".repeat(200), "){1,999}".repeat(200));
    assert_taken(&with_schemas(&format!(
        "Thing: {{type: object, properties: {{a: {{type: string, pattern: '{nested}'}}}}}}\n"
    )));
}

#[test]
fn a_ring_of_a_thousand_schemas_is_told() {
    let mut schemas = String::from("Thing: {$ref: '#/components/schemas/R0'}\n");
    for number in 0..1_000 {
        writeln!(schemas, "R{number}: {{type: object, required: [next], properties: {{next: {{$ref: '#/components/schemas/R{}'}}}}}}", (number + 1) % 1_000).unwrap();
    }
    assert_no_client(&with_schemas(&schemas), "L318");
}
