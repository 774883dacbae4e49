//! Limits that a server keeps, kept on this side first.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use crate::values::time::{CENTURY, after};
use crate::{ErrorKind, Failure, RateLimit};

/// What a client does about the limits that the document states.
///
/// ```
/// use std::time::Duration;
/// use openapi_client_runtime::{Api, Core, RateLimit, RateLimiting};
///
/// static API: Api = Api::new("things-client", "1.0.0")
///     .rate_limits(&[RateLimit::new("default", 100, Duration::from_secs(60))
///         .counted_per("source address")]);
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
    classes: Vec<Class>,
}

/// The requests that share a limit. Each has its slot from the moment it enters, in the order in which
/// they come, so that those that wait do not all wake for the same one.
#[derive(Debug)]
pub(crate) struct Class {
    limit: RateLimit,
    fails_fast: bool,
    line: Mutex<Line>,
    /// Told when those that wait may go earlier than they know.
    moved_up: Notify,
}

/// The slots of a class, in the order in which their requests came.
#[derive(Debug, Default)]
struct Line {
    slots: VecDeque<Slot>,
    next_number: u64,
    /// The server has said that it is too much; before this, nothing goes out.
    closed_until: Option<Instant>,
}

#[derive(Debug)]
struct Slot {
    number: u64,
    /// When the request went out, or may do so.
    at: Instant,
    waits: bool,
}

/// A slot that is given back when it is dropped before its request went out.
struct Reservation<'a> {
    class: &'a Class,
    number: u64,
}

impl Limiter {
    pub(crate) fn new(mode: RateLimiting, limits: &'static [RateLimit]) -> Self {
        let class = |limit: &RateLimit| Class {
            limit: RateLimit {
                // A wait for a longer one would end before the window does, again and again.
                window: limit.window.min(CENTURY),
                ..*limit
            },
            fails_fast: mode == RateLimiting::FailFast,
            line: Mutex::default(),
            moved_up: Notify::new(),
        };
        let counted = limits.iter().filter(|_| mode != RateLimiting::Off);
        Self {
            classes: counted.map(class).collect(),
        }
    }

    /// Whether there is any limit to keep.
    pub(crate) fn is_on(&self) -> bool {
        !self.classes.is_empty()
    }

    /// The class of requests to `path`, below the base URL; `None` where no limit is kept.
    pub(crate) fn class(&self, path: &str) -> Option<&Class> {
        let covering = self.classes.iter().filter(|class| class.limit.covers(path));
        covering.max_by_key(|class| class.limit.path_prefix.len())
    }
}

impl Class {
    /// Counts a request once it may go out; the time it waited.
    pub(crate) async fn enter(&self, deadline: Instant) -> Result<Duration, Failure> {
        let start = Instant::now();
        let reservation = Reservation {
            class: self,
            number: self.line().push(&self.limit, start),
        };
        let mut now = start;
        loop {
            let moved_up = self.moved_up.notified();
            let Err(at) = self.line().leave(reservation.number, &self.limit, now) else {
                return Ok(now - start);
            };
            if self.fails_fast || at > deadline {
                return Err(self.refusal(at));
            }
            // Whichever comes first: the slot may have moved either way.
            let _ = timeout_at(at, moved_up).await;
            now = Instant::now();
        }
    }

