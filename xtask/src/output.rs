//! Printing.

use std::{
    ffi::OsStr,
    io::{self, IsTerminal, Write},
    process::ExitCode,
};

use openapi_codegen::{Error, codes};
use openapi_document::Report;
use serde_json::{Value, json};

use crate::arguments::Format;

/// How a command ended, better ones first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    Clean,
    Found,
    Failed,
}

/// Codes of a document that is not there to be judged: missing, unreadable, a folder.
const NOT_THERE: [&str; 3] = ["D001", "D002", "D003"];

impl Outcome {
    /// What a report means for the exit code.
    pub(crate) fn of(report: &Report) -> Self {
        if report.is_empty() {
            Self::Clean
        } else if report.iter().any(|found| NOT_THERE.contains(&found.code())) {
            Self::Failed
        } else {
            Self::Found
        }
    }
}

/// Where results and problems go.
pub(crate) struct Output {
    format: Format,
    /// Problems and results that are printed at the end, as one array.
    json: Vec<Value>,
    /// Why a result could not be printed.
    lost: Option<io::Error>,
}

impl Output {
    pub(crate) fn new(format: Format) -> Self {
        Self {
            format,
            json: Vec::new(),
            lost: None,
        }
    }

    /// Prints a line of the result, for people.
    pub(crate) fn line(&mut self, text: impl AsRef<str>) {
        if self.format == Format::Text {
            self.print(text.as_ref());
        }
    }

    /// Prints a whole result that is made for the format.
    pub(crate) fn block(&mut self, text: &str) {
        self.print(text.trim_end_matches('\n'));
    }

    /// The format that was asked for.
    pub(crate) fn format(&self) -> Format {
        self.format
    }

    /// Whether standard output is a terminal that shows colors.
    pub(crate) fn colors() -> bool {
        is_colored(
            io::stdout().is_terminal(),
            std::env::var_os("NO_COLOR").as_deref(),
        )
    }

    /// Keeps a result for the array that machines get.
    pub(crate) fn result(&mut self, value: Value) {
        self.json.push(value);
    }

    fn print(&mut self, text: &str) {
        if let Err(error) = writeln!(io::stdout(), "{text}")
            // A reader that has read enough is no error.
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            self.lost.get_or_insert(error);
        }
    }

    /// Prints the problems of a document.
    pub(crate) fn report(&mut self, report: &Report) {
        match self.format {
            Format::Json => {
                let found = report.to_json();
                self.json
                    .extend(found.as_array().into_iter().flatten().cloned());
            }
            Format::Text | Format::Markdown if report.is_empty() => {}
            Format::Text | Format::Markdown => {
                let terminal = io::stderr().is_terminal();
                let color = is_colored(terminal, std::env::var_os("NO_COLOR").as_deref());
                let _ = write!(io::stderr(), "{}", report.render(color));
                if report.len() > Report::MOST_RENDERED {
                    let _ = writeln!(io::stderr(), "`--format json` prints all of them\n");
                }
            }
        }
    }

    /// Says why something could not be done; `about` goes before it.
    pub(crate) fn failure(&mut self, error: &Error, about: &str) -> Outcome {
        let outcome = match error {
            Error::Document(report) => {
                self.report(report);
                Outcome::of(report)
            }
            _ => Outcome::Failed,
        };
        match (self.format, error) {
            (Format::Text | Format::Markdown, Error::Document(_)) => {
                let _ = writeln!(io::stderr(), "error: {about}{error}; nothing was changed");
            }
            (Format::Json, Error::Document(_)) => {}
            _ => self.error(&format!("{about}{error}")),
        }
        outcome
    }

    /// Says what could not be done, in one sentence.
    pub(crate) fn error(&mut self, message: &str) {
        match self.format {
            Format::Text | Format::Markdown => {
                let _ = writeln!(io::stderr(), "error: {message}");
            }
            Format::Json => self.problem(codes::CANNOT_RUN, None, message, ""),
        }
    }

    /// Where a command writes by itself: standard output, unless that is for problems alone.
    pub(crate) fn stream(&self) -> Box<dyn Write> {
        match self.format {
            Format::Text | Format::Markdown => Box::new(io::stdout()),
            Format::Json => Box::new(io::stderr()),
        }
    }

    /// A problem that is no problem of a document, for machines.
    pub(crate) fn problem(
        &mut self,
        code: &str,
        place: Option<(&str, usize)>,
        message: &str,
        help: &str,
    ) {
        let (file, line) = place.unzip();
        let column = line.map(|_| 1);
        self.json.push(json!({
            "code": code,
            "severity": "error",
            "file": file,
            "line": line,
            "column": column,
            "end_line": line,
            "end_column": column,
            "pointer": "",
            "message": message,
            "why": "",
            "help": help,
            "related": [],
        }));
    }

    /// Prints what is left to print.
    pub(crate) fn finish(mut self, outcome: Outcome) -> ExitCode {
        if self.format == Format::Json {
            let all = Value::Array(std::mem::take(&mut self.json));
            self.print(&format!("{all:#}"));
        }
        if let Some(error) = self.lost {
            let _ = writeln!(io::stderr(), "error: the result cannot be printed: {error}");
            return ExitCode::from(2);
        }
        match outcome {
            Outcome::Clean => ExitCode::SUCCESS,
            Outcome::Found => ExitCode::from(1),
            Outcome::Failed => ExitCode::from(2),
        }
    }
}

/// Terminals get colors, unless the user wants none: see <https://no-color.org>.
fn is_colored(terminal: bool, no_color: Option<&OsStr>) -> bool {
    terminal && no_color.is_none_or(OsStr::is_empty)
}

/// A count with its noun.
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_color_counts_unless_it_is_empty() {
        assert!(is_colored(true, None));
        assert!(is_colored(true, Some(OsStr::new(""))));
        assert!(!is_colored(true, Some(OsStr::new("1"))));
        assert!(!is_colored(false, None));
    }
}
