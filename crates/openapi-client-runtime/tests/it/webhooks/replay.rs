//! Deliveries that come twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use openapi_client_runtime::http::StatusCode;
use openapi_client_runtime::http::header::HeaderMap;
use openapi_client_runtime::webhooks::{
    Envelope, FieldSource, ReplayCache, SignatureScheme, Signer, Verifier, WebhookErrorKind as Kind,
};

use super::{BODY_ALONE, NOW, STRIPE, TIMED, at, kind};

static ENVELOPE: Envelope = Envelope::new().id(FieldSource::Body("/event_id"));
static HEADER_ID: Envelope = Envelope::new().id(FieldSource::Header("X-Delivery"));

/// A receiver whose clock the test moves.
struct Receiver {
    verifier: Verifier,
    now: Arc<AtomicU64>,
}

impl Receiver {
    fn new(scheme: &'static SignatureScheme, cache: &ReplayCache) -> Self {
        let now = Arc::new(AtomicU64::new(NOW));
        let clock = Arc::clone(&now);
        let verifier = Verifier::new(scheme, ["s"])
            .unwrap()
            .replay_cache(cache.clone());
        let verifier = verifier.clock(move || at(clock.load(Ordering::Relaxed)));
        Self { verifier, now }
    }

    fn pass(&self, seconds: u64) {
        self.now.fetch_add(seconds, Ordering::Relaxed);
    }

    fn receive(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), Kind> {
        let result = self.verifier.verify(headers, body);
        result.map(drop).map_err(|error| error.kind())
    }
}

fn signed(scheme: &'static SignatureScheme, time: u64, body: &[u8]) -> HeaderMap {
    let signer = Signer::new(scheme, ["s"]).unwrap();
    signer.sign(at(time), body).unwrap()
}

#[test]
fn a_delivery_is_taken_once() {
    let cache = ReplayCache::new(10);
    let receiver = Receiver::new(&TIMED, &cache);
    let first = signed(&TIMED, NOW, b"{}");
    assert_eq!(receiver.receive(&first, b"{}"), Ok(()));
    let error = receiver.verifier.verify(&first, b"{}").unwrap_err();
    assert_eq!(error.kind(), Kind::Replayed);
    // The sender repeats until it gets a success.
    assert_eq!(error.status(), StatusCode::OK);
    // Another time or another body is another delivery; clones remember the same.
    let clone = receiver.verifier.clone();
    assert!(clone.verify(&signed(&TIMED, NOW + 1, b"{}"), b"{}").is_ok());
    assert!(clone.verify(&signed(&TIMED, NOW, b"[]"), b"[]").is_ok());
    assert_eq!(kind(clone.verify(&first, b"{}").map(drop)), Kind::Replayed);
    assert_eq!(cache.len(), 3);
}

#[test]
fn no_other_writing_of_a_signature_passes_for_new() {
    let receiver = Receiver::new(&STRIPE, &ReplayCache::new(10));
    let signer = Signer::new(&STRIPE, ["s", "other"]).unwrap();
    let mut headers = signer.sign(at(NOW), b"{}").unwrap();
    assert_eq!(receiver.receive(&headers, b"{}"), Ok(()));
    let text = headers["stripe-signature"].to_str().unwrap().to_owned();
    let (stamp, first) = (&text[..12], &text[13..80]);
    for text in [
        format!("{stamp},{first}"),
        format!("{first},{stamp}"),
        format!("{stamp},{}", first.to_uppercase().replace("V1=", "v1=")),
    ] {
        headers.insert("stripe-signature", text.parse().unwrap());
        assert_eq!(receiver.receive(&headers, b"{}"), Err(Kind::Replayed));
    }
}

#[test]
fn what_was_refused_is_not_remembered() {
    let cache = ReplayCache::new(10);
    let receiver = Receiver::new(&TIMED, &cache);
    let mut forged = signed(&TIMED, NOW, b"{}");
    forged.insert("x-signature", "0".repeat(64).parse().unwrap());
    assert_eq!(receiver.receive(&forged, b"{}"), Err(Kind::WrongSignature));
    assert!(cache.is_empty());
}

#[test]
fn memory_lasts_as_long_as_the_tolerance() {
    let cache = ReplayCache::new(10);
    let receiver = Receiver::new(&TIMED, &cache);
    // As early as can be: it stays acceptable for twice the tolerance.
    let early = signed(&TIMED, NOW + 300, b"{}");
    assert_eq!(receiver.receive(&early, b"{}"), Ok(()));
    receiver.pass(600);
    assert_eq!(receiver.receive(&early, b"{}"), Err(Kind::Replayed));
    receiver.pass(1);
    assert_eq!(receiver.receive(&early, b"{}"), Err(Kind::OutsideTolerance));
    let next = signed(&TIMED, NOW + 601, b"{}");
    assert_eq!(receiver.receive(&next, b"{}"), Ok(()));
    assert_eq!(cache.len(), 1, "the first one is forgotten");
}

