//! How clients prove who they are.

use reqwest::Response;
use serde_json::json;

use super::{
    Pairs, authorize, browser, call, document, error, exchange, location, post, public, read, text,
};
use crate::start;
use openapi_mock::MockServer;

const PAIR: Option<(&str, &str)> = Some(("mock-client", "mock-secret"));
const ID: (&str, &str) = ("client_id", "mock-client");
const SECRET: (&str, &str) = ("client_secret", "mock-secret");
const OWN: (&str, &str) = ("grant_type", "client_credentials");
const CODE: (&str, &str) = ("grant_type", "authorization_code");

async fn send(
    server: &MockServer,
    path: &str,
    basic: Option<(&str, &str)>,
    form: Pairs<'_>,
) -> Response {
    let request = browser().post(format!("{}{path}", server.url())).form(form);
    let request = match basic {
        Some((user, password)) => request.basic_auth(user, Some(password)),
        None => request,
    };
    request.send().await.unwrap()
}

#[tokio::test]
async fn an_application_asks_for_itself() {
    let server = start(&document()).await;
    let good = send(&server, "/app/token", None, &[OWN, ID, SECRET]).await;
    let (status, tokens) = read(good).await;
    assert_eq!((status, &tokens["scope"]), (200, &json!("stats")));
    assert!(tokens.get("refresh_token").is_none());
    let token = text(&tokens, "access_token");
    assert_eq!(call(&server, "/stats", &token).await.0, 204);
    let for_users = call(&server, "/meetings", &token).await;
    assert_eq!(for_users, (401, "wrong-credentials".into()));
}

#[tokio::test]
async fn who_proves_nothing_is_refused() {
    let server = start(&document()).await;
    for (path, basic, form) in [
        // The document says where the secret belongs.
        ("/app/token", PAIR, &[OWN][..]),
        ("/oauth2/token", None, &[CODE, ID, SECRET]),
        ("/oauth2/token", None, &[CODE, ID]),
        ("/oauth2/token", None, &[CODE]),
        ("/oauth2/token", Some(("mock-client", "no")), &[CODE]),
        ("/oauth2/token", Some(("nobody", "mock-secret")), &[CODE]),
        (
            "/oauth2/token",
            Some(("mock-revoked", "mock-secret")),
            &[CODE],
        ),
        ("/oauth2/token", Some(("mock-public", "")), &[CODE]),
    ] {
        let reply = send(&server, path, basic, form).await;
        assert!(reply.headers().contains_key("www-authenticate"));
        let reply = read(reply).await;
        assert_eq!(error(&reply), (401, "invalid_client"), "{path} {basic:?}");
    }
}

#[tokio::test]
async fn requests_have_to_be_in_order() {
    let server = start(&document()).await;
    for (form, code) in [
        (&[CODE, SECRET][..], "invalid_request"),
        (&[CODE, ("client_id", "other")], "invalid_request"),
        (&[CODE], "invalid_request"),
        (&[], "invalid_request"),
        (&[CODE, CODE], "invalid_request"),
        (&[OWN], "unsupported_grant_type"),
        (&[("grant_type", "password")], "unsupported_grant_type"),
    ] {
        let reply = read(send(&server, "/oauth2/token", PAIR, form).await).await;
        assert_eq!(error(&reply), (400, code), "{form:?}");
    }
    for (form, code) in [
        (
            &[OWN, ("client_id", "mock-public")][..],
            "unauthorized_client",
        ),
        (
            &[OWN, ID, SECRET, ("scope", "meetings:read")],
            "invalid_scope",
        ),
    ] {
        let reply = read(send(&server, "/app/token", None, form).await).await;
        assert_eq!(error(&reply), (400, code), "{form:?}");
    }
    let url = format!("{}/oauth2/token", server.url());
    let json = browser().post(&url).json(&json!({})).send().await.unwrap();
    assert_eq!(error(&read(json).await), (400, "invalid_request"));
    let get = browser().get(&url).send().await.unwrap();
    assert_eq!(
        (get.status().as_u16(), &get.headers()["allow"]),
        (405, &"POST".parse().unwrap())
    );
}

#[tokio::test]
async fn public_clients_sign_in_with_pkce() {
    let server = start(&document()).await;
    let back = location(&authorize(&server, &[("client_id", "mock-public")]).await);
    assert_eq!(public(&server, &back["code"]).await.0, 200);
}

/// RFC 7636 leaves it to the server, and so does a document that only knows it.
#[tokio::test]
async fn pkce_is_asked_for_where_the_document_or_a_test_says_so() {
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    for (required, set, code) in [
        (true, None, None),
        (true, Some(false), Some("")),
        (false, None, Some("")),
        (false, Some(true), None),
    ] {
        let mut document = document();
        document["components"]["securitySchemes"]["user"]["x-oauth"]["pkceRequired"] =
            json!(required);
        let server = start(&document).await;
        if let Some(set) = set {
            server.oauth().require_pkce(set);
        }
        let back = location(&authorize(&server, &without).await);
        assert_eq!(
            back.contains_key("code"),
            code.is_some(),
            "{required} {set:?}"
        );
    }
}

#[tokio::test]
async fn a_verifier_without_a_challenge_is_an_attack() {
    let server = start(&document()).await;
    server.oauth().require_pkce(false);
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    let code = location(&authorize(&server, &without).await)["code"].clone();
    assert_eq!(
        error(&exchange(&server, &code).await),
        (400, "invalid_grant")
    );
    let form = [CODE, ("code", &code), ("redirect_uri", super::CALLBACK)];
    assert_eq!(post(&server, "/oauth2/token", &form).await.0, 200);
}

#[tokio::test]
async fn documents_without_pkce_know_nothing_of_it() {
    let mut document = document();
    document["components"]["securitySchemes"]["user"]["x-oauth"]["pkce"] = json!("none");
    let server = start(&document).await;
    for changes in [
        &[][..],
        &[("code_challenge", ""), ("code_challenge_method", "")],
    ] {
        let code = location(&authorize(&server, changes).await)["code"].clone();
        assert_eq!(exchange(&server, &code).await.0, 200);
    }
}

/// No scheme takes what it gives, so that nobody mistakes it for the token of a user.
#[tokio::test]
async fn an_operation_may_name_a_grant_that_no_flow_has() {
    let mut document = document();
    let grants = json!({"type": "string", "enum": ["authorization_code", "client_credentials"]});
    let form = json!({"type": "object", "properties": {"grant_type": grants, "scope": {"type": "string"}}});
    document["paths"]["/oauth2/token"]["post"] = json!({
        "operationId": "token",
        "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": form}}},
        "responses": {"200": {"description": "Tokens."}}
    });
    let server = start(&document).await;
    let (status, tokens) = post(&server, "/oauth2/token", &[OWN, ("scope", "openid")]).await;
    assert_eq!((status, &tokens["scope"]), (200, &json!("openid")));
    assert_eq!(tokens.get("refresh_token"), None);
    let token = tokens["access_token"].as_str().unwrap();
    let meetings = browser().get(format!("{}/meetings", server.url()));
    let reply = meetings.bearer_auth(token).send().await.unwrap();
    assert_eq!(reply.status(), 401);
}
