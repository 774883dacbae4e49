//! What a generated client sends its requests through.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use reqwest::Request;
use reqwest::header::{HeaderName, HeaderValue, USER_AGENT};
use tokio::time::Instant;
use url::Url;

use crate::call::addresses::path_below;
use crate::call::attempts::Attempts;
use crate::call::observer::{Outcome, Watch};
use crate::call::prepare;
use crate::call::queue::WriteGuard;
use crate::call::response::Answer;
use crate::call::settings::Settings;
use crate::call::trace::Call;
use crate::values::time::after;
use crate::wire::credential::Chosen;
use crate::wire::default_headers::DefaultHeaders;
use crate::wire::path::{self, PathFault, PathValues};
use crate::wire::query;
use crate::{BuildError, CallOptions, Failure, Operation, RawResponse};

/// The transport of a generated client. Clones share connections, credentials, write queues, rate
/// limits and the retry budget.
///
/// A generated client holds one and shares it: cloning it is cheap.
///
/// ```no_run
/// use openapi_client_runtime::{Api, Core, Error, Method, RawValue};
///
/// # static API: Api = Api::new("things-client", "1.0.0");
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let core = Core::builder(&API).base_url("https://api.example.com").build()?;
/// let count = |path: &'static str| {
///     let core = core.clone();
///     async move {
///         let things = core.request(Method::Get, path).send::<Vec<RawValue>>().await?;
///         Ok::<usize, Error<RawValue>>(things.len())
///     }
/// };
/// let (cats, dogs) = tokio::try_join!(count("/cats"), count("/dogs"))?;
/// println!("{cats} cats, {dogs} dogs");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Core {
    settings: Arc<Settings>,
    base_url: Arc<str>,
    default_headers: Arc<DefaultHeaders>,
}

/// A request on its way to its attempts.
struct Outgoing<'a> {
    request: Request,
    operation: &'static Operation,
    options: &'a CallOptions,
    credentials: Chosen<'a>,
    /// The values by which writes wait for each other.
    path: PathValues,
    /// The base URL of the operation.
    base: Cow<'a, Url>,
    /// The path below that.
    below_base: String,
}

impl Core {
    pub(crate) fn new(settings: Settings, default_headers: DefaultHeaders) -> Self {
        let base_url = settings.addresses.base.as_ref().map_or("", Url::as_str);
        Self {
            base_url: base_url.trim_end_matches('/').into(),
            settings: Arc::new(settings),
            default_headers: Arc::new(default_headers),
        }
    }

    /// The base URL, without a slash at its end; empty where the client was given none.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The base URL, for calls that the document does not know.
    pub(crate) fn base(&self) -> Result<&str, Failure> {
        self.settings.addresses.base()?;
        Ok(&self.base_url)
    }

    /// The address that requests of an operation start with, without a slash at its end. Only
    /// generated code calls it, for an operation that may have a server of its own.
    ///
    /// # Errors
    ///
    /// When the document has no server for it in the environment of the client.
    #[doc(hidden)]
    pub fn address_of(&self, operation: &'static Operation) -> Result<String, Failure> {
        let url = self.settings.addresses.of(operation)?;
        Ok(url.as_str().trim_end_matches('/').to_owned())
    }

    /// The HTTP client that requests are built with.
    pub fn http_client(&self) -> &reqwest::Client {
        &self.settings.http_client
    }

    /// A clone that sends another value for a header of
    /// [`default_header`](CoreBuilder::default_header); it shares everything else.
    ///
    /// # Errors
    ///
    /// When the value cannot be sent as a header.
    ///
    /// ```
    /// # use openapi_client_runtime::{BuildError, Core};
    /// /// A client for one of many users, with the connections and limits of all.
    /// fn for_user(core: &Core, zone: &str) -> Result<Core, BuildError> {
    ///     core.with_default_header("X-Zone", zone)
    /// }
    /// ```
    pub fn with_default_header(&self, name: &str, value: &str) -> Result<Self, BuildError> {
        let mut core = self.clone();
        Arc::make_mut(&mut core.default_headers).set(name, value)?;
        Ok(core)
    }

    /// Checks, completes and sends the request of an operation.
    ///
    /// # Errors
    ///
    /// When the call is refused before sending (a path parameter that would leave its segment, a
    /// missing credential, scope or feature, a full queue, a limit used up) and when no reply
    /// arrives. Replies of every status are successes here.
    pub async fn execute(
        &self,
        mut request: Request,
        operation: &'static Operation,
        options: CallOptions,
    ) -> Result<RawResponse, Failure> {
        query::finish(request.url_mut());
        let outgoing = || {
            let settings = &*self.settings;
            let base = settings.addresses.of(operation)?;
            let below_base = path_below(&base, request.url()).unwrap_or_default();
            let path = path_values(&base, request.url(), operation)?;
            settings.check_features(operation)?;
            settings.check_trust(operation)?;
            Ok(Outgoing {
                credentials: settings
                    .credentials
                    .choose(settings.api, operation.security())?,
                request,
                operation,
                options: &options,
                path,
                base,
                below_base,
            })
        };
        self.perform(operation, outgoing).await
    }

    /// Sends a request that no operation of the document describes, with these credentials.
    pub(crate) async fn execute_raw(
        &self,
        request: Request,
        operation: &'static Operation,
        options: CallOptions,
        credentials: Option<&[String]>,
    ) -> Result<RawResponse, Failure> {
        let outgoing = || {
            let (own, api) = (&self.settings.credentials, self.settings.api);
            let base = self.settings.addresses.base()?;
            let below_base = path_below(base, request.url()).ok_or_else(|| {
                Failure::invalid(
                    "its path does not begin with a slash, or leads out of the base URL",
                )
            })?;
            Ok(Outgoing {
                credentials: match credentials {
                    Some(names) => own.choose_named(api, names)?,
                    None => own.choose_usual(api)?,
                },
                request,
                operation,
                options: &options,
                path: PathValues::new(),
                base: Cow::Borrowed(base),
                below_base,
            })
        };
        self.perform(operation, outgoing).await
    }

