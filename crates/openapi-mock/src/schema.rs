//! Schemas of a document as judges of values.

use std::fmt;
use std::sync::OnceLock;

use jsonschema::Validator;
use openapi_document::lint::json_schema::{Direction, to_json_schema_for};
use openapi_document::{judge, pointer};
use serde_json::Value;

use crate::violation;

/// Whether no log may show the value of a schema.
pub(crate) fn is_secret(schema: &Value) -> bool {
    let flagged = |word: &str| schema[word] == true;
    schema["format"] == "password" || flagged("x-sensitive") || flagged("x-shown-once")
}

/// No more violations are gathered.
const MOST: usize = 20;

/// A schema where it stands in the document. What judges by it is made when it is first asked, so
/// that a server starts at once.
pub(crate) struct Schema {
    pub(crate) pointer: String,
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
    /// The schema at `pointer` for what clients send, if there is one.
    pub(crate) fn request(root: &Value, pointer: String) -> Option<Self> {
        Self::new(root, pointer, Direction::Request)
    }

    /// The schema at `pointer` for what servers send, if there is one.
    pub(crate) fn response(root: &Value, pointer: String) -> Option<Self> {
        Self::new(root, pointer, Direction::Response)
    }

    fn new(root: &Value, pointer: String, direction: Direction) -> Option<Self> {
        root.pointer(&pointer)?;
        Some(Self {
            pointer,
            direction,
            validator: OnceLock::new(),
        })
    }

    /// The schema object, as written.
    pub(crate) fn object<'a>(&self, root: &'a Value) -> &'a Value {
        pointer::find(root, &self.pointer).unwrap_or(&Value::Null)
    }

    pub(crate) fn is_valid(&self, root: &Value, value: &Value) -> bool {
        self.validator(root)
            .is_none_or(|validator| validator.is_valid(value))
    }

    /// What is wrong with a value, as far as anybody would read.
    pub(crate) fn violations(&self, root: &Value, value: &Value) -> Vec<Violation> {
        let Some(validator) = self.validator(root) else {
            return Vec::new();
        };
        let schema = self.object(root);
        let errors = validator.iter_errors(value);
        errors
            .flat_map(|error| violation::explain(root, schema, &error))
            .take(MOST)
            .collect()
    }

    /// Nothing where the schema cannot be compiled: it then accepts everything.
    fn validator(&self, root: &Value) -> Option<&Validator> {
        let compile = || {
            let schema = to_json_schema_for(root, &self.pointer, self.direction);
            judge::validator(schema)
        };
        self.validator.get_or_init(compile).as_ref()
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Schema").field(&self.pointer).finish()
    }
}
