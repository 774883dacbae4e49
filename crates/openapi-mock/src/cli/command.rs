//! The command `openapi-mock`.

use std::ffi::OsStr;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use openapi_document::{OpenOptions, Report};

use super::arguments::Arguments;
use crate::document::Document;

/// How the command ends where it does not serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Failure {
    /// A document has problems.
    Problems = 1,
    /// The command could not run.
    CannotRun = 2,
}

/// Codes of a document that is not there to be judged: missing, unreadable, a folder.
const NOT_THERE: [&str; 3] = ["D001", "D002", "D003"];

/// Runs the command with the arguments of the process.
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     openapi_mock::cli::main()
/// }
/// ```
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => ExitCode::from(failure as u8),
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let documents = read(arguments.documents(), &arguments.opening())?;
    super::serve(&arguments.options, documents, io::stdout()).map_err(|error| {
        let _ = writeln!(io::stderr(), "error: {error}");
        Failure::CannotRun
    })
}

/// Reads all documents, so that the problems of all are told at once.
fn read(
    files: Vec<(String, PathBuf)>,
    options: &OpenOptions,
) -> Result<Vec<(String, Document)>, Failure> {
    let mut documents = Vec::new();
    let mut failure = None;
    for (name, file) in files {
        match options.open(&file) {
            Ok(read) => documents.push((name, Document::from(&read))),
            Err(report) => {
                print(&report);
                failure = failure.max(Some(judge(&report)));
            }
        }
    }
    match failure {
        None => Ok(documents),
        Some(failure) => {
            let _ = writeln!(io::stderr(), "error: nothing is served");
            Err(failure)
        }
    }
}

fn judge(report: &Report) -> Failure {
    let mut problems = report.iter();
    if problems.any(|problem| NOT_THERE.contains(&problem.code())) {
        Failure::CannotRun
    } else {
        Failure::Problems
    }
}

/// Terminals get colours, unless the user wants none: see <https://no-color.org>.
fn print(report: &Report) {
    let no_color = std::env::var_os("NO_COLOR");
    let wanted = no_color.as_deref().is_none_or(OsStr::is_empty);
    let color = io::stderr().is_terminal() && wanted;
    let _ = write!(io::stderr(), "{}", report.render(color));
}
