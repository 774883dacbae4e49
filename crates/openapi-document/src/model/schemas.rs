//! All schemas of a document, by number.

use std::collections::{HashMap, HashSet};
use std::ops::Index;

use indexmap::IndexMap;

use super::schema::{Additional, Schema, SchemaId, Type};

/// All schemas of a document, each where it is written, in the order of reading: what a schema is part
/// of comes before it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Schemas {
    pub(super) all: Vec<Schema>,
    pub(super) by_pointer: HashMap<String, SchemaId>,
    pub(super) components: IndexMap<String, SchemaId>,
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

    /// What a reference leads to, step by step; nothing for a schema that is none.
    pub fn targets(&self, id: SchemaId) -> impl Iterator<Item = SchemaId> {
        // A circle has as many steps as there are schemas, at most.
        std::iter::successors(self[id].target, |id| self[*id].target).take(self.len())
    }

    /// The properties that a schema names, in whatever [part](Self::parts) and branch, each with the
    /// first schema that it has.
    pub fn properties(&self, id: SchemaId) -> IndexMap<&str, SchemaId> {
        let mut found = IndexMap::new();
        for part in self.parts(id) {
            for (name, property) in &self[part.id].properties {
                found.entry(name.as_str()).or_insert(property.schema);
            }
        }
        found
    }

    /// The type of a schema, said or implied by its properties: that of the first of its
    /// [parts](Self::parts) that has one.
    pub fn kind(&self, id: SchemaId) -> Option<Type> {
        self.parts(id).into_iter().find_map(|part| {
            let schema = &self[part.id];
            let implied = !schema.properties.is_empty();
            let implied = implied.then_some(Type::Object);
            schema.types.only().or(implied)
        })
    }

    /// The schema of what a JSON pointer into a value of a schema leads to, through properties alone.
    pub fn at_value(&self, id: SchemaId, pointer: &str) -> Option<SchemaId> {
        let mut place = self.resolve(id)?;
        for name in crate::pointer::split(pointer) {
            let parts = self.parts(place).into_iter();
            let mut properties = parts.filter_map(|part| self[part.id].properties.get(&*name));
            place = self.resolve(properties.next()?.schema)?;
        }
        Some(place)
    }

    /// The schema of the items of an array.
    pub fn items(&self, id: SchemaId) -> Option<SchemaId> {
        self.resolve(self[self.resolve(id)?].items?)
    }

    /// The property and the value by which a branch of a choice is known, where `choice` has a
    /// discriminator: the value that is mapped to the branch, or the name of the component that it is.
    pub fn tag(&self, choice: SchemaId, branch: SchemaId) -> Option<(&str, &str)> {
        let discriminator = self[choice].discriminator.as_ref()?;
        let target = self[branch].target?;
        let mut mapped = discriminator.mapping.iter();
        let mapped = mapped.find(|(_, mapped)| **mapped == target);
        let value = match mapped {
            Some((value, _)) => value,
            None => self[target].pointer.rsplit('/').next()?,
        };
        Some((&discriminator.property, value))
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
