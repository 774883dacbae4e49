//! The clients talk to Prism, a mock server that has read the same documents and knows nothing of
//! us: it checks each request and answers with the examples.
//!
//! Needs a running Prism, so `cargo test` leaves it out: `tests/foreign/run` starts one for each
//! document, and runs the tests whose names begin with its folder.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use guards::{
    clients, document,
    walk::{Walk, probe::Probe},
    workspace,
};
use openapi_client_runtime::Operation;

fn base_url() -> String {
    std::env::var("PRISM_URL").expect("PRISM_URL is set; run tests/foreign/run")
}

/// Every method of a client is answered with everything that its document shows.
async fn decodes_every_declared_reply(api: &str) {
    let client = clients::find(api).unwrap();
    let probe = Probe::default();
    let calls = (client.connect_through)(&base_url(), &probe);
    let walk = Walk {
        document: &document::bundled(&workspace::root(), api).unwrap(),
        operations: client.operations,
        probe: &probe,
        call: async |method: &str| calls.call(method).await,
    };
    let seen = walk.every_declared_reply().await;
    let methods = client.operations.len();
    println!("{methods} methods, {} replies", seen.replies);
    assert!(seen.replies > methods);
    assert!(seen.complaints.is_empty(), "{}", seen.complaints.join("\n"));
}

/// The walk would pass with a Prism that looks at nothing.
async fn is_refused(request: reqwest::RequestBuilder, expected: &str) {
    let request = request.header("prefer", "code=400");
    let request = request.header("content-type", "application/json");
    let reply = request.body("{}").send().await.unwrap();
    let violations = reply.headers().get("sl-violations");
    let violations = violations.expect("Prism complains").to_str().unwrap();
    assert!(violations.contains(expected), "{violations}");
}

/// A request to an operation, with anything for its path parameters.
fn post(operation: &Operation) -> reqwest::RequestBuilder {
    let path = operation.path().replace(['{', '}'], "");
    reqwest::Client::new().post(format!("{}{path}", base_url()))
}

#[tokio::test]
#[ignore = "needs Prism: run tests/foreign/run"]
async fn configuration_decodes_every_declared_reply() {
    decodes_every_declared_reply("configuration").await;
}

#[tokio::test]
#[ignore = "needs Prism: run tests/foreign/run"]
async fn configuration_is_refused_what_the_document_forbids() {
    let request = post(&configuration_client::operations::CREATE_FIELD);
    let request = request.basic_auth("client-id", Some("client-secret"));
    is_refused(request, "must have required property 'name'").await;
}

#[tokio::test]
#[ignore = "needs Prism: run tests/foreign/run"]
async fn contio_decodes_every_declared_reply() {
    decodes_every_declared_reply("contio").await;
}

#[tokio::test]
#[ignore = "needs Prism: run tests/foreign/run"]
async fn contio_is_refused_what_the_document_forbids() {
    let request = post(&contio_client::operations::CREATE_MEETING).bearer_auth("at-1");
    is_refused(request, "must have required property 'title'").await;
}

#[tokio::test]
#[ignore = "needs Prism: run tests/foreign/run"]
async fn configo_decodes_every_declared_reply() {
    decodes_every_declared_reply("configo").await;
}

#[tokio::test]
#[ignore = "needs Prism: run tests/foreign/run"]
async fn configo_is_refused_what_the_document_forbids() {
    let request = post(&configo_client::operations::CREATE_PROJECT).bearer_auth("at-1");
    is_refused(request, "must have required property 'name'").await;
}
