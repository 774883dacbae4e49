//! How a client is configured.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::call::addresses::Addresses;
use crate::call::core::Core;
use crate::call::limiter::Limiter;
use crate::call::queue::WriteQueue;
use crate::call::retry::RetryBudget;
use crate::call::settings::Settings;
use crate::error::build_error::{BuildError, Fault};
use crate::facts::api::{Api, Scheme};
#[cfg(feature = "oauth")]
use crate::values::time::CENTURY;
use crate::wire::credential::{Credential, Credentials};
use crate::wire::default_headers::DefaultHeaders;
use crate::wire::http_client::HttpSettings;
use crate::wire::loopback::is_loopback;
use crate::wire::redact::AllowList;
use crate::wire::user_agent::Caller;
use crate::{Middleware, Observer, RateLimiting, RetryPolicy};

/// Configures a [`Core`]; made by [`Core::builder`].
///
/// Nothing is read from the environment unless [`CoreBuilder::env`] is called, but for how the
/// network is reached: the proxy, unless [`proxy_from_env`](Self::proxy_from_env) says otherwise, and
/// `SSL_CERT_FILE` and `SSL_CERT_DIR`, where TLS looks for root certificates.
///
/// The builder of a generated client has the same methods, and one more for each security scheme.
///
/// ```
/// use std::time::Duration;
/// use openapi_client_runtime::{Api, Core, Credential, RetryPolicy, Scheme, SchemeKind};
///
/// # static API: Api = Api::new("things-client", "1.0.0")
/// #     .schemes(&[Scheme::new("token", SchemeKind::HttpBearer, "token")]);
/// let core = Core::builder(&API)
///     .base_url("https://api.example.com/v1")
///     .credential("token", Credential::bearer("t0ken"))
///     .timeout(Duration::from_secs(20))
///     .retry(RetryPolicy::new().max_attempts(5))
///     .response_body_limit(1024 * 1024)
///     .user_agent("my-tool/1.2")
///     .build()?;
/// assert_eq!(core.base_url(), "https://api.example.com/v1");
/// # Ok::<(), openapi_client_runtime::BuildError>(())
/// ```
#[derive(Clone)]
pub struct CoreBuilder {
    api: &'static Api,
    base_url: Option<String>,
    /// Name and address of an environment of the document.
    chosen: Option<(&'static str, &'static str)>,
    credentials: Vec<(String, Credential)>,
    granted: BTreeMap<String, Vec<String>>,
    timeout: Duration,
    attempt_timeout: Option<Duration>,
    response_body_limit: usize,
    retry: RetryPolicy,
    retry_budget: u32,
    rate_limiting: RateLimiting,
    max_redirects: u32,
    middlewares: Vec<Arc<dyn Middleware>>,
    observers: Vec<Arc<dyn Observer>>,
    shown_headers: Vec<String>,
    shown_query: Vec<String>,
    default_headers: Vec<(String, String)>,
    caller: Caller,
    http: HttpSettings,
    allow_insecure_http: bool,
    max_queued_writes: usize,
    environment: Environment,
}

impl Core {
    /// Starts the configuration of a client of `api`.
    pub fn builder(api: &'static Api) -> CoreBuilder {
        CoreBuilder::new(api)
    }
}

type Environment = Arc<dyn Fn(&str) -> Option<OsString> + Send + Sync>;

impl CoreBuilder {
    /// Time to connect, TLS included, unless set otherwise: 10 seconds.
    pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
    /// Longest silence while a reply is read, unless set otherwise: 30 seconds.
    pub const DEFAULT_READ_TIMEOUT: Duration = Duration::from_secs(30);
    /// Time of a whole call, unless set otherwise: 60 seconds.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);
    /// Most bytes of a reply held in memory, unless set otherwise: 32 MiB.
    pub const DEFAULT_RESPONSE_BODY_LIMIT: usize = 32 * 1024 * 1024;
    /// Most writes waiting for one resource, unless set otherwise: 64.
    pub const DEFAULT_MAX_QUEUED_WRITES: usize = 64;
    /// Retry budget, unless set otherwise: 500, which is good for 100 retries in a row.
    pub const DEFAULT_RETRY_BUDGET: u32 = 500;

