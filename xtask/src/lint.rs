//! `cargo xtask lint`.

use std::path::{Path, PathBuf};

use openapi_codegen::{Error, apis};
use openapi_document::{Document, Report, lint};

use crate::{
    arguments::{Format, Lint},
    output::{self, Outcome},
};

pub(crate) fn run(arguments: &Lint) -> Result<Outcome, Error> {
    let mut found = Report::default();
    let mut documents = 0;
    for path in paths(arguments)? {
        found.extend(check(&path));
        documents += 1;
    }
    match arguments.format {
        Format::Json => output::line(format!("{:#}", found.to_json())),
        Format::Text if found.is_empty() => {
            output::line(format!("{documents} document(s) checked, nothing found"));
        }
        Format::Text => {
            output::report(&found);
            output::line(format!(
                "{documents} document(s) checked, {} problem(s) found",
                found.len()
            ));
        }
    }
    Ok(if found.is_empty() {
        Outcome::Clean
    } else {
        Outcome::Found
    })
}

fn paths(arguments: &Lint) -> Result<Vec<PathBuf>, Error> {
    if let Some(document) = &arguments.document {
        return Ok(vec![document.clone()]);
    }
    let apis = apis(&output::workspace(), &arguments.apis)?;
    Ok(apis.into_iter().map(|api| api.document).collect())
}

fn check(path: &Path) -> Report {
    match Document::open(path) {
        Ok(document) => lint(&document),
        Err(report) => report,
    }
}
