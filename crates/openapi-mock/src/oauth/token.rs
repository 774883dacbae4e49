//! The token endpoint (RFC 6749, sections 4.1.3, 4.4 and 6).

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{StatusCode, header};
use openapi_document::model::ClientAuthentication;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::authorize::scopes;
use super::endpoint::{Flow, FlowKind};
use super::error::Error;
use super::parameters::Parameters;
use super::{Exchange, client};
use crate::access::{Standing, Token, TokenKind, USER};
use crate::reply::Reply;

/// An authorization code.
#[derive(Clone)]
pub(super) struct Code {
    pub(super) client: String,
    pub(super) redirect_uri: Option<String>,
    pub(super) scopes: BTreeSet<String>,
    pub(super) schemes: Vec<String>,
    pub(super) challenge: Option<String>,
    /// Whether the document knows PKCE; where it does not, nothing of it is looked at.
    pub(super) pkce: bool,
    pub(super) until: Option<Instant>,
    pub(super) family: u64,
    pub(super) used: bool,
}

/// What a client gets.
struct Grant {
    client: String,
    /// Nobody where the client asks for itself.
    subject: Option<String>,
    scopes: BTreeSet<String>,
    schemes: Vec<String>,
    family: u64,
}

impl Exchange<'_> {
    pub(super) fn token(&self) -> Reply {
        let grant = self.grant().map(|grant| self.give(grant));
        match grant {
            Ok(body) => private(&body),
            Err(error) => error.reply(),
        }
    }

    /// Who the client is, at an endpoint that these flows share.
    pub(super) fn client(&self, flows: &[&Flow], form: &Parameters) -> Result<String, Error> {
        let mut taken: Vec<ClientAuthentication> = Vec::new();
        for flow in flows {
            if !taken.contains(&flow.authentication) {
                taken.push(flow.authentication);
            }
        }
        client::authenticate(&self.access.store(), &taken, self.request, form)
    }

    fn grant(&self) -> Result<Grant, Error> {
        let form = Parameters::form(self.request)?;
        let kind = form.required("grant_type")?;
        let first = self.flows(|flow| Some(&flow.token));
        let again = self.flows(|flow| Some(&flow.refresh));
        let of = |flows: &[&Flow], kind| flows.iter().any(|flow| flow.grant == kind);
        let both: Vec<&Flow> = first.iter().chain(&again).copied().collect();
        let client = self.client(&both, &form)?;
        match kind {
            "authorization_code" if of(&first, FlowKind::Code) => self.code(client, &form),
            "refresh_token" if of(&again, FlowKind::Code) => self.refresh(client, &form),
            "client_credentials" if of(&first, FlowKind::ClientCredentials) => {
                self.client_credentials(client, &form, &first)
            }
            "client_credentials" if self.server.open_to_clients.contains(&self.request.path) => {
                self.client_credentials(client, &form, &first)
            }
            _ => Err(Error::new(
                "unsupported_grant_type",
                "no flow of the document has this `grant_type` here",
            )),
        }
    }

    fn code(&self, client: String, form: &Parameters) -> Result<Grant, Error> {
        let text = form.required("code")?;
        let mut state = self.server.state();
        let unknown = || Error::invalid_grant("the code is not known");
        let code = state.codes.get_mut(text).ok_or_else(unknown)?;
        if code.used {
            // Somebody else has it: what it gave is taken back (RFC 6749, section 4.1.2).
            self.access.store().revoke_family(code.family);
            let text = "the code was used before; what it gave is revoked";
            return Err(Error::invalid_grant(text));
        }
        code.fits(&client, form)?;
        code.used = true;
        Ok(Grant {
            client,
            subject: Some(USER.to_owned()),
            scopes: code.scopes.clone(),
            schemes: code.schemes.clone(),
            family: code.family,
        })
    }

    fn refresh(&self, client: String, form: &Parameters) -> Result<Grant, Error> {
        let text = form.required("refresh_token")?;
        let mut store = self.access.store();
        let token = store.token_mut(text);
        let known =
            token.filter(|token| token.kind == TokenKind::Refresh && token.client == client);
        let Some(token) = known else {
            let text = "the refresh token is not known, or not of this client";
            return Err(Error::invalid_grant(text));
        };
        let standing = token.standing();
        let family = token.family;
        if standing == Standing::Revoked {
            // Two have the same token, one of them by theft (RFC 9700, section 4.14.2).
            store.revoke_family(family);
            let text = "the refresh token was used or revoked before; its successors are revoked";
            return Err(Error::invalid_grant(text));
        }
        if standing == Standing::Expired {
            return Err(Error::invalid_grant("the refresh token has expired"));
        }
        let scopes = narrowed(form.get("scope"), &token.scopes)?;
        token.standing = Standing::Revoked;
        Ok(Grant {
            client,
            subject: token.subject.clone(),
            scopes,
            schemes: token.schemes.clone(),
            family,
        })
    }

    fn client_credentials(
        &self,
        client: String,
        form: &Parameters,
        here: &[&Flow],
    ) -> Result<Grant, Error> {
        let own = here.iter().copied();
        let own: Vec<&Flow> = own
            .filter(|flow| flow.grant == FlowKind::ClientCredentials)
            .collect();
        let mut store = self.access.store();
        let known = store.fixed.clients.get(&client);
        if known.is_none_or(|client| client.secret.is_none()) {
            let text = "a public client cannot ask for itself: it proves nothing";
            return Err(Error::new("unauthorized_client", text));
        }
        let offering = if own.is_empty() { here } else { &own };
        Ok(Grant {
            client,
            subject: None,
            scopes: scopes(form.get("scope"), offering)?,
            schemes: own.iter().map(|flow| flow.scheme.clone()).collect(),
            family: store.new_family(),
        })
    }

    /// The schemes that take what is granted; those of this endpoint, where none does.
    fn schemes_of(&self, grant: &Grant) -> Vec<String> {
        if !grant.schemes.is_empty() {
            return grant.schemes.clone();
        }
        let here = self.flows(|flow| Some(&flow.token));
        here.into_iter().map(|flow| flow.scheme.clone()).collect()
    }

    /// Issues what was granted: users' grants come with a refresh token.
    fn give(&self, grant: Grant) -> Value {
        let lifetime = self.server.token_lifetime(&self.schemes_of(&grant));
        let refresh_lifetime = self.server.refresh_lifetime(&grant.schemes);
        let mut store = self.access.store();
        let client = store.fixed.clients.get(&grant.client);
        let token = Token {
            schemes: grant.schemes,
            subject: grant.subject,
            trusted: client.is_some_and(|client| client.trusted),
            family: grant.family,
            ..Token::access("", &grant.client, grant.scopes)
        };
        let scope: Vec<&str> = token.scopes.iter().map(String::as_str).collect();
        let mut body = json!({
            "access_token": self.access.random.text("mock-at-"),
            "token_type": "Bearer",
            "expires_in": lifetime.as_secs(),
            "scope": scope.join(" "),
        });
        if token.subject.is_some() {
            let text = self.access.random.text("mock-rt-");
            body["refresh_token"] = text.clone().into();
            let refresh = Token {
                kind: TokenKind::Refresh,
                ..token.clone()
            };
            let refresh = match refresh_lifetime {
                Some(lifetime) => refresh.lasting(lifetime),
                None => refresh,
            };
            store.issue(text, refresh);
        }
        let text = body["access_token"].as_str().unwrap_or_default();
        store.issue(text.to_owned(), token.lasting(lifetime));
        body
    }
}

