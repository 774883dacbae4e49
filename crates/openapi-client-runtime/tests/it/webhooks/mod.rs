//! Webhooks as a receiver meets them.

#[cfg(feature = "axum")]
mod axum;
mod events;
mod properties;
mod replay;
mod signatures;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use openapi_client_runtime::http::header::{HeaderMap, HeaderName};
use openapi_client_runtime::webhooks::{
    SignatureScheme, Signer, Verifier, WebhookError, WebhookErrorKind,
};

pub(crate) const NOW: u64 = 1_767_225_600;

pub(crate) static BODY_ALONE: SignatureScheme = SignatureScheme::hmac_sha256("X-Signature");

pub(crate) static TIMED: SignatureScheme = SignatureScheme::hmac_sha256("X-Signature")
    .optional_prefix("sha256=")
    .timestamp_header("X-Timestamp")
    .tolerance(std::time::Duration::from_secs(300));

pub(crate) static STRIPE: SignatureScheme = SignatureScheme::hmac_sha256("Stripe-Signature")
    .separator(',')
    .prefix("v1=")
    .timestamp_part("t=");

pub(crate) fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

pub(crate) fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
    }
    headers
}

pub(crate) fn verifier(scheme: &'static SignatureScheme, secrets: &[&str]) -> Verifier {
    Verifier::new(scheme, secrets.iter().copied())
        .unwrap()
        .clock(|| at(NOW))
}

pub(crate) fn signed(scheme: &'static SignatureScheme, secret: &str, body: &[u8]) -> HeaderMap {
    let signer = Signer::new(scheme, [secret]).unwrap();
    signer.sign(at(NOW), body).unwrap()
}

pub(crate) fn kind<T: std::fmt::Debug>(result: Result<T, WebhookError>) -> WebhookErrorKind {
    result.unwrap_err().kind()
}
