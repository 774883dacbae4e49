#![doc = include_str!("../README.md")]
#![allow(
    clippy::doc_markdown,
    reason = "OpenAPI and OpenID are names, not code"
)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod builder;
mod call;
mod error;
mod facts;
mod features;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
#[cfg(any(doc, doctest))]
pub mod guide;
mod values;
mod wire;

pub use crate::builder::CoreBuilder;
pub use crate::call::byte_stream::ByteStream;
pub use crate::call::core::Core;
pub use crate::call::limiter::RateLimiting;
pub use crate::call::middleware::{Attempt, HttpRequest, HttpResponse, Middleware, Next};
pub use crate::call::observer::{Event, Observer, Outcome, WaitReason};
pub use crate::call::options::CallOptions;
pub use crate::call::raw::{JsonValue, RawRequest};
#[doc(hidden)]
pub use crate::call::request::{Request, RequestBuilder, Requests};
#[doc(hidden)]
pub use crate::call::response::RawResponse;
pub use crate::call::response::ResponseValue;
pub use crate::call::retry::RetryPolicy;
pub use crate::error::build_error::BuildError;
pub use crate::error::call_error::Error;
pub use crate::error::error_kind::ErrorKind;
pub use crate::error::failure::Failure;
pub use crate::facts::api::{Api, ApiKeyLocation, ErrorMembers, Scheme, SchemeKind};
pub use crate::facts::body_limits::{BodyLimits, Number};
#[cfg(feature = "oauth")]
pub use crate::facts::oauth::{ClientAuthentication, OAuthEndpoints};
pub use crate::facts::operation::{
    Method, Operation, OperationBuilder, Provenance, RequestBody, ResponseSpec,
    SecurityRequirement, StatusRange,
};
pub use crate::facts::rate_limit::RateLimit;
pub use crate::facts::requirement::Requirement;
pub use crate::facts::retry::{Retry, RetryStatuses};
pub use crate::facts::server::Server;
#[doc(hidden)]
pub use crate::features::follow::FollowCall;
pub use crate::features::follow::{Follow, Followable, Followed};
#[cfg(feature = "token-file")]
pub use crate::features::oauth::FileStore;
#[cfg(feature = "oauth")]
pub use crate::features::oauth::{
    Authorization, AuthorizationCode, AuthorizationRequest, CallbackError, Introspection,
    MemoryStore, OAuth, OAuthConfig, OAuthError, OAuthErrorBody, OAuthErrorCode, OAuthSession,
    ServerMetadata, TokenStore, TokenStoreError, TokenTypeHint, Tokens,
};
pub use crate::features::pagination;
#[cfg(feature = "webhooks")]
pub use crate::features::webhooks;
pub use crate::values::one_time_secret::OneTimeSecret;
pub use crate::values::open_enum::UnknownValue;
pub use crate::values::patch::Patch;
pub use crate::values::secret::Secret;
pub use crate::wire::body::Body;
pub use crate::wire::credential::Credential;
pub use crate::wire::link::{LinkBuilder, LinkError, LinkTemplate};
pub use crate::wire::path::encode_path;
pub use crate::wire::query::{FormField, QueryParam, QueryStyle};
pub use crate::wire::token::{AccessToken, Bearer, TokenSource};
pub use crate::wire::upload::{Form, Upload};

/// Headers, methods and statuses.
pub use http;
/// The HTTP library behind this crate, of the version that the feature is named for.
#[cfg(feature = "reqwest-0_13")]
pub use reqwest as reqwest_0_13;
pub use url::Url;

/// What this crate's macros expand to. Not part of the interface.
#[doc(hidden)]
pub mod __private {
    #[cfg(feature = "schemars")]
    pub use schemars;
    pub use {serde, serde_json};

    pub use crate::values::tagged_union::{Tag, read_whole};

    /// Any string; the known values are examples.
    #[cfg(feature = "schemars")]
    #[must_use]
    pub fn open_enum_schema(known: &[&str]) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "examples": known })
    }
}
