//! All schemas of a document, by number.

use std::collections::{HashMap, HashSet};
use std::ops::Index;

use indexmap::IndexMap;

use super::schema::{Additional, Schema};

/// The number of a schema in [`Schemas`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchemaId(pub(super) u32);

impl SchemaId {
    /// Its place in the order of [`Schemas::iter`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// All schemas of a document, each where it is written, in the order of reading: what a schema is part
/// of comes before it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Schemas {
    pub(super) all: Vec<Schema>,
    pub(super) by_pointer: HashMap<String, SchemaId>,
    pub(super) components: IndexMap<String, SchemaId>,
}

/// A schema that speaks of a value, beside others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The schema, which is no reference.
    pub id: SchemaId,
    /// Whether it speaks of all values: false behind a branch of a choice.
    pub always: bool,
}

impl Schemas {
    /// The schema that is written at a JSON pointer.
    pub fn at(&self, pointer: &str) -> Option<SchemaId> {
        self.by_pointer.get(pointer).copied()
    }

    /// The component of a name.
    pub fn component(&self, name: &str) -> Option<SchemaId> {
        self.components.get(name).copied()
    }

    /// The components by name, in the order of the document.
    pub fn components(&self) -> impl Iterator<Item = (&str, SchemaId)> {
        self.components.iter().map(|(name, id)| (&**name, *id))
    }

    /// All schemas, in the order of reading.
    pub fn iter(&self) -> impl Iterator<Item = (SchemaId, &Schema)> {
        (0..).map(SchemaId).zip(&self.all)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// What a schema is or refers to; nothing where references lead in a circle.
    pub fn resolve(&self, id: SchemaId) -> Option<SchemaId> {
        let mut seen = HashSet::new();
        let mut id = id;
        while let Some(target) = self[id].target {
            if !seen.insert(id) {
                return None;
            }
            id = target;
        }
        Some(id)
    }

    /// The schemas that speak of a value of a schema: what it refers to, what `allOf` adds, and all
    /// branches of choices. Outer ones come before inner ones, and each comes once.
    pub fn parts(&self, id: SchemaId) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut seen = HashSet::new();
        let mut waiting = vec![(id, true)];
        while let Some((id, always)) = waiting.pop() {
            let Some(id) = self.resolve(id).filter(|id| seen.insert(*id)) else {
                continue;
            };
            parts.push(Part { id, always });
            let schema = &self[id];
            let branches = schema.one_of.iter().chain(&schema.any_of);
            let branches = branches.map(|branch| (*branch, false));
            let all = schema.all_of.iter().map(|part| (*part, always));
            let next: Vec<_> = all.chain(branches).collect();
            waiting.extend(next.into_iter().rev());
        }
        parts
    }

    /// The schemas that are written inside of one, one level down, and the one that it refers to. Its
    /// properties come first.
    pub fn inner(&self, id: SchemaId) -> impl Iterator<Item = SchemaId> {
        let schema = &self[id];
        let properties = schema.properties.values().map(|property| property.schema);
        let additional = match schema.additional {
            Additional::Schema(values) => Some(values),
            Additional::Unsaid | Additional::Any | Additional::Never => None,
        };
        let lists = [&schema.all_of, &schema.one_of, &schema.any_of];
        let lists = lists.into_iter().flatten().copied();
        let singles = [schema.target, schema.items, additional, schema.not];
        properties.chain(singles.into_iter().flatten()).chain(lists)
    }

    /// Everything that values of some schemas may hold, themselves included: all that can be reached
    /// from them by references, members, items and choices, also by discriminators.
    pub fn reachable(&self, from: impl IntoIterator<Item = SchemaId>) -> HashSet<SchemaId> {
        let mut waiting: Vec<SchemaId> = from.into_iter().collect();
        let mut reached = HashSet::new();
        while let Some(id) = waiting.pop() {
            if reached.insert(id) {
                waiting.extend(self.inner(id));
                let discriminator = self[id].discriminator.iter();
                waiting.extend(discriminator.flat_map(|d| d.mapping.values()));
            }
        }
        reached
    }
}

impl Index<SchemaId> for Schemas {
    type Output = Schema;

    fn index(&self, id: SchemaId) -> &Schema {
        &self.all[id.index()]
    }
}
