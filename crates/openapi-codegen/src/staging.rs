//! The place beside a crate where its next version is prepared, and from where
//! it takes the crate's place in one step.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::{Error, write::NOT_OURS};

const PREFIX: &str = ".openapi-codegen-";
/// The file that marks a staging place as ours: this note, then the name of the
/// folder that is prepared.
const MARKER: &str = "README";
const NOTE: &str =
    "Left by an interrupted run of the code generator. The next run removes it. It was for:\n";
/// The new crate; once places are exchanged, the old one.
const NEW: &str = "new";
/// The old crate, where the system cannot exchange places in one step.
const OLD: &str = "old";

/// A staging place. Dropping it removes it.
pub(crate) struct Staging {
    home: TempDir,
}

impl Staging {
    /// Makes a place for the next version of `folder`. Its parent must exist.
    pub(crate) fn beside(folder: &Path) -> io::Result<Self> {
        let parent = folder.parent().unwrap_or(Path::new("."));
        let home = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        let name = folder.file_name().and_then(|name| name.to_str());
        let marker = format!("{NOTE}{}\n", name.unwrap_or_default());
        fs::write(home.path().join(MARKER), marker)?;
        fs::create_dir(home.path().join(NEW))?;
        Ok(Self { home })
    }

    /// The folder to prepare.
    pub(crate) fn path(&self) -> PathBuf {
        self.home.path().join(NEW)
    }

    /// Puts the prepared folder where `folder` is, with what cargo and git keep there.
    pub(crate) fn take_place(self, folder: &Path) -> Result<(), Error> {
        let fail = crate::write::io_error("cannot replace", folder);
        if !folder.exists() {
            return fs::rename(self.path(), folder).map_err(fail);
        }
        exchange(folder, &self.path(), &self.home.path().join(OLD)).map_err(fail)?;
        recover(self.home.path(), folder).map_err(|source| Error::Io {
            doing: "cannot move what cargo and git keep there back to",
            path: folder.to_owned(),
            source,
            advice: "; it is in the folder `.openapi-codegen-...` beside it, and the next run tries again",
        })
        .inspect_err(|_| drop(self.home.keep()))
    }
}

/// Swaps two folders in one step.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn exchange(a: &Path, b: &Path, aside: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    match renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(()),
        // Not every file system can.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS | rustix::io::Errno::NOTSUP) => {
            exchange_in_steps(a, b, aside)
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn exchange(a: &Path, b: &Path, aside: &Path) -> io::Result<()> {
    exchange_in_steps(a, b, aside)
}

/// Puts `b` in the place of `a`, and `a` aside.
fn exchange_in_steps(a: &Path, b: &Path, aside: &Path) -> io::Result<()> {
    fs::rename(a, aside)?;
    fs::rename(b, a).inspect_err(|_| {
        let _ = fs::rename(aside, a);
    })
}

/// Brings back what belongs into `folder` from a staging place: the folder itself
/// where a run was killed between two steps, and what is not generated.
fn recover(home: &Path, folder: &Path) -> io::Result<()> {
    let old = home.join(OLD);
    if old.is_dir() && !folder.exists() {
        fs::rename(&old, folder)?;
    }
    for replaced in [home.join(NEW), old] {
        for name in NOT_OURS {
            let (kept, target) = (replaced.join(name), folder.join(name));
            if fs::symlink_metadata(&kept).is_err() {
                continue;
            }
            if !target.exists() {
                fs::rename(&kept, &target)?;
            } else if name == ".git" {
                return Err(io::Error::from(io::ErrorKind::AlreadyExists));
            }
        }
    }
    Ok(())
}

/// Removes what killed runs left in `parent`. Call it only with the lock held:
/// then no staging place there can be in use.
fn sweep(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let named_so = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if named_so && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            // What cannot be removed now is in nobody's way.
            let _ = remove_stale(parent, &entry.path());
        }
    }
}

fn remove_stale(parent: &Path, home: &Path) -> io::Result<()> {
    let Ok(marker) = fs::read_to_string(home.join(MARKER)) else {
        // Killed before the marker was written; anything else is not ours.
        return fs::remove_dir(home);
    };
    let Some(name) = marker.strip_prefix(NOTE).map(str::trim_end) else {
        // Killed while the marker was written, so nothing follows it.
        return if NOTE.starts_with(&marker) {
            fs::remove_file(home.join(MARKER)).and_then(|()| fs::remove_dir(home))
        } else {
            Ok(())
        };
    };
    if Path::new(name).file_name().is_none_or(|only| only != name) {
        return Ok(());
    }
    recover(home, &parent.join(name))?;
    fs::remove_dir_all(home)
}

