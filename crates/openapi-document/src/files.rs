//! The files a document is made of.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::node::Span;
use crate::report::Place;
use crate::source::SourceFile;

/// The files that were read, in the order of reading; the first is the root document.
#[derive(Debug)]
pub(crate) struct Files {
    sources: Vec<Arc<SourceFile>>,
    paths: Vec<PathBuf>,
}

impl Files {
    pub(crate) fn place(&self, span: Span) -> Place {
        Place {
            source: Arc::clone(&self.sources[span.file as usize]),
            span: span.start..span.end,
        }
    }

    pub(crate) fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    pub(crate) fn root_path(&self) -> &Path {
        &self.paths[0]
    }
}
