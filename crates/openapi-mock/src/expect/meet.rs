//! From an expectation to a reply.

use super::expectations::{Stage, Step};
use crate::api::Operation;
use crate::faults::{self, Fault};
use crate::mock::Mock;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::request::Request;

/// What a test wants a request to be answered with, if anything. `target` is the operation with the
/// values of its path; a fault that the request meets joins `faults`.
pub(crate) async fn answer(
    mock: &Mock,
    stage: Stage,
    target: (&Operation, &[(String, String)]),
    request: &Request,
    faults: &mut Vec<Fault>,
) -> Result<Option<Reply>, Refusal> {
    let (operation, path) = target;
    let step = mock
        .expectations()
        .meet(stage, &operation.id, request, path);
    match step {
        None | Some(Step::Document) => Ok(None),
        Some(Step::Reply(canned)) => Ok(Some(canned.reply(operation))),
        Some(Step::Made(make)) => Ok(Some(make.reply(mock.api(), operation, request))),
        Some(Step::Fault(fault)) => {
            let one = std::slice::from_ref(&fault);
            let reply = faults::before(one, mock.api(), Some(operation), request).await;
            faults.push(fault);
            reply
        }
    }
}
