//! Rate limits.

use std::time::Duration;

use openapi_mock::{MockServer, RateLimits};
use serde_json::{Value, json};

use crate::{outcome, pass, start};

fn document() -> Value {
    let operation = |security: Value| {
        let counters = json!({
            "X-RateLimit-Limit": {"schema": {"type": "integer"}},
            "X-RateLimit-Remaining": {"schema": {"type": "integer"}},
            "X-RateLimit-Reset": {"schema": {"type": "integer"}, "example": 1_700_000_000}
        });
        json!({"get": {"security": security, "responses": {
            "204": {"description": "Fine.", "headers": counters},
            "401": {"description": "Who are you?"},
            "429": {"description": "Slow down.", "headers": {"x-ratelimit-remaining": {"schema": {"type": "integer"}}}}
        }}})
    };
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Limits", "version": "1"},
        "x-rate-limit": [
            {"name": "all", "pathPrefix": "/v1", "requests": 3, "window": 10, "per": "API key"},
            {"name": "login", "pathPrefix": "/v1/login", "requests": 2, "window": 60, "per": "source address"}
        ],
        "paths": {
            "/v1/things": operation(json!([{"key": []}])),
            "/v1/login": operation(json!([{"key": []}])),
            "/free": operation(json!([]))
        },
        "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}}
    })
}

async fn get(server: &MockServer, path: &str, key: &str) -> reqwest::Response {
    let request = reqwest::Client::new().get(format!("{}{path}", server.url()));
    request.header("x-key", key).send().await.unwrap()
}

async fn statuses(server: &MockServer, path: &str, key: &str, times: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..times {
        statuses.push(outcome(&get(server, path, key).await).0);
    }
    statuses
}

fn header<'a>(reply: &'a reqwest::Response, name: &str) -> Option<&'a str> {
    reply
        .headers()
        .get(name)
        .map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn each_credential_has_a_window_that_slides() {
    let server = start(&document()).await;
    server.add_api_key("key", "other").unwrap();
    assert_eq!(statuses(&server, "/v1/things", "mock-key", 1).await, [204]);
    pass(Duration::from_secs(4)).await;
    assert_eq!(
        statuses(&server, "/v1/things", "mock-key", 3).await,
        [204, 204, 429]
    );
    assert_eq!(statuses(&server, "/v1/things", "other", 1).await, [204]);
    // The first one has gone out of the window, the others have not.
    pass(Duration::from_secs(6)).await;
    assert_eq!(
        statuses(&server, "/v1/things", "mock-key", 2).await,
        [204, 429]
    );
    assert_eq!(statuses(&server, "/free", "", 9).await, [204; 9]);
}

#[tokio::test]
async fn replies_say_what_is_left_where_the_document_declares_it() {
    let server = start(&document()).await;
    let first = get(&server, "/v1/things", "mock-key").await;
    assert_eq!(header(&first, "x-ratelimit-limit"), Some("3"));
    assert_eq!(header(&first, "x-ratelimit-remaining"), Some("2"));
    let reset: u64 = header(&first, "x-ratelimit-reset")
        .unwrap()
        .parse()
        .unwrap();
    assert!(reset > 1_700_000_000, "the example is a time since 1970");
    statuses(&server, "/v1/things", "mock-key", 2).await;
    pass(Duration::from_millis(2500)).await;
    let refused = get(&server, "/v1/things", "mock-key").await;
    assert_eq!(outcome(&refused), (429, "rate-limited".to_owned()));
    assert_eq!(header(&refused, "retry-after"), Some("8"));
    assert_eq!(header(&refused, "x-ratelimit-remaining"), Some("0"));
    assert_eq!(
        header(&refused, "x-ratelimit-limit"),
        None,
        "not declared for 429"
    );
    assert_eq!(
        header(&get(&server, "/free", "").await, "x-ratelimit-limit"),
        None
    );
}

#[tokio::test]
async fn addresses_are_counted_whoever_calls() {
    let server = start(&document()).await;
    server.add_api_key("key", "other").unwrap();
    assert_eq!(statuses(&server, "/v1/login", "wrong", 1).await, [401]);
    assert_eq!(statuses(&server, "/v1/login", "other", 1).await, [204]);
    assert_eq!(statuses(&server, "/v1/login", "mock-key", 1).await, [429]);
}

#[tokio::test]
async fn limits_can_be_switched_off_and_replaced() {
    let server = start(&document()).await;
    server.rate_limits(RateLimits::Off);
    assert_eq!(
        statuses(&server, "/v1/things", "mock-key", 9).await,
        [204; 9]
    );
    let window = Duration::from_secs(60);
    server.rate_limits(RateLimits::Each {
        requests: 1,
        window,
    });
    assert_eq!(
        statuses(&server, "/v1/things", "mock-key", 2).await,
        [204, 429]
    );
    assert_eq!(
        statuses(&server, "/v1/login", "mock-key", 2).await,
        [204, 429]
    );
    server.rate_limits(RateLimits::Document);
    assert_eq!(
        statuses(&server, "/v1/things", "mock-key", 4).await,
        [204, 204, 204, 429]
    );
    // Without classes there is one for everything.
    let mut bare = document();
    bare.as_object_mut().unwrap().remove("x-rate-limit");
    let server = start(&bare).await;
    server.rate_limits(RateLimits::Each {
        requests: 1,
        window,
    });
    assert_eq!(statuses(&server, "/free", "", 2).await, [204, 429]);
}

#[tokio::test]
async fn endpoints_of_oauth_are_counted_as_well() {
    let server = start(&json!({
        "openapi": "3.0.3",
        "info": {"title": "Limits", "version": "1"},
        "x-rate-limit": [
            {"name": "oauth", "pathPrefix": "/oauth2", "requests": 2, "window": 300, "per": "source address"}
        ],
        "paths": {},
        "components": {"securitySchemes": {"app": {"type": "oauth2", "flows": {
            "clientCredentials": {"tokenUrl": "/oauth2/token", "scopes": {}}
        }}}}
    }))
    .await;
    let ask = async |password: &str| {
        let request = reqwest::Client::new().post(format!("{}/oauth2/token", server.url()));
        let request = request.basic_auth("mock-client", Some(password));
        let form = [("grant_type", "client_credentials")];
        request.form(&form).send().await.unwrap().status().as_u16()
    };
    assert_eq!(ask("guess").await, 401);
    assert_eq!(ask("mock-secret").await, 200);
    assert_eq!(ask("mock-secret").await, 429);
}
