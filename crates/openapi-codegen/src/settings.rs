//! How a crate is to be generated: `codegen.toml` beside the document, or the
//! arguments of a run over a foreign document.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::Error;

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
    /// The operation shown in the README; the first one without a body when left out.
    #[serde(default)]
    pub first_call: Option<String>,
    /// Lowering rules that this document needs. A rule that applies without
    /// being listed, or is listed without applying, is an error. `None` accepts all.
    #[serde(default)]
    pub lowering: Option<Vec<String>>,
    /// How the generated crate depends on the runtime.
    #[serde(skip)]
    pub runtime: Runtime,
    /// Folder of hand-written examples that are published with the crate.
    #[serde(skip)]
    pub examples: Option<PathBuf>,
}

/// How `Cargo.toml` of the generated crate names the runtime.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Runtime {
    /// A member of this workspace: dependencies and metadata are inherited.
    #[default]
    Workspace,
    /// A crate of its own that finds the runtime in this folder.
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
            examples: None,
        }
    }

    /// Reads `codegen.toml`.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is not TOML, has unknown or missing keys,
    /// or names a package that cargo would refuse.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::Settings {
            path: path.to_owned(),
            message: source.to_string(),
        })?;
        let mut settings: Self = toml::from_str(&text).map_err(|error| Error::Settings {
            path: path.to_owned(),
            message: error.to_string(),
        })?;
        settings.check()?;
        let examples = path.with_file_name("examples");
        settings.examples = examples.is_dir().then_some(examples);
        Ok(settings)
    }

    /// Refuses a package name that cargo would refuse.
    ///
    /// # Errors
    ///
    /// [`Error::CrateName`] with the name and the rule it breaks.
    pub fn check(&self) -> Result<(), Error> {
        let name = &self.crate_name;
        let refuse = |why: &str| {
            Err(Error::CrateName {
                name: name.clone(),
                why: why.to_owned(),
            })
        };
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return refuse("it must start with a letter");
        }
        if !name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        {
            return refuse("only ASCII letters, digits, `-` and `_` may be used");
        }
        if syn::parse_str::<syn::Ident>(&self.module_name()).is_err() {
            return refuse("it is a keyword of Rust");
        }
        Ok(())
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
