//! What codes and refresh tokens give.

use std::time::Duration;

use serde_json::json;

use super::{
    CALLBACK, VERIFIER, authorize, browser, call, code, document, error, exchange, location, post,
    read, refresh, signed_in, text,
};
use crate::{pass, start};

#[tokio::test]
async fn a_user_signs_in_and_calls() {
    let server = start(&document()).await;
    let back = location(&authorize(&server, &[]).await);
    assert_eq!(back["state"], "st/ate &=+");
    assert_eq!(back["iss"], server.url());
    assert_eq!(back["tenant"], "7");
    let (status, tokens) = exchange(&server, &back["code"]).await;
    assert_eq!(status, 200);
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 3600);
    assert_eq!(tokens["scope"], "meetings:read openid");
    let token = text(&tokens, "access_token");
    assert_eq!(call(&server, "/meetings", &token).await.0, 204);
    // A token of users opens nothing that is for the application itself; a refresh token nothing.
    assert_eq!(
        call(&server, "/stats", &token).await,
        (401, "wrong-credentials".into())
    );
    let refresh = text(&tokens, "refresh_token");
    assert_eq!(
        call(&server, "/meetings", &refresh).await,
        (401, "wrong-credentials".into())
    );
}

/// As long as the document says, unless a test says otherwise.
#[tokio::test]
async fn what_is_given_out_lasts_as_long_as_the_document_says() {
    let mut document = document();
    let oauth = &mut document["components"]["securitySchemes"]["user"]["x-oauth"];
    oauth["codeLifetime"] = json!(300);
    oauth["accessTokenLifetime"] = json!(86_400);
    oauth["refreshTokenLifetime"] = json!(172_800);
    let server = start(&document).await;
    let (early, late) = (code(&server).await, code(&server).await);
    pass(Duration::from_secs(299)).await;
    let (status, tokens) = exchange(&server, &early).await;
    assert_eq!((status, &tokens["expires_in"]), (200, &json!(86_400)));
    pass(Duration::from_secs(2)).await;
    assert_eq!(
        error(&exchange(&server, &late).await),
        (400, "invalid_grant")
    );
    let token = text(&tokens, "access_token");
    pass(Duration::from_secs(86_390)).await;
    assert_eq!(call(&server, "/meetings", &token).await.0, 204);
    pass(Duration::from_secs(20)).await;
    assert_eq!(
        call(&server, "/meetings", &token).await.1,
        "expired-credentials"
    );
    pass(Duration::from_secs(86_400)).await;
    let again = refresh(&server, &text(&tokens, "refresh_token")).await;
    assert_eq!(error(&again), (400, "invalid_grant"));
    server.oauth().token_lifetime(Duration::from_secs(9));
    let (_, tokens) = exchange(&server, &code(&server).await).await;
    assert_eq!(tokens["expires_in"], 9);
}

#[tokio::test]
async fn scopes_that_were_not_given_are_missed() {
    let server = start(&document()).await;
    let back = location(&authorize(&server, &[("scope", "meetings:write")]).await);
    let (_, tokens) = exchange(&server, &back["code"]).await;
    let got = call(&server, "/meetings", &text(&tokens, "access_token")).await;
    assert_eq!(got, (403, "missing-scope".into()));
    let all = location(&authorize(&server, &[("scope", "")]).await);
    let (_, tokens) = exchange(&server, &all["code"]).await;
    assert_eq!(tokens["scope"], "email meetings:read meetings:write openid");
}

#[tokio::test]
async fn a_code_is_good_once() {
    let server = start(&document()).await;
    let code = code(&server).await;
    let (_, tokens) = exchange(&server, &code).await;
    let token = text(&tokens, "access_token");
    assert_eq!(call(&server, "/meetings", &token).await.0, 204);
    assert_eq!(
        error(&exchange(&server, &code).await),
        (400, "invalid_grant")
    );
    // Whoever came second may be the thief: what the first one got ends as well.
    assert_eq!(
        call(&server, "/meetings", &token).await,
        (401, "revoked-credentials".into())
    );
    let again = refresh(&server, &text(&tokens, "refresh_token")).await;
    assert_eq!(error(&again), (400, "invalid_grant"));
}

