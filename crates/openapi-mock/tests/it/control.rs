//! The control endpoint, as a test in another language uses it.

use openapi_mock::{Document, MockServer};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::common::{End, document, get, server};

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
