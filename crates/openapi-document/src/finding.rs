//! One problem in a document, as the checks state it: located by JSON pointer.

use serde::Serialize;

/// How bad a [`Finding`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The document is wrong, or code made from it would be: generation stops.
    Error,
    /// The document can be used but should be better.
    Warning,
}

/// Another place that belongs to a [`Finding`], for example the first of two equal keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// JSON pointer (RFC 6901) into the bundled document.
    pub pointer: String,
    /// What is to be seen there, in a few words.
    pub label: String,
}

/// One problem, located by a JSON pointer into the bundled document.
///
/// Checks work on plain JSON values and know nothing of files. [`Document::report`] turns
/// findings into [`Diagnostic`]s with file, line and column.
///
/// ```
/// use openapi_document::{Finding, Severity};
///
/// let finding = Finding::error("X001", "/paths/~1pets/get", "this operation has no answer")
///     .why("a client could not tell success from failure")
///     .help("add a response, for example `'204': {description: Done}`");
/// assert_eq!(finding.severity, Severity::Error);
/// ```
///
/// [`Document::report`]: crate::Document::report
/// [`Diagnostic`]: crate::Diagnostic
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Stable code of the rule that was broken.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Where: JSON pointer (RFC 6901) into the bundled document, `""` for its root.
    pub pointer: String,
    /// Point at the key of the member rather than at its value.
    pub at_key: bool,
    /// What is wrong.
    pub message: String,
    /// Why it matters.
    pub why: String,
    /// How to mend it.
    pub help: String,
    /// Further places to show.
    pub related: Vec<Related>,
}

impl Finding {
    /// A finding that stops code generation.
    pub fn error(
        code: &'static str,
        pointer: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self::new(Severity::Error, code, pointer.into(), message.into())
    }

    /// A finding that does not stop code generation.
    pub fn warning(
        code: &'static str,
        pointer: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self::new(Severity::Warning, code, pointer.into(), message.into())
    }

    fn new(severity: Severity, code: &'static str, pointer: String, message: String) -> Self {
        Self {
            code,
            severity,
            pointer,
            at_key: false,
            message,
            why: String::new(),
            help: String::new(),
            related: Vec::new(),
        }
    }

    /// Points at the key of the member rather than at its value.
    #[must_use]
    pub fn at_key(mut self) -> Self {
        self.at_key = true;
        self
    }

    /// Says why it matters.
    #[must_use]
    pub fn why(mut self, why: impl Into<String>) -> Self {
        self.why = why.into();
        self
    }

    /// Says how to mend it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// Shows a further place.
    #[must_use]
    pub fn related(mut self, pointer: impl Into<String>, label: impl Into<String>) -> Self {
        self.related.push(Related {
            pointer: pointer.into(),
            label: label.into(),
        });
        self
    }
}
