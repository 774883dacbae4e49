//! Reads OpenAPI 3.0 documents, with a position for every value.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod document;
mod files;
mod finding;
mod node;
pub mod pointer;
mod report;
mod source;

pub use document::Document;
pub use finding::{Finding, Related, Severity};
pub use report::{Diagnostic, Location, RelatedPlace, Report};
