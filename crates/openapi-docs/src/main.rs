//! The command `openapi-docs`: a reference site of documents.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use openapi_docs::{Site, Source};
use openapi_document::{Document, OpenOptions, Report};

const EXIT_CODES: &str = "\
Exit codes:
  0  the site was written
  1  a document has errors, and nothing was changed
  2  the command could not run: wrong arguments, a file that cannot be read or written";

/// Write a reference site of OpenAPI 3.0 documents
#[derive(Debug, Parser)]
#[command(name = "openapi-docs", version, after_help = EXIT_CODES)]
struct Arguments {
    /// Documents, YAML or JSON; each gets a folder named for its file
    #[arg(required = true, value_name = "FILE")]
    documents: Vec<PathBuf>,
    /// Folder to write the site to; one that stands there already is replaced if it is a site
    #[arg(long, value_name = "DIR", default_value = "reference")]
    out: PathBuf,
    /// Let references lead into this folder too, besides that of each document; may be repeated
    #[arg(long, value_name = "DIR")]
    allow_ref_outside: Vec<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut opened = Vec::new();
    let mut failed = Report::default();
    for path in &arguments.documents {
        match open(path, &arguments.allow_ref_outside) {
            Ok(document) => opened.push((openapi_docs::name_of(path), document)),
            Err(report) => failed.extend(report),
        }
    }
    if !failed.is_empty() {
        eprint!("{}", failed.render(false));
        eprintln!("error: no site was written, and nothing was changed");
        let is_missing = failed
            .iter()
            .any(|found| ["D001", "D002", "D003"].contains(&found.code()));
        return ExitCode::from(if is_missing { 2 } else { 1 });
    }
    let sources: Vec<_> = opened
        .iter()
        .map(|(name, document)| Source { name, document })
        .collect();
    let site = Site::of(&sources);
    match site.write(&arguments.out) {
        Ok(written) => {
            println!(
                "{}: {} pages, {} bytes",
                written.folder.join("index.html").display(),
                site.pages(),
                site.bytes()
            );
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn open(path: &Path, allowed: &[PathBuf]) -> Result<Document, Report> {
    let options = allowed.iter().fold(OpenOptions::new(), |options, folder| {
        options.allow_ref_outside(folder)
    });
    options.open(path)
}
