//! Events of Contio: verified in both forms, typed, filtered and looked up in the log, over the mock
//! server.

use std::time::{Duration, SystemTime};

use contio_client::{
    mock,
    runtime::http::header::{HeaderMap, HeaderName},
    types::{self, WebhookEventType, WebhookFilterType},
    webhooks::{self, Event, SIGNATURE, SIGNATURE_BODY_ONLY, Signer, Verifier, WebhookErrorKind},
};
use futures_util::TryStreamExt;
use guards::{
    document,
    recorder::{Recorder, Reply, Request},
    workspace,
};
use serde_json::{Value, json};

/// The examples of the 35 payloads are those of the document.
pub(super) fn deliveries() -> Vec<(String, Value)> {
    let document = document::bundled(&workspace::root(), "contio").unwrap();
    document::members(&document["x-event-delivery"]["events"])
        .map(|(name, event)| {
            let payload = document::resolve(&document, &event["payload"]);
            (name.clone(), payload["example"].clone())
        })
        .collect()
}

#[test]
fn every_event_is_verified_and_has_a_type_of_its_own() {
    let verifier = webhooks::verifier(["new secret", "old secret"]).unwrap();
    let deliveries = deliveries();
    assert_eq!(deliveries.len(), 35);
    for (name, body) in deliveries {
        let body = body.to_string();
        for secret in ["new secret", "old secret"] {
            let signer = Signer::new(&SIGNATURE, [secret]).unwrap();
            let headers = signer.sign(SystemTime::now(), body.as_bytes()).unwrap();
            let delivery = verifier.verify(&headers, body.as_bytes()).unwrap();
            let event = Event::parse(&delivery).unwrap().into_event();
            assert_eq!(event.name(), name);
            assert!(!matches!(event, Event::Unknown(_)), "{name} has no type");
        }
    }
}

/// The form of the quick start holds; that of the vendor's SDK has to be asked for, because it
/// protects from no repeat.
#[test]
fn the_form_of_the_sdk_has_to_be_asked_for() {
    let body = br#"{"event_type":"meeting.created","event_id":"e-1"}"#;
    let signer = Signer::new(&SIGNATURE_BODY_ONLY, ["secret"]).unwrap();
    let headers: HeaderMap = signer.sign(SystemTime::now(), body).unwrap();
    let strict = webhooks::verifier(["secret"]).unwrap();
    assert!(strict.verify(&headers, body).is_err());
    let lenient = Verifier::new(&SIGNATURE_BODY_ONLY, ["secret"]).unwrap();
    lenient.verify(&headers, body).unwrap();

    let late = SystemTime::now() - Duration::from_secs(301);
    let headers = Signer::new(&SIGNATURE, ["secret"])
        .unwrap()
        .sign(late, body)
        .unwrap();
    let error = strict.verify(&headers, body).unwrap_err();
    assert_eq!(error.kind(), WebhookErrorKind::OutsideTolerance, "{error}");
}

