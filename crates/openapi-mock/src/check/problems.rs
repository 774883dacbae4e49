//! What is wrong with a request, gathered to be told at once.

use serde_json::Value;

use crate::refusal::{Reason, Refusal};
use crate::schema::Schema;

/// Maximum number of problems reported.
const MOST: usize = 10;

pub(super) struct Problems<'a> {
    pub(super) root: &'a Value,
    texts: Vec<String>,
}

impl<'a> Problems<'a> {
    pub(super) fn new(root: &'a Value) -> Self {
        Self {
            root,
            texts: Vec::new(),
        }
    }

    /// `place` is where it is wrong, such as `query parameter limit`.
    pub(super) fn add(&mut self, place: &str, what: impl AsRef<str>) {
        self.texts.push(format!("{place}: {}", what.as_ref()));
    }

    /// Adds everything that a schema has against a value.
    pub(super) fn judge(&mut self, place: &str, schema: Option<&Schema>, value: &Value) {
        let Some(schema) = schema else { return };
        for violation in schema.violations(self.root, value) {
            match violation.at.as_str() {
                "" => self.add(place, violation.what),
                at => self.add(&format!("{place} {at}"), violation.what),
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    pub(super) fn refuse(&self) -> Result<(), Refusal> {
        if self.texts.is_empty() {
            return Ok(());
        }
        let mut detail = self.texts[..self.texts.len().min(MOST)].join("; ");
        if self.texts.len() > MOST {
            detail.push_str("; and more");
        }
        Err(Refusal::new(Reason::InvalidRequest, detail))
    }
}
