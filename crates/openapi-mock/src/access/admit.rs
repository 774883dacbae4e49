//! From a credential to its holder.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use http::header;
use openapi_document::model::SchemeKind;

use super::presented::{self, Presented};
use super::store::{Standing, Store, TokenKind};
use super::{Caller, Shortfall};
use crate::api::{Api, Location};
use crate::refusal::Reason;
use crate::request::Request;

/// Who holds the credential that a request presents to a scheme. What is said of a refusal names the
/// place of the credential, never the credential.
pub(super) fn admit(
    api: &Api,
    store: &Store,
    name: &str,
    request: &Request,
) -> Result<Caller, Shortfall> {
    let Some(scheme) = api.scheme(name) else {
        let detail = format!("the document has no security scheme {name} that can be checked");
        return Err(Shortfall::new(0, Reason::MissingCredentials, detail));
    };
    let kind = &scheme.kind;
    let place = Place { kind, name };
    match kind {
        SchemeKind::Basic => {
            let (user, password) = given(typed(request, presented::basic), place)?;
            client(store, name, &user, &password, place)
        }
        SchemeKind::ApiKey {
            location,
            name: own,
        } => {
            let value = presented::api_key(request, *location, own);
            let value = given(value.map_err(Unread::Malformed), place)?;
            key(store, name, value, place)
        }
        // A token, however clients get it.
        _ => {
            let text = given(typed(request, presented::bearer), place)?;
            token(store, name, &text, place)
        }
    }
}

/// Where a credential of a scheme stands, in words.
#[derive(Clone, Copy)]
struct Place<'a> {
    kind: &'a SchemeKind,
    name: &'a str,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            SchemeKind::Basic => f.write_str("`Authorization: Basic`")?,
            SchemeKind::ApiKey { location, name } => match location {
                Location::Header => write!(f, "header `{name}`")?,
                Location::Query => write!(f, "query parameter `{name}`")?,
                Location::Cookie => write!(f, "cookie `{name}`")?,
                Location::Path => write!(f, "path parameter `{name}`")?,
            },
            _ => f.write_str("`Authorization: Bearer`")?,
        }
        write!(f, " (scheme {})", self.name)
    }
}

/// Why there is no credential although something stands in its place.
enum Unread {
    Malformed(&'static str),
    /// The header holds credentials of another type, or none of any.
    OtherType,
}

/// What `Authorization` holds, if it is of the type that is `read`.
fn typed<T>(
    request: &Request,
    read: impl Fn(&Request) -> Presented<T>,
) -> Result<Option<T>, Unread> {
    match read(request) {
        Ok(None) if request.headers.contains_key(header::AUTHORIZATION) => Err(Unread::OtherType),
        presented => presented.map_err(Unread::Malformed),
    }
}

fn given<T>(presented: Result<Option<T>, Unread>, place: Place<'_>) -> Result<T, Shortfall> {
    let malformed = |progress, why: &str| {
        let detail = format!("{place} cannot be read: {why}");
        Err(Shortfall::new(
            progress,
            Reason::MalformedCredentials,
            detail,
        ))
    };
    match presented {
        Ok(Some(value)) => Ok(value),
        Ok(None) => {
            let detail = format!("{place} is missing");
            Err(Shortfall::new(0, Reason::MissingCredentials, detail))
        }
        Err(Unread::Malformed(why)) => malformed(Shortfall::WRONG, why),
        Err(Unread::OtherType) => malformed(
            Shortfall::OTHER_TYPE,
            "the header holds credentials of another type",
        ),
    }
}

fn client(
    store: &Store,
    scheme: &str,
    user: &str,
    password: &str,
    place: Place<'_>,
) -> Result<Caller, Shortfall> {
    let known = store.fixed.clients.get(user);
    let matching = known.filter(|client| client.secret.as_deref() == Some(password));
    let Some(client) = matching else {
        let detail = "has a user name or a password that this mock does not know";
        return Err(wrong(&format!("{place} {detail}")));
    };
    lasting(client.standing, place)?;
    Ok(Caller {
        schemes: vec![scheme.to_owned()],
        client: Some(user.to_owned()),
        features: Some(client.features.clone()),
        untrusted: !client.trusted,
        credential: Some(number(scheme, user)),
        ..Caller::default()
    })
}

fn token(store: &Store, scheme: &str, text: &str, place: Place<'_>) -> Result<Caller, Shortfall> {
    let Some(token) = store.token(text) else {
        return Err(wrong(&format!(
            "{place} has a token that this mock does not know"
        )));
    };
    if token.kind == TokenKind::Refresh {
        return Err(wrong(&format!(
            "{place} has a refresh token, which opens nothing by itself"
        )));
    }
    if !token.schemes.iter().any(|own| own == scheme) {
        let others = token.schemes.join(", ");
        return Err(wrong(&format!(
            "{place} has a token of the scheme {others}"
        )));
    }
    lasting(token.standing(), place)?;
    let client = store.fixed.clients.get(&token.client);
    Ok(Caller {
        schemes: vec![scheme.to_owned()],
        client: Some(token.client.clone()),
        subject: token.subject.clone(),
        scopes: Some(token.scopes.clone()),
        features: Some(
            client
                .map(|client| client.features.clone())
                .unwrap_or_default(),
        ),
        untrusted: !token.trusted,
        credential: Some(number(scheme, text)),
    })
}

/// API keys have all features and are trusted.
fn key(store: &Store, scheme: &str, value: String, place: Place<'_>) -> Result<Caller, Shortfall> {
    let credential = Some(number(scheme, &value));
    let Some(standing) = store.fixed.keys.get(&(scheme.to_owned(), value)) else {
        return Err(wrong(&format!(
            "{place} has a key that this mock does not know"
        )));
    };
    lasting(*standing, place)?;
    Ok(Caller {
        schemes: vec![scheme.to_owned()],
        credential,
        ..Caller::default()
    })
}

fn lasting(standing: Standing, place: Place<'_>) -> Result<(), Shortfall> {
    let (reason, what) = match standing {
        Standing::Good => return Ok(()),
        Standing::Expired => (Reason::ExpiredCredentials, "has expired"),
        Standing::Revoked => (Reason::RevokedCredentials, "was revoked"),
    };
    Err(Shortfall::new(
        Shortfall::ENDED,
        reason,
        format!("{place} {what}"),
    ))
}

fn wrong(detail: &str) -> Shortfall {
    Shortfall::new(
        Shortfall::WRONG,
        Reason::WrongCredentials,
        detail.to_owned(),
    )
}

fn number(scheme: &str, credential: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (scheme, credential).hash(&mut hasher);
    hasher.finish()
}
