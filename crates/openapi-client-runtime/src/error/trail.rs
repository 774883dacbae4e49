//! How a call went.

use std::time::Duration;

/// How a call went until it ended.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trail {
    /// How often the request was sent.
    pub(crate) attempts: u32,
    /// From the first step of the call to its end.
    pub(crate) elapsed: Duration,
    /// Why what may pass was not retried, where it was not.
    pub(crate) not_retried: Option<&'static str>,
}
