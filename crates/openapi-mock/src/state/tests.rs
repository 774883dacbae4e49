//! What is told from the paths of documents.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Store;
use super::bodies::answered;
use super::links::{Links, fill};
use super::model::Model;
use crate::api::{Api, Location, Operation};
use crate::call::Call;
use crate::document::Document;
use crate::request::Request;

fn summary(api: &Api) -> String {
    Model::new(api, &Links::new(api)).summary(api)
}

fn configuration() -> Document {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../generated/configuration-client/openapi.json");
    Document::bundled(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_configuration_api_is_understood() {
    insta::assert_snapshot!(summary(&Api::of(configuration().spec())));
}

fn json_response(schema: &Value) -> Value {
    json!({"description": "", "content": {"application/json": {"schema": schema}}})
}

fn operation(sent: &Value, status: &str, answered: &Value) -> Value {
    let mut operation = json!({"responses": {status: {"description": ""}}});
    if !sent.is_null() {
        operation["requestBody"] = json!({"content": {"application/json": {"schema": sent}}});
    }
    if !answered.is_null() {
        operation["responses"][status] = json_response(answered);
    }
    operation
}

#[test]
fn other_documents_are_understood() {
    let none = Value::Null;
    let user = json!({"type": "object", "required": ["userId"], "properties": {
        "userId": {"type": "integer"}, "name": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string"}},
    }});
    let wrapped = json!({"type": "object", "properties": {"user": user}});
    let list = json!({"type": "object", "properties": {
        "users": {"type": "array", "items": user}, "total": {"type": "integer"},
    }});
    let any = json!({"type": "object"});
    let root = json!({"paths": {
        "/users": {"get": operation(&none, "200", &list), "post": operation(&any, "201", &wrapped)},
        "/users/search": {"post": operation(&any, "200", &list)},
        "/users/{id}": {
            "get": operation(&none, "200", &wrapped),
            "put": operation(&any, "201", &none),
            "patch": operation(&any, "200", &wrapped),
        },
        "/users/{user_id}/tags": {"get": operation(&none, "200", &user["properties"]["tags"])},
        "/users/{user_id}/block": {"post": operation(&none, "200", &wrapped)},
        "/users/{user_id}/invite": {"post": operation(&none, "202", &none)},
        "/me": {"get": operation(&none, "200", &user)},
        "/preferences": {"get": operation(&none, "200", &any), "patch": operation(&any, "200", &any),
            "delete": operation(&none, "204", &none)},
        "/logins": {"post": operation(&any, "200", &any)},
        "/files/{name}.pdf": {"delete": operation(&none, "204", &none)},
    }});
    insta::assert_snapshot!(summary(&Api::new(&Arc::new(root))));
}

/// The path parameters of an operation as the document shows them.
fn shown_path(operation: &Operation) -> Vec<(String, String)> {
    let on_path = operation
        .parameters
        .iter()
        .filter(|one| one.location == Location::Path);
    let shown = on_path.map(|one| {
        let example = one.examples.iter().find(|example| example.name.is_none());
        let example = example.and_then(|example| example.value.as_ref()?.as_str());
        (one.name.clone(), example.unwrap_or("some").to_owned())
    });
    shown.collect()
}

/// Asks for everything that can be read, at the places that the document shows.
fn read_all(api: &Api) -> usize {
    let store = Store::new(api);
    let reads = api
        .operations
        .iter()
        .filter(|one| one.method == http::Method::GET);
    let told = reads.filter(|operation| {
        let path = shown_path(operation);
        let request = Request::for_tests("GET", &fill(&operation.path, &path), "");
        let (media, body) = (None, None);
        let call = Call {
            operation,
            request: &request,
            path,
            media,
            body,
            files: Vec::new(),
        };
        let answer = store
            .answer(api, &call, "http://127.0.0.1:1")
            .expect(&operation.id);
        let body = answer.body;
        if let (Some(body), Some((_, schema))) = (&body, answered(operation)) {
            let wrong = schema.violations(&api.spec, body);
            assert!(wrong.is_empty(), "{}: {body} {wrong:?}", operation.id);
        }
        body.is_some()
    });
    told.count()
}

#[test]
fn all_that_documents_show_is_there_and_valid() {
    let api = Api::of(configuration().spec());
    assert!(read_all(&api) > 30);
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/lowering");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|kind| kind == "yaml") {
            read_all(&Api::of(Document::open(&path).unwrap().spec()));
        }
    }
}
