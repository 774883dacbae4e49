//! Who may call what.

use std::time::Duration;

use openapi_mock::{MockServer, Quality};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::{outcome, pass, start};

fn operation(id: &str, security: &Value, more: &Value) -> Value {
    let mut operation = json!({
        "operationId": id,
        "security": security,
        "responses": {
            "204": {"description": "Fine."},
            "401": {"description": "Who are you?"},
            "403": {"description": "You may not."}
        }
    });
    for (name, value) in more.as_object().unwrap() {
        operation[name] = value.clone();
    }
    json!({ "get": operation })
}

fn document() -> Value {
    let none = json!({});
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Doors", "version": "1"},
        "paths": {
            "/basic": operation("basic", &json!([{"basic": []}]), &none),
            "/token": operation("token", &json!([{"token": []}]), &none),
            "/header": operation("header", &json!([{"headerKey": []}]), &none),
            "/query": operation("query", &json!([{"queryKey": []}]), &none),
            "/cookie": operation("cookie", &json!([{"cookieKey": []}]), &none),
            "/both": operation("both", &json!([{"headerKey": [], "appId": []}]), &none),
            "/either": operation("either", &json!([{"token": []}, {"headerKey": [], "appId": []}]), &none),
            "/optional": operation("optional", &json!([{}, {"token": []}]), &none),
            "/open": operation("open", &json!([]), &none),
            "/scoped": operation("scoped", &json!([{"user": ["read", "write"]}]), &none),
            "/plain-scoped": operation("plainScoped", &json!([{"token": []}]), &json!({"x-required-scopes": ["orders", "projects"]})),
            "/trusted": operation("trusted", &json!([{"token": []}]), &json!({"x-trusted-only": true})),
            "/featured": operation("featured", &json!([{"basic": []}]), &json!({"x-client-features": ["owner", "direct"]})),
        },
        "components": {"securitySchemes": {
            "basic": {"type": "http", "scheme": "basic"},
            "token": {"type": "http", "scheme": "bearer"},
            "user": {"type": "oauth2", "flows": {"authorizationCode": {
                "authorizationUrl": "/authorize", "tokenUrl": "/token-endpoint",
                "scopes": {"read": "Read", "write": "Write"}
            }}},
            "headerKey": {"type": "apiKey", "in": "header", "name": "X-Key"},
            "appId": {"type": "apiKey", "in": "header", "name": "X-App-Id"},
            "queryKey": {"type": "apiKey", "in": "query", "name": "key"},
            "cookieKey": {"type": "apiKey", "in": "cookie", "name": "sid"}
        }}
    })
}

fn get(server: &MockServer, path: &str) -> RequestBuilder {
    reqwest::Client::new().get(format!("{}{path}", server.url()))
}

async fn sent(request: RequestBuilder) -> (u16, String) {
    outcome(&request.send().await.unwrap())
}

fn refused(status: u16, why: &str) -> (u16, String) {
    (status, why.to_owned())
}

const FINE: (u16, String) = (204, String::new());

#[tokio::test]
async fn good_credentials_open_every_operation() {
    let server = start(&document()).await;
    for (path, id) in [
        ("/basic", "basic"),
        ("/token", "token"),
        ("/header", "header"),
        ("/query", "query"),
        ("/cookie", "cookie"),
        ("/both", "both"),
        ("/either", "either"),
        ("/optional", "optional"),
        ("/open", "open"),
        ("/scoped", "scoped"),
        ("/plain-scoped", "plainScoped"),
        ("/trusted", "trusted"),
        ("/featured", "featured"),
    ] {
        let mut request = get(&server, path);
        for credential in server.credentials_for(id) {
            request = match credential.header() {
                Some((name, value)) => request.header(name, value),
                None => request.query(&[credential.query().unwrap()]),
            };
        }
        assert_eq!(sent(request).await, FINE, "{path}");
    }
}

