//! The client of the Configuration API talks to Prism, a mock server that has read the same
//! document and knows nothing of us: it checks each request and answers with the examples.
//!
//! Needs a running Prism, so `cargo test` leaves it out: `tests/foreign/run` starts one.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;

use configuration_client::{Client, operations::OPERATIONS};
use guards::calls::{Outcome, configuration::call};
use openapi_client_runtime::{ErrorKind, Operation, StatusRange, reqwest};

/// Where `prefer.mjs` hands calls on to Prism, asking for an answer with `status`.
fn base_url(status: u16) -> String {
    let url = std::env::var("PRISM_URL").expect("PRISM_URL is set; run tests/foreign/run");
    format!("{url}/{status}")
}

fn client(status: u16) -> Client {
    Client::builder()
        .base_url(base_url(status))
        .basic_auth("client-id", "client-secret")
        .build()
        .unwrap()
}

/// The single statuses that the document declares for the operation.
fn statuses(operation: &Operation) -> impl Iterator<Item = u16> {
    let responses = operation.responses().iter();
    responses.filter_map(|response| match response.status() {
        StatusRange::Exact(status) => Some(status),
        _ => None,
    })
}

/// What is wrong with the outcome of a call that Prism was to answer with `status`.
fn complaint(status: u16, outcome: &Outcome) -> Option<String> {
    let answered = outcome.status == Some(status);
    match &outcome.result {
        Ok(_) if !answered => Some(format!("answered with {:?}", outcome.status)),
        Ok(_) if status >= 400 => Some("the client takes it for a success".to_owned()),
        Ok(_) => None,
        Err(failed) => {
            let declared = failed.kind == ErrorKind::Api && failed.body.is_some();
            let expected = answered && status >= 400 && declared;
            (!expected).then(|| failed.text.clone())
        }
    }
}

#[tokio::test]
#[ignore = "needs Prism: run tests/foreign/run"]
async fn configuration_decodes_every_declared_reply() {
    let mut clients = BTreeMap::new();
    let mut replies = 0;
    let mut complaints = Vec::new();
    for operation in OPERATIONS {
        let mut succeeded = false;
        for status in statuses(operation) {
            let client = clients.entry(status).or_insert_with(|| client(status));
            let outcome = call(client, operation.id()).await.unwrap();
            replies += 1;
            succeeded |= outcome.result.is_ok();
            if let Some(complaint) = complaint(status, &outcome) {
                complaints.push(format!("{} {status}: {complaint}", operation.id()));
            }
        }
        if !succeeded {
            complaints.push(format!("{}: no declared status succeeded", operation.id()));
        }
    }
    println!("{} methods, {replies} replies decoded", OPERATIONS.len());
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// The walk above would pass with a Prism that looks at nothing.
#[tokio::test]
#[ignore = "needs Prism: run tests/foreign/run"]
async fn configuration_is_refused_what_the_document_forbids() {
    let operation = &configuration_client::operations::CREATE_FIELD;
    let path = operation.path().replace(['{', '}'], "");
    let request = reqwest::Client::new()
        .post(format!("{}{path}", base_url(400)))
        .basic_auth("client-id", Some("client-secret"))
        .header("content-type", "application/json");
    let reply = request.body("{}").send().await.unwrap();
    assert_eq!(reply.status().as_u16(), 599, "{reply:?}");
    let reason = reply.text().await.unwrap();
    assert!(
        reason.contains("must have required property 'name'"),
        "{reason}"
    );
}
