//! Calls that are repeated under one idempotency key (`x-idempotency-key`).

use std::collections::HashMap;

use bytes::Bytes;
use http::HeaderName;

use crate::answer::Answer;
use crate::api::Tells;
use crate::call::Call;
use crate::refusal::{Reason, Refusal};

/// The answers to calls that came with a key.
#[derive(Debug, Default)]
pub(super) struct Repeats(HashMap<Once, (Bytes, Answer)>);

/// A call that happens once: its operation, path and key.
type Once = (String, String, String);

impl Repeats {
    /// The first answer to this call, without its changes, which are made already.
    pub(super) fn known(&self, call: &Call<'_>) -> Result<Option<Answer>, Refusal> {
        let Some((body, answer)) = once(call).and_then(|once| self.0.get(&once)) else {
            return Ok(None);
        };
        if *body != call.request.body {
            let detail =
                "this idempotency key came with another body before; a new call needs a new key";
            return Err(Refusal::new(Reason::Conflict, detail));
        }
        let mut answer = answer.clone();
        answer.changes.clear();
        let response = call.operation.response(answer.status);
        let headers = response.into_iter().flat_map(|response| &response.headers);
        for declared in headers.filter(|declared| declared.tells == Some(Tells::Replay)) {
            if let Ok(name) = HeaderName::from_bytes(declared.name.as_bytes()) {
                answer.headers.push((name, "true".to_owned()));
            }
        }
        Ok(Some(answer))
    }

    pub(super) fn keep(&mut self, call: &Call<'_>, answer: &Answer) {
        if let Some(once) = once(call) {
            let body = call.request.body.clone();
            self.0.insert(once, (body, answer.clone()));
        }
    }
}

fn once(call: &Call<'_>) -> Option<Once> {
    let header = call.operation.idempotency_key.as_deref()?;
    let key = call.request.header(header)?.to_owned();
    Some((
        call.operation.pointer.clone(),
        call.request.path.clone(),
        key,
    ))
}
