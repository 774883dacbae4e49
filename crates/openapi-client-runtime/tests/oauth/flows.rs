//! The flows, as the authorization server sees them.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openapi_client_runtime::{
    Authorization, CallbackError, ErrorKind, MemoryStore, OAuth, OAuthConfig, OAuthErrorCode,
    Secret, TokenSource, TokenTypeHint, Tokens,
};
use sha2::{Digest, Sha256};
use url::Url;

use crate::provider::Provider;
use crate::{CALLBACK, builder, config, expired, oauth};

fn of_scheme(url: &str, scheme: &str, config: OAuthConfig) -> OAuth {
    builder(url).oauth(scheme, config).unwrap()
}

fn query(authorization: &Authorization) -> BTreeMap<String, String> {
    let url = Url::parse(authorization.url()).unwrap();
    let pairs: Vec<_> = url.query_pairs().into_owned().collect();
    let query: BTreeMap<_, _> = pairs.iter().cloned().collect();
    assert_eq!(
        pairs.len(),
        query.len(),
        "nothing stands there twice: {pairs:?}"
    );
    query
}

fn callback(authorization: &Authorization) -> String {
    format!(
        "{CALLBACK}?code=the-code&state={}",
        query(authorization)["state"]
    )
}

#[tokio::test]
async fn a_user_signs_in() {
    let provider = Provider::start().await;
    let oauth = oauth(&provider.url);
    let authorization = oauth
        .authorize()
        .scopes(["write", "read"])
        .login_hint("ada lovelace+x@example.com")
        .param("prompt", "consent")
        .start()
        .unwrap();
    let asked = query(&authorization);
    assert!(
        authorization
            .url()
            .starts_with(&format!("{}/oauth2/authorize?tenant=7&", provider.url))
    );
    assert!(authorization.url().contains("ada%20lovelace%2Bx%40"));
    for (name, value) in [
        ("tenant", "7"),
        ("response_type", "code"),
        ("client_id", "app_42"),
        ("redirect_uri", CALLBACK),
        ("scope", "read write"),
        ("code_challenge_method", "S256"),
        ("login_hint", "ada lovelace+x@example.com"),
        ("prompt", "consent"),
    ] {
        assert_eq!(asked[name], value);
    }
    assert_eq!(
        authorization.code_challenge().as_ref(),
        Some(&asked["code_challenge"])
    );

    // A web application keeps it between two requests.
    let kept = serde_json::to_string(&authorization).unwrap();
    let kept: Authorization = serde_json::from_str(&kept).unwrap();
    let code = kept.code_from(&callback(&authorization)).unwrap();
    let tokens = oauth.exchange(&kept, code).await.unwrap();
    assert_eq!(tokens.access_token().expose(), "at-1");
    assert_eq!(tokens.scopes().unwrap().len(), 2, "as requested");

    let request = &provider.requests_to("/oauth2/token")[0];
    assert_eq!(
        request.authorization.as_deref(),
        Some("Basic YXBwXzQyOnMzY3JldA==")
    );
    assert_eq!(request.form["redirect_uri"], CALLBACK);
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&request.form["code_verifier"]));
    assert_eq!(challenge, asked["code_challenge"]);
    assert!(!request.form.contains_key("client_id") && !request.form.contains_key("client_secret"));
}

#[tokio::test]
async fn each_authorization_has_a_state_and_verifier_of_its_own() {
    let oauth = oauth("http://localhost:1");
    let [one, other] = [(); 2].map(|()| oauth.authorize().start().unwrap());
    assert_ne!(query(&one)["state"], query(&other)["state"]);
    assert_ne!(
        query(&one)["code_challenge"],
        query(&other)["code_challenge"]
    );
    assert!(!query(&one).contains_key("scope"));
    let error = one.code_from(&callback(&other)).unwrap_err();
    assert!(matches!(error, CallbackError::StateMismatch));
}

#[tokio::test]
async fn clients_authenticate_as_the_document_says() {
    let provider = Provider::start().await;
    let sent = async |scheme: &str, config: OAuthConfig| {
        let oauth = of_scheme(&provider.url, scheme, config);
        let _ = oauth.refresh(&expired()).await;
        provider.requests_to("/oauth2/token").pop().unwrap()
    };
    let body = sent("body", config()).await;
    assert_eq!(body.authorization, None);
    assert_eq!(body.form["client_secret"], "s3cret");
    let public = OAuthConfig::new("app_42").redirect_uri(CALLBACK);
    for (scheme, config) in [("user", public.clone()), ("public", public.clone())] {
        let request = sent(scheme, config).await;
        assert_eq!(request.authorization, None);
        assert_eq!(request.form["client_id"], "app_42");
        assert!(!request.form.contains_key("client_secret"));
    }
    let secret = builder(&provider.url)
        .oauth("public", config())
        .unwrap_err()
        .to_string();
    assert!(secret.contains("takes no client secret"), "{secret}");
    // A server that does not know PKCE gets none, and public clients are not safe with it.
    let old = of_scheme(&provider.url, "old", config());
    assert!(!query(&old.authorize().start().unwrap()).contains_key("code_challenge"));
    let old = of_scheme(&provider.url, "old", public);
    assert!(
        old.authorize()
            .start()
            .unwrap_err()
            .to_string()
            .contains("PKCE")
    );
}

