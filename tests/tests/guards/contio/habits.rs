//! What the mock server does as the pages of the vendor say, seen by requests as they are: without the
//! client, which sends no wrong ones.

use contio_client::{
    Upload,
    mock::{self, Server},
    types,
};
use futures_util::TryStreamExt;
use reqwest::{Method, Response, redirect::Policy};
use serde_json::{Value, json};

const MEETINGS: &str = "/v1/partner/user/meetings";

async fn send(server: &Server, method: Method, path: &str, authorization: &str) -> Response {
    let request = reqwest::Client::new().request(method, format!("{}{path}", server.url()));
    let request = request.header("authorization", authorization);
    request.send().await.unwrap()
}

async fn user(server: &Server, method: Method, path: &str) -> Response {
    send(server, method, path, "Bearer mock-userToken").await
}

/// The status and what the body says for programs.
async fn refused(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap();
    assert!(
        body["error"].is_string() && body["request_id"].is_string(),
        "{body}"
    );
    (status, body["code"].clone())
}

#[tokio::test]
async fn what_the_document_does_not_know_is_told_in_its_general_shape() {
    let server = mock::start().await;
    let unknown = user(&server, Method::GET, "/v1/partner/user/nowhere").await;
    assert_eq!(refused(unknown).await, (404, json!("not_found")));
    // The vendor has no code for a method, so there is none.
    for path in [MEETINGS, "/v1/partner/admin/app"] {
        let method = user(&server, Method::TRACE, path).await;
        assert_eq!(refused(method).await, (405, Value::Null), "{path}");
    }
}

#[tokio::test]
async fn what_is_no_bearer_token_has_a_code_of_its_own() {
    let server = mock::start().await;
    for authorization in [
        "Basic abc",
        "mock-userToken",
        "Bearer",
        "Token mock-userToken",
    ] {
        let reply = send(&server, Method::GET, MEETINGS, authorization).await;
        let expected = (401, json!("invalid_authorization_format"));
        assert_eq!(refused(reply).await, expected, "{authorization}");
    }
}

#[tokio::test]
async fn a_refusal_is_about_what_is_wrong() {
    let server = mock::start().await;
    for (query, code) in [
        ("limit=5000", Value::Null),
        ("start_date=soon", json!("invalid_start_date")),
        ("end_date=later", json!("invalid_end_date")),
    ] {
        let reply = user(&server, Method::GET, &format!("{MEETINGS}?{query}")).await;
        assert_eq!(refused(reply).await, (400, code), "{query}");
    }
}

/// The request of the quick start, without PKCE, and how long it says that things last.
#[tokio::test]
async fn tokens_are_got_as_the_quick_start_shows() {
    let server = mock::start().await;
    let browser = reqwest::Client::builder().redirect(Policy::none());
    let address = format!(
        "{}/oauth2/authorize?response_type=code&client_id=mock-client\
         &redirect_uri=http%3A%2F%2F127.0.0.1%3A8765%2Fcallback\
         &scope=openid%20profile%20meetings%3Aread&state=random_state_string",
        server.url()
    );
    let back = browser.build().unwrap().get(address).send().await.unwrap();
    let location = back.headers()["location"].to_str().unwrap();
    let (_, code) = location.split_once("code=").expect(location);
    let code = code.split('&').next().unwrap();
    let form = format!(
        "grant_type=authorization_code&code={code}\
         &redirect_uri=http%3A%2F%2F127.0.0.1%3A8765%2Fcallback"
    );
    let request = reqwest::Client::new().post(format!("{}/oauth2/token", server.url()));
    let request = request.basic_auth("mock-client", Some("mock-secret"));
    let tokens: Value = request
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(tokens["expires_in"], 86_400, "{tokens}");
    assert!(tokens["refresh_token"].is_string());
}