#[tokio::test]
async fn a_code_is_bound_to_its_request() {
    let server = start(&document()).await;
    server.oauth().add_client("other", Some("s"), []);
    let code = code(&server).await;
    let good = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    for (name, value) in [
        (
            "code_verifier",
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXX",
        ),
        ("code_verifier", ""),
        ("redirect_uri", "http://127.0.0.1:8123/callback"),
        ("redirect_uri", ""),
        ("code", "mock-ac-unknown"),
    ] {
        let form = good.map(|(own, known)| (own, if own == name { value } else { known }));
        let reply = post(&server, "/oauth2/token", &form).await;
        assert_eq!(error(&reply), (400, "invalid_grant"), "{name}={value}");
    }
    let request = browser().post(format!("{}/oauth2/token", server.url()));
    let reply = request
        .basic_auth("other", Some("s"))
        .form(&good)
        .send()
        .await
        .unwrap();
    assert_eq!(error(&read(reply).await), (400, "invalid_grant"));
    // None of these has used it up.
    assert_eq!(exchange(&server, &code).await.0, 200);
}

#[tokio::test]
async fn codes_and_tokens_end_with_their_time() {
    let server = start(&document()).await;
    let late = code(&server).await;
    pass(Duration::from_secs(60)).await;
    assert_eq!(
        error(&exchange(&server, &late).await),
        (400, "invalid_grant")
    );
    server
        .oauth()
        .token_lifetime(Duration::from_secs(10))
        .code_lifetime(Duration::from_secs(90));
    let slow = code(&server).await;
    pass(Duration::from_secs(80)).await;
    let (_, tokens) = exchange(&server, &slow).await;
    assert_eq!(tokens["expires_in"], 10);
    let token = text(&tokens, "access_token");
    pass(Duration::from_secs(10)).await;
    assert_eq!(
        call(&server, "/meetings", &token).await,
        (401, "expired-credentials".into())
    );
    let (_, renewed) = refresh(&server, &text(&tokens, "refresh_token")).await;
    assert_eq!(
        call(&server, "/meetings", &text(&renewed, "access_token"))
            .await
            .0,
        204
    );
}

#[tokio::test]
async fn refresh_tokens_rotate_and_reuse_revokes_the_family() {
    let server = start(&document()).await;
    let (_, first) = signed_in(&server).await;
    let (status, second) = refresh(&server, &first).await;
    assert_eq!(status, 200);
    assert_ne!(text(&second, "refresh_token"), first);
    let access = text(&second, "access_token");
    assert_eq!(call(&server, "/meetings", &access).await.0, 204);
    // Nobody else's tokens are touched by what follows.
    let (other, _) = signed_in(&server).await;
    assert_eq!(
        error(&refresh(&server, &first).await),
        (400, "invalid_grant")
    );
    assert_eq!(
        call(&server, "/meetings", &access).await,
        (401, "revoked-credentials".into())
    );
    let successor = refresh(&server, &text(&second, "refresh_token")).await;
    assert_eq!(error(&successor), (400, "invalid_grant"));
    assert_eq!(call(&server, "/meetings", &other).await.0, 204);
}

#[tokio::test]
async fn a_refresh_may_narrow_scopes_and_never_widens_them() {
    let server = start(&document()).await;
    let (_, token) = signed_in(&server).await;
    let form = |scope: &'static str| {
        [
            ("grant_type", "refresh_token"),
            ("refresh_token", ""),
            ("scope", scope),
        ]
    };
    let mut wide = form("meetings:read meetings:write");
    wide[1].1 = &token;
    let reply = post(&server, "/oauth2/refresh", &wide).await;
    assert_eq!(error(&reply), (400, "invalid_scope"));
    let mut narrow = form("openid");
    narrow[1].1 = &token;
    let (status, tokens) = post(&server, "/oauth2/refresh", &narrow).await;
    assert_eq!((status, &tokens["scope"]), (200, &json!("openid")));
}
