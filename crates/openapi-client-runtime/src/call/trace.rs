//! One `tracing` span per call, with the feature `tracing`; nothing without it.

use std::time::Instant;

use reqwest::{Request, StatusCode};

use crate::Operation;
use crate::error::reply::Reply;
use crate::wire::redact::AllowList;

/// A call under way. Its span lasts until the reply was read or dropped.
#[derive(Debug)]
pub(crate) struct Call {
    started: Instant,
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

impl Call {
    /// The span names the path template, not the path: parameters may be personal data.
    pub(crate) fn start(operation: &'static Operation) -> Self {
        #[cfg(not(feature = "tracing"))]
        let _ = operation;
        Self {
            started: Instant::now(),
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

    /// Runs `future` inside the span.
    #[cfg(feature = "tracing")]
    pub(crate) fn run<F: Future>(&self, future: F) -> tracing::instrument::Instrumented<F> {
        tracing::Instrument::instrument(future, self.span.clone())
    }

    /// Runs `future`.
    #[cfg(not(feature = "tracing"))]
    pub(crate) fn run<F: Future>(&self, future: F) -> F {
        let _ = self;
        future
    }

    /// The call has its reply.
    pub(crate) fn answered(&self, status: StatusCode, request_id: Option<&str>) {
        #[cfg(feature = "tracing")]
        {
            self.span.record("status", status.as_u16());
            if let Some(id) = request_id {
                self.span.record("request_id", id);
            }
        }
        #[cfg(not(feature = "tracing"))]
        let _ = (self, status, request_id);
    }

    pub(crate) fn attempted(&self, attempts: u32) {
        #[cfg(feature = "tracing")]
        self.span.record("attempts", attempts);
        #[cfg(not(feature = "tracing"))]
        let _ = (self, attempts);
    }

    pub(crate) fn failed(&self, error: crate::ErrorKind) {
        #[cfg(feature = "tracing")]
        self.span.record("error", error.as_str());
        #[cfg(not(feature = "tracing"))]
        let _ = (self, error);
    }
}

/// A request is about to leave.
pub(crate) fn sending(allowed: &AllowList, attempt: u32, request: &Request) {
    #[cfg(feature = "tracing")]
    tracing::debug!(
        attempt,
        query = %allowed.query(request.url()),
        headers = %allowed.headers(request.headers()),
        "sending"
    );
    #[cfg(not(feature = "tracing"))]
    let _ = (allowed, attempt, request);
}

/// A reply has arrived.
pub(crate) fn received(allowed: &AllowList, attempt: u32, reply: &Reply) {
    #[cfg(feature = "tracing")]
    tracing::debug!(
        attempt,
        status = reply.status.as_u16(),
        headers = %allowed.headers(&reply.headers),
        "received"
    );
    #[cfg(not(feature = "tracing"))]
    let _ = (allowed, attempt, reply);
}

impl Drop for Call {
    fn drop(&mut self) {
        let elapsed = self.started.elapsed();
        #[cfg(feature = "tracing")]
        {
            let milliseconds = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
            self.span.record("duration_ms", milliseconds);
            tracing::debug!(parent: &self.span, "call ended");
        }
        #[cfg(not(feature = "tracing"))]
        let _ = elapsed;
    }
}
