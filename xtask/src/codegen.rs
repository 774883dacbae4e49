//! `cargo xtask codegen`.

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use openapi_codegen::{
    Api, Difference, Error, Files, Runtime, Settings, Summary, codes, compare, each_api, generate,
    generate_calls, orphans, remove, write,
};
use openapi_document::{Report, Severity};

use crate::{
    arguments::{Codegen, Workspace},
    output::{Outcome, Output, count},
};

/// Lines of a diff that `--check` prints for one file.
const DIFF_LINES: usize = 60;
/// Characters that it prints of one line.
const DIFF_COLUMNS: usize = 300;
/// Files whose diff it prints for one folder.
const DIFF_FILES: usize = 10;

/// One crate to generate.
struct Job {
    name: String,
    document: PathBuf,
    settings: Settings,
    folder: PathBuf,
    /// The folder of the calls with which tests use the client.
    calls: Option<PathBuf>,
    /// The command that writes it.
    command: String,
    /// The command that shows the warnings.
    lint: String,
}

/// A run of the command.
struct Run<'a> {
    check: bool,
    workspace: &'a Workspace,
    output: &'a mut Output,
}

pub(crate) fn run(
    arguments: &Codegen,
    workspace: &Workspace,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let mut run = Run {
        check: arguments.check,
        workspace,
        output,
    };
    if let Some(job) = foreign(arguments, workspace) {
        return Ok(run.attempt(&job));
    }
    let apis = each_api(workspace.root(), &arguments.apis)?;
    let all = arguments.apis.is_empty();
    Ok(run.apis(apis, all))
}

/// The job over a document that is of no workspace.
fn foreign(arguments: &Codegen, workspace: &Workspace) -> Option<Job> {
    let (Some(document), Some(name), Some(out)) =
        (&arguments.document, &arguments.crate_name, &arguments.out)
    else {
        return None;
    };
    let mut settings = Settings::new(name);
    settings.runtime = Runtime::Path(workspace.root().join("crates"));
    let file = document.to_string_lossy();
    let folder = out.to_string_lossy();
    Some(Job {
        name: name.clone(),
        document: document.clone(),
        settings,
        folder: out.clone(),
        calls: None,
        command: workspace.command(&[
            "codegen",
            "--document",
            &file,
            "--crate-name",
            name,
            "--out",
            &folder,
        ]),
        lint: workspace.command(&["lint", "--document", &file]),
    })
}

