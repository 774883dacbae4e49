//! The command line of the workspace: parses arguments, calls a crate, prints.
//!
//! Exit codes: 0 all is well, 1 something was found (problems in a document,
//! generated code out of date), 2 the command could not run.

mod arguments;
mod codegen;
mod lint;
mod output;

use std::process::ExitCode;

use arguments::{Arguments, Command};
use clap::Parser;
use output::Outcome;

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Codegen(arguments) => codegen::run(&arguments),
        Command::Lint(arguments) => lint::run(&arguments),
    };
    match outcome {
        Ok(Outcome::Clean) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::from(1),
        Err(error) => output::failure(&error),
    }
}
