//! OAuth 2.0 as Contio has it, through the typed client, over the mock server.

use contio_client::{
    Client, Environment,
    mock::{self, Server},
    runtime::{
        Authorization, CallbackError, ErrorKind, MemoryStore, OAuth, OAuthConfig, OAuthErrorCode,
        TokenTypeHint, Tokens,
    },
    types::{self, GrantType},
};
use openapi_client_runtime::RetryPolicy;
use reqwest::redirect::Policy;
use serde_json::json;

const CALLBACK: &str = "http://127.0.0.1:8765/callback";

fn config() -> OAuthConfig {
    let config = OAuthConfig::new("mock-client").client_secret("mock-secret");
    config.redirect_uri(CALLBACK)
}

fn oauth(server: &Server) -> OAuth {
    server.client_builder().user_token_oauth(config()).unwrap()
}

/// The address that the browser of the user is sent back to.
async fn sent_back(login: &Authorization) -> String {
    let browser = reqwest::Client::builder().redirect(Policy::none());
    let reply = browser.build().unwrap().get(login.url()).send().await;
    let reply = reply.unwrap();
    assert_eq!(reply.status(), 302, "{}", reply.text().await.unwrap());
    reply.headers()["location"].to_str().unwrap().to_owned()
}

async fn connected(oauth: &OAuth, scopes: &[&str]) -> Tokens {
    let login = oauth.authorize().scopes(scopes.iter().copied()).start();
    let login = login.unwrap();
    let code = login.code_from(&sent_back(&login).await).unwrap();
    oauth.exchange(&login, code).await.unwrap()
}

#[tokio::test]
async fn a_user_connects_with_pkce_and_the_session_renews_itself() {
    let server = mock::start().await;
    let oauth = oauth(&server);
    let tokens = connected(&oauth, &["openid", "profile"]).await;
    let first = tokens.access_token().clone();
    let session = oauth.session(MemoryStore::new());
    session.sign_in(tokens).await.unwrap();
    let client = server.client_builder().user_token(session.clone());
    let client = client.build().unwrap();
    client.get_profile().send().await.unwrap();

    // Where the server takes the token back, the client gets another one, and the call goes on.
    assert!(server.revoke(first.expose()));
    client.get_profile().send().await.unwrap();
    let tokens = session.tokens().await.unwrap().unwrap();
    assert_ne!(tokens.access_token(), &first);

    // What the user did not grant stays here.
    let error = client.list_meetings().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MissingScope, "{error}");
    assert!(error.to_string().contains("meetings:read"), "{error}");

    // The verifier is what the code was asked for with: another login cannot use it.
    let scopes = ["openid"];
    let stolen = oauth.authorize().scopes(scopes).start().unwrap();
    let thief = oauth.authorize().scopes(scopes).start().unwrap();
    let code = stolen.code_from(&sent_back(&stolen).await).unwrap();
    let error = oauth.exchange(&thief, code).await.unwrap_err();
    let body = error.body().unwrap();
    assert_eq!(body.code(), &OAuthErrorCode::InvalidGrant);
    assert!(
        body.description().unwrap().contains("code_verifier"),
        "{error}"
    );
}

#[tokio::test]
async fn what_comes_back_is_believed_with_its_state_only() {
    let server = mock::start().await;
    let oauth = oauth(&server);
    let login = oauth.authorize().scopes(["openid"]).start().unwrap();
    let other = oauth.authorize().scopes(["openid"]).start().unwrap();
    let back = sent_back(&login).await;
    let error = other.code_from(&back).unwrap_err();
    assert!(matches!(error, CallbackError::StateMismatch), "{error}");
    let error = login.code_from("?code=c-1").unwrap_err();
    assert!(matches!(error, CallbackError::StateMissing), "{error}");
    login.code_from(&back).unwrap();

    server.oauth().consent(mock::openapi_mock::Consent::Deny);
    let denied = login.code_from(&sent_back(&login).await).unwrap_err();
    let code = denied.refusal().map(|body| body.code().to_string());
    assert_eq!(code.as_deref(), Some("access_denied"));
}

