//! What a generated crate knows of its API as a whole.

use crate::SecurityRequirement;
use crate::facts::rate_limit::RateLimit;
use crate::facts::retry::RetryStatuses;

/// Where an API key travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ApiKeyLocation {
    /// In a request header.
    Header,
    /// In the query.
    Query,
    /// In a cookie.
    Cookie,
}

/// The kind of a security scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SchemeKind {
    /// HTTP Basic (RFC 7617): user name and password.
    HttpBasic,
    /// A bearer token (RFC 6750).
    HttpBearer,
    /// An API key.
    ApiKey {
        /// Where the key travels.
        location: ApiKeyLocation,
        /// The name of the header, query parameter or cookie.
        name: &'static str,
    },
    /// OAuth 2.0; the access token travels as a bearer token.
    OAuth2,
    /// OpenID Connect; the access token travels as a bearer token.
    OpenIdConnect,
}

/// A security scheme of the document and the builder method that takes its credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scheme {
    pub(crate) name: &'static str,
    pub(crate) kind: SchemeKind,
    pub(crate) builder_method: &'static str,
    #[cfg(feature = "oauth")]
    pub(crate) oauth: Option<crate::OAuthEndpoints>,
}

impl Scheme {
    /// The scheme of that name; error messages tell users to call `builder_method`.
    pub const fn new(name: &'static str, kind: SchemeKind, builder_method: &'static str) -> Self {
        Self {
            name,
            kind,
            builder_method,
            #[cfg(feature = "oauth")]
            oauth: None,
        }
    }

    /// Where users and applications get tokens for the scheme.
    #[cfg(feature = "oauth")]
    #[must_use]
    pub const fn oauth(mut self, endpoints: crate::OAuthEndpoints) -> Self {
        self.oauth = Some(endpoints);
        self
    }
}

/// Where an API puts code, message and request id into its error bodies, as JSON pointers (RFC 6901).
/// [`Api`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorMembers {
    pub(crate) code: &'static [&'static str],
    pub(crate) message: &'static [&'static str],
    pub(crate) request_id: &'static [&'static str],
}

impl ErrorMembers {
    /// The first pointer that finds a value wins.
    pub const fn new(
        code_pointers: &'static [&'static str],
        message_pointers: &'static [&'static str],
    ) -> Self {
        Self {
            code: code_pointers,
            message: message_pointers,
            request_id: &[],
        }
    }

    /// Where the id of the request stands, for replies that have no header with it.
    #[must_use]
    pub const fn request_id(mut self, pointers: &'static [&'static str]) -> Self {
        self.request_id = pointers;
        self
    }
}

/// What holds for all operations of an API.
///
/// Generated crates hold one as a constant; [`Core::builder`](crate::Core::builder) starts from it.
///
/// ```
/// use std::time::Duration;
/// use openapi_client_runtime::{
///     Api, ApiKeyLocation, ErrorMembers, RateLimit, RetryStatuses, Scheme, SchemeKind,
///     SecurityRequirement,
/// };
///
/// static API: Api = Api::new("things-client", "1.0.0")
///     .document_version("2026-01-01")
///     .env_prefix("THINGS")
///     .schemes(&[
///         Scheme::new("basicAuth", SchemeKind::HttpBasic, "basic_auth"),
///         Scheme::new(
///             "apiKey",
///             SchemeKind::ApiKey { location: ApiKeyLocation::Header, name: "X-Api-Key" },
///             "api_key",
///         ),
///     ])
///     .security(&[&[SecurityRequirement::new("basicAuth", &[])]])
///     // {"error": {"code": "out_of_stock", "message": "There are none left"}, "request": "7f3a"}
///     .error_members(
///         ErrorMembers::new(&["/error/code"], &["/error/message"]).request_id(&["/request"]),
///     )
///     // 100 requests in any 60 seconds
///     .rate_limits(&[RateLimit::new("default", 100, Duration::from_secs(60))
///         .counted_per("source address")])
///     .retry_statuses(RetryStatuses::new(&[429, 503]));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Api {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    pub(crate) document_version: Option<&'static str>,
    pub(crate) env_prefix: Option<&'static str>,
    pub(crate) schemes: &'static [Scheme],
    pub(crate) error_members: ErrorMembers,
    pub(crate) user_agent: Option<&'static str>,
    pub(crate) request_id_headers: &'static [&'static str],
    pub(crate) security: &'static [&'static [SecurityRequirement]],
    pub(crate) rate_limits: &'static [RateLimit],
    pub(crate) retry_statuses: RetryStatuses,
    pub(crate) base_url_optional: bool,
}

