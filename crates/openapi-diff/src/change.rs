//! A change with its places in the files, and all changes of a run.

use std::cmp::Reverse;

use openapi_document::{Diagnostic, Document, Finding, Location};

use crate::found::{ANY_WAY, Found};
use crate::rule::Area;
use crate::verdict::{Judged, UNNOTICED, Verdict};

/// Where a change stands in one of the documents.
#[derive(Debug, Clone)]
pub struct Place {
    pub(crate) diagnostic: Diagnostic,
}

impl Place {
    /// `at_key` points at the name of a member rather than at its value.
    fn of(document: &Document, code: &'static str, pointer: &str, label: &str) -> Option<Self> {
        let mut finding = Finding::warning(code, pointer, label);
        finding.at_key = true;
        let report = document.report(vec![finding]);
        let diagnostic = report.into_iter().next()?;
        Some(Self { diagnostic })
    }

    /// JSON pointer (RFC 6901) into the bundled document.
    #[must_use]
    pub fn pointer(&self) -> &str {
        self.diagnostic.pointer()
    }

    /// File, line and column.
    #[must_use]
    pub fn location(&self) -> &Location {
        self.diagnostic.location()
    }
}

/// Something that one document says and the other does not.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Change {
    /// Stable code of its [rule](crate::rules), such as `C101`.
    pub code: &'static str,
    /// What it is about.
    pub area: Area,
    /// The kind of change, in a few words.
    pub what: &'static str,
    /// What has changed, in one sentence without its full stop.
    pub message: String,
    /// What is meant, as people call it: `Pet.name`, `GET /pets`.
    pub subject: String,
    /// Where it stands in the old document; what would hold it where it is not there.
    pub old: Place,
    /// Where it stands in the new document; what would hold it where it is not there.
    pub new: Place,
    /// The old value, where there is one to show.
    pub before: Option<String>,
    /// The new value, where there is one to show.
    pub after: Option<String>,
    /// What it means for HTTP callers.
    pub http: Judged,
    /// What it means for users of the Rust crate.
    pub rust: Judged,
    /// The Rust items it touches, such as `Client::get_pet`, `types::Pet::name`.
    pub symbols: Vec<String>,
    /// The operations and events that it reaches, such as `GET /pets`; empty for the document as a whole,
    /// and for what nothing uses.
    pub reaches: Vec<String>,
    /// What authors of the document can do; empty where there is nothing to do.
    pub advice: &'static str,
    /// Why it is [accepted](crate::Accepted), if it is.
    pub accepted: Option<String>,
}

impl Change {
    fn of(found: Found, old: &Document, new: &Document) -> Option<Self> {
        let Found {
            rule, direction, ..
        } = found;
        let label = rule.what;
        let http = rule.http.of(direction);
        // Types are made of what nothing uses, too, and fields of properties that never travel.
        let never = !direction.sent && !direction.received;
        let rust = match (found.in_rust, never, found.is_used) {
            (false, ..) => UNNOTICED,
            (true, false, _) => rule.rust.of(direction),
            (true, true, true) => rule.rust.milder(),
            (true, true, false) => rule.rust.of(ANY_WAY),
        };
        let place_of = |document, pointer: &str| Place::of(document, rule.code, pointer, label);
        let depth = |pointer: &str| pointer.matches('/').count();
        // What is gone has no place of its own any more.
        let is_gone = depth(&found.old) > depth(&found.new);
        let main = if is_gone { &found.old } else { &found.new };
        Some(Self {
            code: rule.code,
            area: rule.area,
            what: rule.what,
            subject: crate::subject::of(main, &found.reaches),
            old: place_of(old, &found.old)?,
            new: place_of(new, &found.new)?,
            message: found.message,
            before: found.before,
            after: found.after,
            http,
            rust,
            symbols: found.symbols,
            reaches: found.reaches,
            advice: rule.advice,
            accepted: None,
        })
    }

    /// The worse of both verdicts.
    #[must_use]
    pub fn worst(&self) -> Verdict {
        self.http.verdict.max(self.rust.verdict)
    }
}

/// All changes between two documents: the worst first, then by area, then in the order of the new document.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    pub(crate) all: Vec<Change>,
}

impl Changes {
    pub(crate) fn of(found: Vec<Found>, old: &Document, new: &Document) -> Self {
        let changes = found.into_iter();
        let mut all: Vec<Change> = changes
            .filter_map(|found| Change::of(found, old, new))
            .collect();
        all.sort_by(|one, other| {
            let key = |change: &Change| (Reverse(change.worst()), change.area);
            let places = |change: &Change| {
                let [new, old] = [&change.new, &change.old].map(|place| place.location().clone());
                (new, old, change.code, change.message.clone())
            };
            key(one)
                .cmp(&key(other))
                .then_with(|| places(one).cmp(&places(other)))
        });
        Self { all }
    }

    /// The changes in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Change> {
        self.all.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether both documents mean the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The changes that nobody has accepted.
    pub fn open(&self) -> impl Iterator<Item = &Change> {
        self.iter().filter(|change| change.accepted.is_none())
    }

    /// The worst verdict for HTTP callers.
    #[must_use]
    pub fn http(&self) -> Verdict {
        let verdicts = self.iter().map(|change| change.http.verdict);
        verdicts.max().unwrap_or_default()
    }

    /// The worst verdict for users of the Rust crate.
    #[must_use]
    pub fn rust(&self) -> Verdict {
        let verdicts = self.iter().map(|change| change.rust.verdict);
        verdicts.max().unwrap_or_default()
    }
}

impl<'a> IntoIterator for &'a Changes {
    type Item = &'a Change;
    type IntoIter = std::slice::Iter<'a, Change>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
