//! Requests that are not what the document says are refused, and told why.

use openapi_mock::{Document, MockServer};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};

async fn server() -> MockServer {
    let error = json!({"description": "Wrong.", "content": {"application/json": {
        "schema": {"type": "object", "required": ["code", "message"]},
        "example": {"code": "bad_request", "message": "Something is wrong."},
    }}});
    let done = json!({"204": {"description": "Done."}, "400": error});
    let person = json!({"type": "object", "required": ["name"], "properties": {
        "name": {"type": "string"},
        "ipWhitelist": {"type": "array", "items": {"type": "string"}},
    }});
    let body = |media: &str, schema: &Value| json!({"required": true, "content": {media: {"schema": schema}}});
    let form = json!({"type": "object", "required": ["n"], "properties": {
        "n": {"type": "array", "items": {"type": "integer"}},
    }});
    let upload = json!({"type": "object", "required": ["file"], "properties": {
        "file": {"type": "string", "format": "binary"}, "size": {"type": "integer"},
    }});
    let parameter = |place: &str, name: &str, schema: Value| json!({"in": place, "name": name, "required": true, "schema": schema});
    let root = json!({
        "openapi": "3.0.3", "info": {"title": "People", "version": "1"},
        "x-error-members": {"message": ["/message"]},
        "paths": {
            "/people": {
                "get": {"responses": done},
                "post": {"requestBody": body("application/json", &person), "responses": done},
            },
            "/form": {"post": {
                "requestBody": body("application/x-www-form-urlencoded", &form), "responses": done,
            }},
            "/upload": {"post": {
                "requestBody": body("multipart/form-data", &upload), "responses": done,
            }},
            "/note": {"post": {
                "requestBody": body("text/plain", &json!({"type": "string"})), "responses": done,
            }},
            "/people/{id}": {"get": {
                "parameters": [
                    parameter("path", "id", json!({"type": "integer"})),
                    parameter("query", "fields", json!({"type": "array", "maxItems": 2})),
                    parameter("header", "X-Trace", json!({"type": "string", "format": "uuid"})),
                    parameter("header", "Accept", json!({"enum": ["nothing"]})),
                    parameter("cookie", "theme", json!({"enum": ["dark", "light"]})),
                ],
                "responses": done,
            }},
        },
    });
    let document = Document::bundled(&root.to_string()).unwrap();
    let builder = MockServer::builder().mount("", document);
    builder.max_body(1000).start().await.unwrap()
}

/// The status and the message of an error body.
async fn refused(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let why = response.headers()["x-mock-refusal"].to_str().unwrap();
    assert!(why.contains(": "), "{why}");
    let body: Value = response.json().await.unwrap();
    // No code of a 400 stands for anything else.
    let code = match status {
        400 => "bad_request",
        404 => "unknown_path",
        405 => "method_not_allowed",
        413 => "too_large",
        _ => body["code"].as_str().unwrap(),
    };
    assert_eq!(body["code"], code);
    (status, body["message"].as_str().unwrap().to_owned())
}

async fn post(server: &MockServer, path: &str, media: &str, body: &str) -> Response {
    let request = Client::new().post(format!("{}{path}", server.url()));
    let request = request.header("content-type", media).body(body.to_owned());
    request.send().await.unwrap()
}

#[tokio::test]
async fn another_method_is_told_which_there_are() {
    let server = server().await;
    let url = format!("{}/people", server.url());
    let response = Client::new().put(&url).send().await.unwrap();
    assert_eq!(response.headers()["allow"], "GET, HEAD, POST");
    assert_eq!(
        refused(response).await,
        (405, "/people takes GET, HEAD, POST".to_owned())
    );
    let head = Client::new().head(&url).send().await.unwrap();
    assert_eq!(head.status(), StatusCode::NO_CONTENT);
    let unknown = Client::new()
        .get(format!("{url}/1/2"))
        .send()
        .await
        .unwrap();
    let (status, message) = refused(unknown).await;
    assert_eq!(status, 404);
    assert!(message.contains("/people/1/2"), "{message}");
}

#[tokio::test]
async fn another_content_type_is_told_which_is_taken() {
    let server = server().await;
    let response = post(&server, "/people", "text/csv", "name\nAda").await;
    assert_eq!(response.headers()["accept"], "application/json");
    let (status, message) = refused(response).await;
    assert_eq!(status, 400, "415 is not declared");
    assert_eq!(
        message,
        "Content-Type is text/csv, the document describes application/json here"
    );

    let request = Client::new().post(format!("{}/people", server.url()));
    let (_, message) = refused(request.body("{}").send().await.unwrap()).await;
    assert_eq!(
        message,
        "there is no Content-Type, the document describes application/json here"
    );

    let request = Client::new().post(format!("{}/people", server.url()));
    let request = request
        .header("content-encoding", "gzip")
        .json(&json!({"name": "Ada"}));
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["accept-encoding"], "identity");
    assert!(refused(response).await.1.contains("gzip"));
}

