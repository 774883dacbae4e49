//! What a document says of repeating calls.

use http::StatusCode;

/// Whether the document wants an operation retried in spite of, or against, what its method and
/// idempotency key imply. [`Operation`](crate::Operation) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Retry {
    /// A retry is safe.
    Always,
    /// A retry is never safe, also where nothing seems to have been sent.
    Never,
}

/// After which statuses a call is retried, by what can be said of a retry.
///
/// ```
/// use openapi_client_runtime::{Api, RetryStatuses};
///
/// static API: Api = Api::new("things-client", "1.0.0").retry_statuses(
///     RetryStatuses::new(&[503]) // where a retry is safe, as RetryPolicy says
///         .any(&[429]) // the request was turned away, whatever it was
///         .reads(&[500]), // only what changes nothing
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct RetryStatuses {
    usual: &'static [u16],
    any: &'static [u16],
    reads: &'static [u16],
}

impl RetryStatuses {
    /// What holds where a document does not say.
    pub(crate) const DEFAULT: Self = Self::new(&[408, 429, 500, 502, 503, 504]);

    /// Statuses after which a call is retried where a retry is safe: by its method, by an
    /// idempotency key, or because the document says so.
    pub const fn new(statuses: &'static [u16]) -> Self {
        Self {
            usual: statuses,
            any: &[],
            reads: &[],
        }
    }

    /// Statuses after which every call is retried, because the server did not carry it out.
    pub const fn any(mut self, statuses: &'static [u16]) -> Self {
        self.any = statuses;
        self
    }

    /// Statuses after which only calls are retried that change nothing: GET and HEAD, and those of
    /// which the document says that a retry is safe.
    pub const fn reads(mut self, statuses: &'static [u16]) -> Self {
        self.reads = statuses;
        self
    }

    /// Which calls may be retried after a status; none after one that will not pass.
    pub(crate) fn repeatable(&self, status: StatusCode) -> Option<Repeatable> {
        let status = status.as_u16();
        if self.any.contains(&status) {
            Some(Repeatable::All)
        } else if self.usual.contains(&status) {
            Some(Repeatable::Idempotent)
        } else if self.reads.contains(&status) {
            Some(Repeatable::Reads)
        } else {
            None
        }
    }
}

/// Which calls can be retried without harm after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeatable {
    /// All, because nothing was carried out.
    All,
    /// Those whose method or key says so.
    Idempotent,
    /// Those that only read.
    Reads,
}
