//! Deliveries that were received before.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

use super::{Delivery, Envelope};

/// Remembers deliveries, so that none is taken twice. Clones share their memory.
///
/// A delivery is known by what was signed: the body, with the timestamp where the scheme signs
/// one. It is forgotten when its timestamp is out of tolerance, as it is refused for its age from
/// then on. Where no timestamp is signed, the time counts from its arrival, and nothing keeps an old
/// delivery from coming back later: give [`keep_for`](Self::keep_for) a longer time, or know events
/// [by their id](Self::event_ids).
///
/// Only deliveries with a right signature are remembered, at most `capacity` of them. When there is
/// no room, those go first that would have been forgotten soonest. The memory is that of one
/// process.
///
/// Many senders deliver at least once, and repeat a delivery that was not answered well. A receiver
/// that could not do its work has to let go of the delivery before it answers with an error, or the
/// repeat is taken for a replay: see [`Received::release`](super::Received::release).
///
/// ```
/// use openapi_client_runtime::webhooks::{
///     ReplayCache, SignatureScheme, Signer, Verifier, WebhookErrorKind,
/// };
///
/// static SCHEME: SignatureScheme =
///     SignatureScheme::hmac_sha256("X-Signature").timestamp_header("X-Timestamp");
///
/// let verifier = Verifier::new(&SCHEME, ["secret"])?.replay_cache(ReplayCache::new(10_000));
/// let headers = Signer::new(&SCHEME, ["secret"])?.sign(std::time::SystemTime::now(), b"{}")?;
/// assert!(verifier.verify(&headers, b"{}").is_ok());
/// let again = verifier.verify(&headers, b"{}").err().map(|error| error.kind());
/// assert_eq!(again, Some(WebhookErrorKind::Replayed));
/// # Ok::<(), openapi_client_runtime::webhooks::WebhookError>(())
/// ```
#[derive(Clone)]
pub struct ReplayCache {
    capacity: usize,
    keep: Option<Duration>,
    ids: Option<&'static Envelope>,
    memory: Arc<Mutex<Memory>>,
}

type Hash = [u8; 32];

#[derive(Default)]
struct Memory {
    deliveries: HashMap<Hash, Known>,
    /// The same deliveries, in the order in which they go.
    order: BTreeSet<(Duration, Hash)>,
    ids: HashSet<Hash>,
}

struct Known {
    /// When it is forgotten, since 1970.
    until: Duration,
    id: Option<Hash>,
}

/// A delivery in the memory of a cache.
#[derive(Clone)]
pub(super) struct Entry {
    cache: ReplayCache,
    signed: Hash,
}

impl Entry {
    pub(super) fn release(&self) {
        self.cache.memory().forget(&self.signed);
    }
}

impl ReplayCache {
    /// Remembers this many deliveries; at least one.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(1),
            keep: None,
            ids: None,
            memory: Arc::default(),
        }
    }

    /// Also knows events by their id, wherever the envelope says it stands, so that an event is
    /// taken once although the sender signed it anew.
    #[must_use]
    pub fn event_ids(mut self, envelope: &'static Envelope) -> Self {
        self.ids = Some(envelope);
        self
    }

    /// Remembers deliveries for at least this long after they arrived, instead of the scheme's
    /// tolerance.
    #[must_use]
    pub fn keep_for(mut self, time: Duration) -> Self {
        self.keep = Some(time);
        self
    }

    /// How many deliveries are remembered at the moment.
    pub fn len(&self) -> usize {
        self.memory().deliveries.len()
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Remembers a delivery; `None` when it is known already.
    pub(super) fn admit(
        &self,
        delivery: &Delivery<'_>,
        tolerance: Duration,
        now: SystemTime,
    ) -> Option<Entry> {
        let signed = delivery.digest();
        let id = self
            .ids
            .and_then(|envelope| envelope.event_id(delivery))
            .map(|id| Sha256::digest(id.as_bytes()).into());
        let now = since_1970(now);
        let kept = now.saturating_add(self.keep.unwrap_or(tolerance));
        // The last second of the tolerance counts as a whole.
        let fresh = delivery.timestamp().map_or(now, |at| {
            let last = since_1970(at).saturating_add(tolerance);
            last.saturating_add(Duration::from_secs(1))
        });
        let until = kept.max(fresh);
        let mut memory = self.memory();
        let new = memory.admit(signed, Known { until, id }, now);
        memory.shrink_to(self.capacity);
        new.then(|| Entry {
            cache: self.clone(),
            signed,
        })
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Unlike a point in time, a span can be added to without leaving what it can say.
fn since_1970(time: SystemTime) -> Duration {
    time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO)
}

impl Memory {
    fn admit(&mut self, signed: Hash, known: Known, now: Duration) -> bool {
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

    fn shrink_to(&mut self, capacity: usize) {
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

impl fmt::Debug for ReplayCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplayCache")
            .field("capacity", &self.capacity)
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}
