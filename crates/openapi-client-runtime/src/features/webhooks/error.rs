//! Why a delivery is refused.

use std::borrow::Cow;
use std::fmt;

use http::StatusCode;

/// Why a delivery is refused, or a [`Verifier`](super::Verifier) cannot be made.
///
/// `Display` is one sentence. It never shows a secret, a signature or anything of the payload.
///
/// ```
/// use openapi_client_runtime::http::header::HeaderMap;
/// use openapi_client_runtime::webhooks::{SignatureScheme, Verifier, WebhookErrorKind};
///
/// # static SCHEME: SignatureScheme = SignatureScheme::hmac_sha256("X-Signature");
/// # let verifier = Verifier::new(&SCHEME, ["secret"])?;
/// if let Err(error) = verifier.verify(&HeaderMap::new(), b"{}") {
///     assert_eq!(error.kind(), WebhookErrorKind::MissingHeader);
///     assert_eq!(error.status(), 401); // what to answer the sender with
///     eprintln!("{}: {error}", error.kind().as_str());
/// }
/// # Ok::<(), openapi_client_runtime::webhooks::WebhookError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookError {
    kind: WebhookErrorKind,
    reason: Cow<'static, str>,
}

/// What is wrong with a delivery, coarsely. [`WebhookError`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WebhookErrorKind {
    /// There is no secret, or it is empty. Not the sender's fault.
    UnusableSecret,
    /// A header that the signature needs is missing.
    MissingHeader,
    /// A header holds no signature or no timestamp of the form expected.
    MalformedHeader,
    /// The timestamp is too old, or too far in the future.
    OutsideTolerance,
    /// No signature fits the body under any of the secrets.
    WrongSignature,
    /// The delivery was received before.
    Replayed,
    /// The body is larger than the verifier accepts.
    BodyTooLarge,
    /// The body did not arrive as a whole.
    IncompleteBody,
    /// The payload is not what the document describes.
    Payload,
}

impl WebhookErrorKind {
    /// A short stable name, for logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnusableSecret => "unusable_secret",
            Self::MissingHeader => "missing_header",
            Self::MalformedHeader => "malformed_header",
            Self::OutsideTolerance => "outside_tolerance",
            Self::WrongSignature => "wrong_signature",
            Self::Replayed => "replayed",
            Self::BodyTooLarge => "body_too_large",
            Self::IncompleteBody => "incomplete_body",
            Self::Payload => "payload",
        }
    }
}

impl WebhookError {
    pub(super) fn new(kind: WebhookErrorKind, reason: impl Into<Cow<'static, str>>) -> Self {
        let reason = reason.into();
        Self { kind, reason }
    }

    /// What is wrong, coarsely.
    pub fn kind(&self) -> WebhookErrorKind {
        self.kind
    }

    /// The status to answer the sender with.
    ///
    /// A delivery that was received before is answered with 200: senders repeat a delivery until
    /// they get a success, and some give the receiver up after too many failures.
    pub fn status(&self) -> StatusCode {
        match self.kind {
            WebhookErrorKind::UnusableSecret => StatusCode::INTERNAL_SERVER_ERROR,
            WebhookErrorKind::MissingHeader
            | WebhookErrorKind::OutsideTolerance
            | WebhookErrorKind::WrongSignature => StatusCode::UNAUTHORIZED,
            WebhookErrorKind::MalformedHeader
            | WebhookErrorKind::IncompleteBody
            | WebhookErrorKind::Payload => StatusCode::BAD_REQUEST,
            WebhookErrorKind::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            WebhookErrorKind::Replayed => StatusCode::OK,
        }
    }
}

impl fmt::Display for WebhookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for WebhookError {}
