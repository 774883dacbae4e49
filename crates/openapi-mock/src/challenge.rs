//! `WWW-Authenticate`: which credentials an operation takes, and what was wrong with those sent.

use openapi_document::model::SchemeKind;

use crate::api::{Api, Operation};
use crate::media;
use crate::refusal::{Reason, Refusal};

/// The challenges to somebody who sent no credentials.
pub(crate) fn missing(api: &Api, operation: &Operation) -> String {
    challenges(api, Some(operation), None)
}

/// The challenges that go with a refusal (RFC 9110, section 11.6.1), one for each kind of
/// credentials that the operation takes.
pub(crate) fn refused(api: &Api, operation: Option<&Operation>, refusal: &Refusal) -> String {
    challenges(api, operation, Some(refusal))
}

fn challenges(api: &Api, operation: Option<&Operation>, refusal: Option<&Refusal>) -> String {
    let named = operation.into_iter().flat_map(|operation| {
        let sets = operation.security.iter();
        sets.flat_map(|schemes| schemes.keys())
    });
    let schemes = named.filter_map(|name| api.scheme(name));
    let mut challenges: Vec<String> = Vec::new();
    for scheme in schemes {
        let challenge = match &scheme.kind {
            SchemeKind::Basic => format!("Basic {}, charset=\"UTF-8\"", realm(api)),
            SchemeKind::ApiKey { name, .. } => {
                format!("ApiKey {}, name={}", realm(api), quoted(name))
            }
            _ => bearer(api, operation, refusal),
        };
        if !challenges.contains(&challenge) {
            challenges.push(challenge);
        }
    }
    if challenges.is_empty() {
        challenges.push(bearer(api, operation, refusal));
    }
    challenges.join(", ")
}

/// RFC 6750, section 3: no error for those who sent nothing.
fn bearer(api: &Api, operation: Option<&Operation>, refusal: Option<&Refusal>) -> String {
    let mut challenge = format!("Bearer {}", realm(api));
    let error = match refusal.map(|refusal| refusal.reason) {
        Some(
            Reason::MalformedCredentials
            | Reason::WrongCredentials
            | Reason::ExpiredCredentials
            | Reason::RevokedCredentials,
        ) => "invalid_token",
        Some(Reason::MissingScope) => "insufficient_scope",
        _ => return challenge,
    };
    challenge.push_str(&format!(", error=\"{error}\""));
    if let Some(refusal) = refusal {
        let description = quoted(&refusal.detail);
        challenge.push_str(&format!(", error_description={description}"));
    }
    let scopes = operation.map_or_else(Vec::new, scopes);
    if error == "insufficient_scope" && !scopes.is_empty() {
        challenge.push_str(&format!(", scope={}", quoted(&scopes.join(" "))));
    }
    challenge
}

/// All scopes that an operation names.
fn scopes(operation: &Operation) -> Vec<String> {
    let sets = operation.security.iter().flat_map(|set| set.values());
    let mut scopes: Vec<String> = Vec::new();
    for scope in sets.flatten().chain(&operation.required_scopes) {
        if !scopes.contains(scope) {
            scopes.push(scope.clone());
        }
    }
    scopes
}

fn realm(api: &Api) -> String {
    format!("realm={}", quoted(&api.model().info.title))
}

/// A quoted text without what would have to be escaped, which RFC 6750 forbids here.
fn quoted(text: &str) -> String {
    let text = media::header_text(text);
    format!("\"{}\"", text.replace(['"', '\\'], "'"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};

    use super::{missing, refused};
    use crate::api::Api;
    use crate::refusal::{Reason, Refusal};

    fn api(security: &Value) -> Api {
        Api::new(&Arc::new(json!({
            "info": {"title": "The \"Pets\""},
            "paths": {"/a": {"get": {"security": security, "x-required-scopes": ["b"]}}},
            "components": {"securitySchemes": {
                "basic": {"type": "http", "scheme": "Basic"},
                "token": {"type": "http", "scheme": "bearer"},
                "oauth": {"type": "oauth2", "flows": {}},
                "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
            }},
        })))
    }

    #[test]
    fn each_kind_of_credentials_has_one_challenge() {
        let api = api(&json!([{"token": []}, {"oauth": ["a"]}, {"basic": [], "key": []}]));
        assert_eq!(
            missing(&api, &api.operations[0]),
            "Bearer realm=\"The 'Pets'\", \
             Basic realm=\"The 'Pets'\", charset=\"UTF-8\", \
             ApiKey realm=\"The 'Pets'\", name=\"X-Key\""
        );
    }

    #[test]
    fn bearer_tokens_are_told_what_is_wrong_with_them() {
        let api = api(&json!([{"oauth": ["a"]}]));
        let operation = Some(&api.operations[0]);
        let expired = Refusal::new(Reason::ExpiredCredentials, "it expired at \"noon\"");
        assert_eq!(
            refused(&api, operation, &expired),
            "Bearer realm=\"The 'Pets'\", error=\"invalid_token\", \
             error_description=\"it expired at 'noon'\""
        );
        let scope = Refusal::new(Reason::MissingScope, "b is missing");
        assert!(refused(&api, operation, &scope).ends_with(
            "error=\"insufficient_scope\", error_description=\"b is missing\", scope=\"a b\""
        ));
        let nothing = Refusal::new(Reason::MissingCredentials, "none");
        assert_eq!(
            refused(&api, operation, &nothing),
            "Bearer realm=\"The 'Pets'\""
        );
    }
}
