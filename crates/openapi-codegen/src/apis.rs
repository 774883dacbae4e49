//! The APIs of a workspace: one folder each below `openapi/`.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    path::{Path, PathBuf},
};

use crate::{
    Error, Settings,
    write::{io_error, is_generated},
};

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
/// As [`each_api`], and where one of the APIs cannot be used.
pub fn apis(root: &Path, names: &[String]) -> Result<Vec<Api>, Error> {
    let apis = each_api(root, names)?;
    apis.into_iter().map(|(_, api)| api).collect()
}

/// As [`apis`], but an API whose `codegen.toml` cannot be used does not keep the
/// others from being used: each comes with its name.
///
/// # Errors
///
/// [`Error::UnknownApi`] for a name that has no folder, [`Error::NoApi`] when
/// there is none at all, [`Error::Io`] when `openapi/` cannot be read.
#[allow(clippy::type_complexity)]
pub fn each_api(root: &Path, names: &[String]) -> Result<Vec<(String, Result<Api, Error>)>, Error> {
    let home = root.join("openapi");
    let known = known(&home)?;
    if known.is_empty() {
        return Err(Error::NoApi { path: home });
    }
    if let Some(name) = names.iter().find(|name| !known.contains(name)) {
        return Err(unknown(name, &known));
    }
    let mut owners: BTreeMap<PathBuf, String> = BTreeMap::new();
    let apis = known
        .into_iter()
        .filter(|name| names.is_empty() || names.contains(name));
    Ok(apis
        .map(|name| {
            let api = api(root, &home, &name).and_then(|api| claim(&mut owners, api));
            (name, api)
        })
        .collect())
}

/// The root document of the API called `name` in the workspace at `root`.
pub fn document_path(root: &Path, name: &str) -> PathBuf {
    root.join("openapi").join(name).join("openapi.yaml")
}

/// Generated crates of the workspace at `root` that are of none of `apis`.
///
/// # Errors
///
/// [`Error::Io`] when `generated/` cannot be read.
pub fn orphans(root: &Path, apis: &[Api]) -> Result<Vec<PathBuf>, Error> {
    let home = root.join("generated");
    let fail = io_error("cannot read", &home);
    let mut orphans = Vec::new();
    if !home.exists() {
        return Ok(orphans);
    }
    for entry in std::fs::read_dir(&home).map_err(&fail)? {
        let folder = entry.map_err(&fail)?.path();
        if !apis.iter().any(|api| api.crate_folder == folder) && is_generated(&folder) {
            orphans.push(folder);
        }
    }
    orphans.sort();
    Ok(orphans)
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
        let has = |file: &str| entry.path().join(file).exists();
        if has("codegen.toml") || has("openapi.yaml") {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn unknown(name: &str, known: &[String]) -> Error {
    let advice = match openapi_document::nearest(name, known.iter().map(String::as_str)) {
        Some(near) => format!(": did you mean `{near}`?"),
        None => format!("; there are: {}", known.join(", ")),
    };
    Error::UnknownApi {
        name: name.to_owned(),
        advice,
    }
}

fn api(root: &Path, home: &Path, name: &str) -> Result<Api, Error> {
    let folder = home.join(name);
    let mut settings = Settings::read(&folder.join("codegen.toml"))?;
    settings.licences = ["LICENSE-APACHE", "LICENSE-MIT"]
        .map(|name| root.join(name))
        .into_iter()
        .filter(|path| path.is_file())
        .collect();
    Ok(Api {
        document: document_path(root, name),
        crate_folder: root.join("generated").join(&settings.crate_name),
        calls_folder: root.join("tests/src/calls").join(name),
        name: name.to_owned(),
        settings,
    })
}

/// Two APIs would overwrite each other in one folder.
fn claim(owners: &mut BTreeMap<PathBuf, String>, api: Api) -> Result<Api, Error> {
    match owners.entry(api.crate_folder.clone()) {
        Entry::Occupied(first) => Err(Error::SameCrate {
            first: first.get().clone(),
            second: api.name,
        }),
        Entry::Vacant(place) => {
            place.insert(api.name.clone());
            Ok(api)
        }
    }
}
