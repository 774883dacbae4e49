//! Documents and generated crates.

use std::path::Path;

use openapi_codegen::{Api, Difference, Error, Generated, compare, generate};
use openapi_document::Document;

use crate::workspace;

/// Lines of one diff that a failure shows.
const DIFF_LINES: usize = 40;
/// Files whose diff a failure shows.
const DIFF_FILES: usize = 5;

/// `generated/` is what the documents of `openapi/` give.
///
/// # Errors
///
/// The start of a unified diff, and the command that writes what is expected.
pub fn check(root: &Path) -> Result<(), String> {
    let mut complaints = Vec::new();
    for api in workspace::all_apis(root)? {
        let files = regenerate(&api)?.files;
        let differences = compare(&api.crate_folder, &files).map_err(|error| error.to_string())?;
        if !differences.is_empty() {
            complaints.push(complaint(root, &api, &differences));
        }
    }
    if complaints.is_empty() {
        Ok(())
    } else {
        Err(complaints.join("\n"))
    }
}

/// Generates the crate of an API in memory.
///
/// # Errors
///
/// The rendered report where the document cannot be used.
pub fn regenerate(api: &Api) -> Result<Generated, String> {
    let explain = |error| match error {
        Error::Document(report) => format!(
            "nothing can be generated for `{}`:\n{}\nrun `cargo xtask lint --api {}` and mend what it finds",
            api.name,
            report.render(false),
            api.name
        ),
        other => other.to_string(),
    };
    let document =
        Document::open(&api.document).map_err(|report| explain(Error::Document(report)))?;
    generate(&document, &api.settings).map_err(explain)
}

fn complaint(root: &Path, api: &Api, differences: &[Difference]) -> String {
    let folder = api
        .crate_folder
        .strip_prefix(root)
        .unwrap_or(&api.crate_folder);
    let mut text = String::new();
    for difference in differences.iter().take(DIFF_FILES) {
        text.push_str(&bounded(&difference.unified()));
    }
    let left = differences.len().saturating_sub(DIFF_FILES);
    if left > 0 {
        text.push_str(&format!("... and {left} more files\n"));
    }
    text.push_str(&format!(
        "{} is not what openapi/{} gives ({} file(s) differ): run `cargo xtask codegen --api {}` and commit what it writes",
        folder.display(),
        api.name,
        differences.len(),
        api.name
    ));
    text
}

fn bounded(diff: &str) -> String {
    let mut lines = diff.lines();
    let mut text: String = lines
        .by_ref()
        .take(DIFF_LINES)
        .map(|line| format!("{line}\n"))
        .collect();
    let left = lines.count();
    if left > 0 {
        text.push_str(&format!("... {left} more lines of this diff\n"));
    }
    text
}
