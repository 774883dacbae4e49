//! What the user may ask for.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    about = "From OpenAPI documents to client crates",
    after_help = "Exit codes: 0 all is well; 1 something was found; 2 the command could not run."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Generate the client crates from the documents
    Codegen(Codegen),
    /// Check the documents
    Lint(Lint),
}

#[derive(Debug, Args)]
pub(crate) struct Codegen {
    /// Generate this API of the workspace; may be repeated [default: all]
    #[arg(long = "api", value_name = "NAME", conflicts_with = "document")]
    pub(crate) apis: Vec<String>,
    /// Write nothing; print what would change, and exit with 1 if anything would
    #[arg(long)]
    pub(crate) check: bool,
    /// Generate from any `OpenAPI` 3.0 document, YAML or JSON
    #[arg(long, value_name = "FILE", requires = "crate_name", requires = "out")]
    pub(crate) document: Option<PathBuf>,
    /// Name of the package to generate, such as `pets-client`
    #[arg(long, value_name = "NAME", requires = "document")]
    pub(crate) crate_name: Option<String>,
    /// Folder to generate the package in
    #[arg(long, value_name = "DIR", requires = "document")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// Check this API of the workspace; may be repeated [default: all]
    #[arg(long = "api", value_name = "NAME", conflicts_with = "document")]
    pub(crate) apis: Vec<String>,
    /// Check any `OpenAPI` 3.0 document, YAML or JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) document: Option<PathBuf>,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people: excerpts of the source, reasons and advice
    Text,
    /// For editors and CI: one JSON array
    Json,
}
