//! Changes that are meant: `accepted-changes.toml` beside the document.

use std::path::Path;

use openapi_document::{Diagnostic, Finding, Report};
use serde::Deserialize;

use crate::change::{Change, Changes};

/// The list cannot be read.
const UNREADABLE: &str = "C001";
/// An entry matches no change.
const STALE: &str = "C002";

/// Changes that somebody has accepted, each with a reason.
///
/// ```toml
/// [[accepted]]
/// code = "C603"
/// place = "/components/schemas/Pet/properties/kind/enum/2"
/// old = '"hamster"'
/// reason = "nobody has ever had one"
/// release = "0.2.0"
/// ```
///
/// `code` and `place` say which change is meant: `place` is the pointer into the old or the new document, as
/// `--format json` shows it. `old` and `new` are its values there, where it has any, so that another change in
/// the same place is not accepted with it. `release` is the version that brings the change.
#[derive(Debug, Default)]
pub struct Accepted {
    text: String,
    entries: Vec<toml::Spanned<Entry>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    #[serde(default)]
    accepted: Vec<toml::Spanned<Entry>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    code: String,
    place: String,
    reason: String,
    old: Option<String>,
    new: Option<String>,
    #[expect(
        dead_code,
        reason = "for people, and for the release that clears the list"
    )]
    release: String,
}

impl Entry {
    fn matches(&self, change: &Change) -> bool {
        let places = [change.old.pointer(), change.new.pointer()];
        self.code == change.code
            && places.contains(&self.place.as_str())
            && self.old == change.before
            && self.new == change.after
    }
}

impl Accepted {
    /// Reads the list at `path`; where there is no such file, nothing is accepted.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or says something else.
    pub fn read(path: &Path) -> Result<Self, Report> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(error) => return Err(unreadable(path, "", 0..0, &error.to_string())),
        };
        match toml::from_str::<List>(&text) {
            Ok(List { accepted: entries }) => Ok(Self { text, entries }),
            Err(error) => {
                let span = error.span().unwrap_or(0..0);
                Err(unreadable(path, &text, span, error.message()))
            }
        }
    }

    /// Marks the changes that are accepted, and reports the entries that match none of them. `path` is the
    /// file that the list was read from.
    pub fn apply(&self, changes: &mut Changes, path: &Path) -> Report {
        let mut stale = Vec::new();
        for entry in &self.entries {
            let mut is_used = false;
            for change in &mut changes.all {
                if entry.get_ref().matches(change) {
                    change.accepted = Some(entry.get_ref().reason.clone());
                    is_used = true;
                }
            }
            if !is_used {
                stale.push(self.stale(entry, path));
            }
        }
        stale.into_iter().collect()
    }

    fn stale(&self, entry: &toml::Spanned<Entry>, path: &Path) -> Diagnostic {
        let Entry { code, place, .. } = entry.get_ref();
        let finding = Finding::error(STALE, "", format!("no change `{code}` at `{place}` is accepted here"))
            .why("what is accepted without need hides the next change in the same place")
            .help(
                "remove the entry, or take `code`, `place`, `old` and `new` from `cargo xtask diff --format json`",
            );
        Diagnostic::in_text(finding, path, &self.text, entry.span())
    }
}

fn unreadable(path: &Path, text: &str, span: std::ops::Range<usize>, message: &str) -> Report {
    let message = format!("the accepted changes cannot be read: {message}");
    let finding = Finding::error(UNREADABLE, "", message)
        .why("nothing would be accepted, and nobody would know why")
        .help("an entry is `[[accepted]]` with `code`, `place`, `reason`, `release`, and `old` and `new` where the change has them");
    Report::from_iter([Diagnostic::in_text(finding, path, text, span)])
}
