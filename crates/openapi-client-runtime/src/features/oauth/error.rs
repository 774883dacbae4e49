//! What authorization servers say when they refuse.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::values::one_line::OneLine;
use crate::{Error, UnknownValue, open_enum};

/// The error of a call to an authorization server.
///
/// [`Error::body`] holds what the server said, [`Error::code`] the code as text:
///
/// ```
/// use openapi_client_runtime::{OAuthError, OAuthErrorCode};
///
/// fn must_sign_in_again(error: &OAuthError) -> bool {
///     let code = error.body().map(|body| body.code());
///     code == Some(&OAuthErrorCode::InvalidGrant)
/// }
/// ```
pub type OAuthError = Error<OAuthErrorBody>;

/// The error codes of RFC 6749 (sections 4.1.2.1 and 5.2), RFC 7009 (section 2.2.1) and OpenID
/// Connect Core 1.0 (section 3.1.2.6); others come as `Unknown`. [`OAuthError`] has an example.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum OAuthErrorCode {
    /// The request lacks a parameter, repeats one or is malformed.
    InvalidRequest,
    /// The client is not known, or did not authenticate as it must.
    InvalidClient,
    /// The code or refresh token is invalid, expired, revoked, used before, or not for this client
    /// or redirect URI: the user must sign in again.
    InvalidGrant,
    /// The client may not use this grant.
    UnauthorizedClient,
    /// The server does not know this grant.
    UnsupportedGrantType,
    /// A scope is unknown, malformed or more than was granted.
    InvalidScope,
    /// The user, or the server, said no.
    AccessDenied,
    /// The server does not give codes this way.
    UnsupportedResponseType,
    /// The server failed.
    ServerError,
    /// The server is overloaded or under maintenance.
    TemporarilyUnavailable,
    /// The server does not revoke tokens of this type.
    UnsupportedTokenType,
    /// The user would have to sign in, which the request excluded.
    LoginRequired,
    /// The user would have to do something, which the request excluded.
    InteractionRequired,
    /// The user would have to consent, which the request excluded.
    ConsentRequired,
    /// The user would have to choose an account, which the request excluded.
    AccountSelectionRequired,
    /// A code that is not in the standards.
    Unknown(UnknownValue),
}

open_enum!(OAuthErrorCode {
    InvalidRequest = "invalid_request",
    InvalidClient = "invalid_client",
    InvalidGrant = "invalid_grant",
    UnauthorizedClient = "unauthorized_client",
    UnsupportedGrantType = "unsupported_grant_type",
    InvalidScope = "invalid_scope",
    AccessDenied = "access_denied",
    UnsupportedResponseType = "unsupported_response_type",
    ServerError = "server_error",
    TemporarilyUnavailable = "temporarily_unavailable",
    UnsupportedTokenType = "unsupported_token_type",
    LoginRequired = "login_required",
    InteractionRequired = "interaction_required",
    ConsentRequired = "consent_required",
    AccountSelectionRequired = "account_selection_required",
});

/// What an authorization server says of an error (RFC 6749, sections 4.1.2.1 and 5.2).
///
/// ```
/// use openapi_client_runtime::{OAuthErrorBody, OAuthErrorCode};
///
/// let json = r#"{"error": "invalid_grant", "error_description": "the code has expired"}"#;
/// let body: OAuthErrorBody = serde_json::from_str(json)?;
/// assert_eq!(body.code(), &OAuthErrorCode::InvalidGrant);
/// assert_eq!(body.to_string(), "invalid_grant: the code has expired");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct OAuthErrorBody {
    #[serde(rename = "error")]
    code: OAuthErrorCode,
    #[serde(
        rename = "error_description",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    description: Option<String>,
    #[serde(rename = "error_uri", default, skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

impl OAuthErrorBody {
    pub(super) fn new(code: &str, description: Option<String>, uri: Option<String>) -> Self {
        Self {
            code: code.into(),
            description,
            uri,
            extra: Map::new(),
        }
    }

    /// The error code.
    pub fn code(&self) -> &OAuthErrorCode {
        &self.code
    }

    /// The server's explanation for developers.
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// A page on the error.
    pub fn uri(&self) -> Option<&str> {
        self.uri.as_deref()
    }

    /// Members beyond the standard.
    pub fn extra(&self) -> &Map<String, Value> {
        &self.extra
    }
}

/// `access_denied: the user said no`
impl fmt::Display for OAuthErrorBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", OneLine(self.code.as_str()))?;
        match &self.description {
            Some(description) => write!(f, ": {}", OneLine(description)),
            None => Ok(()),
        }
    }
}

/// Further members may hold anything, so only how many there are is shown.
impl fmt::Debug for OAuthErrorBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthErrorBody")
            .field("code", &OneLine(self.code.as_str()))
            .field("description", &self.description.as_deref().map(OneLine))
            .field("extra", &format_args!("[{} members]", self.extra.len()))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_open() {
        let sample = r#"{"error":"invalid_request"}"#; // RFC 6749, section 5.2
        let body: OAuthErrorBody = serde_json::from_str(sample).unwrap();
        assert_eq!(body.code(), &OAuthErrorCode::InvalidRequest);
        let other = r#"{"error":"over_quota","error_description":"a\nb","request_id":"7"}"#;
        let body: OAuthErrorBody = serde_json::from_str(other).unwrap();
        assert!(matches!(body.code(), OAuthErrorCode::Unknown(_)));
        assert_eq!(body.to_string(), "over_quota: a b");
        assert_eq!(body.extra()["request_id"], "7");
        assert_eq!(serde_json::to_value(&body).unwrap()["error"], "over_quota");
        assert!(serde_json::from_str::<OAuthErrorBody>(r#"{"code":"x"}"#).is_err());
    }
}
