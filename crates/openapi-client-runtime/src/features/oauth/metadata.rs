//! What an authorization server says of itself (RFC 8414).

use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

/// The metadata of an authorization server, whose issuer was checked.
///
/// ```
/// use openapi_client_runtime::{OAuth, OAuthError};
///
/// /// The endpoints that the server names today.
/// async fn up_to_date(oauth: &OAuth) -> Result<OAuth, OAuthError> {
///     let metadata = oauth.discover().await?;
///     println!("{} has PKCE: {}", metadata.issuer(), metadata.supports_pkce());
///     oauth.with_metadata(&metadata)
/// }
/// ```
#[derive(Clone, Debug, Deserialize)]
pub struct ServerMetadata {
    issuer: String,
    #[serde(default)]
    pub(super) authorization_endpoint: Option<String>,
    #[serde(default)]
    pub(super) token_endpoint: Option<String>,
    #[serde(default)]
    pub(super) revocation_endpoint: Option<String>,
    #[serde(default)]
    pub(super) introspection_endpoint: Option<String>,
    #[serde(default)]
    scopes_supported: Vec<String>,
    #[serde(default)]
    code_challenge_methods_supported: Option<Vec<String>>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

impl ServerMetadata {
    /// Who the server is.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Where users sign in.
    pub fn authorization_endpoint(&self) -> Option<&str> {
        self.authorization_endpoint.as_deref()
    }

    /// Where tokens are given out.
    pub fn token_endpoint(&self) -> Option<&str> {
        self.token_endpoint.as_deref()
    }

    /// Where tokens are revoked.
    pub fn revocation_endpoint(&self) -> Option<&str> {
        self.revocation_endpoint.as_deref()
    }

    /// Where tokens are introspected.
    pub fn introspection_endpoint(&self) -> Option<&str> {
        self.introspection_endpoint.as_deref()
    }

    /// The scopes that the server names; it may know others.
    pub fn scopes_supported(&self) -> &[String] {
        &self.scopes_supported
    }

    /// Whether the server says that it knows PKCE with S256.
    pub fn supports_pkce(&self) -> bool {
        let methods = self.code_challenge_methods_supported.iter().flatten();
        methods.into_iter().any(|method| method == "S256")
    }

    /// Whether the server says that its callbacks name it (RFC 9207, section 3).
    pub(super) fn names_itself(&self) -> bool {
        let says = self
            .extra
            .get("authorization_response_iss_parameter_supported");
        says.and_then(Value::as_bool).unwrap_or_default()
    }

    /// All other members.
    pub const fn extra(&self) -> &Map<String, Value> {
        &self.extra
    }
}

/// The issuer whose metadata stands at a URL (RFC 8414, section 3.1; OpenID Connect Discovery 1.0,
/// section 4): the URL without its well-known part.
pub(super) fn issuer_of(url: &Url) -> String {
    const WELL_KNOWN: &str = "/.well-known/";
    let origin = url.origin().ascii_serialization();
    let (before, behind) = url.path().split_once(WELL_KNOWN).unwrap_or_default();
    let behind = behind.split_once('/').map(|(_, rest)| format!("/{rest}"));
    format!("{origin}{before}{}", behind.unwrap_or_default())
}

/// The same issuer, whether or not it is written with a slash at its end.
pub(super) fn is_issuer(named: &str, expected: &str) -> bool {
    named.trim_end_matches('/') == expected.trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_issuer_stands_around_the_well_known_part() {
        for (url, issuer) in [
            (
                "https://h/.well-known/oauth-authorization-server",
                "https://h",
            ),
            (
                "https://h/.well-known/oauth-authorization-server/a/b",
                "https://h/a/b",
            ),
            (
                "https://h:8443/a/.well-known/openid-configuration",
                "https://h:8443/a",
            ),
            ("https://h/metadata", "https://h"),
        ] {
            assert_eq!(issuer_of(&Url::parse(url).unwrap()), issuer);
        }
        assert!(is_issuer("https://h/", "https://h"));
        assert!(!is_issuer("https://h.evil", "https://h"));
    }
}