    pub(crate) fn new(api: &'static Api) -> Self {
        Self {
            api,
            base_url: None,
            chosen: None,
            credentials: Vec::new(),
            granted: BTreeMap::new(),
            timeout: Self::DEFAULT_TIMEOUT,
            attempt_timeout: None,
            response_body_limit: Self::DEFAULT_RESPONSE_BODY_LIMIT,
            retry: RetryPolicy::new(),
            retry_budget: Self::DEFAULT_RETRY_BUDGET,
            rate_limiting: RateLimiting::default(),
            max_redirects: 0,
            middlewares: Vec::new(),
            observers: Vec::new(),
            shown_headers: Vec::new(),
            shown_query: Vec::new(),
            default_headers: Vec::new(),
            caller: Caller::default(),
            http: HttpSettings {
                connect_timeout: Self::DEFAULT_CONNECT_TIMEOUT,
                read_timeout: Self::DEFAULT_READ_TIMEOUT,
                proxy_from_env: true,
                root_certificates: Vec::new(),
                adjust: None,
            },
            allow_insecure_http: false,
            max_queued_writes: Self::DEFAULT_MAX_QUEUED_WRITES,
            environment: Arc::new(|name| std::env::var_os(name)),
        }
    }

    /// Where the API is: scheme, host and, where there is one, the base path. It wins over an
    /// environment, and over the servers that operations have of their own: all calls go there.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// An environment of the document: its name, and where it begins. The operations that have
    /// servers of their own go to those of this environment.
    ///
    /// ```
    /// use openapi_client_runtime::{Api, Core};
    ///
    /// # static API: Api = Api::new("things-client", "1.0.0");
    /// // The builder of a generated client has a type for them: `.environment(Environment::Beta)`.
    /// let builder = Core::builder(&API).environment("beta", "https://beta.example.com");
    /// assert_eq!(builder.clone().build()?.base_url(), "https://beta.example.com");
    ///
    /// // A test goes elsewhere with everything, in whatever order the two are set.
    /// let builder = Core::builder(&API).base_url("http://127.0.0.1:4010");
    /// let core = builder.environment("beta", "https://beta.example.com").build()?;
    /// assert_eq!(core.base_url(), "http://127.0.0.1:4010");
    /// # Ok::<(), openapi_client_runtime::BuildError>(())
    /// ```
    #[must_use]
    pub fn environment(mut self, name: &'static str, url: &'static str) -> Self {
        self.chosen = Some((name, url));
        self
    }

    /// The credential for a security scheme of the document; the last one set counts.
    #[must_use]
    pub fn credential(mut self, scheme_name: impl Into<String>, credential: Credential) -> Self {
        self.credentials.push((scheme_name.into(), credential));
        self
    }

    /// What whoever stands behind the credentials has of a [`Requirement`](crate::Requirement). Once it
    /// is said, operations that need another value are refused locally; with no value at all, all that
    /// have the requirement.
    ///
    /// ```
    /// use openapi_client_runtime::{Api, Core};
    ///
    /// # static API: Api = Api::new("things-client", "1.0.0");
    /// // The builder of a generated client has a method for each: `.features(["export"])`.
    /// let core = Core::builder(&API)
    ///     .base_url("https://api.example.com")
    ///     .granted("features", ["export"])
    ///     .build()?;
    /// # let _ = core;
    /// # Ok::<(), openapi_client_runtime::BuildError>(())
    /// ```
    #[must_use]
    pub fn granted(
        mut self,
        requirement: impl Into<String>,
        values: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        self.granted.insert(requirement.into(), values);
        self
    }

