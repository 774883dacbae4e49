//! Timeouts too long to be counted.

use std::time::Duration;

use tokio::time::Instant;

/// A timeout too long to be counted is as good as a century.
pub(crate) const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

pub(crate) fn after(start: Instant, timeout: Duration) -> Instant {
    start + timeout.min(CENTURY)
}
