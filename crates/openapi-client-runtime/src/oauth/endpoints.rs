//! What a document says of an authorization server, as constants; and the same as checked URLs.

use url::Url;

use super::metadata::issuer_of;
use crate::loopback::is_loopback;

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
    authorization: Option<&'static str>,
    token: Option<&'static str>,
    refresh: Option<&'static str>,
    client_credentials: Option<&'static str>,
    revocation: Option<&'static str>,
    introspection: Option<&'static str>,
    metadata: Option<&'static str>,
    issuer: Option<&'static str>,
    pub(super) client_authentication: ClientAuthentication,
    pub(super) pkce: bool,
    pub(super) scopes: &'static [&'static str],
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

/// The endpoints as URLs that a client may send secrets to.
#[derive(Clone, Debug)]
pub(super) struct Urls {
    pub(super) authorization: Option<Url>,
    pub(super) token: Option<Url>,
    pub(super) refresh: Option<Url>,
    pub(super) client_credentials: Option<Url>,
    pub(super) revocation: Option<Url>,
    pub(super) introspection: Option<Url>,
    pub(super) metadata: Option<Url>,
    pub(super) issuer: Option<String>,
}

impl Urls {
    /// Who the server is, where the document says it, or says where its metadata is.
    pub(super) fn issuer(&self) -> Option<String> {
        let of_metadata = || self.metadata.as_ref().map(issuer_of);
        self.issuer.clone().or_else(of_metadata)
    }
}

/// Decides which URLs do: a secret travels under TLS, or where the client's own calls travel
/// without it, which was checked or allowed when it was built.
pub(super) struct Place<'a> {
    pub(super) base_url: &'a Url,
    /// Replaces scheme, host and port of all endpoints.
    pub(super) origin: Option<&'a Url>,
    pub(super) allow_insecure_http: bool,
}

impl Place<'_> {
    pub(super) fn urls(&self, endpoints: &OAuthEndpoints) -> Result<Urls, String> {
        let url = |what: &str, text: Option<&str>| {
            text.map(|text| self.resolve(text))
                .transpose()
                .map_err(|reason| format!("its {what} {reason}"))
        };
        Ok(Urls {
            authorization: url("authorization URL", endpoints.authorization)?,
            token: url("token URL", endpoints.token)?,
            refresh: url("refresh URL", endpoints.refresh)?,
            client_credentials: url("token URL", endpoints.client_credentials)?,
            revocation: url("revocation URL", endpoints.revocation)?,
            introspection: url("introspection URL", endpoints.introspection)?,
            metadata: url("metadata URL", endpoints.metadata)?,
            issuer: endpoints.issuer.map(str::to_owned),
        })
    }

    /// A relative reference is resolved against the base URL, as OpenAPI 3.0.3 says under "Relative
    /// References in URLs", so that another environment also has other endpoints.
    pub(super) fn resolve(&self, reference: &str) -> Result<Url, String> {
        let mut url = self
            .base_url
            .join(reference)
            .map_err(|error| format!("cannot be read: {error}"))?;
        if let Some(origin) = self.origin {
            url = moved(&url, origin)?;
        }
        if url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
            return Err("has a fragment or user name, which endpoints must not have".to_owned());
        }
        match url.scheme() {
            "https" => Ok(url),
            "http" if self.base_url.scheme() != "http" => Err(
                "is http:// while the API is https://, so that secrets would travel in the clear"
                    .to_owned(),
            ),
            "http" if self.allow_insecure_http || is_loopback(&url) => Ok(url),
            "http" => Err(
                "is http:// and not on this machine: call `allow_insecure_http` to allow it"
                    .to_owned(),
            ),
            _ => Err("is neither http:// nor https://".to_owned()),
        }
    }
}

fn moved(url: &Url, origin: &Url) -> Result<Url, String> {
    let mut target = origin.clone();
    target.set_path(url.path());
    target.set_query(url.query());
    if target.has_host() {
        Ok(target)
    } else {
        Err("cannot be moved to an origin without a host".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(base: &str, reference: &str) -> Result<String, String> {
        let place = Place {
            base_url: &Url::parse(base).unwrap(),
            origin: None,
            allow_insecure_http: false,
        };
        place.resolve(reference).map(String::from)
    }

    #[test]
    fn relative_endpoints_move_with_the_environment() {
        for (base, reference, url) in [
            (
                "https://api.h/v1",
                "/oauth2/token",
                "https://api.h/oauth2/token",
            ),
            (
                "https://beta.h/",
                "/oauth2/token",
                "https://beta.h/oauth2/token",
            ),
            (
                "https://api.h/v1",
                "https://auth.h/t?x=1",
                "https://auth.h/t?x=1",
            ),
            ("http://127.0.0.1:80/", "/t", "http://127.0.0.1/t"),
            ("http://127.0.0.1/", "https://auth.h/t", "https://auth.h/t"),
        ] {
            assert_eq!(resolved(base, reference).as_deref(), Ok(url));
        }
    }

    #[test]
    fn secrets_do_not_travel_in_the_clear() {
        for (base, reference, reason) in [
            ("https://api.h", "http://auth.h/t", "in the clear"),
            (
                "http://127.0.0.1/",
                "http://auth.h/t",
                "allow_insecure_http",
            ),
            ("https://api.h", "ftp://auth.h/t", "neither"),
            ("https://api.h", "https://me:pw@auth.h/t", "user name"),
            ("https://api.h", "/t#x", "fragment"),
            ("https://api.h", "https://", "cannot be read"),
        ] {
            let refused = resolved(base, reference).unwrap_err();
            assert!(refused.contains(reason), "{reference}: {refused}");
        }
    }

    #[test]
    fn an_origin_of_ones_own_takes_path_and_query_along() {
        let place = Place {
            base_url: &Url::parse("http://127.0.0.1:1/v1").unwrap(),
            origin: Some(&Url::parse("http://localhost:9").unwrap()),
            allow_insecure_http: false,
        };
        let url = place.resolve("https://auth.h/token?tenant=7").unwrap();
        assert_eq!(url.as_str(), "http://localhost:9/token?tenant=7");
    }
}