/// Neither a new event nor a new member is lost, and both are told apart from what is known.
#[test]
fn an_unknown_event_is_kept_whole() {
    let body = json!({
        "event_type": "meeting.teleported", "event_id": "evt_1", "timestamp": "2026-09-14T09:00:00Z",
        "partner_app_id": "app_1", "data": { "planet": "Mars" }, "spin": "up",
    });
    let bytes = body.to_string();
    let signer = Signer::new(&SIGNATURE, ["secret"]).unwrap();
    let headers = signer.sign(SystemTime::now(), bytes.as_bytes()).unwrap();
    let verifier = webhooks::verifier(["secret"]).unwrap();
    let delivery = verifier.verify(&headers, bytes.as_bytes()).unwrap();
    let received = Event::parse(&delivery).unwrap();
    assert_eq!(received.name(), "meeting.teleported");
    assert_eq!(received.id(), Some("evt_1"));
    assert_eq!(received.time(), Some("2026-09-14T09:00:00Z"));
    match received.into_event() {
        Event::Unknown(unknown) => assert_eq!(unknown.into_json(), body),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_envelope_says_who_and_whom() {
    let body = json!({
        "event_type": "meeting.completed", "event_id": "evt_2", "timestamp": "2026-09-14T10:00:00Z",
        "partner_app_id": "app_1", "actor_user_id": "u-1",
        "for_user": { "id": "u-2", "email": "rosa.keller@example.com" },
        "data": {
            "meeting_id": "m-1", "title": "Weekly", "workspace_id": "w-1",
            "completed_at": "2026-09-14T10:00:00Z",
        },
    })
    .to_string();
    let headers = HeaderMap::new();
    let delivery = webhooks::Delivery::unverified(&headers, body.as_bytes());
    assert_eq!(delivery.timestamp(), None, "nobody vouches for it");
    let Event::MeetingCompleted(event) = Event::parse(&delivery).unwrap().into_event() else {
        panic!("{body}");
    };
    assert_eq!(event.actor_user_id.as_deref(), Some("u-1"));
    assert_eq!(event.for_user.unwrap().email, "rosa.keller@example.com");
    assert_eq!(event.data.meeting_id, "m-1");
}

/// What a sender signs, in the form of the quick start or in that of the SDK.
async fn sent_by_the_mock(alternative: Option<&str>) -> Request {
    let receiver = Recorder::replying(vec![Reply::new(200)]).await;
    let server = mock::start().await;
    let hooks = server.webhooks();
    match alternative {
        None => hooks.register(receiver.url(), "whsec").unwrap(),
        Some(form) => hooks
            .register_alternative(form, receiver.url(), "whsec")
            .unwrap(),
    }
    let sent = hooks.send("meeting.created", None).await.unwrap();
    assert!(sent[0].is_delivered(), "{sent:?}");
    receiver.take().remove(0)
}

#[tokio::test]
async fn what_the_server_signs_is_verified_in_its_form_and_in_no_other() {
    let verifiers = [
        webhooks::verifier(["whsec"]).unwrap(),
        Verifier::new(&SIGNATURE_BODY_ONLY, ["whsec"]).unwrap(),
    ];
    for (number, form) in [None, Some("body-only")].into_iter().enumerate() {
        let request = sent_by_the_mock(form).await;
        let mut headers = HeaderMap::new();
        for (name, value) in &request.headers {
            headers.insert(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        let signature = request.header("x-contio-signature").unwrap();
        assert_eq!(signature.starts_with("sha256="), form.is_some());
        let delivery = verifiers[number].verify(&headers, &request.body).unwrap();
        let received = Event::parse(&delivery).unwrap();
        assert_eq!(received.name(), "meeting.created");
        assert!(
            verifiers[1 - number]
                .verify(&headers, &request.body)
                .is_err()
        );
    }
}

#[tokio::test]
async fn events_are_filtered_by_including_and_by_excluding() {
    let server = mock::start().await;
    let client = server.client();
    for (kind, wire) in [
        (WebhookFilterType::Include, "include"),
        (WebhookFilterType::Exclude, "exclude"),
    ] {
        let events = [
            WebhookEventType::MeetingCompleted,
            WebhookEventType::MeetingCreated,
        ];
        let body = types::SetWebhookFilterRequest::new(kind, events);
        client.set_webhook_filter().body(body).send().await.unwrap();
        let sent = server.requests_of("set_webhook_filter").unwrap();
        let sent = sent.last().unwrap();
        assert_eq!(sent.path(), "/v1/partner/admin/webhook-filter");
        assert_eq!(
            sent.json().unwrap(),
            json!({ "type": wire, "events": ["meeting.completed", "meeting.created"] })
        );
    }
    client.delete_webhook_filter().send().await.unwrap();
    let body = types::UpdateWebhookStatusRequest::new(true);
    let body = body.pending_disposition(types::PendingDisposition::Deliver);
    client
        .update_webhook_status()
        .body(body)
        .send()
        .await
        .unwrap();
    let sent = server.requests_of("update_webhook_status").unwrap();
    assert_eq!(sent[0].path(), "/v1/partner/admin/webhook-status");
}

/// Unknown names are refused with those that there are.
#[tokio::test]
async fn a_filter_for_unknown_events_tells_the_known_ones() {
    let body = json!({
        "error": "Unknown.", "code": "validation_error",
        "valid_event_types": ["meeting.created", "meeting.teleported"],
    });
    let reply = Reply::new(400).body("application/json", body.to_string());
    let server = Recorder::replying(vec![reply]).await;
    let client = super::builder(&server).build().unwrap();
    let kind = WebhookFilterType::Include;
    let body = types::SetWebhookFilterRequest::new(kind, ["meeting.ended"]);
    let error = client.set_webhook_filter().body(body).send().await;
    match error.unwrap_err().into_body() {
        Some(types::SetWebhookFilterError::BadRequest(found)) => assert_eq!(
            found.valid_event_types.unwrap(),
            [
                WebhookEventType::MeetingCreated,
                "meeting.teleported".into()
            ]
        ),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_log_of_deliveries_is_read_page_by_page_and_a_delivery_is_sent_again() {
    let rows = |offset: usize| -> Vec<Value> {
        let rows = (offset..3).take(2);
        rows.map(|n| json!({ "id": format!("d-{n}"), "event_type": "meeting_created" }))
            .collect()
    };
    let server = Recorder::start(move |request| {
        let body = if request.method.as_str() == "POST" {
            json!({ "id": "d-2", "status": "pending" })
        } else {
            let offset = super::offset(request);
            json!({ "deliveries": rows(offset), "total": 3, "limit": 2, "offset": offset })
        };
        Reply::new(200).body("application/json", body.to_string())
    });
    let server = server.await;
    let client = super::builder(&server).build().unwrap();
    let log = client.list_webhook_deliveries().status("abandoned");
    let found: Vec<_> = log.stream().try_collect().await.unwrap();
    assert_eq!(found.len(), 3);
    // The log spells events otherwise than the filter: an open text.
    assert_eq!(found[0].event_type.as_deref(), Some("meeting_created"));
    let last = found[2].id.clone().unwrap();
    let again = client.retry_webhook_delivery().delivery_id(last);
    again.send().await.unwrap();
    let sent = server.take();
    assert!(
        sent[1]
            .query
            .as_deref()
            .unwrap()
            .contains("status=abandoned")
    );
    assert!(sent[2].path.ends_with("/d-2/retry"), "{}", sent[2].path);
}
