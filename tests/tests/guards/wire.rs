//! The wire: what every method sends, and what it makes of every reply the document describes.

use std::sync::{Arc, Mutex};

use guards::{
    clients::{CLIENTS, Client},
    document,
    recorder::{Recorder, Reply},
    snapshot, wire, workspace,
};
use serde_json::Value;

fn document_of(client: &Client) -> Value {
    document::bundled(&workspace::root(), client.name).unwrap()
}

/// A server that answers with whatever was put down for it last.
async fn server() -> (Recorder, Arc<Mutex<Reply>>) {
    let next = Arc::new(Mutex::new(Reply::new(500)));
    let told = Arc::clone(&next);
    let server = Recorder::start(move |_| told.lock().unwrap().clone()).await;
    (server, next)
}

#[tokio::test]
async fn every_method_sends_what_the_document_says() {
    for client in CLIENTS {
        let document = document_of(client);
        let (server, next) = server().await;
        let calls = (client.connect)(server.url());
        let mut blocks: Vec<(&str, String)> = Vec::new();
        for operation in client.operations {
            let replies = wire::replies(&document, operation).unwrap();
            *next.lock().unwrap() = replies[0].reply();
            let outcome = calls.call(operation.id()).await.unwrap();
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
            let tag = tag.to_lowercase().replace(' ', "-");
            snapshot::assert("wire", &format!("{}-{tag}", client.name), &text);
        }
    }
}

#[tokio::test]
async fn every_documented_reply_is_understood() {
    let mut complaints = Vec::new();
    for client in CLIENTS {
        let document = document_of(client);
        let (server, next) = server().await;
        let calls = (client.connect)(server.url());
        for operation in client.operations {
            for told in wire::replies(&document, operation).unwrap() {
                *next.lock().unwrap() = told.reply();
                let outcome = calls.call(operation.id()).await.unwrap();
                if let Err(complaint) = wire::check(&document, operation, &told, &outcome) {
                    complaints.push(format!("{}, {told}: {complaint}", operation.id()));
                }
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
    for client in CLIENTS {
        let document = document_of(client);
        for operation in document::operations(&document) {
            is_told(client, &document, &operation);
        }
    }
}

fn is_told(client: &Client, document: &Value, operation: &document::Operation<'_>) {
    let methods = client
        .operations
        .iter()
        .filter(|entry| entry.document_id() == operation.id() && entry.path() == operation.path);
    let mut declared: Vec<(u16, Option<String>)> = Vec::new();
    for (status, response) in operation.responses() {
        let status = wire::code(status, operation);
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
        .flat_map(|method| wire::replies(document, method).unwrap())
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
