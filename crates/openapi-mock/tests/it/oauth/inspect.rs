//! What becomes of tokens, and what is known of them.

use serde_json::{Value, json};

use super::{browser, call, document, error, post, read, signed_in};
use crate::{outcome, start};

#[tokio::test]
async fn tokens_are_revoked_and_introspected() {
    let server = start(&document()).await;
    let (access, renew) = signed_in(&server).await;
    let (status, known) = post(&server, "/oauth2/introspect", &[("token", &access)]).await;
    assert_eq!((status, &known["active"]), (200, &json!(true)));
    assert_eq!(known["scope"], "meetings:read openid");
    assert_eq!(known["client_id"], "mock-client");
    assert_eq!(known["sub"], "mock-user");
    let life = known["exp"].as_u64().unwrap() - known["iat"].as_u64().unwrap();
    assert_eq!(life, 3600);
    let inactive = (200, json!({"active": false}));
    assert_eq!(
        post(&server, "/oauth2/introspect", &[("token", "x")]).await,
        inactive
    );

    assert_eq!(
        post(&server, "/oauth2/revoke", &[("token", "unknown")])
            .await
            .0,
        200
    );
    assert_eq!(
        error(&post(&server, "/oauth2/revoke", &[]).await),
        (400, "invalid_request")
    );
    // With the refresh token ends what came with it.
    assert_eq!(
        post(&server, "/oauth2/revoke", &[("token", &renew)]).await,
        (200, Value::Null)
    );
    assert_eq!(
        post(&server, "/oauth2/introspect", &[("token", &access)]).await,
        inactive
    );
    assert_eq!(
        call(&server, "/meetings", &access).await,
        (401, "revoked-credentials".into())
    );
    server.oauth().add_client("other", Some("s"), []);
    let (access, _) = signed_in(&server).await;
    let request = browser().post(format!("{}/oauth2/revoke", server.url()));
    let reply = request
        .basic_auth("other", Some("s"))
        .form(&[("token", &access)])
        .send()
        .await
        .unwrap();
    assert_eq!(error(&read(reply).await), (400, "unauthorized_client"));
    assert_eq!(call(&server, "/meetings", &access).await.0, 204);
    let bare = browser().post(format!("{}/oauth2/introspect", server.url()));
    let reply = bare.form(&[("token", &access)]).send().await.unwrap();
    assert_eq!(error(&read(reply).await), (401, "invalid_client"));
}

#[tokio::test]
async fn claims_follow_the_scopes() {
    let server = start(&document()).await;
    server.oauth().user([("email", json!("ada@example.com"))]);
    let info = async |path: &str, token: &str| {
        let request = browser().get(format!("{}{path}", server.url()));
        request.bearer_auth(token).send().await.unwrap()
    };
    let (token, _) = signed_in(&server).await;
    for path in ["/oauth2/userInfo", "/oauth2/userinfo"] {
        let claims: Value = info(path, &token).await.json().await.unwrap();
        assert_eq!(claims["sub"], "mock-user");
        assert!(claims.get("email").is_none(), "its scope was not given");
    }
    let all = server.credentials().bearer("user").unwrap();
    let claims: Value = info("/oauth2/userinfo", all).await.json().await.unwrap();
    assert_eq!(claims["email"], "ada@example.com");
    assert_eq!(
        outcome(&info("/oauth2/userinfo", "x").await),
        (401, "wrong-credentials".into())
    );
    let closed = server
        .issue_token("user")
        .unwrap()
        .scopes(["email"])
        .issue();
    assert_eq!(
        outcome(&info("/oauth2/userinfo", &closed).await),
        (403, "missing-scope".into())
    );
}