    /// The server answered 429: the whole class waits, but never longer than its window, after which
    /// the server has forgotten all that was sent before.
    pub(crate) fn close(&self, wait: Duration) {
        let now = Instant::now();
        let until = after(now, wait.min(self.limit.window));
        let mut line = self.line();
        line.closed_until = Some(line.closed_until.map_or(until, |known| known.max(until)));
        line.plan(&self.limit, now);
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

    /// Every critical section leaves the line whole, so a poisoned lock is still good.
    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    /// Reserves the slot behind all others, and gives its number.
    fn push(&mut self, limit: &RateLimit, now: Instant) -> u64 {
        while let Some(oldest) = self.slots.front()
            && !oldest.waits
            && now.duration_since(oldest.at) >= limit.window
        {
            self.slots.pop_front();
        }
        let number = self.next_number;
        self.next_number += 1;
        self.slots.push_back(Slot {
            number,
            at: now,
            waits: true,
        });
        self.plan(limit, now);
        number
    }

    /// Gives those that wait the earliest instants that keep the limit, one after another.
    fn plan(&mut self, limit: &RateLimit, now: Instant) {
        let most = usize::try_from(limit.requests).unwrap_or(usize::MAX);
        let open_at = self.closed_until.map_or(now, |until| until.max(now));
        for index in 0..self.slots.len() {
            if self.slots[index].waits {
                let earlier = index.checked_sub(most.max(1));
                let free_at = earlier.map(|earlier| after(self.slots[earlier].at, limit.window));
                self.slots[index].at = free_at.map_or(open_at, |free_at| free_at.max(open_at));
            }
        }
    }

    /// Lets a request go out, else says when to try again.
    fn leave(&mut self, number: u64, limit: &RateLimit, now: Instant) -> Result<(), Instant> {
        // Who wakes late counts from then on, and those behind it with it.
        self.plan(limit, now);
        match self.slots.iter_mut().find(|slot| slot.number == number) {
            Some(slot) if slot.at > now => Err(slot.at),
            Some(slot) => {
                slot.waits = false;
                Ok(())
            }
            // Every request that waits has its slot.
            None => Ok(()),
        }
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        let mut line = self.class.line();
        let own = |slot: &Slot| slot.waits && slot.number == self.number;
        if let Some(index) = line.slots.iter().position(own) {
            line.slots.remove(index);
            line.plan(&self.class.limit, Instant::now());
            self.class.moved_up.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    static LIMITS: [RateLimit; 3] = [
        RateLimit::new("all", 2, Duration::from_secs(10))
            .for_paths("/v1")
            .counted_per("address"),
        RateLimit::new("admin", 1, Duration::from_secs(10))
            .for_paths("/v1/admin/")
            .counted_per("key"),
        RateLimit::new("login", 1, Duration::from_secs(60))
            .for_paths("/oauth2")
            .counted_per("address"),
    ];

    fn limiter(mode: RateLimiting) -> Limiter {
        Limiter::new(mode, &LIMITS)
    }

    async fn enter(limiter: &Limiter, path: &str, deadline: Instant) -> Result<Duration, Failure> {
        match limiter.class(path) {
            Some(class) => class.enter(deadline).await,
            None => Ok(Duration::ZERO),
        }
    }

    fn close(limiter: &Limiter, path: &str, wait: Duration) {
        if let Some(class) = limiter.class(path) {
            class.close(wait);
        }
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
            enter(&limiter, "/v1/things", soon(100)).await.unwrap();
            sent.push(start.elapsed().as_secs());
            tokio::time::advance(Duration::from_secs(3)).await;
        }
        assert_eq!(sent, [0, 3, 10, 13, 20, 23, 30]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_is_too_long_is_refused_at_once() {
        let limiter = limiter(RateLimiting::Wait);
        enter(&limiter, "/v1/admin/a", soon(1)).await.unwrap();
        let start = Instant::now();
        let refusal = enter(&limiter, "/v1/admin/b", soon(9)).await.unwrap_err();
        assert_eq!(start.elapsed(), Duration::ZERO);
        assert_eq!(refusal.kind(), ErrorKind::RateLimited);
        assert!(refusal.reason().contains("1 requests in 10 s per key"));
        assert!(refusal.reason().contains("again in 10 s"));
        enter(&limiter, "/v1/admin/b", soon(10)).await.unwrap();
        assert_eq!(start.elapsed(), Duration::from_secs(10));
    }

    #[tokio::test(start_paused = true)]
    async fn the_other_modes_never_wait() {
        let off = limiter(RateLimiting::Off);
        let fail = limiter(RateLimiting::FailFast);
        enter(&fail, "/oauth2", soon(999)).await.unwrap();
        assert!(enter(&fail, "/oauth2", soon(999)).await.is_err());
        close(&off, "/oauth2", Duration::from_secs(9));
        for _ in 0..9 {
            assert_eq!(
                enter(&off, "/oauth2", soon(0)).await.unwrap(),
                Duration::ZERO
            );
        }
    }

    #[tokio::test]
    async fn what_may_go_out_at_once_has_not_waited() {
        let limiter = limiter(RateLimiting::Wait);
        let waited = enter(&limiter, "/v1/things", soon(1)).await.unwrap();
        assert_eq!(waited, Duration::ZERO, "with a clock that runs");
    }

    #[tokio::test(start_paused = true)]
    async fn too_many_requests_close_their_class_only() {
        let limiter = limiter(RateLimiting::Wait);
        close(&limiter, "/v1/things", Duration::from_secs(5));
        close(&limiter, "/v1/things", Duration::from_secs(2));
        let waited = enter(&limiter, "/v1/other", soon(10)).await.unwrap();
        assert_eq!(waited, Duration::from_secs(5));
        let free = enter(&limiter, "/v1/admin/a", soon(0)).await.unwrap();
        assert_eq!(free, Duration::ZERO);
        close(&limiter, "/v1/things", Duration::MAX);
        let waited = enter(&limiter, "/v1/other", soon(11)).await.unwrap();
        assert_eq!(waited, Duration::from_secs(10));
    }

    #[tokio::test(start_paused = true)]
    async fn a_window_beyond_all_times_is_waited_for_once() {
        static ENDLESS: [RateLimit; 1] =
            [RateLimit::new("one", 1, Duration::MAX).counted_per("key")];
        let limiter = Limiter::new(RateLimiting::Wait, &ENDLESS);
        enter(&limiter, "/a", soon(1)).await.unwrap();
        assert!(enter(&limiter, "/a", soon(1)).await.is_err());
        let waited = enter(&limiter, "/a", after(Instant::now(), Duration::MAX));
        assert_eq!(waited.await.unwrap(), CENTURY);
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_calls_can_be_dropped() {
        let limiter = limiter(RateLimiting::Wait);
        enter(&limiter, "/oauth2", soon(1)).await.unwrap();
        let waiting = enter(&limiter, "/oauth2", soon(999));
        let dropped = tokio::time::timeout(Duration::from_secs(1), waiting).await;
        assert!(dropped.is_err());
        let waited = enter(&limiter, "/oauth2", soon(999)).await.unwrap();
        assert_eq!(
            waited,
            Duration::from_secs(59),
            "the dropped call counts for nothing"
        );
    }

    /// Enters after another, notes when it goes out, and goes on.
    fn waiter(
        limiter: &Arc<Limiter>,
        start: Instant,
    ) -> tokio::task::JoinHandle<Result<Duration, Failure>> {
        let limiter = Arc::clone(limiter);
        tokio::spawn(async move {
            enter(&limiter, "/v1/things", soon(999)).await?;
            Ok(start.elapsed())
        })
    }

    async fn times(waiters: Vec<tokio::task::JoinHandle<Result<Duration, Failure>>>) -> Vec<u64> {
        let mut times = Vec::new();
        for waiter in waiters {
            times.push(waiter.await.unwrap().unwrap().as_secs());
        }
        times
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_enters_first_goes_first_and_nobody_wakes_in_vain() {
        let limiter = Arc::new(limiter(RateLimiting::Wait));
        let start = Instant::now();
        let mut waiters: Vec<_> = (0..6).map(|_| waiter(&limiter, start)).collect();
        tokio::time::sleep(Duration::from_secs(1)).await;
        let line: Vec<u64> = {
            let line = limiter.class("/v1/things").unwrap().line();
            let slots = line.slots.iter();
            slots
                .map(|slot| slot.at.duration_since(start).as_secs())
                .collect()
        };
        assert_eq!(line, [0, 0, 10, 10, 20, 20], "reserved when they entered");
        waiters.push(waiter(&limiter, start));
        assert_eq!(times(waiters).await, [0, 0, 10, 10, 20, 20, 30]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slot_that_is_given_back_moves_the_others_up() {
        let limiter = Arc::new(limiter(RateLimiting::Wait));
        let start = Instant::now();
        let mut waiters: Vec<_> = (0..6).map(|_| waiter(&limiter, start)).collect();
        tokio::time::sleep(Duration::from_secs(1)).await;
        waiters.remove(2).abort();
        assert_eq!(times(waiters).await, [0, 0, 10, 10, 20]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_class_that_closes_moves_those_that_wait() {
        let limiter = Arc::new(limiter(RateLimiting::Wait));
        let start = Instant::now();
        let waiters: Vec<_> = (0..5).map(|_| waiter(&limiter, start)).collect();
        tokio::time::sleep(Duration::from_secs(5)).await;
        close(&limiter, "/v1/things", Duration::from_secs(7));
        assert_eq!(times(waiters).await, [0, 0, 12, 12, 22]);
    }

    #[tokio::test(start_paused = true)]
    async fn no_window_holds_more_than_the_limit_however_they_come() {
        let limiter = Arc::new(limiter(RateLimiting::Wait));
        let start = Instant::now();
        let mut waiters = Vec::new();
        for pause in [0, 4, 0, 9, 0, 0, 31, 1, 0, 0, 2] {
            tokio::time::sleep(Duration::from_secs(pause)).await;
            waiters.push(waiter(&limiter, start));
        }
        let times = times(waiters).await;
        for window in times.windows(3) {
            assert!(window[2] - window[0] >= 10, "{times:?}");
        }
    }
}