    /// Sends a request to wherever it says, without the client's credentials.
    #[cfg(feature = "oauth")]
    pub(crate) async fn execute_at(
        &self,
        request: Request,
        operation: &'static Operation,
        options: CallOptions,
    ) -> Result<RawResponse, Failure> {
        let outgoing = || {
            let base = self.settings.addresses.base()?;
            Ok(Outgoing {
                below_base: path_below(base, request.url()).unwrap_or_default(),
                base: Cow::Borrowed(base),
                request,
                operation,
                options: &options,
                credentials: Chosen::keep(),
                path: PathValues::new(),
            })
        };
        self.perform(operation, outgoing).await
    }

    async fn perform<'a>(
        &'a self,
        operation: &'static Operation,
        outgoing: impl FnOnce() -> Result<Outgoing<'a>, Failure>,
    ) -> Result<RawResponse, Failure> {
        let call = Call::start(operation);
        let mut watch = Watch::start(&self.settings.observers, operation);
        let sent = match outgoing() {
            Ok(outgoing) => call.run(self.send(outgoing, &call, &mut watch)).await,
            Err(failure) => Err(failure),
        };
        watch.end(match &sent {
            Ok((answer, ..)) => Outcome::Answered(answer.reply.status),
            Err(failure) => Outcome::Failed(failure.kind()),
        });
        match sent {
            Ok((answer, guard, url)) => {
                let limit = self.settings.response_body_limit;
                Ok(RawResponse::new(
                    answer, operation, &url, limit, guard, call,
                ))
            }
            Err(failure) => {
                call.failed(failure.kind());
                Err(failure.of(operation))
            }
        }
    }

    async fn send(
        &self,
        outgoing: Outgoing<'_>,
        call: &Call,
        watch: &mut Watch,
    ) -> Result<(Answer, Option<WriteGuard>, Url), Failure> {
        let Outgoing {
            mut request,
            operation,
            options,
            credentials,
            path,
            base,
            mut below_base,
        } = outgoing;
        let settings = &*self.settings;
        prepare::prepare(&mut request, operation)?;
        options.put_headers(request.headers_mut())?;
        self.default_headers.fill(request.headers_mut(), operation);
        if let Some(page) = options.page() {
            page.apply(settings.api, &base, &mut request)?;
            below_base = path_below(&base, request.url()).unwrap_or(below_base);
        }
        let url = request.url().clone();
        let agent = settings.user_agent.clone();
        request.headers_mut().insert(USER_AGENT, agent);
        let has_key = put_idempotency_key(&mut request, operation, options)?;

        let deadline = after(Instant::now(), options.timeout.unwrap_or(settings.timeout));
        let guard = settings.await_turn(operation, path, deadline).await?;
        let attempts = Attempts {
            settings,
            operation,
            credentials,
            form: options.form.as_ref(),
            policy: options.retry.as_ref().unwrap_or(&settings.retry),
            path: below_base,
            has_key,
            streams: operation.streams() || options.streams,
            attempt_timeout: options.attempt_timeout.or(settings.attempt_timeout),
            deadline,
            watch,
        };
        Ok((attempts.run(request, call).await?, guard, url))
    }
}

/// Reads the path parameters back from the URL, which proves that the request goes where the
/// operation says.
fn path_values(
    base: &Url,
    url: &Url,
    operation: &'static Operation,
) -> Result<PathValues, Failure> {
    let elsewhere = || {
        Failure::invalid(format!(
            "its URL does not match {} under the base URL, so that it would call something else",
            operation.path()
        ))
    };
    let path = path_below(base, url).ok_or_else(elsewhere)?;
    path::recover(operation.path(), &path).map_err(|fault| match fault {
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

/// Sees to the key that makes a retry safe: the one that is on the request already, that of the
/// options, or a random one (a version 4 UUID, RFC 9562). Whether there is one.
fn put_idempotency_key(
    request: &mut Request,
    operation: &Operation,
    options: &CallOptions,
) -> Result<bool, Failure> {
    let Some(name) = operation.idempotency_key() else {
        return match options.idempotency_key {
            Some(_) => Err(Failure::invalid("the operation takes no idempotency key")),
            None => Ok(false),
        };
    };
    let name = HeaderName::try_from(name)
        .map_err(|_| Failure::invalid(format!("`{name}` is not a header name")))?;
    let key = match &options.idempotency_key {
        Some(key) => checked_key(key.as_bytes())?,
        None => match request.headers().get(&name) {
            Some(key) => checked_key(key.as_bytes())?,
            None => uuid::Uuid::new_v4().to_string(),
        },
    };
    let key = HeaderValue::try_from(key)
        .map_err(|_| Failure::invalid("the idempotency key is not a header value"))?;
    request.headers_mut().insert(name, key);
    Ok(true)
}

/// What every server takes: 1 to 255 printable ASCII characters.
fn checked_key(key: &[u8]) -> Result<String, Failure> {
    let fits = (1..=255).contains(&key.len()) && key.iter().all(u8::is_ascii_graphic);
    if fits {
        Ok(key.iter().copied().map(char::from).collect())
    } else {
        Err(Failure::invalid(
            "the idempotency key must be 1 to 255 visible ASCII characters without blanks",
        ))
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
