//! Contio: what its document says that no other does, through the typed client.

mod ergonomics;
mod errors;
mod events;
mod examples;
mod guide;
mod habits;
mod oauth;
mod refusals;
mod sdk;
mod sides;

use std::time::Duration;

use contio_client::{
    Client, ClientBuilder,
    runtime::{RateLimiting, RetryPolicy},
    types::{self, CreateMeetingError, CreateMeetingErrorCode, GrantType},
};
use futures_util::TryStreamExt;
use guards::recorder::{Recorder, Reply, Request};
use openapi_client_runtime::ErrorKind;
use serde_json::{Value, json};

fn json_reply(status: u16, value: &Value) -> Reply {
    Reply::new(status).body("application/json", value.to_string())
}

fn builder(server: &Recorder) -> ClientBuilder {
    Client::builder()
        .base_url(server.url())
        .retry(RetryPolicy::none())
        .user_token("at-1")
        .api_key("k-1")
        .client_id("app-1")
        .client_basic("app-1", "s-1")
}

/// A list of five, two a page at most, in the envelope that `page` writes.
async fn list_of_five(page: fn(Vec<Value>, usize) -> Value) -> (Recorder, Client) {
    let server = Recorder::start(move |request| {
        let offset = offset(request);
        let ids = (offset..5).take(2);
        let rows = ids.map(|n| json!({ "id": n.to_string() })).collect();
        json_reply(200, &page(rows, offset))
    });
    let server = server.await;
    let client = builder(&server).build().unwrap();
    (server, client)
}

fn offset(request: &Request) -> usize {
    let query = request.query.as_deref().unwrap_or_default();
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let offset = pairs.find(|(name, _)| name.ends_with("offset"));
    offset.map_or(0, |(_, value)| value.parse().unwrap())
}

/// The ids of all items of a list.
macro_rules! ids {
    ($items:expr) => {
        $items
            .map_ok(|item| item.id.unwrap_or_default())
            .try_collect::<Vec<String>>()
            .await
            .unwrap()
    };
}

/// Of the five envelopes three tell a total, one whether there is more, two neither.
#[tokio::test]
async fn every_envelope_is_read_to_its_end() {
    let all = ["0", "1", "2", "3", "4"];
    let (_server, client) = list_of_five(
        |rows, offset| json!({ "items": rows, "total": 5, "limit": 2, "offset": offset }),
    )
    .await;
    assert_eq!(ids!(client.list_meetings().limit(100_u64).stream()), all);
    assert_eq!(ids!(client.list_automations().stream()), all);

    let (_server, client) = list_of_five(
        |rows, offset| json!({ "deliveries": rows, "total": 5, "limit": 2, "offset": offset }),
    )
    .await;
    assert_eq!(ids!(client.list_webhook_deliveries().stream()), all);

    let (server, client) = list_of_five(|rows, offset| {
        let page = json!({ "limit": 2, "offset": offset, "count": rows.len() });
        json!({ "events": rows, "pagination": page })
    })
    .await;
    assert_eq!(ids!(client.list_credential_history().stream()), all);
    assert!(server.take().len() >= 3, "there is no total to trust");

    let (_server, client) =
        list_of_five(|rows, offset| json!({ "items": rows, "limit": 2, "offset": offset })).await;
    let installations = client.admin_list_toolkit_installations().toolkit_id("t-1");
    let found: Vec<_> = installations.stream().try_collect().await.unwrap();
    assert_eq!(found.len(), 5);

    let (server, client) = list_of_five(|rows, offset| {
        let more = offset + rows.len() < 5;
        let page = json!({ "total": 5, "limit": 2, "offset": offset, "has_more": more });
        json!({ "session": { "id": "s-1" }, "turns": rows, "turn_pagination": page })
    })
    .await;
    let turns = client
        .get_chat_session()
        .session_id("s-1")
        .turn_limit(2_u64);
    assert_eq!(ids!(turns.stream()), all);
    let queries: Vec<_> = server.take().into_iter().map(|sent| sent.query).collect();
    assert_eq!(queries.len(), 3, "{queries:?}");
    assert!(queries[1].as_deref().unwrap().contains("turn_offset=2"));
}

