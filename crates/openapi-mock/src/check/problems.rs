//! What is wrong with a request, gathered to be told at once.

use std::borrow::Cow;
use std::fmt;

use openapi_document::model::Schemas;
use serde_json::Value;

use crate::refusal::{Reason, Refusal};
use crate::schema::{Lack, Schema};
use crate::spec::Spec;

/// Maximum number of problems reported.
const MOST: usize = 10;

/// A place of a request, in words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// Such as `query parameter`.
    kind: &'a str,
    /// The name of a parameter; empty for the body.
    name: &'a str,
    /// JSON pointer into the value.
    within: &'a str,
}

impl<'a> Place<'a> {
    pub(super) const BODY: Place<'static> = Place {
        kind: "body",
        name: "",
        within: "",
    };

    pub(super) fn parameter(kind: &'a str, name: &'a str) -> Self {
        Self {
            kind,
            name,
            within: "",
        }
    }

    /// A place in the body, by a JSON pointer.
    pub(super) fn in_body(within: &'a str) -> Self {
        Self {
            within,
            ..Self::BODY
        }
    }

    /// The parameter or the member of the body that it is about.
    fn about(&self) -> Option<String> {
        if !self.name.is_empty() {
            return Some(self.name.to_owned());
        }
        let mut tokens = openapi_document::pointer::split(self.within);
        tokens.next().map(Cow::into_owned)
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind)?;
        for part in [self.name, self.within] {
            if !part.is_empty() {
                write!(f, " {part}")?;
            }
        }
        Ok(())
    }
}

pub(super) struct Problems<'a> {
    pub(super) spec: &'a Spec,
    texts: Vec<String>,
    causes: Vec<(Reason, Option<String>)>,
}

impl<'a> Problems<'a> {
    pub(super) fn new(spec: &'a Spec) -> Self {
        Self {
            spec,
            texts: Vec::new(),
            causes: Vec::new(),
        }
    }

    /// Something is wrong with a parameter, or a part of the body, whose name is `about`.
    pub(super) fn wrong(&mut self, place: &Place<'_>, what: impl AsRef<str>) {
        self.add(Reason::InvalidRequest, place, what.as_ref());
    }

    /// Something that has to be there is not.
    pub(super) fn missing(&mut self, place: &Place<'_>, what: impl AsRef<str>) {
        self.add(Reason::MissingValue, place, what.as_ref());
    }

    /// The body is not what its media type says.
    pub(super) fn malformed(&mut self, what: impl AsRef<str>) {
        self.add(Reason::MalformedBody, &Place::BODY, what.as_ref());
    }

    fn add(&mut self, reason: Reason, place: &Place<'_>, what: &str) {
        self.texts.push(format!("{place}: {what}"));
        self.causes.push((reason, place.about()));
    }

    /// Adds everything that a schema has against a value.
    pub(super) fn judge(&mut self, place: &Place<'_>, schema: Option<&Schema>, value: &Value) {
        let Some(schema) = schema else { return };
        for violation in schema.violations(self.spec, value) {
            let within = Place {
                within: &violation.at,
                ..*place
            };
            self.texts.push(format!("{within}: {}", violation.what));
            self.causes.push(match (within.about(), violation.lack) {
                (None, Lack::Missing(name)) => (Reason::MissingValue, Some(name)),
                (None, Lack::Type) => (Reason::MalformedBody, None),
                (about, _) => (Reason::InvalidRequest, about),
            });
        }
    }

    pub(super) fn schemas(&self) -> &'a Schemas {
        &self.spec.model.schemas
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
        let mut refusal = Refusal::new(Reason::InvalidRequest, detail);
        refusal.causes.clone_from(&self.causes);
        Err(refusal)
    }
}
