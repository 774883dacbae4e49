//! Problems with their places in the files, rendered for people and for machines.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};
use serde_json::{Value, json};

use crate::files::shown_path;
use crate::finding::{Finding, Severity};
use crate::printable::printable;
use crate::source::SourceFile;

/// Width of a rendered report in characters; fixed, so that snapshots do not depend on a terminal.
const WIDTH: usize = 100;

/// Characters of a message, or of an advice, that are shown.
const LONGEST_MESSAGE: usize = 2_000;

/// A stretch of one source file.
///
/// Lines and columns are 1-based, columns count characters; the end is exclusive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Location {
    /// The file, relative to the current directory or as it was given.
    pub file: PathBuf,
    /// First line.
    pub line: usize,
    /// Column on the first line.
    pub column: usize,
    /// Last line.
    pub end_line: usize,
    /// Column on the last line, just behind the stretch.
    pub end_column: usize,
}

/// A stretch of a source file that is still bound to the text.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) source: Arc<SourceFile>,
    pub(crate) span: Range<usize>,
}

impl Place {
    pub(crate) fn location(&self) -> Location {
        let start = self.source.line_column(self.span.start);
        let end = self.source.line_column(self.span.end);
        Location {
            file: self.source.path().to_owned(),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }

    fn label(&self, text: Option<String>) -> LabeledSpan {
        let shown = self.source.first_line(&self.span);
        LabeledSpan::new_with_span(text, (shown.start, shown.len()))
    }
}

/// Another place of a [`Diagnostic`].
#[derive(Debug, Clone)]
pub struct RelatedPlace {
    pub(crate) place: Place,
    pub(crate) location: Location,
    pub(crate) pointer: String,
    pub(crate) label: String,
}

impl RelatedPlace {
    pub(crate) fn new(place: Place, pointer: String, label: String) -> Self {
        Self {
            location: place.location(),
            place,
            pointer,
            label,
        }
    }

    /// Where it is.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// JSON pointer into the bundled document; empty if the place is not part of it.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// What is to be seen there.
    pub fn label(&self) -> &str {
        &self.label
    }
}

/// One problem with its place in a file.
///
/// Implements [`miette::Diagnostic`], so that it can be shown by any `miette` handler.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    pub(crate) code: &'static str,
    pub(crate) severity: Severity,
    pub(crate) pointer: String,
    pub(crate) message: String,
    pub(crate) why: String,
    pub(crate) help: String,
    place: Place,
    location: Location,
    /// Places in the same file, shown as labels of one excerpt.
    near: Vec<RelatedPlace>,
    /// Places in other files, shown as excerpts of their own.
    far: Vec<FarPlace>,
}

impl Diagnostic {
    /// A problem of a file that is no document, such as the settings beside one: `span` is the
    /// stretch of `text`, in bytes. The finding's pointer and further places, which lead into a
    /// document, are left out.
    pub fn in_text(finding: Finding, path: &Path, text: &str, span: Range<usize>) -> Self {
        let place = Place {
            source: Arc::new(SourceFile::new(shown_path(path), text.to_owned())),
            span,
        };
        Self::new(finding.code, finding.severity, place, finding.message)
            .with_why(finding.why)
            .with_help(finding.help)
    }

    /// The same problem as an error, for those who cannot live with it.
    #[must_use]
    pub fn into_error(mut self) -> Self {
        self.severity = Severity::Error;
        self
    }

    pub(crate) fn new(
        code: &'static str,
        severity: Severity,
        place: Place,
        message: impl Into<String>,
    ) -> Self {
        Self {
            code,
            severity,
            pointer: String::new(),
            message: bounded(message.into()),
            why: String::new(),
            help: String::new(),
            location: place.location(),
            place,
            near: Vec::new(),
            far: Vec::new(),
        }
    }

    pub(crate) fn with_pointer(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = pointer.into();
        self
    }

    pub(crate) fn with_why(mut self, why: impl Into<String>) -> Self {
        self.why = why.into();
        self
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = bounded(help.into());
        self
    }

    pub(crate) fn with_related(
        mut self,
        place: Place,
        pointer: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        let related = RelatedPlace::new(place, pointer.into(), label.into());
        if Arc::ptr_eq(&related.place.source, &self.place.source) {
            self.near.push(related);
        } else {
            self.far.push(FarPlace(related));
        }
        self
    }

    /// Stable code of the rule that was broken.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Where it is.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// The file it is in, relative to the current directory or as it was given.
    pub fn file(&self) -> &Path {
        &self.location.file
    }

    /// 1-based line.
    pub fn line(&self) -> usize {
        self.location.line
    }

    /// 1-based column in characters.
    pub fn column(&self) -> usize {
        self.location.column
    }

    /// JSON pointer (RFC 6901) into the bundled document; empty for its root, and for problems
    /// that were met before there was a document.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// What is wrong.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Why it matters; empty if the message says it.
    pub fn why(&self) -> &str {
        &self.why
    }

    /// How to mend it.
    pub fn help(&self) -> &str {
        &self.help
    }

    /// Further places that belong to the problem.
    pub fn related(&self) -> impl Iterator<Item = &RelatedPlace> {
        self.near.iter().chain(self.far.iter().map(|far| &far.0))
    }

    fn to_json(&self) -> Value {
        let related: Vec<Value> = self
            .related()
            .map(|related| {
                let mut value = location_json(related.location());
                value["pointer"] = related.pointer.clone().into();
                value["label"] = related.label.clone().into();
                value
            })
            .collect();
        let mut value = json!({ "code": self.code, "severity": self.severity });
        merge(&mut value, location_json(&self.location));
        merge(
            &mut value,
            json!({
                "pointer": self.pointer,
                "message": self.message,
                "why": self.why,
                "help": self.help,
                "related": related,
            }),
        );
        value
    }
}

