//! All expectations of a mock, and which of them a request meets.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use http::StatusCode;
use serde_json::json;

use super::CannedReply;
use super::matcher::{Incoming, Matcher};
use crate::api::{Api, Operation};
use crate::faults::Fault;
use crate::reply::Reply;
use crate::request::Request;

/// When an expectation answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Before credentials, limits and the request are checked.
    BeforeChecks,
    AfterChecks,
}

/// What a request that is expected gets.
#[derive(Clone)]
pub(crate) enum Step {
    /// What it would get without expectation.
    Document,
    Reply(CannedReply),
    Made(Make),
    Fault(Fault),
}

/// Makes a reply from a request.
#[derive(Clone)]
pub(crate) struct Make {
    pub(super) reply: Arc<dyn Fn(&Request) -> CannedReply + Send + Sync>,
    /// Whether the document has a say.
    pub(super) checked: bool,
}

#[derive(Debug)]
pub(super) struct Expected {
    pub(super) number: u64,
    pub(super) operation: String,
    pub(super) matchers: Vec<Matcher>,
    /// In turn; the last one stays.
    pub(super) steps: Vec<Step>,
    pub(super) stage: Stage,
    /// Nothing stands for at least once.
    pub(super) times: Option<u64>,
    pub(super) calls: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Expectations {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    all: Vec<Expected>,
    next: u64,
}

impl Expectations {
    pub(super) fn add(&self, operation: &str) -> u64 {
        let mut state = self.locked();
        state.next += 1;
        let number = state.next;
        state.all.push(Expected {
            number,
            operation: operation.to_owned(),
            matchers: Vec::new(),
            steps: Vec::new(),
            stage: Stage::AfterChecks,
            times: None,
            calls: 0,
        });
        number
    }

    /// What a request gets, if it is expected: the newest expectation that fits counts it.
    pub(crate) fn meet(
        &self,
        stage: Stage,
        operation: &str,
        request: &Request,
        path: &[(String, String)],
    ) -> Option<Step> {
        let candidates = self.candidates(stage, operation);
        let incoming = Incoming { request, path };
        // Conditions are a test's own code, which may well ask the mock: no lock is held.
        let met = candidates.iter().find(|(_, matchers)| {
            let mut matchers = matchers.iter();
            matchers.all(|matcher| matcher.holds(&incoming))
        });
        let number = met?.0;
        self.with(number, |expected| {
            let last = expected.steps.len().saturating_sub(1);
            let turn = usize::try_from(expected.calls).map_or(last, |turn| turn.min(last));
            expected.calls += 1;
            expected.steps.get(turn).cloned().unwrap_or(Step::Document)
        })
    }

    /// The newest first.
    fn candidates(&self, stage: Stage, operation: &str) -> Vec<(u64, Vec<Matcher>)> {
        let state = self.locked();
        let fitting = state
            .all
            .iter()
            .rev()
            .filter(|expected| expected.stage == stage && expected.operation == operation);
        fitting
            .map(|expected| (expected.number, expected.matchers.clone()))
            .collect()
    }

    /// Works on one expectation; nothing where it was taken away.
    pub(super) fn with<T>(&self, number: u64, work: impl FnOnce(&mut Expected) -> T) -> Option<T> {
        let mut state = self.locked();
        let mut all = state.all.iter_mut();
        all.find(|expected| expected.number == number).map(work)
    }

    pub(super) fn remove(&self, number: u64) {
        self.locked()
            .all
            .retain(|expected| expected.number != number);
    }

    /// What is told of every expectation that is not met.
    pub(super) fn unmet(&self) -> Vec<String> {
        let state = self.locked();
        state.all.iter().filter_map(Expected::unmet).collect()
    }

    pub(crate) fn clear(&self) {
        self.locked().all.clear();
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Expected {
    /// What is wrong with the number of calls.
    pub(super) fn unmet(&self) -> Option<String> {
        let wanted = match self.times {
            Some(times) if times == self.calls => return None,
            None if self.calls > 0 => return None,
            Some(times) => count(times, "call"),
            None => "at least 1 call".to_owned(),
        };
        Some(format!("{self}: {wanted} expected, {} came", self.calls))
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.operation)?;
        for (index, matcher) in self.matchers.iter().enumerate() {
            let word = if index == 0 { "with" } else { "and" };
            write!(f, " {word} {matcher}")?;
        }
        Ok(())
    }
}

/// Such as `1 call` or `2 calls`.
pub(super) fn count(number: u64, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

impl Make {
    /// The reply to a request; a 500 that says why where the document does not allow it.
    pub(crate) fn reply(&self, api: &Api, operation: &Operation, request: &Request) -> Reply {
        let canned = (self.reply)(request);
        match self.checked.then(|| canned.check(api, operation)) {
            Some(Err(why)) => {
                let message = format!("{} cannot answer so: {why}", operation.id);
                let body = json!({"error": "invalid_canned_reply", "message": message});
                Reply::json(StatusCode::INTERNAL_SERVER_ERROR, "application/json", &body)
            }
            _ => canned.reply(operation),
        }
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document => f.write_str("Document"),
            Self::Reply(reply) => f.debug_tuple("Reply").field(reply).finish(),
            Self::Made(_) => f.write_str("Made"),
            Self::Fault(fault) => f.debug_tuple("Fault").field(fault).finish(),
        }
    }
}
