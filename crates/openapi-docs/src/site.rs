//! All files of a site.

use std::collections::BTreeMap;
use std::path::Path;

use crate::address::Names;
use crate::api::Api;
use crate::source::Source;
use crate::write::{self, Error, Written};
use crate::{page, search};

const ASSETS: [(&str, &str); 2] = [
    (
        "assets/reference.css",
        include_str!("../assets/reference.css"),
    ),
    (
        "assets/reference.js",
        include_str!("../assets/reference.js"),
    ),
];

/// A site: its files, before they are written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Site {
    files: BTreeMap<String, String>,
}

impl Site {
    /// Makes the site of some documents. The same documents give the same bytes.
    pub fn of(sources: &[Source<'_>]) -> Self {
        let mut folders = Names::default();
        let apis: Vec<Api> = sources
            .iter()
            .map(|source| Api::new(source, &mut folders))
            .collect();
        let mut files = BTreeMap::from([page::landing(&apis)]);
        let mut entries = Vec::new();
        for api in &apis {
            let pages = page::of(api);
            files.extend(pages.files);
            entries.extend(pages.entries);
        }
        files.insert("assets/search-index.js".to_owned(), search::index(&entries));
        files.extend(ASSETS.map(|(path, text)| (path.to_owned(), text.to_owned())));
        Self { files }
    }

    /// Paths from the root of the site, with `/` between folders, and what stands there.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The number of pages.
    pub fn pages(&self) -> usize {
        self.files
            .keys()
            .filter(|path| Path::new(path).extension().is_some_and(|end| end == "html"))
            .count()
    }

    /// The size of all files, in bytes.
    pub fn bytes(&self) -> usize {
        self.files.values().map(String::len).sum()
    }

    /// Makes `folder` hold this site and nothing else, in one step: a run that fails changes nothing.
    ///
    /// # Errors
    ///
    /// [`Error::ForeignFolder`] where the folder holds something that is no site of ours, and
    /// [`Error::Io`] where it cannot be written.
    pub fn write(&self, folder: &Path) -> Result<Written, Error> {
        write::write(folder, &self.files)
    }
}
