//! OAuth 2.0 (RFC 6749) for the servers that a document describes, with the feature `oauth`.

mod authorization;
mod callback;
mod client;
mod config;
mod endpoints;
mod error;
#[cfg(feature = "token-file")]
mod file_store;
mod flight;
mod introspection;
mod metadata;
mod random;
mod session;
mod store;
mod tokens;
mod wire;

pub use authorization::{Authorization, AuthorizationRequest};
pub use callback::{AuthorizationCode, CallbackError};
pub(crate) use client::Setup;
pub use client::{OAuth, TokenTypeHint};
pub use config::OAuthConfig;
pub use error::{OAuthError, OAuthErrorBody, OAuthErrorCode};
#[cfg(feature = "token-file")]
pub use file_store::FileStore;
pub use introspection::Introspection;
pub use metadata::ServerMetadata;
pub use session::OAuthSession;
pub use store::{MemoryStore, TokenStore, TokenStoreError};
pub use tokens::Tokens;
