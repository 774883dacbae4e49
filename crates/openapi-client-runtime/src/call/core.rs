//! What a generated client sends its requests through.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use futures_core::future::BoxFuture;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::call::addresses::path_below;
use crate::call::attempts::{Attempts, Template};
use crate::call::prepare;
use crate::call::queue::WriteGuard;
use crate::call::request::{Request, Requests};
use crate::call::response::Answer;
use crate::call::scope::Scope;
use crate::call::settings::Settings;
use crate::facts::pagination::PaginationStyle;
use crate::values::time::after;
use crate::wire::credential::Chosen;
use crate::wire::default_headers::DefaultHeaders;
use crate::wire::path::{self, PathFault, PathValues};
use crate::{BuildError, CallOptions, Failure, Operation, RawResponse};

/// The transport of a generated client. Clones share connections, credentials, write queues, rate
/// limits and the retry budget.
///
/// A generated client holds one and shares it: cloning it is cheap.
///
/// ```no_run
/// use openapi_client_runtime::{Api, Core, Error, Method, JsonValue};
///
/// # static API: Api = Api::new("things-client", "1.0.0");
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let core = Core::builder(&API).base_url("https://api.example.com").build()?;
/// let count = |path: &'static str| {
///     let core = core.clone();
///     async move {
///         let things = core.request(Method::Get, path).send::<Vec<JsonValue>>().await?;
///         Ok::<usize, Error<JsonValue>>(things.len())
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

/// Where a request goes, and with whose credentials.
pub(crate) enum Target {
    /// Where its operation says, which its URL must prove.
    Operation,
    /// Below the base URL, with the credentials of these schemes, else the usual ones.
    ByHand(Option<Vec<String>>),
    /// Wherever it says, with what is on it.
    #[cfg(feature = "oauth")]
    Endpoint,
}

/// A request that has been proved to go where it may, and what goes with it.
struct Proved<'a> {
    url: Url,
    credentials: Chosen<'a>,
    /// The values by which writes wait for each other.
    path: PathValues,
    /// The base URL of the operation.
    base: Cow<'a, Url>,
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

    /// Starts a request. Only generated code calls it.
    #[doc(hidden)]
    #[allow(clippy::unused_self, reason = "requests of a client")]
    pub const fn requests(&self) -> Requests {
        Requests
    }

    /// A clone that sends another value for a header of
    /// [`default_header`](crate::CoreBuilder::default_header); it shares everything else.
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

    /// Checks, completes and sends the request of an operation. Only generated code calls it.
    ///
    /// # Errors
    ///
    /// When the call is refused before sending (a path parameter that would leave its segment, a
    /// missing credential, scope or feature, a full queue, a limit used up) and when no reply
    /// arrives. Replies of every status are successes here.
    #[doc(hidden)]
    pub fn execute(
        &self,
        request: Request,
        operation: &'static Operation,
        options: CallOptions,
    ) -> BoxFuture<'static, Result<RawResponse, Failure>> {
        self.send_to(Target::Operation, request, operation, options)
    }

    /// Sends a request to its target. The future has a place of its own, so that those of callers stay
    /// small, and a share of the client.
    pub(crate) fn send_to(
        &self,
        target: Target,
        request: Request,
        operation: &'static Operation,
        options: CallOptions,
    ) -> BoxFuture<'static, Result<RawResponse, Failure>> {
        let core = self.clone();
        Box::pin(async move {
            let settings = &*core.settings;
            let mut scope = Scope::start(operation, &settings.observers);
            let sent = match (settings.prove(&target, &request, operation), scope.span()) {
                (Ok(proved), None) => core.send(proved, request, &options, &mut scope).await,
                (Ok(proved), Some(span)) => {
                    let sending = core.send(proved, request, &options, &mut scope);
                    Box::pin(span.run(sending)).await
                }
                (Err(failure), _) => Err(failure),
            };
            match sent {
                Ok((answer, guard)) => {
                    scope.answered(&answer.reply);
                    let limit = settings.response_body_limit;
                    Ok(RawResponse::new(answer, limit, guard, scope))
                }
                Err(failure) => {
                    scope.failed(failure.kind());
                    Err(failure.of(operation))
                }
            }
        })
    }

    async fn send(
        &self,
        proved: Proved<'_>,
        mut request: Request,
        options: &CallOptions,
        scope: &mut Scope,
    ) -> Result<(Answer, Option<WriteGuard>), Failure> {
        let Proved {
            mut url,
            credentials,
            path,
            base,
        } = proved;
        let (settings, operation) = (&*self.settings, scope.operation());
        let set = options.set();
        prepare::prepare(
            &mut request,
            operation,
            set.is_some_and(|set| set.skips_limits),
        )?;
        let Request {
            method,
            mut headers,
            body,
            ..
        } = request;
        options.put_headers(&mut headers)?;
        self.default_headers.fill(&mut headers, operation);
        let limiter = Some(&settings.limiter).filter(|limiter| limiter.is_on());
        let class_of = |url: &Url| limiter?.class(path_below(&base, url)?);
        let mut class = class_of(&url);
        if let Some(page) = options.page() {
            page.apply(settings.api, &base, &mut url)?;
            class = class_of(&url).or(class);
        }
        let has_key = put_idempotency_key(&mut headers, operation, options)?;
        credentials.strip(settings.api, &mut headers);

        let links = operation
            .pagination()
            .filter(|list| list.style() == PaginationStyle::Link);
        let page_url = links.map(|_| Box::new(without_query(&url)));
        let timeout = set.and_then(|set| set.timeout).unwrap_or(settings.timeout);
        let deadline = after(scope.started(), timeout);
        let guard = settings.await_turn(operation, path, deadline).await?;
        let policy = set
            .and_then(|set| set.retry.as_ref())
            .unwrap_or(&settings.retry);
        let attempt_timeout = set.and_then(|set| set.attempt_timeout);
        let template = Template {
            method: method.into(),
            url: Some(url),
            headers,
            accept: prepare::accept(operation),
            user_agent: settings.user_agent.clone(),
            body,
            form: set.and_then(|set| set.form.as_ref()),
            is_kept: policy.max_attempts > 1 || credentials.may_renew(),
        };
        let attempts = Attempts {
            settings,
            operation,
            credentials,
            policy,
            class,
            has_key,
            streams: operation.streams() || set.is_some_and(|set| set.streams),
            attempt_timeout: attempt_timeout.or(settings.attempt_timeout),
            deadline,
            scope,
        };
        let mut answer = attempts.run(template).await?;
        if page_url.is_some() {
            answer.reply.rare_mut().url = page_url;
        }
        Ok((answer, guard))
    }
}

