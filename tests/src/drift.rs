//! Documents and generated crates.

use std::{collections::BTreeMap, path::Path};

use openapi_codegen::{Api, Difference, Error, Files, generate, generate_calls, orphans};
use openapi_document::Document;

use crate::workspace;

/// Lines of one diff that a failure shows.
const DIFF_LINES: usize = 40;
/// Files whose diff a failure shows.
const DIFF_FILES: usize = 5;

/// What the documents of a workspace give, by the name of the API.
pub type Expected = BTreeMap<String, Generated>;

/// What one document gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generated {
    /// The files of the crate.
    pub client: Files,
    /// The module with which the tests call it.
    pub calls: Files,
}

/// `generated/`, and the calls that the tests make with it, are what the documents of `openapi/`
/// give.
///
/// # Errors
///
/// As [`expected`] and [`compare`].
pub fn check(root: &Path) -> Result<(), String> {
    compare(root, &expected(root)?)
}

/// Generates everything in memory.
///
/// # Errors
///
/// The rendered report of a document that cannot be used.
pub fn expected(root: &Path) -> Result<Expected, String> {
    let apis = workspace::all_apis(root)?.into_iter();
    apis.map(|api| Ok((api.name.clone(), regenerate(&api)?)))
        .collect()
}

fn regenerate(api: &Api) -> Result<Generated, String> {
    let explain = |error| match error {
        Error::Document(report) => format!(
            "nothing can be generated for `{0}`:\n{1}\nrun `cargo xtask lint --api {0}` and mend what it finds",
            api.name,
            report.render(false),
        ),
        other => other.to_string(),
    };
    let document =
        Document::open(&api.document).map_err(|report| explain(Error::Document(report)))?;
    Ok(Generated {
        client: generate(&document, &api.settings).map_err(explain)?.files,
        calls: generate_calls(&document, &api.settings).map_err(explain)?,
    })
}

/// The generated folders of a workspace hold what is expected, and nothing else.
///
/// # Errors
///
/// The start of a unified diff, and the command that writes what is expected.
pub fn compare(root: &Path, expected: &Expected) -> Result<(), String> {
    let mut complaints = Vec::new();
    let apis = workspace::all_apis(root)?;
    for api in &apis {
        let Some(generated) = expected.get(&api.name) else {
            return Err(format!("nothing is expected of the API `{}`", api.name));
        };
        for (folder, files) in [
            (&api.crate_folder, &generated.client),
            (&api.calls_folder, &generated.calls),
        ] {
            let differences =
                openapi_codegen::compare(folder, files).map_err(|error| error.to_string())?;
            if !differences.is_empty() {
                complaints.push(complaint(root, api, folder, &differences));
            }
        }
    }
    for folder in orphans(root, &apis).map_err(|error| error.to_string())? {
        let folder = folder.strip_prefix(root).unwrap_or(&folder).display();
        complaints.push(format!("{folder} belongs to no API of openapi/: remove it"));
    }
    if complaints.is_empty() {
        Ok(())
    } else {
        Err(complaints.join("\n"))
    }
}

fn complaint(root: &Path, api: &Api, folder: &Path, differences: &[Difference]) -> String {
    let folder = folder.strip_prefix(root).unwrap_or(folder);
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
