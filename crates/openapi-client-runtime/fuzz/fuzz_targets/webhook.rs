//! Any headers, body and secret: nothing panics, what is signed is verified, and what was changed
//! is not.

#![no_main]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use openapi_client_runtime::http::header::{HeaderMap, HeaderName, HeaderValue};
use openapi_client_runtime::webhooks::{
    Delivery, Envelope, FieldSource, Payload, ReplayCache, SignatureEncoding, SignatureScheme,
    Signer, UnknownEvent, Verifier, WebhookError, WebhookErrorKind, WebhookEvent,
};

static SCHEMES: [SignatureScheme; 4] = [
    SignatureScheme::hmac_sha256("x-signature").prefix("sha256="),
    SignatureScheme::hmac_sha256("x-signature")
        .optional_prefix("sha256=")
        .timestamp_header("x-timestamp"),
    SignatureScheme::hmac_sha256("x-signature")
        .separator(',')
        .prefix("v1=")
        .timestamp_part("t="),
    SignatureScheme::hmac_sha256("x-signature")
        .encoding(SignatureEncoding::Base64)
        .separator(' ')
        .timestamp_header("x-timestamp")
        .tolerance(std::time::Duration::MAX),
];

static ENVELOPE: Envelope = Envelope::new()
    .name(FieldSource::Body("/event"))
    .id(FieldSource::Body("/id"))
    .time(FieldSource::Header("x-timestamp"));

struct Event(UnknownEvent);

impl WebhookEvent for Event {
    fn envelope() -> &'static Envelope {
        &ENVELOPE
    }

    fn read(payload: Payload<'_>) -> Result<Self, WebhookError> {
        Ok(Self(payload.unknown()))
    }
}

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    scheme: u8,
    secret: &'a str,
    headers: Vec<(u8, &'a [u8])>,
    now: u64,
    body: &'a [u8],
    flip: u16,
}

impl Input<'_> {
    fn scheme(&self) -> &'static SignatureScheme {
        &SCHEMES[usize::from(self.scheme) % SCHEMES.len()]
    }

    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for &(name, value) in &self.headers {
            let name = if name % 2 == 0 {
                "x-signature"
            } else {
                "x-timestamp"
            };
            if let Ok(value) = HeaderValue::from_bytes(value) {
                headers.append(HeaderName::from_static(name), value);
            }
        }
        headers
    }

    /// Any time that a clock can show.
    fn now(&self) -> SystemTime {
        let far = UNIX_EPOCH.checked_add(Duration::from_secs(self.now));
        far.unwrap_or(UNIX_EPOCH)
    }
}

fuzz_target!(|input: Input<'_>| {
    let (scheme, body, now) = (input.scheme(), input.body, input.now());
    let Ok(signer) = Signer::new(scheme, [input.secret]) else {
        assert!(input.secret.is_empty());
        return;
    };
    let verifier = Verifier::new(scheme, [input.secret])
        .expect("the secret is not empty")
        .clock(move || now);

    // A forger who does not know the secret would have to find 32 bytes.
    assert!(verifier.verify(&input.headers(), body).is_err());
    drop(Delivery::unverified(&input.headers(), body).event::<Event>());

    let cached = verifier
        .clone()
        .replay_cache(ReplayCache::new(1).event_ids(&ENVELOPE));
    let headers = signer.sign(now, body).expect("the schemes can be written");
    let delivery = cached
        .verify(&headers, body)
        .expect("what is signed is verified");
    assert_eq!(delivery.body(), body);
    let again = cached.verify(&headers, body).map(drop).unwrap_err();
    assert_eq!(again.kind(), WebhookErrorKind::Replayed);
    if let Ok(received) = delivery.event::<Event>() {
        assert_eq!(received.name(), received.event().0.name());
    }

    if !body.is_empty() {
        let mut changed = body.to_vec();
        let bit = usize::from(input.flip) % (body.len() * 8);
        changed[bit / 8] ^= 1 << (bit % 8);
        let error = verifier.verify(&headers, &changed).map(drop).unwrap_err();
        assert_eq!(error.kind(), WebhookErrorKind::WrongSignature);
    }
});