#[test]
fn without_a_timestamp_time_counts_from_the_arrival() {
    for (cache, seconds) in [
        (ReplayCache::new(10), 300),
        (ReplayCache::new(10).keep_for(Duration::from_secs(900)), 900),
    ] {
        let receiver = Receiver::new(&BODY_ALONE, &cache);
        let headers = signed(&BODY_ALONE, NOW, b"{}");
        assert_eq!(receiver.receive(&headers, b"{}"), Ok(()));
        receiver.pass(seconds - 1);
        assert_eq!(receiver.receive(&headers, b"{}"), Err(Kind::Replayed));
        receiver.pass(1);
        assert_eq!(receiver.receive(&headers, b"{}"), Ok(()));
    }
    let forever = ReplayCache::new(10).keep_for(Duration::MAX);
    let receiver = Receiver::new(&BODY_ALONE, &forever);
    let headers = signed(&BODY_ALONE, NOW, b"{}");
    assert_eq!(receiver.receive(&headers, b"{}"), Ok(()));
    receiver.pass(100_000_000);
    assert_eq!(receiver.receive(&headers, b"{}"), Err(Kind::Replayed));
}

#[test]
fn a_clock_at_its_end_forgets_nothing() {
    let receiver = Receiver::new(&BODY_ALONE, &ReplayCache::new(10));
    receiver.pass(i64::MAX.unsigned_abs() - NOW - 1);
    let headers = signed(&BODY_ALONE, NOW, b"{}");
    assert_eq!(receiver.receive(&headers, b"{}"), Ok(()));
    assert_eq!(receiver.receive(&headers, b"{}"), Err(Kind::Replayed));
}

#[test]
fn a_full_memory_forgets_what_would_have_gone_first() {
    let cache = ReplayCache::new(2);
    let receiver = Receiver::new(&TIMED, &cache);
    let [late, early, middle] = [NOW + 9, NOW, NOW + 5].map(|time| signed(&TIMED, time, b"{}"));
    for headers in [&late, &early, &middle] {
        assert_eq!(receiver.receive(headers, b"{}"), Ok(()));
    }
    assert_eq!(cache.len(), 2);
    assert_eq!(receiver.receive(&late, b"{}"), Err(Kind::Replayed));
    assert_eq!(receiver.receive(&middle, b"{}"), Err(Kind::Replayed));
    let none = ReplayCache::new(0);
    let receiver = Receiver::new(&TIMED, &none);
    assert_eq!(receiver.receive(&early, b"{}"), Ok(()));
    assert_eq!(
        receiver.receive(&early, b"{}"),
        Err(Kind::Replayed),
        "at least one"
    );
}

#[test]
fn an_event_signed_anew_is_known_by_its_id() {
    let body: &[u8] = br#"{"event_id":"e-1"}"#;
    let cache = ReplayCache::new(2).event_ids(&ENVELOPE);
    let receiver = Receiver::new(&TIMED, &cache);
    assert_eq!(receiver.receive(&signed(&TIMED, NOW, body), body), Ok(()));
    let again = signed(&TIMED, NOW + 5, body);
    assert_eq!(receiver.receive(&again, body), Err(Kind::Replayed));
    // A number is an id; without one, what was signed decides.
    for body in [&br#"{"event_id":7}"#[..], b"{}", b"no JSON"] {
        assert_eq!(receiver.receive(&signed(&TIMED, NOW, body), body), Ok(()));
    }
    assert_eq!(
        receiver.receive(&again, body),
        Ok(()),
        "its id went with it"
    );
}

#[test]
fn an_id_in_a_header_cannot_hide_a_replay() {
    let cache = ReplayCache::new(10).event_ids(&HEADER_ID);
    let receiver = Receiver::new(&TIMED, &cache);
    let mut headers = signed(&TIMED, NOW, b"{}");
    headers.insert("x-delivery", "d-1".parse().unwrap());
    assert_eq!(receiver.receive(&headers, b"{}"), Ok(()));
    headers.insert("x-delivery", "d-2".parse().unwrap());
    assert_eq!(receiver.receive(&headers, b"{}"), Err(Kind::Replayed));
    let mut next = signed(&TIMED, NOW + 1, b"{}");
    next.insert("x-delivery", "d-1".parse().unwrap());
    assert_eq!(receiver.receive(&next, b"{}"), Err(Kind::Replayed));
}

#[test]
fn what_was_released_may_come_again() {
    let body: &[u8] = br#"{"event_id":"e-1"}"#;
    let cache = ReplayCache::new(10).event_ids(&ENVELOPE);
    let receiver = Receiver::new(&TIMED, &cache);
    let headers = signed(&TIMED, NOW, body);
    receiver.verifier.verify(&headers, body).unwrap().release();
    assert!(cache.is_empty());
    assert_eq!(receiver.receive(&headers, body), Ok(()));
}

#[test]
fn of_parallel_repeats_one_wins() {
    let receiver = Receiver::new(&TIMED, &ReplayCache::new(10));
    let headers = signed(&TIMED, NOW, b"{}");
    let accepted = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| receiver.receive(&headers, b"{}").is_ok()))
            .collect();
        threads
            .into_iter()
            .map(|t| t.join().unwrap())
            .filter(|ok| *ok)
            .count()
    });
    assert_eq!(accepted, 1);
}
