//! Turns an `OpenAPI` 3.0 document into a typed client crate.
//!
//! `lint -> lower -> generate -> complete -> write`, one module each; reading,
//! validating and resolving is the work of [`openapi_document`].
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod apis;
mod attempt;
mod blame;
mod characters;
pub mod codes;
mod complete;
mod error;
mod generate;
mod lower;
mod markdown;
mod naming;
mod pipeline;
mod plan;
mod settings;
mod staging;
mod write;

pub use apis::{Api, apis, document_path, each_api, orphans};
pub use complete::Files;
pub use error::Error;
pub use lower::{RULES, Rule};
pub use pipeline::{
    Generated, Summary, generate, generate_calls, generate_module, lowered_document,
};
pub use settings::{Runtime, Settings};
pub use write::{Difference, Written, compare, remove, write};

/// The example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
