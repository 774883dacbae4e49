//! Reads OpenAPI 3.0 documents, with a position for every value.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod bundle;
mod codes;
mod document;
mod files;
mod finding;
mod grammar;
mod json;
pub mod lint;
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

/// Checks an opened document against all [lint rules](lint::rules).
///
/// The report holds the document's [warnings](Document::warnings) too. Suppressions in the document
/// (`x-lint-ignore`) are taken into account.
pub fn lint(document: &Document) -> Report {
    let mut report = document.warnings().clone();
    report.extend(document.report(lint::check(document.root())));
    report
}
