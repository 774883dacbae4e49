//! Requests and what became of them.

use std::collections::VecDeque;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::faults::Fault;
use crate::log::LogEntry;
use crate::mock::Mock;
use crate::refusal::{Reason, Refusal};
use crate::reply::{NOTE, Reply};
use crate::request::Request;

/// Requests that are kept, unless the builder says otherwise.
pub(crate) const KEPT: usize = 10_000;

/// Bytes that kept requests may have together. Older ones go before this is exceeded.
const KEPT_BYTES: usize = 64 * 1024 * 1024;

/// A request that was received, and what became of it. Everything that can be asked of a
/// [`Request`] can be asked of it. Clones are the same request.
///
/// ```
/// # async fn shown(server: openapi_mock::MockServer) {
/// for request in server.requests() {
///     println!("{} {} {:?}", request.method(), request.path(), request.status());
///     if let Some(why) = request.refusal() {
///         println!("  refused: {why}");
///     }
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct Recorded {
    entry: Arc<Entry>,
}

struct Entry {
    request: Request,
    at: SystemTime,
    begun: Instant,
    /// Nothing where method and path lead to no operation.
    operation: Option<String>,
    /// Set when the reply is made, or given up.
    outcome: OnceLock<Outcome>,
}

#[derive(Debug, Default)]
struct Outcome {
    /// Nothing where the connection ended without a reply.
    status: Option<u16>,
    refusal: Option<(Reason, String)>,
    faults: Vec<String>,
    note: Option<String>,
    duration: Duration,
}

impl Recorded {
    fn new(request: Request, operation: Option<String>) -> Self {
        let entry = Entry {
            request: request.detached(),
            at: SystemTime::now(),
            begun: Instant::now(),
            operation,
            outcome: OnceLock::new(),
        };
        Self {
            entry: Arc::new(entry),
        }
    }

    /// The id of the operation that method and path lead to, if there is one.
    pub fn operation(&self) -> Option<&str> {
        self.entry.operation.as_deref()
    }

    /// The status of the reply. Nothing as long as there is none, and where the connection ended
    /// without one.
    pub fn status(&self) -> Option<u16> {
        self.entry.outcome.get()?.status
    }

    /// Why the request was refused: a name, and what is wrong. Nothing where it was not.
    pub fn refusal(&self) -> Option<String> {
        let (reason, detail) = self.entry.outcome.get()?.refusal.as_ref()?;
        Some(format!("{}: {detail}", reason.name()))
    }

    /// The faults that it met, as `X-Mock-Fault` spells them.
    pub fn faults(&self) -> &[String] {
        self.entry
            .outcome
            .get()
            .map_or(&[], |outcome| &outcome.faults)
    }

    /// What the reply says of itself where it is not all that the API would do (`X-Mock-Note`), such
    /// as that nothing was kept.
    pub fn note(&self) -> Option<&str> {
        self.entry.outcome.get()?.note.as_deref()
    }

    /// When it was received.
    pub fn time(&self) -> SystemTime {
        self.entry.at
    }

    /// How long the reply took to be made; nothing as long as there is none.
    pub fn duration(&self) -> Option<Duration> {
        Some(self.entry.outcome.get()?.duration)
    }

    /// Why the request was refused, if that shows a mistake of the client.
    pub(super) fn mistake(&self) -> Option<Reason> {
        let (reason, _) = self.entry.outcome.get()?.refusal.as_ref()?;
        is_mistake(*reason).then_some(*reason)
    }
}

/// Whether a client that does everything right never gets this refusal. Resources can be gone,
/// tokens expire and limits be reached all the same.
fn is_mistake(reason: Reason) -> bool {
    !matches!(
        reason,
        Reason::NotFound
            | Reason::Conflict
            | Reason::RateLimited
            | Reason::ExpiredCredentials
            | Reason::RevokedCredentials
    )
}

impl Deref for Recorded {
    type Target = Request;

    fn deref(&self) -> &Request {
        &self.entry.request
    }
}

impl fmt::Debug for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorded")
            .field("request", &self.entry.request)
            .field("operation", &self.entry.operation)
            .field("outcome", &self.entry.outcome.get())
            .finish_non_exhaustive()
    }
}

/// The requests of a mock, the last ones of many.
#[derive(Debug)]
pub(crate) struct Journal {
    limit: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    requests: VecDeque<Recorded>,
    bytes: usize,
}

