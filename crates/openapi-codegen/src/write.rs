//! From files in memory to a folder: compared, or written whole or not at all.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

use crate::{Error, Files};

/// Entries of a crate's folder that belong to cargo or git.
const NOT_OURS: [&str; 3] = ["target", "Cargo.lock", ".git"];

/// What [`write`] did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// Files that are new or have new content.
    pub written: Vec<String>,
    /// How many files already had the right content.
    pub unchanged: usize,
    /// Files that no longer belong to the crate.
    pub removed: Vec<String>,
}

/// One file that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Path relative to the crate's folder.
    pub path: String,
    /// What stands there, or `None` where nothing does.
    pub actual: Option<String>,
    /// What should stand there, or `None` where nothing should.
    pub expected: Option<String>,
}

impl Difference {
    /// A unified diff from what is there to what should be there.
    pub fn unified(&self) -> String {
        let empty = String::new();
        let actual = self.actual.as_ref().unwrap_or(&empty);
        let expected = self.expected.as_ref().unwrap_or(&empty);
        similar::TextDiff::from_lines(actual.as_str(), expected.as_str())
            .unified_diff()
            .header(&format!("a/{}", self.path), &format!("b/{}", self.path))
            .to_string()
    }
}

/// Compares a folder with the files that it should hold. Writes nothing.
///
/// # Errors
///
/// [`Error::Io`] when the folder cannot be read.
pub fn compare(folder: &Path, files: &Files) -> Result<Vec<Difference>, Error> {
    let present = present(folder)?;
    let names: BTreeSet<&String> = present.iter().chain(files.keys()).collect();
    let mut differences = Vec::new();
    for name in names {
        let actual = if present.contains(name) {
            Some(read(&folder.join(name))?)
        } else {
            None
        };
        let expected = files.get(name).cloned();
        if actual != expected {
            differences.push(Difference {
                path: name.clone(),
                actual,
                expected,
            });
        }
    }
    Ok(differences)
}

/// Makes a folder hold exactly these files, apart from what cargo and git keep
/// there. A run that is killed or fails leaves the old folder as it was: the new
/// one is prepared beside it and takes its place in one step. Files that do not
/// change keep their time stamps.
///
/// # Errors
///
/// [`Error::ForeignFolder`] when the folder holds something that was not
/// generated; [`Error::Io`] when the new folder cannot be prepared.
pub fn write(folder: &Path, files: &Files) -> Result<Written, Error> {
    let folder = resolved(folder);
    let differences = compare(&folder, files)?;
    if differences.is_empty() {
        return Ok(Written {
            unchanged: files.len(),
            ..Written::default()
        });
    }
    refuse_foreign(&folder)?;
    let parent = folder
        .parent()
        .map_or_else(|| PathBuf::from("."), Path::to_owned);
    fs::create_dir_all(&parent).map_err(io_error("cannot create", &parent))?;
    let staging = tempfile::Builder::new()
        .prefix(".openapi-codegen-")
        .tempdir_in(&parent)
        .map_err(io_error("cannot write beside", &folder))?;
    let changed: BTreeSet<&str> = differences.iter().map(|d| d.path.as_str()).collect();
    for (name, text) in files {
        let target = staging.path().join(name);
        prepare(
            &folder.join(name),
            &target,
            text,
            !changed.contains(name.as_str()),
        )?;
    }
    make_public(staging.path())?;
    take_place(&folder, staging)?;
    let (removed, written): (Vec<Difference>, Vec<Difference>) = differences
        .into_iter()
        .partition(|difference| difference.expected.is_none());
    Ok(Written {
        unchanged: files.len() - written.len(),
        written: written
            .into_iter()
            .map(|difference| difference.path)
            .collect(),
        removed: removed
            .into_iter()
            .map(|difference| difference.path)
            .collect(),
    })
}

/// The folder behind symbolic links, so that links are kept.
fn resolved(folder: &Path) -> PathBuf {
    fs::canonicalize(folder).unwrap_or_else(|_| match (folder.parent(), folder.file_name()) {
        (Some(parent), Some(name)) if !parent.as_os_str().is_empty() => resolved(parent).join(name),
        _ => folder.to_owned(),
    })
}

/// One file of the new folder: the old one linked if it is the same.
fn prepare(old: &Path, new: &Path, text: &str, same: bool) -> Result<(), Error> {
    if let Some(parent) = new.parent() {
        fs::create_dir_all(parent).map_err(io_error("cannot create", parent))?;
    }
    if same && fs::hard_link(old, new).is_ok() {
        return Ok(());
    }
    fs::write(new, text).map_err(io_error("cannot write", new))
}

/// Temporary folders are closed to others; the crate's folder is not.
#[cfg(unix)]
fn make_public(folder: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))
        .map_err(io_error("cannot set the permissions of", folder))
}

#[cfg(not(unix))]
fn make_public(_folder: &Path) -> Result<(), Error> {
    Ok(())
}

fn take_place(folder: &Path, staging: tempfile::TempDir) -> Result<(), Error> {
    if !folder.exists() {
        let staging = staging.keep();
        return fs::rename(&staging, folder).map_err(io_error("cannot write", folder));
    }
    exchange(folder, staging.path()).map_err(io_error("cannot replace", folder))?;
    // The old folder is the temporary one now.
    for name in NOT_OURS {
        let kept = staging.path().join(name);
        if kept.exists() {
            let target = folder.join(name);
            fs::rename(&kept, &target).map_err(io_error("cannot move back", &target))?;
        }
    }
    Ok(())
}