#[tokio::test]
async fn codes_of_an_operation_are_typed_and_new_ones_are_kept() {
    for (code, expected) in [
        (
            "invalid_time_range",
            CreateMeetingErrorCode::InvalidTimeRange,
        ),
        (
            "invalid_moon_phase",
            CreateMeetingErrorCode::from("invalid_moon_phase"),
        ),
    ] {
        let body = json!({ "error": "No.", "code": code, "request_id": "req-1" });
        let server = Recorder::replying(vec![json_reply(400, &body)]).await;
        let client = builder(&server).build().unwrap();
        let body = types::CreateMeetingRequest::new("Weekly");
        let error = client.create_meeting().body(body).send().await.unwrap_err();
        assert_eq!(
            (error.code(), error.request_id()),
            (Some(code), Some("req-1"))
        );
        match error.body() {
            Some(CreateMeetingError::BadRequest(found)) => {
                assert_eq!(found.code.as_ref(), Some(&expected));
            }
            other => panic!("{other:?}"),
        }
    }
}

/// Each side counts for itself, so that a busy login does not hold up the calls of users.
#[tokio::test]
async fn the_limit_of_oauth_is_not_that_of_the_user_side() {
    let server = Recorder::start(|_| json_reply(200, &json!({}))).await;
    let client = builder(&server)
        .rate_limiting(RateLimiting::FailFast)
        .build()
        .unwrap();
    for _ in 0..100 {
        client.get_oauth_health().send().await.unwrap();
    }
    let error = client.get_oauth_health().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited, "{error}");
    assert!(
        error.retry_after() > Some(Duration::from_secs(200)),
        "{error}"
    );
    client.get_profile().send().await.unwrap();
    client.get_app().send().await.unwrap();
    assert_eq!(server.take().len(), 102);
}

/// A token of the app itself never takes the place of that of a user.
#[tokio::test]
async fn client_credentials_stay_apart_from_the_token_of_the_user() {
    let token = json!({ "access_token": "at-of-the-app", "token_type": "Bearer" });
    let replies = vec![json_reply(200, &token), json_reply(200, &json!({}))];
    let server = Recorder::replying(replies).await;
    let client = builder(&server).build().unwrap();
    let body = types::TokenRequest::new(GrantType::ClientCredentials);
    let tokens = client
        .exchange_oauth_token()
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(tokens.access_token.expose(), "at-of-the-app");
    client.get_profile().send().await.unwrap();
    let sent = server.take();
    assert_eq!(sent[0].text(), "grant_type=client_credentials");
    assert_eq!(sent[0].header("authorization"), Some("Basic YXBwLTE6cy0x"));
    assert_eq!(sent[1].header("authorization"), Some("Bearer at-1"));
}

/// In a manifest `$ref` and `$id` are data, and names of members.
#[tokio::test]
async fn references_of_manifests_are_sent_as_they_are_spelt() {
    let reference = types::ManifestRef::new().ref_("template-1");
    let written = serde_json::to_value(&reference).unwrap();
    assert_eq!(written, json!({ "$ref": "template-1" }));
    let read: types::ManifestRef = serde_json::from_value(json!({ "$id": "7" })).unwrap();
    assert_eq!(read.id.as_deref(), Some("7"));
}

#[tokio::test]
async fn a_transcript_is_text_and_a_download_has_its_name() {
    let subtitles = "1\n00:00:01,000 --> 00:00:02,000\nGood morning.\n";
    let file = Reply::new(200)
        .body("application/octet-stream", "plan")
        .header("Content-Disposition", "attachment; filename=\"plan.txt\"");
    let text = Reply::new(200).body("text/plain", subtitles);
    let server = Recorder::replying(vec![text, file]).await;
    let client = builder(&server).build().unwrap();
    let transcript = client.export_meeting_transcript().meeting_id("m-1");
    assert_eq!(*transcript.send().await.unwrap(), subtitles);
    let download = client.download_meeting_attachment().meeting_id("m-1");
    let download = download.attachment_id("a-1").send().await.unwrap();
    assert_eq!(download.file_name(), Some("plan.txt"));
    let bytes: Vec<_> = download.into_inner().try_collect().await.unwrap();
    assert_eq!(bytes.concat(), b"plan");
}