    /// Time to connect; [default](Self::DEFAULT_CONNECT_TIMEOUT).
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.http.connect_timeout = timeout;
        self
    }

    /// Longest silence while a reply is read; [default](Self::DEFAULT_READ_TIMEOUT).
    #[must_use]
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.http.read_timeout = timeout;
        self
    }

    /// Time of a whole call, from waiting for earlier writes over all attempts and the waits
    /// between them to the last byte of the reply (to its head, where the reply is a byte stream);
    /// [default](Self::DEFAULT_TIMEOUT).
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Time of one attempt of a call; without it, only that of the whole call counts.
    #[must_use]
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// How often and how patiently calls are retried.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// What all calls of the client and its clones may spend on retries: a retry costs 5, after a
    /// timeout 10, and a success gives 1 back. [Default](Self::DEFAULT_RETRY_BUDGET).
    #[must_use]
    pub fn retry_budget(mut self, budget: u32) -> Self {
        self.retry_budget = budget;
        self
    }

    /// What the client does about the limits that the document states: wait, unless set otherwise.
    #[must_use]
    pub fn rate_limiting(mut self, mode: RateLimiting) -> Self {
        self.rate_limiting = mode;
        self
    }

    /// Follows up to `max` redirections in an attempt; without this, none. Credentials never go to
    /// another scheme, host or port; a redirection from `https` to `http`, or with a body to
    /// another origin, is not followed.
    #[must_use]
    pub fn follow_redirects(mut self, max: u32) -> Self {
        self.max_redirects = max;
        self
    }

    /// Adds middleware for all requests. The first one added is the outermost.
    #[must_use]
    pub fn middleware(mut self, middleware: impl Middleware) -> Self {
        self.middlewares.push(Arc::new(middleware));
        self
    }

    /// Registers an observer of calls and attempts, for metrics.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicU32, Ordering};
    /// use openapi_client_runtime::{Api, Core, Event, Observer, Operation};
    ///
    /// #[derive(Default)]
    /// struct Calls(AtomicU32);
    ///
    /// impl Observer for Calls {
    ///     fn observe(&self, _operation: &'static Operation, event: Event) {
    ///         if matches!(event, Event::CallEnded { .. }) {
    ///             self.0.fetch_add(1, Ordering::Relaxed);
    ///         }
    ///     }
    /// }
    ///
    /// # static API: Api = Api::new("things-client", "1.0.0");
    /// let calls = Arc::new(Calls::default()); // shared, to be read later
    /// let core = Core::builder(&API)
    ///     .base_url("https://api.example.com")
    ///     .observer(Arc::clone(&calls))
    ///     .build()?;
    /// assert_eq!(calls.0.load(Ordering::Relaxed), 0);
    /// # let _ = core;
    /// # Ok::<(), openapi_client_runtime::BuildError>(())
    /// ```
    #[must_use]
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observers.push(Arc::new(observer));
        self
    }

    /// Shows the values of these headers, of requests and replies, in traces. A few that never hold
    /// a secret are shown anyway; headers for credentials never are.
    #[must_use]
    pub fn trace_headers(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.shown_headers.extend(names.into_iter().map(Into::into));
        self
    }

    /// Shows the values of these query parameters in traces; without this, none. Parameters for
    /// credentials are never shown.
    ///
    /// ```
    /// use openapi_client_runtime::{Api, Core};
    ///
    /// # static API: Api = Api::new("things-client", "1.0.0");
    /// let core = Core::builder(&API)
    ///     .base_url("https://api.example.com")
    ///     .trace_headers(["x-cache"])
    ///     .trace_query(["limit", "offset"])
    ///     .build()?;
    /// # let _ = core;
    /// # Ok::<(), openapi_client_runtime::BuildError>(())
    /// ```
    #[must_use]
    pub fn trace_query(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.shown_query.extend(names.into_iter().map(Into::into));
        self
    }

    /// Sends a header with every operation that takes it from the client
    /// ([`Operation::default_headers`](crate::Operation::default_headers)), unless a call sets
    /// another value; the last one set counts. It has to be printable ASCII.
    ///
    /// ```
    /// use openapi_client_runtime::{Api, Core};
    ///
    /// # static API: Api = Api::new("things-client", "1.0.0");
    /// let core = Core::builder(&API)
    ///     .base_url("https://api.example.com")
    ///     .default_header("X-Zone", "Europe/Berlin")
    ///     .build()?;
    /// # let _ = core;
    /// # Ok::<(), openapi_client_runtime::BuildError>(())
    /// ```
    #[must_use]
    pub fn default_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.default_headers.push((name.into(), value.into()));
        self
    }

    /// Most bytes of a reply held in memory; [default](Self::DEFAULT_RESPONSE_BODY_LIMIT). Byte
    /// streams are not held in memory and not limited.
    #[must_use]
    pub fn response_body_limit(mut self, bytes: usize) -> Self {
        self.response_body_limit = bytes;
        self
    }

    /// Your product, such as `my-tool/1.2`: it is put before our own `User-Agent`.
    #[must_use]
    pub fn user_agent(mut self, product: impl Into<String>) -> Self {
        self.caller.product = Some(product.into());
        self
    }

    /// Name and version of your library or program, for an API that demands them in its
    /// `User-Agent`; without this, those of the generated crate. [`build`](Self::build) refuses a
    /// name or version that is blank, or holds what would end its place in the header: a line
    /// break, comma, semicolon, quotation mark, backslash, parenthesis or brace.
    ///
    /// ```
    /// use openapi_client_runtime::{Api, Core};
    ///
    /// static API: Api = Api::new("things-client", "1.0.0")
    ///     .user_agent("ThingsClient ({library}, {version})");
    ///
    /// // User-Agent: ThingsClient (my-shop, 4.1)
    /// let builder = Core::builder(&API).base_url("https://api.example.com");
    /// assert!(builder.clone().library("my-shop", "4.1").build().is_ok());
    /// assert!(builder.library("my-shop (new)", "4.1").build().is_err());
    /// ```
    #[must_use]
    pub fn library(mut self, name: impl Into<String>, version: impl Into<String>) -> Self {
        self.caller.library = Some((name.into(), version.into()));
        self
    }

    /// Whether calls over `https://` go through the proxy that the environment names, as `curl` and
    /// others do: `HTTPS_PROXY`, else `ALL_PROXY`, but for the hosts in `NO_PROXY`, all of them also in
    /// lower case. They do, unless set otherwise.
    ///
    /// The proxy sees which host is called and nothing else. A call over `http://` never goes through
    /// it, because it would see the credentials; a proxy of your own is set with
    /// [`http_client`](Self::http_client).
    ///
    /// ```
    /// use openapi_client_runtime::{Api, Core};
    ///
    /// # static API: Api = Api::new("things-client", "1.0.0");
    /// let core = Core::builder(&API)
    ///     .base_url("https://api.example.com")
    ///     .proxy_from_env(false)
    ///     .build()?;
    /// # let _ = core;
    /// # Ok::<(), openapi_client_runtime::BuildError>(())
    /// ```
    #[must_use]
    pub fn proxy_from_env(mut self, honoured: bool) -> Self {
        self.http.proxy_from_env = honoured;
        self
    }

    /// Changes the HTTP client that requests are sent with, for proxies of your own, client
    /// certificates and the like; the last one set counts. What `adjust` sets wins over the settings
    /// here, but for redirections: those are followed as [`follow_redirects`](Self::follow_redirects)
    /// says, or not at all, so that no credential goes elsewhere. With a resolver of names of your own,
    /// see to it that `localhost` and what is below it stay on this machine.
    ///
    /// ```
    /// use openapi_client_runtime::{Api, Core, reqwest_0_13 as reqwest};
    ///
    /// # static API: Api = Api::new("things-client", "1.0.0");
    /// let proxy = reqwest::Proxy::https("http://proxy.example.com:3128")?;
    /// let core = Core::builder(&API)
    ///     .base_url("https://api.example.com")
    ///     .http_client(move |http| http.proxy(proxy.clone()).pool_max_idle_per_host(4))
    ///     .build()?;
    /// # let _ = core;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "reqwest-0_13")]
    #[must_use]
    pub fn http_client(
        mut self,
        adjust: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.http.adjust = Some(Arc::new(adjust));
        self
    }

    /// Trusts one more root certificate, in PEM; a bundle adds all of its certificates.
    ///
    /// ```no_run
    /// use openapi_client_runtime::{Api, Core};
    ///
    /// # static API: Api = Api::new("things-client", "1.0.0");
    /// let core = Core::builder(&API)
    ///     .base_url("https://api.intranet.example")
    ///     .add_root_certificate(std::fs::read("company-ca.pem")?)
    ///     .build()?;
    /// # let _ = core;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn add_root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.http.root_certificates.push(pem.into());
        self
    }

    /// Allows `http://` for hosts other than this machine: credentials then travel in the clear.
    #[must_use]
    pub fn allow_insecure_http(mut self) -> Self {
        self.allow_insecure_http = true;
        self
    }

    /// Most writes waiting for one resource before further ones are refused;
    /// [default](Self::DEFAULT_MAX_QUEUED_WRITES).
    #[must_use]
    pub fn max_queued_writes(mut self, writes: usize) -> Self {
        self.max_queued_writes = writes;
        self
    }

    /// OAuth 2.0 for an application, as the document describes it at the scheme of that name. It has
    /// the settings of this builder, without its credentials, as they are now: set the base URL
    /// first.
    ///
    /// # Errors
    ///
    /// When the document does not say where the scheme's tokens come from, when the configuration
    /// cannot be used, or an endpoint is no URL that secrets may be sent to; and for what
    /// [`CoreBuilder::build`] refuses.
    #[cfg(feature = "oauth")]
    pub fn oauth(
        &self,
        scheme_name: &str,
        config: crate::OAuthConfig,
    ) -> Result<crate::OAuth, BuildError> {
        let scheme = self.known_scheme(scheme_name)?;
        let fault = |reason| Fault::OAuth {
            scheme: scheme.name,
            reason,
        };
        let endpoints = scheme
            .oauth
            .ok_or_else(|| fault("the document does not say where its tokens come from".into()))?;
        let mut builder = self.clone();
        builder.credentials.clear();
        builder.granted.clear();
        builder.max_redirects = 0;
        // A renewed token may lie there for long before somebody reads it; the timeout of the whole
        // call bounds all others.
        builder.http.read_timeout = CENTURY;
        let setup = crate::features::oauth::Setup {
            scheme: scheme.name,
            endpoints,
            base_url: self.checked_base_url()?.ok_or(Fault::NoBaseUrl)?,
            core: builder.build()?,
            allow_insecure_http: self.allow_insecure_http,
            timeout: self.timeout,
        };
        Ok(crate::OAuth::new(setup, config).map_err(fault)?)
    }

    /// Where [`CoreBuilder::env`] looks, instead of the environment of the process.
    #[must_use]
    pub fn env_source(
        mut self,
        source: impl Fn(&str) -> Option<OsString> + Send + Sync + 'static,
    ) -> Self {
        self.environment = Arc::new(source);
        self
    }

    /// The environment variable `{PREFIX}_{suffix}`; an empty one counts as unset.
    ///
    /// # Errors
    ///
    /// When its value is not Unicode.
    ///
    /// # Example
    ///
    /// ```
    /// use openapi_client_runtime::{Api, BuildError, Core};
    ///
    /// static API: Api = Api::new("things-client", "1.0.0").env_prefix("THINGS");
    ///
    /// let variables = |name: &str| (name == "THINGS_PAGE_SIZE").then(|| "20".into());
    /// let builder = Core::builder(&API).env_source(variables); // without this, the process's own
    /// let page_size = match builder.env("PAGE_SIZE")? {
    ///     Some(text) => text
    ///         .parse()
    ///         .map_err(|_| builder.env_error("PAGE_SIZE", "is no number"))?,
    ///     None => 50,
    /// };
    /// assert_eq!(page_size, 20);
    /// # Ok::<(), BuildError>(())
    /// ```
    pub fn env(&self, suffix: &str) -> Result<Option<String>, BuildError> {
        let name = self.env_name(suffix);
        match (self.environment)(&name).map(OsString::into_string) {
            None => Ok(None),
            Some(Ok(value)) => Ok(Some(value).filter(|value| !value.is_empty())),
            Some(Err(_)) => Err(self.env_error(suffix, "is not Unicode")),
        }
    }

    /// The error for an environment variable that [`CoreBuilder::env`] read and that does not do;
    /// `reason` completes the sentence "the environment variable X ...".
    pub fn env_error(&self, suffix: &str, reason: impl Into<String>) -> BuildError {
        BuildError(Fault::Environment {
            name: self.env_name(suffix),
            reason: reason.into(),
        })
    }

    fn env_name(&self, suffix: &str) -> String {
        match self.api.env_prefix {
            Some(prefix) => format!("{prefix}_{suffix}"),
            None => suffix.to_owned(),
        }
    }

    /// The finished client.
    ///
    /// # Errors
    ///
    /// When the base URL is missing or unfit, a credential does not fit its scheme, a certificate
    /// cannot be read, or the user agent or a default header is not one.
    pub fn build(self) -> Result<Core, BuildError> {
        let base_url = self.checked_base_url()?;
        let credentials = self.checked_credentials()?;
        let user_agent = self.caller.header(self.api)?;
        let mut default_headers = DefaultHeaders::default();
        for (name, value) in &self.default_headers {
            default_headers.set(name, value)?;
        }
        let http_client = self.http.client(base_url.as_ref())?;
        let environment = self.chosen.filter(|_| !self.has_own_address());
        let settings = Settings {
            api: self.api,
            addresses: Addresses {
                base: base_url,
                environment: environment.map(|(name, _)| name),
            },
            credentials,
            granted: self.granted,
            timeout: self.timeout,
            attempt_timeout: self.attempt_timeout,
            response_body_limit: self.response_body_limit,
            max_redirects: self.max_redirects,
            retry: self.retry,
            retry_budget: RetryBudget::new(self.retry_budget),
            limiter: Limiter::new(self.rate_limiting, self.api.rate_limits),
            middlewares: self.middlewares,
            observers: self.observers.into(),
            allowed: AllowList::new(self.api, &self.shown_headers, &self.shown_query),
            user_agent,
            http_client,
            queue: WriteQueue::new(self.max_queued_writes),
        };
        Ok(Core::new(settings, default_headers))
    }

    /// Whether the user named an address, which then stands for all others.
    fn has_own_address(&self) -> bool {
        self.base_url.is_some()
    }

    fn checked_base_url(&self) -> Result<Option<Url>, BuildError> {
        let chosen = self.chosen.map(|(_, url)| url);
        let given = match self.base_url.as_deref().or(chosen).map(str::trim) {
            None if self.api.base_url_optional => return Ok(None),
            None | Some("") => return Err(Fault::NoBaseUrl.into()),
            Some(given) => given,
        };
        let unfit = |reason: &'static str| Fault::BaseUrl { reason };
        if given.contains(|c: char| c.is_control() || c.is_whitespace()) {
            return Err(unfit("holds a blank or control character").into());
        }
        if given.contains('\\') {
            return Err(
                unfit("holds a backslash, which means another place to a URL parser").into(),
            );
        }
        if given.contains(['{', '}']) {
            return Err(unfit("holds a `{variable}` that was not filled in").into());
        }
        let url = Url::parse(given).map_err(|error| Fault::BaseUrlSyntax { error })?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(unfit("is neither http:// nor https://").into());
        }
        if !url.username().is_empty() || url.password().is_some() {
            let reason = "holds a user name or password; give credentials to the client instead";
            return Err(unfit(reason).into());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(unfit("has a query or fragment, which operations cannot extend").into());
        }
        if url.scheme() == "http" && !is_loopback(&url) && !self.allow_insecure_http {
            return Err(Fault::InsecureHttp.into());
        }
        Ok(Some(url))
    }

    fn known_scheme(&self, name: &str) -> Result<&'static Scheme, Fault> {
        self.api.scheme(name).ok_or_else(|| Fault::UnknownScheme {
            name: name.to_owned(),
            known: self.api.schemes.iter().map(|scheme| scheme.name).collect(),
        })
    }

    fn checked_credentials(&self) -> Result<Credentials, BuildError> {
        let mut credentials = Credentials::default();
        for (name, credential) in &self.credentials {
            let scheme = self.known_scheme(name)?;
            credential
                .check(scheme)
                .map_err(|reason| Fault::Credential {
                    scheme: scheme.name,
                    reason,
                })?;
            credentials.set(scheme, credential.clone());
        }
        Ok(credentials)
    }
}

