//! Deliveries that were received before.

use std::fmt;
use std::sync::{Arc, MutexGuard};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

use super::memory::{Entry, Known, Memory, Shared, lock};
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
    memory: Shared,
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
            memory: Arc::clone(&self.memory),
            signed,
        })
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        lock(&self.memory)
    }
}

/// Unlike a point in time, a span can be added to without leaving what it can say.
fn since_1970(time: SystemTime) -> Duration {
    time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO)
}

impl fmt::Debug for ReplayCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplayCache")
            .field("capacity", &self.capacity)
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}
