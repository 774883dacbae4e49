//! Compares two OpenAPI documents by what they mean, and says of each change what it means for HTTP callers
//! and for users of the Rust crate that is generated from the document.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod accepted;
mod base;
mod change;
mod compare;
mod found;
mod git;
mod joined;
mod pairs;
mod render;
mod rule;
mod rust;
mod subject;
mod verdict;

use openapi_document::Document;
use openapi_document::model::Model;

pub use accepted::Accepted;
pub use base::{Base, BaseError};
pub use change::{Change, Changes, Place};
pub use render::SCHEMA;
pub use rule::{Area, Rule, rules, rules_table};
pub use verdict::{Judged, Verdict, Ways};

/// Finds all changes from an old document to a new one.
pub fn compare(old: &Document, new: &Document) -> Changes {
    let (before, after) = (Model::of(old.root()), Model::of(new.root()));
    Changes::of(compare::compare(&before, &after), old, new)
}