#[tokio::test]
async fn what_cannot_work_is_refused_before_anything_is_sent() {
    let provider = Provider::start().await;
    let little = of_scheme(&provider.url, "little", config());
    let full = oauth(&provider.url);
    let public = of_scheme(&provider.url, "user", OAuthConfig::new("app_42"));
    let secret = Secret::from("t");
    let no_scopes: [&str; 0] = [];
    let authorization = full.authorize().start().unwrap();
    let code = || authorization.code_from(&callback(&authorization)).unwrap();
    for (error, reason) in [
        (
            little.authorize().start().unwrap_err(),
            "does not offer the flow authorizationCode",
        ),
        (
            little.exchange(&authorization, code()).await.unwrap_err(),
            "authorizationCode",
        ),
        (
            little.refresh(&expired()).await.unwrap_err(),
            "authorizationCode",
        ),
        (
            little.client_credentials(no_scopes).await.unwrap_err(),
            "clientCredentials",
        ),
        (
            little.revoke(&secret, None).await.unwrap_err(),
            "revocation",
        ),
        (
            little.introspect(&secret).await.unwrap_err(),
            "introspection",
        ),
        (little.discover().await.unwrap_err(), "metadata"),
        (
            public.client_credentials(no_scopes).await.unwrap_err(),
            "client_secret",
        ),
        (public.authorize().start().unwrap_err(), "redirect_uri"),
        (
            full.refresh(&Tokens::new("a")).await.unwrap_err(),
            "sign in again",
        ),
        (
            full.authorize().param("state", "x").start().unwrap_err(),
            "`state`",
        ),
        (
            full.authorize()
                .param("a", "x")
                .param("a", "y")
                .start()
                .unwrap_err(),
            "twice",
        ),
        (
            full.authorize().redirect_uri("/x").start().unwrap_err(),
            "absolute",
        ),
    ] {
        assert!(error.is_unsent(), "{error}");
        assert!(error.to_string().contains(reason), "{error}");
        assert!(error.operation().unwrap().id().starts_with("oauth_"));
    }
    assert!(provider.requests().is_empty());
    for (scheme, reason) in [
        ("plain", "does not say where"),
        ("other", "no security scheme"),
    ] {
        let error = builder(&provider.url)
            .oauth(scheme, config())
            .unwrap_err()
            .to_string();
        assert!(error.contains(reason), "{error}");
    }
}

#[tokio::test]
async fn refusals_of_the_server_are_typed_and_not_repeated() {
    let provider = Provider::start().await;
    let oauth = oauth(&provider.url);
    let authorization = oauth.authorize().start().unwrap();
    for (status, body, code) in [
        (
            "400 Bad",
            r#"{"error":"invalid_grant","error_description":"used"}"#,
            Some("invalid_grant"),
        ),
        (
            "503 Busy",
            r#"{"error":"temporarily_unavailable"}"#,
            Some("temporarily_unavailable"),
        ),
        (
            "400 Bad",
            r#"{"code":"invalid_code","message":"no"}"#,
            Some("invalid_code"),
        ),
        ("502 Bad", "<html>", None),
    ] {
        provider.fail(status, body);
        let before = provider.asked();
        let code_of_user = authorization.code_from(&callback(&authorization)).unwrap();
        let error = oauth
            .exchange(&authorization, code_of_user)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Api);
        assert_eq!(error.code(), code);
        assert_eq!(error.request_id(), Some("7f"));
        assert_eq!(provider.asked(), before + 1);
        if code == Some("invalid_grant") {
            let body = error.body().unwrap();
            assert_eq!(body.code(), &OAuthErrorCode::InvalidGrant);
            assert_eq!(
                (body.description(), error.message()),
                (Some("used"), Some("used"))
            );
        }
    }
}

