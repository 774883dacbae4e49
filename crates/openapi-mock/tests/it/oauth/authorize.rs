//! The authorization endpoint and the consent of people.

use std::time::Duration;

use openapi_mock::Consent;

use super::{authorize, browser, document, exchange, location};
use crate::{pass, start};

#[tokio::test]
async fn what_is_wrong_with_a_request_is_told_to_the_application() {
    let server = start(&document()).await;
    for (changes, code) in [
        (("response_type", ""), "invalid_request"),
        (("response_type", "token"), "unsupported_response_type"),
        (("response_mode", "fragment"), "invalid_request"),
        (("scope", "meetings:read admin"), "invalid_scope"),
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge", "short"), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("code_challenge_method", ""), "invalid_request"),
    ] {
        let back = location(&authorize(&server, &[changes]).await);
        assert_eq!(back["error"], code, "{changes:?}");
        assert_eq!(back["state"], "st/ate &=+");
        assert!(!back.contains_key("code") && !back["error_description"].is_empty());
    }
    server.oauth().consent(Consent::Deny);
    assert_eq!(
        location(&authorize(&server, &[]).await)["error"],
        "access_denied"
    );
}

#[tokio::test]
async fn nobody_is_sent_to_an_address_that_is_not_registered() {
    let server = start(&document()).await;
    server
        .oauth()
        .add_client("app", None, ["https://app.example.com/cb"]);
    for changes in [
        &[("client_id", "nobody")][..],
        &[("client_id", "")],
        &[("redirect_uri", "https://evil.example.com/")],
        &[("redirect_uri", "http://127.0.0.1@evil.example.com/")],
        &[("redirect_uri", "javascript:alert(1)")],
        &[("redirect_uri", "")],
        &[("client_id", "app")],
        &[
            ("client_id", "app"),
            ("redirect_uri", "https://app.example.com/cb/"),
        ],
    ] {
        let reply = authorize(&server, changes).await;
        assert_eq!(reply.status(), 400, "{changes:?}");
        assert!(!reply.headers().contains_key("location"));
        assert!(
            reply
                .text()
                .await
                .unwrap()
                .contains("<h1>This request cannot be answered</h1>")
        );
    }
    let twice = format!(
        "{}/oauth2/authorize?client_id=app&redirect_uri=a&redirect_uri=b",
        server.url()
    );
    assert_eq!(browser().get(twice).send().await.unwrap().status(), 400);
    let good = authorize(
        &server,
        &[
            ("client_id", "app"),
            ("redirect_uri", "https://app.example.com/cb"),
        ],
    )
    .await;
    assert_eq!(good.status(), 302);
}

pub(super) fn field(html: &str, start: &str) -> String {
    let (_, rest) = html
        .split_once(start)
        .unwrap_or_else(|| panic!("no {start} in {html}"));
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_person_is_asked_once() {
    let server = start(&document()).await;
    server.oauth().consent(Consent::Page);
    let ask = async || {
        let reply = authorize(&server, &[("scope", "meetings:read")]).await;
        assert_eq!(reply.status(), 200);
        let policy = reply.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("default-src 'none'"));
        assert!(
            policy.contains("form-action 'self' http://127.0.0.1:8123;"),
            "{policy}"
        );
        let html = reply.text().await.unwrap();
        assert!(
            html.contains("See your &lt;b&gt;meetings&lt;/b&gt;")
                && html.contains("Meetings &lt;&amp;&gt;")
        );
        assert!(!html.contains("Your address"), "only what is asked for");
        let url = format!("{}{}", server.url(), field(&html, "action=\""));
        (url, field(&html, "name=\"ticket\" value=\""))
    };
    let answer = async |url: &str, ticket: &str, decision: &str| {
        let form = [("ticket", ticket), ("decision", decision)];
        browser().post(url).form(&form).send().await.unwrap()
    };
    let (url, ticket) = ask().await;
    let back = location(&answer(&url, &ticket, "allow").await);
    assert_eq!(back["state"], "st/ate &=+");
    assert_eq!(exchange(&server, &back["code"]).await.0, 200);
    assert_eq!(answer(&url, &ticket, "allow").await.status(), 400, "once");
    assert_eq!(
        answer(&url, "mock-ticket-guess", "allow").await.status(),
        400
    );
    let (url, ticket) = ask().await;
    assert_eq!(
        location(&answer(&url, &ticket, "deny").await)["error"],
        "access_denied"
    );
    let (url, ticket) = ask().await;
    pass(Duration::from_secs(600)).await;
    assert_eq!(
        answer(&url, &ticket, "allow").await.status(),
        400,
        "too late"
    );
}

#[tokio::test]
async fn nothing_in_a_request_becomes_markup() {
    const EVIL: &str = "\"'><script>alert(1)</script>";
    let server = start(&document()).await;
    server.oauth().consent(Consent::Page);
    server
        .oauth()
        .add_client(EVIL, None, ["http://127.0.0.1/callback?tenant=7"]);
    for changes in [
        &[("client_id", EVIL)][..],
        &[("client_id", EVIL), ("state", EVIL), ("login_hint", EVIL)],
        &[("client_id", "<script>nobody")],
        &[("redirect_uri", EVIL)],
    ] {
        let html = authorize(&server, changes).await.text().await.unwrap();
        assert!(html.contains("<h1>") && !html.contains("<script"), "{html}");
    }
    // An unknown scope and its text go back encoded.
    let reply = authorize(&server, &[("scope", EVIL), ("state", EVIL)]).await;
    assert!(!reply.headers()["location"].to_str().unwrap().contains('<'));
    assert_eq!(location(&reply)["state"], EVIL);
}