/// It asks for what it is told, and the scopes of all operations can be asked for.
#[tokio::test]
async fn every_scope_of_the_operations_can_be_granted() {
    let server = mock::start().await;
    let needed: std::collections::BTreeSet<&str> = contio_client::operations::OPERATIONS
        .iter()
        .flat_map(|operation| operation.security().iter().copied().flatten())
        .flat_map(|requirement| requirement.scopes().iter().copied())
        .collect();
    let all: Vec<&str> = needed.into_iter().collect();
    let tokens = connected(&oauth(&server), &all).await;
    let granted: Vec<&str> = tokens
        .scopes()
        .unwrap()
        .iter()
        .map(String::as_str)
        .collect();
    assert_eq!(granted, all);
    for scope in [
        "action-items:write",
        "chat:read",
        "toolkits:write",
        "workflows:read",
    ] {
        assert!(all.contains(&scope), "{scope}");
    }
    let client = server.client_builder().user_token(tokens.to_access_token());
    let client = client.build().unwrap();
    client.list_workflow_runs().send().await.unwrap();
}

#[tokio::test]
async fn tokens_are_introspected_and_revoked() {
    let server = mock::start().await;
    let oauth = oauth(&server);
    let tokens = connected(&oauth, &["openid", "calendar:read"]).await;
    let token = tokens.access_token();
    let client = server.client();
    let ask = async || {
        let body = types::IntrospectTokenRequest::new(token.clone());
        let reply = client.introspect_oauth_token().body(body).send().await;
        reply.unwrap().into_inner()
    };
    let typed = ask().await;
    assert_eq!(typed.active, Some(true));
    assert_eq!(typed.client_id.as_deref(), Some("mock-client"));
    assert_eq!(typed.scope.as_deref(), Some("calendar:read openid"));
    assert!(oauth.introspect(token).await.unwrap().is_active());

    let body = types::RevokeTokenRequest::new(token.clone());
    let body = body.token_type_hint(types::TokenTypeHint::AccessToken);
    client.revoke_oauth_token().body(body).send().await.unwrap();
    assert_eq!(ask().await.active, Some(false));

    // By the session's own means, and of what is unknown already: no error either.
    let refresh = tokens.refresh_token().unwrap();
    let hint = Some(TokenTypeHint::RefreshToken);
    oauth.revoke(refresh, hint).await.unwrap();
    oauth.revoke(refresh, hint).await.unwrap();
    let error = oauth.refresh(&tokens).await.unwrap_err();
    assert_eq!(error.body().unwrap().code(), &OAuthErrorCode::InvalidGrant);
}

/// The token of the app opens nothing of a user, and takes the place of no user's token.
#[tokio::test]
async fn the_token_of_the_app_stays_apart_from_that_of_the_user() {
    let server = mock::start().await;
    let session = oauth(&server).session(MemoryStore::new());
    let tokens = connected(&oauth(&server), &["profile"]).await;
    session.sign_in(tokens.clone()).await.unwrap();
    let builder = server.client_builder().user_token(session.clone());
    let client = builder.build().unwrap();

    let body = types::TokenRequest::new(GrantType::ClientCredentials);
    let own = client.exchange_oauth_token().body(body).send().await;
    let own = own.unwrap().into_inner();
    assert_eq!(own.refresh_token, None);
    client.get_profile().send().await.unwrap();
    let kept = session.tokens().await.unwrap().unwrap();
    assert_eq!(kept.access_token(), tokens.access_token());

    let app = server.client_builder().user_token(own.access_token);
    let app = app.retry(RetryPolicy::none()).build().unwrap();
    let error = app.get_profile().send().await.unwrap_err();
    assert_eq!(error.status().unwrap(), 401, "{error}");
}

