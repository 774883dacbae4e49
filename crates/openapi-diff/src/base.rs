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
    /// The folder has no document.
    #[error("{folder} holds no document: neither `openapi.yaml` nor `openapi/{api}/openapi.yaml`", folder = folder.display())]
    Empty {
        /// The folder.
        folder: PathBuf,
        /// The API that was looked for.
        api: String,
    },
    /// Git failed in a way that nobody thought of.
    #[error("git failed: {0}")]
    Git(String),
    /// The copy of a revision cannot be written.
    #[error("the revision cannot be copied to a temporary folder: {0}")]
    Copy(#[source] io::Error),
}

/// What a document is compared with.
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
    /// Finds what `name` stands for: a file; a folder with `openapi.yaml`, or with
    /// `openapi/<api>/openapi.yaml`; else a revision of the git repository that holds `workspace`.
    ///
    /// Of a revision, the folder of the API and those in `more` that lie in the workspace are copied to a
    /// temporary folder, by commands that leave checkout and index alone.
    ///
    /// # Errors
    ///
    /// If there is nothing of this name, or not the document in it.
    pub fn find(
        name: &str,
        workspace: &Path,
        api: &str,
        more: &[PathBuf],
    ) -> Result<Self, BaseError> {
        let path = Path::new(name);
        if path.is_file() {
            return Ok(Self::file(path));
        }
        if path.is_dir() {
            return Self::folder(path, api);
        }
        Self::revision(name, workspace, api, more)
    }

    /// A file.
    pub fn file(path: &Path) -> Self {
        Self {
            document: path.to_owned(),
            shown: path.display().to_string(),
            copy: None,
        }
    }

    fn folder(folder: &Path, api: &str) -> Result<Self, BaseError> {
        let inner = Path::new("openapi").join(api).join("openapi.yaml");
        let files = [inner, PathBuf::from("openapi.yaml")].map(|file| folder.join(file));
        let found = files.iter().find(|file| file.is_file());
        found
            .map(|file| Self::file(file))
            .ok_or_else(|| BaseError::Empty {
                folder: folder.to_owned(),
                api: api.to_owned(),
            })
    }

    /// A revision of the git repository that holds `workspace`: see [`find`](Self::find).
    ///
    /// # Errors
    ///
    /// If there is no such revision, or it does not have the API.
    pub fn revision(
        name: &str,
        workspace: &Path,
        api: &str,
        more: &[PathBuf],
    ) -> Result<Self, BaseError> {
        let git = Git::at(workspace);
        let tree = git.tree(name)?;
        let home = format!("openapi/{api}");
        let folder = tempfile::Builder::new()
            .prefix("openapi-diff-")
            .tempdir()
            .map_err(BaseError::Copy)?;
        copy(&git, &tree, &home, folder.path())?;
        for outside in more
            .iter()
            .filter_map(|outside| relative(workspace, outside))
        {
            match copy(&git, &tree, &outside, folder.path()) {
                // Its absence matters only to a reference into it, which says so.
                Ok(()) | Err(BaseError::NotThere { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Self {
            document: folder.path().join(home).join("openapi.yaml"),
            shown: name.to_owned(),
            copy: Some(Copy {
                folder,
                name: format!("{name}:"),
            }),
        })
    }

    /// As the user named it.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Whether it is a revision.
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
            let inner = folder.path().join("openapi");
            options = options.show_as(inner, format!("{name}openapi"));
        }
        for outside in more {
            let copied = self.copy.as_ref().and_then(|Copy { folder, name }| {
                let outside = relative(workspace, outside)?;
                let copied = folder.path().join(&outside);
                copied
                    .is_dir()
                    .then(|| (copied, format!("{name}{outside}")))
            });
            options = match copied {
                Some((copied, shown)) => options.allow_ref_outside(&copied).show_as(copied, shown),
                None => options.allow_ref_outside(outside),
            };
        }
        options.open(&self.document)
    }
}

/// A folder of the workspace, from its root.
fn relative(workspace: &Path, folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    let inner = folder.strip_prefix(workspace.canonicalize().ok()?).ok()?;
    let inner = inner.to_str()?.to_owned();
    (!inner.is_empty()).then_some(inner)
}

/// Writes the files of a folder of a revision below `target`.
fn copy(git: &Git, tree: &Tree, folder: &str, target: &Path) -> Result<(), BaseError> {
    let files = git.files(tree, folder)?;
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
