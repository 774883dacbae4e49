//! The control endpoint, as a test in another language uses it.

use openapi_mock::{Document, MockServer};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::common::{End, document, get, server};
use crate::outcome;

async fn call(server: &MockServer, method: Method, path: &str, body: Value) -> (u16, Value) {
    let url = format!("{}/_mock{path}", server.url());
    let mut request = Client::new().request(method, url);
    if !body.is_null() {
        request = request.json(&body);
    }
    let reply = request.send().await.unwrap();
    let status = reply.status().as_u16();
    let text = reply.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

#[tokio::test]
async fn the_overview_says_what_there_is() {
    let server = server().await;
    let (status, body) = call(&server, Method::GET, "", Value::Null).await;
    assert_eq!(status, 200);
    assert_eq!(body["title"], "Reports");
    assert_eq!(
        body["operations"][0],
        json!({"id": "read_report", "method": "GET", "path": "/report"})
    );
    assert_eq!(body["credentials"]["schemes"], json!(["site"]));
    assert!(body["faults"].as_array().unwrap().len() >= 15);
    assert!(server.requests().is_empty(), "control is not recorded");
}

#[tokio::test]
async fn faults_come_and_go() {
    let server = server().await;
    let wanted =
        json!({"fault": "status=503, latency=1ms", "operation": "read_report", "times": 9});
    let (status, _) = call(&server, Method::POST, "/faults", wanted).await;
    assert_eq!(status, 201);
    assert!(
        get(&server, "/report", "")
            .await
            .head
            .starts_with("http/1.1 503")
    );
    let (_, faults) = call(&server, Method::GET, "/faults", Value::Null).await;
    assert_eq!(
        faults[0],
        json!({"operation": "read_report", "fault": "status=503", "times": 8, "probability": 1.0})
    );
    let path = "/faults?operation=read_report";
    assert_eq!(
        call(&server, Method::DELETE, path, Value::Null).await.0,
        204
    );
    assert!(
        get(&server, "/report", "")
            .await
            .head
            .starts_with("http/1.1 200")
    );

    call(&server, Method::POST, "/faults", json!({"fault": "reset"})).await;
    assert_eq!(get(&server, "/report", "").await.end, End::Reset);
    assert_eq!(
        call(&server, Method::POST, "/reset", Value::Null).await.0,
        204
    );
    assert_eq!(get(&server, "/report", "").await.end, End::Closed);
}

#[tokio::test]
async fn requests_are_shown_without_credentials() {
    let server = server().await;
    get(
        &server,
        "/report?site-key=s3cret",
        "authorization: Bearer s3cret\r\n",
    )
    .await;
    get(&server, "/nowhere", "").await;
    let (_, all) = call(&server, Method::GET, "/requests", Value::Null).await;
    assert_eq!(all.as_array().unwrap().len(), 2);
    assert_eq!(all[0]["path"], "/report?site-key=[redacted]");
    assert_eq!(all[0]["operation"], "read_report");
    assert!(all.to_string().contains("authorization: [redacted]"));
    assert!(!all.to_string().contains("s3cret"), "{all}");
    let refusal = all[1]["refusal"].as_str().unwrap();
    assert!(refusal.starts_with("unknown-path: "), "{refusal}");

    let (_, one) = call(&server, Method::GET, "/requests?limit=1", Value::Null).await;
    assert_eq!(one[0]["path"], "/nowhere");
    let path = "/requests?operation=read_report";
    let (_, of) = call(&server, Method::GET, path, Value::Null).await;
    assert_eq!(of.as_array().unwrap().len(), 1);
    assert_eq!(
        call(&server, Method::DELETE, "/requests", Value::Null)
            .await
            .0,
        204
    );
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn bodies_are_shown_as_they_came() {
    let server = server().await;
    let url = format!("{}/reports/2026/export", server.url());
    let text = "first: gr\u{fc}n\nsecond\n";
    let sent = reqwest::Client::new().post(url).body(text);
    let sent = sent.header("content-type", "text/plain");
    assert_eq!(sent.send().await.unwrap().status(), 415);
    let (_, all) = call(&server, Method::GET, "/requests", Value::Null).await;
    assert_eq!(all[0]["body"], text);
}

/// A request, and the status, error and part of the message that it is answered with.
type Mistake<'a> = (&'a str, Value, u16, &'a str, &'a str);

async fn expect_mistakes(method: Method, mistakes: Vec<Mistake<'_>>) {
    let server = server().await;
    for (path, body, status, error, says) in mistakes {
        let (got, body) = call(&server, method.clone(), path, body).await;
        let told = (got, body["error"].as_str().unwrap());
        assert_eq!(told, (status, error), "{path}: {body}");
        let message = body["message"].as_str().unwrap();
        assert!(message.contains(says), "{message}");
        assert!(!message.contains("s3cret"));
    }
}

#[tokio::test]
async fn mistakes_in_faults_are_told() {
    let with = |name: &str, value: Value| json!({"fault": "reset", name: value});
    let path = "/faults";
    let invalid = "invalid_request";
    let mistakes = vec![
        (
            path,
            json!({"fault": "rest"}),
            400,
            "invalid_fault",
            "did you mean `reset`?",
        ),
        (
            path,
            with("probability", json!(2)),
            400,
            "invalid_fault",
            "from 0 to 1",
        ),
        (
            path,
            with("operation", json!("x")),
            404,
            "unknown_operation",
            "there are read_report",
        ),
        (
            path,
            with("faults", json!(1)),
            400,
            invalid,
            "unknown field `faults`",
        ),
        (path, Value::Null, 400, invalid, "the body cannot be read"),
    ];
    expect_mistakes(Method::POST, mistakes).await;
}

#[tokio::test]
async fn mistakes_in_webhooks_are_told() {
    let url = |url: &str| json!({ "url": url });
    let invalid = "invalid_receiver";
    let mistakes = vec![
        (
            "/webhooks",
            json!({"event": "x"}),
            404,
            "unknown_event",
            "it has none",
        ),
        (
            "/receivers",
            url("ftp://a/b"),
            400,
            invalid,
            "only http and https",
        ),
        ("/receivers", url("s3cret"), 400, invalid, "it is no URL"),
    ];
    expect_mistakes(Method::POST, mistakes).await;
}

#[tokio::test]
async fn mistakes_in_questions_are_told() {
    let (none, invalid) = (Value::Null, "invalid_request");
    let mistakes = vec![
        (
            "/requests?limit=all",
            none.clone(),
            400,
            invalid,
            "`limit` is a number, not `all`",
        ),
        (
            "/requests?since=1",
            none.clone(),
            400,
            invalid,
            "only `operation` and `limit`",
        ),
        (
            "/request",
            none,
            404,
            "unknown_endpoint",
            "GET /_mock/requests",
        ),
    ];
    expect_mistakes(Method::GET, mistakes).await;
}

/// Rooms behind a token with scopes, and a rate limit.
fn rooms_document() -> Document {
    let room = json!({"type": "object", "required": ["id"], "properties": {
        "id": {"type": "string"}, "name": {"type": "string"}}});
    let content = json!({"application/json": {"schema": room}});
    let list = json!({"type": "array", "items": room});
    let document = json!({
        "openapi": "3.0.3", "info": {"title": "Rooms", "version": "1"},
        "x-rate-limit": [{"class": "all", "requests": 100, "window": 60, "per": "token"}],
        "security": [{"token": ["rooms:write"]}],
        "components": {"securitySchemes": {"token": {"type": "oauth2", "flows": {"authorizationCode": {
            "authorizationUrl": "/oauth/authorize", "tokenUrl": "/oauth/token",
            "scopes": {"rooms:write": "Rooms.", "other": "Others."}
        }}}}},
        "paths": {"/rooms": {
            "get": {"responses": {"200": {"description": "All.",
                "content": {"application/json": {"schema": list}}}}},
            "post": {"requestBody": {"content": content},
                "responses": {"201": {"description": "Made.", "content": content}}}
        }}
    });
    Document::bundled(&document.to_string()).unwrap()
}

async fn rooms() -> MockServer {
    MockServer::start(rooms_document()).await.unwrap()
}

/// Status of a call with a token, and why it was refused.
async fn with_token(server: &MockServer, token: &str) -> (u16, String) {
    let request = Client::new().get(format!("{}/rooms", server.url()));
    outcome(&request.bearer_auth(token).send().await.unwrap())
}

async fn new_token(server: &MockServer, wanted: Value) -> String {
    let (status, body) = call(server, Method::POST, "/tokens", wanted).await;
    assert_eq!(status, 201, "{body}");
    body["token"].as_str().unwrap().to_owned()
}

fn refused(status: u16, why: &str) -> (u16, String) {
    (status, why.to_owned())
}

#[tokio::test]
async fn tokens_are_issued_and_come_to_their_end() {
    let server = rooms().await;
    let good = new_token(&server, json!({"scheme": "token"})).await;
    assert_eq!(with_token(&server, &good).await.0, 200);
    let poor = json!({"scheme": "token", "scopes": ["other"], "trusted": false, "client": "mine",
        "subject": "me"});
    let poor = new_token(&server, poor).await;
    assert_eq!(
        with_token(&server, &poor).await,
        refused(403, "missing-scope")
    );
    let short = new_token(&server, json!({"scheme": "token", "lifetime": 0})).await;
    let expired = refused(401, "expired-credentials");
    assert_eq!(with_token(&server, &short).await, expired);

    let ends = [
        ("expire", expired),
        ("revoke", refused(401, "revoked-credentials")),
    ];
    for (how, outcome) in ends {
        let path = format!("/credentials/{how}");
        let body = json!({"credential": good});
        assert_eq!(call(&server, Method::POST, &path, body).await.0, 204);
        assert_eq!(with_token(&server, &good).await, outcome);
    }
    call(&server, Method::POST, "/reset", Value::Null).await;
    assert_eq!(
        with_token(&server, &good).await,
        refused(401, "wrong-credentials")
    );
}

#[tokio::test]
async fn rate_limits_and_consent_are_changed() {
    let server = rooms().await;
    let token = new_token(&server, json!({"scheme": "token"})).await;
    let limits = async |wanted: Value| {
        let (status, body) = call(&server, Method::PUT, "/rate-limits", wanted).await;
        assert_eq!(status, 204, "{body}");
    };
    limits(json!({"mode": "each", "requests": 1, "window": 60})).await;
    assert_eq!(with_token(&server, &token).await.0, 200);
    assert_eq!(
        with_token(&server, &token).await,
        refused(429, "rate-limited")
    );
    limits(json!({"mode": "off"})).await;
    assert_eq!(with_token(&server, &token).await.0, 200);
    limits(json!({"mode": "document"})).await;
    assert_eq!(with_token(&server, &token).await.0, 200);

    let consent = json!({"consent": "deny", "token_lifetime": 5});
    assert_eq!(call(&server, Method::PUT, "/oauth", consent).await.0, 204);
    let browser = Client::builder().redirect(reqwest::redirect::Policy::none());
    let asked = browser.build().unwrap().get(format!(
        "{}/oauth/authorize?response_type=code&client_id=mock-public&redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fback\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&scope=other",
        server.url()
    ));
    let back = asked.send().await.unwrap();
    let location = back.headers()["location"].to_str().unwrap();
    assert!(location.contains("error=access_denied"), "{location}");
}

#[tokio::test]
async fn a_login_without_pkce_can_be_let_through() {
    let server = rooms().await;
    let browser = Client::builder().redirect(reqwest::redirect::Policy::none());
    let browser = browser.build().unwrap();
    for (required, said) in [(true, "error=invalid_request"), (false, "?code=")] {
        let wanted = json!({"require_pkce": required});
        assert_eq!(call(&server, Method::PUT, "/oauth", wanted).await.0, 204);
        let asked = browser.get(format!(
            "{}/oauth/authorize?response_type=code&client_id=mock-client\
             &redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fback&scope=other",
            server.url()
        ));
        let back = asked.send().await.unwrap();
        let location = back.headers()["location"].to_str().unwrap();
        assert!(location.contains(said), "{location}");
    }
}

#[tokio::test]
async fn the_state_is_shown_as_a_file_holds_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let builder = MockServer::builder().mount("reports", document());
    let server = builder.mount("rooms", rooms_document()).state_file(&path);
    let server = server.start().await.unwrap();
    let rooms = server.mounted("rooms").unwrap();
    let token = rooms.issue_token("token").unwrap().issue();
    let request = Client::new().post(format!("{}/rooms", rooms.url()));
    let made = request
        .bearer_auth(token)
        .json(&json!({"id": "r1", "name": "Blue"}));
    assert_eq!(made.send().await.unwrap().status(), 201);
    let state = reqwest::get(format!("{}/_mock/state", rooms.url())).await;
    let state: Value = state.unwrap().json().await.unwrap();
    assert_eq!(
        state["mocks"]["/rooms"]["data"]["collections"]["/rooms"]["items"]["r1"]["value"],
        json!({"id": "r1", "name": "Blue"})
    );
    drop(server);
    let mut saved: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let others = saved["mocks"].as_object_mut().unwrap();
    others.retain(|prefix, _| prefix == "/rooms");
    assert_eq!(state, saved);
}

