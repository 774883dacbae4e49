//! The wire: what every method sends, and what it makes of every reply the document describes.

use std::sync::{Arc, Mutex};

use configuration_client::{Client, operations::OPERATIONS};
use guards::{
    calls::configuration,
    document,
    recorder::{Recorder, Reply},
    snapshot, wire, workspace,
};
use serde_json::Value;

fn configuration_document() -> Value {
    document::bundled(&workspace::root(), "configuration").unwrap()
}

fn client(server: &Recorder) -> Client {
    Client::builder()
        .base_url(server.url())
        .basic_auth("k7wq2mz9p4xvt6hc3bn8rj5ydf1gs0ea", "secret")
        .build()
        .unwrap()
}

#[tokio::test]
async fn every_method_sends_what_the_document_says() {
    let document = configuration_document();
    let next = Arc::new(Mutex::new(Reply::new(500)));
    let told = Arc::clone(&next);
    let server = Recorder::start(move |_| told.lock().unwrap().clone()).await;
    let client = client(&server);
    let mut blocks: Vec<(&str, String)> = Vec::new();
    for operation in OPERATIONS {
        let replies = wire::replies(&document, operation).unwrap();
        *next.lock().unwrap() = replies[0].reply();
        let outcome = configuration::call(&client, operation.id()).await.unwrap();
        let requests = server.take();
        assert_eq!(requests.len(), 1, "`{}`: {outcome:?}", operation.id());
        blocks.push((operation.tag(), wire::block(operation.id(), &requests[0])));
    }
    for tag in wire::tags(&document) {
        let own = blocks.iter().filter(|(other, _)| *other == tag);
        let text = own
            .map(|(_, block)| block.as_str())
            .collect::<Vec<_>>()
            .join("\n");
        let name = tag.to_lowercase().replace(' ', "-");
        snapshot::assert("wire", &format!("configuration-{name}"), &text);
    }
}

#[tokio::test]
async fn every_documented_reply_is_understood() {
    let document = configuration_document();
    let next = Arc::new(Mutex::new(Reply::new(500)));
    let told = Arc::clone(&next);
    let server = Recorder::start(move |_| told.lock().unwrap().clone()).await;
    let client = client(&server);
    let mut complaints = Vec::new();
    for operation in OPERATIONS {
        for told in wire::replies(&document, operation).unwrap() {
            *next.lock().unwrap() = told.reply();
            let outcome = configuration::call(&client, operation.id()).await.unwrap();
            if let Err(complaint) = wire::check(&document, operation, &told, &outcome) {
                complaints.push(format!("{}, {told}: {complaint}", operation.id()));
            }
        }
    }
    assert!(
        complaints.is_empty(),
        "{} replies are misunderstood:\n{}",
        complaints.len(),
        complaints.join("\n")
    );
}

/// The replies above are all that the document declares, not only those that the table knows.
#[test]
fn every_status_of_every_operation_is_told() {
    let document = configuration_document();
    for operation in document::operations(&document) {
        let methods = OPERATIONS.iter().filter(|entry| {
            entry.document_id() == operation.id() && entry.path() == operation.path
        });
        let mut declared: Vec<(u16, Option<String>)> = Vec::new();
        for (status, response) in operation.responses() {
            let status = status.parse().unwrap();
            let types: Vec<_> = document::members(&response["content"]).collect();
            declared.extend(
                types
                    .iter()
                    .map(|(name, _)| (status, Some((*name).clone()))),
            );
            if types.is_empty() {
                declared.push((status, None));
            }
        }
        let told: Vec<(u16, Option<String>)> = methods
            .flat_map(|method| wire::replies(&document, method).unwrap())
            .map(|told| (told.status, told.media_type))
            .collect();
        for pair in declared {
            assert!(
                told.contains(&pair),
                "`{}` is never told {pair:?}",
                operation.id()
            );
        }
    }
}
