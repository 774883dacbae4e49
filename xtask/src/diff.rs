//! `cargo xtask diff`.

use std::path::{Path, PathBuf};

use openapi_codegen::{Error, document_path, each_api};
use openapi_diff::{Accepted, Base, BaseError, Change, Changes, Verdict, compare};
use openapi_document::{Document, Report};

use crate::{
    arguments::{Diff, FailOn, Format, Workspace},
    output::{Outcome, Output, count},
};

/// The revision that documents are compared with where nothing else is said.
const LAST_COMMIT: &str = "HEAD";

/// Changes that are meant, beside the document.
const ACCEPTED: &str = "accepted-changes.toml";

/// One document to compare.
struct Job {
    /// None for a document of no workspace.
    api: Option<String>,
    document: PathBuf,
}

pub(crate) fn run(
    arguments: &Diff,
    workspace: &Workspace,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let jobs = match &arguments.against {
        Some(document) => vec![Job {
            api: None,
            document: document.clone(),
        }],
        None => each_api(workspace.root(), &arguments.apis)?
            .into_iter()
            .map(|(name, _)| Job {
                document: document_path(workspace.root(), &name),
                api: Some(name),
            })
            .collect(),
    };
    let mut outcome = Outcome::Clean;
    for job in &jobs {
        let ended = perform(job, arguments, workspace, output);
        outcome = outcome.max(ended);
    }
    Ok(outcome)
}

fn perform(job: &Job, arguments: &Diff, workspace: &Workspace, output: &mut Output) -> Outcome {
    let base = match find_base(job, arguments, workspace) {
        Ok(base) => base,
        Err(BaseError::NotThere { name, path })
            if job.api.is_some() && arguments.apis.is_empty() =>
        {
            output.line(format!(
                "`{path}` was not there in `{name}`: all of it is new"
            ));
            return Outcome::Clean;
        }
        Err(error) => {
            output.error(&error.to_string());
            return Outcome::Failed;
        }
    };
    let old = base.open(workspace.root(), workspace.allowed());
    let new = workspace.open(&job.document);
    match (old, new) {
        (Ok(old), Ok(new)) => report(job, arguments, workspace, output, &base, [&old, &new]),
        (old, new) => {
            let mut problems = Report::default();
            problems.extend([old.err(), new.err()].into_iter().flatten().flatten());
            output.report(&problems);
            Outcome::of(&problems)
        }
    }
}

fn find_base(job: &Job, arguments: &Diff, workspace: &Workspace) -> Result<Base, BaseError> {
    let name = arguments.base.as_deref().unwrap_or(LAST_COMMIT);
    let (root, allowed) = (workspace.root(), workspace.allowed());
    match arguments.base {
        // The last commit is meant, also where a file is called so.
        None => Base::revision(name, root, &job.document, allowed),
        Some(_) => Base::find(name, root, &job.document, allowed),
    }
}

fn report(
    job: &Job,
    arguments: &Diff,
    workspace: &Workspace,
    output: &mut Output,
    base: &Base,
    [old, new]: [&Document; 2],
) -> Outcome {
    let mut changes = compare(old, new);
    let mut outcome = Outcome::Clean;
    if base.is_revision() && job.api.is_some() {
        let is_named = arguments.base.is_some();
        outcome = accept(
            &mut changes,
            &job.document.with_file_name(ACCEPTED),
            is_named,
            output,
        );
    }
    print(&changes, &workspace.shown(&job.document), base, output);
    outcome.max(judge(&changes, arguments.fail_on))
}

/// Marks accepted changes. Entries that match nothing count where `is_named`: beside the last commit most
/// of them have nothing to match.
fn accept(changes: &mut Changes, path: &Path, is_named: bool, output: &mut Output) -> Outcome {
    let problems = match Accepted::read(path) {
        Ok(accepted) => {
            let stale = accepted.apply(changes, path);
            if is_named { stale } else { Report::default() }
        }
        Err(problems) => problems,
    };
    output.report(&problems);
    Outcome::of(&problems)
}

fn print(changes: &Changes, shown: &str, base: &Base, output: &mut Output) {
    match output.format() {
        Format::Text => {
            if !changes.is_empty() {
                output.block(&changes.render(Output::colors()));
            }
            output.line(format!(
                "{shown} beside `{}`: {}, for HTTP callers {}, for Rust users {}",
                base.shown(),
                count(changes.len(), "change"),
                changes.http(),
                changes.rust()
            ));
        }
        Format::Markdown => {
            let title = format!("`{shown}` beside `{}`", base.shown());
            output.block(&changes.to_markdown(&title));
        }
        Format::Json => {
            let mut result = changes.to_json();
            result["document"] = shown.into();
            result["base"] = base.shown().into();
            output.result(result);
        }
    }
}

fn judge(changes: &Changes, fail_on: Option<FailOn>) -> Outcome {
    let fails = |change: &Change| match fail_on {
        None => false,
        Some(FailOn::Any) => true,
        Some(FailOn::Breaking) => change.worst() == Verdict::Breaking,
    };
    if changes.open().any(fails) {
        Outcome::Found
    } else {
        Outcome::Clean
    }
}