impl Journal {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            kept: Mutex::default(),
        }
    }

    fn push(&self, recorded: Recorded) {
        self.locked().push(recorded, self.limit);
    }

    pub(crate) fn all(&self) -> Vec<Recorded> {
        self.locked().requests.iter().cloned().collect()
    }

    pub(crate) fn of(&self, operation: &str) -> Vec<Recorded> {
        let kept = self.locked();
        let of = |recorded: &&Recorded| recorded.operation() == Some(operation);
        kept.requests.iter().filter(of).cloned().collect()
    }

    pub(crate) fn clear(&self) {
        *self.locked() = Kept::default();
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn push(&mut self, recorded: Recorded, limit: usize) {
        self.bytes += recorded.size();
        self.requests.push_back(recorded);
        while self.requests.len() > limit || (self.bytes > KEPT_BYTES && self.requests.len() > 1) {
            let Some(oldest) = self.requests.pop_front() else {
                return;
            };
            self.bytes -= oldest.size();
        }
    }
}

/// A request while it is answered. However that ends, what became of it is recorded and logged when
/// this is dropped; without reply, the client went away.
#[derive(Debug)]
pub(crate) struct Exchange {
    mock: Mock,
    recorded: Recorded,
    outcome: Outcome,
}

impl Exchange {
    /// Notes a request down.
    pub(crate) fn open(mock: &Mock, request: Request, operation: Option<String>) -> Self {
        let exchange = Self {
            mock: mock.clone(),
            recorded: Recorded::new(request, operation),
            outcome: Outcome::default(),
        };
        mock.journal().push(exchange.recorded.clone());
        exchange
    }

    /// Notes nothing down, so that only the log tells of the request.
    pub(crate) fn unrecorded(mock: &Mock, request: Request) -> Self {
        Self {
            mock: mock.clone(),
            recorded: Recorded::new(request, None),
            outcome: Outcome::default(),
        }
    }

    pub(crate) fn request(&self) -> &Request {
        &self.recorded.entry.request
    }

    pub(crate) fn refused(&mut self, refusal: &Refusal) {
        self.outcome.refusal = Some((refusal.reason, refusal.detail.clone()));
    }

    pub(crate) fn met(&mut self, faults: &[Fault]) {
        self.outcome.faults = faults.iter().map(Fault::to_string).collect();
    }

    /// The reply that leaves.
    pub(crate) fn replied(&mut self, reply: &Reply) {
        self.outcome.status = reply.sent_status();
        let note = reply.headers.get(NOTE).and_then(|note| note.to_str().ok());
        self.outcome.note = note.map(str::to_owned);
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let mut outcome = std::mem::take(&mut self.outcome);
        outcome.duration = self.recorded.entry.begun.elapsed();
        // An exchange is dropped once.
        let _ = self.recorded.entry.outcome.set(outcome);
        self.mock
            .log()
            .write(|| LogEntry::new(&self.mock, &self.recorded));
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, Method};

    use super::*;

    fn request(bytes: usize) -> Request {
        Request {
            method: Method::GET,
            path: format!("/{bytes}"),
            query: String::new(),
            headers: HeaderMap::new(),
            body: vec![0; bytes].into(),
            peer: None,
            at_root: false,
        }
    }

    #[test]
    fn the_last_requests_are_kept() {
        let journal = Journal::new(2);
        for bytes in [1, 2, 3] {
            journal.push(Recorded::new(request(bytes), None));
        }
        let paths: Vec<String> = journal.all().iter().map(|r| r.path.clone()).collect();
        assert_eq!(paths, ["/2", "/3"]);
        let sizes = [2, 3].map(|bytes| request(bytes).size());
        assert_eq!(journal.locked().bytes, sizes.iter().sum::<usize>());
    }

    #[test]
    fn large_headers_and_targets_count_as_bodies_do() {
        let large = "x".repeat(KEPT_BYTES / 8);
        let with_header = |mut request: Request| {
            let value = http::HeaderValue::from_str(&large).unwrap();
            request.headers.insert("x-large", value);
            request
        };
        let with_query = |mut request: Request| {
            request.query.clone_from(&large);
            request
        };
        for made in [&with_header as &dyn Fn(Request) -> Request, &with_query] {
            let journal = Journal::new(KEPT);
            for _ in 0..20 {
                journal.push(Recorded::new(made(request(0)), None));
            }
            assert_eq!(journal.all().len(), 7);
        }
    }

    #[test]
    fn large_bodies_go_earlier() {
        let journal = Journal::new(KEPT);
        for _ in 0..4 {
            journal.push(Recorded::new(request(KEPT_BYTES / 3), None));
        }
        assert_eq!(journal.all().len(), 2);
        journal.push(Recorded::new(request(KEPT_BYTES + 1), None));
        assert_eq!(journal.all().len(), 1);
    }

    #[test]
    fn an_exchange_that_ends_early_has_no_status() {
        let document = r#"{"openapi": "3.0.3", "paths": {}}"#;
        let document = crate::Document::bundled(document).unwrap();
        let mock = Mock::new(&document, &crate::mock::Settings::default());
        let exchange = Exchange::open(&mock, request(0), Some("list".to_owned()));
        assert!(mock.requests()[0].duration().is_none());
        drop(exchange);
        let recorded = &mock.requests()[0];
        assert!(recorded.duration().is_some() && recorded.status().is_none());
    }
}
