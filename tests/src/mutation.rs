//! Copies of the workspace with something broken in them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

/// What the guards look at.
const COPIED: [&str; 6] = [
    "crates/openapi-client-runtime/src",
    "openapi",
    "generated",
    "tests/src/calls",
    "LICENSE-APACHE",
    "LICENSE-MIT",
];

/// A copy of a workspace that goes away with this value.
#[derive(Debug)]
pub struct Copy {
    folder: TempDir,
}

impl Copy {
    /// Copies documents, generated code and runtime of the workspace at `root`.
    ///
    /// # Panics
    ///
    /// When a file cannot be read or written.
    pub fn of(root: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for part in COPIED {
            copy(&root.join(part), &folder.path().join(part));
        }
        Self { folder }
    }

    /// Its root.
    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Replaces the only place in a file that reads `from`.
    ///
    /// # Panics
    ///
    /// Where that is not exactly one place: the mutation has to be written anew.
    pub fn edit(&self, path: &str, from: &str, to: &str) {
        let path = self.path(path);
        let text = fs::read_to_string(&path).expect("a file to edit");
        let places = text.matches(from).count();
        assert_eq!(
            places,
            1,
            "{}: {from:?} stands there {places} times",
            path.display()
        );
        fs::write(&path, text.replace(from, to)).expect("a file to write");
    }

    /// Writes a file, in a new folder if need be.
    ///
    /// # Panics
    ///
    /// When it cannot be written.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap_or(self.root())).expect("a folder to write");
        fs::write(path, text).expect("a file to write");
    }

    /// Removes a file.
    ///
    /// # Panics
    ///
    /// When it is not there.
    pub fn remove(&self, path: &str) {
        fs::remove_file(self.path(path)).expect("a file to remove");
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }
}

fn copy(from: &Path, to: &Path) {
    if !from.is_dir() {
        fs::copy(from, to).expect("a file to copy");
        return;
    }
    fs::create_dir_all(to).expect("a folder to write");
    for entry in fs::read_dir(from).expect("a folder to copy") {
        let entry = entry.expect("an entry to copy");
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}
