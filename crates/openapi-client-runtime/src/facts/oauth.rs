//! What a document says of an authorization server, as constants.

/// How a client proves who it is to the authorization server (RFC 6749, section 2.3).
/// [`OAuthEndpoints`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClientAuthentication {
    /// Client id and secret as HTTP Basic credentials (`client_secret_basic`).
    Basic,
    /// Client id and secret as parameters of the body (`client_secret_post`).
    Body,
    /// The client id alone: the server knows public clients only (`none`).
    None,
}

/// Where an authorization server is and what it offers, as the `flows` of a security scheme and its
/// `x-oauth` say. Each URL is absolute, or a path that the base URL of the client completes.
///
/// ```
/// use openapi_client_runtime::{ClientAuthentication, OAuthEndpoints, Scheme, SchemeKind};
///
/// const USER: Scheme = Scheme::new("user", SchemeKind::OAuth2, "user").oauth(
///     OAuthEndpoints::new()
///         .authorization_code("/oauth2/authorize", "/oauth2/token")
///         .revocation("/oauth2/revoke")
///         .client_authentication(ClientAuthentication::Basic)
///         .scopes(&["meetings:read", "meetings:write"]),
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OAuthEndpoints {
    pub(crate) authorization: Option<&'static str>,
    pub(crate) token: Option<&'static str>,
    pub(crate) refresh: Option<&'static str>,
    pub(crate) client_credentials: Option<&'static str>,
    pub(crate) revocation: Option<&'static str>,
    pub(crate) introspection: Option<&'static str>,
    pub(crate) metadata: Option<&'static str>,
    pub(crate) issuer: Option<&'static str>,
    pub(crate) client_authentication: ClientAuthentication,
    pub(crate) pkce: bool,
    pub(crate) scopes: &'static [&'static str],
}

impl Default for OAuthEndpoints {
    fn default() -> Self {
        Self::new()
    }
}

impl OAuthEndpoints {
    /// A server without any endpoint, that takes HTTP Basic and knows PKCE.
    pub const fn new() -> Self {
        Self {
            authorization: None,
            token: None,
            refresh: None,
            client_credentials: None,
            revocation: None,
            introspection: None,
            metadata: None,
            issuer: None,
            client_authentication: ClientAuthentication::Basic,
            pkce: true,
            scopes: &[],
        }
    }

    /// Offers the flow `authorizationCode` (RFC 6749, section 4.1).
    #[must_use]
    pub const fn authorization_code(
        mut self,
        authorization_url: &'static str,
        token_url: &'static str,
    ) -> Self {
        self.authorization = Some(authorization_url);
        self.token = Some(token_url);
        self
    }

    /// Offers the flow `clientCredentials` (RFC 6749, section 4.4).
    #[must_use]
    pub const fn client_credentials(mut self, token_url: &'static str) -> Self {
        self.client_credentials = Some(token_url);
        self
    }

    /// Where tokens are refreshed, if not at the token URL (RFC 6749, section 6).
    #[must_use]
    pub const fn refresh(mut self, url: &'static str) -> Self {
        self.refresh = Some(url);
        self
    }

    /// Where tokens are revoked (RFC 7009).
    #[must_use]
    pub const fn revocation(mut self, url: &'static str) -> Self {
        self.revocation = Some(url);
        self
    }

    /// Where tokens are introspected (RFC 7662).
    #[must_use]
    pub const fn introspection(mut self, url: &'static str) -> Self {
        self.introspection = Some(url);
        self
    }

    /// Where the server describes itself (RFC 8414).
    #[must_use]
    pub const fn metadata(mut self, url: &'static str) -> Self {
        self.metadata = Some(url);
        self
    }

    /// The issuer that the metadata must name, where the metadata URL does not tell it.
    #[must_use]
    pub const fn issuer(mut self, issuer: &'static str) -> Self {
        self.issuer = Some(issuer);
        self
    }

    /// How clients with a secret authenticate.
    #[must_use]
    pub const fn client_authentication(mut self, method: ClientAuthentication) -> Self {
        self.client_authentication = method;
        self
    }

    /// The server does not know PKCE (RFC 7636), so nothing of it is sent.
    #[must_use]
    pub const fn without_pkce(mut self) -> Self {
        self.pkce = false;
        self
    }

    /// All scopes that the flows list.
    #[must_use]
    pub const fn scopes(mut self, scopes: &'static [&'static str]) -> Self {
        self.scopes = scopes;
        self
    }
}
