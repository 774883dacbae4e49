//! Security schemes, and what operations need of them.

use indexmap::IndexMap;
use serde_json::Value;

use super::content::Location;

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
        details: Option<Value>,
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

/// Credentials that are enough together: the names of schemes, each with the scopes that it needs.
/// Without any, a call needs none.
pub type Requirement = IndexMap<String, Vec<String>>;
