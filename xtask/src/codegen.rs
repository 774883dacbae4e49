//! `cargo xtask codegen`.

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use openapi_codegen::{
    Difference, Error, Files, Generated, Runtime, Settings, apis, compare, generate,
    generate_calls, write,
};
use openapi_document::Document;

use crate::{
    arguments::Codegen,
    output::{self, Outcome},
};

/// Lines of a diff that `--check` prints for one file.
const DIFF_LINES: usize = 60;
/// Files whose diff `--check` prints.
const DIFF_FILES: usize = 10;

/// One crate to generate.
struct Job {
    name: String,
    document: PathBuf,
    settings: Settings,
    folder: PathBuf,
    /// The folder of the calls with which tests use the client.
    calls: Option<PathBuf>,
    /// The command that would write it.
    command: String,
}

pub(crate) fn run(arguments: &Codegen) -> Result<Outcome, Error> {
    let mut outcome = Outcome::Clean;
    for job in jobs(arguments)? {
        outcome = outcome.and(run_job(&job, arguments.check)?);
    }
    Ok(outcome)
}

fn jobs(arguments: &Codegen) -> Result<Vec<Job>, Error> {
    if let (Some(document), Some(name), Some(out)) =
        (&arguments.document, &arguments.crate_name, &arguments.out)
    {
        let mut settings = Settings::new(name);
        settings.runtime = Runtime::Path(output::workspace().join("crates/openapi-client-runtime"));
        let command = format!(
            "cargo xtask codegen --document {} --crate-name {name} --out {}",
            document.display(),
            out.display()
        );
        return Ok(vec![Job {
            name: name.clone(),
            document: document.clone(),
            settings,
            folder: out.clone(),
            calls: None,
            command,
        }]);
    }
    let apis = apis(&output::workspace(), &arguments.apis)?;
    Ok(apis
        .into_iter()
        .map(|api| Job {
            command: format!("cargo xtask codegen --api {}", api.name),
            name: api.name,
            document: api.document,
            settings: api.settings,
            folder: api.crate_folder,
            calls: Some(api.calls_folder),
        })
        .collect())
}

fn run_job(job: &Job, check: bool) -> Result<Outcome, Error> {
    let start = Instant::now();
    let document = Document::open(&job.document).map_err(Error::Document)?;
    let generated = generate(&document, &job.settings)?;
    describe(&job.name, &generated);
    let mut outcome = settle(job, &job.folder, &generated.files, check)?;
    if let Some(folder) = &job.calls {
        let files = generate_calls(&document, &job.settings)?;
        outcome = outcome.and(settle(job, folder, &files, check)?);
    }
    output::line(format!("  done in {:.1?}", start.elapsed()));
    Ok(outcome)
}

/// Writes a folder, or says what would change.
fn settle(job: &Job, folder: &Path, files: &Files, check: bool) -> Result<Outcome, Error> {
    if check {
        let differences = compare(folder, files)?;
        return Ok(judge(job, folder, &differences));
    }
    let written = write(folder, files)?;
    output::line(format!(
        "  {}: {} written, {} unchanged, {} removed",
        shown(folder, ""),
        count(written.written.len()),
        written.unchanged,
        written.removed.len(),
    ));
    for path in written.written {
        output::line(format!("    written {}", shown(folder, &path)));
    }
    for path in written.removed {
        output::line(format!("    removed {}", shown(folder, &path)));
    }
    Ok(Outcome::Clean)
}

fn describe(name: &str, generated: &Generated) {
    let summary = &generated.summary;
    output::line(format!(
        "{name}: {} operations as {} methods, {} schemas, {} lowering rules applied",
        summary.operations,
        summary.methods,
        summary.schemas,
        summary.rules.len()
    ));
    for (rule, times) in &summary.rules {
        output::line(format!("    {rule}: {times}"));
    }
}

fn judge(job: &Job, folder: &Path, differences: &[Difference]) -> Outcome {
    if differences.is_empty() {
        output::line(format!("  {} is up to date", shown(folder, "")));
        return Outcome::Clean;
    }
    for difference in differences.iter().take(DIFF_FILES) {
        print_bounded(&difference.unified());
    }
    if differences.len() > DIFF_FILES {
        output::line(format!(
            "... and {} more",
            count(differences.len() - DIFF_FILES)
        ));
    }
    output::line(format!(
        "{}: {} out of date; run `{}` and commit what it writes",
        shown(folder, ""),
        count(differences.len()),
        job.command
    ));
    Outcome::Found
}

fn print_bounded(diff: &str) {
    for line in diff.lines().take(DIFF_LINES) {
        output::line(line);
    }
    let left = diff.lines().count().saturating_sub(DIFF_LINES);
    if left > 0 {
        output::line(format!("... {left} more lines of this diff"));
    }
}

fn count(files: usize) -> String {
    if files == 1 {
        "1 file".to_owned()
    } else {
        format!("{files} files")
    }
}

/// A path as the user would type it from the root of the workspace.
fn shown(folder: &Path, file: &str) -> String {
    let folder = folder.strip_prefix(output::workspace()).unwrap_or(folder);
    let path = folder.join(file).display().to_string();
    path.trim_end_matches('/').to_owned()
}
