//! What a document is compared with: a revision of git, a folder or a file.

use std::io;
use std::path::{Component, Path, PathBuf};

use openapi_document::{Document, OpenOptions, Report};
use tempfile::TempDir;

use crate::git::{Git, Tree};

/// Why there is nothing to compare with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BaseError {
    /// Git is not installed, or cannot be run.
    #[error("git cannot be run: {0}; install it, or give `--base` a file or folder")]
    NoGit(#[source] io::Error),
    /// The workspace is in no git repository.
    #[error("{folder} is in no git repository; give `--base` a file or folder", folder = folder.display())]
    NoRepository {
        /// The workspace.
        folder: PathBuf,
    },
    /// There is neither such a revision nor such a file.
    #[error("there is no revision, folder or file `{name}`")]
    Missing {
        /// What was asked for.
        name: String,
    },
    /// The revision may exist, but this clone does not have it.
    #[error(
        "this clone is shallow and does not have the revision `{name}`; get it by `git fetch --unshallow --tags`"
    )]
    Shallow {
        /// What was asked for.
        name: String,
    },
    /// The revision has no such path.
    #[error("`{path}` was not there in the revision `{name}`")]
    NotThere {
        /// What was asked for.
        name: String,
        /// The path, from the root of the repository.
        path: String,
    },
    /// The folder does not have the document.
    #[error("{folder} does not have the document: there is no {documents}", folder = folder.display(), documents = either(documents))]
    Empty {
        /// The folder.
        folder: PathBuf,
        /// The paths that were tried.
        documents: Vec<PathBuf>,
    },
    /// The document lies outside of the workspace.
    #[error("{document} is not in the workspace, so no revision has it; give `--base` a file or folder", document = document.display())]
    Outside {
        /// The document.
        document: PathBuf,
    },
    /// Git failed in a way that nobody thought of.
    #[error("git failed: {0}")]
    Git(String),
    /// The copy of a revision cannot be written.
    #[error("the revision cannot be copied to a temporary folder: {0}")]
    Copy(#[source] io::Error),
}

fn either(paths: &[PathBuf]) -> String {
    let paths: Vec<String> = paths
        .iter()
        .map(|path| format!("`{}`", path.display()))
        .collect();
    paths.join(" and no ")
}

/// What a document is compared with.
///
/// ```
/// use openapi_diff::Base;
///
/// # let home = tempfile::tempdir()?;
/// # let (workspace, document) = (home.path(), home.path().join("new.yaml"));
/// let file = home.path().join("old.yaml");
/// # let text = "openapi: 3.0.3\ninfo: {title: Pets, version: '1'}\npaths: {}";
/// # std::fs::write(&document, text)?;
/// std::fs::write(&file, text)?;
/// let base = Base::find(file.to_str().unwrap(), workspace, &document, &[])?;
/// assert!(!base.is_revision());
/// assert_eq!(base.open(workspace, &[])?.root()["info"]["title"], "Pets");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Base {
    document: PathBuf,
    shown: String,
    copy: Option<Copy>,
}

/// The files of a revision, as long as they are needed.
#[derive(Debug)]
struct Copy {
    folder: TempDir,
    name: String,
}

impl Base {
    /// Finds what `name` stands for: a file; a folder that holds the document under its path in the
    /// workspace, or under its name; else a revision of the git repository that holds `workspace`, which has
    /// the document under its path. `document` is the new document.
    ///
    /// Of a revision, the folder of the document and those in `more` that lie in the workspace are copied to
    /// a temporary folder, by commands that leave checkout and index alone.
    ///
    /// # Errors
    ///
    /// If there is nothing of this name, or not the document in it.
    pub fn find(
        name: &str,
        workspace: &Path,
        document: &Path,
        more: &[PathBuf],
    ) -> Result<Self, BaseError> {
        let path = Path::new(name);
        if path.is_file() {
            return Ok(Self::file(path, name));
        }
        if path.is_dir() {
            return Self::folder(path, name, workspace, document);
        }
        Self::revision(name, workspace, document, more)
    }

    fn file(path: &Path, name: &str) -> Self {
        Self {
            document: path.to_owned(),
            shown: name.to_owned(),
            copy: None,
        }
    }