#[tokio::test]
async fn a_body_is_judged_by_its_schema_with_paths() {
    let server = server().await;
    let json = "application/json; charset=utf-8";
    let good = post(
        &server,
        "/people",
        json,
        r#"{"name": "Ada", "ipWhitelist": []}"#,
    )
    .await;
    assert_eq!(good.status(), StatusCode::NO_CONTENT);

    let wrong = post(&server, "/people", json, r#"{"ipWhitelist": [5]}"#).await;
    let (status, message) = refused(wrong).await;
    assert_eq!(status, 400);
    assert_eq!(
        message,
        r#"body: "name" is a required property; body /ipWhitelist/0: 5 is not of type "string""#
    );

    let broken = post(&server, "/people", json, "{\"name\":\n \"Ada\",}").await;
    assert_eq!(
        refused(broken).await.1,
        "body: not JSON: trailing comma at line 2 column 8"
    );
    let (_, message) = refused(post(&server, "/people", json, "").await).await;
    assert_eq!(message, "body: it is required; send application/json");
}

#[tokio::test]
async fn an_empty_text_is_a_text() {
    let server = server().await;
    assert_eq!(post(&server, "/note", "text/plain", "").await.status(), 204);
    let nothing = Client::new().post(format!("{}/note", server.url()));
    assert_eq!(
        refused(nothing.send().await.unwrap()).await,
        (400, "body: it is required; send text/plain".to_owned())
    );
    let (status, _) = refused(post(&server, "/people", "text/plain", "").await).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn a_large_body_is_refused() {
    let server = server().await;
    let large = post(&server, "/people", "application/json", &"x".repeat(1001)).await;
    let (status, message) = refused(large).await;
    assert_eq!(
        (status, message.as_str()),
        (413, "bodies may have 1000 bytes here")
    );
}

#[tokio::test]
async fn forms_and_uploads_are_read() {
    let server = server().await;
    let url = |path: &str| format!("{}{path}", server.url());
    let form = |pairs: &[(&str, &str)]| Client::new().post(url("/form")).form(pairs).send();
    let good = form(&[("n", "1"), ("n", "2")]).await.unwrap();
    assert_eq!(good.status(), StatusCode::NO_CONTENT);
    let (status, message) = refused(form(&[("n", "1"), ("n", "x")]).await.unwrap()).await;
    assert_eq!(
        (status, message.as_str()),
        (400, r#"body /n/1: "x" is not of type "integer""#)
    );

    let upload = |form: Form| Client::new().post(url("/upload")).multipart(form).send();
    let file = || Part::bytes(&b"\x00\xff"[..]).file_name("a.bin");
    let good = upload(Form::new().part("file", file()).text("size", "2"));
    assert_eq!(good.await.unwrap().status(), StatusCode::NO_CONTENT);
    let wrong = upload(Form::new().part("file", file()).text("size", "two"));
    let (_, message) = refused(wrong.await.unwrap()).await;
    assert_eq!(message, r#"body /size: "two" is not of type "integer""#);
}

#[tokio::test]
async fn parameters_are_judged_wherever_they_stand() {
    let server = server().await;
    let get = |path: &str| {
        let request = Client::new().request(Method::GET, format!("{}{path}", server.url()));
        request.header("cookie", "a=b; theme=dark")
    };
    let trace = "67e55044-10b1-426f-9247-bb680e5fe0c8";
    let good = get("/people/7?fields=a&fields=b&utm_source=mail").header("x-trace", trace);
    assert_eq!(good.send().await.unwrap().status(), StatusCode::NO_CONTENT);

    let wrong = get("/people/seven?fields=a&fields=b&fields=c").header("x-trace", "1");
    let (status, message) = refused(wrong.send().await.unwrap()).await;
    assert_eq!(status, 400);
    assert_eq!(
        message,
        "path parameter id: \"seven\" is not of type \"integer\"; \
         query parameter fields: the value has more than 2 items; \
         header X-Trace: \"1\" is not a \"uuid\""
    );
    let missing = Client::new().get(format!("{}/people/7", server.url()));
    let (_, message) = refused(missing.send().await.unwrap()).await;
    assert_eq!(
        message,
        "query parameter fields: it is required; header X-Trace: it is required; \
         cookie theme: it is required"
    );
}
