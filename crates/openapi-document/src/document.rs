//! A document that was read, validated and bundled.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::bundle::bundle;
use crate::files::{Files, cannot_open};
use crate::finding::Finding;
use crate::node::Node;
use crate::report::{Diagnostic, Location, Report};
use crate::{meta, model, version, vocabulary};

/// An OpenAPI 3.0 document, bundled into one JSON value, whose every node knows the file it came
/// from.
#[derive(Debug)]
pub struct Document {
    files: Files,
    tree: Node,
    root: Value,
    warnings: Report,
}

impl Document {
    /// Reads the document at `path` with all files it refers to, validates it and bundles it.
    ///
    /// Files named `*.json` are read as JSON, all others as YAML 1.2. Problems that do not make the
    /// document unusable are kept in [`warnings`](Self::warnings).
    ///
    /// # Errors
    ///
    /// All problems found in one run, warnings included, if at least one is an error. The
    /// [codes](crate::codes()) say which there are.
    pub fn open(path: &Path) -> Result<Self, Report> {
        let mut files = Files::default();
        let mut problems = Vec::new();
        let loaded = files.load(path, None, &mut problems);
        let file = loaded.map_err(|error| Report::from_iter([cannot_open(path, &error)]))?;
        let Some(source) = files.tree(file) else {
            return Err(distinct(problems));
        };
        if let Some(problem) = version::check(&files, &source) {
            problems.push(problem);
            return Err(distinct(problems));
        }
        let tree = bundle(&mut files, &source, &mut problems);
        let root = tree.to_value();
        let found = locate(&files, &tree, validate(&files, &tree, &root));
        // What could not be read has no value to judge.
        let unread: HashSet<Location> = places(&problems);
        problems.extend(found.filter(|problem| !unread.contains(problem.location())));
        let mut report = distinct(problems);
        if !report.has_errors() {
            report.extend(locate(&files, &tree, model::check(&root)));
        }
        if report.has_errors() {
            return Err(report);
        }
        Ok(Self {
            files,
            tree,
            root,
            warnings: report,
        })
    }

    /// Problems met while opening that leave the document usable.
    pub fn warnings(&self) -> &Report {
        &self.warnings
    }

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
        self.files.path(0)
    }
}

fn validate(files: &Files, tree: &Node, root: &Value) -> Vec<Finding> {
    let mut findings = version::later_constructs(root);
    let known = findings
        .iter()
        .map(|finding| finding.pointer.clone())
        .collect();
    let written = |pointer: &str| files.text(tree.nearest_span(pointer, false)).to_owned();
    findings.extend(meta::check(root, &known, &written));
    findings.extend(vocabulary::check(root));
    findings
}

fn places(problems: &[Diagnostic]) -> HashSet<Location> {
    problems
        .iter()
        .map(|problem| problem.location().clone())
        .collect()
}

/// A definition that is used in two ways is looked at twice, and what is wrong with it found twice.
fn distinct(problems: Vec<Diagnostic>) -> Report {
    let mut seen = HashSet::new();
    problems
        .into_iter()
        .filter(|problem| {
            seen.insert((
                problem.code(),
                problem.location().clone(),
                problem.message().to_owned(),
            ))
        })
        .collect()
}

/// Turns findings on `tree` into diagnostics.
pub(crate) fn locate(
    files: &Files,
    tree: &Node,
    findings: impl IntoIterator<Item = Finding>,
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
