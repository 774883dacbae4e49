//! Mock servers over real sockets, and the command in processes of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod access;
mod command;
mod common;
mod control;
mod expectations;
mod faults;
mod guide;
mod kept;
mod limits;
mod log;
mod oauth;
mod replies;
mod requests;
mod resources;
mod running;
mod shutdown;
mod slow_clients;
mod state_file;
mod transfer;
mod webhooks;

use std::time::Duration;

use openapi_mock::{Document, MockServer};
use serde_json::Value;

async fn start(document: &Value) -> MockServer {
    let document = Document::bundled(&document.to_string()).unwrap();
    MockServer::start(document).await.unwrap()
}

/// Status, and why it was refused: the first word of what the mock says.
fn outcome(reply: &reqwest::Response) -> (u16, String) {
    let why = reply.headers().get("x-mock-refusal");
    let why = why.map_or("", |why| why.to_str().unwrap());
    let name = why.split(':').next().unwrap_or_default();
    (reply.status().as_u16(), name.to_owned())
}

/// Lets time pass at once. The clock only stands still meanwhile, because a runtime with a paused
/// clock skips to the next timeout whenever it waits for a socket.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}
