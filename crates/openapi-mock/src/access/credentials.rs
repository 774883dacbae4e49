//! The credentials that a mock takes from the start, good ones and bad ones.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::store::{CLIENT, SECRET};
use crate::api::Location;

/// What a credential of [`Credentials`] is good for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Quality {
    /// It may call every operation of its scheme.
    Good,
    /// A client that has this feature and no other (`x-client-features`).
    Feature(String),
    /// A client without any feature.
    Featureless,
    /// A token without any scope.
    Scopeless,
    /// The application is not trusted (`x-trusted-only`).
    Untrusted,
    /// It has come to its end.
    Expired,
    /// It was taken back.
    Revoked,
}

impl fmt::Display for Quality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Good => f.write_str("good"),
            Self::Feature(name) => write!(f, "feature {name}"),
            Self::Featureless => f.write_str("without features"),
            Self::Scopeless => f.write_str("without scopes"),
            Self::Untrusted => f.write_str("untrusted"),
            Self::Expired => f.write_str("expired"),
            Self::Revoked => f.write_str("revoked"),
        }
    }
}

/// A credential that the mock knows. None of them is a secret: all are made from the document alone,
/// start with `mock-` and are good for nothing elsewhere, so they may be printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    pub(super) scheme: String,
    pub(super) quality: Quality,
    pub(super) secret: Shape,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape {
    Basic {
        user: String,
        password: String,
    },
    Bearer(String),
    ApiKey {
        location: Location,
        name: String,
        value: String,
    },
}

impl Credential {
    /// The name of the security scheme that it fits.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// What it is good for.
    pub fn quality(&self) -> &Quality {
        &self.quality
    }

    /// User name and password, where the scheme is HTTP Basic.
    pub fn basic(&self) -> Option<(&str, &str)> {
        match &self.secret {
            Shape::Basic { user, password } => Some((user, password)),
            _ => None,
        }
    }

    /// The token, where the scheme is bearer, OAuth 2.0 or OpenID Connect.
    pub fn bearer(&self) -> Option<&str> {
        match &self.secret {
            Shape::Bearer(token) => Some(token),
            _ => None,
        }
    }

    /// The key, where the scheme is an API key.
    pub fn api_key(&self) -> Option<&str> {
        match &self.secret {
            Shape::ApiKey { value, .. } => Some(value),
            _ => None,
        }
    }

    /// The header that carries it; none where it belongs into the query.
    pub fn header(&self) -> Option<(&str, String)> {
        match &self.secret {
            Shape::Basic { user, password } => {
                let pair = STANDARD.encode(format!("{user}:{password}"));
                Some(("Authorization", format!("Basic {pair}")))
            }
            Shape::Bearer(token) => Some(("Authorization", format!("Bearer {token}"))),
            Shape::ApiKey {
                location,
                name,
                value,
            } => match location {
                Location::Header => Some((name, value.clone())),
                Location::Cookie => Some(("Cookie", format!("{name}={value}"))),
                Location::Query | Location::Path => None,
            },
        }
    }

    /// Name and value in the query; none where it belongs into a header.
    pub fn query(&self) -> Option<(&str, &str)> {
        match &self.secret {
            Shape::ApiKey {
                location: Location::Query,
                name,
                value,
            } => Some((name, value)),
            _ => None,
        }
    }
}

/// One line for people: the scheme, where the credential goes, and what it is.
impl fmt::Display for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): ", self.scheme, self.quality)?;
        match &self.secret {
            Shape::Basic { user, password } => write!(f, "user {user}, password {password}"),
            Shape::Bearer(token) => write!(f, "Authorization: Bearer {token}"),
            Shape::ApiKey {
                location,
                name,
                value,
            } => match location {
                Location::Query => write!(f, "?{name}={value}"),
                Location::Cookie => write!(f, "Cookie: {name}={value}"),
                Location::Header | Location::Path => write!(f, "{name}: {value}"),
            },
        }
    }
}

/// The credentials that a mock takes from the start: for each security scheme of the document a good
/// one, which may call everything, and bad ones that provoke each refusal. They are the same in every
/// run.
///
/// ```
/// # use openapi_mock::{Document, MockServer, Quality};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let document = Document::bundled(r#"{"openapi": "3.0.3", "info": {}, "paths": {},
/// #   "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}}}"#)?;
/// let server = MockServer::start(document).await?;
/// let credentials = server.credentials();
/// assert_eq!(credentials.bearer("token"), Some("mock-token"));
/// let expired = credentials.with("token", &Quality::Expired).ok_or("no such credential")?;
/// assert_eq!(expired.bearer(), Some("mock-token-expired"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    pub(super) all: Vec<Credential>,
    /// Whether the document has flows of OAuth 2.0.
    pub(super) flows: bool,
}

impl Credentials {
    /// User name and password of the good credential of a Basic scheme.
    pub fn basic(&self, scheme: &str) -> Option<(&str, &str)> {
        self.good(scheme)?.basic()
    }

    /// The good token of a bearer or OAuth 2.0 scheme. It has all scopes of the document.
    pub fn bearer(&self, scheme: &str) -> Option<&str> {
        self.good(scheme)?.bearer()
    }

    /// The good key of an API key scheme.
    pub fn api_key(&self, scheme: &str) -> Option<&str> {
        self.good(scheme)?.api_key()
    }

    /// The good credential of a scheme.
    pub fn good(&self, scheme: &str) -> Option<&Credential> {
        self.with(scheme, &Quality::Good)
    }

    /// The credential of a scheme that is good for this. Which there are depends on the document:
    /// without scopes, for instance, there is no token that lacks them.
    pub fn with(&self, scheme: &str, quality: &Quality) -> Option<&Credential> {
        let mut all = self.all.iter();
        all.find(|credential| credential.scheme == scheme && credential.quality == *quality)
    }

    /// Id and secret of the client that the OAuth 2.0 server knows from the start, where the document
    /// has flows. Without a secret it knows `mock-public`.
    pub fn oauth_client(&self) -> Option<(&str, &str)> {
        self.flows.then_some((CLIENT, SECRET))
    }

    /// All of them, in the order of the document, good ones first.
    pub fn iter(&self) -> impl Iterator<Item = &Credential> {
        self.all.iter()
    }
}