/// The right to write in a folder; it ends when this is dropped or the process dies.
pub(crate) struct Lock {
    _held: Option<fs::File>,
}

/// Waits for other runs that write in `parent`, then clears away what killed ones left.
///
/// # Errors
///
/// [`Error::Busy`] when another run does not end.
#[cfg(unix)]
pub(crate) fn lock(parent: &Path) -> Result<Lock, Error> {
    use rustix::{
        fs::{FlockOperation, flock},
        io::Errno,
    };
    use std::time::{Duration, Instant};

    /// Writing takes a fraction of a second.
    const PATIENCE: Duration = Duration::from_secs(60);
    let start = Instant::now();
    let Ok(handle) = fs::File::open(parent) else {
        return Ok(Lock { _held: None });
    };
    loop {
        match flock(&handle, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => break,
            Err(Errno::WOULDBLOCK) if start.elapsed() > PATIENCE => {
                return Err(Error::Busy {
                    path: parent.to_owned(),
                });
            }
            Err(Errno::WOULDBLOCK | Errno::INTR) => std::thread::sleep(Duration::from_millis(20)),
            // A file system without locks: what lies there might be in use.
            Err(_) => return Ok(Lock { _held: None }),
        }
    }
    sweep(parent);
    Ok(Lock {
        _held: Some(handle),
    })
}

/// Nothing is locked here, and so nothing cleared away.
#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps)]
pub(crate) fn lock(_parent: &Path) -> Result<Lock, Error> {
    Ok(Lock { _held: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a run leaves that is killed after the places were exchanged.
    fn killed(parent: &Path, name: &str) -> PathBuf {
        let staging = Staging::beside(&parent.join(name)).unwrap();
        staging.home.keep()
    }

    #[test]
    fn what_a_killed_run_left_is_removed_and_what_is_not_generated_comes_back() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("client");
        fs::create_dir(&folder).unwrap();
        let home = killed(parent.path(), "client");
        fs::create_dir(home.join(NEW).join(".git")).unwrap();
        fs::write(home.join(NEW).join("lib.rs"), "old").unwrap();
        sweep(parent.path());
        assert!(!home.exists());
        assert!(folder.join(".git").is_dir());
        assert!(!folder.join("lib.rs").exists());
    }

    #[test]
    fn a_repository_is_never_removed() {
        let parent = tempfile::tempdir().unwrap();
        let home = killed(parent.path(), "client");
        fs::create_dir_all(parent.path().join("client/.git")).unwrap();
        fs::create_dir(home.join(NEW).join(".git")).unwrap();
        sweep(parent.path());
        assert!(home.join(NEW).join(".git").is_dir());
    }

    #[test]
    fn a_crate_that_was_put_aside_comes_back() {
        let parent = tempfile::tempdir().unwrap();
        let home = killed(parent.path(), "client");
        fs::create_dir(home.join(OLD)).unwrap();
        fs::write(home.join(OLD).join("lib.rs"), "old").unwrap();
        sweep(parent.path());
        let text = fs::read_to_string(parent.path().join("client/lib.rs")).unwrap();
        assert_eq!(text, "old");
        assert!(!home.exists());
    }

    #[test]
    fn steps_do_what_one_step_does() {
        let home = tempfile::tempdir().unwrap();
        let [a, b, aside] = ["a", "b", "aside"].map(|name| home.path().join(name));
        fs::create_dir(&a).unwrap();
        fs::write(&b, "new").unwrap();
        exchange_in_steps(&a, &b, &aside).unwrap();
        assert!(a.is_file() && aside.is_dir() && !b.exists());
        exchange_in_steps(&aside, &b, &home.path().join("c")).unwrap_err();
        assert!(aside.is_dir(), "a failure is undone");
    }

    #[test]
    fn what_others_left_stays() {
        let parent = tempfile::tempdir().unwrap();
        let theirs = parent.path().join(".openapi-codegen-theirs");
        fs::create_dir(&theirs).unwrap();
        fs::write(theirs.join("thesis.txt"), "years of work").unwrap();
        let empty = parent.path().join(".openapi-codegen-empty");
        fs::create_dir(&empty).unwrap();
        sweep(parent.path());
        assert!(theirs.join("thesis.txt").exists());
        assert!(!empty.exists());
    }

    #[cfg(unix)]
    #[test]
    fn one_run_at_a_time_writes_in_a_folder() {
        let parent = tempfile::tempdir().unwrap();
        let first = lock(parent.path()).unwrap();
        let path = parent.path().to_owned();
        let second = std::thread::spawn(move || drop(lock(&path).unwrap()));
        std::thread::sleep(std::time::Duration::from_millis(100));
        assert!(!second.is_finished());
        drop(first);
        second.join().unwrap();
    }
}
