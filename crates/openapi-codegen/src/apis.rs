//! The APIs of a workspace: one folder each below `openapi/`.

use std::path::{Path, PathBuf};

use crate::{Error, Settings};

/// One API of the workspace.
#[derive(Debug, Clone)]
pub struct Api {
    /// Name of its folder.
    pub name: String,
    /// Its root document.
    pub document: PathBuf,
    /// `codegen.toml` beside the document.
    pub settings: Settings,
    /// The folder of its generated crate.
    pub crate_folder: PathBuf,
    /// The folder of the module with which the workspace's tests call its client.
    pub calls_folder: PathBuf,
}

/// The APIs of the workspace at `root` that are called `names`; all of them
/// where no name is given. In the order of their names.
///
/// # Errors
///
/// [`Error::UnknownApi`] for a name that has no folder, [`Error::Io`] when
/// `openapi/` cannot be read, [`Error::Settings`] for a `codegen.toml` that
/// cannot be used.
pub fn apis(root: &Path, names: &[String]) -> Result<Vec<Api>, Error> {
    let home = root.join("openapi");
    let known = known(&home)?;
    if let Some(name) = names.iter().find(|name| !known.contains(name)) {
        return Err(Error::UnknownApi {
            name: name.clone(),
            known: known.join(", "),
        });
    }
    known
        .into_iter()
        .filter(|name| names.is_empty() || names.contains(name))
        .map(|name| api(root, &home, name))
        .collect()
}

fn known(home: &Path) -> Result<Vec<String>, Error> {
    let fail = |source| Error::Io {
        doing: "cannot read",
        path: home.to_owned(),
        source,
        advice: "; it holds one folder for each API",
    };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(home).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        if entry.path().join("codegen.toml").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn api(root: &Path, home: &Path, name: String) -> Result<Api, Error> {
    let folder = home.join(&name);
    let settings = Settings::read(&folder.join("codegen.toml"))?;
    Ok(Api {
        document: folder.join("openapi.yaml"),
        crate_folder: root.join("generated").join(&settings.crate_name),
        calls_folder: root.join("tests/src/calls").join(&name),
        name,
        settings,
    })
}
