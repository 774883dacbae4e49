//! Printing.

use std::{
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use openapi_codegen::Error;
use openapi_document::Report;

/// How a command ended that could run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Clean,
    Found,
}

impl Outcome {
    pub(crate) fn and(self, other: Self) -> Self {
        if self == Self::Clean { other } else { self }
    }
}

/// The root of the workspace.
pub(crate) fn workspace() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_owned()
}

/// Prints a line; a reader that went away is no error of ours.
pub(crate) fn line(text: impl AsRef<str>) {
    let _ = writeln!(std::io::stdout(), "{}", text.as_ref());
}

/// Prints the problems of a document for people.
pub(crate) fn report(report: &Report) {
    let color = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let _ = writeln!(std::io::stderr(), "{}", report.render(color));
}

/// Says why a command could not do its work.
pub(crate) fn failure(error: &Error) -> ExitCode {
    if let Error::Document(problems) = error {
        report(problems);
        let _ = writeln!(std::io::stderr(), "error: {error}; nothing was changed");
        return ExitCode::from(1);
    }
    let _ = writeln!(std::io::stderr(), "error: {error}");
    ExitCode::from(2)
}
