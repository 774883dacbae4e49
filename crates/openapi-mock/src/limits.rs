//! Rate limits that count (`x-rate-limit`).

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderName, header};
use openapi_document::model::RateLimit;
use serde_json::Value;
use tokio::time::Instant;

use crate::access::Caller;
use crate::api::{Api, Operation, Response, Tells};
use crate::mock::Mock;
use crate::refusal::{Reason, Refusal};
use crate::reply::Reply;
use crate::request::Request;

/// For how many callers a class counts at a time.
const CALLERS: usize = 1000;

/// Which rate limits a mock keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RateLimits {
    /// Those of the document (`x-rate-limit`).
    #[default]
    Document,
    /// None.
    Off,
    /// This many requests in each window, for every class of the document; for all paths together,
    /// per credential, where the document has no classes.
    Each {
        /// Most requests in a window.
        requests: u32,
        /// The window, which slides.
        window: Duration,
    },
}

impl Mock {
    /// Changes which rate limits count, from now on and with nothing counted yet. Unless changed,
    /// those of the document do.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # fn shown(server: &openapi_mock::MockServer) {
    /// use openapi_mock::RateLimits;
    ///
    /// // The third request in a minute is answered with 429.
    /// server.rate_limits(RateLimits::Each { requests: 2, window: Duration::from_secs(60) });
    /// # }
    /// ```
    pub fn rate_limits(&self, limits: RateLimits) {
        self.limits().set(limits);
    }
}

/// Counts requests. Windows slide, so that no window ever holds more than its limit.
#[derive(Debug)]
pub(crate) struct Limits {
    declared: Vec<Class>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    mode: RateLimits,
    /// By class and caller.
    taken: HashMap<(usize, u64), VecDeque<Instant>>,
}

#[derive(Debug, Clone)]
struct Class {
    name: String,
    prefix: String,
    requests: usize,
    window: Duration,
    /// Whether the text says that addresses are counted; credentials are, otherwise.
    per_address: bool,
}

/// What is left to a caller after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quota {
    limit: usize,
    remaining: usize,
    /// Until the oldest request that was counted counts no more.
    reset: Duration,
}

impl Limits {
    pub(crate) fn new(api: &Api) -> Self {
        let classes = api.model().rate_limits.iter();
        Self {
            declared: classes.map(Class::of).collect(),
            state: Mutex::default(),
        }
    }

    /// Forgets what was counted.
    pub(crate) fn reset(&self) {
        self.state().taken.clear();
    }

    fn set(&self, mode: RateLimits) {
        *self.state() = State {
            mode,
            taken: HashMap::new(),
        };
    }

    /// Counts a request where its class counts addresses. This comes before credentials are looked
    /// at: an address also uses up its limit with wrong ones.
    pub(crate) fn by_address(
        &self,
        operation: Option<&Operation>,
        request: &Request,
    ) -> Result<Option<Quota>, Refusal> {
        self.count(operation, request, true, || address(request))
    }

    /// Counts a request where its class counts credentials. Callers without any are told apart by
    /// their addresses.
    pub(crate) fn by_caller(
        &self,
        operation: Option<&Operation>,
        request: &Request,
        caller: &Caller,
    ) -> Result<Option<Quota>, Refusal> {
        let key = || caller.credential.unwrap_or_else(|| address(request));
        self.count(operation, request, false, key)
    }

    fn count(
        &self,
        operation: Option<&Operation>,
        request: &Request,
        per_address: bool,
        caller: impl Fn() -> u64,
    ) -> Result<Option<Quota>, Refusal> {
        let mut state = self.state();
        let Some((number, class)) = self.class(state.mode, &request.path) else {
            return Ok(None);
        };
        if class.per_address != per_address {
            return Ok(None);
        }
        let now = Instant::now();
        let key = (number, caller());
        state.make_room(key, now, class.window);
        let taken = state.taken.entry(key).or_default();
        let fits = class.take(taken, now);
        let quota = class.quota(taken, now);
        if fits {
            return Ok(Some(quota));
        }
        let mut refusal = class.refusal(quota);
        let response = operation.and_then(|operation| operation.response(429));
        refusal.headers.extend(quota.headers(response));
        Err(refusal)
    }

