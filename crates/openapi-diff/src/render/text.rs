//! For a terminal: each change with an excerpt of both documents.

use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity, SourceCode,
};
use openapi_document::printable;

use crate::change::{Change, Changes, Place};
use crate::verdict::Verdict;

/// Width of a report in characters; fixed, so that it does not depend on a terminal.
const WIDTH: usize = 100;
/// Operations and Rust items that are named of a change.
const MOST_NAMED: usize = 6;

impl Changes {
    /// All changes for a terminal: what, the verdicts with their reasons, an excerpt of both documents, the
    /// operations and Rust items that are touched. Of those that nobody notices only one line each.
    ///
    /// Without `color` the text holds no escape sequences. Characters of a document that a terminal would
    /// act on are shown as `\u{1b}`.
    #[must_use]
    pub fn render(&self, color: bool) -> String {
        let theme = if color {
            GraphicalTheme::unicode()
        } else {
            GraphicalTheme::unicode_nocolor()
        };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(WIDTH)
            .with_links(false)
            .without_syntax_highlighting();
        let mut text = String::new();
        let (noticed, unnoticed): (Vec<&Change>, Vec<&Change>) = self
            .iter()
            .partition(|change| change.worst() > Verdict::Neutral);
        for change in noticed {
            for excerpt in excerpts(change) {
                // Writing to a String cannot fail, and a span outside its file is shown as such.
                let _ = handler.render_report(&mut text, &excerpt);
            }
            text.push('\n');
        }
        if !unnoticed.is_empty() {
            text.push_str("Neutral for both:\n");
        }
        for change in unnoticed {
            text.push_str(&line(change));
        }
        printable(&text, color).into_owned()
    }
}

fn line(change: &Change) -> String {
    let at = change.new.location();
    format!(
        "  {} {}: {} ({}:{}:{})\n",
        change.code,
        one_line(&change.subject),
        one_line(&change.message),
        at.file.display(),
        at.line,
        at.column
    )
}

/// Texts of a document take one line in a list.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A side of a change as a diagnostic.
#[derive(Debug)]
struct Excerpt<'a> {
    title: String,
    code: Option<&'static str>,
    severity: Severity,
    help: String,
    place: &'a Place,
}

/// The old document with what has changed, the new one with what it means.
fn excerpts(change: &Change) -> [Excerpt<'_>; 2] {
    let severity = match change.worst() {
        Verdict::Breaking => Severity::Error,
        Verdict::Additive | Verdict::Neutral => Severity::Advice,
    };
    let old = Excerpt {
        title: format!("{}: {}", change.subject, change.message),
        code: Some(change.code),
        severity,
        help: String::new(),
        place: &change.old,
    };
    let new = Excerpt {
        title: "now".to_owned(),
        code: None,
        severity: Severity::Advice,
        help: help(change),
        place: &change.new,
    };
    [old, new]
}

/// Everything beside the excerpts, a line each.
fn help(change: &Change) -> String {
    let mut lines = vec![
        format!("HTTP callers: {}", change.http),
        format!("Rust users: {}", change.rust),
    ];
    for (name, items) in [("touches", &change.symbols), ("reaches", &change.reaches)] {
        if !items.is_empty() {
            lines.push(format!("{name}: {}", some(items)));
        }
    }
    match &change.accepted {
        Some(reason) => lines.push(format!("accepted: {}", one_line(reason))),
        None if change.advice.is_empty() => {}
        None => lines.push(change.advice.to_owned()),
    }
    lines.join("\n")
}

/// The first items of a list.
pub(super) fn some(items: &[String]) -> String {
    let mut shown = items
        .iter()
        .take(MOST_NAMED)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    if items.len() > MOST_NAMED {
        shown.push_str(&format!(" and {} more", items.len() - MOST_NAMED));
    }
    shown
}

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title)
    }
}

impl std::error::Error for Excerpt<'_> {}

impl Diagnostic for Excerpt<'_> {
    fn code<'c>(&'c self) -> Option<Box<dyn fmt::Display + 'c>> {
        self.code.map(|code| Box::new(code) as Box<_>)
    }

    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn help<'c>(&'c self) -> Option<Box<dyn fmt::Display + 'c>> {
        (!self.help.is_empty()).then(|| Box::new(&self.help) as Box<_>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.place.diagnostic.source_code()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.place.diagnostic.labels()
    }
}
