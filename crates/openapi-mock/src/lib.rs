#![doc = include_str!("../README.md")]
#![allow(
    clippy::doc_markdown,
    reason = "OpenAPI and OpenID are names, not code"
)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod answer;
mod api;
mod call;
mod challenge;
mod change;
mod check;
mod document;
mod media;
mod mock;
mod negotiation;
mod prefer;
mod refusal;
mod reply;
mod request;
mod route;
mod schema;
mod server;
mod stand_in;
mod violation;

pub use crate::document::{Document, DocumentError};
pub use crate::mock::Mock;
pub use crate::request::Request;
pub use crate::server::{MockServer, MockServerBuilder, StartError};
