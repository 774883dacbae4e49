// Of two definitions the first counts: here pages of the documentation, for readers of the file files.
#![doc = "\
[start]: guide::start\n\
[credentials]: guide::credentials\n\
[oauth]: guide::oauth\n\
[requests]: guide::requests\n\
[state]: guide::state\n\
[faults]: guide::faults\n\
[expectations]: guide::expectations\n\
[webhooks]: guide::webhooks\n\
[control]: guide::control\n\
"]
#![doc = include_str!("../README.md")]
#![allow(
    clippy::doc_markdown,
    reason = "OpenAPI and OpenID are names, not code"
)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod access;
mod answer;
mod api;
mod bounded;
mod call;
mod challenge;
mod change;
mod check;
#[cfg(feature = "cli")]
pub mod cli;
mod control;
mod delivery;
mod document;
mod error;
mod expect;
mod faults;
pub mod guide;
mod limits;
mod log;
mod media;
mod mock;
mod negotiation;
mod oauth;
mod prefer;
mod random;
mod reason;
mod redact;
mod refusal;
mod reply;
mod request;
mod retry_after;
mod route;
mod sample;
mod schema;
mod server;
mod spec;
mod stand_in;
mod state;
mod violation;
mod webhooks;
mod writing;

pub use crate::access::{Credential, Credentials, Quality, TokenBuilder, UnknownScheme};
pub use crate::document::{Document, DocumentError};
pub use crate::error::MockError;
pub use crate::expect::{CannedReply, Expectation, Recorded, ScopedExpectation};
pub use crate::faults::{Fault, FaultPlan};
pub use crate::limits::RateLimits;
pub use crate::log::LogEntry;
pub use crate::mock::Mock;
pub use crate::oauth::{Consent, OAuthServer};
pub use crate::request::Request;
pub use crate::server::{MockServer, MockServerBuilder, StartError};
pub use crate::state::StateFileError;
pub use crate::webhooks::{Attempt, Delivery, Webhooks};
