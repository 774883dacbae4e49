//! The command line of the workspace: parses arguments, calls a crate, prints.
//!
//! Exit codes: 0 all is well, 1 something was found (problems in a document,
//! generated code out of date), 2 the command could not run. Of several APIs all
//! are attempted, and the worst code counts.

mod arguments;
mod codegen;
mod diff;
mod docs;
mod lint;
mod mock;
mod output;
mod provenance;

use std::process::ExitCode;

use arguments::{Arguments, Command, Workspace};
use clap::Parser;
use output::{Outcome, Output};

/// Runs the command that the arguments of the process name.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut output = Output::new(arguments.format);
    if let Err(message) = arguments.check() {
        output.error(message);
        return output.finish(Outcome::Failed);
    }
    let workspace = Workspace::at(arguments.workspace, arguments.allow_ref_outside);
    let outcome = match arguments.command {
        Command::Diff(arguments) => diff::run(&arguments, &workspace, &mut output),
        Command::Codegen(arguments) => codegen::run(&arguments, &workspace, &mut output),
        Command::Lint(arguments) => lint::run(&arguments, &workspace, &mut output),
        Command::Provenance(arguments) => provenance::run(&arguments, &workspace, &mut output),
        Command::Docs(arguments) => docs::run(&arguments, &workspace, &mut output),
        Command::Mock(arguments) => mock::run(&arguments, &workspace, &mut output),
    };
    let outcome = outcome.unwrap_or_else(|error| output.failure(&error, ""));
    output.finish(outcome)
}
