//! Documents to be mocked.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use crate::spec::Spec;

/// An OpenAPI 3.0 document that a mock server can follow. Clones share it.
///
/// ```
/// # fn main() -> Result<(), openapi_mock::DocumentError> {
/// let document = openapi_mock::Document::bundled(
///     r#"{"openapi": "3.0.3", "info": {"title": "Pets", "version": "1.0.0"}, "paths": {}}"#,
/// )?;
/// assert_eq!(document.title(), "Pets");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Document {
    spec: Arc<Spec>,
}

/// Why a document cannot be mocked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// The document cannot be read or is not valid; the text says what is wrong, file, line and
    /// column first.
    #[error("{0}")]
    Invalid(String),
    /// The text is not a JSON object with `openapi` and `paths`.
    #[error("not a bundled OpenAPI document: {0}")]
    NotBundled(String),
}

/// A document that was read by itself, for what is to be said of its problems.
///
/// ```no_run
/// let path = std::path::Path::new("openapi.yaml");
/// match openapi_document::Document::open(path) {
///     Ok(read) => println!("{} can be mocked", openapi_mock::Document::from(&read).title()),
///     Err(report) => eprintln!("{}", report.render(true)),
/// }
/// ```
impl From<&openapi_document::Document> for Document {
    fn from(read: &openapi_document::Document) -> Self {
        Self {
            spec: Arc::new(Spec::new(read.root().clone())),
        }
    }
}

impl Document {
    /// Reads the document at `path` with all files that it refers to, YAML or JSON, and validates
    /// it. References stay below its folder; where they may lead elsewhere, open it by
    /// [`openapi_document::OpenOptions`] and take it [`from`](Self::from) there.
    ///
    /// # Errors
    ///
    /// [`DocumentError::Invalid`] with all problems that were found.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, DocumentError> {
        let opened = openapi_document::Document::open(path.as_ref());
        let document = opened.map_err(|report| DocumentError::Invalid(report.render(false)))?;
        Ok(Self::from(&document))
    }

    /// A document in one piece, as JSON, such as the `DOCUMENT` of a generated crate. It is taken to
    /// be valid, so that a test starts at once.
    ///
    /// # Errors
    ///
    /// [`DocumentError::NotBundled`] when this is no JSON, or no OpenAPI 3.0 document.
    pub fn bundled(json: &str) -> Result<Self, DocumentError> {
        let not = |why: String| DocumentError::NotBundled(why);
        let root: Value = serde_json::from_str(json).map_err(|error| not(error.to_string()))?;
        let version = root["openapi"].as_str().unwrap_or_default();
        if !version.starts_with("3.0.") {
            return Err(not(format!("`openapi` is `{version}`, not 3.0.x")));
        }
        if !root["paths"].is_object() {
            return Err(not("it has no `paths`".to_owned()));
        }
        Ok(Self {
            spec: Arc::new(Spec::new(root)),
        })
    }

    /// The title of the API.
    pub fn title(&self) -> &str {
        &self.spec.model.info.title
    }

    pub(crate) fn spec(&self) -> &Arc<Spec> {
        &self.spec
    }
}
