//! `cargo xtask provenance`.

use openapi_codegen::{Error, document_path, each_api};
use openapi_document::ProvenanceReport;

use crate::{
    arguments::{Provenance, Workspace},
    output::{Outcome, Output},
};

pub(crate) fn run(
    arguments: &Provenance,
    workspace: &Workspace,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let mut paths: Vec<_> = arguments.document.iter().cloned().collect();
    if paths.is_empty() {
        let apis = each_api(workspace.root(), &arguments.apis)?;
        let names = apis.into_iter().map(|(name, _)| name);
        paths.extend(names.map(|name| document_path(workspace.root(), &name)));
    }
    let mut outcome = Outcome::Clean;
    for path in &paths {
        match workspace.open(path) {
            Ok(document) => {
                let report = ProvenanceReport::of(&document);
                let shown = workspace.shown(path);
                output.line(format!("{shown}: {report}"));
                let mut result = report.to_json();
                result["document"] = shown.into();
                output.result(result);
            }
            Err(problems) => {
                output.report(&problems);
                outcome = outcome.max(Outcome::of(&problems));
            }
        }
    }
    Ok(outcome)
}
