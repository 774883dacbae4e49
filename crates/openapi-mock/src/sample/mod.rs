//! Values that a schema accepts: made up, or completed.

mod alike;
mod dice;
mod flat;
mod maker;
mod moment;
mod number;
mod pattern;
mod text;
pub(crate) mod words;

use std::sync::Arc;

use serde_json::Value;

use self::dice::Place;
use self::maker::{Maker, Node};
use crate::schema::Schema;
use crate::spec::Spec;

/// Makes values. The same seed, schema and wish give the same value, in whatever order.
#[derive(Debug, Clone)]
pub(crate) struct Sampler {
    spec: Arc<Spec>,
    seed: u64,
}

/// What a value shall be like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish<'a> {
    /// Where the value will stand. Values of different places differ.
    pub(crate) place: &'a str,
    pub(crate) members: Members,
    /// A value to be kept, as far as the schema takes it; what it requires and this lacks is made.
    pub(crate) keep: Option<&'a Value>,
    /// An example of the value.
    pub(crate) like: Option<&'a Value>,
    /// Whether examples are resembled. Otherwise they are taken as they are.
    pub(crate) fresh: bool,
}

/// Which of the members that may be missing a made object has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Members {
    /// All; where there is an example, those of the example.
    All,
    /// None.
    Required,
}

impl<'a> Wish<'a> {
    pub(crate) fn at(place: &'a str) -> Self {
        Self {
            place,
            members: Members::All,
            keep: None,
            like: None,
            fresh: false,
        }
    }

    pub(crate) fn members(self, members: Members) -> Self {
        Self { members, ..self }
    }

    pub(crate) fn keep(self, value: &'a Value) -> Self {
        let keep = Some(value);
        Self { keep, ..self }
    }

    pub(crate) fn like(self, like: Option<&'a Value>) -> Self {
        Self { like, ..self }
    }

    pub(crate) fn fresh(self) -> Self {
        Self {
            fresh: true,
            ..self
        }
    }
}

impl Sampler {
    pub(crate) fn new(spec: &Arc<Spec>, seed: u64) -> Self {
        Self {
            spec: Arc::clone(spec),
            seed,
        }
    }

    /// A value that `schema` accepts. Where none is found, which means that the schema contradicts
    /// itself or is beyond this maker, the nearest one.
    pub(crate) fn value(&self, schema: &Schema, wish: &Wish<'_>) -> Value {
        let valid = |value: &Value| schema.is_valid(&self.spec, value);
        let (first, is_whole) = self.tried(schema, wish, 0);
        if !is_whole || valid(&first) {
            return first;
        }
        let mut others = self.easier(schema, wish);
        others.find(valid).unwrap_or(first)
    }

    /// Other tries: with other dice, without the example, with fewer members, and at last without
    /// what was to be kept.
    fn easier<'s>(
        &'s self,
        schema: &'s Schema,
        wish: &'s Wish<'s>,
    ) -> impl Iterator<Item = Value> + 's {
        let required = wish.members(Members::Required).fresh();
        let wishes = [
            wish.fresh(),
            wish.like(None).fresh(),
            required,
            required.like(None),
            Wish {
                keep: None,
                ..required.like(None)
            },
        ];
        let rounds = wishes.into_iter().flat_map(|wish| {
            let salts: std::ops::Range<usize> = 1..5;
            salts.map(move |salt| (wish, salt))
        });
        rounds.map(|(wish, salt)| self.made(schema, &wish, salt))
    }

    fn made(&self, schema: &Schema, wish: &Wish<'_>, salt: usize) -> Value {
        self.tried(schema, wish, salt).0
    }

    /// A value, and whether it has everything that was asked for: some schemas ask for too much.
    fn tried(&self, schema: &Schema, wish: &Wish<'_>, salt: usize) -> (Value, bool) {
        let place = Place::new(self.seed, wish.place);
        let node = Node {
            place: if salt == 0 { place } else { place.item(salt) },
            name: "",
            keep: wish.keep,
            like: wish.like,
            fresh: wish.fresh,
        };
        let mut maker = Maker::new(&self.spec.model.schemas, schema.direction, wish.members);
        let value = maker.make(&[schema.id], node);
        (value, !maker.is_exhausted())
    }
}

#[cfg(test)]
mod tests;