/// Base URLs may hold a password by mistake, so only whether one is set is shown.
impl fmt::Debug for CoreBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CoreBuilder")
            .field("api", &self.api.name)
            .field("has_base_url", &self.has_own_address())
            .field("environment", &self.chosen.map(|(name, _)| name))
            .field(
                "credentials",
                &self
                    .credentials
                    .iter()
                    .map(|(name, _)| name)
                    .collect::<Vec<_>>(),
            )
            .field("granted", &self.granted)
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, any(feature = "rustls", feature = "native-tls")))]
mod tests {
    use super::*;
    use crate::SchemeKind;

    static API: Api = Api::new("things-client", "1.2.3")
        .document_version("v7")
        .env_prefix("THINGS")
        .schemes(&[Scheme::new(
            "basicAuth",
            SchemeKind::HttpBasic,
            "basic_auth",
        )]);

    fn builder() -> CoreBuilder {
        CoreBuilder::new(&API).base_url("https://api.example.com/v1/")
    }

    fn refusal(builder: CoreBuilder) -> String {
        builder.build().unwrap_err().to_string()
    }

    #[test]
    fn the_base_url_is_normalised() {
        for (given, kept) in [
            ("https://API.example.com", "https://api.example.com"),
            (" https://h/a/b// ", "https://h/a/b"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
            ("http://[::1]/x", "http://[::1]/x"),
            ("http://api.localhost", "http://api.localhost"),
        ] {
            let core = builder().base_url(given).build().unwrap();
            assert_eq!(core.base_url(), kept);
        }
    }

    #[test]
    fn unfit_base_urls_are_refused_without_being_quoted() {
        for (given, reason) in [
            ("", "no base URL"),
            ("api.example.com", "cannot be read"),
            ("ftp://h", "neither http"),
            ("https://me:hunter2@h", "user name or password"),
            ("https://h/?key=hunter2", "query or fragment"),
            ("https://h/#x", "query or fragment"),
            ("https://{region}.h/", "not filled in"),
            ("https://h/a\nb", "control character"),
            ("https://h/a\\..\\b", "backslash"),
            ("http://api.example.com", "allow_insecure_http"),
            ("http://127.0.0.1.example.com", "allow_insecure_http"),
            ("http://localhost.example.com", "allow_insecure_http"),
            ("http://notlocalhost", "allow_insecure_http"),
            ("http://api.local.example.com", "allow_insecure_http"),
        ] {
            let error = builder().base_url(given).build().unwrap_err();
            let text = format!("{error} {error:?}");
            assert!(text.contains(reason), "{given}: {text}");
            assert!(!text.contains("hunter2"), "{text}");
        }
        let insecure = builder().base_url("http://h").allow_insecure_http();
        assert!(insecure.build().is_ok());
    }

    #[test]
    fn other_misfits_are_refused() {
        let fit = |scheme: &str| builder().credential(scheme, Credential::basic("a", "b"));
        assert!(fit("basicAuth").build().is_ok());
        assert!(refusal(fit("basic")).contains("it has `basicAuth`"));
        let bearer = builder().credential("basicAuth", Credential::bearer("b"));
        assert!(refusal(bearer).contains("`basicAuth`: it takes user name"));
        let root = include_bytes!("../tests/it/root.pem").repeat(2);
        assert!(builder().add_root_certificate(root).build().is_ok());
        assert!(refusal(builder().add_root_certificate("junk")).contains("PEM"));
        for agent in ["", "a\r\nb: c", "zoë/1"] {
            assert!(refusal(builder().user_agent(agent)).contains("user agent"));
        }
    }

    #[test]
    fn the_environment_is_read_only_through_its_source() {
        let builder = builder().env_source(|name| match name {
            "THINGS_USER" => Some("me".into()),
            "THINGS_EMPTY" => Some("".into()),
            _ => None,
        });
        assert_eq!(builder.env("USER").unwrap().as_deref(), Some("me"));
        assert_eq!(builder.env("EMPTY").unwrap(), None);
        assert_eq!(builder.env("OTHER").unwrap(), None);
        let error = builder.env_error("USER", "must be set beside THINGS_PASSWORD");
        let text = "the environment variable THINGS_USER must be set beside THINGS_PASSWORD";
        assert_eq!(error.to_string(), text);
    }

    #[cfg(unix)]
    #[test]
    fn environment_variables_must_be_unicode() {
        use std::os::unix::ffi::OsStringExt;
        let builder = builder().env_source(|_| Some(OsString::from_vec(vec![0xFF])));
        let error = builder.env("USER").unwrap_err().to_string();
        assert!(error.contains("THINGS_USER"), "{error}");
    }
}
