//! A walk with a client over a server that has read the same document: every method, every status,
//! every example. What the client makes of a reply is compared with the document, and the reply
//! itself is judged by it.

pub mod judge;
pub mod probe;
pub mod spoil;

use std::cell::Cell;

use openapi_client_runtime::{ErrorKind, Operation};
use serde_json::Value;

use crate::calls::{BoxError, Outcome};
use crate::wire::{self, Told};
use probe::{Probe, Raw};

/// A client on its walk.
pub struct Walk<'a, C> {
    /// The document that the server has read.
    pub document: &'a Value,
    /// The table of the client.
    pub operations: &'static [&'static Operation],
    /// The middleware of the client.
    pub probe: &'a Probe,
    /// Calls a method of the client with the examples of the document.
    pub call: C,
}

/// What was seen on a walk.
#[derive(Debug, Default)]
pub struct Seen {
    /// How many replies were looked at.
    pub replies: usize,
    /// What is wrong with them.
    pub complaints: Vec<String>,
}

impl<C: AsyncFn(&str) -> Result<Outcome, BoxError>> Walk<'_, C> {
    /// Asks for every reply that the document shows, by `Prefer` (RFC 7240) as Prism knows it: each
    /// status with each of its examples.
    pub async fn every_declared_reply(&self) -> Seen {
        let mut seen = Seen::default();
        for operation in self.operations {
            let replies = wire::replies(self.document, operation).unwrap_or_else(|complaint| {
                seen.complaints.push(complaint);
                Vec::new()
            });
            for told in replies {
                let preference = preference(&told);
                self.probe.change(move |request, _| {
                    let preference = preference.parse().expect("a value of a header");
                    request.headers_mut().insert("prefer", preference);
                });
                let understood =
                    |outcome: &Outcome| wire::check(self.document, operation, &told, outcome);
                self.visit(&mut seen, operation, &told.to_string(), understood)
                    .await;
            }
        }
        self.probe.pass();
        seen
    }

    /// Calls every method but some as it is, in an order in which everything is there that is asked
    /// for, and wants a success. What is there already is made once more, under another name.
    pub async fn every_success(&self, except: &[&str]) -> Seen {
        let mut seen = Seen::default();
        let mut operations = in_order(self.operations);
        operations.retain(|operation| !except.contains(&operation.id()));
        for operation in operations {
            let taken = Cell::new(false);
            let succeeds = |outcome: &Outcome| match &outcome.result {
                Ok(_) => Ok(()),
                Err(_) if outcome.status == Some(409) && !taken.replace(true) => Ok(()),
                Err(failed) => Err(failed.text.clone()),
            };
            self.visit(&mut seen, operation, "as it is", succeeds).await;
            if taken.get() {
                self.probe.change(spoil::under_another_name);
                let how = "under another name";
                self.visit(&mut seen, operation, how, succeeds).await;
                self.probe.pass();
            }
        }
        seen
    }

    /// Calls the methods that `concerns` names, with whatever makes the server refuse them, and
    /// wants this status.
    pub async fn every_refusal(&self, status: u16, concerns: impl Fn(&Operation) -> bool) -> Seen {
        let mut seen = Seen::default();
        let concerned = self
            .operations
            .iter()
            .filter(|operation| concerns(operation));
        for operation in concerned {
            let refused = |outcome: &Outcome| match &outcome.result {
                Err(failed) if failed.kind == ErrorKind::Api && outcome.status == Some(status) => {
                    Ok(())
                }
                other => Err(format!("{:?} and {other:?}", outcome.status)),
            };
            let how = format!("to be refused with {status}");
            self.visit(&mut seen, operation, &how, refused).await;
        }
        seen
    }

    /// One call, and a judgement on what came of it and on each reply to it.
    async fn visit(
        &self,
        seen: &mut Seen,
        operation: &Operation,
        how: &str,
        expected: impl Fn(&Outcome) -> Result<(), String>,
    ) {
        let outcome = (self.call)(operation.id()).await;
        let understood = outcome.map_err(|error| error.to_string());
        let mut wrong: Vec<String> = understood
            .and_then(|it| expected(&it))
            .err()
            .into_iter()
            .collect();
        for raw in self.probe.take() {
            seen.replies += 1;
            let found = judge::judge(self.document, operation, &raw);
            let found = found.into_iter().chain(told_in_headers(&raw));
            wrong.extend(found.map(|wrong| format!("{}: {wrong}", raw.status)));
        }
        let place = format!("{} {how}", operation.id());
        seen.complaints
            .extend(wrong.iter().map(|wrong| format!("{place}: {wrong}")));
    }
}

/// What a mock server itself finds wrong with a request or with its own reply.
fn told_in_headers(raw: &Raw) -> Option<String> {
    let violations = raw.header("sl-violations")?;
    let list: Vec<Value> = serde_json::from_str(violations).unwrap_or_default();
    // What is deprecated may be sent all the same.
    let deprecated = |violation: &Value| violation["code"] == "deprecated";
    let harmless = !list.is_empty() && list.iter().all(deprecated);
    (!harmless).then(|| format!("Prism complains: {violations}"))
}

fn preference(told: &Told) -> String {
    if told.named {
        format!("code={}, example={}", told.status, told.example)
    } else {
        format!("code={}", told.status)
    }
}

/// Creations first, then reads, then changes; deletions last, of what lies deepest first.
fn in_order(operations: &[&'static Operation]) -> Vec<&'static Operation> {
    let mut sorted = operations.to_vec();
    sorted.sort_by_key(|operation| {
        let depth = operation.path().split('/').count();
        match operation.method().as_str() {
            "POST" => (0, depth),
            "GET" | "HEAD" => (1, depth),
            "DELETE" => (3, usize::MAX - depth),
            _ => (2, depth),
        }
    });
    sorted
}
