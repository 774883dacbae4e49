//! The codes by which programs tell errors apart.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use openapi_document::model::{MediaType, Model, Schema, SchemaId, Schemas, StatusKey};
use openapi_document::pointer;
use serde_json::Value;

use crate::address::Names;

/// All error codes of an API, by their text.
#[derive(Debug, Default)]
pub(crate) struct ErrorCodes {
    pub(crate) codes: IndexMap<String, ErrorCode>,
}

/// An enum with more values is that of the API as a whole: it does not say what one operation gives.
const MOST_OF_AN_OPERATION: usize = 12;

/// One code.
#[derive(Debug, Default)]
pub(crate) struct ErrorCode {
    /// The name of its page.
    pub(crate) file: String,
    /// What it means, each text once.
    pub(crate) meanings: Vec<String>,
    /// The operations that say that they fail with it, by their index, with the status.
    pub(crate) operations: BTreeSet<(usize, StatusKey)>,
    /// Whether an enum of the API as a whole has it, so that any operation may fail with it.
    pub(crate) is_general: bool,
    /// Whether the vendor does not document it.
    pub(crate) inferred: bool,
}

impl ErrorCodes {
    /// The values of the members that `x-error-members` calls codes, in all responses that are no success.
    /// An operation gives those of an enum of its own, and those of its examples.
    pub(crate) fn of(model: &Model) -> Self {
        let mut found = Self::default();
        for (index, operation) in model.operations.iter().enumerate() {
            let failures = operation
                .responses
                .iter()
                .filter(|(status, _)| !status.is_success());
            for (status, response) in failures {
                for media_type in &response.content {
                    found.add_media_type(model, media_type, (index, *status));
                }
            }
        }
        found.codes.sort_keys();
        let mut names = Names::default();
        for (text, code) in &mut found.codes {
            code.file = names.file(text);
        }
        found
    }

    /// The codes that an operation says it fails with under a status.
    pub(crate) fn with(
        &self,
        operation: usize,
        status: StatusKey,
    ) -> impl Iterator<Item = (&str, &ErrorCode)> {
        let codes = self.codes.iter();
        let with = codes.filter(move |(_, code)| code.operations.contains(&(operation, status)));
        with.map(|(text, code)| (text.as_str(), code))
    }

    fn add_media_type(&mut self, model: &Model, media_type: &MediaType, place: (usize, StatusKey)) {
        let schemas = media_type.schema.map(|schema| code_schemas(model, schema));
        for id in schemas.into_iter().flatten() {
            self.add_enum(&model.schemas[id], place);
        }
        let values = media_type
            .examples
            .iter()
            .filter_map(|example| example.value.as_ref());
        for value in values {
            let mut pointers = model.error_members.code.iter();
            let code = pointers.find_map(|at| pointer::find(value, at));
            let known = code
                .and_then(Value::as_str)
                .and_then(|code| self.codes.get_mut(code));
            if let Some(code) = known {
                code.operations.insert(place);
            }
        }
    }

    fn add_enum(&mut self, schema: &Schema, place: (usize, StatusKey)) {
        let is_general = schema.values.len() > MOST_OF_AN_OPERATION;
        for value in schema.values.iter().filter_map(Value::as_str) {
            let code = self.codes.entry(value.to_owned()).or_default();
            code.is_general |= is_general;
            if !is_general {
                code.operations.insert(place);
            }
            code.inferred |= schema
                .inferred_values
                .iter()
                .any(|inferred| inferred == value);
            let meaning = schema.value_descriptions.get(value);
            if let Some(meaning) = meaning.filter(|meaning| !code.meanings.contains(meaning)) {
                code.meanings.push(meaning.clone());
            }
        }
    }
}

/// The schemas with an enum of codes inside of an error body.
fn code_schemas(model: &Model, body: SchemaId) -> Vec<SchemaId> {
    let pointers = model.error_members.code.iter();
    let members = pointers.flat_map(|at| {
        pointer::split(at).fold(vec![body], |holders, token| {
            let holders = holders.into_iter();
            holders
                .flat_map(|holder| member(&model.schemas, holder, &token))
                .collect()
        })
    });
    let parts = members.flat_map(|member| model.schemas.parts(member));
    let parts = parts.map(|part| part.id);
    parts
        .filter(|id| model.schemas[*id].is_string_enum())
        .collect()
}

fn member(schemas: &Schemas, holder: SchemaId, name: &str) -> Vec<SchemaId> {
    let parts = schemas.parts(holder).into_iter();
    let members = parts.filter_map(|part| schemas[part.id].properties.get(name));
    members.map(|member| member.schema).collect()
}
