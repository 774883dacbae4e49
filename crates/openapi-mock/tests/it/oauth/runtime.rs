//! The OAuth 2.0 server, as the clients of this workspace use it.

use std::sync::Arc;
use std::time::Duration;

use openapi_client_runtime::{
    Api, ClientAuthentication, Core, CoreBuilder, Credential, MemoryStore, Method, OAuthConfig,
    OAuthEndpoints, OAuthErrorCode, Scheme, SchemeKind, Secret, TokenStore, TokenTypeHint,
};
use openapi_mock::{Consent, MockServer};
use reqwest::redirect;
use serde_json::{Value, json};

use crate::{pass, start};

const CALLBACK: &str = "http://127.0.0.1:8123/callback";

const USER: OAuthEndpoints = OAuthEndpoints::new()
    .authorization_code("/oauth2/authorize", "/oauth2/token")
    .refresh("/oauth2/refresh")
    .revocation("/oauth2/revoke")
    .introspection("/oauth2/introspect")
    .metadata("/.well-known/oauth-authorization-server")
    .scopes(&["meetings:read", "meetings:write", "openid", "email"]);

const APP: OAuthEndpoints = OAuthEndpoints::new()
    .client_credentials("/app/token")
    .client_authentication(ClientAuthentication::Body)
    .scopes(&["stats"]);

static API: Api = Api::new("meetings-client", "1.0.0").schemes(&[
    Scheme::new("user", SchemeKind::OAuth2, "user").oauth(USER),
    Scheme::new("app", SchemeKind::OAuth2, "app").oauth(APP),
]);

/// That of the tests by hand, with replies that a typed call can read.
fn document() -> Value {
    let mut document = super::document();
    for path in ["/meetings", "/stats"] {
        document["paths"][path]["get"]["responses"]["200"] = json!({
            "description": "A number.", "content": {"application/json": {"example": 7}}
        });
    }
    document
}

fn builder(server: &MockServer) -> CoreBuilder {
    Core::builder(&API).base_url(server.url())
}

fn config() -> OAuthConfig {
    OAuthConfig::new("mock-client")
        .client_secret("mock-secret")
        .redirect_uri(CALLBACK)
}

/// Follows a user's browser to the mock and back; the callback.
async fn visit(url: &str) -> String {
    let browser = reqwest::Client::builder().redirect(redirect::Policy::none());
    let reply = browser.build().unwrap().get(url).send().await.unwrap();
    assert_eq!(reply.status(), 302);
    reply.headers()["location"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_user_signs_in_and_the_session_lasts() {
    let server = start(&document()).await;
    server.oauth().token_lifetime(Duration::from_secs(600));
    let oauth = builder(&server).oauth("user", config()).unwrap();
    let authorization = oauth.authorize().scopes(["meetings:read"]).start().unwrap();
    let callback = visit(authorization.url()).await;
    let code = authorization.code_from(&callback).unwrap();
    let tokens = oauth.exchange(&authorization, code).await.unwrap();
    assert!(tokens.scopes().unwrap().contains("meetings:read"));

    let store = Arc::new(MemoryStore::from(tokens.clone()));
    let core = builder(&server)
        .credential(
            "user",
            Credential::bearer(oauth.session(Arc::clone(&store))),
        )
        .build()
        .unwrap();
    let call = || {
        core.request(Method::Get, "/meetings")
            .credentials(["user"])
            .send::<Value>()
    };
    call().await.unwrap();
    // The mock's clock goes on, that of the client does not: the 401 makes it refresh.
    pass(Duration::from_secs(600)).await;
    call().await.unwrap();
    let renewed = store.load().await.unwrap().unwrap();
    assert_ne!(renewed.access_token(), tokens.access_token());

    let again = oauth.refresh(&tokens).await.unwrap_err();
    assert_eq!(again.body().unwrap().code(), &OAuthErrorCode::InvalidGrant);
    // Now the session has lost its tokens as well, for somebody used an old one.
    assert!(call().await.is_err());
}

#[tokio::test]
async fn a_user_says_no() {
    let server = start(&document()).await;
    server.oauth().consent(Consent::Deny);
    let oauth = builder(&server).oauth("user", config()).unwrap();
    let authorization = oauth.authorize().start().unwrap();
    let error = authorization
        .code_from(&visit(authorization.url()).await)
        .unwrap_err();
    let refusal = error.refusal().unwrap();
    assert_eq!(refusal.code(), &OAuthErrorCode::AccessDenied);
}

#[tokio::test]
async fn an_application_asks_for_itself() {
    let server = start(&document()).await;
    let oauth = builder(&server).oauth("app", config()).unwrap();
    let tokens = oauth.client_credentials(["stats"]).await.unwrap();
    let core = builder(&server)
        .credential("app", Credential::bearer(tokens.access_token().clone()))
        .build()
        .unwrap();
    let call = core
        .request(Method::Get, "/stats")
        .credentials(["app"])
        .send::<Value>();
    call.await.unwrap();
}

#[tokio::test]
async fn tokens_are_discovered_introspected_and_revoked() {
    let server = start(&document()).await;
    let oauth = builder(&server).oauth("user", config()).unwrap();
    let metadata = oauth.discover().await.unwrap();
    assert!(metadata.supports_pkce());
    let oauth = oauth.with_metadata(&metadata).unwrap();
    let token = server.issue_token("user").unwrap().scopes(["email"]);
    let token = Secret::from(token.lifetime(Duration::from_secs(60)).issue());
    let known = oauth.introspect(&token).await.unwrap();
    assert!(known.is_active() && known.scopes().unwrap().contains("email"));
    assert_eq!(known.subject(), Some("mock-user"));
    assert_eq!(known.username(), Some("mia.mock"));
    oauth
        .revoke(&token, Some(TokenTypeHint::AccessToken))
        .await
        .unwrap();
    assert!(!oauth.introspect(&token).await.unwrap().is_active());
}
