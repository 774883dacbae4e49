//! Sending a user to the authorization server (RFC 6749, section 4.1.1).

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use url::{Url, form_urlencoded};

use super::callback::{self, AuthorizationCode, CallbackError, Issuer};
use super::client::OAuth;
use super::config::check_redirect_uri;
use super::error::OAuthError;
use super::random::{s256, unguessable};
use super::tokens::Tokens;
use super::wire::{AUTHORIZE, TOKEN};
use crate::{Failure, Secret};

/// What the client itself sets.
const OURS: [&str; 7] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
];

/// A request for authorization in the making; see [`OAuth::authorize`].
///
/// ```
/// use openapi_client_runtime::{Authorization, OAuth, OAuthError};
///
/// fn sign_in(oauth: &OAuth) -> Result<Authorization, OAuthError> {
///     oauth
///         .authorize()
///         .scopes(["meetings:read", "meetings:write"])
///         .login_hint("ada@example.com")
///         .param("prompt", "consent")
///         .start()
/// }
/// ```
#[must_use = "call `start` to get the URL"]
pub struct AuthorizationRequest<'a> {
    oauth: &'a OAuth,
    scopes: BTreeSet<String>,
    redirect_uri: Option<String>,
    params: Vec<(String, String)>,
}

impl OAuth {
    /// Starts the authorization of a user: RFC 6749, section 4.1, always with `state` and, unless the
    /// document says that the server does not know it, with PKCE (RFC 7636, S256).
    pub fn authorize(&self) -> AuthorizationRequest<'_> {
        AuthorizationRequest::new(self)
    }

    /// Exchanges a code for tokens (RFC 6749, section 4.1.3). A code is good for one exchange.
    ///
    /// # Errors
    ///
    /// When the server refuses (`invalid_grant`: the code has expired or was used before), and when
    /// no usable reply arrives.
    pub async fn exchange(
        &self,
        authorization: &Authorization,
        code: AuthorizationCode,
    ) -> Result<Tokens, OAuthError> {
        let endpoint = self.offered(
            self.urls.token.as_ref(),
            "the flow authorizationCode",
            &TOKEN,
        )?;
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code.0.expose()),
            ("redirect_uri", authorization.redirect_uri()),
        ];
        if let Some(verifier) = authorization.verifier() {
            form.push(("code_verifier", verifier.expose()));
        }
        self.ask_for_tokens(endpoint, form, authorization.requested())
            .await
    }
}

impl<'a> AuthorizationRequest<'a> {
    pub(super) fn new(oauth: &'a OAuth) -> Self {
        Self {
            oauth,
            scopes: BTreeSet::new(),
            redirect_uri: None,
            params: Vec::new(),
        }
    }

    /// Asks for these scopes too; without any, the server decides. What the document does not list is
    /// refused ([`OAuthConfig::unlisted_scopes`](crate::OAuthConfig::unlisted_scopes)).
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        for scope in scopes {
            let scope = scope.into();
            self.scopes
                .extend(scope.split_whitespace().map(str::to_owned));
        }
        self
    }

    /// Sends the user back to another registered URI than the one of the configuration.
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uri = Some(uri.into());
        self
    }

    /// Who will sign in, such as an e-mail address (OpenID Connect Core 1.0, section 3.1.2.1).
    pub fn login_hint(self, hint: impl Into<String>) -> Self {
        self.param("login_hint", hint)
    }

    /// A parameter beyond RFC 6749, such as `prompt` or `nonce`.
    pub fn param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.params.push((name.into(), value.into()));
        self
    }

    /// Makes the URL, with a `state` and a PKCE verifier of its own.
    ///
    /// # Errors
    ///
    /// When the document offers no such flow, no redirect URI is set, a scope is not known, or a
    /// parameter is one that the client sets itself.
    pub fn start(self) -> Result<Authorization, OAuthError> {
        self.checked_start()
            .map_err(|failure| failure.of(&AUTHORIZE).into())
    }

    fn checked_start(self) -> Result<Authorization, Failure> {
        let endpoint = self.oauth.authorization_endpoint()?;
        let redirect_uri = self.checked_redirect_uri()?;
        self.check_params()?;
        self.oauth.check_scopes(&self.scopes)?;
        let state = unguessable()?;
        let verifier = self.oauth.sends_pkce()?.then(unguessable).transpose()?;
        let challenge = verifier.as_ref().map(s256);

        let scope = self
            .scopes
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ");
        let mut query = vec![
            ("response_type", "code"),
            ("client_id", self.oauth.client_id()),
            ("redirect_uri", &redirect_uri),
            ("state", state.expose()),
        ];
        if !scope.is_empty() {
            query.push(("scope", &scope));
        }
        if let Some(challenge) = &challenge {
            query.push(("code_challenge", challenge));
            query.push(("code_challenge_method", "S256"));
        }
        query.extend(
            self.params
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str())),
        );
        Ok(Authorization {
            url: with_query(endpoint, &query),
            redirect_uri,
            state,
            verifier,
            scopes: self.scopes,
            issuer: self.oauth.issuer(),
        })
    }

    fn checked_redirect_uri(&self) -> Result<String, Failure> {
        let uri = self
            .redirect_uri
            .as_deref()
            .or(self.oauth.redirect_uri())
            .ok_or_else(|| {
                Failure::invalid("no redirect URI is set: call `OAuthConfig::redirect_uri`")
            })?;
        check_redirect_uri(uri).map_err(Failure::invalid)?;
        Ok(uri.to_owned())
    }

    fn check_params(&self) -> Result<(), Failure> {
        let mut seen = BTreeSet::new();
        for (name, _) in &self.params {
            if OURS.contains(&name.as_str()) {
                let reason = format!("`{name}` is set by the client itself, not with `param`");
                return Err(Failure::invalid(reason));
            }
            if !seen.insert(name) {
                let reason = format!("`{name}` is set twice, which RFC 6749 (section 3.1) forbids");
                return Err(Failure::invalid(reason));
            }
        }
        Ok(())
    }
}

