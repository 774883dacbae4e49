//! A document that was read, validated and bundled.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::bundle::bundle;
use crate::files::{Files, Names, cannot_open};
use crate::finding::Finding;
use crate::folders::Folders;
use crate::node::{MAX_DEPTH, Node};
use crate::report::{Diagnostic, Location, Report};
use crate::yaml::too_deep;
use crate::{meta, trial, version, vocabulary};

/// An OpenAPI 3.0 document, bundled into one JSON value, whose every node knows the file it came
/// from.
#[derive(Debug)]
pub struct Document {
    files: Files,
    tree: Node,
    root: Value,
    warnings: Report,
}

/// How deep a bundle may nest: definitions stand a few levels deeper in it than in their files, and
/// path items inside of each other. Parsers of JSON commonly stop at 128 levels.
const MAX_DEPTH_OF_BUNDLE: usize = MAX_DEPTH + 10;

/// What opening a document may do beyond the usual.
///
/// ```
/// use openapi_document::OpenOptions;
///
/// # let home = tempfile::tempdir()?;
/// # let (pets, shared) = (home.path().join("pets"), home.path().join("shared"));
/// # std::fs::create_dir(&pets)?;
/// # std::fs::create_dir(&shared)?;
/// # std::fs::write(shared.join("schemas.yaml"), "Pet: {type: object}")?;
/// # std::fs::write(pets.join("openapi.yaml"), "openapi: 3.0.3
/// # info: {title: Pets, version: 1.0.0}
/// # paths: {}
/// # components: {schemas: {Pet: {$ref: ../shared/schemas.yaml#/Pet}}}")?;
/// let options = OpenOptions::new().allow_ref_outside(&shared);
/// assert!(options.open(&pets.join("openapi.yaml")).is_ok());
/// assert!(OpenOptions::new().open(&pets.join("openapi.yaml")).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct OpenOptions {
    allowed: Vec<PathBuf>,
    shown: Vec<(PathBuf, PathBuf)>,
}

impl OpenOptions {
    /// The usual: references lead into the folder of the root document.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets references lead into `folder`, too, with all that lies below it; may be called again.
    #[must_use]
    pub fn allow_ref_outside(mut self, folder: impl Into<PathBuf>) -> Self {
        self.allowed.push(folder.into());
        self
    }

    /// Shows files below `folder` as if they lay in `name`: for copies that people know by another name,
    /// such as those of a revision; may be called again.
    ///
    /// ```
    /// use openapi_document::OpenOptions;
    ///
    /// # let copy = tempfile::tempdir()?;
    /// let options = OpenOptions::new().show_as(copy.path(), "v1.2:openapi/pets");
    /// let report = options.open(&copy.path().join("openapi.yaml")).unwrap_err();
    /// let problem = report.iter().next().unwrap();
    /// assert_eq!(problem.file().to_str(), Some("v1.2:openapi/pets/openapi.yaml"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn show_as(mut self, folder: impl Into<PathBuf>, name: impl Into<PathBuf>) -> Self {
        self.shown.push((folder.into(), name.into()));
        self
    }

    /// Opens the document at `path`, as [`Document::open`] does.
    ///
    /// # Errors
    ///
    /// As [`Document::open`], and if a folder that was allowed cannot be found.
    pub fn open(&self, path: &Path) -> Result<Document, Report> {
        let names = Names::new(self.shown.clone());
        let cannot_open =
            |path: &Path, error| Report::from_iter([cannot_open(&names.shown(path), &error)]);
        let mut folders = Folders::default();
        for folder in &self.allowed {
            folders
                .add(folder)
                .map_err(|error| cannot_open(folder, error))?;
        }
        folders
            .add(&folder_of(path))
            .map_err(|error| cannot_open(path, error))?;
        Document::read(path, Files::within(folders, names.clone()))
    }
}

/// The folder that a file is asked for in, which may hold a link to it.
fn folder_of(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|parent| *parent != Path::new(""));
    folder.unwrap_or(Path::new(".")).to_owned()
}

impl Document {
    /// Reads the document at `path` with all files it refers to, validates it and bundles it.
    ///
    /// Files named `*.json` are read as JSON, all others as YAML 1.2. References lead into the folder
    /// of the document; [`OpenOptions`] allows others. Problems that do not make the document
    /// unusable are kept in [`warnings`](Self::warnings).
    ///
    /// # Errors
    ///
    /// All problems found in one run, warnings included, if at least one is an error. The
    /// [codes](crate::codes()) say which there are.
    pub fn open(path: &Path) -> Result<Self, Report> {
        OpenOptions::new().open(path)
    }

    fn read(path: &Path, mut files: Files) -> Result<Self, Report> {
        let mut problems = Vec::new();
        let file = files.load_root(path, &mut problems).map_err(|error| {
            let shown = files.shown(path);
            Report::from_iter([cannot_open(&shown, &error)])
        })?;
        let Some(source) = files.tree(file) else {
            return Err(distinct(problems));
        };
        if let Some(problem) = version::check(&files, &source) {
            problems.push(problem);
            return Err(distinct(problems));
        }
        let tree = bundle(&mut files, &source, &mut problems);
        if tree.size().depth > MAX_DEPTH_OF_BUNDLE {
            problems.push(too_deep(files.place(tree.deepest().span)));
            return Err(distinct(problems));
        }
        let root = tree.to_value();
        let found = locate(&files, &tree, validate(&files, &tree, &root));
        // What could not be read has no value to judge.
        let unread: HashSet<Location> = places(&problems);
        problems.extend(found.filter(|problem| !unread.contains(problem.location())));
        let mut report = distinct(problems);
        if !report.has_errors() {
            report.extend(locate(&files, &tree, trial::check(&root)));
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
