//! Reads OpenAPI 3.0 documents, with a position for every value.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod bundle;
mod codes;
mod document;
mod files;
mod finding;
mod grammar;
mod json;
mod meta;
mod model;
mod nearest;
mod node;
pub mod pointer;
mod reference;
mod report;
mod scalar;
mod source;
mod version;
mod violation;
mod vocabulary;
mod yaml;

pub use codes::{Code, codes, codes_table};
pub use document::Document;
pub use finding::{Finding, Related, Severity};
pub use report::{Diagnostic, Location, RelatedPlace, Report};
pub use vocabulary::vocabulary_table;
