//! OAuth 2.0 as a document describes it.

use openapi_client_runtime::{Core, ErrorKind, MemoryStore, OAuthConfig, Tokens};
use serde_json::json;

use crate::clients::oauth::{Client, Environment, operations};
use crate::server::{Request, Server};

fn config() -> OAuthConfig {
    OAuthConfig::new("app")
        .client_secret("s3cret")
        .redirect_uri("https://app.example.com/callback")
}

fn form(request: &Request, name: &str) -> Option<String> {
    let mut pairs = request
        .body
        .split('&')
        .filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(own, _)| *own == name)?;
    Some(value.to_owned())
}

#[tokio::test]
async fn a_user_signs_in_and_stays_signed_in() {
    let server = Server::start().await;
    let builder = Client::builder().base_url(server.url());
    let oauth = builder.user_oauth(config()).unwrap();
    assert_eq!(oauth.scopes(), ["meetings:read", "meetings:write"]);
    let authorization = oauth.authorize().scopes(["meetings:read"]).start().unwrap();
    let state = authorization.state().expose();
    let code = authorization
        .code_from(&format!("?code=c1&state={state}"))
        .unwrap();

    server
        .json(
            200,
            &json!({ "access_token": "a1", "refresh_token": "r1", "expires_in": "3600" }),
        )
        .json(200, &json!(3))
        .json(401, &json!({}))
        .json(200, &json!({ "access_token": "a2", "expires_in": 3600 }))
        .json(200, &json!(4));
    let session = oauth.session(MemoryStore::new());
    let tokens = oauth.exchange(&authorization, code).await.unwrap();
    assert_eq!(server.last().line, "POST /oauth2/token");
    assert_eq!(form(&server.last(), "code").as_deref(), Some("c1"));
    session.sign_in(tokens).await.unwrap();

    let client = builder.user(session.clone()).build().unwrap();
    assert_eq!(*client.count_meetings().send().await.unwrap(), 3);
    assert_eq!(server.last().header("authorization").unwrap(), "Bearer a1");
    assert_eq!(*client.count_meetings().send().await.unwrap(), 4);
    assert_eq!(server.last().header("authorization").unwrap(), "Bearer a2");
    assert_eq!(server.count(), 5, "one refresh and one repeat");
    let kept = session.tokens().await.unwrap().unwrap();
    assert_eq!(kept.refresh_token().unwrap().expose(), "r1");
}

#[tokio::test]
async fn a_scope_that_was_not_granted_is_missed_before_sending() {
    let server = Server::start().await;
    let builder = Client::builder().base_url(server.url());
    let granted = Tokens::new("a1").with_scopes(["meetings:write"]);
    let session = builder
        .user_oauth(config())
        .unwrap()
        .session(MemoryStore::from(granted));
    let client = builder.user(session).build().unwrap();
    let error = client.count_meetings().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MissingScope);
    assert!(error.to_string().contains("`meetings:read`"), "{error}");
    assert_eq!(server.count(), 0);
}

#[test]
fn relative_endpoints_belong_to_the_environment_and_absolute_ones_do_not() {
    for (environment, start) in [
        (
            Environment::Production,
            "https://api.example.com/oauth2/authorize?",
        ),
        (
            Environment::Beta,
            "https://beta.example.com/oauth2/authorize?",
        ),
    ] {
        let oauth = Client::builder()
            .environment(environment)
            .user_oauth(config())
            .unwrap();
        let authorization = oauth.authorize().start().unwrap();
        assert!(authorization.url().starts_with(start));
    }
    let no_address = Client::builder().user_oauth(config()).unwrap_err();
    assert!(
        no_address.to_string().contains("no base URL"),
        "{no_address}"
    );
}

#[tokio::test]
async fn an_application_authenticates_in_the_body() {
    let server = Server::start().await;
    let builder = Client::builder().base_url(server.url());
    let config = OAuthConfig::new("app")
        .client_secret("s3cret")
        .origin(server.url());
    let oauth = builder.partner_app_oauth(config).unwrap();
    let refused = oauth.authorize().start().unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("does not offer the flow authorizationCode")
    );
    server
        .json(
            200,
            &json!({ "access_token": "p1", "token_type": "bearer" }),
        )
        .json(200, &json!(7));
    let client = builder.partner_app(oauth.client_session(["stats"], MemoryStore::new()));
    assert_eq!(
        *client.build().unwrap().count_calls().send().await.unwrap(),
        7
    );
    let asked = &server.requests()[0];
    assert_eq!(asked.line, "POST /token");
    assert_eq!(asked.header("authorization"), None);
    assert_eq!(form(asked, "client_secret").as_deref(), Some("s3cret"));
    assert_eq!(
        form(asked, "grant_type").as_deref(),
        Some("client_credentials")
    );
    assert_eq!(server.last().header("authorization").unwrap(), "Bearer p1");
}

#[test]
fn a_scheme_without_a_usable_flow_takes_tokens_only() {
    let client = Client::builder()
        .base_url("http://localhost")
        .old_token("t");
    assert!(client.build().is_ok());
    let builder = Core::builder(&operations::API).base_url("http://localhost");
    let error = builder.oauth("oldToken", config()).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("does not say where its tokens come from"),
        "{error}"
    );
}