#[tokio::test]
async fn mistakes_in_settings_are_told() {
    let invalid = "invalid_request";
    let unknown = json!({"credential": "s3cret"});
    let mistakes = vec![
        (
            "/tokens",
            json!({"scheme": "site"}),
            404,
            "unknown_scheme",
            "no bearer scheme `site`; it has none at all",
        ),
        ("/tokens", json!({}), 400, invalid, "missing field `scheme`"),
        (
            "/tokens",
            json!({"scheme": "site", "scope": "a"}),
            400,
            invalid,
            "unknown field `scope`",
        ),
        (
            "/credentials/revoke",
            unknown.clone(),
            404,
            "unknown_credential",
            "no such token, API key or user",
        ),
        (
            "/credentials/expire",
            unknown,
            404,
            "unknown_credential",
            "no such token",
        ),
    ];
    expect_mistakes(Method::POST, mistakes).await;
    let each = |requests: Value, window: Value| json!({"mode": "each", "requests": requests, "window": window});
    let path = "/rate-limits";
    let mistakes = vec![
        (
            path,
            json!({"mode": "of"}),
            400,
            invalid,
            "unknown variant `of`",
        ),
        (
            path,
            json!({"mode": "off", "window": 1}),
            400,
            invalid,
            "unknown field `window`",
        ),
        (
            path,
            json!({"mode": "each"}),
            400,
            invalid,
            "missing field `requests`",
        ),
        (path, each(json!(1), json!(0)), 400, invalid, "nonzero"),
        (
            path,
            each(json!(-1), json!(1)),
            400,
            invalid,
            "integer `-1`",
        ),
        (
            "/oauth",
            json!({"consent": "ask"}),
            400,
            invalid,
            "unknown variant `ask`",
        ),
        (
            "/oauth",
            json!({"consents": "page"}),
            400,
            invalid,
            "unknown field `consents`",
        ),
        (
            "/state",
            Value::Null,
            404,
            "unknown_endpoint",
            "GET /_mock/state",
        ),
    ];
    expect_mistakes(Method::PUT, mistakes).await;
}

