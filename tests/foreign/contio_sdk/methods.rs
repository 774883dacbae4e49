//! Which methods the SDK has, what each is called with, and what ours is: `methods.json`.

use guards::workspace;
use serde::Deserialize;
use serde_json::Value;

/// The content of `methods.json`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    /// Differences that say nothing of a single method, each with its reason.
    pub(crate) everywhere: Vec<Everywhere>,
    /// Methods that send something. One may be there more than once, beside several of ours.
    pub(crate) calls: Vec<Row>,
    /// Methods that send nothing, each with what stands for it.
    pub(crate) silent: Vec<Silent>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Everywhere {
    pub(crate) difference: String,
    /// The only client of the SDK that it is expected of.
    pub(crate) on: Option<String>,
    /// What stands for it in a row, where it is not in nearly all of them.
    pub(crate) mark: Option<String>,
    pub(crate) why: String,
}

/// A method of the SDK beside one of ours.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    /// The client of the SDK.
    pub(crate) on: String,
    pub(crate) method: String,
    /// What it is called with. Text that begins with `$` is a word for something of the document; see
    /// [`Inputs::resolve`](crate::inputs::Inputs::resolve).
    pub(crate) arguments: Value,
    /// Tokens that the SDK is given before.
    pub(crate) tokens: Option<Value>,
    /// Our method, and behind a space how it is called where that is not the plain way.
    pub(crate) ours: String,
    /// Why the requests differ.
    pub(crate) why: Option<String>,
}

/// A method of the SDK that sends nothing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Silent {
    pub(crate) on: String,
    pub(crate) method: String,
    /// What it is called with; nothing where other tests call it.
    pub(crate) arguments: Option<Value>,
    /// What takes its place here.
    pub(crate) ours: String,
}

impl Table {
    pub(crate) fn read() -> Self {
        let path = workspace::root().join("tests/foreign/contio_sdk/methods.json");
        let text = std::fs::read_to_string(path).expect("methods.json can be read");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("methods.json: {error}"))
    }

    /// Every method that is named, as `client.method`, each once.
    pub(crate) fn names(&self) -> Vec<String> {
        let calls = self.calls.iter().map(|row| (&row.on, &row.method));
        let silent = self.silent.iter().map(|row| (&row.on, &row.method));
        let mut names: Vec<_> = calls
            .chain(silent)
            .map(|(on, m)| format!("{on}.{m}"))
            .collect();
        names.sort();
        names.dedup();
        names
    }
}

impl Row {
    /// The operation that ours calls.
    pub(crate) fn operation(&self) -> &str {
        self.ours.split(' ').next().unwrap_or_default()
    }
}
