//! `cargo xtask mock`.

use openapi_codegen::{Error, document_path, each_api};
use openapi_document::Report;
use openapi_mock::{Document, cli};

use crate::{
    arguments::{Mock, Workspace},
    output::{Outcome, Output, count},
};

pub(crate) fn run(
    arguments: &Mock,
    workspace: &Workspace,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let names: Vec<String> = each_api(workspace.root(), &arguments.apis)?
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let documents = match read(&names, workspace) {
        Ok(documents) => documents,
        Err(report) => {
            output.report(&report);
            let problems = count(report.len(), "problem");
            output.line(format!("{problems} found, nothing is served"));
            return Ok(Outcome::of(&report));
        }
    };
    match cli::serve(&arguments.options, documents, output.stream()) {
        Ok(()) => Ok(Outcome::Clean),
        Err(error) => {
            output.error(&error.to_string());
            Ok(Outcome::Failed)
        }
    }
}

/// The documents with the names that they are served under; one alone is served at the root.
fn read(names: &[String], workspace: &Workspace) -> Result<Vec<(String, Document)>, Report> {
    let mut documents = Vec::new();
    let mut problems = Report::default();
    for name in names {
        let prefix = if names.len() == 1 { "" } else { name };
        match workspace.open(&document_path(workspace.root(), name)) {
            Ok(document) => documents.push((prefix.to_owned(), Document::from(&document))),
            Err(report) => problems.extend(report),
        }
    }
    if problems.is_empty() {
        Ok(documents)
    } else {
        Err(problems)
    }
}
