//! Compares two OpenAPI documents by what they mean, and says of each change what it means for HTTP callers
//! and for users of the Rust crate that is generated from the document.
//!
//! ```
//! use openapi_diff::{Verdict, compare};
//! use openapi_document::Document;
//!
//! # let folder = tempfile::tempdir()?;
//! # let old = folder.path().join("old.yaml");
//! # let new = folder.path().join("new.yaml");
//! let text = "openapi: 3.0.3
//! info: {title: Pets, version: '1'}
//! paths:
//!   /pets:
//!     get:
//!       operationId: listPets
//!       responses: {'204': {description: None.}}
//! ";
//! std::fs::write(&old, text)?;
//! std::fs::write(&new, text.replace("listPets", "getPets"))?;
//!
//! let changes = compare(&Document::open(&old)?, &Document::open(&new)?);
//! let change = changes.iter().next().unwrap();
//! assert_eq!((change.code, change.new.location().line), ("C104", 6));
//! assert_eq!(change.http.verdict, Verdict::Neutral);
//! assert_eq!(change.rust.verdict, Verdict::Breaking);
//! assert_eq!(change.symbols, ["Client::list_pets", "Client::get_pets"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is no change
//!
//! Where things stand (in which file, in which order, behind a reference or not, in an `allOf` of their own)
//! and the white space of texts. What is one to HTTP callers is not always one in Rust, and that is said: a
//! schema by reference and the same one inline have types of different names, and the required properties of
//! what is sent are arguments in the order of the document.
//!
//! # What is compared with what
//!
//! Operations of the same method and path, whatever the parameters of the path are called; else those of the
//! same `operationId`. Schemas where they are used: two schemas are compared once, however many places
//! lead to them, and a change is reported once, with all operations that it reaches. Branches of a choice are
//! told by the name of their component, by the value that only they allow, by their members, by their type.
//!
//! # Verdicts
//!
//! The verdict for HTTP callers is about a program that stays as it is. The verdict for Rust users is about
//! somebody who moves to the crate of the new document: does code still compile, and does the client still
//! send what it sent? Which way values travel decides: a required member more breaks what is sent, one less
//! breaks what is received. For callbacks, whose requests callers receive, it is the other way round.
//!
#![doc = include_str!("rules.md")]
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
mod table;
mod verdict;

use openapi_document::Document;
use openapi_document::model::Model;

pub use accepted::Accepted;
pub use base::{Base, BaseError};
pub use change::{Change, Changes, Place};
pub use render::SCHEMA;
pub use rule::{Area, Rule};
pub use table::{rules, rules_table};
pub use verdict::{Judged, Verdict, Ways};

/// Finds all changes from an old document to a new one: see the [crate] for an example.
#[must_use]
pub fn compare(old: &Document, new: &Document) -> Changes {
    let (before, after) = (Model::of(old.root()), Model::of(new.root()));
    Changes::of(compare::compare(&before, &after), old, new)
}

/// The examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
