//! The clients of the mini documents on the wire: what they send, and what they
//! make of replies.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod bodies;
mod calls;
#[allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    irrefutable_let_patterns,
    clippy::all,
    clippy::pedantic,
    reason = "generated; no client is used as a whole"
)]
mod clients;
mod directions;
mod ergonomics;
mod expected_failures;
mod forms;
mod limits;
mod oauth;
mod pagination;
mod parameters;
mod schemas;
mod security;
mod server;
mod servers;
mod setters;
mod statuses;
mod unions;
mod webhooks;
mod words;

/// A client of a mini document that talks to the server.
macro_rules! client {
    ($name:ident, $server:expr) => {
        crate::clients::$name::Client::builder()
            .base_url($server.url())
            .retry(openapi_client_runtime::RetryPolicy::none())
            .build()
            .unwrap()
    };
}
pub(crate) use client;
