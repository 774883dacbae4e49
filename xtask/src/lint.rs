//! `cargo xtask lint`.

use openapi_codegen::{Error, document_path, each_api};
use openapi_document::{Report, lint};

use crate::{
    arguments::{Lint, Workspace},
    output::{Outcome, Output, count},
};

pub(crate) fn run(
    arguments: &Lint,
    workspace: &Workspace,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let mut found = Report::default();
    let mut outcome = Outcome::Clean;
    let mut paths: Vec<_> = arguments.document.iter().cloned().collect();
    if paths.is_empty() {
        for (name, api) in each_api(workspace.root(), &arguments.apis)? {
            match api {
                Ok(_) => {}
                Err(Error::Document(report)) => found.extend(report),
                Err(error) => {
                    outcome = outcome.max(output.failure(&error, &format!("{name}: ")));
                }
            }
            paths.push(document_path(workspace.root(), &name));
        }
    }
    for path in &paths {
        found.extend(match workspace.open(path) {
            Ok(document) => lint(&document),
            Err(report) => report,
        });
    }
    output.report(&found);
    let documents = count(paths.len(), "document");
    output.line(if found.is_empty() {
        format!("{documents} checked, nothing found")
    } else {
        let problems = count(found.len(), "problem");
        format!("{documents} checked, {problems} found")
    });
    Ok(outcome.max(Outcome::of(&found)))
}
