//! From verified bytes to events.

use openapi_client_runtime::http::StatusCode;
use openapi_client_runtime::http::header::HeaderMap;
use openapi_client_runtime::webhooks::{
    Delivery, Envelope, FieldSource, Payload, Received, ReplayCache, UnknownEvent, WebhookError,
    WebhookErrorKind as Kind, WebhookEvent,
};
use serde::Deserialize;
use serde_json::json;

use super::{NOW, TIMED, at, headers, kind, signed, verifier};

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Created {
    pub(crate) id: String,
    #[serde(default)]
    sizes: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Event {
    Created(Created),
    Unknown(UnknownEvent),
}

static ENVELOPE: Envelope = Envelope::new()
    .name(FieldSource::Body("/event/type"))
    .id(FieldSource::Body("/event/id"))
    .time(FieldSource::Header("X-Event-Time"));

impl WebhookEvent for Event {
    fn envelope() -> &'static Envelope {
        &ENVELOPE
    }

    fn read(payload: Payload<'_>) -> Result<Self, WebhookError> {
        match payload.name() {
            "thing.created" => payload.decode().map(Self::Created),
            _ => Ok(Self::Unknown(payload.unknown())),
        }
    }
}

fn event(body: &[u8]) -> Result<Received<Event>, WebhookError> {
    let headers = signed(&TIMED, "s", body);
    verifier(&TIMED, &["s"]).verify(&headers, body)?.event()
}

#[test]
fn a_known_event_is_typed_and_its_envelope_is_read() {
    let body = br#"{"event":{"type":"thing.created","id":17},"id":"t-1"}"#;
    let mut headers = signed(&TIMED, "s", body);
    headers.insert("x-event-time", "2026-01-01T00:00:00Z".parse().unwrap());
    let verifier = verifier(&TIMED, &["s"]);
    let received: Received<Event> = verifier.verify(&headers, body).unwrap().event().unwrap();
    assert_eq!(received.name(), "thing.created");
    assert_eq!(received.id(), Some("17"));
    assert_eq!(received.time(), Some("2026-01-01T00:00:00Z"));
    assert_eq!(received.sent_at(), Some(at(NOW)));
    assert!(matches!(received.into_event(), Event::Created(Created { id, .. }) if id == "t-1"));
}

#[test]
fn an_unknown_event_keeps_name_and_json() {
    let json = json!({ "event": { "type": "thing.painted" }, "color": [1, 2.5, null] });
    let received = event(json.to_string().as_bytes()).unwrap();
    assert_eq!((received.id(), received.time()), (None, None));
    let Event::Unknown(unknown) = received.event() else {
        panic!("{received:?}");
    };
    assert_eq!(unknown.name(), "thing.painted");
    assert_eq!(unknown.json(), &json);
}

#[test]
fn what_does_not_fit_is_named_without_its_value() {
    for (body, words) in [
        (
            &br#"{"event":{"type":"thing.created"},"id":"t","sizes":[1,"hunter2"]}"#[..],
            "`sizes[1]`",
        ),
        (
            br#"{"event":{"type":"thing.created"}}"#,
            "missing field `id`",
        ),
        (br#"{"event":{"type":["hunter2"]}}"#, "`/event/type`"),
        (br#"{"hunter2":1}"#, "`/event/type`"),
        (b"hunter2", "no JSON"),
        (b"", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (&b"[".repeat(100_000), "recursion"),
    ] {
        let error = event(body).unwrap_err();
        assert_eq!(error.kind(), Kind::Payload);
        assert_eq!(error.status(), StatusCode::BAD_REQUEST);
        assert!(error.to_string().contains(words), "{error}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
}

#[test]
fn an_event_that_cannot_be_read_may_come_again() {
    let body = br#"{"event":{"type":"thing.created"}}"#;
    let cache = ReplayCache::new(10);
    let verifier = verifier(&TIMED, &["s"]).replay_cache(cache.clone());
    let headers = signed(&TIMED, "s", body);
    for _ in 0..2 {
        let delivery = verifier.verify(&headers, body).unwrap();
        assert_eq!(kind(delivery.event::<Event>()), Kind::Payload);
    }
    assert!(cache.is_empty());
    let body = br#"{"event":{"type":"thing.created"},"id":"t"}"#;
    let headers = signed(&TIMED, "s", body);
    let received: Received<Event> = verifier.verify(&headers, body).unwrap().event().unwrap();
    assert_eq!(cache.len(), 1);
    received.release();
    assert!(cache.is_empty());
}

#[test]
fn a_name_may_stand_in_a_header() {
    struct Named(String);
    static BY_HEADER: Envelope = Envelope::new().name(FieldSource::Header("X-Event"));
    impl WebhookEvent for Named {
        fn envelope() -> &'static Envelope {
            &BY_HEADER
        }
        fn read(payload: Payload<'_>) -> Result<Self, WebhookError> {
            Ok(Self(payload.name().to_owned()))
        }
    }
    let by_header = headers(&[("x-event", "push")]);
    let received: Received<Named> = Delivery::unverified(&by_header, b"{}").event().unwrap();
    assert_eq!(received.event().0, "push");
    let none = HeaderMap::new();
    let missing = Delivery::unverified(&none, b"{}")
        .event::<Named>()
        .map(drop);
    assert!(missing.unwrap_err().to_string().contains("`X-Event`"));
}

#[test]
fn an_only_event_needs_no_name() {
    struct Only(Created);
    static SILENT: Envelope = Envelope::new();
    impl WebhookEvent for Only {
        fn envelope() -> &'static Envelope {
            &SILENT
        }
        fn read(payload: Payload<'_>) -> Result<Self, WebhookError> {
            payload.decode().map(Self)
        }
    }
    let none = HeaderMap::new();
    let delivery = Delivery::unverified(&none, br#"{"id":"t"}"#);
    assert_eq!(
        (delivery.secret_index(), delivery.timestamp()),
        (None, None)
    );
    let received: Received<Only> = delivery.event().unwrap();
    assert_eq!((received.name(), &*received.event().0.id), ("", "t"));
}
