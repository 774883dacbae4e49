//! Schemas may lead back to themselves in every way that JSON Schema has. Whatever they look like,
//! each command reads them, says what is wrong with them, and ends.

#![allow(clippy::expect_used, clippy::panic)]

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use openapi_codegen::Settings;
use openapi_document::{Document, ProvenanceReport};
use openapi_mock::MockServer;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

/// Small, so that a recursion without end is noticed at once: a thread of a server has no more.
const STACK: usize = 2 * 1024 * 1024;

/// No command takes so long with a document of a few lines.
const LONGEST: Duration = Duration::from_secs(60);

fn schema(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// A document that uses the schemas wherever a schema can stand. `A` is the resource.
fn document(schemas: &Value) -> Value {
    let names: Vec<&String> = schemas
        .as_object()
        .map_or_else(Vec::new, |all| all.keys().collect());
    let content = |schema: Value| json!({ "application/json": { "schema": schema } });
    let parameter = |place: &str, name: &str, style: &str| json!({ "name": name, "in": place, "style": style, "explode": true, "schema": schema("A") });
    let answer = |schema: Value| {
        json!({
            "description": "Fine.",
            "headers": { "X-Made": { "required": true, "schema": self::schema("A") } },
            "content": content(schema),
        })
    };
    let list = json!({ "type": "array", "items": schema("A") });
    let mut paths = Map::new();
    paths.insert(
        "/things".to_owned(),
        json!({
            "get": {
                "operationId": "list_things",
                "parameters": [
                    parameter("query", "wanted", "form"),
                    parameter("query", "deep", "deepObject"),
                    parameter("header", "X-Wanted", "simple"),
                ],
                "responses": { "200": answer(list) },
            },
            "post": {
                "operationId": "create_thing",
                "requestBody": { "content": content(schema("A")) },
                "responses": { "201": answer(schema("A")) },
            },
        }),
    );
    paths.insert(
        "/things/{id}".to_owned(),
        json!({
            "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }],
            "get": { "operationId": "get_thing", "responses": { "200": answer(schema("A")) } },
            "put": {
                "operationId": "set_thing",
                "requestBody": { "content": content(schema("A")) },
                "responses": { "200": answer(schema("A")) },
            },
        }),
    );
    paths.insert(
        "/forms".to_owned(),
        json!({ "post": {
            "operationId": "send_form",
            "requestBody": { "content": { "multipart/form-data": { "schema": schema("A") } } },
            "responses": { "204": { "description": "Fine." } },
        } }),
    );
    for name in names {
        paths.insert(
            format!("/of-{}", name.to_lowercase()),
            json!({ "get": {
                "operationId": format!("get_{}", name.to_lowercase()),
                "responses": { "200": answer(schema(name)), "default": answer(schema(name)) },
            } }),
        );
    }
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Things", "version": "1.0.0" },
        "servers": [{ "url": "https://api.example.com" }],
        "x-event-delivery": {
            "envelope": { "name": { "member": "/event" } },
            "events": { "thing.created": { "payload": schema("A") } },
        },
        "paths": paths,
        "components": { "schemas": schemas },
    })
}

/// Lets every command have the document, and says which begins. What they say of it is another
/// matter.
fn run(root: &Value, begins: &dyn Fn(&'static str)) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("openapi.json");
    std::fs::write(&path, root.to_string()).expect("the document is written");
    // One that nobody has validated.
    let bundled = openapi_mock::Document::bundled(&root.to_string());
    begins("a server of the document as it is");
    serve(bundled.expect("a document"), root);
    begins("reading");
    let Ok(document) = Document::open(&path) else {
        return;
    };
    begins("lint");
    let _ = openapi_document::lint(&document);
    begins("provenance");
    let _ = ProvenanceReport::of(&document).to_string();
    begins("a server");
    serve(openapi_mock::Document::from(&document), root);
    let settings = Settings::new("things-client");
    begins("codegen");
    let _ = openapi_codegen::generate(&document, &settings);
    begins("calls for tests");
    let _ = openapi_codegen::generate_calls(&document, &settings);
    // The lint keeps some documents from this: it has to end for them as well.
    begins("lowering");
    let _ = openapi_codegen::lowered_document(&document);
}

fn serve(document: openapi_mock::Document, root: &Value) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let server = MockServer::start(document).await.expect("a server");
        let client = reqwest::Client::new();
        let of = |path: &str| format!("{}{path}", server.url());
        let mut requests = vec![
            client
                .get(of("/things?wanted=a&wanted=b&deep[a][b]=c"))
                .header("X-Wanted", "a,b"),
            client
                .post(of("/things"))
                .body("{}")
                .header("Content-Type", "application/json"),
            client.get(of("/things/1")),
            client
                .put(of("/things/1"))
                .body(r#"{"a":{"a":[]}}"#)
                .header("Content-Type", "application/json"),
            client
                .get(of("/things"))
                .header("X-Mock-Fault", "extra-members"),
            client
                .get(of("/things/1"))
                .header("X-Mock-Fault", "unknown-enum-values"),
        ];
        for path in root["paths"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(path, _)| path)
        {
            if path.starts_with("/of-") {
                requests.push(client.get(of(path)));
            }
        }
        for request in requests {
            let reply = request.send().await.expect("a reply");
            let _ = reply.bytes().await.expect("a body");
        }
    });
}

