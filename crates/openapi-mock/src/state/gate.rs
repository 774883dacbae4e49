//! States of a resource in which other calls are refused (`x-inactive-values`).

use http::Method;
use openapi_document::model::PathTemplate;

use super::bodies::{answered, operation_at};
use super::data::Data;
use super::links::fill;
use super::shape::scalar;
use crate::api::{Api, Media, Operation};
use crate::call::Call;
use crate::refusal::{Reason, Refusal};

/// A member of a resource that stands alone, and the values of it that shut callers out.
#[derive(Debug)]
pub(super) struct Gate {
    /// The path template of the resource.
    path: PathTemplate,
    member: String,
    shut: Vec<String>,
}

/// All gates of a document.
pub(super) fn gates(api: &Api) -> Vec<Gate> {
    let is_single = |operation: &&Operation| {
        let set = [Method::PUT, Method::PATCH];
        let mut set = set.iter();
        operation.method == Method::GET
            && set.any(|method| operation_at(api, &operation.path.text, method).is_some())
    };
    let readers = api.operations.iter().filter(is_single);
    let gates = readers.flat_map(|reader| {
        let schemas = api.schemas();
        let known = answered(reader).map(|(_, schema)| schemas.properties(schema.id));
        let known = known.into_iter().flatten();
        known.filter_map(|(member, schema)| {
            let shut = &schemas[schemas.resolve(schema)?].inactive_values;
            (!shut.is_empty()).then(|| Gate {
                path: reader.path.clone(),
                member: member.to_owned(),
                shut: shut.clone(),
            })
        })
    });
    gates.collect()
}

impl Gate {
    /// Refuses a call while the gate is shut, if the operation declares an answer for that. What
    /// stands at the resource itself or below goes on: it could not be opened again otherwise.
    pub(super) fn check(&self, data: &Data, call: &Call<'_>) -> Result<(), Refusal> {
        let operation = call.operation;
        let rest = operation.path.text.strip_prefix(&self.path.text);
        let own = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if own || !declares(operation) {
            return Ok(());
        }
        let held = data.singles.get(&fill(&self.path, &call.path));
        let value = held.and_then(|held| held.get(&self.member));
        match value.and_then(scalar) {
            Some(value) if self.shut.contains(&value) => {
                let detail = format!("`{}` at {} is {value}", self.member, self.path.text);
                Err(Refusal::new(Reason::Inactive, detail))
            }
            _ => Ok(()),
        }
    }
}

fn declares(operation: &Operation) -> bool {
    let responses = operation.responses.iter();
    let media = responses.flat_map(|response| &response.media);
    let mut examples = media.flat_map(Media::examples);
    examples.any(|example| example.answers(Reason::Inactive.name()))
}
