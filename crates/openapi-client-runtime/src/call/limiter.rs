//! Limits that a server keeps, kept on this side first.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::values::time::{CENTURY, after};
use crate::{ErrorKind, Failure, RateLimit};

/// What a client does about the limits that the document states.
///
/// ```
/// use openapi_client_runtime::{Api, Core, RateLimit, RateLimiting};
///
/// static API: Api = Api::new("things-client", "1.0.0")
///     .rate_limits(&[RateLimit::new("default", "/", 100, 60, "source address")]);
///
/// // Better an error now than an answer late: `Error::retry_after` says how long it would have been.
/// let core = Core::builder(&API)
///     .base_url("https://api.example.com")
///     .rate_limiting(RateLimiting::FailFast)
///     .build()?;
/// # let _ = core;
/// # Ok::<(), openapi_client_runtime::BuildError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RateLimiting {
    /// Nothing: requests leave as they come.
    Off,
    /// A request waits until it fits; one whose wait would outlast its timeout fails at once.
    #[default]
    Wait,
    /// A request that does not fit fails at once.
    FailFast,
}

/// Counts the requests of a client and its clones. Windows slide: of the instants kept for a class,
/// none is older than its window, so that no window of that length ever holds more than the limit.
#[derive(Debug)]
pub(crate) struct Limiter {
    mode: RateLimiting,
    classes: Vec<Class>,
}

#[derive(Debug)]
struct Class {
    limit: RateLimit,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    sent: VecDeque<Instant>,
    /// The server has said that it is too much; before this, nothing goes out.
    closed_until: Option<Instant>,
}

impl Limiter {
    pub(crate) fn new(mode: RateLimiting, limits: &'static [RateLimit]) -> Self {
        let class = |limit: &RateLimit| Class {
            limit: RateLimit {
                // A wait for a longer one would end before the window does, again and again.
                window: limit.window.min(CENTURY),
                ..*limit
            },
            state: Mutex::default(),
        };
        Self {
            mode,
            classes: limits.iter().map(class).collect(),
        }
    }

    /// Counts a request to `path`, below the base URL, once it may go out; the time it waited.
    pub(crate) async fn enter(&self, path: &str, deadline: Instant) -> Result<Duration, Failure> {
        if self.mode == RateLimiting::Off {
            return Ok(Duration::ZERO);
        }
        let Some(class) = self.class(path) else {
            return Ok(Duration::ZERO);
        };
        let start = Instant::now();
        let mut now = start;
        while let Err(free_at) = class.try_enter(now) {
            if self.mode == RateLimiting::FailFast || free_at > deadline {
                return Err(class.refusal(free_at));
            }
            sleep_until(free_at).await;
            now = Instant::now();
        }
        Ok(now - start)
    }

    /// The server answered 429 to a request to `path`: its whole class waits, but never longer than
    /// its window, after which the server has forgotten all that was sent before.
    pub(crate) fn close(&self, path: &str, wait: Duration) {
        if self.mode == RateLimiting::Off {
            return;
        }
        if let Some(class) = self.class(path) {
            let mut state = class.state();
            let until = after(Instant::now(), wait.min(class.limit.window));
            state.closed_until = Some(state.closed_until.map_or(until, |known| known.max(until)));
        }
    }

    fn class(&self, path: &str) -> Option<&Class> {
        self.classes
            .iter()
            .filter(|class| class.limit.covers(path))
            .max_by_key(|class| class.limit.path_prefix.len())
    }
}

impl Class {
    /// Counts a request, else says when to try again.
    fn try_enter(&self, now: Instant) -> Result<(), Instant> {
        let mut state = self.state();
        if let Some(until) = state.closed_until.filter(|until| *until > now) {
            return Err(until);
        }
        while let Some(oldest) = state.sent.front()
            && now.duration_since(*oldest) >= self.limit.window
        {
            state.sent.pop_front();
        }
        match state.sent.front() {
            Some(oldest) if state.sent.len() >= self.limit.requests as usize => {
                Err(after(*oldest, self.limit.window))
            }
            _ => {
                state.sent.push_back(now);
                Ok(())
            }
        }
    }

    fn refusal(&self, free_at: Instant) -> Failure {
        let limit = &self.limit;
        let wait = free_at.saturating_duration_since(Instant::now());
        let reason = format!(
            "the API takes {} requests in {} s per {} for paths under {}, and this client has used \
             them up or was told to slow down: try again in {} s",
            limit.requests,
            limit.window.as_secs(),
            limit.per,
            limit.path_prefix,
            wait.as_secs_f64().ceil()
        );
        Failure::new(ErrorKind::RateLimited, reason).with_retry_after(wait)
    }

