//! What arrived, once it is known where from.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::header::HeaderMap;
use sha2::{Digest, Sha256};

use super::memory::Entry;

/// A delivery that [`Verifier::verify`](super::Verifier::verify) accepted. Events can be read from
/// nothing else.
///
/// ```
/// use std::time::SystemTime;
/// use openapi_client_runtime::webhooks::{SignatureScheme, Signer, Verifier};
///
/// static SCHEME: SignatureScheme =
///     SignatureScheme::hmac_sha256("X-Signature").timestamp_header("X-Timestamp");
///
/// let body = br#"{"event_type":"meeting.created"}"#;
/// let headers = Signer::new(&SCHEME, ["new secret"])?.sign(SystemTime::now(), body)?;
///
/// let verifier = Verifier::new(&SCHEME, ["old secret", "new secret"])?;
/// let delivery = verifier.verify(&headers, body)?;
/// assert_eq!(delivery.body(), body);
/// assert_eq!(delivery.secret_index(), Some(1));
/// assert!(delivery.timestamp().is_some());
/// # Ok::<(), openapi_client_runtime::webhooks::WebhookError>(())
/// ```
pub struct Delivery<'a> {
    headers: &'a HeaderMap,
    body: &'a [u8],
    /// The timestamp as it was signed, and in seconds since 1970.
    timestamp: Option<(&'a str, u64)>,
    secret: Option<usize>,
    pub(super) replay: Option<Entry>,
}

impl<'a> Delivery<'a> {
    pub(super) fn verified(
        headers: &'a HeaderMap,
        body: &'a [u8],
        timestamp: Option<(&'a str, u64)>,
        secret: usize,
    ) -> Self {
        Self {
            headers,
            body,
            timestamp,
            secret: Some(secret),
            replay: None,
        }
    }

    /// Takes a delivery for genuine **without any proof**: for tests, and for bodies that were
    /// verified before they were stored.
    pub fn unverified(headers: &'a HeaderMap, body: &'a [u8]) -> Self {
        Self {
            headers,
            body,
            timestamp: None,
            secret: None,
            replay: None,
        }
    }

    /// The body as it came.
    pub fn body(&self) -> &'a [u8] {
        self.body
    }

    /// The headers. Unlike the body, they are not signed.
    pub fn headers(&self) -> &'a HeaderMap {
        self.headers
    }

    /// When the delivery was signed; `None` where the scheme signs no timestamp.
    pub fn timestamp(&self) -> Option<SystemTime> {
        let (_, seconds) = self.timestamp?;
        UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
    }

    /// Which of the verifier's secrets fits, counted from 0; `None` without verification. Once the
    /// old one is no longer met, it can be taken away.
    pub fn secret_index(&self) -> Option<usize> {
        self.secret
    }

    /// Lets a replay cache forget the delivery, so that its sender may repeat it: for a receiver
    /// that could not do its work.
    pub fn release(&self) {
        if let Some(entry) = &self.replay {
            entry.release();
        }
    }

    /// The SHA-256 of what was signed.
    pub(super) fn digest(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        if let Some((text, _)) = self.timestamp {
            digest.update(text);
            digest.update(".");
        }
        digest.update(self.body);
        digest.finalize().into()
    }
}

impl fmt::Debug for Delivery<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("bytes", &self.body.len())
            .field("timestamp", &self.timestamp())
            .field("secret_index", &self.secret)
            .finish_non_exhaustive()
    }
}
