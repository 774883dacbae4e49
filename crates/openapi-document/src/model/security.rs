//! Security schemes, and what operations need of them.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::content::Location;
use super::node::lenient;

/// Credentials that an API knows.
#[derive(Debug, Clone, PartialEq)]
pub struct SecurityScheme {
    /// JSON pointer to its definition, behind references.
    pub pointer: String,
    /// Markdown (`CommonMark`).
    pub description: Option<String>,
    /// What is sent.
    pub kind: SchemeKind,
}

/// What a scheme sends.
#[derive(Debug, Clone, PartialEq)]
pub enum SchemeKind {
    /// Name and password (RFC 7617).
    Basic,
    /// A token in `Authorization` (RFC 6750), in a format for people.
    Bearer(Option<String>),
    /// Another scheme of `Authorization`.
    Http(String),
    /// A key.
    ApiKey {
        /// Where it is sent.
        location: Location,
        /// The name of its header, parameter or cookie.
        name: String,
    },
    /// A token of OAuth 2.0.
    OAuth2 {
        /// How tokens are got.
        flows: Vec<Flow>,
        /// What the flows have no word for (`x-oauth`).
        details: Option<OAuthDetails>,
    },
    /// A token of `OpenID` Connect.
    OpenIdConnect {
        /// Where the provider describes itself.
        url: String,
    },
}

/// A way to get tokens of OAuth 2.0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// Which way.
    pub kind: FlowKind,
    /// Where the user consents.
    pub authorization_url: Option<String>,
    /// Where tokens are handed out.
    pub token_url: Option<String>,
    /// Where tokens are refreshed, if elsewhere.
    pub refresh_url: Option<String>,
    /// Scopes and what they allow.
    pub scopes: IndexMap<String, String>,
}

/// The ways of OAuth 2.0 to get tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FlowKind {
    /// RFC 6749, section 4.1.
    AuthorizationCode,
    /// RFC 6749, section 4.2.
    Implicit,
    /// RFC 6749, section 4.3.
    Password,
    /// RFC 6749, section 4.4.
    ClientCredentials,
}

impl FlowKind {
    /// All kinds, in the order of OpenAPI.
    pub const ALL: [Self; 4] = [
        Self::Implicit,
        Self::Password,
        Self::ClientCredentials,
        Self::AuthorizationCode,
    ];

    /// As documents write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorizationCode",
            Self::Implicit => "implicit",
            Self::Password => "password",
            Self::ClientCredentials => "clientCredentials",
        }
    }
}

/// What the flows of OpenAPI have no word for (`x-oauth`). A word that is not understood reads as absent.
/// URLs are absolute, or paths from the root of the server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OAuthDetails {
    /// How clients with a secret prove who they are at the token endpoint.
    #[serde(deserialize_with = "lenient")]
    pub client_authentication: Option<ClientAuthentication>,
    /// Whether the server knows PKCE (RFC 7636).
    #[serde(deserialize_with = "lenient")]
    pub pkce: Option<Pkce>,
    /// Whether clients have to use PKCE.
    #[serde(deserialize_with = "lenient")]
    pub pkce_required: Option<bool>,
    /// How long an authorization code lasts, in seconds.
    #[serde(deserialize_with = "lenient")]
    pub code_lifetime: Option<u64>,
    /// How long an access token lasts, in seconds.
    #[serde(deserialize_with = "lenient")]
    pub access_token_lifetime: Option<u64>,
    /// How long a refresh token lasts, in seconds.
    #[serde(deserialize_with = "lenient")]
    pub refresh_token_lifetime: Option<u64>,
    /// Where tokens are revoked (RFC 7009).
    #[serde(deserialize_with = "lenient")]
    pub revocation_url: Option<String>,
    /// Where tokens are inspected (RFC 7662).
    #[serde(deserialize_with = "lenient")]
    pub introspection_url: Option<String>,
    /// Where the server describes itself (RFC 8414).
    #[serde(deserialize_with = "lenient")]
    pub metadata_url: Option<String>,
    /// Who the server is, where the URL of its metadata does not tell it.
    #[serde(deserialize_with = "lenient")]
    pub issuer: Option<String>,
}

/// How clients with a secret prove who they are (RFC 6749, section 2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientAuthentication {
    /// By HTTP Basic authentication.
    Basic,
    /// By members of the body.
    Body,
    /// Not at all: all clients are public.
    None,
}

/// Ways of PKCE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub enum Pkce {
    /// The challenge is a hash of the verifier (RFC 7636, section 4.2).
    S256,
    /// The server does not know it.
    #[serde(rename = "none")]
    None,
}

/// Credentials that are enough together: the names of schemes, each with the scopes that it needs.
/// Without any, a call needs none.
pub type Requirement = IndexMap<String, Vec<String>>;
