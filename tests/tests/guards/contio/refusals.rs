//! The mock server refuses as the quick start says: each reason with the code that it has there.

use contio_client::{
    Client, Error, Upload,
    mock::{self, Server, openapi_mock::Quality},
    runtime::{ErrorKind, Operation, RateLimiting, RetryPolicy},
    types,
};
use guards::walk::probe::Probe;

/// A client that lets `change` spoil its requests after its own checks.
fn spoiling(server: &Server, name: &'static str, value: Option<String>) -> Client {
    let probe = Probe::default();
    probe.change(move |request, _| {
        request.headers_mut().remove(name);
        if let Some(value) = &value {
            let value = value.parse().unwrap();
            request.headers_mut().insert(name, value);
        }
    });
    let builder = server.client_builder().middleware(probe);
    builder.retry(RetryPolicy::none()).build().unwrap()
}

fn seen<E: std::fmt::Debug>(error: &Error<E>) -> (u16, String) {
    assert_eq!(error.kind(), ErrorKind::Api, "{error}");
    let code = error.code().unwrap_or_default().to_owned();
    (error.status().unwrap().as_u16(), code)
}

#[tokio::test]
async fn each_header_of_the_admin_side_has_a_code_of_its_own() {
    let server = mock::start().await;
    let credentials = server.credentials();
    let revoked = credentials.with("clientId", &Quality::Revoked).unwrap();
    let revoked = revoked.api_key().unwrap().to_owned();
    for (header, value, code) in [
        ("x-api-key", None, "missing_api_key"),
        ("x-client-id", None, "missing_client_id"),
        ("x-api-key", Some("another".into()), "invalid_credentials"),
        ("x-client-id", Some(revoked), "invalid_credentials"),
    ] {
        let client = spoiling(&server, header, value);
        let error = client.get_app().send().await.unwrap_err();
        assert_eq!(seen(&error), (401, code.to_owned()), "{header}: {error}");
    }
}

#[tokio::test]
async fn each_fault_of_a_token_has_its_code() {
    let server = mock::start().await;
    let expired = server.issue_token("userToken").unwrap().issue();
    server.expire(&expired);
    let narrow = server.issue_token("userToken").unwrap();
    let narrow = narrow.scopes(["openid", "calendar:read"]).issue();
    for (value, status, code) in [
        (None, 401, "missing_authorization"),
        (Some("another".to_owned()), 401, "unauthorized"),
        (Some(expired), 401, "unauthorized"),
        (Some(narrow), 403, "insufficient_scope"),
    ] {
        let value = value.map(|token| format!("Bearer {token}"));
        let client = spoiling(&server, "authorization", value);
        let expected = (status, code.to_owned());
        let error = client.list_meetings().send().await.unwrap_err();
        assert_eq!(seen(&error), expected, "{error}");
        // The same where an operation has an answer of its own for that status.
        let upload = client.create_meeting_attachment().meeting_id("m-1");
        let error = upload.file(Upload::from_bytes("a")).send().await;
        let error = error.unwrap_err();
        assert_eq!(seen(&error), expected, "{error}");
    }
}

#[tokio::test]
async fn a_wrong_secret_is_told_as_oauth_does() {
    let server = mock::start().await;
    for value in [None, Some("Basic eDp5".to_owned())] {
        let client = spoiling(&server, "authorization", value);
        let scopes = client.list_oauth_scopes().send().await;
        let error = scopes.unwrap_err();
        assert_eq!(seen(&error), (401, "invalid_client".to_owned()), "{error}");
    }
}

#[tokio::test]
async fn what_is_missing_and_what_is_malformed_have_their_codes() {
    let server = mock::start().await;
    let client = server.client();
    let error = client.get_automation().automation_id("none").send().await;
    assert_eq!(seen(&error.unwrap_err()), (404, "not_found".to_owned()));
    let error = client
        .get_backlog_item()
        .backlog_item_id("none")
        .send()
        .await;
    assert_eq!(seen(&error.unwrap_err()), (404, "not_found".to_owned()));

    let probe = Probe::default();
    probe.change(|request, _: &Operation| {
        request.set_body("{");
        request.headers_mut().remove("content-length");
    });
    let builder = server.client_builder().middleware(probe);
    let client = builder.build().unwrap();
    let body = types::CreateMeetingRequest::new("Weekly");
    let error = client.create_meeting().body(body).send().await;
    let error = error.unwrap_err();
    assert_eq!(seen(&error), (400, "invalid_request".to_owned()), "{error}");
    let body = types::UpdateAppStatusRequest::new(types::PartnerAppStatus::Active);
    let error = client.update_app_status().body(body).send().await;
    let expected = (400, "invalid_request_body".to_owned());
    assert_eq!(seen(&error.unwrap_err()), expected);
}

/// The front wall of the API answers without `code`; what it has in its place is found all the same.
#[tokio::test]
async fn too_many_requests_are_told_as_the_front_wall_does() {
    let server = mock::start().await;
    let client = server
        .client_builder()
        .rate_limiting(RateLimiting::Off)
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let mut refused = None;
    for _ in 0..101 {
        refused = client.get_oauth_health().send().await.err();
    }
    let error = refused.expect("the limit is a hundred");
    assert_eq!(seen(&error), (429, "rate_limit_exceeded".to_owned()));
    assert!(error.retry_after().is_some(), "{error}");
    assert_eq!(error.message(), Some("Too many requests. Try again later."));
}
