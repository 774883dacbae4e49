//! What must come of a case.

use std::collections::BTreeMap;
use std::time::Duration;

use http::HeaderMap;
use openapi_client_runtime::{Error, ErrorKind, Patch};
use serde::Deserialize;
use serde_json::Value;

use super::call::Answer;
use super::case::Case;
use super::equal;
use super::play::{Outcome, Played};
use super::request::{ExpectedRequest, Seen};

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Expect {
    #[serde(default)]
    sent: Sent,
    pub(super) in_flight: Option<usize>,
    #[serde(flatten)]
    outcome: ExpectedOutcome,
    #[serde(default)]
    each: Vec<ExpectedOutcome>,
    delays_ms: Option<Vec<Bounds>>,
    #[serde(default)]
    same_headers: Vec<String>,
    #[serde(default)]
    different_headers: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Sent {
    Count(usize),
    Each(Vec<ExpectedRequest>),
}

/// Milliseconds: so many, or between two bounds.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Bounds {
    Exactly(u64),
    Within([u64; 2]),
}

#[derive(Clone, Debug, Default, Deserialize)]
struct ExpectedOutcome {
    status: Option<u16>,
    request_id: Option<String>,
    #[serde(default, deserialize_with = "super::some")]
    value: Option<Value>,
    error: Option<ExpectedError>,
    #[serde(default)]
    reply_headers: BTreeMap<String, Option<String>>,
    took_ms: Option<Bounds>,
    file_name: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct ExpectedError {
    kind: String,
    #[serde(default)]
    says: Vec<String>,
    #[serde(default)]
    hides: Vec<String>,
    #[serde(default)]
    code: Patch<String>,
    #[serde(default)]
    message: Patch<String>,
    #[serde(default, deserialize_with = "super::some")]
    body: Option<Value>,
    raw_body: Option<String>,
    path: Option<String>,
    retry_after_seconds: Option<u64>,
    retryable: Option<bool>,
    refused: Option<bool>,
    attempts: Option<u32>,
    elapsed_ms: Option<Bounds>,
}

impl Case {
    pub(super) fn check(&self, played: Played) -> Result<(), String> {
        let expect = &self.expect;
        self.nothing_shows("what is printed of the client", &played.printed.all())?;
        expect.check_requests(&played.seen)?;
        self.check_times(&played.seen)?;
        if let Some(most) = expect.in_flight {
            equal(
                "number of requests in flight",
                &most,
                &played.most_in_flight,
            )?;
            let failed = played.outcomes.into_iter().find_map(|o| o.result.err());
            return failed.map_or(Ok(()), |error| Err(format!("a call fails: {error}")));
        }
        if expect.each.is_empty() {
            let outcome = played.outcomes.first().ok_or("a case needs a call")?;
            let refused = expect.sent.is_none() && !is_broken(outcome);
            return self.check_outcome(&expect.outcome, outcome, Some(refused));
        }
        equal(
            "number of calls",
            &expect.each.len(),
            &played.outcomes.len(),
        )?;
        for (number, (expected, outcome)) in expect.each.iter().zip(&played.outcomes).enumerate() {
            self.check_outcome(expected, outcome, None)
                .map_err(|complaint| format!("call {}: {complaint}", number + 1))?;
        }
        Ok(())
    }

    /// What was logged while the case was played holds no secret.
    ///
    /// # Errors
    ///
    /// The secret, and the log.
    pub fn check_log(&self, log: &str) -> Result<(), String> {
        self.nothing_shows("the log", log)
    }

    fn check_times(&self, seen: &[Seen]) -> Result<(), String> {
        let Some(expected) = &self.expect.delays_ms else {
            return Ok(());
        };
        if !self.paused {
            return Err("delays can be told only where time is `paused`".to_owned());
        }
        let delays: Vec<Duration> = seen
            .windows(2)
            .map(|pair| pair[1].at - pair[0].at)
            .collect();
        equal("number of delays", &expected.len(), &delays.len())?;
        let mut pairs = expected.iter().zip(&delays);
        pairs.try_for_each(|(bounds, delay)| bounds.check("delay", *delay))
    }

    fn check_outcome(
        &self,
        expected: &ExpectedOutcome,
        outcome: &Outcome,
        refused: Option<bool>,
    ) -> Result<(), String> {
        if let Some(bounds) = &expected.took_ms {
            if !self.paused {
                return Err("times can be told only where time is `paused`".to_owned());
            }
            bounds.check("time", outcome.took)?;
        }
        match (&outcome.result, &expected.value, &expected.error) {
            (Ok(answer), Some(value), _) => expected.check_answer(answer, value),
            (Err(error), _, Some(told)) => {
                expected.check_reply(error)?;
                told.check(error, refused)?;
                self.nothing_shows("the error", &format!("{error} {error:?} {error:#?}"))
            }
            (Ok(answer), ..) => Err(format!("the call succeeds: {answer:?}")),
            (Err(error), ..) => Err(format!("the call fails: {error}")),
        }
    }

