//! The way over the schemas that speak of one value.

use std::collections::HashSet;

use super::schema::SchemaId;
use super::schemas::Schemas;

/// A schema that speaks of a value, beside others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The schema, which is no reference.
    pub id: SchemaId,
    /// Where it is used: the schema itself, or the first of the references that lead to it.
    pub at: SchemaId,
    /// Whether it speaks of all values: false behind a branch of a choice.
    pub always: bool,
}

/// A `oneOf` or `anyOf`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice<'a> {
    /// The schema that leaves the choice.
    pub schema: SchemaId,
    /// What there is to choose from, as written.
    pub branches: &'a [SchemaId],
}

impl Schemas {
    /// Goes over the schemas that speak of a value of all these schemas: what they refer to, what `allOf`
    /// adds, and the branches of choices that are entered. Outer ones come before inner ones, each comes
    /// once, and circles end.
    pub fn walk(&self, from: impl IntoIterator<Item = SchemaId>) -> Walk<'_> {
        Walk::new(self, from)
    }

    /// The schemas that may speak of a value of a schema: those of a [walk](Self::walk) that enters all
    /// branches.
    pub fn parts(&self, id: SchemaId) -> Vec<Part> {
        self.parts_of([id])
    }

    /// The schemas that may speak of a value of all these schemas.
    pub fn parts_of(&self, from: impl IntoIterator<Item = SchemaId>) -> Vec<Part> {
        let mut walk = self.walk(from);
        std::iter::from_fn(|| walk.next(all)).collect()
    }

    /// The schemas that speak of every value of all these schemas: those of a [walk](Self::walk) that
    /// enters no branch.
    pub fn common_parts(&self, from: impl IntoIterator<Item = SchemaId>) -> Vec<Part> {
        let mut walk = self.walk(from);
        std::iter::from_fn(|| walk.next(|_| Vec::new())).collect()
    }
}

/// Goes over the schemas that speak of one value: see [`Schemas::walk`].
#[derive(Debug)]
pub struct Walk<'a> {
    schemas: &'a Schemas,
    /// What comes next is last.
    waiting: Vec<Step<'a>>,
    seen: HashSet<SchemaId>,
}

/// A schema or a choice that the walk has yet to come to, and whether it speaks of all values.
#[derive(Debug)]
enum Step<'a> {
    Schema(SchemaId, bool),
    Choice(Choice<'a>),
}

impl<'a> Walk<'a> {
    pub(super) fn new(schemas: &'a Schemas, from: impl IntoIterator<Item = SchemaId>) -> Self {
        let from = from.into_iter().map(|id| Step::Schema(id, true));
        let mut waiting: Vec<_> = from.collect();
        waiting.reverse();
        Self {
            schemas,
            waiting,
            seen: HashSet::new(),
        }
    }

    /// The next schema. Where a choice is met on the way, `enter` gives the branches to go into.
    pub fn next(&mut self, mut enter: impl FnMut(Choice<'a>) -> Vec<SchemaId>) -> Option<Part> {
        while let Some(step) = self.waiting.pop() {
            match step {
                Step::Choice(choice) => {
                    let branches = enter(choice).into_iter().rev();
                    let branches = branches.map(|branch| Step::Schema(branch, false));
                    self.waiting.extend(branches);
                }
                Step::Schema(at, always) => {
                    let id = self.schemas.resolve(at);
                    if let Some(id) = id.filter(|id| self.seen.insert(*id)) {
                        self.expect(id, always);
                        return Some(Part { id, at, always });
                    }
                }
            }
        }
        None
    }

    fn expect(&mut self, id: SchemaId, always: bool) {
        let schema = &self.schemas[id];
        let choices = [&schema.any_of, &schema.one_of].into_iter();
        let choices = choices.filter(|branches| !branches.is_empty());
        self.waiting.extend(choices.map(|branches| {
            Step::Choice(Choice {
                schema: id,
                branches,
            })
        }));
        let all = schema.all_of.iter().rev();
        self.waiting
            .extend(all.map(|part| Step::Schema(*part, always)));
    }
}

/// Every branch of a choice.
pub(super) fn all(choice: Choice<'_>) -> Vec<SchemaId> {
    choice.branches.to_vec()
}
