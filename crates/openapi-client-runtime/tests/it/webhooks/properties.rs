//! What holds for every body, timestamp, secret and header.

use openapi_client_runtime::http::header::{HeaderMap, HeaderValue};
use openapi_client_runtime::webhooks::{
    SignatureEncoding, SignatureScheme, Signer, Verifier, WebhookErrorKind as Kind,
};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{BODY_ALONE, STRIPE, TIMED, at};

static TIMED_BASE64: SignatureScheme = SignatureScheme::hmac_sha256("X-Signature")
    .encoding(SignatureEncoding::Base64)
    .separator(' ')
    .prefix("v1,")
    .timestamp_header("X-Timestamp");

const SCHEMES: [&SignatureScheme; 4] = [&BODY_ALONE, &TIMED, &TIMED_BASE64, &STRIPE];

fn any_scheme() -> impl Strategy<Value = &'static SignatureScheme> {
    proptest::sample::select(&SCHEMES[..])
}

fn any_header() -> impl Strategy<Value = HeaderValue> {
    let near = "(t=|v1=|sha256=|v1,)?[0-9a-fA-F,= +.-]{0,70}";
    let near = near.prop_filter_map("no header", |text| HeaderValue::try_from(text).ok());
    let far = vec(any::<u8>(), 0..80)
        .prop_filter_map("no header", |bytes| HeaderValue::from_bytes(&bytes).ok());
    prop_oneof![near, far]
}

proptest! {
    #[test]
    fn what_is_signed_is_verified(
        scheme in any_scheme(),
        secrets in vec("[^\0]{1,100}", 1..3),
        body in vec(any::<u8>(), 0..200),
        seconds in 0..=u64::from(u32::MAX),
    ) {
        let signer = Signer::new(scheme, secrets.iter().map(String::as_str)).unwrap();
        let headers = signer.sign(at(seconds), &body).unwrap();
        let verifier = Verifier::new(scheme, secrets.last().map(String::as_str)).unwrap();
        let verifier = verifier.clock(move || at(seconds));
        prop_assert!(verifier.verify(&headers, &body).is_ok());
    }

    #[test]
    fn a_flipped_bit_is_noticed(
        scheme in any_scheme(),
        body in vec(any::<u8>(), 1..200),
        seconds in 1_000_000_000..2_000_000_000u64,
        place in any::<prop::sample::Index>(),
        bit in 0..8u32,
    ) {
        let signer = Signer::new(scheme, ["secret"]).unwrap();
        let headers = signer.sign(at(seconds), &body).unwrap();
        let verifier = Verifier::new(scheme, ["secret"]).unwrap().clock(move || at(seconds));

        let mut other = body.clone();
        other[place.index(body.len())] ^= 1 << bit;
        let error = verifier.verify(&headers, &other).unwrap_err();
        prop_assert_eq!(error.kind(), Kind::WrongSignature);

        // One digit of the signature that stands for other bits.
        let name = if scheme == &STRIPE { "stripe-signature" } else { "x-signature" };
        let mut text = headers[name].as_bytes().to_vec();
        let at = text.len() - 2 - place.index(40);
        text[at] = if text[at] == b'1' { b'0' } else { b'1' };
        let mut forged = headers.clone();
        forged.insert(name, HeaderValue::from_bytes(&text).unwrap());
        prop_assert!(verifier.verify(&forged, &body).is_err());

        // Another second.
        if headers.contains_key("x-timestamp") {
            let mut moved = headers.clone();
            moved.insert("x-timestamp", HeaderValue::from(seconds + 1));
            let error = verifier.verify(&moved, &body).unwrap_err();
            prop_assert_eq!(error.kind(), Kind::WrongSignature);
        }
    }

    #[test]
    fn junk_is_refused_without_a_panic(
        scheme in any_scheme(),
        signatures in vec(any_header(), 0..4),
        timestamps in vec(any_header(), 0..3),
        body in vec(any::<u8>(), 0..50),
    ) {
        let mut headers = HeaderMap::new();
        for value in signatures {
            headers.append("x-signature", value.clone());
            headers.append("stripe-signature", value);
        }
        for value in timestamps {
            headers.append("x-timestamp", value);
        }
        let verifier = Verifier::new(scheme, ["secret"]).unwrap();
        prop_assert!(verifier.verify(&headers, &body).is_err());
    }
}
