//! The flows of OAuth 2.0 that a document offers.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use url::Url;

use super::callback::Issuer;
use super::config::OAuthConfig;
use super::endpoints::{Place, Urls};
use super::error::{OAuthError, OAuthErrorBody, OAuthErrorCode};
use super::introspection::Introspection;
use super::metadata::{ServerMetadata, is_issuer};
use super::tokens::{TokenReply, Tokens};
use super::wire::{Form, INTROSPECT, METADATA, REVOKE, TOKEN, Wire};
use crate::{
    ClientAuthentication, Core, Error, ErrorKind, Failure, OAuthEndpoints, Operation,
    ResponseValue, Secret,
};

/// Which of its two tokens a revocation names (RFC 7009, section 2.1). [`OAuth::revoke`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenTypeHint {
    /// An access token.
    AccessToken,
    /// A refresh token; servers revoke the access tokens made of it too.
    RefreshToken,
}

impl TokenTypeHint {
    const fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "access_token",
            Self::RefreshToken => "refresh_token",
        }
    }
}

/// OAuth 2.0 as the document of an API offers it, for one application.
///
/// A generated client makes it with the settings of its builder (base URL, timeouts, certificates,
/// retries), so that OAuth goes where the calls go. Clones share all of them. What the document does
/// not offer is refused before anything is sent, and says so.
///
/// ```no_run
/// use openapi_client_runtime::{
///     Api, Core, Credential, MemoryStore, OAuthConfig, OAuthEndpoints, Scheme, SchemeKind,
/// };
///
/// static API: Api = Api::new("meetings", "1.0.0").schemes(&[
///     Scheme::new("user", SchemeKind::OAuth2, "user").oauth(
///         OAuthEndpoints::new().authorization_code("/oauth2/authorize", "/oauth2/token"),
///     ),
/// ]);
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let builder = Core::builder(&API).base_url("https://api.example.com");
/// let config = OAuthConfig::new("app_42")
///     .client_secret("s3cret")
///     .redirect_uri("https://app.example.com/callback");
/// let oauth = builder.oauth("user", config)?;
///
/// let authorization = oauth.authorize().scopes(["meetings:read"]).start()?;
/// println!("Open {} and paste the address you are sent to:", authorization.url());
/// let mut address = String::new();
/// std::io::stdin().read_line(&mut address)?;
/// let code = authorization.code_from(&address)?;
///
/// let session = oauth.session(MemoryStore::new());
/// session.sign_in(oauth.exchange(&authorization, code).await?).await?;
/// let core = builder.credential("user", Credential::bearer(session)).build()?;
/// # let _ = core;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct OAuth {
    scheme: &'static str,
    config: Arc<OAuthConfig>,
    endpoints: OAuthEndpoints,
    pub(super) urls: Arc<Urls>,
    pub(super) wire: Wire,
    base_url: Url,
    origin: Option<Url>,
    allow_insecure_http: bool,
    timeout: Duration,
    /// Whether the server says that its callbacks have `iss` (RFC 9207).
    issuer_names_itself: bool,
}

/// What a client's builder knows.
pub(crate) struct Setup {
    pub(crate) scheme: &'static str,
    pub(crate) endpoints: OAuthEndpoints,
    pub(crate) core: Core,
    pub(crate) base_url: Url,
    pub(crate) allow_insecure_http: bool,
    pub(crate) timeout: Duration,
}

impl OAuth {
    pub(crate) fn new(setup: Setup, config: OAuthConfig) -> Result<Self, String> {
        let Setup {
            scheme,
            endpoints,
            core,
            base_url,
            allow_insecure_http,
            timeout,
        } = setup;
        let origin = config.checked()?;
        let authentication = endpoints.client_authentication;
        if authentication == ClientAuthentication::None && config.client_secret.is_some() {
            let reason = "the server takes no client secret: leave it out";
            return Err(reason.to_owned());
        }
        let place = Place {
            base_url: &base_url,
            origin: origin.as_ref(),
            allow_insecure_http,
        };
        let urls = Arc::new(place.urls(&endpoints)?);
        let wire = Wire {
            core,
            client_id: config.client_id.clone(),
            client_secret: config.client_secret.clone(),
            authentication,
            timeout: None,
        };
        let config = Arc::new(config);
        Ok(Self {
            scheme,
            config,
            endpoints,
            urls,
            wire,
            base_url,
            origin,
            allow_insecure_http,
            timeout,
            issuer_names_itself: false,
        })
    }

