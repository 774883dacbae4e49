//! What becomes of tokens, and what is known of them: revocation (RFC 7009), introspection
//! (RFC 7662) and the claims of the user.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{StatusCode, header};
use serde_json::{Map, Value, json};

use super::Exchange;
use super::error::Error;
use super::parameters::Parameters;
use super::token::private;
use crate::access::{Caller, Standing, Token, TokenKind};
use crate::refusal::{Reason, Refusal};
use crate::reply::Reply;

impl Exchange<'_> {
    /// A token that nobody knows is as good as revoked, so it is no error.
    pub(super) fn revoke(&self) -> Reply {
        let revoked = || {
            let form = Parameters::form(self.request)?;
            let flows = self.flows(|flow| flow.revoke.as_deref());
            let client = self.client(&flows, &form)?;
            self.take_back(form.required("token")?, &client)
        };
        match revoked() {
            Ok(()) => {
                let mut reply = Reply::empty(StatusCode::OK);
                reply.set(header::CACHE_CONTROL, "no-store");
                reply
            }
            Err(error) => error.reply(),
        }
    }

    fn take_back(&self, text: &str, client: &str) -> Result<(), Error> {
        let mut store = self.access.store();
        let Some(token) = store.token_mut(text) else {
            return Ok(());
        };
        if token.client != client {
            let text = "the token is that of another client";
            return Err(Error::new("unauthorized_client", text));
        }
        token.standing = Standing::Revoked;
        let (kind, family) = (token.kind, token.family);
        if kind == TokenKind::Refresh {
            // What could be refreshed ends as well (RFC 7009, section 2.1).
            store.revoke_family(family);
        }
        Ok(())
    }

    pub(super) fn introspect(&self) -> Reply {
        let known = || {
            let form = Parameters::form(self.request)?;
            let flows = self.flows(|flow| flow.introspect.as_deref());
            self.client(&flows, &form)?;
            let token = self.access.store().token(form.required("token")?).cloned();
            let active = token.filter(|token| token.standing() == Standing::Good);
            Ok(match active {
                Some(token) => self.told(&token, &self.issuer(&flows)),
                None => json!({ "active": false }),
            })
        };
        match known() {
            Ok(body) => private(&body),
            Err(error) => Error::reply(&error),
        }
    }

    fn told(&self, token: &Token, issuer: &str) -> Value {
        let scopes: Vec<&str> = token.scopes.iter().map(String::as_str).collect();
        let mut body = json!({
            "active": true,
            "scope": scopes.join(" "),
            "client_id": token.client,
            "token_type": match token.kind {
                TokenKind::Access => "Bearer",
                TokenKind::Refresh => "refresh_token",
            },
            "iat": since_1970(token.issued),
            "iss": issuer,
            "sub": token.subject.as_ref().unwrap_or(&token.client),
        });
        let ends = token
            .lifetime
            .and_then(|lifetime| token.issued.checked_add(lifetime));
        if let Some(ends) = ends {
            body["exp"] = since_1970(ends).into();
        }
        if token.subject.is_some() {
            let settings = self.server.settings();
            if let Some(name) = settings.user.get("preferred_username") {
                body["username"] = name.clone();
            }
        }
        body
    }

    /// OpenID Connect Core 1.0, section 5.3.
    pub(super) fn user_info(&self, caller: &Caller) -> Result<Reply, Refusal> {
        let Some(subject) = &caller.subject else {
            let detail = "the token belongs to no user: a client asked for it for itself";
            return Err(Refusal::new(Reason::MissingScope, detail));
        };
        if !self.has(caller, "openid") {
            let detail = "the token lacks the scope `openid`";
            return Err(Refusal::new(Reason::MissingScope, detail));
        }
        let settings = self.server.settings();
        let shown = |(name, _): &(String, Value)| match scope_of(name) {
            Some(scope) => self.has(caller, scope),
            None => true,
        };
        let mut claims: Map<String, Value> = settings.user.into_iter().filter(shown).collect();
        claims.insert("sub".to_owned(), subject.as_str().into());
        Ok(private(&claims.into()))
    }

    /// Whether a caller has a scope; those that the document does not know are not needed.
    fn has(&self, caller: &Caller, scope: &str) -> bool {
        let mut flows = self.server.flows.iter();
        let declared = flows.any(|flow| flow.scopes.contains_key(scope));
        let scopes = caller.scopes.as_ref();
        !declared || scopes.is_some_and(|scopes| scopes.contains(scope))
    }
}

/// The scope that shows a claim (OpenID Connect Core 1.0, section 5.4).
fn scope_of(claim: &str) -> Option<&'static str> {
    match claim {
        "name" | "family_name" | "given_name" | "middle_name" | "nickname" | "profile"
        | "preferred_username" | "picture" | "website" | "gender" | "birthdate" | "zoneinfo"
        | "locale" | "updated_at" => Some("profile"),
        "email" | "email_verified" => Some("email"),
        "phone_number" | "phone_number_verified" => Some("phone"),
        "address" => Some("address"),
        _ => None,
    }
}

fn since_1970(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH);
    since.map_or(0, |since: Duration| since.as_secs())
}
