//! The client of the Configuration API talks to Prism, a mock server that has read the same
//! document and knows nothing of us: it checks each request and answers with the examples.
//!
//! Needs a running Prism, so `cargo test` leaves it out: `tests/foreign/run` starts one.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use configuration_client::{Client, operations::OPERATIONS};
use guards::{
    calls::configuration::call,
    document,
    walk::{Walk, probe::Probe},
    workspace,
};
use openapi_client_runtime::{RetryPolicy, reqwest};

fn base_url() -> String {
    std::env::var("PRISM_URL").expect("PRISM_URL is set; run tests/foreign/run")
}

#[tokio::test]
#[ignore = "needs Prism: run tests/foreign/run"]
async fn configuration_decodes_every_declared_reply() {
    let probe = Probe::default();
    let client = Client::builder()
        .base_url(base_url())
        .basic_auth("client-id", "client-secret")
        .retry(RetryPolicy::none())
        .middleware(probe.clone())
        .build()
        .unwrap();
    let walk = Walk {
        document: &document::bundled(&workspace::root(), "configuration").unwrap(),
        operations: OPERATIONS,
        probe: &probe,
        call: async |method: &str| call(&client, method).await,
    };
    let seen = walk.every_declared_reply().await;
    println!("{} methods, {} replies", OPERATIONS.len(), seen.replies);
    assert!(seen.replies > OPERATIONS.len());
    assert!(seen.complaints.is_empty(), "{}", seen.complaints.join("\n"));
}

/// The walk above would pass with a Prism that looks at nothing.
#[tokio::test]
#[ignore = "needs Prism: run tests/foreign/run"]
async fn configuration_is_refused_what_the_document_forbids() {
    let operation = &configuration_client::operations::CREATE_FIELD;
    let path = operation.path().replace(['{', '}'], "");
    let request = reqwest::Client::new()
        .post(format!("{}{path}", base_url()))
        .basic_auth("client-id", Some("client-secret"))
        .header("prefer", "code=400")
        .header("content-type", "application/json");
    let reply = request.body("{}").send().await.unwrap();
    let violations = reply.headers().get("sl-violations");
    let violations = violations.expect("Prism complains").to_str().unwrap();
    assert!(
        violations.contains("must have required property 'name'"),
        "{violations}"
    );
}
