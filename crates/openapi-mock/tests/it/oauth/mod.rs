//! The OAuth 2.0 server: by hand, and as the clients of this workspace use it (`runtime`).

mod authorize;
mod clients;
mod inspect;
mod places;
mod runtime;
mod token;

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openapi_mock::MockServer;
use reqwest::{Response, redirect};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use crate::outcome;

const CALLBACK: &str = "http://127.0.0.1:8123/callback?tenant=7";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

type Pairs<'a> = &'a [(&'a str, &'a str)];

fn document() -> Value {
    let fine = json!({"204": {"description": "Fine."}, "401": {"description": "No."}, "403": {"description": "No."}});
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Meetings <&>", "version": "1"},
        "paths": {
            "/meetings": {"get": {"operationId": "listMeetings", "security": [{"user": ["meetings:read"]}], "responses": fine}},
            "/stats": {"get": {"operationId": "readStats", "security": [{"app": ["stats"]}], "responses": fine}}
        },
        "components": {"securitySchemes": {
            "user": {
                "type": "oauth2",
                "flows": {"authorizationCode": {
                    "authorizationUrl": "https://auth.example.com/oauth2/authorize?x=1",
                    "tokenUrl": "/oauth2/token",
                    "refreshUrl": "/oauth2/refresh",
                    "scopes": {"meetings:read": "See your <b>meetings</b>", "meetings:write": "", "openid": "Who you are", "email": "Your address"}
                }},
                "x-oauth": {
                    "pkceRequired": true,
                    "revocationUrl": "/oauth2/revoke",
                    "introspectionUrl": "/oauth2/introspect",
                    "metadataUrl": "/.well-known/oauth-authorization-server"
                }
            },
            "app": {
                "type": "oauth2",
                "flows": {"clientCredentials": {"tokenUrl": "/app/token", "scopes": {"stats": "Numbers"}}},
                "x-oauth": {"clientAuthentication": "body", "pkce": "none"}
            }
        }}
    })
}

fn browser() -> reqwest::Client {
    let none = redirect::Policy::none();
    reqwest::Client::builder().redirect(none).build().unwrap()
}

fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

/// A good authorization request with some parameters changed; empty ones are left out.
async fn authorize(server: &MockServer, changes: Pairs<'_>) -> Response {
    let challenge = challenge();
    let mut query = BTreeMap::from([
        ("response_type", "code"),
        ("client_id", "mock-client"),
        ("redirect_uri", CALLBACK),
        ("scope", "meetings:read openid"),
        ("state", "st/ate &=+"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]);
    query.extend(changes.iter().copied());
    query.retain(|_, value| !value.is_empty());
    let request = browser().get(format!("{}/oauth2/authorize", server.url()));
    request.query(&query).send().await.unwrap()
}

fn location(reply: &Response) -> BTreeMap<String, String> {
    assert_eq!(reply.status(), 302);
    let url = Url::parse(reply.headers()["location"].to_str().unwrap()).unwrap();
    assert!(url.as_str().starts_with(CALLBACK), "{url}");
    url.query_pairs().into_owned().collect()
}

async fn code(server: &MockServer) -> String {
    location(&authorize(server, &[]).await)["code"].clone()
}

/// A form, with the secret of `mock-client` in the header.
async fn post(server: &MockServer, path: &str, form: Pairs<'_>) -> (u16, Value) {
    let request = browser().post(format!("{}{path}", server.url()));
    let request = request.basic_auth("mock-client", Some("mock-secret"));
    read(request.form(form).send().await.unwrap()).await
}

async fn read(reply: Response) -> (u16, Value) {
    assert_eq!(reply.headers()["cache-control"], "no-store");
    let status = reply.status().as_u16();
    let text = reply.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

async fn exchange(server: &MockServer, code: &str) -> (u16, Value) {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    post(server, "/oauth2/token", &form).await
}

async fn refresh(server: &MockServer, token: &str) -> (u16, Value) {
    let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
    post(server, "/oauth2/refresh", &form).await
}

async fn signed_in(server: &MockServer) -> (String, String) {
    let (status, tokens) = exchange(server, &code(server).await).await;
    assert_eq!(status, 200, "{tokens}");
    (
        text(&tokens, "access_token"),
        text(&tokens, "refresh_token"),
    )
}

fn text(body: &Value, name: &str) -> String {
    body[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name} in {body}"))
        .to_owned()
}

async fn call(server: &MockServer, path: &str, token: &str) -> (u16, String) {
    let request = browser().get(format!("{}{path}", server.url()));
    outcome(&request.bearer_auth(token).send().await.unwrap())
}

fn error(reply: &(u16, Value)) -> (u16, &str) {
    (reply.0, reply.1["error"].as_str().unwrap_or_default())
}

/// Exchanges a code as `mock-public`, which has no secret.
async fn public(server: &MockServer, code: &str) -> (u16, Value) {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
        ("client_id", "mock-public"),
    ];
    let request = browser().post(format!("{}/oauth2/token", server.url()));
    read(request.form(&form).send().await.unwrap()).await
}
