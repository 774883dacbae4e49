//! Writes that must not overlap wait for each other, in the order they came.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// What writes must not overlap on: path parameters with their values.
pub(crate) type Key = Vec<(&'static str, String)>;

/// One waiting line per key. Lines exist only while somebody stands in them.
#[derive(Debug)]
pub(crate) struct WriteQueue {
    lanes: Mutex<HashMap<Key, Lane>>,
    max_waiting: usize,
}

#[derive(Debug, Default)]
struct Lane {
    /// Tokio's mutex is fair: it is handed on in the order of the requests.
    turn: Arc<AsyncMutex<()>>,
    /// Everybody who holds or awaits the turn.
    waiters: usize,
}

/// Too many writes wait already; holds the bound.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct QueueFull(pub(crate) usize);

/// The right to write; dropping it lets the next one in.
#[derive(Debug)]
pub(crate) struct WriteGuard {
    // Declared before the waiter: the turn must be free before the lane can be pruned.
    _turn: OwnedMutexGuard<()>,
    _waiter: Waiter,
}

/// A place in a line, given back when dropped, also when the waiting future is.
#[derive(Debug)]
struct Waiter {
    queue: Arc<WriteQueue>,
    key: Key,
}

impl WriteQueue {
    pub(crate) fn new(max_waiting: usize) -> Arc<Self> {
        Arc::new(Self {
            lanes: Mutex::default(),
            max_waiting,
        })
    }

    /// Waits until no earlier write on `key` is under way.
    pub(crate) async fn enter(self: &Arc<Self>, key: Key) -> Result<WriteGuard, QueueFull> {
        let (waiter, turn) = self.join(key)?;
        Ok(WriteGuard {
            _turn: turn.lock_owned().await,
            _waiter: waiter,
        })
    }

    fn join(self: &Arc<Self>, key: Key) -> Result<(Waiter, Arc<AsyncMutex<()>>), QueueFull> {
        let mut lanes = self.lanes();
        let lane = lanes.entry(key.clone()).or_default();
        if lane.waiters > self.max_waiting {
            return Err(QueueFull(self.max_waiting));
        }
        lane.waiters += 1;
        let queue = Arc::clone(self);
        Ok((Waiter { queue, key }, Arc::clone(&lane.turn)))
    }

    /// Every critical section leaves the map whole, so a poisoned lock is still good.
    fn lanes(&self) -> MutexGuard<'_, HashMap<Key, Lane>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        let mut lanes = self.queue.lanes();
        if let Some(lane) = lanes.get_mut(&self.key) {
            lane.waiters -= 1;
            if lane.waiters == 0 {
                lanes.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::time::timeout;

    fn key(value: &str) -> Key {
        vec![("flow", value.to_owned())]
    }

    #[tokio::test(start_paused = true)]
    async fn one_key_at_a_time_and_nothing_left_behind() {
        let queue = WriteQueue::new(8);
        let first = queue.enter(key("a")).await.unwrap();
        let other = queue.enter(key("b")).await.unwrap();
        let second = timeout(Duration::from_secs(1), queue.enter(key("a")));
        assert!(second.await.is_err(), "overlaps the first");
        drop(first);
        let third = timeout(Duration::from_secs(1), queue.enter(key("a")));
        drop(third.await.unwrap().unwrap());
        drop(other);
        assert!(queue.lanes().is_empty());
    }

    #[tokio::test]
    async fn turns_come_in_order() {
        let queue = WriteQueue::new(8);
        let order = Arc::new(Mutex::new(Vec::new()));
        let first = queue.enter(key("a")).await.unwrap();
        let mut waiting = Vec::new();
        for number in 0..5 {
            let (queue, order) = (Arc::clone(&queue), Arc::clone(&order));
            waiting.push(tokio::spawn(async move {
                let _guard = queue.enter(key("a")).await.unwrap();
                order.lock().unwrap().push(number);
            }));
            tokio::task::yield_now().await;
        }
        drop(first);
        for task in waiting {
            task.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), [0, 1, 2, 3, 4]);
        assert!(queue.lanes().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn the_line_is_bounded() {
        let queue = WriteQueue::new(1);
        let _running = queue.enter(key("a")).await.unwrap();
        let waiting = tokio::spawn({
            let queue = Arc::clone(&queue);
            async move { queue.enter(key("a")).await.map(drop) }
        });
        tokio::task::yield_now().await;
        assert_eq!(queue.enter(key("a")).await.err(), Some(QueueFull(1)));
        assert!(queue.enter(key("b")).await.is_ok());
        waiting.abort();
        assert!(waiting.await.unwrap_err().is_cancelled());
        let again = timeout(Duration::from_secs(1), queue.enter(key("a")));
        assert!(again.await.is_err(), "waits again, so there is room again");
    }
}
