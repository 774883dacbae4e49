//! How an API signs its deliveries, as data.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::Secret;

/// Length of an HMAC-SHA256 in bytes.
pub(super) const MAC_LENGTH: usize = 32;

pub(super) type MacBytes = [u8; MAC_LENGTH];

/// How an API signs its deliveries; a generated crate carries one for each signature of its
/// document.
///
/// All schemes are HMAC-SHA256 (RFC 2104, FIPS 180-4) with the bytes of the shared secret as key.
/// What is signed is the body as it came, or the timestamp in decimal, a dot and the body.
///
/// ```
/// use std::time::Duration;
/// use openapi_client_runtime::webhooks::{SignatureEncoding, SignatureScheme};
///
/// // X-Signature: 5d41...        X-Timestamp: 1767225600
/// static OURS: SignatureScheme = SignatureScheme::hmac_sha256("X-Signature")
///     .optional_prefix("sha256=")
///     .timestamp_header("X-Timestamp")
///     .tolerance(Duration::from_secs(300));
///
/// // X-Hub-Signature-256: sha256=5d41...
/// static GITHUB: SignatureScheme =
///     SignatureScheme::hmac_sha256("X-Hub-Signature-256").prefix("sha256=");
///
/// // Stripe-Signature: t=1767225600,v1=5d41...,v1=9b2c...
/// static STRIPE: SignatureScheme = SignatureScheme::hmac_sha256("Stripe-Signature")
///     .separator(',')
///     .prefix("v1=")
///     .timestamp_part("t=");
///
/// // X-Shopify-Hmac-Sha256: XWmt...
/// static SHOPIFY: SignatureScheme = SignatureScheme::hmac_sha256("X-Shopify-Hmac-Sha256")
///     .encoding(SignatureEncoding::Base64);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignatureScheme {
    pub(super) header: &'static str,
    pub(super) encoding: SignatureEncoding,
    pub(super) prefix: &'static str,
    pub(super) prefix_required: bool,
    pub(super) separator: Option<char>,
    pub(super) timestamp: Option<TimestampPlace>,
    pub(super) tolerance: Duration,
}

/// How a signature is written. [`SignatureScheme`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureEncoding {
    /// Hexadecimal digits of either case (RFC 4648, section 8).
    Hex,
    /// Base64 with the standard alphabet, padded or not (RFC 4648, section 4).
    Base64,
}

/// Where the timestamp stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimestampPlace {
    /// In a header of its own.
    Header(&'static str),
    /// In the header of the signature, after this prefix.
    Part(&'static str),
}

impl SignatureScheme {
    /// How far a timestamp may be off, to either side, unless [`tolerance`](Self::tolerance) says
    /// otherwise: 5 minutes.
    pub const DEFAULT_TOLERANCE: Duration = Duration::from_secs(300);

    /// A plain hexadecimal signature of the body alone.
    #[must_use]
    pub const fn hmac_sha256(header: &'static str) -> Self {
        Self {
            header,
            encoding: SignatureEncoding::Hex,
            prefix: "",
            prefix_required: false,
            separator: None,
            timestamp: None,
            tolerance: Self::DEFAULT_TOLERANCE,
        }
    }

    /// Sets how signatures are written.
    #[must_use]
    pub const fn encoding(mut self, encoding: SignatureEncoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// Takes only signatures that start with this text.
    #[must_use]
    pub const fn prefix(mut self, prefix: &'static str) -> Self {
        self.prefix = prefix;
        self.prefix_required = true;
        self
    }

    /// Takes signatures with this text before them and without it. A [`Signer`] leaves it out, because
    /// a receiver may not expect it.
    ///
    /// [`Signer`]: super::Signer
    #[must_use]
    pub const fn optional_prefix(mut self, prefix: &'static str) -> Self {
        self.prefix = prefix;
        self.prefix_required = false;
        self
    }

    /// Splits the header, which may carry several signatures.
    #[must_use]
    pub const fn separator(mut self, separator: char) -> Self {
        self.separator = Some(separator);
        self
    }

    /// Signs `timestamp.body`, with the timestamp (seconds since 1970) in a header of its own.
    #[must_use]
    pub const fn timestamp_header(mut self, header: &'static str) -> Self {
        self.timestamp = Some(TimestampPlace::Header(header));
        self
    }

    /// Signs `timestamp.body`, with the timestamp (seconds since 1970) in that part of the
    /// signature's header which starts with `prefix`. Needs a [`separator`](Self::separator).
    #[must_use]
    pub const fn timestamp_part(mut self, prefix: &'static str) -> Self {
        self.timestamp = Some(TimestampPlace::Part(prefix));
        self
    }

    /// Sets how far a timestamp may be off, to either side, in whole seconds. Means nothing where no
    /// timestamp is signed.
    #[must_use]
    pub const fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// What a delivery with this secret, timestamp and body must be signed with.
    ///
    /// `None` cannot happen: HMAC takes keys of every length. It fails closed all the same.
    pub(super) fn mac(secret: &Secret, timestamp: Option<&str>, body: &[u8]) -> Option<MacBytes> {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).ok()?;
        if let Some(timestamp) = timestamp {
            mac.update(timestamp.as_bytes());
            mac.update(b".");
        }
        mac.update(body);
        Some(mac.finalize().into_bytes().into())
    }
}