/// The endpoint keeps the query it has (RFC 6749, section 3.1). Blanks become `%20`, which every
/// server understands.
fn with_query(endpoint: &Url, pairs: &[(&str, &str)]) -> String {
    let mut url = endpoint.clone();
    let own = url
        .query()
        .map(|query| format!("{query}&"))
        .unwrap_or_default();
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    url.set_query(Some(&format!("{own}{}", query.replace('+', "%20"))));
    url.into()
}

impl fmt::Debug for AuthorizationRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationRequest")
            .field("scopes", &self.scopes)
            .field("params", &format_args!("[{} params]", self.params.len()))
            .finish_non_exhaustive()
    }
}

/// A user is on the way to the authorization server.
///
/// It serialises, so that a web application can keep it between two requests, where only this user's
/// browser leads back to it. `Debug` shows neither URL nor secrets.
#[derive(Clone, Serialize, Deserialize)]
pub struct Authorization {
    url: String,
    redirect_uri: String,
    state: Secret,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verifier: Option<Secret>,
    scopes: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    issuer: Option<Issuer>,
}

impl Authorization {
    /// Where to send the user's browser. It holds the `state`: do not log it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The value that must come back with the code.
    pub const fn state(&self) -> &Secret {
        &self.state
    }

    /// The PKCE code challenge (S256), for servers that take it elsewhere too.
    pub fn code_challenge(&self) -> Option<String> {
        self.verifier.as_ref().map(s256)
    }

    /// The code out of a callback: the whole URL that the browser was sent back to, or its query
    /// alone, which is what to give behind a proxy that changes addresses.
    ///
    /// # Errors
    ///
    /// When the callback answers no request or another one, holds an error, no code, or a parameter
    /// twice, came to another address, or is of another authorization server: its `iss` is compared
    /// with the issuer that the document or the server's metadata names (RFC 9207).
    ///
    /// ```
    /// use openapi_client_runtime::{Authorization, CallbackError, OAuth, OAuthError, Tokens};
    ///
    /// async fn callback(oauth: &OAuth, kept: &Authorization, url: &str) -> Result<Tokens, String> {
    ///     let code = match kept.code_from(url) {
    ///         Ok(code) => code,
    ///         Err(CallbackError::Refused(body)) => return Err(format!("not signed in: {body}")),
    ///         Err(other) => return Err(other.to_string()),
    ///     };
    ///     oauth.exchange(kept, code).await.map_err(|error| error.to_string())
    /// }
    /// ```
    pub fn code_from(&self, callback: &str) -> Result<AuthorizationCode, CallbackError> {
        let issuer = self.issuer.as_ref();
        callback::read(callback, &self.redirect_uri, &self.state, issuer)
    }

    pub(super) fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    pub(super) const fn verifier(&self) -> Option<&Secret> {
        self.verifier.as_ref()
    }

    /// What was asked for, which is what a reply without `scope` grants.
    pub(super) fn requested(&self) -> Option<BTreeSet<String>> {
        Some(self.scopes.clone()).filter(|scopes| !scopes.is_empty())
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization")
            .field("state", &self.state)
            .field("verifier", &self.verifier)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
