//! Repeats, keys, limits and options, as the document states them.

use std::time::Duration;

use openapi_client_runtime::{
    AccessToken, CallOptions, ErrorKind, Method, RateLimiting, RetryPolicy,
};

use crate::{
    clients::repeats_and_limits::{
        Client, ClientBuilder,
        types::{NewApplication, Order, Scope},
    },
    server::Server,
};

fn builder(server: &Server) -> ClientBuilder {
    Client::builder()
        .base_url(server.url())
        .token("t0ken")
        .retry(RetryPolicy::new().base_delay(Duration::ZERO))
}

fn order() -> Order {
    Order::new("chair")
}

#[tokio::test]
async fn a_key_is_made_for_a_call_and_kept_over_its_attempts() {
    let server = Server::start().await;
    let client = builder(&server).build().unwrap();
    for status in [502, 429, 201] {
        server.reply(status, "", "");
    }
    client.create_order().body(order()).send().await.unwrap();
    server.reply(201, "", "");
    client.create_order().body(order()).send().await.unwrap();
    let keys: Vec<String> = server
        .requests()
        .iter()
        .map(|request| request.header("idempotency-key").unwrap())
        .collect();
    assert_eq!(keys.len(), 4);
    assert!(keys[0].len() == 36 && keys[0] == keys[1] && keys[1] == keys[2]);
    assert_ne!(keys[2], keys[3], "another call");
}

#[tokio::test]
async fn the_key_of_the_caller_wins() {
    let server = Server::start().await;
    let client = builder(&server).build().unwrap();
    let create = client.create_order().body(order()).idempotency_key("mine");
    server.reply(201, "", "");
    create.clone().send().await.unwrap();
    assert_eq!(server.last().header("idempotency-key").unwrap(), "mine");
    let options = CallOptions::new().idempotency_key("of the options");
    let error = create.with_options(options).send().await.unwrap_err();
    assert!(error.to_string().contains("without blanks"), "{error}");
    let delete = client.delete_order().id("1");
    let options = CallOptions::new().idempotency_key("k");
    let error = delete.with_options(options).send().await.unwrap_err();
    assert!(
        error.to_string().contains("takes no idempotency key"),
        "{error}"
    );
}

#[tokio::test]
async fn statuses_and_safety_are_those_of_the_document() {
    let server = Server::start().await;
    let client = builder(&server).build().unwrap();
    server.reply(500, "", "");
    server.reply(204, "", "");
    client.approve_order().id("1").send().await.unwrap();
    server.reply(502, "", "");
    let error = client.approve_order().id("1").send().await.unwrap_err();
    assert_eq!(error.attempts(), 1, "not in its own list");
    server.reply(502, "", "");
    let error = client.delete_order().id("1").send().await.unwrap_err();
    assert!(
        error.to_string().ends_with("a retry is never safe"),
        "{error}"
    );
    assert_eq!(server.count(), 4);
}

#[tokio::test]
async fn every_call_is_repeated_where_the_document_says_that_nothing_was_done() {
    let server = Server::start().await;
    let client = builder(&server).rate_limiting(RateLimiting::Off);
    let client = client.build().unwrap();
    server
        .reply(429, "", "")
        .reply(502, "", "")
        .reply(204, "", "");
    client.close_order().id("1").send().await.unwrap();
    assert_eq!(server.count(), 3);
    server.reply(503, "", "");
    let error = client.close_order().id("1").send().await.unwrap_err();
    assert_eq!(error.attempts(), 1, "only for safe methods");
    server.reply(503, "", "");
    client.login().send().await.unwrap();
    assert_eq!(server.count(), 6);
}

#[tokio::test]
async fn the_user_agent_is_the_one_that_the_document_demands() {
    let server = Server::start().await;
    let last = &server;
    let agent = |client: Client| async move {
        client.login().send().await.unwrap();
        last.last().header("user-agent").unwrap()
    };
    let careless = || builder(&server).rate_limiting(RateLimiting::Off);
    let own = agent(careless().build().unwrap()).await;
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        own,
        format!("OrdersClient (repeats-and-limits-client, {version})")
    );
    let named = careless().library("my-shop", "4.1").build().unwrap();
    assert_eq!(agent(named).await, "OrdersClient (my-shop, 4.1)");
    let error = builder(&server).library("my-shop", "4,1").build();
    let text = error.unwrap_err().to_string();
    assert!(text.contains("library's version"), "{text}");
}

#[tokio::test]
async fn limits_are_kept_to_by_all_clones() {
    let server = Server::start().await;
    server.reply(204, "", "");
    let client = builder(&server).build().unwrap();
    client.login().send().await.unwrap();
    let error = client.clone().login().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    let text = error.to_string();
    assert!(
        text.contains("1 requests in 300 s per source address"),
        "{text}"
    );

    let careless = builder(&server).rate_limiting(RateLimiting::Off);
    let careless = careless.build().unwrap();
    for _ in 0..3 {
        server.reply(204, "", "");
        careless.login().send().await.unwrap();
    }
}

#[tokio::test]
async fn what_the_server_would_refuse_is_refused_here() {
    let server = Server::start().await;
    let token = AccessToken::new("t0ken").with_scopes(["contacts"]);
    let client = builder(&server)
        .token(token)
        .trusted(false)
        .build()
        .unwrap();
    let error = client
        .create_order()
        .body(order())
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MissingScope);
    let text = error.to_string();
    assert!(text.contains("the scopes `orders`, `projects`"), "{text}");
    assert!(text.contains("the token has `contacts`"), "{text}");
    let error = client.delete_order().id("1").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RequirementNotMet);
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn scopes_are_values_of_requests_and_of_tokens() {
    let server = Server::start().await;
    let token = AccessToken::new("t0ken").with_scopes([Scope::Orders, Scope::Projects]);
    let granted = token.scopes().unwrap().clone();
    assert!(granted.contains(Scope::Orders.as_str()) && !granted.contains("billing"));
    let client = builder(&server).token(token).build().unwrap();
    server.reply(201, "", "");
    client.create_order().body(order()).send().await.unwrap();

    let application = |scopes: Vec<Scope>| {
        let body = NewApplication::new(scopes);
        client.create_application().body(body).send()
    };
    server.reply(201, "", "");
    let scopes = vec![Scope::Orders, Scope::from("billing")];
    application(scopes).await.unwrap();
    let sent = server.last().body;
    assert_eq!(sent, r#"{"scopes":["orders","billing"]}"#);
    let none = application(Vec::new()).await.unwrap_err().to_string();
    assert!(none.contains("`scopes` in its body has 0 items"), "{none}");
}

#[tokio::test]
async fn what_the_document_does_not_know_can_be_called() {
    let server = Server::start().await;
    let client = builder(&server).build().unwrap();
    server.reply(200, "application/json", r#"["a"]"#);
    let call = client.request(Method::Post, "/orders/1/parts");
    let names = call.query("limit", 2).json(&order()).send::<Vec<String>>();
    assert_eq!(names.await.unwrap().into_inner(), ["a"]);
    let request = server.last();
    assert_eq!(request.line, "POST /orders/1/parts?limit=2");
    assert_eq!(request.header("authorization").unwrap(), "Bearer t0ken");
    assert_eq!(request.body, r#"{"name":"chair"}"#);
    for path in [
        "orders",
        "/orders/../../etc",
        "/orders/%2E%2e",
        "/orders?x=1",
    ] {
        let call = client.request(Method::Get, path);
        let error = call.send_ignoring_body().await.unwrap_err();
        assert!(error.is_unsent(), "{path}: {error}");
    }
    assert_eq!(server.count(), 1);
}