#[tokio::test]
async fn nothing_and_nonsense_are_told_apart() {
    let server = start(&document()).await;
    for path in [
        "/basic", "/token", "/header", "/query", "/cookie", "/both", "/either", "/scoped",
    ] {
        let bare = sent(get(&server, path)).await;
        assert_eq!(bare, refused(401, "missing-credentials"), "{path}");
    }
    let wrong = refused(401, "wrong-credentials");
    for (path, name, value) in [
        ("/basic", "authorization", "Basic bW9jay1jbGllbnQ6d3Jvbmc="),
        ("/token", "authorization", "Bearer unknown"),
        ("/token", "authorization", "Bearer mock-user"),
        ("/header", "x-key", "unknown"),
        ("/header", "x-key", "mock-appId"),
        ("/cookie", "cookie", "sid=unknown"),
    ] {
        let got = sent(get(&server, path).header(name, value)).await;
        assert_eq!(got, wrong, "{path} {value}");
    }
    assert_eq!(sent(get(&server, "/query?key=no")).await, wrong);
}

#[tokio::test]
async fn what_has_not_the_form_of_a_credential_is_malformed() {
    let server = start(&document()).await;
    for (path, value) in [
        ("/basic", "Basic not base64"),
        ("/basic", "Basic bm9jb2xvbg=="),
        ("/basic", "Bearer mock-token"),
        ("/token", "Bearer"),
        ("/token", "Bearer mock token"),
        ("/token", "mock-token"),
        ("/token", "Basic bW9jay1jbGllbnQ6bW9jay1zZWNyZXQ="),
        ("/token", "Basic abc"),
    ] {
        let got = sent(get(&server, path).header("authorization", value)).await;
        assert_eq!(got, refused(401, "malformed-credentials"), "{path} {value}");
    }
    // A header for somebody else is none of the business of those that take a key.
    let key = get(&server, "/header").header("authorization", "Basic abc");
    assert_eq!(sent(key).await, refused(401, "missing-credentials"));
}

#[tokio::test]
async fn a_refusal_is_about_the_alternative_that_came_nearest() {
    let server = start(&document()).await;
    let detail = async |request: RequestBuilder| {
        let reply = request.send().await.unwrap();
        reply.headers()["x-mock-refusal"]
            .to_str()
            .unwrap()
            .to_owned()
    };
    let half = get(&server, "/either").header("x-key", "mock-headerKey");
    assert_eq!(
        detail(half).await,
        "missing-credentials: header `X-App-Id` (scheme appId) is missing"
    );
    let expired = get(&server, "/either")
        .bearer_auth("mock-token-expired")
        .header("x-key", "no");
    assert!(detail(expired).await.starts_with("expired-credentials: "));
    let wrong_half = get(&server, "/both").header("x-key", "no");
    assert!(
        detail(wrong_half)
            .await
            .starts_with("wrong-credentials: header `X-Key`")
    );
    // Nothing is needed, so a wrong token does no harm.
    assert_eq!(
        sent(get(&server, "/optional").bearer_auth("no")).await,
        FINE
    );
}

#[tokio::test]
async fn each_refusal_can_be_provoked() {
    let server = start(&document()).await;
    for (path, scheme, quality, status, why) in [
        (
            "/token",
            "token",
            Quality::Expired,
            401,
            "expired-credentials",
        ),
        (
            "/token",
            "token",
            Quality::Revoked,
            401,
            "revoked-credentials",
        ),
        (
            "/basic",
            "basic",
            Quality::Expired,
            401,
            "expired-credentials",
        ),
        (
            "/basic",
            "basic",
            Quality::Revoked,
            401,
            "revoked-credentials",
        ),
        (
            "/header",
            "headerKey",
            Quality::Expired,
            401,
            "expired-credentials",
        ),
        (
            "/cookie",
            "cookieKey",
            Quality::Revoked,
            401,
            "revoked-credentials",
        ),
        ("/scoped", "user", Quality::Scopeless, 403, "missing-scope"),
        (
            "/plain-scoped",
            "token",
            Quality::Scopeless,
            403,
            "missing-scope",
        ),
        ("/trusted", "token", Quality::Untrusted, 403, "untrusted"),
        (
            "/featured",
            "basic",
            Quality::Featureless,
            403,
            "missing-feature",
        ),
    ] {
        let credential = server.credentials().with(scheme, &quality).unwrap();
        let (name, value) = credential.header().unwrap();
        let got = sent(get(&server, path).header(name, value)).await;
        assert_eq!(got, refused(status, why), "{credential}");
    }
    for feature in ["owner", "direct"] {
        let quality = Quality::Feature(feature.to_owned());
        let credential = server.credentials().with("basic", &quality).unwrap();
        let (user, password) = credential.basic().unwrap();
        assert_eq!(user, format!("mock-{feature}"));
        let request = get(&server, "/featured").basic_auth(user, Some(password));
        assert_eq!(sent(request).await, FINE);
    }
}

