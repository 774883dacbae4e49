//! Events that an API delivers: verified, typed, kept when unknown.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::header::HeaderMap;
use openapi_client_runtime::webhooks::SignatureScheme;
use serde_json::{Value, json};

use crate::clients::webhooks::types;
use crate::clients::webhooks::webhooks::{
    self, Delivery, ENVELOPE, Event, ReplayCache, SIGNATURE, SIGNATURE_BODY_ONLY,
    SIGNATURE_ONE_HEADER, Signer, Verifier, WebhookErrorKind,
};

const NOW: u64 = 1_767_225_600;

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(NOW)
}

fn envelope(name: &str, data: impl Into<Value>) -> Value {
    json!({
        "event_type": name,
        "event_id": "e-1",
        "timestamp": "2026-01-01T00:00:00Z",
        "data": data.into(),
    })
}

fn created() -> Vec<u8> {
    let json = envelope(
        "meeting.created",
        json!({ "id": "m-1", "status": "planned" }),
    );
    json.to_string().into_bytes()
}

fn signed(scheme: &'static SignatureScheme, secret: &str, body: &[u8]) -> HeaderMap {
    let signer = Signer::new(scheme, [secret]).unwrap();
    signer.sign(now(), body).unwrap()
}

fn verifier(secrets: &[&str]) -> Verifier {
    webhooks::verifier(secrets.iter().copied())
        .unwrap()
        .clock(now)
}

/// What a receiver makes of a genuine delivery.
fn received(json: &Value) -> Event {
    let body = json.to_string().into_bytes();
    let headers = signed(&SIGNATURE, "secret", &body);
    let verifier = verifier(&["secret"]);
    let delivery = verifier.verify(&headers, &body).unwrap();
    Event::parse(&delivery).unwrap().into_event()
}

#[test]
fn a_delivery_is_verified_and_typed() {
    let body = created();
    let headers = signed(&SIGNATURE, "secret", &body);
    let signature = headers["x-meetings-signature"].to_str().unwrap();
    assert_eq!((signature.len(), signature.contains('=')), (64, false));
    assert_eq!(headers["x-meetings-timestamp"], NOW.to_string().as_str());
    let verifier = verifier(&["secret"]);
    let delivery = verifier.verify(&headers, &body).unwrap();
    let received = Event::parse(&delivery).unwrap();
    assert_eq!(received.name(), "meeting.created");
    assert_eq!(received.id(), Some("e-1"));
    assert_eq!(received.time(), Some("2026-01-01T00:00:00Z"));
    assert_eq!(received.sent_at(), Some(now()));
    let Event::MeetingCreated(payload) = received.into_event() else {
        panic!("another event");
    };
    assert_eq!(payload.data.id, "m-1");
    assert_eq!(payload.data.status, Some(types::Status::Planned));

    let mut forged = body.clone();
    forged[20] ^= 1;
    let refused = verifier.verify(&headers, &forged).unwrap_err();
    assert_eq!(refused.kind(), WebhookErrorKind::WrongSignature);
    let late = verifier.clock(|| now() + Duration::from_secs(121));
    let refused = late.verify(&headers, &body).unwrap_err();
    assert_eq!(refused.kind(), WebhookErrorKind::OutsideTolerance);
}

#[test]
fn the_event_decides_the_payload() {
    let completed = received(&envelope("meeting.completed", json!({ "id": "m-1" })));
    assert!(matches!(&completed, Event::MeetingCompleted(_)));
    assert_eq!(completed.name(), "meeting.completed");
    let person = json!({ "participants": [{ "id": "p", "role": "host" }] });
    let added = received(&envelope("participant.added", person));
    let Event::ParticipantAdded(payload) = added else {
        panic!("{added:?}");
    };
    assert_eq!(payload.data.participants.len(), 1);
    let known = [
        "meeting.created",
        "participant.added",
        "meeting.completed",
        "unknown",
    ];
    assert_eq!(Event::NAMES, known);
}

#[test]
fn what_is_delivered_never_fails_for_values_that_may_grow() {
    let meeting = received(&envelope(
        "meeting.created",
        json!({ "id": "m", "status": "moved" }),
    ));
    let Event::MeetingCreated(payload) = meeting else {
        panic!("{meeting:?}");
    };
    assert_eq!(payload.data.status.unwrap().as_str(), "moved");
    let people = json!([{ "id": "p", "role": "ghost" }, { "id": "q", "role": "host" }]);
    let data = json!({ "meeting_id": "m-12345", "participants": people, "more": 1 });
    let added = received(&envelope("participant.added", data));
    assert!(matches!(added, Event::ParticipantAdded(_)));
}

#[test]
fn unknown_events_keep_name_and_json() {
    let json = envelope("meeting.renamed", json!({ "id": 17 }));
    let event = received(&json);
    assert_eq!(event.name(), "meeting.renamed");
    let Event::Unrecognized(unknown) = event else {
        panic!("{event:?}");
    };
    assert_eq!(unknown.into_json(), json);
    // An event of the document may be called so.
    let event = received(&envelope("unknown", json!({})));
    assert!(matches!(event, Event::Unknown(_)));
}

#[test]
fn secrets_rotate_and_repeats_are_refused() {
    let body = created();
    let rotating =
        verifier(&["new", "old"]).replay_cache(ReplayCache::new(10).event_ids(&ENVELOPE));
    let headers = signed(&SIGNATURE, "old", &body);
    let delivery = rotating.verify(&headers, &body).unwrap();
    assert_eq!(delivery.secret_index(), Some(1));
    let again = rotating
        .verify(&signed(&SIGNATURE, "new", &body), &body)
        .unwrap_err();
    assert_eq!(again.kind(), WebhookErrorKind::Replayed);
    delivery.release();
    assert!(rotating.verify(&headers, &body).is_ok());
}

#[test]
fn alternatives_are_chosen_by_name() {
    let body = created();
    let default = verifier(&["secret"]);
    for (scheme, header, start) in [
        (&SIGNATURE_BODY_ONLY, "x-meetings-signature", "sha256="),
        (
            &SIGNATURE_ONE_HEADER,
            "meetings-signature",
            "t=1767225600,v1=",
        ),
    ] {
        let headers = signed(scheme, "secret", &body);
        assert!(headers[header].to_str().unwrap().starts_with(start));
        let verifier = Verifier::new(scheme, ["secret"]).unwrap().clock(now);
        assert!(verifier.verify(&headers, &body).is_ok());
        // The default takes none of them.
        assert!(default.verify(&headers, &body).is_err());
    }
}

#[test]
fn a_payload_that_does_not_fit_is_named() {
    let body = envelope("meeting.created", json!({ "id": 17 })).to_string();
    let headers = HeaderMap::new();
    let delivery = Delivery::unverified(&headers, body.as_bytes());
    let error = Event::parse(&delivery).unwrap_err();
    assert_eq!(error.kind(), WebhookErrorKind::Payload);
    assert!(error.to_string().contains("`data.id`"), "{error}");
}