impl Settings {
    /// Decides whether a request may go where it says, and with which credentials.
    fn prove<'a>(
        &'a self,
        target: &Target,
        request: &Request,
        operation: &'static Operation,
    ) -> Result<Proved<'a>, Failure> {
        let url = request.parsed_url()?;
        let (own, api) = (&self.credentials, self.api);
        match target {
            Target::Operation => {
                let base = self.addresses.of(operation)?;
                let path = path_values(&base, &url, operation)?;
                self.check_requirements(operation)?;
                let credentials = own.choose(api, operation.security())?;
                Ok(Proved {
                    url,
                    credentials,
                    path,
                    base,
                })
            }
            Target::ByHand(schemes) => {
                let base = self.addresses.base()?;
                if path_below(base, &url).is_none() {
                    return Err(Failure::invalid(
                        "its path does not begin with a slash, or leads out of the base URL",
                    ));
                }
                let credentials = match schemes {
                    Some(names) => own.choose_named(api, names)?,
                    None => own.choose_usual(api)?,
                };
                Ok(Proved {
                    url,
                    credentials,
                    path: PathValues::new(),
                    base: Cow::Borrowed(base),
                })
            }
            #[cfg(feature = "oauth")]
            Target::Endpoint => Ok(Proved {
                url,
                credentials: Chosen::keep(),
                path: PathValues::new(),
                base: Cow::Borrowed(self.addresses.base()?),
            }),
        }
    }
}

/// A query may hold an API key; user info never gets into our URLs, but costs nothing to drop.
fn without_query(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // These fail only for URLs without a host, which have no user info either.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
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
    // Only writes that wait for each other need the values.
    let values = if operation.locks().is_empty() {
        path::prove(operation.path(), path).map(|()| PathValues::new())
    } else {
        path::recover(operation.path(), path)
    };
    values.map_err(|fault| match fault {
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
    headers: &mut HeaderMap,
    operation: &Operation,
    options: &CallOptions,
) -> Result<bool, Failure> {
    let Some(name) = operation.idempotency_key() else {
        return match options.own_idempotency_key() {
            Some(_) => Err(Failure::invalid("the operation takes no idempotency key")),
            None => Ok(false),
        };
    };
    let name = HeaderName::try_from(name)
        .map_err(|_| Failure::invalid(format!("`{name}` is not a header name")))?;
    let key = match options.own_idempotency_key() {
        Some(key) => checked_key(key.as_bytes())?,
        None => match headers.get(&name) {
            Some(key) => checked_key(key.as_bytes())?,
            None => uuid::Uuid::new_v4().to_string(),
        },
    };
    let key = HeaderValue::try_from(key)
        .map_err(|_| Failure::invalid("the idempotency key is not a header value"))?;
    headers.insert(name, key);
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
            .field("granted", &self.settings.granted)
            .finish_non_exhaustive()
    }
}
