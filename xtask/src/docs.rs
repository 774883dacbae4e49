//! `cargo xtask docs`.

use std::time::Instant;

use openapi_codegen::{Error, document_path, each_api};
use openapi_docs::{Site, Source, name_of};
use openapi_document::Report;
use serde_json::json;

use crate::{
    arguments::{Docs, Workspace},
    output::{Outcome, Output, count},
};

pub(crate) fn run(
    arguments: &Docs,
    workspace: &Workspace,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let start = Instant::now();
    let mut paths: Vec<_> = arguments.document.iter().cloned().collect();
    if paths.is_empty() {
        let apis = each_api(workspace.root(), &arguments.apis)?;
        let names = apis.into_iter().map(|(name, _)| name);
        paths.extend(names.map(|name| document_path(workspace.root(), &name)));
    }
    let mut documents = Vec::new();
    let mut problems = Report::default();
    for path in &paths {
        match workspace.open(path) {
            Ok(document) => documents.push((name_of(path), document)),
            Err(report) => problems.extend(report),
        }
    }
    if !problems.is_empty() {
        return Err(Error::Document(problems));
    }
    let sources = documents.iter();
    let sources: Vec<_> = sources
        .map(|(name, document)| Source { name, document })
        .collect();
    let site = Site::of(&sources);
    let out = arguments.out.clone();
    let out = out.unwrap_or_else(|| workspace.root().join("target/reference"));
    let written = match site.write(&out) {
        Ok(written) => written,
        Err(error) => {
            output.error(&error.to_string());
            return Ok(Outcome::Failed);
        }
    };
    let seconds = start.elapsed().as_secs_f64();
    let index = written.folder.join("index.html");
    output.line(format!(
        "{} about {}, {} kB in {seconds:.1} s: {}",
        count(site.pages(), "page"),
        count(sources.len(), "API"),
        site.bytes() / 1000,
        workspace.shown(&index)
    ));
    output.result(json!({
        "index": index.display().to_string(),
        "pages": site.pages(),
        "bytes": site.bytes(),
    }));
    Ok(Outcome::Clean)
}
