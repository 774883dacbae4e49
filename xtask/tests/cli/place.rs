//! A folder to run the program in, and what comes of a run.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

/// A small document; `{title}` is filled in.
pub(crate) const PETS: &str = include_str!("pets.yaml");

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// Asserts how it ended, and that it says each of `texts` to standard error.
    #[track_caller]
    pub(crate) fn assert(&self, code: i32, texts: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:#?}");
        assert!(!self.stderr.contains("panicked"), "{self:#?}");
        for text in texts {
            assert!(self.stderr.contains(text), "no {text:?} in {self:#?}");
        }
    }

    /// The problems of a run with `--format json`: standard output must be nothing else.
    #[track_caller]
    pub(crate) fn problems(&self) -> Vec<serde_json::Value> {
        assert_eq!(self.stderr, "", "{self:#?}");
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }
}

/// A temporary folder, most often with a workspace of one API called `pets`.
pub(crate) struct Place {
    home: TempDir,
}

impl Place {
    pub(crate) fn empty() -> Self {
        let home = tempfile::Builder::new().prefix("xtask-").tempdir();
        Self {
            home: home.unwrap(),
        }
    }

    pub(crate) fn workspace() -> Self {
        let place = Self::empty();
        place.api("pets");
        place
    }

    /// Adds an API to the workspace, or brings it back to its first state.
    pub(crate) fn api(&self, name: &str) {
        self.write(&format!("openapi/{name}/openapi.yaml"), PETS);
        let settings = format!("crate-name = \"{name}-client\"\n");
        self.write(&format!("openapi/{name}/codegen.toml"), &settings);
    }

    pub(crate) fn path(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn join(&self, path: &str) -> PathBuf {
        self.home.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.join(path)).unwrap()
    }

    /// Gives the document of `pets` another title, which changes most generated files.
    pub(crate) fn retitle(&self, title: &str) {
        let text = PETS.replace("title: Pets", &format!("title: {title}"));
        self.write("openapi/pets/openapi.yaml", text);
    }

    /// The program, over the workspace here.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program();
        command.args(arguments).arg("--workspace").arg(self.path());
        command.current_dir(self.path());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.command(arguments).output().unwrap().into()
    }

    /// The program, over a document of no workspace, with the folder here as current one.
    pub(crate) fn run_document(&self, document: &str, name: &str, out: &str) -> Ran {
        let mut command = program();
        command.current_dir(self.path());
        command.args(["codegen", "--document", document]);
        command.args(["--crate-name", name, "--out", out]);
        command.output().unwrap().into()
    }

    /// The content of all files below a folder, by path; empty if it does not exist.
    pub(crate) fn content(&self, folder: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        content(&self.join(folder))
    }

    /// Asserts that no staging place was left.
    #[track_caller]
    pub(crate) fn assert_swept(&self, folder: &str) {
        assert_eq!(staging_places(&self.join(folder)), Vec::<PathBuf>::new());
    }
}

pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.env_remove("NO_COLOR");
    command
}

pub(crate) fn content(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut queue = vec![folder.to_owned()];
    while let Some(path) = queue.pop() {
        for entry in fs::read_dir(path).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                queue.push(path);
            } else {
                let bytes = fs::read(&path).unwrap();
                found.insert(path.strip_prefix(folder).unwrap().to_owned(), bytes);
            }
        }
    }
    found
}

pub(crate) fn staging_places(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter(|entry| {
            entry
                .file_name()
                .to_string_lossy()
                .starts_with(".openapi-codegen-")
        })
        .map(|entry| entry.path())
        .collect()
}