impl Api {
    /// The API as the crate of this name and version reaches it.
    pub const fn new(name: &'static str, crate_version: &'static str) -> Self {
        Self {
            name,
            version: crate_version,
            document_version: None,
            env_prefix: None,
            schemes: &[],
            error_members: ErrorMembers::new(&[], &[]),
            user_agent: None,
            request_id_headers: &["x-request-id", "x-correlation-id", "request-id"],
            security: &[],
            rate_limits: &[],
            retry_statuses: RetryStatuses::DEFAULT,
            base_url_optional: false,
        }
    }

    /// The `info.version` of the document.
    #[must_use]
    pub const fn document_version(mut self, version: &'static str) -> Self {
        self.document_version = Some(version);
        self
    }

    /// The prefix of environment variables, without the underscore that follows it.
    #[must_use]
    pub const fn env_prefix(mut self, prefix: &'static str) -> Self {
        self.env_prefix = Some(prefix);
        self
    }

    /// The security schemes of the document.
    #[must_use]
    pub const fn schemes(mut self, schemes: &'static [Scheme]) -> Self {
        self.schemes = schemes;
        self
    }

    /// Where error bodies hold code, message and request id. Where a list is empty, the members of
    /// RFC 9457 (`detail`, `title`) and the usual `message`, `error_description`, `error`, `code`,
    /// `request_id` are tried.
    #[must_use]
    pub const fn error_members(mut self, members: ErrorMembers) -> Self {
        self.error_members = members;
        self
    }

    /// The `User-Agent` that the API demands. `{library}` and `{version}` stand for the library that
    /// calls (this crate, unless [`CoreBuilder::library`](crate::CoreBuilder::library) names another
    /// one), `{document_version}` for the version of the document.
    #[must_use]
    pub const fn user_agent(mut self, template: &'static str) -> Self {
        self.user_agent = Some(template);
        self
    }

    /// The response headers that may carry a request id, lower-case; the first one present counts,
    /// and before what an error body says.
    #[must_use]
    pub const fn request_id_headers(mut self, headers: &'static [&'static str]) -> Self {
        self.request_id_headers = headers;
        self
    }

    /// The security of operations that state none of their own, which is also that of calls the
    /// document does not know.
    #[must_use]
    pub const fn security(
        mut self,
        alternatives: &'static [&'static [SecurityRequirement]],
    ) -> Self {
        self.security = alternatives;
        self
    }

    /// The classes of operations that share a limit.
    #[must_use]
    pub const fn rate_limits(mut self, limits: &'static [RateLimit]) -> Self {
        self.rate_limits = limits;
        self
    }

    /// The statuses after which a retry may succeed; without this 408, 429, 500, 502, 503 and 504,
    /// where a retry is safe.
    #[must_use]
    pub const fn retry_statuses(mut self, statuses: RetryStatuses) -> Self {
        self.retry_statuses = statuses;
        self
    }

    /// The document has no server of its own, and its operations have: a client needs no base URL.
    #[must_use]
    pub const fn base_url_optional(mut self) -> Self {
        self.base_url_optional = true;
        self
    }

    pub(crate) fn scheme(&self, name: &str) -> Option<&'static Scheme> {
        self.schemes.iter().find(|scheme| scheme.name == name)
    }
}
