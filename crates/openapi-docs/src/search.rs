//! What can be searched for, as a script: a page that is opened from a disk may load no other file.

use serde_json::json;

/// Something that can be found.
#[derive(Debug)]
pub(crate) struct Entry {
    kind: &'static str,
    title: String,
    detail: String,
    /// From the root of the site.
    path: String,
}

impl Entry {
    pub(crate) fn new(kind: &'static str, title: &str, detail: String, path: String) -> Self {
        Self {
            kind,
            title: title.to_owned(),
            detail,
            path,
        }
    }
}

/// The script that hands the entries to `reference.js`.
pub(crate) fn index(entries: &[Entry]) -> String {
    let entries: Vec<_> = entries
        .iter()
        .map(|entry| json!([entry.kind, entry.title, entry.detail, entry.path]).to_string())
        .collect();
    // A script file needs no escapes but those of JSON; U+2028 and U+2029 are allowed in strings.
    format!("window.referenceIndex = [\n{}\n];\n", entries.join(",\n"))
}