    fn folder(
        folder: &Path,
        name: &str,
        workspace: &Path,
        document: &Path,
    ) -> Result<Self, BaseError> {
        let file = document.file_name().map(PathBuf::from);
        let candidates = [within(workspace, document).map(PathBuf::from), file];
        let candidates: Vec<PathBuf> = candidates.into_iter().flatten().collect();
        let found = candidates
            .iter()
            .map(|file| folder.join(file))
            .find(|file| file.is_file());
        let found = found.map(|file| Self::file(&file, name));
        found.ok_or_else(|| BaseError::Empty {
            folder: folder.to_owned(),
            documents: candidates,
        })
    }

    /// A revision of the git repository that holds `workspace`: see [`find`](Self::find).
    ///
    /// # Errors
    ///
    /// If there is no such revision, or it does not have the document.
    pub fn revision(
        name: &str,
        workspace: &Path,
        document: &Path,
        more: &[PathBuf],
    ) -> Result<Self, BaseError> {
        let git = Git::at(workspace);
        let tree = git.tree(name)?;
        let path = within(workspace, document).ok_or_else(|| BaseError::Outside {
            document: document.to_owned(),
        })?;
        let home = path.rsplit_once('/').map_or("", |(home, _)| home);
        let folder = tempfile::Builder::new()
            .prefix("openapi-diff-")
            .tempdir()
            .map_err(BaseError::Copy)?;
        copy(&git, &tree, home, folder.path())?;
        for outside in more.iter().filter_map(|outside| within(workspace, outside)) {
            match copy(&git, &tree, &outside, folder.path()) {
                // Its absence matters only to a reference into it, which says so.
                Ok(()) | Err(BaseError::NotThere { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let copied = folder.path().join(&path);
        if !copied.is_file() {
            let name = name.to_owned();
            return Err(BaseError::NotThere { name, path });
        }
        Ok(Self {
            document: copied,
            shown: name.to_owned(),
            copy: Some(Copy {
                folder,
                name: name.to_owned(),
            }),
        })
    }

    /// As the user named it.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Whether it is a revision.
    #[must_use]
    pub fn is_revision(&self) -> bool {
        self.copy.is_some()
    }

    /// Opens the document; references may lead into the folders in `more`, too. Files of a revision are
    /// shown as git names them: `v1.2:openapi/pets/openapi.yaml`.
    ///
    /// # Errors
    ///
    /// As [`Document::open`].
    pub fn open(&self, workspace: &Path, more: &[PathBuf]) -> Result<Document, Report> {
        let mut options = OpenOptions::new();
        if let Some(Copy { folder, name }) = &self.copy {
            // The colon takes the place of a separator: `HEAD:openapi/pets`.
            for entry in std::fs::read_dir(folder.path())
                .into_iter()
                .flatten()
                .flatten()
            {
                let shown = format!("{name}:{}", entry.file_name().to_string_lossy());
                options = options.show_as(entry.path(), shown);
            }
        }
        for outside in more {
            let copied = self.copy.as_ref().and_then(|copy| {
                let copied = copy.folder.path().join(within(workspace, outside)?);
                Some(copied).filter(|folder| folder.is_dir())
            });
            options = options.allow_ref_outside(copied.unwrap_or_else(|| outside.clone()));
        }
        options.open(&self.document)
    }
}

/// A path of the workspace, from its root; nothing for the root itself, and for what lies elsewhere. The
/// last part may be missing.
fn within(workspace: &Path, path: &Path) -> Option<String> {
    let path = std::path::absolute(path).ok()?;
    let folder = path.parent()?.canonicalize().ok()?;
    let inner = folder.join(path.file_name()?);
    let inner = inner.strip_prefix(workspace.canonicalize().ok()?).ok()?;
    Some(inner.to_str()?.to_owned()).filter(|inner| !inner.is_empty())
}

/// Writes the files of a folder of a revision below `target`.
fn copy(git: &Git, tree: &Tree, folder: &str, target: &Path) -> Result<(), BaseError> {
    let mut files = git.files(tree, folder)?;
    if folder.is_empty() {
        // All of the repository: only what can be part of a document.
        files.retain(|file| {
            let ending = file.path.rsplit_once('.').map_or("", |(_, ending)| ending);
            matches!(ending, "yaml" | "yml" | "json")
        });
    }
    git.contents(&files, |file, content| {
        let path = Path::new(&file.path);
        let is_plain = path
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if !is_plain {
            return Ok(());
        }
        let path = target.join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, content)
    })
}