#[tokio::test]
async fn only_a_replay_is_called_one() {
    let server = mock::start().await;
    let create = async |key: Option<&str>| {
        let request = reqwest::Client::new().post(format!("{}{MEETINGS}", server.url()));
        let request = request
            .bearer_auth("mock-userToken")
            .json(&json!({"title": "Weekly"}));
        let request = match key {
            Some(key) => request.header("idempotency-key", key),
            None => request,
        };
        let reply = request.send().await.unwrap();
        let replayed = reply.headers().get("idempotent-replayed").cloned();
        let id = reply.json::<Value>().await.unwrap()["id"].clone();
        (replayed, id)
    };
    let (replayed, first) = create(Some("k-1")).await;
    assert_eq!(replayed, None);
    let (replayed, again) = create(Some("k-1")).await;
    assert_eq!(
        (replayed.unwrap().to_str().unwrap(), again),
        ("true", first)
    );
    assert_eq!(create(None).await.0, None);
    assert_eq!(create(Some("k-2")).await.0, None);
}

#[tokio::test]
async fn a_suspended_app_is_refused_until_it_is_active_again() {
    let server = mock::start().await;
    let client = server.client();
    let set = async |status: types::PartnerAppStatus| {
        let body = types::UpdateAppStatusRequest::new(status);
        client.update_app_status().body(body).send().await.unwrap()
    };
    for status in [
        types::PartnerAppStatus::Suspended,
        types::PartnerAppStatus::Inactive,
    ] {
        let app = set(status.clone()).await;
        assert_eq!(app.status.as_ref(), Some(&status));
        let error = client.list_automations().send().await.unwrap_err();
        assert_eq!(error.status().unwrap(), 403);
        assert_eq!(error.code(), Some("partner_app_inactive"));
        let error = client.list_meetings().send().await.unwrap_err();
        assert_eq!(error.code(), Some("partner_app_inactive"));
        assert_eq!(client.get_app().send().await.unwrap().status, Some(status));
    }
    set(types::PartnerAppStatus::Active).await;
    client.list_automations().send().await.unwrap();
    client.list_meetings().send().await.unwrap();
}

#[tokio::test]
async fn meetings_are_listed_in_both_forms_and_by_their_time() {
    let server = mock::start().await;
    let client = server.client();
    let all: Vec<types::Meeting> = client.list_meetings().stream().try_collect().await.unwrap();
    assert!(all.iter().any(|meeting| meeting.scheduled_start.is_some()));
    assert!(all.iter().any(|meeting| meeting.start_time.is_some()));
    let late = client.list_meetings().start_date("2030-01-01T00:00:00Z");
    let late: Vec<types::Meeting> = late.stream().try_collect().await.unwrap();
    assert!(
        late.iter()
            .all(|meeting| meeting.start_time.as_deref() > Some("2030")),
        "{late:?}"
    );
    let day = client
        .list_meetings()
        .start_date("2026-09-15")
        .end_date("2026-09-15");
    let day: Vec<types::Meeting> = day.stream().try_collect().await.unwrap();
    assert!(
        day.iter()
            .any(|meeting| meeting.title.as_deref() == Some("Supplier call"))
    );
    assert!(day.len() < all.len());
}

#[tokio::test]
async fn an_attachment_comes_back_as_it_was_sent() {
    let server = mock::start().await;
    let client = server.client();
    let meetings = client.list_meetings().send().await.unwrap();
    let meeting = meetings
        .items
        .iter()
        .flatten()
        .find_map(|one| one.id.clone());
    let meeting = meeting.unwrap();
    let bytes = b"\x00\xff not text \r\n".to_vec();
    let upload = client
        .create_meeting_attachment()
        .meeting_id(meeting.as_str());
    let file = Upload::from_bytes(bytes.clone()).file_name("plan.bin");
    let made = upload.file(file).send().await.unwrap();
    assert_eq!(made.file_name.as_deref(), Some("plan.bin"));
    assert_eq!(made.size_bytes, i64::try_from(bytes.len()).ok());
    let download = client.download_meeting_attachment().meeting_id(meeting);
    let download = download
        .attachment_id(made.id.clone().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(download.file_name(), Some("plan.bin"));
    let back: Vec<_> = download.into_inner().try_collect().await.unwrap();
    assert_eq!(back.concat(), bytes);
}
