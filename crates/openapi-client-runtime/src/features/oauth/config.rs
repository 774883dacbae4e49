//! Who the client is to the authorization server.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use url::Url;

use crate::Secret;

pub(super) type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// An application as it is registered with an authorization server.
///
/// Without a secret it is a public client (RFC 6749, section 2.1): it names itself in the body and
/// relies on PKCE.
///
/// ```
/// use openapi_client_runtime::OAuthConfig;
///
/// let config = OAuthConfig::new("app_42")
///     .client_secret("s3cret")
///     .redirect_uri("https://app.example.com/callback");
/// assert!(!format!("{config:?}").contains("s3cret"));
/// ```
#[derive(Clone)]
pub struct OAuthConfig {
    pub(super) client_id: String,
    pub(super) client_secret: Option<Secret>,
    pub(super) redirect_uri: Option<String>,
    pub(super) origin: Option<String>,
    pub(super) refresh_margin: Duration,
    pub(super) clock: Clock,
    pub(super) unlisted_scopes: BTreeSet<String>,
}

impl OAuthConfig {
    /// How long before its end a token is renewed, unless set otherwise: 60 seconds.
    pub const DEFAULT_REFRESH_MARGIN: Duration = Duration::from_secs(60);

    /// The application with this client id.
    pub fn new(client_id: impl Into<String>) -> Self {
        Self {
            client_id: client_id.into(),
            client_secret: None,
            redirect_uri: None,
            origin: None,
            refresh_margin: Self::DEFAULT_REFRESH_MARGIN,
            clock: Arc::new(SystemTime::now),
            unlisted_scopes: BTreeSet::new(),
        }
    }

    /// The secret of a confidential client.
    #[must_use]
    pub fn client_secret(mut self, secret: impl Into<Secret>) -> Self {
        self.client_secret = Some(secret.into());
        self
    }

    /// Where the authorization server sends the user back to: one of the registered URIs, spelt
    /// exactly as it is registered (RFC 6749, section 3.1.2).
    #[must_use]
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uri = Some(uri.into());
        self
    }

    /// Takes all endpoints to this scheme, host and port, such as `http://127.0.0.1:8080`: for tests
    /// and for servers that stand elsewhere than the document says.
    #[must_use]
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.origin = Some(origin.into());
        self
    }

    /// How long before its end a session renews a token;
    /// [default](Self::DEFAULT_REFRESH_MARGIN). Never more than half of the token's lifetime.
    #[must_use]
    pub fn refresh_margin(mut self, margin: Duration) -> Self {
        self.refresh_margin = margin;
        self
    }

    /// Scopes that the server knows although the document does not list them. Others are refused, since
    /// a scope that is misspelt would be missing from the token without a word.
    ///
    /// ```
    /// use openapi_client_runtime::OAuthConfig;
    ///
    /// let config = OAuthConfig::new("app_42").unlisted_scopes(["offline_access"]);
    /// # let _ = config;
    /// ```
    #[must_use]
    pub fn unlisted_scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.unlisted_scopes
            .extend(scopes.into_iter().map(Into::into));
        self
    }

    /// What the time is, for tests; the system's clock unless set.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The origin as a URL, once the rest was found to be usable.
    pub(super) fn checked(&self) -> Result<Option<Url>, String> {
        if self.client_id.is_empty() {
            return Err("the client id is empty".to_owned());
        }
        if self
            .client_secret
            .as_ref()
            .is_some_and(|s| s.expose().is_empty())
        {
            let reason = "the client secret is empty: leave it out for a public client";
            return Err(reason.to_owned());
        }
        if let Some(uri) = &self.redirect_uri {
            check_redirect_uri(uri)?;
        }
        let Some(origin) = &self.origin else {
            return Ok(None);
        };
        let unfit = || "the origin must look like https://host:port".to_owned();
        let url = Url::parse(origin).map_err(|_| unfit())?;
        let bare = url.path() == "/" && url.query().is_none() && url.has_host();
        if bare { Ok(Some(url)) } else { Err(unfit()) }
    }
}

/// RFC 6749, section 3.1.2: absolute, and without a fragment.
pub(super) fn check_redirect_uri(uri: &str) -> Result<Url, String> {
    let url = Url::parse(uri)
        .map_err(|error| format!("the redirect URI must be an absolute URL, but {error}"))?;
    if url.fragment().is_some() {
        let reason = "the redirect URI has a fragment, which RFC 6749 (section 3.1.2) forbids";
        return Err(reason.to_owned());
    }
    Ok(url)
}

impl fmt::Debug for OAuthConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthConfig")
            .field("client_id", &self.client_id)
            .field("client_secret", &self.client_secret)
            .field("has_redirect_uri", &self.redirect_uri.is_some())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unusable_settings_are_named() {
        for (config, reason) in [
            (OAuthConfig::new(""), "client id"),
            (OAuthConfig::new("a").client_secret(""), "public client"),
            (OAuthConfig::new("a").redirect_uri("/callback"), "absolute"),
            (
                OAuthConfig::new("a").redirect_uri("https://h/#x"),
                "fragment",
            ),
            (OAuthConfig::new("a").origin("https://h/x"), "origin"),
        ] {
            let refused = config.checked().unwrap_err();
            assert!(refused.contains(reason), "{refused}");
        }
        let native = OAuthConfig::new("a").redirect_uri("com.example.app:/callback");
        assert!(native.checked().is_ok());
    }
}
