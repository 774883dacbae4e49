//! A document that was read, validated and bundled.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::files::Files;
use crate::finding::Finding;
use crate::node::Node;
use crate::report::{Diagnostic, Location, Report};

/// An OpenAPI 3.0 document, bundled into one JSON value, whose every node knows the file it came
/// from.
#[derive(Debug)]
pub struct Document {
    files: Files,
    tree: Node,
    root: Value,
}

impl Document {
    /// The bundled document. Its references are all local (`#/components/...`), extensions and the
    /// order of keys are as written.
    pub fn root(&self) -> &Value {
        &self.root
    }

    /// The place of the value at `pointer` (RFC 6901, into [`root`](Self::root)), or of its nearest
    /// ancestor that exists; `None` if `pointer` is neither empty nor starts with `/`.
    pub fn location(&self, pointer: &str) -> Option<Location> {
        let valid = pointer.is_empty() || pointer.starts_with('/');
        valid.then(|| {
            let span = self.tree.nearest_span(pointer, false);
            self.files.place(span).location()
        })
    }

    /// Finds the places of `findings`.
    pub fn report(&self, findings: Vec<Finding>) -> Report {
        locate(&self.files, &self.tree, findings).collect()
    }

    /// All files that were read, the root document first.
    pub fn files(&self) -> &[PathBuf] {
        self.files.paths()
    }

    /// The file that was opened, relative to the current directory or as it was given.
    pub fn path(&self) -> &Path {
        self.files.root_path()
    }
}

/// Turns findings on `tree` into diagnostics.
pub(crate) fn locate(
    files: &Files,
    tree: &Node,
    findings: Vec<Finding>,
) -> impl Iterator<Item = Diagnostic> {
    findings.into_iter().map(move |finding| {
        let place = files.place(tree.nearest_span(&finding.pointer, finding.at_key));
        let diagnostic = Diagnostic::new(finding.code, finding.severity, place, finding.message)
            .with_pointer(finding.pointer)
            .with_why(finding.why)
            .with_help(finding.help);
        finding
            .related
            .into_iter()
            .fold(diagnostic, |diagnostic, related| {
                let place = files.place(tree.nearest_span(&related.pointer, false));
                diagnostic.with_related(place, related.pointer, related.label)
            })
    })
}