    /// Every critical section leaves the state whole, so a poisoned lock is still good.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static LIMITS: [RateLimit; 3] = [
        RateLimit::new("all", "/v1", 2, 10, "address"),
        RateLimit::new("admin", "/v1/admin/", 1, 10, "key"),
        RateLimit::new("login", "/oauth2", 1, 60, "address"),
    ];

    fn limiter(mode: RateLimiting) -> Limiter {
        Limiter::new(mode, &LIMITS)
    }

    fn soon(seconds: u64) -> Instant {
        Instant::now() + Duration::from_secs(seconds)
    }

    #[test]
    fn the_longest_prefix_of_whole_segments_counts() {
        let limiter = limiter(RateLimiting::Wait);
        for (path, name) in [
            ("/v1", Some("all")),
            ("/v1/things", Some("all")),
            ("/v1/admin/app", Some("admin")),
            ("/v1/administrators", Some("all")),
            ("/v12/things", None),
            ("/oauth2/token", Some("login")),
        ] {
            let found = limiter.class(path).map(|class| class.limit.name);
            assert_eq!(found, name, "{path}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_window_holds_more_than_the_limit() {
        let limiter = limiter(RateLimiting::Wait);
        let start = Instant::now();
        let mut sent = Vec::new();
        for _ in 0..7 {
            limiter.enter("/v1/things", soon(100)).await.unwrap();
            sent.push(start.elapsed().as_secs());
            tokio::time::advance(Duration::from_secs(3)).await;
        }
        assert_eq!(sent, [0, 3, 10, 13, 20, 23, 30]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_is_too_long_is_refused_at_once() {
        let limiter = limiter(RateLimiting::Wait);
        limiter.enter("/v1/admin/a", soon(1)).await.unwrap();
        let start = Instant::now();
        let refusal = limiter.enter("/v1/admin/b", soon(9)).await.unwrap_err();
        assert_eq!(start.elapsed(), Duration::ZERO);
        assert_eq!(refusal.kind(), ErrorKind::RateLimited);
        assert!(refusal.reason().contains("1 requests in 10 s per key"));
        assert!(refusal.reason().contains("again in 10 s"));
        limiter.enter("/v1/admin/b", soon(10)).await.unwrap();
        assert_eq!(start.elapsed(), Duration::from_secs(10));
    }

    #[tokio::test(start_paused = true)]
    async fn the_other_modes_never_wait() {
        let off = limiter(RateLimiting::Off);
        let fail = limiter(RateLimiting::FailFast);
        fail.enter("/oauth2", soon(999)).await.unwrap();
        assert!(fail.enter("/oauth2", soon(999)).await.is_err());
        off.close("/oauth2", Duration::from_secs(9));
        for _ in 0..9 {
            assert_eq!(off.enter("/oauth2", soon(0)).await.unwrap(), Duration::ZERO);
        }
    }

    #[tokio::test]
    async fn what_may_go_out_at_once_has_not_waited() {
        let limiter = limiter(RateLimiting::Wait);
        let waited = limiter.enter("/v1/things", soon(1)).await.unwrap();
        assert_eq!(waited, Duration::ZERO, "with a clock that runs");
    }

    #[tokio::test(start_paused = true)]
    async fn too_many_requests_close_their_class_only() {
        let limiter = limiter(RateLimiting::Wait);
        limiter.close("/v1/things", Duration::from_secs(5));
        limiter.close("/v1/things", Duration::from_secs(2));
        let waited = limiter.enter("/v1/other", soon(10)).await.unwrap();
        assert_eq!(waited, Duration::from_secs(5));
        let free = limiter.enter("/v1/admin/a", soon(0)).await.unwrap();
        assert_eq!(free, Duration::ZERO);
        limiter.close("/v1/things", Duration::MAX);
        let waited = limiter.enter("/v1/other", soon(11)).await.unwrap();
        assert_eq!(waited, Duration::from_secs(10));
    }

    #[tokio::test(start_paused = true)]
    async fn a_window_beyond_all_times_is_waited_for_once() {
        static ENDLESS: [RateLimit; 1] = [RateLimit::new("one", "/", 1, u64::MAX, "key")];
        let limiter = Limiter::new(RateLimiting::Wait, &ENDLESS);
        limiter.enter("/a", soon(1)).await.unwrap();
        assert!(limiter.enter("/a", soon(1)).await.is_err());
        let waited = limiter.enter("/a", after(Instant::now(), Duration::MAX));
        assert_eq!(waited.await.unwrap(), CENTURY);
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_calls_can_be_dropped() {
        let limiter = limiter(RateLimiting::Wait);
        limiter.enter("/oauth2", soon(1)).await.unwrap();
        let waiting = limiter.enter("/oauth2", soon(999));
        let dropped = tokio::time::timeout(Duration::from_secs(1), waiting).await;
        assert!(dropped.is_err());
        let waited = limiter.enter("/oauth2", soon(999)).await.unwrap();
        assert_eq!(
            waited,
            Duration::from_secs(59),
            "the dropped call counts for nothing"
        );
    }
}