/// The four calls of a login in pages of one's own, ended by the token of the user.
#[tokio::test]
async fn a_partner_logs_users_in_on_pages_of_its_own() {
    let server = mock::start().await;
    let client = server.client();
    let (id, email) = ("client-example-0001", "rosa.keller@example.com");

    let body = types::InitiateAuthRequest::new(id, email);
    let challenge = client.initiate_partner_auth().body(body).send().await;
    let challenge = challenge.unwrap().into_inner();
    assert_eq!(challenge.challenge_name.as_deref(), Some("EMAIL_OTP"));
    assert_eq!(challenge.user_provisioned, Some(true));

    let session = challenge.session.unwrap();
    let body = types::VerifyAuthRequest::new(id, email, "000000", session);
    let verified = client.verify_partner_auth().body(body).send().await;
    let verified = verified.unwrap();
    let cookie = verified.headers()["set-cookie"].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    assert_eq!(verified.success, Some(true));

    let body = types::ConsentCheckRequest::new(id, email);
    let body = body.scopes(["profile", "meetings:read"]);
    let check = client.check_oauth_consent().body(body).send().await;
    assert!(check.unwrap().has_consent.is_some());

    let body = types::ConsentRequest::new(id, email, true, "code", CALLBACK);
    let call = client.complete_oauth_authorization().cookie(cookie.clone());
    let result = call.body(body).send().await.unwrap().into_inner();
    assert!(result.code.is_some() && result.redirect_url.is_some());

    let sent = server.requests();
    let paths: Vec<&str> = sent.iter().map(|request| request.path()).collect();
    assert_eq!(
        paths,
        [
            "/auth/initiate",
            "/auth/verify",
            "/oauth2/check-consent",
            "/oauth2/authorize"
        ]
    );
    assert_eq!(
        sent[2].json().unwrap()["scopes"],
        json!(["profile", "meetings:read"])
    );
    assert_eq!(sent[3].header("cookie"), Some(cookie.as_str()));
    assert_eq!(sent[3].header("authorization"), None);
}

#[tokio::test]
async fn open_id_connect_is_typed() {
    let server = mock::start().await;
    let client = server.client();
    let found = client.get_openid_configuration().send().await;
    let found = found.unwrap().into_inner();
    let ends = |url: Option<String>, path: &str| assert!(url.unwrap().ends_with(path), "{path}");
    ends(found.token_endpoint, "/oauth2/token");
    ends(found.userinfo_endpoint, "/oauth2/userInfo");
    ends(found.jwks_uri, "/.well-known/jwks.json");
    let keys = client.get_oauth_jwks().send().await.unwrap();
    let key = &keys.keys.as_ref().unwrap()[0];
    assert_eq!(key.kty.as_deref(), Some("RSA"));
    let scopes = client.list_oauth_scopes().send().await.unwrap();
    assert!(!scopes.scopes.as_ref().unwrap().is_empty());
    let partner = client.get_public_partner_info().client_id("app-1");
    assert!(partner.send().await.unwrap().name.is_some());

    let email = ("email", json!("ada@example.com"));
    server.oauth().user([email]);
    let tokens = connected(&oauth(&server), &["openid", "profile", "email"]).await;
    let client = server.client_builder().user_token(tokens.to_access_token());
    let info = client.build().unwrap().get_oauth_user_info().send().await;
    assert_eq!(info.unwrap().email.as_deref(), Some("ada@example.com"));
}

/// One address moves calls and OAuth alike; none of them stays behind.
#[tokio::test]
async fn every_endpoint_of_oauth_moves_with_the_base_url() {
    let (here, there) = tokio::join!(mock::start(), mock::start());
    let oauth = oauth(&here);
    let tokens = connected(&oauth, &["openid"]).await;
    let tokens = oauth.refresh(&tokens).await.unwrap();
    oauth.introspect(tokens.access_token()).await.unwrap();
    oauth.revoke(tokens.access_token(), None).await.unwrap();
    assert_eq!((here.requests().len(), there.requests().len()), (5, 0));
}

#[test]
fn oauth_moves_with_the_environment() {
    for environment in Environment::ALL {
        let config = OAuthConfig::new("app-1")
            .client_secret("s-1")
            .redirect_uri("http://127.0.0.1:4000/callback");
        let builder = Client::builder().environment(*environment);
        let oauth = builder.user_token_oauth(config).unwrap();
        let login = oauth.authorize().scopes(["meetings:read"]).start().unwrap();
        let address = format!("{}/oauth2/authorize?", environment.base_url());
        assert!(login.url().starts_with(&address), "{}", login.url());
        for part in [
            "code_challenge_method=S256",
            "state=",
            "scope=meetings%3Aread",
        ] {
            assert!(login.url().contains(part), "{part}: {}", login.url());
        }
    }
}
