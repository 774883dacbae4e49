//! What a client tells of its calls, for metrics.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

use crate::{ErrorKind, Operation};

/// Watches the calls of a client, for counters and histograms. It must be quick: calls wait for it.
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use openapi_client_runtime::{Event, Observer, Operation};
///
/// #[derive(Default)]
/// struct Repeats(AtomicU64);
///
/// impl Observer for Repeats {
///     fn observe(&self, _operation: &'static Operation, event: Event) {
///         if let Event::AttemptStarted { attempt: 2.. } = event {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
/// ```
pub trait Observer: Send + Sync + 'static {
    /// Something happened in a call of the operation.
    fn observe(&self, operation: &'static Operation, event: Event);
}

impl<T: Observer + ?Sized> Observer for Arc<T> {
    fn observe(&self, operation: &'static Operation, event: Event) {
        (**self).observe(operation, event);
    }
}

/// What happens in a call.
///
/// ```
/// use openapi_client_runtime::{Event, Outcome, WaitReason};
///
/// fn line(event: Event) -> Option<String> {
///     match event {
///         Event::CallEnded { attempts, outcome, elapsed } => {
///             let end = match outcome {
///                 Outcome::Answered(status) => status.as_str().to_owned(),
///                 Outcome::Failed(kind) => kind.as_str().to_owned(),
///                 Outcome::Cancelled => "cancelled".to_owned(),
///                 _ => "other".to_owned(),
///             };
///             Some(format!("{end} after {attempts} requests, {} ms", elapsed.as_millis()))
///         }
///         Event::Waiting { reason: WaitReason::RateLimit, delay } => {
///             Some(format!("held back for {} ms", delay.as_millis()))
///         }
///         _ => None,
///     }
/// }
/// # let delay = std::time::Duration::from_secs(2);
/// # let waiting = Event::Waiting { reason: WaitReason::RateLimit, delay };
/// # assert_eq!(line(waiting).as_deref(), Some("held back for 2000 ms"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// A request is about to leave.
    AttemptStarted {
        /// 1 for the first one of the call.
        attempt: u32,
    },
    /// The reply to a request is there, or none will come.
    AttemptEnded {
        /// 1 for the first one of the call.
        attempt: u32,
        /// What came of it.
        outcome: Outcome,
        /// From sending until now.
        elapsed: Duration,
    },
    /// The call waits before its next request.
    Waiting {
        /// What for.
        reason: WaitReason,
        /// How long.
        delay: Duration,
    },
    /// The call is over; decoding its reply is not part of it.
    CallEnded {
        /// Requests sent.
        attempts: u32,
        /// What came of it.
        outcome: Outcome,
        /// From the first step of the call until now.
        elapsed: Duration,
    },
}

/// What came of a request or a call. [`Event`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The server answered, with success or an error.
    Answered(StatusCode),
    /// There is no response.
    Failed(ErrorKind),
    /// The caller dropped the call.
    Cancelled,
}

/// What a call waits for. [`Event`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WaitReason {
    /// The next retry, after a failure.
    Retry,
    /// A limit that the document states.
    RateLimit,
}
