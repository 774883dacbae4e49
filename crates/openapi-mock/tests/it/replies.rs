//! Replies as the document describes them, in the media type and of the kind that was asked for.

use openapi_mock::{Document, MockServer};
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};

async fn server() -> MockServer {
    let person = json!({"type": "object", "required": ["name"]});
    let root = json!({
        "openapi": "3.0.3", "info": {"title": "People", "version": "1"},
        "security": [{"key": []}],
        "paths": {"/people": {
            "get": {
                "operationId": "list_people",
                "security": [],
                "responses": {
                    "200": {
                        "description": "All.",
                        "headers": {
                            "X-Total": {"required": true, "schema": {"type": "integer", "example": 2}},
                            "X-Wrong": {"schema": {"type": "integer"}, "example": "two"},
                            "Link": {"schema": {"type": "string"}, "example": "</people?page=2>; rel=\"next\""},
                            "X-RateLimit-Limit": {"required": true, "schema": {"type": "integer"}, "example": 9},
                            "X-RateLimit-Remaining": {"schema": {"type": "integer"}, "example": 5},
                            "X-Replayed": {"x-tells": "replayed", "schema": {"type": "boolean"}, "example": true},
                            "X-Again": {"x-tells": "replayed", "required": true,
                                "schema": {"type": "boolean"}, "example": true},
                        },
                        "content": {
                            "application/json": {"schema": person, "examples": {
                                "invalid": {"value": {}},
                                "refused": {"value": {"name": "No"}, "x-refusal": "conflict"},
                                "ada": {"value": {"name": "Ada"}},
                                "bob": {"value": {"name": "Bob"}},
                            }},
                            "text/csv": {"schema": {"type": "string"}, "examples": {
                                "table": {"value": "name\nAda"},
                            }},
                        },
                    },
                    "401": {"description": "Who?"},
                    "404": {"description": "None.", "content": {"application/json": {
                        "examples": {"gone": {"value": {"message": "Gone."}}},
                    }}},
                    "5XX": {"description": "Broken.", "content": {"application/json": {
                        "example": {"message": "Broken."},
                    }}},
                },
            },
            "delete": {"security": [], "responses": {"204": {"description": "Gone."}}},
        }},
        "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "K"}}},
    });
    let document = Document::bundled(&root.to_string()).unwrap();
    MockServer::start(document).await.unwrap()
}

async fn get(server: &MockServer, name: &str, value: &str) -> Response {
    let request = Client::new().get(format!("{}/people", server.url()));
    request.header(name, value).send().await.unwrap()
}

/// Whoever follows the `Link` of an example gets the same page for ever.
#[tokio::test]
async fn headers_that_tell_what_happened_are_not_those_of_the_example() {
    let server = server().await;
    let reply = get(&server, "accept", "application/json").await;
    let header = |name: &str| Some(reply.headers().get(name)?.to_str().unwrap().to_owned());
    assert_eq!(header("x-total").as_deref(), Some("2"));
    for name in ["link", "x-ratelimit-remaining", "x-replayed"] {
        assert_eq!(header(name), None, "{name}");
    }
    // What has to be there is there.
    assert_eq!(header("x-ratelimit-limit").as_deref(), Some("9"));
    assert_eq!(header("x-again").as_deref(), Some("false"));
}

#[tokio::test]
async fn accept_chooses_the_media_type() {
    let server = server().await;
    let csv = get(&server, "accept", "application/json;q=0.1, text/csv").await;
    assert_eq!(csv.headers()["content-type"], "text/csv");
    assert_eq!(csv.text().await.unwrap(), "name\nAda");

    let json = get(&server, "accept", "*/*").await;
    assert_eq!(json.headers()["content-type"], "application/json");
    assert_eq!(json.headers()["x-total"], "2");
    assert_eq!(json.headers().get("x-wrong"), None);
    let body: Value = json.json().await.unwrap();
    assert_eq!(
        body,
        json!({"name": "Ada"}),
        "the first example that is valid and no refusal"
    );
}

#[tokio::test]
async fn what_cannot_be_answered_is_not_acceptable() {
    let server = server().await;
    let refused = get(&server, "accept", "image/png").await;
    assert_eq!(refused.status(), StatusCode::NOT_ACCEPTABLE);
    let why = refused.headers()["x-mock-refusal"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        why.ends_with("this operation answers in application/json, text/csv"),
        "{why}"
    );

    let request = Client::new().delete(format!("{}/people", server.url()));
    let gone = request.header("accept", "image/png").send().await.unwrap();
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn head_has_the_headers_of_get_and_no_body() {
    let server = server().await;
    let head = Client::new().head(format!("{}/people", server.url()));
    let head = head.send().await.unwrap();
    assert_eq!(head.status(), StatusCode::OK);
    assert_eq!(head.headers()["content-length"], "14");
    assert_eq!(head.text().await.unwrap(), "");
}

#[tokio::test]
async fn prefer_picks_status_and_example() {
    let server = server().await;
    for (prefer, status, body) in [
        ("example=bob", 200, json!({"name": "Bob"})),
        (
            "code=200; for=me, example=\"bob\"",
            200,
            json!({"name": "Bob"}),
        ),
        ("code=404", 404, json!({"message": "Gone."})),
        ("example=gone", 404, json!({"message": "Gone."})),
        ("code=503", 503, json!({"message": "Broken."})),
    ] {
        let response = get(&server, "prefer", prefer).await;
        let applied = response.headers()["preference-applied"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(!applied.contains("for="), "{applied}");
        assert_eq!(response.status(), status, "{prefer}");
        assert_eq!(response.json::<Value>().await.unwrap(), body, "{prefer}");
    }
    let csv = get(&server, "prefer", "example=table").await;
    assert_eq!(csv.headers()["content-type"], "text/csv");
    let other = get(&server, "prefer", "respond-async").await;
    assert_eq!(other.headers().get("preference-applied"), None);
    let who = get(&server, "prefer", "code=401").await;
    assert_eq!(who.status(), StatusCode::UNAUTHORIZED);
    assert!(who.headers().contains_key("www-authenticate"));
}

#[tokio::test]
async fn what_prefer_cannot_have_is_listed() {
    let server = server().await;
    for (prefer, why) in [
        (
            "code=418",
            "code=418, list_people declares 200, 401, 404, 5XX",
        ),
        ("code=many", "code=many, list_people declares"),
        (
            "example=carl",
            "example=carl, list_people declares ada (200), bob (200), table (200), gone (404)",
        ),
        (
            "code=404, example=ada",
            "example=ada, list_people declares gone (404)",
        ),
    ] {
        let response = get(&server, "prefer", prefer).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{prefer}");
        let said = response.headers()["x-mock-refusal"].to_str().unwrap();
        assert!(said.contains(why), "{said}");
    }
}
