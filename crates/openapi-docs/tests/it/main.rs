//! Whole sites, looked at as a browser would.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod hostile;
mod html;
mod sites;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use openapi_docs::{Site, Source};
use openapi_document::Document;
use openapi_document::model::Model;
use serde_json::Value;

/// The APIs of this workspace.
const APIS: [&str; 3] = ["configo", "configuration", "contio"];

fn path(api: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.join("openapi").join(api).join("openapi.yaml")
}

/// The site of the workspace and what it is about, made once for all tests.
static WORKSPACE: LazyLock<(Site, Vec<(&'static str, Model)>)> = LazyLock::new(workspace);

fn workspace() -> (Site, Vec<(&'static str, Model)>) {
    let documents = APIS.map(|api| (api, Document::open(&path(api)).unwrap()));
    let sources = documents
        .each_ref()
        .map(|(name, document)| Source { name, document });
    let models = documents
        .iter()
        .map(|(api, document)| (*api, Model::of(document.root())));
    (Site::of(&sources), models.collect())
}

/// The site of one document, in folder `api`.
fn site(document: &Value) -> Site {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("api.json");
    std::fs::write(&path, document.to_string()).unwrap();
    let document =
        Document::open(&path).unwrap_or_else(|report| panic!("{}", report.render(false)));
    Site::of(&[Source {
        name: "api",
        document: &document,
    }])
}

/// The pages of a site, without its other files.
fn pages(site: &Site) -> impl Iterator<Item = (&str, &str)> {
    site.files()
        .filter(|(path, _)| Path::new(path).extension().is_some_and(|end| end == "html"))
}

fn page<'a>(site: &'a Site, path: &str) -> &'a str {
    let mut files = site.files();
    let found = files.find(|(name, _)| *name == path);
    found.unwrap_or_else(|| panic!("there is no {path}")).1
}
