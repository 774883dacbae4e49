//! Whether a request is what the document says, and what it then means.

mod body;
mod coerce;
mod form;
mod multipart;
mod parameters;
mod problems;
mod style;
mod user_agent;

#[cfg(test)]
mod bodies;
#[cfg(test)]
mod every_operation;
#[cfg(test)]
mod parameter_values;
#[cfg(test)]
mod round_trip;

use crate::api::{Api, Operation};
use crate::call::Call;
use crate::negotiation::Accept;
use crate::refusal::{Reason, Refusal};
use crate::request::Request;

use problems::Problems;
#[cfg(feature = "cli")]
pub(crate) use user_agent::filled as user_agent;

/// The call that a request makes of an operation.
///
/// `path` holds the path parameters as the router found them. Everything that is wrong with
/// parameters and body is told at once.
pub(crate) fn check<'a>(
    api: &Api,
    operation: &'a Operation,
    request: &'a Request,
    mut path: Vec<(String, String)>,
) -> Result<Call<'a>, Refusal> {
    let mut problems = Problems::new(&api.spec);
    user_agent::check(request, &mut problems);
    parameters::check(operation, request, &mut path, &mut problems);
    let content = body::read(operation, request, &mut problems)?;
    problems.refuse()?;
    acceptable(operation, request)?;
    Ok(Call {
        operation,
        request,
        path,
        media: content.media,
        body: content.value,
        files: content.files,
    })
}

/// Refuses what no success of the operation could answer, before anything is changed.
fn acceptable(operation: &Operation, request: &Request) -> Result<(), Refusal> {
    let accept = Accept::of(request);
    let successes = operation.successes();
    let offered: Vec<&str> = successes
        .clone()
        .flat_map(|response| &response.media)
        .map(|media| media.name.as_str())
        .collect();
    let without_body = successes.clone().any(|response| response.media.is_empty());
    let taken = offered.iter().any(|media| accept.quality(media) > 0);
    if offered.is_empty() || without_body || taken {
        return Ok(());
    }
    Err(accept.refusal(&offered))
}

/// A refusal of the media type or the coding of a body, with the header that names what is taken.
fn unsupported(detail: String, header: http::HeaderName, taken: &str) -> Refusal {
    Refusal::new(Reason::UnsupportedMediaType, detail).with_header(header, taken)
}
