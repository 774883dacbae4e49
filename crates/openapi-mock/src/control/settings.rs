//! Credentials, consent and rate limits, changed from outside.

use std::num::NonZeroU64;
use std::time::Duration;

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::problem::Problem;
use super::{Outcome, body};
use crate::limits::RateLimits;
use crate::mock::Mock;
use crate::oauth::Consent;
use crate::request::Request;

const DONE: (StatusCode, Value) = (StatusCode::NO_CONTENT, Value::Null);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewToken {
    scheme: String,
    scopes: Option<Vec<String>>,
    /// In seconds.
    lifetime: Option<u64>,
    trusted: Option<bool>,
    client: Option<String>,
    subject: Option<String>,
}

pub(super) fn issue_token(mock: &Mock, request: &Request) -> Outcome {
    let new: NewToken = body(request)?;
    let mut token = mock.issue_token(&new.scheme)?;
    if let Some(scopes) = new.scopes {
        token = token.scopes(scopes);
    }
    if let Some(seconds) = new.lifetime {
        token = token.lifetime(Duration::from_secs(seconds));
    }
    if new.trusted == Some(false) {
        token = token.untrusted();
    }
    if let Some(client) = &new.client {
        token = token.client(client);
    }
    if let Some(subject) = &new.subject {
        token = token.subject(subject);
    }
    Ok((StatusCode::CREATED, json!({"token": token.issue()})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    credential: String,
}

/// Ends a credential by `end`, which says whether there is one.
pub(super) fn end(request: &Request, end: impl FnOnce(&str) -> bool) -> Outcome {
    let known: Known = body(request)?;
    if end(&known.credential) {
        return Ok(DONE);
    }
    Err(Problem {
        status: StatusCode::NOT_FOUND,
        error: "unknown_credential",
        message: "there is no such token, API key or user of Basic credentials".to_owned(),
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewOAuth {
    consent: Option<NewConsent>,
    /// In seconds.
    token_lifetime: Option<u64>,
    require_pkce: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum NewConsent {
    Automatic,
    Page,
    Deny,
}

pub(super) fn change_oauth(mock: &Mock, request: &Request) -> Outcome {
    let new: NewOAuth = body(request)?;
    let server = mock.oauth();
    if let Some(consent) = new.consent {
        server.consent(match consent {
            NewConsent::Automatic => Consent::Automatic,
            NewConsent::Page => Consent::Page,
            NewConsent::Deny => Consent::Deny,
        });
    }
    if let Some(seconds) = new.token_lifetime {
        server.token_lifetime(Duration::from_secs(seconds));
    }
    if let Some(required) = new.require_pkce {
        server.require_pkce(required);
    }
    Ok(DONE)
}

// Variants without members would let unknown ones pass.
#[derive(Debug, Deserialize)]
#[serde(tag = "mode", rename_all = "lowercase", deny_unknown_fields)]
enum NewLimits {
    Document {},
    Off {},
    Each {
        requests: u32,
        /// In seconds.
        window: NonZeroU64,
    },
}

pub(super) fn change_limits(mock: &Mock, request: &Request) -> Outcome {
    mock.rate_limits(match body(request)? {
        NewLimits::Document {} => RateLimits::Document,
        NewLimits::Off {} => RateLimits::Off,
        NewLimits::Each { requests, window } => RateLimits::Each {
            requests,
            window: Duration::from_secs(window.get()),
        },
    });
    Ok(DONE)
}
