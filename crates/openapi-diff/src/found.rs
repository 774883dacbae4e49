//! A change that was found, before its places in the files are known.

use openapi_document::model::Direction;

use crate::rule::Rule;

/// A change, placed by JSON pointers.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) rule: &'static Rule,
    pub(crate) message: String,
    /// Into the old document: what has changed, or where it would stand.
    pub(crate) old: String,
    /// The same in the new document.
    pub(crate) new: String,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    pub(crate) symbols: Vec<String>,
    /// The ways that the changed values can travel, whatever holds them.
    pub(crate) possible: Direction,
    /// The ways that they do.
    pub(crate) direction: Direction,
    /// Whether the generated client has code for it.
    pub(crate) in_rust: bool,
    /// The rule that counts instead where the schema stands in optional members alone.
    pub(crate) where_optional: Option<&'static Rule>,
    /// Whether it is about what is sent, and nothing elsewhere.
    pub(crate) only_sent: bool,
    /// Whether it is about being required, which a type that goes the other way too does not ask for.
    pub(crate) relaxed: bool,
    /// Whether anything uses it.
    pub(crate) is_used: bool,
    /// The operations and events that it reaches.
    pub(crate) reaches: Vec<String>,
}

/// Both ways.
pub(crate) const ANY_WAY: Direction = Direction {
    sent: true,
    received: true,
};

impl Found {
    pub(crate) fn new(
        rule: &'static Rule,
        old: &str,
        new: &str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            rule,
            message: message.into(),
            old: old.to_owned(),
            new: new.to_owned(),
            before: None,
            after: None,
            symbols: Vec::new(),
            possible: ANY_WAY,
            direction: Direction::SENT,
            in_rust: true,
            where_optional: None,
            only_sent: false,
            relaxed: false,
            is_used: true,
            reaches: Vec::new(),
        }
    }

    pub(crate) fn values(
        &mut self,
        before: Option<impl ToString>,
        after: Option<impl ToString>,
    ) -> &mut Self {
        self.before = before.map(|value| value.to_string());
        self.after = after.map(|value| value.to_string());
        self
    }

    pub(crate) fn symbol(&mut self, symbol: impl Into<String>) -> &mut Self {
        self.symbols.push(symbol.into());
        self
    }

    pub(crate) fn symbols(&mut self, symbols: impl IntoIterator<Item = String>) -> &mut Self {
        self.symbols.extend(symbols);
        self
    }

    pub(crate) fn possible(&mut self, possible: Direction) -> &mut Self {
        self.possible = possible;
        self
    }

    pub(crate) fn where_optional(&mut self, rule: &'static Rule) -> &mut Self {
        self.where_optional = Some(rule);
        self
    }

    /// What makes two findings one: the same thing in the same place, found on two ways.
    pub(crate) fn key(&self) -> (&'static str, String, String, Option<String>, Option<String>) {
        let (old, new) = (self.old.clone(), self.new.clone());
        (
            self.rule.code,
            old,
            new,
            self.before.clone(),
            self.after.clone(),
        )
    }
}

/// A value where it is said.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said<'a, T> {
    pub(crate) value: T,
    /// JSON pointer to the schema that says it.
    pub(crate) at: &'a str,
}