#[tokio::test]
async fn all_scopes_are_needed_and_the_missing_ones_named() {
    let server = start(&document()).await;
    let token = server
        .issue_token("user")
        .unwrap()
        .scopes(["write"])
        .issue();
    let reply = get(&server, "/scoped")
        .bearer_auth(&token)
        .send()
        .await
        .unwrap();
    let why = reply.headers()["x-mock-refusal"].to_str().unwrap();
    assert_eq!(why, "missing-scope: the token lacks the scope `read`");
    assert!(!why.contains(&token));
    let token = server
        .issue_token("token")
        .unwrap()
        .scopes(["orders"])
        .issue();
    let got = sent(get(&server, "/plain-scoped").bearer_auth(token)).await;
    assert_eq!(got, refused(403, "missing-scope"));
}

#[tokio::test]
async fn credentials_come_and_go() {
    let server = start(&document()).await;
    server.add_basic("ada", "pä:ss", ["owner"]);
    server.add_basic("bob", "pass", ["other"]);
    let ada = || get(&server, "/featured").basic_auth("ada", Some("pä:ss"));
    assert_eq!(sent(ada()).await, FINE);
    let bob = get(&server, "/featured").basic_auth("bob", Some("pass"));
    assert_eq!(sent(bob).await, refused(403, "missing-feature"));
    assert!(server.revoke("ada") && !server.revoke("nobody"));
    assert_eq!(sent(ada()).await, refused(401, "revoked-credentials"));

    server.add_api_key("headerKey", "k-1").unwrap();
    let key = || get(&server, "/header").header("x-key", "k-1");
    assert_eq!(sent(key()).await, FINE);
    assert!(server.expire("k-1"));
    assert_eq!(sent(key()).await, refused(401, "expired-credentials"));

    let token = server.issue_token("token").unwrap().untrusted().issue();
    let call = |path| sent(get(&server, path).bearer_auth(&token));
    assert_eq!(call("/token").await, FINE);
    assert_eq!(call("/trusted").await, refused(403, "untrusted"));
    server.expire(&token);
    assert_eq!(call("/token").await, refused(401, "expired-credentials"));
    let error = server.issue_token("headerKey").unwrap_err().to_string();
    assert_eq!(
        error,
        "the document has no bearer scheme `headerKey`; it has token, user"
    );
    assert!(server.add_api_key("token", "x").is_err());
}

#[tokio::test]
async fn tokens_end_with_their_time() {
    let server = start(&document()).await;
    let minute = Duration::from_secs(60);
    let token = server
        .issue_token("token")
        .unwrap()
        .lifetime(minute)
        .issue();
    let call = || sent(get(&server, "/token").bearer_auth(&token));
    assert_eq!(call().await, FINE);
    pass(minute).await;
    assert_eq!(call().await, refused(401, "expired-credentials"));
}

#[tokio::test]
async fn credentials_are_the_same_in_every_run_and_secrets_are_not_shown() {
    let (one, other) = (start(&document()).await, start(&document()).await);
    let told = |server: &MockServer| {
        let all = server.credentials().iter();
        all.map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(told(&one), told(&other));
    assert!(told(&one).contains(&"queryKey (good): ?key=mock-queryKey".to_owned()));
    one.add_basic("ada", "hidden-password", ["owner"]);
    one.add_api_key("queryKey", "hidden-key").unwrap();
    let token = one.issue_token("token").unwrap().issue();
    let shown = format!("{one:?}");
    assert!(
        !shown.contains("hidden") && !shown.contains(&token),
        "{shown}"
    );
    // What one mock issues opens no other.
    let got = sent(get(&other, "/token").bearer_auth(token)).await;
    assert_eq!(got, refused(401, "wrong-credentials"));
}
