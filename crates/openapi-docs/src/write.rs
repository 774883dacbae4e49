//! From files in memory to a folder, which they replace whole or not at all.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error as ThisError;

/// The file that says that a folder is a site of ours.
const MARKER: &str = ".openapi-docs";
const NOTE: &str =
    "Written by openapi-docs. The folder is replaced as a whole: keep nothing else in it.\n";

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The folder, links followed.
    pub folder: PathBuf,
    /// Whether a site stood there before.
    pub replaced: bool,
}

/// Why a site could not be written. Nothing was changed.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// The folder holds something else.
    #[error(
        "`{}` holds files that are no reference site: choose another folder, or empty this one",
        .folder.display()
    )]
    ForeignFolder {
        /// The folder.
        folder: PathBuf,
    },
    /// The system refused.
    #[error("cannot write the site to `{}`: {source}", .folder.display())]
    Io {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

pub(crate) fn write(folder: &Path, files: &BTreeMap<String, String>) -> Result<Written, Error> {
    let failed = |source| Error::Io {
        folder: folder.to_owned(),
        source,
    };
    let folder = std::path::absolute(folder).map_err(failed)?;
    let folder = fs::canonicalize(&folder).unwrap_or(folder);
    let failed = |source| Error::Io {
        folder: folder.clone(),
        source,
    };
    let replaced = folder.exists();
    if replaced && !is_ours(&folder).map_err(failed)? {
        return Err(Error::ForeignFolder { folder });
    }
    prepare_and_swap(&folder, files, replaced).map_err(failed)?;
    Ok(Written { folder, replaced })
}

/// A folder is ours if it has our marker, or nothing at all.
fn is_ours(folder: &Path) -> io::Result<bool> {
    if folder.join(MARKER).is_file() {
        return Ok(true);
    }
    Ok(fs::read_dir(folder)?.next().is_none())
}

fn prepare_and_swap(
    folder: &Path,
    files: &BTreeMap<String, String>,
    replaced: bool,
) -> io::Result<()> {
    let parent = folder.parent().ok_or(io::ErrorKind::InvalidInput)?;
    fs::create_dir_all(parent)?;
    let home = tempfile::Builder::new()
        .prefix(".openapi-docs-")
        .tempdir_in(parent)?;
    let (new, old) = (home.path().join("new"), home.path().join("old"));
    fs::create_dir(&new)?;
    fs::write(new.join(MARKER), NOTE)?;
    for (path, text) in files {
        let file = new.join(path);
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(file, text)?;
    }
    if replaced {
        exchange(folder, &new, &old)
    } else {
        fs::rename(&new, folder)
    }
}

/// Swaps two folders in one step where the system can.
#[cfg(target_os = "linux")]
fn exchange(folder: &Path, new: &Path, old: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, folder, CWD, new, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(()),
        // Not every file system can.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => exchange_in_steps(folder, new, old),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn exchange(folder: &Path, new: &Path, old: &Path) -> io::Result<()> {
    exchange_in_steps(folder, new, old)
}

/// Puts `new` in the place of `folder`, and that aside; a failure is undone.
fn exchange_in_steps(folder: &Path, new: &Path, old: &Path) -> io::Result<()> {
    fs::rename(folder, old)?;
    fs::rename(new, folder).inspect_err(|_| {
        let _ = fs::rename(old, folder);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(text: &str) -> BTreeMap<String, String> {
        BTreeMap::from([("api/index.html".to_owned(), text.to_owned())])
    }

    #[test]
    fn a_site_replaces_a_site_and_leaves_nothing_beside_it() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("deep/site");
        assert!(!write(&folder, &files("old")).unwrap().replaced);
        fs::write(folder.join("stray.html"), "gone").unwrap();
        assert!(write(&folder, &files("new")).unwrap().replaced);
        assert_eq!(
            fs::read_to_string(folder.join("api/index.html")).unwrap(),
            "new"
        );
        assert!(!folder.join("stray.html").exists());
        assert_eq!(fs::read_dir(home.path().join("deep")).unwrap().count(), 1);
    }

    #[test]
    fn what_is_not_ours_stays() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("thesis");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("thesis.txt"), "years of work").unwrap();
        let refused = write(&folder, &files("new")).unwrap_err();
        assert!(matches!(refused, Error::ForeignFolder { .. }), "{refused}");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        let file = home.path().join("file");
        fs::write(&file, "text").unwrap();
        assert!(write(&file, &files("new")).is_err());
        assert_eq!(fs::read_to_string(&file).unwrap(), "text");
    }

    #[test]
    fn an_empty_folder_may_be_used() {
        let home = tempfile::tempdir().unwrap();
        write(home.path(), &files("new")).unwrap();
        assert!(home.path().join(MARKER).is_file());
    }

    #[test]
    fn steps_do_what_one_step_does() {
        let home = tempfile::tempdir().unwrap();
        let [folder, new, old] = ["folder", "new", "old"].map(|name| home.path().join(name));
        fs::create_dir(&folder).unwrap();
        fs::write(&new, "new").unwrap();
        exchange_in_steps(&folder, &new, &old).unwrap();
        assert!(folder.is_file() && old.is_dir());
        exchange_in_steps(&old, &new, &home.path().join("other")).unwrap_err();
        assert!(old.is_dir(), "a failure is undone");
    }
}