    /// The scopes that the document lists.
    pub const fn scopes(&self) -> &'static [&'static str] {
        self.endpoints.scopes
    }

    /// Gets new tokens for a refresh token (RFC 6749, section 6). What the reply leaves out, the
    /// refresh token above all, stays as it was. An [`OAuthSession`](crate::OAuthSession) does this by itself.
    ///
    /// # Errors
    ///
    /// When there is no refresh token, when the server refuses (`invalid_grant`: the user must sign
    /// in again), and when no usable reply arrives.
    pub async fn refresh(&self, tokens: &Tokens) -> Result<Tokens, OAuthError> {
        let endpoint = self.urls.refresh.as_ref().or(self.urls.token.as_ref());
        let endpoint = self.offered(endpoint, "the flow authorizationCode", &TOKEN)?;
        let refresh_token = tokens.refresh_token().ok_or_else(|| {
            Failure::invalid("there is no refresh token: the user must sign in again").of(&TOKEN)
        })?;
        let form = vec![
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.expose()),
        ];
        let renewed = self.ask_for_tokens(endpoint, form, None).await?;
        Ok(renewed.renewing(tokens))
    }

    /// Gets tokens for the application itself (RFC 6749, section 4.4). They are nobody's: keep them
    /// apart from the tokens of users.
    ///
    /// # Errors
    ///
    /// When the document offers no such flow, the client has no secret, the server refuses, or no
    /// usable reply arrives.
    pub async fn client_credentials(
        &self,
        scopes: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Tokens, OAuthError> {
        let scopes: BTreeSet<String> = scopes.into_iter().map(Into::into).collect();
        self.tokens_of_client(&scopes).await
    }

    pub(super) async fn tokens_of_client(
        &self,
        scopes: &BTreeSet<String>,
    ) -> Result<Tokens, OAuthError> {
        self.check_scopes(scopes)
            .map_err(|failure| failure.of(&TOKEN))?;
        let endpoint = self.urls.client_credentials.as_ref();
        let endpoint = self.offered(endpoint, "the flow clientCredentials", &TOKEN)?;
        if self.wire.client_secret.is_none() {
            let reason = "only a client with a secret can get tokens of its own: call \
                          `OAuthConfig::client_secret`";
            return Err(Failure::invalid(reason).of(&TOKEN).into());
        }
        let scope = scopes
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ");
        let mut form = vec![("grant_type", "client_credentials")];
        if !scope.is_empty() {
            form.push(("scope", &scope));
        }
        let requested = Some(scopes.clone()).filter(|scopes| !scopes.is_empty());
        self.ask_for_tokens(endpoint, form, requested).await
    }

    pub(super) async fn ask_for_tokens(
        &self,
        endpoint: &Url,
        form: Form<'_>,
        requested: Option<BTreeSet<String>>,
    ) -> Result<Tokens, OAuthError> {
        let asked_at = self.now();
        let reply: ResponseValue<TokenReply> = self.wire.post(&TOKEN, endpoint, form).await?;
        let (tokens, mut reply) = reply.into_parts();
        reply.rare_mut().excerpt = bytes::Bytes::new();
        let tokens = tokens.into_tokens(asked_at, requested);
        tokens.map_err(|failure| failure.with_reply(reply).of(&TOKEN).into())
    }

    /// Makes a token worthless (RFC 7009). A token that the server does not know counts as revoked.
    ///
    /// # Errors
    ///
    /// When the document offers no revocation, the server refuses, or no reply arrives.
    ///
    /// ```
    /// use openapi_client_runtime::{OAuth, OAuthError, TokenTypeHint, Tokens};
    ///
    /// async fn forget(oauth: &OAuth, tokens: &Tokens) -> Result<(), OAuthError> {
    ///     match tokens.refresh_token() {
    ///         Some(token) => oauth.revoke(token, Some(TokenTypeHint::RefreshToken)).await,
    ///         None => oauth.revoke(tokens.access_token(), None).await,
    ///     }
    /// }
    /// ```
    pub async fn revoke(
        &self,
        token: &Secret,
        hint: Option<TokenTypeHint>,
    ) -> Result<(), OAuthError> {
        let endpoint = self.offered(self.urls.revocation.as_ref(), "revocation", &REVOKE)?;
        let mut form = vec![("token", token.expose())];
        if let Some(hint) = hint {
            form.push(("token_type_hint", hint.as_str()));
        }
        self.wire.tell(&REVOKE, endpoint, form).await
    }

    /// Asks what the server knows of a token (RFC 7662).
    ///
    /// # Errors
    ///
    /// When the document offers no introspection, the server refuses, or no usable reply arrives.
    pub async fn introspect(&self, token: &Secret) -> Result<Introspection, OAuthError> {
        let endpoint = self.urls.introspection.as_ref();
        let endpoint = self.offered(endpoint, "introspection", &INTROSPECT)?;
        let form = vec![("token", token.expose())];
        let reply = self.wire.post(&INTROSPECT, endpoint, form).await;
        reply.map(ResponseValue::into_inner)
    }

    /// Reads what the server says of itself (RFC 8414), and checks that it is the issuer that the
    /// document means.
    ///
    /// # Errors
    ///
    /// When the document offers no metadata, the issuer is another one, or no usable reply arrives.
    pub async fn discover(&self) -> Result<ServerMetadata, OAuthError> {
        let endpoint = self.offered(self.urls.metadata.as_ref(), "server metadata", &METADATA)?;
        let metadata: ServerMetadata = self.wire.get(&METADATA, endpoint).await?;
        let expected = self.urls.issuer().unwrap_or_default();
        if is_issuer(metadata.issuer(), &expected) {
            return Ok(metadata);
        }
        let reason = format!(
            "the metadata is that of another issuer than {expected}: it must not be used (RFC 8414, \
             section 3.3)"
        );
        Err(Failure::new(ErrorKind::Decode, reason).of(&METADATA).into())
    }

    /// The same, with the endpoints that the server names in its metadata instead of the document's.
    ///
    /// # Errors
    ///
    /// When an endpoint is no URL that secrets may be sent to.
    pub fn with_metadata(&self, metadata: &ServerMetadata) -> Result<Self, OAuthError> {
        let place = Place {
            base_url: &self.base_url,
            origin: self.origin.as_ref(),
            allow_insecure_http: self.allow_insecure_http,
        };
        let mut urls = (*self.urls).clone();
        let token = &metadata.token_endpoint;
        for (url, named) in [
            (&mut urls.authorization, &metadata.authorization_endpoint),
            (&mut urls.token, token),
            (&mut urls.client_credentials, token),
            (&mut urls.refresh, token),
            (&mut urls.revocation, &metadata.revocation_endpoint),
            (&mut urls.introspection, &metadata.introspection_endpoint),
        ] {
            // Metadata moves what the document offers; it does not add to it.
            let (Some(url), Some(named)) = (url, named) else {
                continue;
            };
            *url = place.resolve(named).map_err(|reason| {
                Failure::invalid(format!("an endpoint of the metadata {reason}")).of(&METADATA)
            })?;
        }
        urls.issuer = Some(metadata.issuer().to_owned());
        let mut config = (*self.config).clone();
        let supported = metadata.scopes_supported().iter().cloned();
        config.unlisted_scopes.extend(supported);
        Ok(Self {
            urls: Arc::new(urls),
            config: Arc::new(config),
            issuer_names_itself: metadata.names_itself(),
            ..self.clone()
        })
    }

    pub(super) fn now(&self) -> SystemTime {
        (self.config.clock)()
    }

    pub(super) fn refresh_margin(&self) -> Duration {
        self.config.refresh_margin
    }

    pub(super) const fn timeout(&self) -> Duration {
        self.timeout
    }

    pub(super) fn client_id(&self) -> &str {
        &self.config.client_id
    }

    pub(super) fn redirect_uri(&self) -> Option<&str> {
        self.config.redirect_uri.as_deref()
    }

    pub(super) fn authorization_endpoint(&self) -> Result<&Url, Failure> {
        let endpoint = self.urls.authorization.as_ref();
        endpoint.ok_or_else(|| self.not_offered("the flow authorizationCode"))
    }

    /// Who answers the requests for authorization, as far as it is known.
    pub(super) fn issuer(&self) -> Option<Issuer> {
        Some(Issuer {
            name: self.urls.issuer()?,
            names_itself: self.issuer_names_itself,
        })
    }

    /// Refuses scopes that neither the document lists nor the caller or the server has named. Where
    /// the document lists none, nothing is known of them.
    pub(super) fn check_scopes(&self, asked: &BTreeSet<String>) -> Result<(), Failure> {
        let listed = self.endpoints.scopes;
        let unlisted = &self.config.unlisted_scopes;
        let is_known =
            |scope: &&String| listed.contains(&scope.as_str()) || unlisted.contains(*scope);
        let Some(unknown) = asked.iter().find(|scope| !is_known(scope)) else {
            return Ok(());
        };
        if listed.is_empty() {
            return Ok(());
        }
        let known = || {
            listed
                .iter()
                .copied()
                .chain(unlisted.iter().map(String::as_str))
        };
        let distance = |scope: &&str| strsim::osa_distance(scope, unknown);
        let near = known()
            .min_by_key(distance)
            .filter(|scope| distance(scope) <= 3);
        let instead = match near {
            Some(scope) => format!("did you mean `{scope}`?"),
            None => format!("it has `{}`", known().collect::<Vec<_>>().join("`, `")),
        };
        let scheme = self.scheme;
        Err(Failure::invalid(format!(
            "the scheme `{scheme}` of the document has no scope {unknown:?}: {instead} One that the \
             server knows all the same is named with `OAuthConfig::unlisted_scopes`"
        )))
    }

    /// Whether PKCE is sent. A public client has nothing else to prove itself with.
    pub(super) fn sends_pkce(&self) -> Result<bool, Failure> {
        if self.endpoints.pkce || self.wire.client_secret.is_some() {
            return Ok(self.endpoints.pkce);
        }
        let reason = "the server does not know PKCE, so that only a client with a secret is safe: \
                      call `OAuthConfig::client_secret`";
        Err(Failure::invalid(reason))
    }

    pub(super) fn offered<'a>(
        &self,
        url: Option<&'a Url>,
        what: &str,
        operation: &'static Operation,
    ) -> Result<&'a Url, Failure> {
        url.ok_or_else(|| self.not_offered(what).of(operation))
    }

    fn not_offered(&self, what: &str) -> Failure {
        let scheme = self.scheme;
        Failure::invalid(format!(
            "the scheme `{scheme}` of the document does not offer {what}"
        ))
    }
}

impl fmt::Debug for OAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuth")
            .field("scheme", &self.scheme)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

/// Whether the server no longer takes the refresh token.
pub(super) fn is_invalid_grant(error: &OAuthError) -> bool {
    let code = error.body().map(OAuthErrorBody::code);
    code == Some(&OAuthErrorCode::InvalidGrant)
}

/// What a call fails with when its session has no token for it. What may pass stays what it is.
pub(super) fn not_renewed(error: OAuthError) -> Failure {
    let ended = is_invalid_grant(&error);
    let reason = if ended {
        format!("the session has ended, sign in again: {error}")
    } else {
        format!("the access token could not be renewed: {error}")
    };
    let kind = match error.kind() {
        ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Transport => error.kind(),
        _ if ended => ErrorKind::SignInRequired,
        _ => ErrorKind::Credential,
    };
    Failure::from(error).instead(kind, reason)
}

/// The error type of sessions is that of calls.
pub(super) fn untyped(failure: Failure) -> Error {
    failure.into()
}
