//! How to use a mock server, page by page. Each example in Rust is run, on the API of
//! `docs/meetings.yaml`.
//!
//! - [`start`]: as a command, in tests, with a generated client, in other languages
//! - [`credentials`]: good ones, bad ones, and your own
//! - [`oauth`]: the authorization server, and the consent page
//! - [`requests`]: what is checked, how refusals look, `Prefer`, extensions
//! - [`state`]: what is inferred, what is there from the start, keeping and forgetting
//! - [`faults`]: everything that can go wrong, and rate limits
//! - [`expectations`]: what a test expects, asserts and finds recorded; the access log
//! - [`webhooks`]: signed events
//! - [`control`]: all of this over HTTP

#[doc = include_str!("../docs/start.md")]
pub mod start {}

#[doc = include_str!("../docs/credentials.md")]
pub mod credentials {}

#[doc = include_str!("../docs/oauth.md")]
pub mod oauth {}

#[doc = include_str!("../docs/requests.md")]
pub mod requests {}

#[doc = include_str!("../docs/state.md")]
pub mod state {}

#[doc = include_str!("../docs/faults.md")]
pub mod faults {}

#[doc = include_str!("../docs/expectations.md")]
pub mod expectations {}

#[doc = include_str!("../docs/webhooks.md")]
pub mod webhooks {}

#[doc = include_str!("../docs/control.md")]
pub mod control {}