    /// No credential of the case is printed, neither plain nor as Basic credentials hold it.
    fn nothing_shows(&self, what: &str, text: &str) -> Result<(), String> {
        for secret in self.client.secrets() {
            if text.contains(&secret) {
                return Err(format!("{what} shows the secret {secret:?}: {text}"));
            }
        }
        Ok(())
    }
}

impl Expect {
    fn check_requests(&self, seen: &[Seen]) -> Result<(), String> {
        match &self.sent {
            Sent::Count(count) => equal("number of requests", count, &seen.len())?,
            Sent::Each(expected) => {
                equal("number of requests", &expected.len(), &seen.len())?;
                let mut pairs = expected.iter().zip(seen);
                pairs.try_for_each(|(expected, seen)| expected.check(seen))?;
            }
        }
        for name in &self.same_headers {
            let values = values(seen, name)?;
            if values.iter().any(|value| *value != values[0]) {
                return Err(format!("the {name} changes: {values:?}"));
            }
        }
        for name in &self.different_headers {
            let mut values = values(seen, name)?;
            let count = values.len();
            values.sort_unstable();
            values.dedup();
            equal("number of different values", &count, &values.len())?;
        }
        Ok(())
    }
}

/// The values of a header that every request has.
fn values<'a>(seen: &'a [Seen], name: &str) -> Result<Vec<&'a str>, String> {
    if seen.len() < 2 {
        return Err(format!("there are no two requests to compare {name} in"));
    }
    seen.iter()
        .map(|seen| {
            let value = seen.request.header(name);
            value.ok_or_else(|| format!("a request has no {name}"))
        })
        .collect()
}

impl ExpectedOutcome {
    fn check_answer(&self, answer: &Answer, value: &Value) -> Result<(), String> {
        if self.status.is_some() {
            equal("status", &self.status, &Some(answer.status))?;
        }
        if self.request_id.is_some() {
            equal("request id", &self.request_id, &answer.request_id)?;
        }
        if self.file_name.is_some() {
            equal("file name", &self.file_name, &answer.file_name)?;
        }
        self.check_headers(Some(&answer.headers))?;
        equal("value", value, &answer.value)
    }

    fn check_reply(&self, error: &Error<Value>) -> Result<(), String> {
        let status = error.status().map(|status| status.as_u16());
        equal("status", &self.status, &status).map_err(|e| format!("{e}: {error}"))?;
        if self.request_id.is_some() {
            equal(
                "request id",
                &self.request_id.as_deref(),
                &error.request_id(),
            )?;
        }
        self.check_headers(error.headers())
    }

    fn check_headers(&self, headers: Option<&HeaderMap>) -> Result<(), String> {
        for (name, expected) in &self.reply_headers {
            let found = headers.and_then(|headers| headers.get(name)?.to_str().ok());
            equal(name, &expected.as_deref(), &found)?;
        }
        Ok(())
    }
}

impl ExpectedError {
    fn check(&self, error: &Error<Value>, refused: Option<bool>) -> Result<(), String> {
        let printed = format!("{error}");
        equal("kind", &self.kind.as_str(), &error.kind().as_str())
            .map_err(|e| format!("{e}: {printed}"))?;
        self.check_members(error)?;
        if let Some(refused) = self.refused.or(refused) {
            equal("refused", &refused, &error.is_unsent())?;
        }
        for part in &self.says {
            if !printed.contains(part) {
                return Err(format!("{part:?} is missing in: {printed}"));
            }
        }
        let everything = format!("{printed} {error:?} {error:#?}");
        for part in &self.hides {
            if everything.contains(part) {
                return Err(format!("{part:?} is shown in: {everything}"));
            }
        }
        Ok(())
    }

    fn check_members(&self, error: &Error<Value>) -> Result<(), String> {
        if !self.code.is_absent() {
            let code = self.code.value().map(String::as_str);
            equal("code", &code, &error.code())?;
        }
        if !self.message.is_absent() {
            let message = self.message.value().map(String::as_str);
            equal("message", &message, &error.message())?;
        }
        if self.body.is_some() {
            equal("body", &self.body.as_ref(), &error.body())?;
        }
        if let Some(raw) = &self.raw_body {
            let found = error.raw_body().map(String::from_utf8_lossy);
            equal("raw body", &Some(raw.as_str()), &found.as_deref())?;
        }
        if self.path.is_some() {
            equal("path", &self.path.as_deref(), &error.json_path())?;
        }
        if let Some(seconds) = self.retry_after_seconds {
            let found = error.retry_after().map(|wait| wait.as_secs());
            equal("retry after", &Some(seconds), &found)?;
        }
        if let Some(retryable) = self.retryable {
            equal("retryable", &retryable, &error.is_retryable())?;
        }
        if let Some(attempts) = self.attempts {
            equal("number of attempts", &attempts, &error.attempts())?;
        }
        match &self.elapsed_ms {
            Some(bounds) => bounds.check("time told by the error", error.elapsed()),
            None => Ok(()),
        }
    }
}

impl Default for Sent {
    fn default() -> Self {
        Self::Count(0)
    }
}

impl Sent {
    fn is_none(&self) -> bool {
        match self {
            Self::Count(count) => *count == 0,
            Self::Each(requests) => requests.is_empty(),
        }
    }
}

impl Bounds {
    /// Timers may be a millisecond late.
    fn check(&self, what: &str, found: Duration) -> Result<(), String> {
        let (least, most) = match *self {
            Self::Exactly(milliseconds) => (milliseconds, milliseconds),
            Self::Within([least, most]) => (least, most),
        };
        let found = found.as_millis();
        if (u128::from(least)..=u128::from(most) + 1).contains(&found) {
            Ok(())
        } else {
            Err(format!("the {what} is {found} ms instead of {self:?}"))
        }
    }
}

fn is_broken(outcome: &Outcome) -> bool {
    let kind = outcome.result.as_ref().err().map(Error::kind);
    matches!(
        kind,
        Some(
            ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Transport | ErrorKind::Middleware
        )
    )
}
