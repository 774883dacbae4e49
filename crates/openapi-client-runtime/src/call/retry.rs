//! When a call is retried, and after how long a wait.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use http::StatusCode;

use crate::values::time::CENTURY;

/// How often and how patiently a call is retried.
///
/// Retried is what may pass (a connection that broke, a timeout, the statuses that the document
/// allows) and what may be retried: safe and idempotent methods (RFC 9110, section 9.2.2), calls
/// with an idempotency key, what the document says is safe, and every call of which nothing was
/// sent. The wait before the n-th retry is a random time between nothing and
/// `base_delay * 2^(n-1)`, at most `max_delay`; where the server says how long to wait
/// (`Retry-After`), that long.
///
/// ```
/// use std::time::Duration;
/// use openapi_client_runtime::RetryPolicy;
///
/// let patient = RetryPolicy::new()
///     .max_attempts(6)
///     .base_delay(Duration::from_secs(1));
/// assert_ne!(patient, RetryPolicy::none());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a policy does nothing until a client or a call gets it"]
pub struct RetryPolicy {
    pub(crate) max_attempts: u32,
    pub(crate) base_delay: Duration,
    pub(crate) max_delay: Duration,
    pub(crate) max_retry_after: Duration,
}

impl RetryPolicy {
    /// Attempts, the first included, unless set otherwise: 3.
    pub const DEFAULT_MAX_ATTEMPTS: u32 = 3;
    /// Upper bound of the first wait, unless set otherwise: half a second.
    pub const DEFAULT_BASE_DELAY: Duration = Duration::from_millis(500);
    /// Upper bound of every wait of our own choice, unless set otherwise: 20 seconds.
    pub const DEFAULT_MAX_DELAY: Duration = Duration::from_secs(20);
    /// Longest wait that a server may ask for, unless set otherwise: 60 seconds.
    pub const DEFAULT_MAX_RETRY_AFTER: Duration = Duration::from_secs(60);

    /// The defaults.
    pub const fn new() -> Self {
        Self {
            max_attempts: Self::DEFAULT_MAX_ATTEMPTS,
            base_delay: Self::DEFAULT_BASE_DELAY,
            max_delay: Self::DEFAULT_MAX_DELAY,
            max_retry_after: Self::DEFAULT_MAX_RETRY_AFTER,
        }
    }

    /// One attempt only.
    pub const fn none() -> Self {
        Self::new().max_attempts(1)
    }

    /// Attempts, the first included; 0 counts as 1. [Default](Self::DEFAULT_MAX_ATTEMPTS).
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = if attempts == 0 { 1 } else { attempts };
        self
    }

    /// Upper bound of the first wait, doubled from one to the next;
    /// [default](Self::DEFAULT_BASE_DELAY).
    pub const fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// Upper bound of every wait of our own choice; [default](Self::DEFAULT_MAX_DELAY).
    pub const fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// Longest wait that a server may ask for; [default](Self::DEFAULT_MAX_RETRY_AFTER). Where it
    /// asks for more, the call ends at once with the error, which tells how long
    /// ([`Error::retry_after`](crate::Error::retry_after)): a retry before that would only add to
    /// the load.
    pub const fn max_retry_after(mut self, wait: Duration) -> Self {
        self.max_retry_after = wait;
        self
    }

    /// The wait after `attempt` attempts, where `fraction` in `0.0..1.0` is the random part: "full
    /// jitter".
    pub(crate) fn delay(&self, attempt: u32, fraction: f64) -> Duration {
        let doubled = 2_u32
            .checked_pow(attempt.saturating_sub(1))
            .unwrap_or(u32::MAX);
        self.base_delay
            .saturating_mul(doubled)
            .min(self.max_delay)
            .min(CENTURY)
            .mul_f64(fraction)
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}

/// Retries that a client may make until successes earn it more, shared by all of its calls: where
/// everything fails, clients that retry everything make it worse.
#[derive(Debug)]
pub(crate) struct RetryBudget {
    capacity: u32,
    tokens: Mutex<u32>,
}

/// What a retry takes from the budget; a success gives one back.
const REPEAT_COST: u32 = 5;
/// What a retry after a timeout takes: it kept the server busy for longest.
const TIMEOUT_COST: u32 = 10;

impl RetryBudget {
    pub(crate) fn new(capacity: u32) -> Self {
        Self {
            capacity,
            tokens: Mutex::new(capacity),
        }
    }

    /// Takes a retry out of the budget, if there is one left.
    pub(crate) fn take(&self, after_timeout: bool) -> bool {
        let cost = if after_timeout {
            TIMEOUT_COST
        } else {
            REPEAT_COST
        };
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        match tokens.checked_sub(cost) {
            Some(left) => {
                *tokens = left;
                true
            }
            None => false,
        }
    }

    /// A call succeeded.
    pub(crate) fn earn(&self) {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        *tokens = tokens.saturating_add(1).min(self.capacity);
    }
}

/// 409 tells of a first request that still runs only where there is a key to know it by.
pub(crate) fn is_running_elsewhere(status: StatusCode, has_key: bool, says_when: bool) -> bool {
    status == StatusCode::CONFLICT && has_key && says_when
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_their_bound() {
        let policy = RetryPolicy::new()
            .base_delay(Duration::from_secs(1))
            .max_delay(Duration::from_secs(5));
        let bounds: Vec<u64> = [1, 2, 3, 4, 40, u32::MAX]
            .map(|attempt| policy.delay(attempt, 1.0).as_secs())
            .to_vec();
        assert_eq!(bounds, [1, 2, 4, 5, 5, 5]);
        assert_eq!(policy.delay(3, 0.0), Duration::ZERO);
        assert_eq!(policy.delay(3, 0.25), Duration::from_secs(1));
    }

    #[test]
    fn the_budget_runs_dry_and_fills_with_successes() {
        let budget = RetryBudget::new(12);
        assert!(budget.take(false) && budget.take(false) && !budget.take(false));
        for _ in 0..3 {
            budget.earn();
        }
        assert!(!budget.take(true) && budget.take(false) && !budget.take(false));
        for _ in 0..100 {
            budget.earn();
        }
        assert!(budget.take(true) && !budget.take(false));
    }
}