/// Swaps two folders in one step.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn exchange(a: &Path, b: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    match renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(()),
        // Not every file system can.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS | rustix::io::Errno::NOTSUP) => {
            exchange_in_steps(a, b)
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn exchange(a: &Path, b: &Path) -> io::Result<()> {
    exchange_in_steps(a, b)
}

/// Swaps two folders where the system has no single step for it.
fn exchange_in_steps(a: &Path, b: &Path) -> io::Result<()> {
    let aside = b.with_extension("old");
    fs::rename(a, &aside)?;
    if let Err(error) = fs::rename(b, a) {
        fs::rename(&aside, a)?;
        return Err(error);
    }
    fs::rename(&aside, b)
}

/// A folder is ours when it is empty, or its manifest says so.
fn refuse_foreign(folder: &Path) -> Result<(), Error> {
    if present(folder)?.is_empty() {
        return Ok(());
    }
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    if manifest.contains("[package.metadata.openapi-codegen]") {
        return Ok(());
    }
    Err(Error::ForeignFolder {
        path: folder.to_owned(),
    })
}

/// All files below a folder, with `/` as separator, apart from those of cargo and git.
fn present(folder: &Path) -> Result<BTreeSet<String>, Error> {
    let mut found = BTreeSet::new();
    if !folder.exists() {
        return Ok(found);
    }
    let mut queue = vec![(folder.to_owned(), String::new())];
    while let Some((path, prefix)) = queue.pop() {
        let fail = |source| io_error("cannot read", &path)(source);
        for entry in fs::read_dir(&path).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let name = entry.file_name();
            if prefix.is_empty() && NOT_OURS.iter().any(|other| name == OsStr::new(other)) {
                continue;
            }
            let relative = format!("{prefix}{}", name.to_string_lossy());
            if entry.path().is_dir() {
                queue.push((entry.path(), format!("{relative}/")));
            } else {
                found.insert(relative);
            }
        }
    }
    Ok(found)
}

/// A file as text; what is no text differs from every generated file anyway.
fn read(path: &Path) -> Result<String, Error> {
    let bytes = fs::read(path).map_err(io_error("cannot read", path))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn io_error(doing: &'static str, path: &Path) -> impl Fn(io::Error) -> Error + use<> {
    let path = path.to_owned();
    move |source| Error::Io {
        doing,
        path: path.clone(),
        advice: match source.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                "; nothing was changed: run it where the folder can be written, or use `--check`"
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                "; nothing was changed: free some space and run it again"
            }
            _ => "; nothing was changed",
        },
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(entries: &[(&str, &str)]) -> Files {
        let mut files: Files = entries
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect();
        files.insert(
            "Cargo.toml".to_owned(),
            "[package.metadata.openapi-codegen]\n".to_owned(),
        );
        files
    }

    #[test]
    fn only_what_changed_is_written_and_what_is_stale_goes() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("client");
        let first = write(&folder, &files(&[("src/a.rs", "a"), ("src/b.rs", "b")])).unwrap();
        assert_eq!(first.written, ["Cargo.toml", "src/a.rs", "src/b.rs"]);
        let stamp = fs::metadata(folder.join("src/a.rs"))
            .unwrap()
            .modified()
            .unwrap();
        fs::create_dir(folder.join("target")).unwrap();

        let second = write(&folder, &files(&[("src/a.rs", "a"), ("src/c.rs", "c")])).unwrap();
        assert_eq!(second.written, ["src/c.rs"]);
        assert_eq!(second.removed, ["src/b.rs"]);
        assert_eq!(second.unchanged, 2);
        assert_eq!(
            fs::metadata(folder.join("src/a.rs"))
                .unwrap()
                .modified()
                .unwrap(),
            stamp
        );
        assert!(folder.join("target").is_dir());
        assert!(!folder.join("src/b.rs").exists());
        assert_eq!(
            fs::read_dir(home.path()).unwrap().count(),
            1,
            "nothing is left beside it"
        );
    }

    #[test]
    fn a_folder_of_somebody_else_is_left_alone() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("thesis.txt"), "years of work").unwrap();
        let error = write(home.path(), &files(&[])).unwrap_err();
        assert!(matches!(error, Error::ForeignFolder { .. }), "{error}");
        assert!(home.path().join("thesis.txt").exists());
    }

    #[test]
    fn comparing_names_missing_changed_and_unexpected_files() {
        let home = tempfile::tempdir().unwrap();
        write(home.path(), &files(&[("a", "1\n"), ("b", "2\n")])).unwrap();
        fs::write(home.path().join("a"), "changed\n").unwrap();
        fs::remove_file(home.path().join("b")).unwrap();
        fs::write(home.path().join("c"), "3\n").unwrap();
        let differences = compare(home.path(), &files(&[("a", "1\n"), ("b", "2\n")])).unwrap();
        let paths: Vec<&str> = differences.iter().map(|d| d.path.as_str()).collect();
        assert_eq!(paths, ["a", "b", "c"]);
        assert!(differences[0].unified().contains("-changed\n+1\n"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_the_folder_stays_a_link() {
        let home = tempfile::tempdir().unwrap();
        let real = home.path().join("real");
        fs::create_dir(&real).unwrap();
        let link = home.path().join("link");
        std::os::unix::fs::symlink(&real, &link).unwrap();
        write(&link, &files(&[("a", "1")])).unwrap();
        assert!(
            fs::symlink_metadata(&link)
                .unwrap()
                .file_type()
                .is_symlink()
        );
        assert!(real.join("a").exists());
    }
}
