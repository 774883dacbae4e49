//! Schemas of a document as judges of values.

use std::fmt;
use std::sync::OnceLock;

use jsonschema::Validator;
use openapi_document::judge;
use openapi_document::lint::json_schema::{Direction, to_json_schema_for};
use openapi_document::model::{self, SchemaId};
use serde_json::Value;

use crate::spec::Spec;
use crate::violation;

/// No more violations are gathered.
const MOST: usize = 20;

/// A schema of the document, for one direction. What judges by it is made when it is first asked, so
/// that a server starts at once.
pub(crate) struct Schema {
    pub(crate) id: SchemaId,
    pub(crate) direction: Direction,
    validator: OnceLock<Option<Validator>>,
}

/// What a schema says against a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    /// JSON pointer into the value.
    pub(crate) at: String,
    pub(crate) what: String,
    pub(crate) lack: Lack,
}

/// What kind of violation it is, as far as answers differ by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lack {
    /// A member has to be there and is not.
    Missing(String),
    /// The value is of another type.
    Type,
    Other,
}

impl Schema {
    /// A schema for what clients send.
    pub(crate) fn request(id: SchemaId) -> Self {
        Self::new(id, Direction::Request)
    }

    /// A schema for what servers send.
    pub(crate) fn response(id: SchemaId) -> Self {
        Self::new(id, Direction::Response)
    }

    fn new(id: SchemaId, direction: Direction) -> Self {
        Self {
            id,
            direction,
            validator: OnceLock::new(),
        }
    }

    /// What it is or refers to.
    pub(crate) fn written<'a>(&self, spec: &'a Spec) -> Option<&'a model::Schema> {
        let schemas = &spec.model.schemas;
        Some(&schemas[schemas.resolve(self.id)?])
    }

    pub(crate) fn is_valid(&self, spec: &Spec, value: &Value) -> bool {
        self.validator(spec)
            .is_none_or(|validator| validator.is_valid(value))
    }

    /// What is wrong with a value, as far as anybody would read.
    pub(crate) fn violations(&self, spec: &Spec, value: &Value) -> Vec<Violation> {
        let Some(validator) = self.validator(spec) else {
            return Vec::new();
        };
        let errors = validator.iter_errors(value);
        errors
            .flat_map(|error| violation::explain(&spec.model.schemas, self.id, &error))
            .take(MOST)
            .collect()
    }

    /// Nothing where the schema cannot be compiled: it then accepts everything.
    fn validator(&self, spec: &Spec) -> Option<&Validator> {
        let compile = || {
            let pointer = &spec.model.schemas[self.id].pointer;
            let schema = to_json_schema_for(&spec.root, pointer, self.direction);
            judge::validator(schema)
        };
        self.validator.get_or_init(compile).as_ref()
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Schema").field(&self.id).finish()
    }
}
