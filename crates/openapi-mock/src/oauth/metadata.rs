//! What the authorization server says of itself (RFC 8414).

use std::collections::BTreeSet;

use http::{StatusCode, header};
use openapi_document::model::ClientAuthentication;
use serde_json::{Value, json};

use super::Exchange;
use super::endpoint::{Endpoint, Flow, FlowKind};
use crate::reply::Reply;

impl Exchange<'_> {
    pub(super) fn metadata(&self) -> Reply {
        let mut flows = self.flows(|flow| flow.metadata.as_deref());
        if flows.is_empty() {
            flows = self.server.flows.iter().collect();
        }
        let mut body = json!({
            "issuer": self.issuer(&flows),
            "scopes_supported": scopes(&flows),
            "response_types_supported": [],
            "grant_types_supported": grants(&flows),
            "token_endpoint_auth_methods_supported": authentications(&flows),
            // What OpenID Connect Discovery asks for beyond RFC 8414; there are no ID tokens.
            "subject_types_supported": ["public"],
        });
        if flows.iter().any(|flow| flow.grant == FlowKind::Code) {
            body["response_types_supported"] = json!(["code"]);
            body["response_modes_supported"] = json!(["query"]);
            body["authorization_response_iss_parameter_supported"] = json!(true);
            body["userinfo_endpoint"] = self.user_info_url();
        }
        if flows
            .iter()
            .any(|flow| flow.grant == FlowKind::Code && flow.pkce)
        {
            body["code_challenge_methods_supported"] = json!(["S256"]);
        }
        let first = |path: fn(&Flow) -> Option<&str>| flows.iter().find_map(|flow| path(flow));
        for (name, path) in [
            (
                "authorization_endpoint",
                first(|flow| flow.authorize.as_deref()),
            ),
            ("token_endpoint", first(|flow| Some(&flow.token))),
            ("revocation_endpoint", first(|flow| flow.revoke.as_deref())),
            (
                "introspection_endpoint",
                first(|flow| flow.introspect.as_deref()),
            ),
        ] {
            if let Some(path) = path {
                body[name] = self.url(path);
            }
        }
        let mut reply = Reply::json(StatusCode::OK, "application/json", &body);
        reply.set(header::CACHE_CONTROL, "no-cache");
        reply
    }

    fn user_info_url(&self) -> Value {
        let mut endpoints = self.server.endpoints.iter();
        let found = endpoints.find(|(_, endpoint)| *endpoint == Endpoint::UserInfo);
        found.map_or(Value::Null, |(path, _)| self.url(path))
    }

    fn url(&self, path: &str) -> Value {
        format!("{}{path}", self.base).into()
    }
}

fn scopes(flows: &[&Flow]) -> Vec<String> {
    let mut known = BTreeSet::new();
    let all = flows.iter().flat_map(|flow| flow.scopes.keys());
    all.filter(|scope| known.insert(*scope)).cloned().collect()
}

fn grants(flows: &[&Flow]) -> Vec<&'static str> {
    let has = |kind| flows.iter().any(|flow| flow.grant == kind);
    let mut grants = Vec::new();
    if has(FlowKind::Code) {
        grants.extend(["authorization_code", "refresh_token"]);
    }
    if has(FlowKind::ClientCredentials) {
        grants.push("client_credentials");
    }
    grants
}

/// Public clients are always taken.
fn authentications(flows: &[&Flow]) -> Vec<&'static str> {
    let has = |way| flows.iter().any(|flow| flow.authentication == way);
    let mut ways = Vec::new();
    if has(ClientAuthentication::Basic) {
        ways.push("client_secret_basic");
    }
    if has(ClientAuthentication::Body) {
        ways.push("client_secret_post");
    }
    ways.push("none");
    ways
}
