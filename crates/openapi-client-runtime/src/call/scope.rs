//! One call from its first step to its end: its clock, its span, and who watches it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::call::observer::{Event, Outcome, WaitReason};
use crate::error::reply::Reply;
use crate::error::trail::Trail;
use crate::{ErrorKind, Observer, Operation};

/// A call under way. It ends for observers when its reply is there, or when it is dropped before; its
/// span lasts until the reply was read or dropped.
pub(crate) struct Scope {
    operation: &'static Operation,
    observers: Arc<[Arc<dyn Observer>]>,
    started: Instant,
    attempts: u32,
    is_over: bool,
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

impl Scope {
    /// The span names the path template, not the path: parameters may be personal data.
    pub(crate) fn start(
        operation: &'static Operation,
        observers: &Arc<[Arc<dyn Observer>]>,
    ) -> Self {
        Self {
            operation,
            observers: Arc::clone(observers),
            started: Instant::now(),
            attempts: 0,
            is_over: false,
            #[cfg(feature = "tracing")]
            span: tracing::info_span!(
                "api_call",
                operation = operation.id(),
                method = operation.method().as_str(),
                path = operation.path(),
                attempts = tracing::field::Empty,
                status = tracing::field::Empty,
                request_id = tracing::field::Empty,
                error = tracing::field::Empty,
                duration_ms = tracing::field::Empty,
            ),
        }
    }

    /// The operation that is called.
    pub(crate) const fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// When the call began.
    pub(crate) const fn started(&self) -> Instant {
        self.started
    }

    /// The span, to run things in it; `None` where nobody listens.
    #[cfg(feature = "tracing")]
    pub(crate) fn span(&self) -> Option<Span> {
        (!self.span.is_disabled()).then(|| Span(self.span.clone()))
    }

    /// Without the feature `tracing`, none.
    #[cfg(not(feature = "tracing"))]
    #[allow(clippy::unused_self, reason = "as with the feature")]
    pub(crate) const fn span(&self) -> Option<Span> {
        None
    }

    /// Whether there are observers.
    pub(crate) fn is_watched(&self) -> bool {
        !self.observers.is_empty()
    }

    /// Counts the next attempt.
    pub(crate) fn attempt(&mut self) -> u32 {
        self.attempts += 1;
        let attempt = self.attempts;
        self.tell(Event::AttemptStarted { attempt });
        attempt
    }

    /// The attempt that began at `started` has ended.
    pub(crate) fn attempt_ended(&self, outcome: impl FnOnce() -> Outcome, started: Instant) {
        if !self.observers.is_empty() {
            self.tell(Event::AttemptEnded {
                attempt: self.attempts,
                outcome: outcome(),
                elapsed: started.elapsed(),
            });
        }
    }

    pub(crate) fn waits(&self, reason: WaitReason, delay: Duration) {
        if !delay.is_zero() {
            self.tell(Event::Waiting { reason, delay });
        }
    }

    /// How the call went until now.
    pub(crate) fn trail(&self, not_retried: Option<&'static str>) -> Trail {
        Trail {
            attempts: self.attempts,
            elapsed: self.started.elapsed(),
            not_retried,
        }
    }

    /// The reply is there.
    pub(crate) fn answered(&mut self, reply: &Reply) {
        let status = reply.status;
        self.end(Outcome::Answered(status));
        #[cfg(feature = "tracing")]
        if !self.span.is_disabled() {
            self.span.record("attempts", self.attempts);
            self.span.record("status", status.as_u16());
            if let Some(id) = reply.request_id() {
                self.span.record("request_id", id);
            }
        }
        if status.is_client_error() || status.is_server_error() {
            self.failed(ErrorKind::Api);
        }
    }

    /// The call fails, also after its reply has come.
    pub(crate) fn failed(&mut self, error: ErrorKind) {
        self.end(Outcome::Failed(error));
        #[cfg(feature = "tracing")]
        if !self.span.is_disabled() {
            self.span.record("attempts", self.attempts);
            self.span.record("error", error.as_str());
        }
    }

    /// Tells observers of the end, the first time.
    fn end(&mut self, outcome: Outcome) {
        if !std::mem::replace(&mut self.is_over, true) && !self.observers.is_empty() {
            self.tell(Event::CallEnded {
                attempts: self.attempts,
                outcome,
                elapsed: self.started.elapsed(),
            });
        }
    }

    fn tell(&self, event: Event) {
        for observer in self.observers.iter() {
            observer.observe(self.operation, event);
        }
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        self.end(Outcome::Cancelled);
        #[cfg(feature = "tracing")]
        if !self.span.is_disabled() {
            let elapsed = self.started.elapsed().as_millis();
            let milliseconds = u64::try_from(elapsed).unwrap_or(u64::MAX);
            self.span.record("duration_ms", milliseconds);
            tracing::debug!(parent: &self.span, "call ended");
        }
    }
}

/// The span of a call.
#[cfg(feature = "tracing")]
pub(crate) struct Span(tracing::Span);

#[cfg(feature = "tracing")]
impl Span {
    /// Runs `future` inside the span.
    pub(crate) fn run<F: Future>(self, future: F) -> tracing::instrument::Instrumented<F> {
        tracing::Instrument::instrument(future, self.0)
    }
}

/// No span, ever.
#[cfg(not(feature = "tracing"))]
pub(crate) enum Span {}

#[cfg(not(feature = "tracing"))]
impl Span {
    /// Runs `future`.
    pub(crate) fn run<F: Future>(self, _future: F) -> std::future::Pending<F::Output> {
        match self {}
    }
}
