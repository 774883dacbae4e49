//! Bearer tokens that change over time.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use futures_core::future::BoxFuture;

use crate::{Failure, Secret};

/// A bearer token (RFC 6750), with its scopes where they are known.
///
/// ```
/// use openapi_client_runtime::{AccessToken, Credential};
///
/// // Calls that need another scope are refused before they leave.
/// let token = AccessToken::new("t0ken").with_scopes(["things:read"]);
/// assert!(token.scopes().is_some_and(|scopes| scopes.contains("things:read")));
/// assert!(!format!("{token:?}").contains("t0ken"));
/// let credential = Credential::bearer(token);
/// # let _ = credential;
/// ```
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
/// use openapi_client_runtime::{AccessToken, Bearer, Credential, Failure, TokenSource};
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
/// let credential = Credential::bearer(Bearer::source(Vault));
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

impl<T: TokenSource + ?Sized> TokenSource for Arc<T> {
    fn token(&self) -> BoxFuture<'_, Result<AccessToken, Failure>> {
        (**self).token()
    }

    fn renew<'a>(
        &'a self,
        refused: &'a AccessToken,
    ) -> BoxFuture<'a, Result<Option<AccessToken>, Failure>> {
        (**self).renew(refused)
    }
}

/// What a bearer scheme takes: a token, or a source of tokens.
///
/// Builder methods for bearer schemes take whatever becomes one: a text, a [`Secret`], an
/// [`AccessToken`], a session of OAuth 2.0, or a [`TokenSource`] by [`Bearer::source`].
///
/// ```
/// use std::sync::Arc;
/// use openapi_client_runtime::{AccessToken, Bearer, Credential, Secret, TokenSource};
///
/// fn credentials(vault: Arc<dyn TokenSource>) -> [Credential; 4] {
///     [
///         Credential::bearer("t0ken"),
///         Credential::bearer(Secret::from("t0ken")),
///         Credential::bearer(AccessToken::new("t0ken").with_scopes(["things:read"])),
///         Credential::bearer(Bearer::from(vault)),
///     ]
/// }
/// ```
#[derive(Clone)]
pub struct Bearer(Kind);

#[derive(Clone)]
enum Kind {
    Token(AccessToken),
    Source(Arc<dyn TokenSource>),
}

impl Bearer {
    /// Asks `source` for the token of each call.
    pub fn source(source: impl TokenSource) -> Self {
        Self(Kind::Source(Arc::new(source)))
    }

    /// The token, where it never changes.
    pub(crate) const fn as_token(&self) -> Option<&AccessToken> {
        match &self.0 {
            Kind::Token(token) => Some(token),
            Kind::Source(_) => None,
        }
    }

    /// What is asked for the token of each call.
    pub(crate) const fn as_source(&self) -> Option<&Arc<dyn TokenSource>> {
        match &self.0 {
            Kind::Token(_) => None,
            Kind::Source(source) => Some(source),
        }
    }

    /// Checks a token that is known already.
    pub(crate) fn check(
        &self,
        check: impl FnOnce(&Secret) -> Result<(), &'static str>,
    ) -> Result<(), &'static str> {
        match &self.0 {
            Kind::Token(token) => check(&token.secret),
            Kind::Source(_) => Ok(()),
        }
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Token(token) => token.fmt(f),
            Kind::Source(_) => f.write_str("TokenSource"),
        }
    }
}

impl From<AccessToken> for Bearer {
    fn from(token: AccessToken) -> Self {
        Self(Kind::Token(token))
    }
}

impl From<Arc<dyn TokenSource>> for Bearer {
    fn from(source: Arc<dyn TokenSource>) -> Self {
        Self(Kind::Source(source))
    }
}

macro_rules! from_text {
    ($($text:ty),+) => {
        $(
            impl From<$text> for Bearer {
                fn from(token: $text) -> Self {
                    AccessToken::new(token).into()
                }
            }
        )+
    };
}

from_text!(&str, String, Secret);
