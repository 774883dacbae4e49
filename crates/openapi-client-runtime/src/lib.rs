#![doc = include_str!("../README.md")]
#![allow(
    clippy::doc_markdown,
    reason = "OpenAPI and OpenID are names, not code"
)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod api;
mod attempts;
mod body_limits;
mod build_error;
mod builder;
mod byte_stream;
mod cookie;
mod core;
mod credential;
mod decode;
mod default_headers;
mod disposition;
mod error;
mod error_kind;
mod failure;
mod follow;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
#[cfg(any(doc, doctest))]
pub mod guide;
mod http_client;
mod limits;
mod loopback;
mod media;
mod middleware;
#[cfg(feature = "oauth")]
mod oauth;
mod observer;
mod one_line;
mod one_time_secret;
mod open_enum;
mod operation;
mod options;
pub mod pagination;
mod patch;
mod path;
mod prepare;
mod private_file;
mod query;
mod queue;
mod raw;
#[cfg_attr(
    not(feature = "tracing"),
    allow(dead_code, reason = "only traces print what the list allows")
)]
mod redact;
mod redirect;
mod reply;
mod response;
mod retry;
mod secret;
mod server;
mod tagged_union;
mod token;
mod trace;
mod upload;
mod user_agent;
mod web_link;
#[cfg(feature = "webhooks")]
pub mod webhooks;

pub use crate::api::{Api, ApiKeyLocation, ErrorMembers, Scheme, SchemeKind};
pub use crate::body_limits::BodyLimits;
pub use crate::build_error::BuildError;
pub use crate::builder::CoreBuilder;
pub use crate::byte_stream::ByteStream;
pub use crate::core::Core;
pub use crate::credential::Credential;
pub use crate::error::Error;
pub use crate::error_kind::ErrorKind;
pub use crate::failure::Failure;
#[doc(hidden)]
pub use crate::follow::FollowCall;
pub use crate::follow::{Follow, Followed, Leads};
pub use crate::limits::{RateLimit, RateLimiting};
pub use crate::middleware::{Attempt, Middleware, Next};
#[cfg(feature = "token-file")]
pub use crate::oauth::FileStore;
#[cfg(feature = "oauth")]
pub use crate::oauth::{
    Authorization, AuthorizationCode, AuthorizationRequest, CallbackError, ClientAuthentication,
    Introspection, MemoryStore, OAuth, OAuthConfig, OAuthEndpoints, OAuthError, OAuthErrorBody,
    OAuthErrorCode, OAuthSession, ServerMetadata, TokenStore, TokenStoreError, TokenTypeHint,
    Tokens,
};
pub use crate::observer::{Event, Observer, Outcome, WaitReason};
pub use crate::one_time_secret::OneTimeSecret;
pub use crate::open_enum::UnknownValue;
pub use crate::operation::{
    Method, Operation, OperationBuilder, Provenance, RequestBody, ResponseSpec,
    SecurityRequirement, StatusRange,
};
pub use crate::options::CallOptions;
pub use crate::patch::Patch;
pub use crate::path::encode_path;
pub use crate::query::{FormField, QueryParam, QueryStyle, RequestBuilderExt};
pub use crate::raw::{RawRequest, RawValue};
pub use crate::response::{RawResponse, ResponseValue};
pub use crate::retry::{Retry, RetryPolicy, RetryStatuses};
pub use crate::secret::Secret;
pub use crate::server::Server;
pub use crate::token::{AccessToken, Bearer, TokenSource};
pub use crate::upload::{Form, Upload};
pub use crate::web_link::{WebLink, WebLinkError, WebLinkTemplate};

/// The HTTP library, whose types stand in this crate's interface.
pub use reqwest;

/// What this crate's macros expand to. Not part of the interface.
#[doc(hidden)]
pub mod __private {
    #[cfg(feature = "schemars")]
    pub use schemars;
    pub use {serde, serde_json};

    pub use crate::tagged_union::{Tag, read_whole};

    /// Any string; the known values are examples.
    #[cfg(feature = "schemars")]
    #[must_use]
    pub fn open_enum_schema(known: &[&str]) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "examples": known })
    }
}