#[tokio::test]
async fn web_pages_of_others_are_kept_out() {
    let server = server().await;
    let foreign = get(&server, "/_mock", "origin: https://evil.example\r\n").await;
    assert!(foreign.head.starts_with("http/1.1 403"), "{foreign:?}");
    assert!(foreign.body.contains("forbidden_origin"), "{foreign:?}");
    let client = Client::new();
    let url = format!("{}/_mock/reset", server.url());
    let rebound = client.post(url).header("host", "evil.example:4010");
    assert_eq!(rebound.send().await.unwrap().status(), 403);
    for (method, path) in [
        (Method::GET, "state"),
        (Method::POST, "tokens"),
        (Method::POST, "credentials/revoke"),
        (Method::PUT, "oauth"),
        (Method::PUT, "rate-limits"),
    ] {
        let url = format!("{}/_mock/{path}", server.url());
        let foreign = client.request(method, url).header("origin", "null");
        assert_eq!(foreign.send().await.unwrap().status(), 403, "{path}");
    }
    assert!(
        get(&server, "/_mock", "")
            .await
            .head
            .starts_with("http/1.1 200")
    );
}

#[tokio::test]
async fn a_document_with_such_a_path_wins() {
    let own = r#"{"openapi": "3.0.3", "info": {"title": "Own", "version": "1"}, "paths": {
        "/_mock": {"get": {"operationId": "own", "responses": {"204": {"description": "Own."}}}}
    }}"#;
    let server = MockServer::builder()
        .mount("own", Document::bundled(own).unwrap())
        .mount("reports", document())
        .start()
        .await
        .unwrap();
    let own = reqwest::get(format!("{}/_mock", server.url()))
        .await
        .unwrap();
    assert_eq!(own.status(), 204);
    let reports = server.mounted("reports").unwrap();
    let control = reqwest::get(format!("{}/_mock", reports.url()))
        .await
        .unwrap();
    assert_eq!(control.json::<Value>().await.unwrap()["title"], "Reports");
}
