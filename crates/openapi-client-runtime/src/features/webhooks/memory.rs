//! What a replay cache remembers.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The memory of a cache and its clones.
pub(super) type Shared = Arc<Mutex<Memory>>;

pub(super) type Hash = [u8; 32];

#[derive(Default)]
pub(super) struct Memory {
    pub(super) deliveries: HashMap<Hash, Known>,
    /// The same deliveries, in the order in which they go.
    order: BTreeSet<(Duration, Hash)>,
    ids: HashSet<Hash>,
}

pub(super) struct Known {
    /// When it is forgotten, since 1970.
    pub(super) until: Duration,
    pub(super) id: Option<Hash>,
}

impl Memory {
    pub(super) fn admit(&mut self, signed: Hash, known: Known, now: Duration) -> bool {
        self.forget_until(now);
        let seen = self.deliveries.contains_key(&signed)
            || known.id.is_some_and(|id| self.ids.contains(&id));
        if seen {
            return false;
        }
        self.order.insert((known.until, signed));
        self.ids.extend(known.id);
        self.deliveries.insert(signed, known);
        true
    }

    fn forget_until(&mut self, now: Duration) {
        while let Some(&(until, signed)) = self.order.first()
            && until <= now
        {
            self.forget(&signed);
        }
    }

    pub(super) fn shrink_to(&mut self, capacity: usize) {
        while self.deliveries.len() > capacity
            && let Some(&(_, signed)) = self.order.first()
        {
            self.forget(&signed);
        }
    }

    fn forget(&mut self, signed: &Hash) {
        if let Some(known) = self.deliveries.remove(signed) {
            self.order.remove(&(known.until, *signed));
            if let Some(id) = known.id {
                self.ids.remove(&id);
            }
        }
    }
}

/// Every critical section leaves the memory whole, so a poisoned lock is still good.
pub(super) fn lock(memory: &Shared) -> MutexGuard<'_, Memory> {
    memory.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A delivery in the memory of a cache.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) memory: Shared,
    pub(super) signed: Hash,
}

impl Entry {
    pub(super) fn release(&self) {
        lock(&self.memory).forget(&self.signed);
    }
}