/// Messages quote names and values of a document, which can be of any length.
fn bounded(text: String) -> String {
    match text.char_indices().nth(LONGEST_MESSAGE) {
        None => text,
        Some((at, _)) => format!("{}…", &text[..at]),
    }
}

fn location_json(location: &Location) -> Value {
    json!({
        "file": location.file.display().to_string(),
        "line": location.line,
        "column": location.column,
        "end_line": location.end_line,
        "end_column": location.end_column,
    })
}

fn merge(target: &mut Value, more: Value) {
    if let (Value::Object(target), Value::Object(more)) = (target, more) {
        target.extend(more);
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Diagnostic {}

impl miette::Diagnostic for Diagnostic {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        match (self.help.is_empty(), self.why.is_empty()) {
            (true, true) => None,
            (true, false) => Some(Box::new(format!("why: {}", self.why))),
            (false, true) => Some(Box::new(&self.help)),
            (false, false) => Some(Box::new(format!("{}\nwhy: {}", self.help, self.why))),
        }
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        // A file that could not be read has no text to show; the message names it.
        (!self.place.source.text().is_empty()).then_some(&*self.place.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let near = self
            .near
            .iter()
            .map(|related| related.place.label(Some(related.label.clone())));
        let text = (!self.near.is_empty()).then(|| "here".to_owned());
        Some(Box::new(
            std::iter::once(self.place.label(text)).chain(near),
        ))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        (!self.far.is_empty())
            .then(|| Box::new(self.far.iter().map(|far| far as &dyn miette::Diagnostic)) as Box<_>)
    }
}

/// A related place in another file: `miette` shows one source file a diagnostic.
#[derive(Debug, Clone)]
struct FarPlace(RelatedPlace);

impl fmt::Display for FarPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.label)
    }
}

impl std::error::Error for FarPlace {}

impl miette::Diagnostic for FarPlace {
    fn severity(&self) -> Option<miette::Severity> {
        Some(miette::Severity::Advice)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&*self.0.place.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(self.0.place.label(None))))
    }
}

/// All problems found in one run, sorted by file, line, column and code.
///
/// [`Display`](fmt::Display) is the plain rendering, so that a report can be used as an error.
#[derive(Debug, Clone, Default)]
pub struct Report {
    diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.diagnostics.is_empty()
    }

    /// Whether something was found that stops code generation.
    pub fn has_errors(&self) -> bool {
        self.diagnostics
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Number of problems.
    pub fn len(&self) -> usize {
        self.diagnostics.len()
    }

    /// The problems in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.diagnostics.iter()
    }

    /// How many problems [`render`](Self::render) shows.
    pub const MOST_RENDERED: usize = 100;

    /// Renders the problems as text for a terminal: what, where with the source excerpt, why, and
    /// how to mend. Without `color` the text holds no escape sequences. Characters of a document that
    /// a terminal would act on are shown as `\u{1b}`.
    ///
    /// Of more than [`MOST_RENDERED`](Self::MOST_RENDERED) problems the first are shown, errors before
    /// warnings, and how many more there are; [`to_json`](Self::to_json) and [`iter`](Self::iter) give
    /// all.
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
        let (shown, rest) = self.rendered();
        for diagnostic in shown {
            // Writing to a String cannot fail, and a span outside its file is shown as such.
            let _ = handler.render_report(&mut text, diagnostic);
            text.push('\n');
        }
        text.push_str(&rest);
        printable(&text, color).into_owned()
    }

    /// The problems to render, in order, and a line about those that are left out.
    fn rendered(&self) -> (Vec<&Diagnostic>, String) {
        let is_error = |found: &&Diagnostic| found.severity == Severity::Error;
        let errors = self.iter().filter(is_error).count();
        let warnings = self.len() - errors;
        let most_errors = errors.min(Self::MOST_RENDERED);
        let most_warnings = warnings.min(Self::MOST_RENDERED - most_errors);
        let (mut errors_left, mut warnings_left) = (most_errors, most_warnings);
        let shown = self.iter().filter(|found| {
            let left = if is_error(found) {
                &mut errors_left
            } else {
                &mut warnings_left
            };
            let fits = *left > 0;
            *left = left.saturating_sub(1);
            fits
        });
        let (errors, warnings) = (errors - most_errors, warnings - most_warnings);
        let rest = match errors + warnings {
            0 => String::new(),
            _ => format!("Not shown: {errors} more errors and {warnings} more warnings\n\n"),
        };
        (shown.collect(), rest)
    }

    /// The problems as JSON for editors and CI: an array of objects with the members `code`,
    /// `severity` (`error` or `warning`), `file`, `line`, `column`, `end_line`, `end_column`,
    /// `pointer`, `message`, `why`, `help` and `related`.
    pub fn to_json(&self) -> Value {
        self.diagnostics.iter().map(Diagnostic::to_json).collect()
    }
}

impl FromIterator<Diagnostic> for Report {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(diagnostics: I) -> Self {
        let mut report = Self::default();
        report.extend(diagnostics);
        report
    }
}

impl Extend<Diagnostic> for Report {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        self.diagnostics.extend(diagnostics);
        self.diagnostics.sort_by(|a, b| {
            (&a.location, a.code, &a.message).cmp(&(&b.location, b.code, &b.message))
        });
    }
}

impl IntoIterator for Report {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.diagnostics.into_iter()
    }
}

impl<'a> IntoIterator for &'a Report {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Report {}
