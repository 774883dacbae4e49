//! Where endpoints are.

use openapi_mock::{Consent, Document, MockServer};
use serde_json::{Value, json};

use super::authorize::field;
use super::{CALLBACK, browser, call, challenge, document, location, signed_in};
use crate::start;

#[tokio::test]
async fn the_server_describes_itself_as_it_is() {
    let server = start(&document()).await;
    for path in ["oauth-authorization-server", "openid-configuration"] {
        let url = format!("{}/.well-known/{path}", server.url());
        let metadata: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
        assert_eq!(metadata["issuer"], server.url());
        for (name, path) in [
            ("authorization_endpoint", "/oauth2/authorize"),
            ("token_endpoint", "/oauth2/token"),
            ("revocation_endpoint", "/oauth2/revoke"),
            ("introspection_endpoint", "/oauth2/introspect"),
            ("userinfo_endpoint", "/oauth2/userinfo"),
        ] {
            assert_eq!(metadata[name], format!("{}{path}", server.url()));
            let reply = browser()
                .delete(metadata[name].as_str().unwrap())
                .send()
                .await
                .unwrap();
            assert_eq!(reply.status(), 405, "{name} is there");
        }
        assert_eq!(
            metadata["code_challenge_methods_supported"],
            json!(["S256"])
        );
        assert_eq!(metadata["response_types_supported"], json!(["code"]));
    }
    let none = start(&json!({"openapi": "3.0.3", "info": {}, "paths": {}})).await;
    let url = format!("{}/.well-known/oauth-authorization-server", none.url());
    assert_eq!(
        reqwest::get(url).await.unwrap().status(),
        404,
        "without flows there is none"
    );
}

#[tokio::test]
async fn endpoints_that_the_document_has_as_operations_are_answered_as_well() {
    let mut document = document();
    let reply = json!({"200": {"description": "Fine.", "content": {"application/json": {"example": {"access_token": "example"}}}}});
    document["paths"]["/oauth2/token"] =
        json!({"post": {"operationId": "token", "security": [{"app": []}], "responses": reply}});
    document["paths"]["/oauth2/me/userInfo"] = json!({"get": {"operationId": "me", "security": [{"user": ["openid"]}], "responses": reply}});
    document["paths"]["/oauth2/authorize"] =
        json!({"post": {"operationId": "consent", "responses": reply}});
    let server = start(&document).await;
    let (token, _) = signed_in(&server).await;
    assert!(token.starts_with("mock-at-"));
    let request = browser().get(format!("{}/oauth2/me/userInfo", server.url()));
    let claims: Value = request
        .bearer_auth(&token)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(claims["sub"], "mock-user");
    assert_eq!(call(&server, "/oauth2/me/userInfo", "x").await.0, 401);
    let posted = browser().post(format!("{}/oauth2/me/userInfo", server.url()));
    assert_eq!(posted.send().await.unwrap().status(), 405);
    // What the document puts at a path with another method is its own affair.
    let url = format!("{}/oauth2/authorize", server.url());
    let own: Value = browser()
        .post(url)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(own["access_token"], "example");
}

#[tokio::test]
async fn below_a_prefix_endpoints_are_also_found_from_the_root() {
    let document = Document::bundled(&document().to_string()).unwrap();
    let server = MockServer::builder()
        .mount("meetings", document)
        .start()
        .await
        .unwrap();
    let root = server.url().strip_suffix("/meetings").unwrap().to_owned();
    for base in [&root, server.url()] {
        let url = format!("{base}/.well-known/oauth-authorization-server");
        let metadata: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
        assert_eq!(metadata["issuer"], *base);
        assert_eq!(metadata["token_endpoint"], format!("{base}/oauth2/token"));
    }
    let reply = reqwest::get(format!("{root}/elsewhere")).await.unwrap();
    assert!(reply.text().await.unwrap().contains("/meetings"));
    server.oauth().consent(Consent::Page);
    let query = [
        ("client_id", "mock-public"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("code_challenge", &challenge()),
        ("code_challenge_method", "S256"),
    ];
    let request = browser()
        .get(format!("{root}/oauth2/authorize"))
        .query(&query);
    let html = request.send().await.unwrap().text().await.unwrap();
    let url = format!("{root}{}", field(&html, "action=\""));
    let form = [
        ("ticket", field(&html, "name=\"ticket\" value=\"")),
        ("decision", "allow".to_owned()),
    ];
    let reply = browser().post(url).form(&form).send().await.unwrap();
    assert_eq!(location(&reply)["iss"], root);
}
