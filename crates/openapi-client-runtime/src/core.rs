//! Sending: everything between the request that generated code built and the raw reply.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Request;
use reqwest::header::{HeaderValue, USER_AGENT};
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::api::Api;
use crate::builder::CoreBuilder;
use crate::credential::Credentials;
use crate::path::{self, PathFault, PathValues};
use crate::queue::{QueueFull, WriteGuard, WriteQueue};
use crate::trace::Call;
use crate::{CallOptions, ErrorKind, Failure, Operation, RawResponse, prepare};

/// The transport of a generated client. Clones share connections, credentials and write queues.
#[derive(Clone)]
pub struct Core {
    settings: Arc<Settings>,
    base_url: Arc<str>,
}

/// What [`CoreBuilder::build`] has checked.
pub(crate) struct Settings {
    pub(crate) api: &'static Api,
    pub(crate) base_url: Url,
    pub(crate) credentials: Credentials,
    pub(crate) features: Option<BTreeSet<String>>,
    pub(crate) timeout: Duration,
    pub(crate) response_body_limit: usize,
    pub(crate) user_agent: HeaderValue,
    pub(crate) http_client: reqwest::Client,
    pub(crate) queue: Arc<WriteQueue>,
}

impl From<Settings> for Core {
    fn from(settings: Settings) -> Self {
        Self {
            base_url: settings.base_url.as_str().trim_end_matches('/').into(),
            settings: Arc::new(settings),
        }
    }
}

impl Core {
    /// Starts the configuration of a client of `api`.
    pub fn builder(api: &'static Api) -> CoreBuilder {
        CoreBuilder::new(api)
    }

    /// The base URL, without a slash at its end.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The HTTP client that requests are built and sent with.
    pub fn http_client(&self) -> &reqwest::Client {
        &self.settings.http_client
    }

    /// Checks, completes and sends the request of an operation.
    ///
    /// # Errors
    ///
    /// When the call is refused before sending (a path parameter that would leave its segment, a
    /// missing credential or feature, a full queue) and when no reply arrives. Replies of every
    /// status are successes here.
    pub async fn execute(
        &self,
        request: Request,
        operation: &'static Operation,
        options: CallOptions,
    ) -> Result<RawResponse, Failure> {
        let call = Call::start(operation);
        match call.run(self.send(request, operation, options)).await {
            Ok((response, guard)) => {
                let limit = self.settings.response_body_limit;
                let about = (self.settings.api, operation);
                Ok(RawResponse::receive(response, about, limit, guard, call).await)
            }
            Err(failure) => {
                call.failed(failure.kind());
                Err(failure.of(operation))
            }
        }
    }

    async fn send(
        &self,
        mut request: Request,
        operation: &'static Operation,
        options: CallOptions,
    ) -> Result<(reqwest::Response, Option<WriteGuard>), Failure> {
        let settings = &*self.settings;
        options.put_headers(request.headers_mut())?;
        let path = self.path_values(request.url(), operation)?;
        settings.check_features(operation)?;
        prepare::prepare(&mut request, operation)?;
        settings
            .credentials
            .apply(settings.api, operation, &mut request)?;
        let agent = settings.user_agent.clone();
        request.headers_mut().insert(USER_AGENT, agent);

        let deadline = deadline(options.timeout.unwrap_or(settings.timeout));
        let guard = settings.await_turn(operation, path, deadline).await?;
        *request.timeout_mut() = Some(deadline.saturating_duration_since(Instant::now()));
        let sent = settings.http_client.execute(request).await;
        Ok((sent.map_err(Failure::transport)?, guard))
    }

    /// Reads the path parameters back from the URL, which proves that the request goes where the
    /// operation says.
    fn path_values(&self, url: &Url, operation: &'static Operation) -> Result<PathValues, Failure> {
        let base = &self.settings.base_url;
        let elsewhere = || {
            Failure::invalid(format!(
                "its URL does not match {} under the base URL, so that it would call something else",
                operation.path()
            ))
        };
        let path = url
            .path()
            .strip_prefix(base.path().trim_end_matches('/'))
            .filter(|_| url.origin() == base.origin())
            .ok_or_else(elsewhere)?;
        path::recover(operation.path(), path).map_err(|fault| match fault {
            PathFault::Mismatch => elsewhere(),
            PathFault::Escapes { parameter, value } => {
                let what = match value {
                    "" => "is empty".to_owned(),
                    dots => format!("is `{dots}`"),
                };
                Failure::invalid(format!(
                    "path parameter `{parameter}` {what}: it would leave its segment; pass the \
                     name itself"
                ))
            }
        })
    }
}

/// A timeout too long to be counted is as good as a century.
fn deadline(timeout: Duration) -> Instant {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
    let now = Instant::now();
    now + timeout.min(CENTURY)
}

impl Settings {
    /// Refuses what the server would refuse, where the client was told its own features.
    fn check_features(&self, operation: &Operation) -> Result<(), Failure> {
        let Some(own) = &self.features else {
            return Ok(());
        };
        let needed = operation.features();
        if needed.is_empty() || needed.iter().any(|feature| own.contains(*feature)) {
            return Ok(());
        }
        let own = if own.is_empty() {
            "none".to_owned()
        } else {
            format!(
                "`{}`",
                own.iter()
                    .map(String::as_str)
                    .collect::<Vec<_>>()
                    .join("`, `")
            )
        };
        let reason = format!(
            "it needs an API client with feature `{}`; this one was said to have {own}: use the \
             credentials of another API client",
            needed.join("` or `")
        );
        Err(Failure::new(ErrorKind::MissingFeature, reason))
    }

    /// Waits until no other write of this client is under way on the same resource.
    async fn await_turn(
        &self,
        operation: &Operation,
        path: PathValues,
        deadline: Instant,
    ) -> Result<Option<WriteGuard>, Failure> {
        let names = operation.serialize_by();
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

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core")
            .field("api", &self.settings.api.name)
            .field("base_url", &self.base_url)
            .field("credentials", &self.settings.credentials)
            .field("features", &self.settings.features)
            .finish_non_exhaustive()
    }
}