impl Run<'_> {
    fn apis(&mut self, apis: Vec<(String, Result<Api, Error>)>, all: bool) -> Outcome {
        let mut outcome = Outcome::Clean;
        let mut usable = Vec::new();
        let count = apis.len();
        for (name, api) in apis {
            outcome = outcome.max(match api {
                Ok(api) => {
                    usable.push(api.clone());
                    self.attempt(&self.job(api))
                }
                Err(error) => self.output.failure(&error, &format!("{name}: ")),
            });
        }
        // An API that cannot be read may be the one that a crate is of.
        if all && usable.len() == count {
            outcome = outcome.max(self.clear(&usable));
        }
        outcome
    }

    fn job(&self, api: Api) -> Job {
        Job {
            command: self.workspace.command(&["codegen", "--api", &api.name]),
            lint: self.workspace.command(&["lint", "--api", &api.name]),
            name: api.name,
            document: api.document,
            settings: api.settings,
            folder: api.crate_folder,
            calls: Some(api.calls_folder),
        }
    }

    /// Does a job; what fails is said and does not keep others from being done.
    fn attempt(&mut self, job: &Job) -> Outcome {
        self.perform(job).unwrap_or_else(|error| {
            let about = format!("{}: ", job.name);
            self.output.failure(&only_errors(error), &about)
        })
    }

    fn perform(&mut self, job: &Job) -> Result<Outcome, Error> {
        let start = Instant::now();
        job.settings.check()?;
        let document = self.workspace.open(&job.document);
        let document = document.map_err(Error::Document)?;
        let generated = generate(&document, &job.settings)?;
        let calls = match &job.calls {
            Some(folder) => Some((folder, generate_calls(&document, &job.settings)?)),
            None => None,
        };
        self.describe(job, &generated.summary);
        let mut outcome = self.settle(job, &job.folder, &generated.files)?;
        if let Some((folder, files)) = calls {
            outcome = outcome.max(self.settle(job, folder, &files)?);
        }
        self.output
            .line(format!("  done in {:.1?}", start.elapsed()));
        Ok(outcome)
    }

    fn describe(&mut self, job: &Job, summary: &Summary) {
        self.output.line(format!(
            "{}: {} as {}, {}, {} applied",
            job.name,
            count(summary.operations, "operation"),
            count(summary.methods, "method"),
            count(summary.schemas, "schema"),
            count(summary.rules.len(), "lowering rule"),
        ));
        for (rule, times) in &summary.rules {
            self.output.line(format!("    {rule}: {times}"));
        }
        if summary.warnings > 0 {
            let warnings = count(summary.warnings, "warning");
            self.output
                .line(format!("  {warnings}: see `{}`", job.lint));
        }
    }

    /// Writes a folder, or says what would change.
    fn settle(&mut self, job: &Job, folder: &Path, files: &Files) -> Result<Outcome, Error> {
        if self.check {
            let differences = compare(folder, files)?;
            return Ok(self.judge(job, folder, &differences));
        }
        let written = write(folder, files)?;
        self.output.line(format!(
            "  {}: {} written, {} unchanged, {} removed",
            self.workspace.shown(folder),
            count(written.written.len(), "file"),
            written.unchanged,
            written.removed.len(),
        ));
        let names = [("written", written.written), ("removed", written.removed)];
        for (what, paths) in names {
            for path in paths {
                let path = self.workspace.shown(&folder.join(path));
                self.output.line(format!("    {what} {path}"));
            }
        }
        Ok(Outcome::Clean)
    }

    fn judge(&mut self, job: &Job, folder: &Path, differences: &[Difference]) -> Outcome {
        let shown = self.workspace.shown(folder);
        if differences.is_empty() {
            self.output.line(format!("  {shown} is up to date"));
            return Outcome::Clean;
        }
        let mend = format!("run `{}` and commit what it writes", job.command);
        for difference in differences {
            let path = self.workspace.shown(&folder.join(&difference.path));
            let message = format!("`{path}` is not what the document gives");
            let place = (path.as_str(), difference.first_line());
            self.output
                .problem(codes::OUT_OF_DATE, Some(place), &message, &mend);
        }
        for difference in differences.iter().take(DIFF_FILES) {
            self.print_bounded(&difference.unified());
        }
        if differences.len() > DIFF_FILES {
            let more = count(differences.len() - DIFF_FILES, "more file");
            self.output.line(format!("... and {more}"));
        }
        self.output.line(format!(
            "{shown}: {} out of date; {mend}",
            count(differences.len(), "file"),
        ));
        Outcome::Found
    }

    fn print_bounded(&mut self, diff: &str) {
        for line in diff.lines().take(DIFF_LINES) {
            match line.char_indices().nth(DIFF_COLUMNS) {
                None => self.output.line(line),
                Some((at, _)) => {
                    let more = count(line[at..].chars().count(), "more character");
                    self.output.line(format!("{} ... {more}", &line[..at]));
                }
            }
        }
        let left = diff.lines().count().saturating_sub(DIFF_LINES);
        if left > 0 {
            let more = count(left, "more line");
            self.output.line(format!("... {more} of this diff"));
        }
    }

    /// Removes generated crates that are of no API any more.
    fn clear(&mut self, apis: &[Api]) -> Outcome {
        let orphans = match orphans(self.workspace.root(), apis) {
            Ok(orphans) => orphans,
            Err(error) => return self.output.failure(&error, ""),
        };
        let mut outcome = Outcome::Clean;
        for folder in orphans {
            outcome = outcome.max(self.clear_one(&folder));
        }
        outcome
    }

    fn clear_one(&mut self, folder: &Path) -> Outcome {
        let shown = self.workspace.shown(folder);
        if self.check {
            let message = format!("{shown} is of no API below openapi/");
            let command = self.workspace.command(&["codegen"]);
            let mend = format!("run `{command}` to remove it");
            self.output
                .problem(codes::OUT_OF_DATE, Some((&shown, 1)), &message, &mend);
            self.output.line(format!("{message}; {mend}"));
            return Outcome::Found;
        }
        match remove(folder) {
            Ok(()) => {
                self.output
                    .line(format!("removed {shown}: it is of no API below openapi/"));
                Outcome::Clean
            }
            Err(error) => self.output.failure(&error, ""),
        }
    }
}

/// Warnings did not stop the generation, so they are not shown among what did.
fn only_errors(error: Error) -> Error {
    match error {
        Error::Document(report) => Error::Document(
            report
                .into_iter()
                .filter(|problem| problem.severity() == Severity::Error)
                .collect::<Report>(),
        ),
        other => other,
    }
}
