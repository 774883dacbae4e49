//! What an authorization server knows of a token (RFC 7662, section 2.2).

use std::collections::BTreeSet;
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::tokens::ScopeReply;

/// The state of a token, as its authorization server sees it.
///
/// ```
/// use openapi_client_runtime::{OAuth, OAuthError, Secret};
///
/// async fn may_read(oauth: &OAuth, token: &Secret) -> Result<bool, OAuthError> {
///     let state = oauth.introspect(token).await?;
///     let granted = state.scopes().is_some_and(|scopes| scopes.contains("meetings:read"));
///     Ok(state.is_active() && granted)
/// }
/// ```
#[derive(Clone, Deserialize)]
pub struct Introspection {
    active: bool,
    #[serde(default, rename = "scope", deserialize_with = "scopes")]
    scopes: Option<BTreeSet<String>>,
    #[serde(default)]
    client_id: Option<String>,
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    token_type: Option<String>,
    #[serde(default, rename = "sub")]
    subject: Option<String>,
    #[serde(default, rename = "iss")]
    issuer: Option<String>,
    #[serde(default, rename = "aud", deserialize_with = "one_or_many")]
    audience: Vec<String>,
    #[serde(default, rename = "exp", deserialize_with = "time")]
    expires_at: Option<SystemTime>,
    #[serde(default, rename = "iat", deserialize_with = "time")]
    issued_at: Option<SystemTime>,
    #[serde(default, rename = "nbf", deserialize_with = "time")]
    not_before: Option<SystemTime>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

impl Introspection {
    /// Whether the token is good now. Of one that is not, nothing else is said.
    pub const fn is_active(&self) -> bool {
        self.active
    }

    /// The scopes of the token.
    pub const fn scopes(&self) -> Option<&BTreeSet<String>> {
        self.scopes.as_ref()
    }

    /// The client that the token was given to.
    pub fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref()
    }

    /// A readable name of the user who authorized it.
    pub fn username(&self) -> Option<&str> {
        self.username.as_deref()
    }

    /// The type of the token.
    pub fn token_type(&self) -> Option<&str> {
        self.token_type.as_deref()
    }

    /// Who authorized it, as the server names users among machines (`sub`).
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// Who gave it out (`iss`).
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// The services it is meant for (`aud`).
    pub fn audience(&self) -> &[String] {
        &self.audience
    }

    /// When it ends (`exp`).
    pub const fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }

    /// When it was given out (`iat`).
    pub const fn issued_at(&self) -> Option<SystemTime> {
        self.issued_at
    }

    /// When it begins (`nbf`).
    pub const fn not_before(&self) -> Option<SystemTime> {
        self.not_before
    }

    /// Members beyond these.
    pub const fn extra(&self) -> &Map<String, Value> {
        &self.extra
    }
}

/// Who the token belongs to is personal data and not shown.
impl fmt::Debug for Introspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introspection")
            .field("active", &self.active)
            .field("scopes", &self.scopes)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

fn scopes<'de, D: Deserializer<'de>>(input: D) -> Result<Option<BTreeSet<String>>, D::Error> {
    Ok(Option::<ScopeReply>::deserialize(input)?.map(ScopeReply::into_set))
}

fn one_or_many<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany {
        One(String),
        Many(Vec<String>),
    }
    Ok(match Option::deserialize(input)? {
        None => Vec::new(),
        Some(OneOrMany::One(one)) => vec![one],
        Some(OneOrMany::Many(many)) => many,
    })
}

/// `NumericDate` of RFC 7519: seconds since 1970, perhaps with a fraction.
fn time<'de, D: Deserializer<'de>>(input: D) -> Result<Option<SystemTime>, D::Error> {
    let seconds = Option::<f64>::deserialize(input)?;
    let since = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    Ok(since.and_then(|since| UNIX_EPOCH.checked_add(since)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_samples_of_rfc_7662_section_2_2() {
        let active: Introspection = serde_json::from_str(
            r#"{"active": true, "client_id": "l238j323ds-23ij4", "username": "jdoe",
                "scope": "read write dolphin", "sub": "Z5O3upPC88QrAjx00dis",
                "aud": "https://protected.example.net/resource",
                "iss": "https://server.example.com/", "exp": 1419356238, "iat": 1419350238,
                "extension_field": "twenty-seven"}"#,
        )
        .unwrap();
        assert!(active.is_active());
        assert_eq!(active.scopes().unwrap().len(), 3);
        assert_eq!(active.username(), Some("jdoe"));
        assert_eq!(
            active.audience(),
            ["https://protected.example.net/resource"]
        );
        let life = active
            .expires_at()
            .unwrap()
            .duration_since(active.issued_at().unwrap());
        assert_eq!(life.unwrap().as_secs(), 6000);
        assert_eq!(active.extra()["extension_field"], "twenty-seven");
        assert!(!format!("{active:?}").contains("jdoe"));
        let gone: Introspection = serde_json::from_str(r#"{"active": false}"#).unwrap();
        assert!(!gone.is_active() && gone.scopes().is_none() && gone.audience().is_empty());
    }
}