/// Runs everything on a small stack. A stack that overflows takes the process with it, so the
/// document is written down first.
fn guarded(name: &str, root: &Value) -> Result<(), String> {
    let kept = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.json"));
    std::fs::write(&kept, format!("{root:#}")).map_err(|error| error.to_string())?;
    let (tell, told) = mpsc::channel();
    let own = root.clone();
    let work = thread::Builder::new().stack_size(STACK).spawn(move || {
        let begins = |stage| {
            let _ = tell.send(stage);
        };
        run(&own, &begins);
    });
    let work = work.map_err(|error| error.to_string())?;
    let mut stage = "";
    loop {
        match told.recv_timeout(LONGEST) {
            Ok(next) => stage = next,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                return Err(format!("{stage} does not end with {}", kept.display()));
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
    }
    work.join().map_err(|why| {
        let why = why.downcast_ref::<String>().cloned().unwrap_or_default();
        format!("{stage} panics with {}: {why}", kept.display())
    })
}

/// Schemas that lead back to themselves, by what they show.
fn known() -> Vec<(&'static str, Value)> {
    let a = || schema("A");
    let b = || schema("B");
    let cat = json!({ "type": "object", "properties": { "name": { "type": "string" } } });
    let with = |member: &str| json!({ "type": "object", "properties": { member: a() } });
    let needs = |member: &str, of: Value| json!({ "type": "object", "required": [member], "properties": { member: of } });
    let list = |of: Value| json!({ "type": "array", "items": of });
    vec![
        (
            "pages of several kinds",
            json!({
                "A": { "oneOf": [b(), schema("C")] },
                "B": { "allOf": [a(), { "type": "object", "properties": { "cats": list(cat.clone()) } }] },
                "C": { "allOf": [a(), { "type": "object", "properties": { "dogs": list(cat) } }] },
            }),
        ),
        (
            "base and union in one",
            json!({
                "A": { "type": "object", "required": ["kind"], "properties": { "kind": { "type": "string" } },
                    "discriminator": { "propertyName": "kind" }, "oneOf": [b()] },
                "B": { "allOf": [a(), with("load")] },
            }),
        ),
        (
            "itself in every keyword",
            json!({
                "A": { "allOf": [a()], "oneOf": [a()], "anyOf": [a()], "not": a(), "items": a(),
                    "properties": { "a": a() }, "additionalProperties": a() },
            }),
        ),
        ("only itself", json!({ "A": { "allOf": [a()] } })),
        (
            "a choice of itself",
            json!({ "A": { "oneOf": [a(), { "type": "string" }] } }),
        ),
        (
            "any of itself",
            json!({ "A": { "anyOf": [{ "type": "string", "enum": ["x"] }, a()] } }),
        ),
        (
            "the opposite of itself",
            json!({ "A": { "type": "object", "not": a() } }),
        ),
        (
            "two of each other",
            json!({ "A": { "allOf": [b()] }, "B": { "allOf": [a(), { "type": "object" }] } }),
        ),
        ("a list of itself", json!({ "A": list(a()) })),
        (
            "a list of lists of itself",
            json!({ "A": list(b()), "B": list(a()) }),
        ),
        (
            "a list that needs itself",
            json!({ "A": { "type": "array", "minItems": 2, "items": a() } }),
        ),
        (
            "a map of itself",
            json!({ "A": { "type": "object", "additionalProperties": a() } }),
        ),
        (
            "needed twice",
            json!({ "A": { "type": "object", "required": ["l", "r"],
            "properties": { "l": a(), "r": a() } } }),
        ),
        (
            "needed over another",
            json!({ "A": needs("b", b()), "B": needs("a", a()) }),
        ),
        (
            "needed over a choice",
            json!({ "A": needs("b", json!({ "oneOf": [b(), schema("C")] })),
            "B": needs("a", a()), "C": needs("a", json!({ "oneOf": [a(), { "type": "string" }] })) }),
        ),
        (
            "a tree",
            json!({ "A": { "type": "object", "required": ["children"],
            "properties": { "children": list(a()), "parent": { "nullable": true, "allOf": [a()] } } } }),
        ),
        (
            "a reference that is a circle",
            json!({ "A": b(), "B": a() }),
        ),
        (
            "names of names",
            json!({ "A": b(), "B": schema("C"), "C": with("a") }),
        ),
        (
            "a member whose branches are circles",
            json!({
                "A": { "allOf": [{ "anyOf": [{}, b()] }], "type": "object", "properties": { "a": { "type": "integer" } } },
                "B": { "oneOf": [{ "anyOf": [schema("D"), b()] }, { "nullable": true, "allOf": [{ "type": "string" }] }] },
                "D": { "oneOf": [{ "allOf": [with("a"), schema("D")] }, { "nullable": true, "allOf": [b()] }] },
            }),
        ),
        ("tenfold thirty times", tenfold()),
    ]
}

/// Schemas of few lines whose values have more members than there is room for.
fn tenfold() -> Value {
    let mut all = Map::new();
    for level in 0..30 {
        let name = if level == 0 {
            "A".to_owned()
        } else {
            format!("L{level}")
        };
        let next = schema(&format!("L{}", level + 1));
        let members: Map<String, Value> =
            (0..10).map(|n| (format!("m{n}"), next.clone())).collect();
        let required: Vec<&String> = members.keys().collect();
        let object = json!({ "type": "object", "required": required, "properties": members });
        all.insert(name, object);
    }
    all.insert("L30".to_owned(), json!({ "type": "string" }));
    Value::Object(all)
}

#[test]
fn every_known_shape_is_read_by_every_command() {
    for (name, schemas) in known() {
        let ended = guarded("known", &document(&schemas));
        assert_eq!(ended, Ok(()), "{name}");
    }
}

/// A schema of at most `depth` levels over the components `A` to `D`.
fn any_schema(depth: u32) -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        4 => "[A-D]".prop_map(|name| schema(&name)),
        1 => Just(json!({ "type": "string" })),
        1 => Just(json!({ "type": "string", "enum": ["x", "y"] })),
        1 => Just(json!({ "type": "integer" })),
        1 => Just(json!({})),
    ];
    leaf.prop_recursive(depth, 24, 3, |inner| {
        let several = || prop::collection::vec(inner.clone(), 1..3);
        let members = prop::collection::btree_map("[a-c]", inner.clone(), 1..3);
        prop_oneof![
            (members, prop::collection::vec("[a-c]", 0..3)).prop_map(|(members, required)| {
                let required: Vec<_> = required
                    .into_iter()
                    .filter(|name| members.contains_key(name))
                    .collect();
                let mut made = json!({ "type": "object", "properties": members });
                if !required.is_empty() {
                    made["required"] = json!(required);
                }
                made
            }),
            several().prop_map(|all| json!({ "allOf": all })),
            several().prop_map(|all| json!({ "oneOf": all })),
            several().prop_map(|all| json!({ "anyOf": all })),
            (inner.clone(), 0..3_u8)
                .prop_map(|(of, least)| json!({ "type": "array", "items": of, "minItems": least })),
            inner
                .clone()
                .prop_map(|of| json!({ "type": "object", "additionalProperties": of })),
            inner.clone().prop_map(|of| json!({ "not": of })),
            inner
                .clone()
                .prop_map(|of| json!({ "nullable": true, "allOf": [of] })),
            (several(), inner.clone()).prop_map(|(all, of)| json!({
                "type": "object", "properties": { "a": of }, "allOf": all,
            })),
        ]
    })
    .boxed()
}

#[test]
fn any_schemas_are_read_by_every_command() {
    let schemas = prop::collection::vec(any_schema(3), 4);
    let config = Config {
        cases: 48,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..Config::default()
    };
    let checked = TestRunner::new(config).run(&schemas, |schemas| {
        let names = ["A", "B", "C", "D"].into_iter().map(str::to_owned);
        let schemas = Value::Object(names.zip(schemas).collect());
        guarded("any", &document(&schemas)).map_err(TestCaseError::fail)
    });
    if let Err(failure) = checked {
        panic!("{failure}");
    }
}
