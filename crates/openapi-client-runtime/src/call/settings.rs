//! What a client was built with, and what it refuses for that.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use http::header::HeaderValue;
use tokio::time::{Instant, timeout_at};

use crate::call::addresses::Addresses;
use crate::call::limiter::Limiter;
use crate::call::queue::{QueueFull, WriteGuard, WriteQueue};
use crate::call::retry::RetryBudget;
use crate::facts::api::Api;
use crate::wire::credential::Credentials;
use crate::wire::path::PathValues;
use crate::wire::redact::AllowList;
use crate::{ErrorKind, Failure, Middleware, Observer, Operation, Requirement, RetryPolicy};

/// What `CoreBuilder::build` has checked.
pub(crate) struct Settings {
    pub(crate) api: &'static Api,
    pub(crate) addresses: Addresses,
    pub(crate) credentials: Credentials,
    /// What the client was told that it has, by the names of requirements.
    pub(crate) granted: BTreeMap<String, Vec<String>>,
    pub(crate) timeout: Duration,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) response_body_limit: usize,
    pub(crate) user_agent: HeaderValue,
    pub(crate) http_client: reqwest::Client,
    pub(crate) max_redirects: u32,
    pub(crate) retry: RetryPolicy,
    pub(crate) retry_budget: RetryBudget,
    pub(crate) limiter: Limiter,
    pub(crate) middlewares: Vec<Arc<dyn Middleware>>,
    pub(crate) observers: Arc<[Arc<dyn Observer>]>,
    pub(crate) allowed: AllowList,
    pub(crate) queue: Arc<WriteQueue>,
}

impl Settings {
    /// Refuses what the server would refuse, where the client was told what it has.
    pub(crate) fn check_requirements(&self, operation: &Operation) -> Result<(), Failure> {
        let unmet =
            |requirement: &Requirement| requirement.unmet(self.granted.get(requirement.name())?);
        match operation.requirements().iter().find_map(unmet) {
            Some(reason) => Err(Failure::new(ErrorKind::RequirementNotMet, reason)),
            None => Ok(()),
        }
    }

    /// Waits until no other write of this client is under way on the same resource.
    pub(crate) async fn await_turn(
        &self,
        operation: &Operation,
        path: PathValues,
        deadline: Instant,
    ) -> Result<Option<WriteGuard>, Failure> {
        let names = operation.locks();
        if names.is_empty() || operation.method().is_safe() {
            return Ok(None);
        }
        // In the order of the table, so that operations with other paths share the line.
        let key = names
            .iter()
            .filter_map(|name| path.iter().find(|(own, _)| own == name).cloned())
            .collect();
        match timeout_at(deadline, self.queue.enter(key)).await {
            Ok(Ok(guard)) => Ok(Some(guard)),
            Ok(Err(QueueFull(most))) => Err(Failure::new(
                ErrorKind::QueueFull,
                format!(
                    "{most} writes wait already for the same {}",
                    names.join(" and ")
                ),
            )),
            Err(_) => Err(Failure::new(
                ErrorKind::Timeout,
                format!(
                    "earlier writes to the same {} took all the time",
                    names.join(" and ")
                ),
            )),
        }
    }
}
