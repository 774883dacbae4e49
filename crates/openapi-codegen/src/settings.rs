//! How a crate is to be generated: `codegen.toml` beside the document, or the
//! arguments of a run over a foreign document.

use std::{
    ops::Range,
    path::{Path, PathBuf},
};

use openapi_document::{Diagnostic, Document, Finding, Report, nearest};
use serde::Deserialize;
use toml::Spanned;

use crate::{Error, codes};

/// Packages that generated crates depend on: cargo refuses a package that depends on itself.
const DEPENDENCIES: [&str; 10] = [
    "chrono",
    "openapi-client-runtime",
    "openapi-mock",
    "regress",
    "reqwest",
    "schemars",
    "serde",
    "serde_json",
    "tokio",
    "uuid",
];
/// Libraries that come with Rust.
const BUILT_IN: [&str; 5] = ["alloc", "core", "proc_macro", "std", "test"];
/// Longest name that crates.io takes.
const LONGEST_NAME: usize = 64;

/// What cannot be read from the document, because it concerns the crate only.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Name of the generated package, such as `contio-client`.
    pub crate_name: String,
    /// Version of the generated package.
    #[serde(default = "first_version")]
    pub version: String,
    /// One line for the package registry; the document's title when left out.
    #[serde(default)]
    pub description: Option<String>,
    /// At most five keywords for the package registry.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// Categories of the package registry.
    #[serde(default)]
    pub categories: Vec<String>,
    /// Prefix of the environment variables that `Client::from_env` reads.
    #[serde(default)]
    pub env_prefix: Option<String>,
    /// The operation shown in the README, by the name of its method; the one that is easiest to call
    /// when left out.
    #[serde(default)]
    pub first_call: Option<String>,
    /// Lowering rules that this document needs. A rule that applies without
    /// being listed, or is listed without applying, is an error. `None` accepts all.
    #[serde(default)]
    pub lowering: Option<Vec<String>>,
    /// How the generated crate depends on the runtime.
    #[serde(skip)]
    pub runtime: Runtime,
    /// Whether what is wrong with the document's own vocabulary, or written beside
    /// a reference, stops generation. It is so for documents with a `codegen.toml`;
    /// others may use `x-` names as they like.
    #[serde(skip)]
    pub strict: bool,
    /// Folder of hand-written examples that are published with the crate.
    #[serde(skip)]
    pub examples: Option<PathBuf>,
    /// Folder of hand-written pages, in Markdown, that become part of the documentation of the crate.
    #[serde(skip)]
    pub guide: Option<PathBuf>,
    /// Texts of the licences that are published with the crate.
    #[serde(skip)]
    pub licences: Vec<PathBuf>,
    /// `codegen.toml` as it was read.
    #[serde(skip)]
    source: Option<Source>,
}

/// The text of `codegen.toml`, to point at what is wrong in it.
#[derive(Debug, Clone)]
struct Source {
    path: PathBuf,
    text: String,
}

/// Where the settings stand that can be wrong.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Places {
    crate_name: Option<Spanned<String>>,
    version: Option<Spanned<String>>,
    env_prefix: Option<Spanned<String>>,
    lowering: Option<Spanned<Vec<Spanned<String>>>>,
    first_call: Option<Spanned<String>>,
}

impl Source {
    fn places(&self) -> Places {
        toml::from_str(&self.text).unwrap_or_default()
    }

    fn diagnostic(&self, finding: Finding, span: Option<Range<usize>>) -> Diagnostic {
        Diagnostic::in_text(finding, &self.path, &self.text, span.unwrap_or(0..0))
    }

    /// What makes the file useless.
    fn problem(&self, message: &str, span: Option<Range<usize>>, help: &str) -> Error {
        let finding = Finding::error(codes::SETTINGS, "", message)
            .why("nothing is generated from settings that are not understood")
            .help(help);
        Error::Document(Report::from_iter([self.diagnostic(finding, span)]))
    }
}

/// How `Cargo.toml` of the generated crate names the runtime.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Runtime {
    /// A member of this workspace: dependencies and metadata are inherited.
    #[default]
    Workspace,
    /// A crate of its own that finds the runtime and the mock server in this folder.
    Path(PathBuf),
}

fn first_version() -> String {
    "0.1.0".to_owned()
}

impl Settings {
    /// Settings for a document that has no `codegen.toml`.
    pub fn new(crate_name: impl Into<String>) -> Self {
        Self {
            crate_name: crate_name.into(),
            version: first_version(),
            description: None,
            keywords: Vec::new(),
            categories: Vec::new(),
            env_prefix: None,
            first_call: None,
            lowering: None,
            runtime: Runtime::Workspace,
            strict: false,
            examples: None,
            guide: None,
            licences: Vec::new(),
            source: None,
        }
    }