#[tokio::test]
async fn what_a_broken_reply_held_is_not_kept() {
    let provider = Provider::start().await;
    for body in [
        r#"{"access_token":"leaked","token_type":"mac"}"#,
        r#"{"access_token":"leaked","#,
    ] {
        provider.fail("200 OK", body);
        let error = oauth(&provider.url).refresh(&expired()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert_eq!(error.raw_body(), None);
        assert_eq!(error.status().unwrap(), 200);
    }
}

#[tokio::test]
async fn tokens_are_revoked_and_introspected() {
    let provider = Provider::start().await;
    let oauth = oauth(&provider.url);
    let token = Secret::from("rt-0");
    oauth
        .revoke(&token, Some(TokenTypeHint::RefreshToken))
        .await
        .unwrap();
    let request = &provider.requests_to("/oauth2/revoke")[0];
    assert_eq!(request.form["token"], "rt-0");
    assert_eq!(request.form["token_type_hint"], "refresh_token");
    assert!(request.authorization.is_some());
    let known = oauth.introspect(&token).await.unwrap();
    assert!(known.is_active() && known.scopes().unwrap().contains("read"));
}

#[tokio::test]
async fn metadata_moves_endpoints_once_its_issuer_is_known() {
    let provider = Provider::start().await;
    let oauth = oauth(&provider.url);
    let metadata = oauth.discover().await.unwrap();
    assert_eq!(metadata.issuer(), provider.url);
    assert!(metadata.supports_pkce());
    let moved = oauth.with_metadata(&metadata).unwrap();
    let error = moved.revoke(&Secret::from("t"), None).await.unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(provider.requests_to("/moved/revoke").len(), 1);
    // By another name the same server is another issuer.
    let other = provider.url.replace("127.0.0.1", "localhost");
    let error = self::oauth(&other).discover().await.unwrap_err();
    assert!(error.to_string().contains("another issuer"), "{error}");
}

#[tokio::test]
async fn endpoints_can_be_moved_for_tests() {
    let provider = Provider::start().await;
    let elsewhere = oauth("http://127.0.0.1:1");
    assert!(
        elsewhere
            .refresh(&expired())
            .await
            .unwrap_err()
            .is_connect()
    );
    let moved = of_scheme("http://127.0.0.1:1", "user", config().origin(&provider.url));
    moved.refresh(&expired()).await.unwrap();
    assert_eq!(moved.scopes(), ["read", "write"]);
}

#[tokio::test]
async fn a_callback_of_another_server_is_refused() {
    let provider = Provider::start().await;
    let documented = oauth(&provider.url);
    let metadata = documented.discover().await.unwrap();
    for oauth in [&documented, &documented.with_metadata(&metadata).unwrap()] {
        let authorization = oauth.authorize().start().unwrap();
        let kept = serde_json::to_string(&authorization).unwrap();
        let kept: Authorization = serde_json::from_str(&kept).unwrap();
        let plain = callback(&authorization);
        assert!(kept.code_from(&plain).is_ok());
        assert!(
            kept.code_from(&format!("{plain}&iss={}", provider.url))
                .is_ok()
        );
        let other = format!("{plain}&iss=https://evil.example.com");
        let error = kept.code_from(&other).unwrap_err();
        assert!(matches!(error, CallbackError::WrongIssuer), "{error}");
    }
    // Where nothing is known of the issuer, nothing is compared.
    let unknown = of_scheme(&provider.url, "nameless", config());
    let authorization = unknown.authorize().start().unwrap();
    let named = format!("{}&iss=https://who.example.com", callback(&authorization));
    assert!(authorization.code_from(&named).is_ok());
}

#[tokio::test]
async fn a_scope_that_is_not_known_is_refused_with_the_nearest_name() {
    let provider = Provider::start().await;
    let oauth = oauth(&provider.url);
    let asked = |scope: &str| oauth.authorize().scopes([scope.to_owned()]).start();
    let error = asked("read wrte").unwrap_err();
    assert!(error.is_unsent());
    assert_eq!(
        error.to_string(),
        "`oauth_authorize` was not sent: the scheme `user` of the document has no scope \"wrte\": \
         did you mean `write`? One that the server knows all the same is named with \
         `OAuthConfig::unlisted_scopes`"
    );
    let far = asked("calendar:events").unwrap_err().to_string();
    assert!(far.contains("it has `read`, `write`"), "{far}");
    let error = oauth.client_credentials(["raed"]).await.unwrap_err();
    assert!(
        error.to_string().contains("did you mean `read`?"),
        "{error}"
    );
    let session = oauth.client_session(["raed"], MemoryStore::new());
    assert!(
        session
            .token()
            .await
            .unwrap_err()
            .to_string()
            .contains("`read`")
    );
    assert_eq!(provider.asked(), 0);

    let more = config().unlisted_scopes(["offline_access"]);
    let more = of_scheme(&provider.url, "user", more);
    let authorization = more.authorize().scopes(["read", "offline_access"]).start();
    assert_eq!(
        query(&authorization.unwrap())["scope"],
        "offline_access read"
    );
    // A document that lists none says nothing of them.
    let unlisted = of_scheme(&provider.url, "nameless", config());
    assert!(unlisted.authorize().scopes(["anything"]).start().is_ok());
}

#[tokio::test]
async fn no_form_with_secrets_follows_a_redirection() {
    let provider = Provider::start().await;
    for status in ["302 Found", "307 There", "308 There"] {
        provider.fail(status, "");
        let builder = builder(&provider.url).follow_redirects(5);
        #[cfg(feature = "reqwest-0_13")]
        let builder = builder.http_client(|http| {
            http.redirect(openapi_client_runtime::reqwest_0_13::redirect::Policy::limited(5))
        });
        let oauth = builder.oauth("user", config()).unwrap();
        let error = oauth.refresh(&expired()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedStatus);
    }
    assert!(provider.requests_to("/elsewhere").is_empty());
}
