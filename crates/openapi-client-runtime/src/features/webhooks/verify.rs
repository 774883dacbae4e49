//! Verification, before anything of the body is parsed.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::header::HeaderMap;
use subtle::ConstantTimeEq;

use super::header::Claim;
use super::{Delivery, ReplayCache, SignatureScheme, WebhookError, WebhookErrorKind, usable};
use crate::Secret;

/// Tells deliveries of the API from those of anybody else. Cloning is cheap.
///
/// Works on the body as it came over the wire. A framework that parses JSON and hands it on has
/// lost the bytes that were signed.
///
/// ```
/// use openapi_client_runtime::http::header::HeaderMap;
/// use openapi_client_runtime::webhooks::{SignatureScheme, Verifier, WebhookErrorKind};
///
/// static SCHEME: SignatureScheme =
///     SignatureScheme::hmac_sha256("X-Hub-Signature-256").prefix("sha256=");
///
/// // Both secrets are good while one replaces the other.
/// let verifier = Verifier::new(&SCHEME, ["old secret", "It's a Secret to Everybody"])?;
///
/// let mut headers = HeaderMap::new();
/// let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
/// headers.insert("x-hub-signature-256", signature.parse()?);
/// let delivery = verifier.verify(&headers, b"Hello, World!")?;
/// assert_eq!(delivery.secret_index(), Some(1));
///
/// let forged = verifier.verify(&headers, b"Hello, Mallory!").err().map(|error| error.kind());
/// assert_eq!(forged, Some(WebhookErrorKind::WrongSignature));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Verifier {
    scheme: &'static SignatureScheme,
    secrets: Arc<[Secret]>,
    body_limit: usize,
    replays: Option<ReplayCache>,
    clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

impl Verifier {
    /// Bytes that a body may have, unless [`body_limit`](Self::body_limit) says otherwise: 1 MiB.
    pub const DEFAULT_BODY_LIMIT: usize = 1024 * 1024;

    /// Accepts what is signed with any of the secrets, in whatever order they stand: two of them
    /// while one replaces the other.
    ///
    /// # Errors
    ///
    /// [`WebhookErrorKind::UnusableSecret`] when there is no secret, or one is empty: anybody can
    /// sign with nothing.
    pub fn new<I>(scheme: &'static SignatureScheme, secrets: I) -> Result<Self, WebhookError>
    where
        I: IntoIterator,
        I::Item: Into<Secret>,
    {
        Ok(Self {
            scheme,
            secrets: usable(secrets)?.into(),
            body_limit: Self::DEFAULT_BODY_LIMIT,
            replays: None,
            clock: Arc::new(SystemTime::now),
        })
    }

    /// Bounds the size in bytes of a body. Larger ones are refused before they are hashed.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Refuses deliveries that were received before. Without a cache, a delivery can be repeated by
    /// anybody who saw it, for as long as its timestamp is within tolerance.
    #[must_use]
    pub fn replay_cache(mut self, cache: ReplayCache) -> Self {
        self.replays = Some(cache);
        self
    }

    /// Takes the time from elsewhere than the system's clock.
    #[must_use]
    pub fn clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(now);
        self
    }

    /// Verifies a delivery.
    ///
    /// # Errors
    ///
    /// Where nothing shows that the API sent this body, just now and for the first time:
    /// [`WebhookErrorKind`] tells the reasons apart.
    pub fn verify<'a>(
        &self,
        headers: &'a HeaderMap,
        body: &'a [u8],
    ) -> Result<Delivery<'a>, WebhookError> {
        if body.len() > self.body_limit {
            return Err(too_large(self.body_limit));
        }
        let claim = self.scheme.read(headers)?;
        let now = (self.clock)();
        if let Some((_, seconds)) = claim.timestamp {
            self.check_age(seconds, now)?;
        }
        let secret = self.matching_secret(&claim, body)?;
        let mut delivery = Delivery::verified(headers, body, claim.timestamp, secret);
        if let Some(replays) = &self.replays {
            let tolerance = self.scheme.tolerance;
            let Some(entry) = replays.admit(&delivery, tolerance, now) else {
                let text = "the delivery was received before; answer it as a success";
                return Err(WebhookError::new(WebhookErrorKind::Replayed, text));
            };
            delivery.replay = Some(entry);
        }
        Ok(delivery)
    }

    #[cfg(feature = "axum")]
    pub(super) fn limit(&self) -> usize {
        self.body_limit
    }

    fn check_age(&self, timestamp: u64, now: SystemTime) -> Result<(), WebhookError> {
        let now = now
            .duration_since(UNIX_EPOCH)
            .unwrap_or(Duration::ZERO)
            .as_secs();
        let off = now.abs_diff(timestamp);
        let tolerance = self.scheme.tolerance.as_secs();
        if off <= tolerance {
            return Ok(());
        }
        let side = if timestamp < now { "old" } else { "early" };
        let text = format!(
            "the delivery's timestamp is {off} s too {side} by this machine's clock, and {tolerance} s are tolerated: check the clock"
        );
        Err(WebhookError::new(WebhookErrorKind::OutsideTolerance, text))
    }

    /// Looks at every secret and every signature, whichever fits, so that the time taken says
    /// nothing about them.
    fn matching_secret(&self, claim: &Claim<'_>, body: &[u8]) -> Result<usize, WebhookError> {
        let timestamp = claim.timestamp.map(|(text, _)| text);
        let mut matching = None;
        for (index, secret) in self.secrets.iter().enumerate() {
            let Some(mac) = SignatureScheme::mac(secret, timestamp, body) else {
                continue;
            };
            for signature in &claim.signatures {
                if bool::from(mac.ct_eq(signature)) {
                    matching = matching.or(Some(index));
                }
            }
        }
        matching.ok_or_else(|| {
            let text = format!(
                "the signature in the header `{}` does not fit the body: check that the secret is the one of this subscription, and that the body is passed on unchanged",
                self.scheme.header
            );
            WebhookError::new(WebhookErrorKind::WrongSignature, text)
        })
    }
}

pub(super) fn too_large(limit: usize) -> WebhookError {
    let text = format!("the delivery's body is larger than the {limit} bytes that are accepted");
    WebhookError::new(WebhookErrorKind::BodyTooLarge, text)
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("scheme", &self.scheme)
            .field("secrets", &self.secrets.len())
            .field("body_limit", &self.body_limit)
            .field("replay_cache", &self.replays)
            .finish_non_exhaustive()
    }
}