    /// The class with the longest prefix, and its number.
    fn class(&self, mode: RateLimits, path: &str) -> Option<(usize, Cow<'_, Class>)> {
        let classes = self.declared.iter().enumerate();
        let covering = classes.filter(|(_, class)| class.covers(path));
        let found = covering.max_by_key(|(_, class)| class.prefix.len());
        let found = found.map(|(number, class)| (number, Cow::Borrowed(class)));
        match mode {
            RateLimits::Off => None,
            RateLimits::Document => found,
            RateLimits::Each { requests, window } => {
                let (number, class) = match found {
                    Some((number, class)) => (number, class.into_owned()),
                    None if self.declared.is_empty() => (0, Class::of_all()),
                    None => return None,
                };
                let requests = requests as usize;
                let class = Class {
                    requests,
                    window,
                    ..class
                };
                Some((number, Cow::Owned(class)))
            }
        }
    }

    /// Every critical section leaves the state whole, so a poisoned lock is still good.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Keeps the number of callers bounded: those go first whose requests count no more, then
    /// whoever was silent for longest.
    fn make_room(&mut self, key: (usize, u64), now: Instant, window: Duration) {
        if self.taken.len() < CALLERS || self.taken.contains_key(&key) {
            return;
        }
        let counts = |last: Option<&Instant>| last.is_some_and(|last| now - *last < window);
        let of_class = |other: &(usize, u64)| other.0 == key.0;
        self.taken
            .retain(|other, taken| !of_class(other) || counts(taken.back()));
        if self.taken.len() >= CALLERS {
            let silent = self
                .taken
                .iter()
                .min_by_key(|(_, taken)| taken.back().copied());
            if let Some(silent) = silent.map(|(key, _)| *key) {
                self.taken.remove(&silent);
            }
        }
    }
}

impl Class {
    fn of(declared: &RateLimit) -> Self {
        let per = declared.per.to_lowercase();
        Self {
            name: declared.name.clone(),
            prefix: declared.path_prefix.clone(),
            requests: usize::try_from(declared.requests).unwrap_or(usize::MAX),
            window: Duration::from_secs(declared.window),
            per_address: per.split(|c: char| !c.is_alphanumeric()).any(is_address),
        }
    }

    /// All paths, where the document has no classes.
    fn of_all() -> Self {
        Self {
            name: "all paths".to_owned(),
            prefix: String::new(),
            requests: 0,
            window: Duration::ZERO,
            per_address: false,
        }
    }

    /// As clients of the document understand a prefix: whole segments.
    fn covers(&self, path: &str) -> bool {
        path.strip_prefix(self.prefix.as_str()).is_some_and(|rest| {
            rest.is_empty() || rest.starts_with('/') || self.prefix.ends_with('/')
        })
    }

    /// Counts a request if it fits.
    fn take(&self, taken: &mut VecDeque<Instant>, now: Instant) -> bool {
        while let Some(oldest) = taken.front()
            && now.duration_since(*oldest) >= self.window
        {
            taken.pop_front();
        }
        let fits = taken.len() < self.requests;
        if fits {
            taken.push_back(now);
        }
        fits
    }

    fn quota(&self, taken: &VecDeque<Instant>, now: Instant) -> Quota {
        let age = taken.front().map(|oldest| now.duration_since(*oldest));
        Quota {
            limit: self.requests,
            remaining: self.requests.saturating_sub(taken.len()),
            reset: self.window.saturating_sub(age.unwrap_or_default()),
        }
    }

    fn refusal(&self, quota: Quota) -> Refusal {
        let wait = whole_seconds(quota.reset);
        let detail = format!(
            "the class {} takes {} requests in {} s per {}; try again in {wait} s",
            self.name,
            self.requests,
            self.window.as_secs_f64(),
            if self.per_address {
                "address"
            } else {
                "credential"
            },
        );
        Refusal::new(Reason::RateLimited, detail).with_header(header::RETRY_AFTER, wait.to_string())
    }
}

impl Quota {
    /// Sets the counters that a reply declares.
    pub(crate) fn tell(self, operation: &Operation, reply: &mut Reply) {
        for (name, value) in self.headers(operation.response(reply.status.as_u16())) {
            reply.set(name, &value);
        }
    }

