//! Reads OpenAPI 3.0 documents, with a position for every value.
//!
//! [`Document::open`] reads YAML or JSON, refuses duplicate keys, validates against the meta-schema
//! of OpenAPI 3.0 and against [our own vocabulary](#vocabulary), follows references through all
//! files and bundles them into one JSON value. [`lint()`] checks the bundled document against the
//! [rules](lint::rules) of this workspace. Both report all problems of one run, each with file,
//! line and column, the source excerpt, why it matters and how to mend it.
//!
//! ```
//! use openapi_document::{Document, lint};
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("openapi.yaml");
//! # std::fs::write(&path, "openapi: 3.0.3
//! # info: {title: Pets, version: 1.0.0}
//! # paths: {}
//! # components: {schemas: {Pet: {type: object}}}")?;
//! let document = Document::open(&path)?;
//! assert_eq!(document.root()["info"]["title"], "Pets");
//! assert_eq!(document.location("/components/schemas/Pet").map(|at| at.line), Some(4));
//!
//! for problem in &lint(&document) {
//!     println!("{}:{}: {} {problem}", problem.file().display(), problem.line(), problem.code());
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Problems of a document that cannot be opened come as an error, a [`Report`]:
//!
//! ```
//! use openapi_document::Document;
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("openapi.yaml");
//! std::fs::write(&path, "openapi: 3.0.3\npaths: {}\npaths: {}\n")?;
//! let report = Document::open(&path).unwrap_err();
//! let found: Vec<_> = report.iter().map(|problem| (problem.code(), problem.line())).collect();
//! assert_eq!(found, [("D302", 1), ("D010", 3)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Reading
//!
//! YAML is YAML 1.2 restricted to what JSON can hold: `yes` and `no`, dates and times are texts;
//! numeric keys such as `200` are texts; tags, merge keys and several documents in one file are
//! refused. Aliases are copies, of at most 100 000 values a file. Files are UTF-8, at most 64 MiB
//! large, 256 MiB together, and 100 levels deep.
//!
//! # Bundling
//!
//! References of the form `#/pointer`, `file.yaml` and `file.yaml#/pointer` are relative to the file
//! they stand in. They stay below the folder of the root document, links followed, unless
//! [`OpenOptions`] allows other folders: a document may be somebody else's. A definition from
//! elsewhere becomes a component named like the last part of the pointer, or like the file if there
//! is none. A component of the root document that is only a reference to a definition elsewhere *is*
//! that definition. Two definitions with one name are an error. Path items are copied to where they
//! are referenced. The values of a discriminator mapping are written as references.
//!
//! # Codes
//!
#![doc = include_str!("codes.md")]
//!
//! # Vocabulary
//!
//! Extensions (`x-`) the tools of this workspace understand. They are checked wherever they stand.
//! What is wrong with them is a warning, as are other extensions: anybody may use `x-` names, so a
//! document from elsewhere stays usable. Code generation for the documents of this workspace
//! refuses these warnings.
//!
#![doc = include_str!("vocabulary.md")]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod bundle;
mod codes;
mod document;
mod files;
mod finding;
mod folders;
mod grammar;
pub mod inheritance;
mod json;
pub mod judge;
pub mod lint;
mod meta;
pub mod model;
mod nearest;
mod node;
pub mod pointer;
mod printable;
mod provenance;
mod reference;
mod report;
mod scalar;
pub mod servers;
mod source;
mod trial;
pub mod union;
mod version;
mod violation;
mod vocabulary;
pub mod walk;
mod yaml;

pub use codes::{Code, codes, codes_table};
pub use document::{Document, OpenOptions};
pub use finding::{Finding, Related, Severity};
pub use nearest::nearest;
pub use printable::printable;
pub use provenance::ProvenanceReport;
pub use report::{Diagnostic, Location, RelatedPlace, Report};
pub use vocabulary::{is_known_extension, vocabulary_table};

/// Checks an opened document against all [lint rules](lint::rules).
///
/// The report holds the document's [warnings](Document::warnings) too. Suppressions in the document
/// (`x-lint-ignore`) are taken into account.
pub fn lint(document: &Document) -> Report {
    let mut report = document.warnings().clone();
    report.extend(document.report(lint::check(document.root())));
    report
}

/// The examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