impl Code {
    /// Whether it is this client's, and asked for in the way it was given.
    fn fits(&self, client: &str, form: &Parameters) -> Result<(), Error> {
        let verifier = form.get("code_verifier");
        let refused = if self.client != client {
            "the code was given to another client"
        } else if self.until.is_some_and(|until| until <= Instant::now()) {
            "the code has expired"
        } else if self.redirect_uri.as_deref() != form.get("redirect_uri") {
            "`redirect_uri` is another one than in the authorization request"
        } else {
            match (&self.challenge, verifier) {
                _ if !self.pkce => return Ok(()),
                (None, None) => return Ok(()),
                (Some(challenge), Some(verifier)) if s256(verifier) == *challenge => return Ok(()),
                (Some(_), Some(_)) => "`code_verifier` does not fit the code challenge",
                (Some(_), None) => "`code_verifier` is missing",
                (None, Some(_)) => "there is a `code_verifier`, but there was no code challenge",
            }
        };
        Err(Error::invalid_grant(refused))
    }
}

/// RFC 7636, section 4.6.
fn s256(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

/// The scopes of a refreshed token: those that were given, or fewer.
fn narrowed(asked: Option<&str>, given: &BTreeSet<String>) -> Result<BTreeSet<String>, Error> {
    let Some(asked) = asked else {
        return Ok(given.clone());
    };
    let asked = asked.split(' ').filter(|scope| !scope.is_empty());
    let asked: BTreeSet<String> = asked.map(str::to_owned).collect();
    if asked.is_subset(given) {
        return Ok(asked);
    }
    let text = "more scopes are asked for than were given";
    Err(Error::new("invalid_scope", text))
}

/// An answer that no cache may keep (RFC 6749, section 5.1).
pub(super) fn private(body: &Value) -> Reply {
    let mut reply = Reply::json(StatusCode::OK, "application/json", body);
    reply.set(header::CACHE_CONTROL, "no-store");
    reply.set(header::PRAGMA, "no-cache");
    reply
}

#[cfg(test)]
mod tests {
    use super::s256;

    #[test]
    fn the_challenge_is_that_of_rfc_7636_appendix_b() {
        let challenge = s256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
