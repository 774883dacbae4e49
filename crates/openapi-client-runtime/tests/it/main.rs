//! The runtime against real sockets, called the way generated code calls it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    missing_docs
)]

mod client;
mod downloads;
mod observers;
mod redaction;
mod replies;
mod requests;
mod server;
mod transport;
mod types;
mod uploads;
#[cfg(feature = "webhooks")]
mod webhooks;
mod writes;
