//! The rules of the runtime as data: calls, what a server answers, what must come of it.
//!
//! Cases stand in `tests/conformance/*.json` and are described by `schema.json` beside them. They
//! name operations of an API of this workspace (the Configuration API, unless `client.api` says
//! otherwise), or describe operations of their own.

mod call;
mod case;
mod client;
mod expect;
mod form;
mod list;
mod marks;
mod operation;
mod play;
mod reply;
mod request;
mod session;
mod stage;
mod tokens;
mod webhook;

use std::path::Path;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

pub use case::Case;
pub use marks::{Mark, leaks};
pub use play::Extras;

/// A file of cases.
#[derive(Debug, Deserialize)]
struct File {
    cases: Vec<Case>,
}

/// Reads all cases in a folder, and checks them against the schema that stands there.
///
/// # Errors
///
/// The file that cannot be used, and why.
pub fn read(folder: &Path) -> Result<Vec<Case>, String> {
    let schema = load(&folder.join("schema.json"))?;
    let schema = jsonschema::validator_for(&schema).map_err(|error| error.to_string())?;
    let entries = std::fs::read_dir(folder).map_err(|error| error.to_string())?;
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| !path.ends_with("schema.json"));
    paths.sort();
    let mut cases = Vec::new();
    for path in paths {
        let value = load(&path)?;
        if let Some(error) = schema.iter_errors(&value).next() {
            let place = error.instance_path();
            return Err(format!("{}, at `{place}`: {error}", path.display()));
        }
        let file: File = serde_json::from_value(value)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        cases.extend(file.cases);
    }
    Ok(cases)
}

fn load(path: &Path) -> Result<Value, String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Tells a member that is null from one that is left out.
fn some<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

fn equal<T: PartialEq + std::fmt::Debug>(
    what: &str,
    expected: &T,
    found: &T,
) -> Result<(), String> {
    if expected == found {
        Ok(())
    } else {
        Err(format!("the {what} is {found:?} instead of {expected:?}"))
    }
}