    /// The counters among the headers that a response declares, such as `X-RateLimit-Remaining`;
    /// those that it does not declare are not sent.
    fn headers(self, response: Option<&Response>) -> Vec<(HeaderName, String)> {
        let declared = response.into_iter().flat_map(|response| &response.headers);
        let counters = declared.filter_map(|declared| {
            let value = match declared.tells? {
                Tells::Limit => self.limit as u64,
                Tells::Remaining => self.remaining as u64,
                Tells::Reset => self.reset_like(declared.example.as_ref()),
                Tells::Replay | Tells::Pages => return None,
            };
            let name = HeaderName::from_bytes(declared.name.as_bytes()).ok()?;
            Some((name, value.to_string()))
        });
        counters.collect()
    }

    /// Seconds from now, or since 1970 where the example is too large for anything else.
    fn reset_like(self, example: Option<&Value>) -> u64 {
        let wait = whole_seconds(self.reset);
        let since_1970 = example
            .and_then(Value::as_u64)
            .is_some_and(|n| n > 1_000_000_000);
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        match now {
            Ok(now) if since_1970 => now.as_secs() + wait,
            _ => wait,
        }
    }
}

fn is_address(word: &str) -> bool {
    matches!(word, "address" | "addresses" | "ip" | "ips")
}

/// Rounded up, so that whoever waits this long has waited long enough.
fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

fn address(request: &Request) -> u64 {
    let mut hasher = DefaultHasher::new();
    request.peer.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;
    use serde_json::json;

    use super::{CALLERS, Limits};
    use crate::access::Caller;
    use crate::api::Api;
    use crate::request::Request;
    use std::time::Duration;

    fn limits(requests: u64, window: u64) -> Limits {
        let root = json!({"paths": {}, "x-rate-limit": [
            {"name": "v1", "pathPrefix": "/v1", "requests": requests, "window": window, "per": "token"},
            {"name": "ip", "pathPrefix": "/ip", "requests": 1, "window": 9, "per": "Client IP"},
        ]});
        Limits::new(&Api::new(&Arc::new(root)))
    }

    fn caller(number: u64) -> Caller {
        Caller {
            credential: Some(number),
            ..Caller::default()
        }
    }

    #[test]
    fn prefixes_are_whole_segments_and_addresses_are_known_by_their_name() {
        let limits = limits(1, 9);
        let taken = |path| {
            let request = Request::for_tests("GET", path, "");
            limits
                .by_caller(None, &request, &caller(1))
                .unwrap()
                .is_some()
        };
        assert!(taken("/v1/a") && !taken("/v12") && !taken("/ip"));
        let request = Request::for_tests("GET", "/ip/x", "");
        assert!(limits.by_address(None, &request).unwrap().is_some());
        assert!(limits.by_address(None, &request).is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn callers_without_number_are_not_kept_for_ever() {
        let limits = limits(1, 9);
        let request = Request::for_tests("GET", "/v1", "");
        for number in 0..CALLERS as u64 * 3 {
            limits.by_caller(None, &request, &caller(number)).unwrap();
        }
        assert!(limits.state().taken.len() <= CALLERS);
        tokio::time::advance(Duration::from_secs(9)).await;
        limits.by_caller(None, &request, &caller(u64::MAX)).unwrap();
        assert_eq!(limits.state().taken.len(), 1, "the others count no more");
        limits.reset();
        assert!(limits.state().taken.is_empty());
    }

    proptest! {
        #[test]
        fn no_window_holds_more_than_the_limit(
            requests in 1..4_u64,
            pauses in proptest::collection::vec(0..7_u64, 1..60),
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = { runtime }.enable_time().start_paused(true).build().unwrap();
            let passed: Vec<u64> = runtime.block_on(async {
                let limits = limits(requests, 10);
                let request = Request::for_tests("GET", "/v1", "");
                let (mut now, mut passed) = (0, Vec::new());
                for pause in pauses {
                    tokio::time::advance(Duration::from_secs(pause)).await;
                    now += pause;
                    let recent = passed.iter().filter(|then| now - **then < 10).count() as u64;
                    let fits = limits.by_caller(None, &request, &caller(1)).is_ok();
                    assert_eq!(fits, recent < requests, "no fewer either");
                    passed.extend(fits.then_some(now));
                }
                passed
            });
            for start in &passed {
                let held = passed.iter().filter(|then| (*start..start + 10).contains(*then));
                prop_assert!(held.count() as u64 <= requests);
            }
        }
    }
}
