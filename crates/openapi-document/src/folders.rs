//! Where the files of a document may lie.
//!
//! A document is data from somebody else: what it refers to is read, shown in messages and put into
//! what is made of it. So references lead into the folder of the root document, and elsewhere only
//! where the caller allows it.

use std::path::{Path, PathBuf, absolute};

use crate::files::normalized;

/// Folders, as the file system knows them: without links and `..`.
#[derive(Debug, Default)]
pub(crate) struct Folders(Vec<PathBuf>);

impl Folders {
    /// Adds a folder, with all that lies below it.
    pub(crate) fn add(&mut self, folder: &Path) -> std::io::Result<()> {
        self.0.push(absolute(folder)?.canonicalize()?);
        Ok(())
    }

    /// Whether `path` leads into one of the folders, links followed. Of a path that does not exist,
    /// the part that exists is judged.
    pub(crate) fn hold(&self, path: &Path) -> bool {
        let Ok(path) = absolute(path) else {
            return false;
        };
        let path = normalized(&path);
        let mut parts = path.ancestors();
        let reached = parts.find_map(|part| part.canonicalize().ok());
        reached.is_some_and(|reached| self.0.iter().any(|folder| reached.starts_with(folder)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_exist_is_judged_by_what_does() {
        let home = tempfile::tempdir().unwrap();
        let inner = home.path().join("inner");
        std::fs::create_dir(&inner).unwrap();
        let mut folders = Folders::default();
        folders.add(&inner).unwrap();
        for (path, held) in [
            ("inner", true),
            ("inner/a/b.yaml", true),
            ("inner/../b.yaml", false),
            ("inner/a/../../b.yaml", false),
            ("b.yaml", false),
            ("innermost/b.yaml", false),
            ("", false),
        ] {
            assert_eq!(folders.hold(&home.path().join(path)), held, "{path}");
        }
        assert!(!folders.hold(Path::new("/")));
    }
}
