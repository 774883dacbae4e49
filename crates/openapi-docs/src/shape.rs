//! What values of a schema look like, one level deep.

use std::collections::HashSet;

use indexmap::IndexMap;
use openapi_document::model::{Additional, Discriminator, SchemaId, Schemas};

/// Members and choices of a schema, with those that `allOf` adds.
#[derive(Debug, Default)]
pub(crate) struct Shape<'a> {
    pub(crate) members: IndexMap<&'a str, Member>,
    /// Members that are not named; what the outermost schema says counts.
    pub(crate) additional: Additional,
    /// Each a list of schemas of which one holds, or some.
    pub(crate) choices: Vec<Choice<'a>>,
    pub(crate) items: Option<SchemaId>,
}

/// A member.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) schema: SchemaId,
    pub(crate) required: bool,
    /// The component that it comes from, where that is another one.
    pub(crate) from: Option<SchemaId>,
}

/// Schemas to choose from.
#[derive(Debug)]
pub(crate) struct Choice<'a> {
    pub(crate) branches: &'a [SchemaId],
    pub(crate) is_exclusive: bool,
    pub(crate) discriminator: Option<&'a Discriminator>,
}

impl<'a> Shape<'a> {
    /// The shape of a schema, behind its references.
    pub(crate) fn of(schemas: &'a Schemas, id: SchemaId) -> Self {
        let own = schemas.resolve(id);
        let mut shape = Self::default();
        let mut required: HashSet<&str> = HashSet::new();
        for part in schemas.parts(id).into_iter().filter(|part| part.always) {
            let schema = &schemas[part.id];
            required.extend(schema.required.iter().map(String::as_str));
            let from =
                owner(schemas, part.id).filter(|owner| Some(*owner) != own && Some(part.id) != own);
            for (name, property) in &schema.properties {
                shape.members.entry(name).or_insert(Member {
                    schema: property.schema,
                    required: false,
                    from,
                });
            }
            if shape.additional == Additional::Unsaid {
                shape.additional = schema.additional;
            }
            shape.items = shape.items.or(schema.items);
            for (branches, is_exclusive) in [(&schema.one_of, true), (&schema.any_of, false)] {
                if !branches.is_empty() {
                    let discriminator = schema.discriminator.as_ref();
                    shape.choices.push(Choice {
                        branches,
                        is_exclusive,
                        discriminator,
                    });
                }
            }
        }
        for (name, member) in &mut shape.members {
            member.required = required.contains(name);
        }
        shape
    }

    /// Whether there is nothing to unfold.
    pub(crate) fn is_plain(&self) -> bool {
        self.members.is_empty() && self.choices.is_empty()
    }
}

/// The component that a schema is, or is written in.
fn owner(schemas: &Schemas, id: SchemaId) -> Option<SchemaId> {
    let parents = std::iter::successors(Some(id), |id| schemas[*id].parent);
    parents
        .take(256)
        .find(|id| schemas[*id].component().is_some())
}
