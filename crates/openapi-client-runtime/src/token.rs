//! Bearer tokens that change over time.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use futures_core::future::BoxFuture;

use crate::{Failure, Secret};

/// A bearer token (RFC 6750), with its scopes where they are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken {
    secret: Secret,
    scopes: Option<BTreeSet<String>>,
}

impl AccessToken {
    /// A token whose scopes are not known: nothing is refused for want of one.
    pub fn new(secret: impl Into<Secret>) -> Self {
        Self {
            secret: secret.into(),
            scopes: None,
        }
    }

    /// Says what the token was granted. Operations that need more are refused locally.
    #[must_use]
    pub fn with_scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.scopes = Some(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// The token itself.
    pub const fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The scopes it was granted, where they are known.
    pub const fn scopes(&self) -> Option<&BTreeSet<String>> {
        self.scopes.as_ref()
    }
}

/// Where a client gets its bearer token from, call by call: a login that is refreshed, a file that
/// another program writes, a vault.
///
/// ```
/// use futures_core::future::BoxFuture;
/// use openapi_client_runtime::{AccessToken, Credential, Failure, TokenSource};
///
/// struct Vault;
///
/// impl TokenSource for Vault {
///     fn token(&self) -> BoxFuture<'_, Result<AccessToken, Failure>> {
///         Box::pin(async {
///             std::fs::read_to_string("/run/secrets/token")
///                 .map(|token| AccessToken::new(token.trim()))
///                 .map_err(|error| Failure::credential(format!("the vault is closed: {error}")))
///         })
///     }
///
///     fn renew<'a>(
///         &'a self,
///         _refused: &'a AccessToken,
///     ) -> BoxFuture<'a, Result<Option<AccessToken>, Failure>> {
///         Box::pin(async { Ok(None) })
///     }
/// }
///
/// let credential = Credential::token_source(Vault);
/// # let _ = credential;
/// ```
pub trait TokenSource: Send + Sync + 'static {
    /// A token that is good now.
    ///
    /// # Errors
    ///
    /// When there is none to be had; the call that asked ends with this failure, nothing sent.
    fn token(&self) -> BoxFuture<'_, Result<AccessToken, Failure>>;

    /// Another token after the server answered 401 to `refused`, or `None` where there is none to
    /// be had: the 401 is then the answer. A call asks at most once.
    ///
    /// # Errors
    ///
    /// When the attempt to get one failed; the call that asked ends with this failure.
    fn renew<'a>(
        &'a self,
        refused: &'a AccessToken,
    ) -> BoxFuture<'a, Result<Option<AccessToken>, Failure>>;
}

/// What a bearer scheme takes: a token or a source of tokens.
#[derive(Clone)]
pub(crate) enum Bearer {
    Token(AccessToken),
    Source(Arc<dyn TokenSource>),
}

impl Bearer {
    pub(crate) async fn token(&self) -> Result<AccessToken, Failure> {
        match self {
            Self::Token(token) => Ok(token.clone()),
            Self::Source(source) => source.token().await,
        }
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(token) => token.fmt(f),
            Self::Source(_) => f.write_str("TokenSource"),
        }
    }
}
