//! Errors in the words of RFC 6749.

use http::{StatusCode, header};
use serde_json::json;

use crate::refusal::REASON;
use crate::reply::Reply;

/// An error of the token, revocation or introspection endpoint (RFC 6749, section 5.2), or one that
/// travels in a redirect (section 4.1.2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Error {
    pub(super) code: &'static str,
    pub(super) description: String,
}

impl Error {
    pub(super) fn new(code: &'static str, description: impl Into<String>) -> Self {
        Self {
            code,
            description: description.into(),
        }
    }

    pub(super) fn invalid_request(description: impl Into<String>) -> Self {
        Self::new("invalid_request", description)
    }

    pub(super) fn invalid_client(description: impl Into<String>) -> Self {
        Self::new("invalid_client", description)
    }

    pub(super) fn invalid_grant(description: impl Into<String>) -> Self {
        Self::new("invalid_grant", description)
    }

    pub(super) fn reply(&self) -> Reply {
        let status = match self.code {
            "invalid_client" => StatusCode::UNAUTHORIZED,
            _ => StatusCode::BAD_REQUEST,
        };
        let body = json!({ "error": self.code, "error_description": self.description });
        let mut reply = Reply::json(status, "application/json", &body);
        reply.set(header::CACHE_CONTROL, "no-store");
        if status == StatusCode::UNAUTHORIZED {
            reply.set(header::WWW_AUTHENTICATE, "Basic realm=\"clients\"");
        }
        reply.set(REASON, &format!("{}: {}", self.code, self.description));
        reply
    }
}
