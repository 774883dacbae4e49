//! Why nothing could be generated.

use std::path::PathBuf;

use openapi_document::Report;

/// Why nothing was generated, checked or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The document has problems; the report says where and how to mend them.
    #[error("the document has {} problem(s)", .0.len())]
    Document(Report),
    /// `codegen.toml` cannot be used.
    #[error("{path}: {message}", path = path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// What is wrong in it.
        message: String,
    },
    /// The package name would be refused by cargo.
    #[error("`{name}` cannot be the name of a package: {why}")]
    CrateName {
        /// The name.
        name: String,
        /// The rule that it breaks.
        why: String,
    },
    /// No API of the workspace has this name.
    #[error("there is no API called `{name}` below openapi/; there are: {known}")]
    UnknownApi {
        /// The name that was asked for.
        name: String,
        /// The names that there are, with commas.
        known: String,
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
    #[error("{path} exists and was not made by this generator: choose another folder, or empty it first", path = path.display())]
    ForeignFolder {
        /// The folder.
        path: PathBuf,
    },
    /// progenitor's output is not what the completer was written for.
    #[error(
        "the generated code does not have the expected shape: {0}; the pinned version of progenitor was changed without its completer"
    )]
    Shape(String),
}
