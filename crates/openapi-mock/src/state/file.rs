//! State that outlives a server, in one JSON file.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::data::Data;
use super::links;
use crate::mock::Mock;

/// The format that this version writes and reads.
const FORMAT: u32 = 1;

/// Why a state file cannot be used. The file is left as it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateFileError {
    /// The file, or the folder that it stands in, cannot be read or written.
    #[error("cannot use the state file {}: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The file holds the state of another document.
    #[error(
        "the state file {} holds `{held}`, but the document is `{wanted}`; choose another file, or \
         remove this one to start anew",
        .path.display()
    )]
    OtherDocument {
        /// The file.
        path: PathBuf,
        /// Title and version in the file.
        held: String,
        /// Title and version of the document.
        wanted: String,
    },
    /// The file was written by another version of this crate.
    #[error(
        "the state file {} has format {held}, this version reads {FORMAT}; choose another file, or \
         remove this one to start anew",
        .path.display()
    )]
    OtherFormat {
        /// The file.
        path: PathBuf,
        /// The format in the file.
        held: u64,
    },
}

#[derive(Debug, Serialize, Deserialize)]
struct Contents {
    format: u32,
    /// By the prefix below which a document is served.
    mocks: IndexMap<String, Saved>,
}

/// The state of one mock.
#[derive(Debug, Serialize, Deserialize)]
struct Saved {
    title: String,
    version: String,
    data: Data,
}

/// A state file in use.
#[derive(Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
    /// With their prefixes.
    mocks: Vec<(String, Mock)>,
    inner: Mutex<Inner>,
    /// What a person should know about the file.
    pub(crate) warning: Option<String>,
}

#[derive(Debug)]
struct Inner {
    contents: Contents,
    /// The changes that the file holds, mock by mock.
    written: Vec<u64>,
}

impl StateFile {
    /// Gives mocks the state that a file holds, if it is there. A file that cannot be understood is
    /// kept aside under another name.
    pub(crate) fn open(path: &Path, mocks: Vec<(String, Mock)>) -> Result<Self, StateFileError> {
        let (contents, warning) = read(path)?;
        for (prefix, mock) in &mocks {
            if let Some(saved) = contents.mocks.get(prefix) {
                refuse_other(path, saved, mock)?;
            }
        }
        for (prefix, mock) in &mocks {
            if let Some(saved) = contents.mocks.get(prefix) {
                mock.store().replace(saved.data.clone());
            }
        }
        let written = mocks
            .iter()
            .map(|(_, mock)| mock.store().version())
            .collect();
        Ok(Self {
            path: path.to_owned(),
            mocks,
            inner: Mutex::new(Inner { contents, written }),
            warning,
        })
    }

    /// Writes the file, if anything changed since it was read or written.
    pub(crate) fn save(&self) -> Result<(), StateFileError> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let now: Vec<u64> = self
            .mocks
            .iter()
            .map(|(_, mock)| mock.store().version())
            .collect();
        if now == inner.written {
            return Ok(());
        }
        let mut versions = Vec::new();
        for (prefix, mock) in &self.mocks {
            let (saved, version) = Saved::of(mock);
            inner.contents.mocks.insert(prefix.clone(), saved);
            versions.push(version);
        }
        write(&self.path, &inner.contents).map_err(|source| StateFileError::Io {
            path: self.path.clone(),
            source,
        })?;
        inner.written = versions;
        Ok(())
    }
}

impl Saved {
    /// The state of a mock now, and the number of changes that it holds.
    fn of(mock: &Mock) -> (Self, u64) {
        let (data, changes) = mock.store().export();
        let (title, version) = mock.named();
        let saved = Self {
            title,
            version,
            data,
        };
        (saved, changes)
    }
}

/// The state of a mock as a file holds it.
pub(crate) fn shown(mock: &Mock) -> Value {
    let (_, prefix, _) = links::split(mock.url());
    let (saved, _) = Saved::of(mock);
    json!(Contents {
        format: FORMAT,
        mocks: IndexMap::from([(prefix.to_owned(), saved)]),
    })
}

fn refuse_other(path: &Path, saved: &Saved, mock: &Mock) -> Result<(), StateFileError> {
    let (title, version) = mock.named();
    if (&saved.title, &saved.version) == (&title, &version) {
        return Ok(());
    }
    Err(StateFileError::OtherDocument {
        path: path.to_owned(),
        held: format!("{} {}", saved.title, saved.version),
        wanted: format!("{title} {version}"),
    })
}

fn read(path: &Path) -> Result<(Contents, Option<String>), StateFileError> {
    let failed = |source| StateFileError::Io {
        path: path.to_owned(),
        source,
    };
    let nothing = Contents {
        format: FORMAT,
        mocks: IndexMap::new(),
    };
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((nothing, None)),
        Err(error) => return Err(failed(error)),
    };
    match serde_json::from_slice::<Contents>(&bytes) {
        Ok(contents) if contents.format == FORMAT => return Ok((contents, None)),
        _ => {}
    }
    if let Some(held) = format_of(&bytes).filter(|held| *held != u64::from(FORMAT)) {
        let path = path.to_owned();
        return Err(StateFileError::OtherFormat { path, held });
    }
    let aside = aside(path);
    fs::rename(path, &aside).map_err(failed)?;
    let warning = format!(
        "the state file {} is damaged; it is kept as {}, and the mock starts anew",
        path.display(),
        aside.display()
    );
    Ok((nothing, Some(warning)))
}

fn format_of(bytes: &[u8]) -> Option<u64> {
    let value: Value = serde_json::from_slice(bytes).ok()?;
    value["format"].as_u64()
}

/// The first name for a damaged file that nothing has yet.
fn aside(path: &Path) -> PathBuf {
    let name = |number: usize| {
        let mut name = OsString::from(path);
        name.push(format!(".damaged-{number}"));
        PathBuf::from(name)
    };
    let mut names = (1..).map(name);
    let free = names.find(|name| fs::symlink_metadata(name).is_err());
    free.unwrap_or_else(|| name(0))
}

/// In one step, so that the file is whole at any time.
fn write(path: &Path, contents: &Contents) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer_pretty(&mut file, contents)?;
    file.write_all(b"\n")?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
