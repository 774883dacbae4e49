//! Work that many callers wait for and that is done once.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_core::future::BoxFuture;
use futures_util::FutureExt;
use futures_util::future::Shared;
use tokio::time::{Instant, timeout};

use crate::values::time::after;

/// How long callers may still join work that should be done by now.
const GRACE: Duration = Duration::from_secs(10);

/// At most one piece of work under way. No task is spawned: whoever waits drives it. When all who
/// wait give up it rests, and the next caller goes on with it instead of starting anew.
pub(super) struct Flight<T: Clone>(Mutex<Option<Running<T>>>);

struct Running<T: Clone> {
    work: Work<T>,
    due: Instant,
    /// When the first caller came for it after it was due.
    overdue_since: Option<Instant>,
}

type Work<T> = Shared<BoxFuture<'static, T>>;

impl<T: Clone> Default for Flight<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T: Clone + Send + Sync + 'static> Flight<T> {
    /// Waits for the work under way, or starts it; `None` when that took longer than `patience`.
    ///
    /// Patience is counted for each caller, not for the work: a reply that came while nobody was
    /// waiting must not be thrown away because it is old.
    pub(super) async fn join(
        &self,
        patience: Duration,
        start: impl FnOnce() -> BoxFuture<'static, T>,
    ) -> Option<T> {
        let work = self.join_or_start(patience, start);
        let mut waiter = Waiter {
            flight: self,
            work: &work,
            is_void: false,
        };
        let outcome = timeout(patience, work.clone()).await.ok();
        waiter.is_void = outcome.is_none();
        outcome
    }

    /// Forgets the work under way; those who wait for it still get its outcome.
    pub(super) fn forget(&self) {
        *self.running() = None;
    }

    fn join_or_start(
        &self,
        patience: Duration,
        start: impl FnOnce() -> BoxFuture<'static, T>,
    ) -> Work<T> {
        let mut running = self.running();
        let now = Instant::now();
        if let Some(running) = running
            .as_mut()
            .filter(|running| running.work.peek().is_none())
            && !running.is_given_up(now)
        {
            return running.work.clone();
        }
        let work = start().shared();
        *running = Some(Running {
            work: work.clone(),
            due: after(now, patience),
            overdue_since: None,
        });
        work
    }

    fn abandon(&self, work: &Work<T>) {
        let mut running = self.running();
        if running
            .as_ref()
            .is_some_and(|running| running.work.ptr_eq(work))
        {
            *running = None;
        }
    }

    fn running(&self) -> MutexGuard<'_, Option<Running<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives work up when it has taken too long, and when it panicked: it would panic for ever.
struct Waiter<'a, T: Clone + Send + Sync + 'static> {
    flight: &'a Flight<T>,
    work: &'a Work<T>,
    is_void: bool,
}

impl<T: Clone + Send + Sync + 'static> Drop for Waiter<'_, T> {
    fn drop(&mut self) {
        if self.is_void || std::thread::panicking() {
            self.flight.abandon(self.work);
        }
    }
}

impl<T: Clone> Running<T> {
    /// Work that is overdue, and was for a while under the eyes of callers, will never end.
    fn is_given_up(&mut self, now: Instant) -> bool {
        if now < self.due {
            return false;
        }
        let since = *self.overdue_since.get_or_insert(now);
        now.saturating_duration_since(since) > GRACE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use tokio::time::{advance, sleep};

    const PATIENCE: Duration = Duration::from_secs(60);

    struct Counted {
        flight: Flight<u32>,
        started: Arc<AtomicU32>,
        time: Duration,
    }

    impl Counted {
        fn taking(seconds: u64) -> Self {
            Self {
                flight: Flight::default(),
                started: Arc::default(),
                time: Duration::from_secs(seconds),
            }
        }

        async fn join(&self) -> Option<u32> {
            let (started, time) = (Arc::clone(&self.started), self.time);
            let work = move || {
                async move {
                    let number = started.fetch_add(1, Ordering::SeqCst) + 1;
                    sleep(time).await;
                    number
                }
                .boxed()
            };
            self.flight.join(PATIENCE, work).await
        }
    }

    #[tokio::test(start_paused = true)]
    async fn all_who_wait_share_one_piece_of_work() {
        let counted = Counted::taking(5);
        let waits = (0..100).map(|_| counted.join());
        let outcomes = futures_util::future::join_all(waits).await;
        assert!(outcomes.iter().all(|outcome| *outcome == Some(1)));
        assert_eq!(
            counted.join().await,
            Some(2),
            "done work is not handed out again"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_everybody_left_is_gone_on_with() {
        let counted = Counted::taking(5);
        assert!(
            timeout(Duration::from_secs(1), counted.join())
                .await
                .is_err()
        );
        advance(Duration::from_secs(3600)).await;
        assert_eq!(counted.join().await, Some(1));
    }

    #[tokio::test]
    async fn work_that_panicked_does_not_stay() {
        let flight = Arc::new(Flight::<u32>::default());
        let shared = Arc::clone(&flight);
        let panics = || async { panic!("a token store fails like this") }.boxed();
        let ended = tokio::spawn(async move { shared.join(PATIENCE, panics).await }).await;
        assert!(ended.unwrap_err().is_panic());
        assert_eq!(flight.join(PATIENCE, || async { 7 }.boxed()).await, Some(7));
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_hangs_is_given_up() {
        let counted = Counted::taking(1_000_000);
        assert_eq!(counted.join().await, None);
        assert_eq!(counted.started.load(Ordering::SeqCst), 1);
        // Callers with less patience than ours must not come back to it for ever.
        for _ in 0..20 {
            assert!(
                timeout(Duration::from_secs(10), counted.join())
                    .await
                    .is_err()
            );
        }
        let started = counted.started.load(Ordering::SeqCst);
        assert!((3..=5).contains(&started), "{started}");
    }
}
