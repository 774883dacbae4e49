//! Why nothing could be generated.

use std::path::PathBuf;

use openapi_document::Report;

/// Why nothing was generated, checked or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The document, or `codegen.toml` beside it, has problems; the report says
    /// where and how to mend them.
    #[error("{} {} found", .0.len(), if .0.len() == 1 { "problem" } else { "problems" })]
    Document(Report),
    /// The package name would be refused by cargo.
    #[error("`{name}` cannot be the name of a package: {why}")]
    CrateName {
        /// The name.
        name: String,
        /// The rule that it breaks.
        why: String,
    },
    /// No API of the workspace has this name.
    #[error("there is no API called `{name}` below openapi/{advice}")]
    UnknownApi {
        /// The name that was asked for.
        name: String,
        /// The name that was meant, or the names that there are, with a leading separator.
        advice: String,
    },
    /// The workspace has no API at all.
    #[error("{path} holds no API: make a folder in it for each, with `openapi.yaml` and `codegen.toml`", path = path.display())]
    NoApi {
        /// The folder of the APIs.
        path: PathBuf,
    },
    /// Two APIs would be generated into one folder.
    #[error(
        "the APIs `{first}` and `{second}` have the same `crate-name` in codegen.toml: give each its own"
    )]
    SameCrate {
        /// The API that comes first.
        first: String,
        /// The other one.
        second: String,
    },
    /// Another run writes into the same folder and does not end.
    #[error("another run has been writing in {path} for a minute; nothing was changed: wait for it, or end it", path = path.display())]
    Busy {
        /// The folder that holds the crates.
        path: PathBuf,
    },
    /// A folder or file could not be read or written. Nothing was changed.
    #[error("{doing} {path}: {source}{advice}", path = path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
        /// What to do about it, with a leading separator, or nothing.
        advice: &'static str,
    },
    /// The target folder holds something that was not generated.
    #[error("{path} exists and was not made by this generator (its Cargo.toml does not say so); nothing was changed: choose another folder, or empty it first", path = path.display())]
    ForeignFolder {
        /// The folder.
        path: PathBuf,
    },
    /// progenitor's output is not what the completer was written for.
    #[error(
        "progenitor gave other code than expected: {0}; this is a bug of this generator, or its version of progenitor was changed"
    )]
    Shape(String),
}