    /// Reads `codegen.toml`.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when the file cannot be read; [`Error::Document`] with the
    /// place in the file when it is not TOML, has unknown or missing keys, or
    /// names a package or version that cargo would refuse.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::Io {
            doing: "cannot read",
            path: path.to_owned(),
            source,
            advice: "; it says how the crate is made, at least `crate-name = \"...\"`",
        })?;
        let path = path.to_owned();
        let source = Source { path, text };
        let mut settings: Self = toml::from_str(&source.text).map_err(|error| {
            let help =
                "see the other codegen.toml files, or the fields of `openapi_codegen::Settings`";
            source.problem(error.message(), error.span(), help)
        })?;
        let places = source.places();
        if let Some(why) = settings.wrong_name() {
            let message = format!("`{}` cannot be the name of a package", settings.crate_name);
            return Err(source.problem(&message, places.crate_name.map(|at| at.span()), why));
        }
        if let Err(why) = semver::Version::parse(&settings.version) {
            let message = format!("`{}` is not a version: {why}", settings.version);
            let help = "write three numbers, such as \"0.1.0\"";
            return Err(source.problem(&message, places.version.map(|at| at.span()), help));
        }
        if let Some(prefix) = settings.wrong_prefix() {
            let message = format!("{prefix:?} cannot be the prefix of an environment variable");
            let help = "use ASCII letters, digits and `_`, and no digit first, such as \"PETS\"";
            return Err(source.problem(&message, places.env_prefix.map(|at| at.span()), help));
        }
        let beside = |name| Some(source.path.with_file_name(name)).filter(|folder| folder.is_dir());
        settings.examples = beside("examples");
        settings.guide = beside("guide");
        settings.strict = true;
        settings.source = Some(source);
        Ok(settings)
    }

    /// The prefix of environment variables, if no shell could set one that begins so.
    fn wrong_prefix(&self) -> Option<&str> {
        let prefix = self.env_prefix.as_deref()?;
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let fits = prefix.starts_with(|c: char| allowed(c) && !c.is_ascii_digit());
        (!fits || !prefix.chars().all(allowed)).then_some(prefix)
    }

    /// Refuses a package name that cargo would refuse.
    ///
    /// # Errors
    ///
    /// [`Error::CrateName`] with the name and the rule it breaks.
    pub fn check(&self) -> Result<(), Error> {
        match self.wrong_name() {
            None => Ok(()),
            Some(why) => Err(Error::CrateName {
                name: self.crate_name.clone(),
                why: why.to_owned(),
            }),
        }
    }

    /// The rule that the package name breaks.
    fn wrong_name(&self) -> Option<&'static str> {
        let name = self.crate_name.as_str();
        let module = self.module_name();
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let same = |other: &&str| module == other.replace('-', "_");
        if name.is_empty() {
            Some("it is empty")
        } else if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            Some("it must start with a letter")
        } else if !name.chars().all(allowed) {
            Some("only ASCII letters, digits, `-` and `_` may be used")
        } else if name.len() > LONGEST_NAME {
            Some("it is longer than 64 characters")
        } else if syn::parse_str::<syn::Ident>(&module).is_err() {
            Some("it is a keyword of Rust")
        } else if BUILT_IN.iter().any(same) {
            Some("a library that comes with Rust has this name")
        } else if DEPENDENCIES.iter().any(same) {
            Some("the generated crate depends on a package of this name")
        } else {
            None
        }
    }

    /// Places findings on the list of lowering rules: on an entry where a rule is
    /// named, else on the list; in the document where there is no `codegen.toml`.
    pub(crate) fn locate(
        &self,
        document: &Document,
        findings: Vec<(Finding, Option<&str>)>,
    ) -> Report {
        let Some(source) = &self.source else {
            return document.report(findings.into_iter().map(|(finding, _)| finding).collect());
        };
        let list = source.places().lowering;
        let place = |rule: Option<&str>| {
            let list = list.as_ref()?;
            let entry = list
                .get_ref()
                .iter()
                .find(|entry| Some(entry.get_ref().as_str()) == rule);
            Some(entry.map_or_else(|| list.span(), Spanned::span))
        };
        findings
            .into_iter()
            .map(|(finding, rule)| source.diagnostic(finding, place(rule)))
            .collect()
    }

    /// Refuses a first call that the client does not have.
    pub(crate) fn check_first_call(
        &self,
        document: &Document,
        methods: &[&str],
    ) -> Result<(), Error> {
        let Some(wanted) = &self.first_call else {
            return Ok(());
        };
        if methods.contains(&wanted.as_str()) {
            return Ok(());
        }
        let message = format!("the client has no method `{wanted}` for its first call");
        let help = match nearest(wanted, methods.iter().copied()) {
            Some(name) => format!("did you mean `{name}`?"),
            None => "name a method of the client, or leave `first-call` out".to_owned(),
        };
        Err(match &self.source {
            Some(source) => {
                let place = source.places().first_call;
                source.problem(&message, place.map(|at| at.span()), &help)
            }
            None => Error::Document(document.report(vec![
                Finding::error(codes::SETTINGS, "", message).help(help),
            ])),
        })
    }

    /// The crate's name as Rust code spells it.
    pub fn module_name(&self) -> String {
        self.crate_name.replace('-', "_")
    }

    /// Prefix of environment variables: the declared one, or one made from the crate's name.
    pub fn env_prefix(&self) -> String {
        self.env_prefix.clone().unwrap_or_else(|| {
            self.module_name()
                .trim_end_matches("_client")
                .to_ascii_uppercase()
        })
    }
}
