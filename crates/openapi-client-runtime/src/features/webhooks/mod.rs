//! Webhooks: who sent a delivery, and what event it is (feature `webhooks`).
//!
//! An API signs what it delivers with a secret that it shares with the receiver. A generated crate
//! describes how, as a [`SignatureScheme`], and what events there are. A [`Verifier`] works on the
//! raw bytes; only the [`Delivery`] that it gives can be read as an event.
//!
//! - **Signatures** are compared in constant time. There may be several in one header, and several
//!   lines of it; one that fits under one of the secrets is enough.
//! - **Secrets** can be several, while a new one replaces the old. They do not print.
//! - **Age**: where a timestamp is signed, it must lie within the scheme's tolerance, to either
//!   side. [`Verifier::clock`] replaces the clock.
//! - **Repeats** are refused by a [`ReplayCache`], if the verifier is given one.
//! - **Size**: 1 MiB for a body, unless the verifier is told otherwise. Larger ones are refused
//!   before they are hashed.
//! - **Events** that the document does not know keep their name and their JSON.
//!
//! With the feature `axum`, [`Webhook`] does all this as an extractor.
//!
//! ```
//! use std::time::{Duration, UNIX_EPOCH};
//! use openapi_client_runtime::http::header::HeaderMap;
//! use openapi_client_runtime::webhooks::{
//!     Envelope, Payload, FieldSource, SignatureScheme, UnknownEvent, Verifier, WebhookError,
//!     WebhookEvent,
//! };
//!
//! // A generated crate brings all this.
//! static SIGNATURE: SignatureScheme =
//!     SignatureScheme::hmac_sha256("X-Signature").timestamp_header("X-Timestamp");
//! static ENVELOPE: Envelope = Envelope::new().name(FieldSource::Body("/event_type"));
//!
//! #[derive(serde::Deserialize)]
//! struct MeetingCreated {
//!     meeting_id: String,
//! }
//!
//! enum Event {
//!     MeetingCreated(MeetingCreated),
//!     Unknown(UnknownEvent),
//! }
//!
//! impl WebhookEvent for Event {
//!     fn envelope() -> &'static Envelope {
//!         &ENVELOPE
//!     }
//!
//!     fn read(payload: Payload<'_>) -> Result<Self, WebhookError> {
//!         match payload.name() {
//!             "meeting.created" => payload.decode().map(Self::MeetingCreated),
//!             _ => Ok(Self::Unknown(payload.unknown())),
//!         }
//!     }
//! }
//!
//! // What a web server hands over.
//! let body = br#"{"event_type":"meeting.created","meeting_id":"m-1"}"#;
//! let mut headers = HeaderMap::new();
//! headers.insert("x-timestamp", "1767225600".parse()?);
//! headers.insert(
//!     "x-signature",
//!     "36f1e927d0995bae82062d70cfe2a6e63bb611c1f04cdcc5737c2896590c84cb".parse()?,
//! );
//!
//! let verifier = Verifier::new(&SIGNATURE, ["secret"])?
//!     .clock(|| UNIX_EPOCH + Duration::from_secs(1_767_225_660));
//! let delivery = verifier.verify(&headers, body)?;
//! match delivery.event::<Event>()?.into_event() {
//!     Event::MeetingCreated(created) => assert_eq!(created.meeting_id, "m-1"),
//!     Event::Unknown(event) => println!("ignored: {}", event.name()),
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod delivery;
mod error;
mod event;
#[cfg(feature = "axum")]
mod extract;
mod header;
mod memory;
mod replay;
mod scheme;
mod sign;
mod verify;

pub use delivery::Delivery;
pub use error::{WebhookError, WebhookErrorKind};
pub use event::{Envelope, FieldSource, Payload, Received, UnknownEvent, WebhookEvent};
#[cfg(feature = "axum")]
pub use extract::{Webhook, WebhookRejection};
pub use replay::ReplayCache;
pub use scheme::{SignatureEncoding, SignatureScheme};
pub use sign::Signer;
pub use verify::Verifier;

use crate::Secret;

/// The secrets, if each of them is worth something.
fn usable<I>(secrets: I) -> Result<Vec<Secret>, WebhookError>
where
    I: IntoIterator,
    I::Item: Into<Secret>,
{
    let secrets: Vec<Secret> = secrets.into_iter().map(Into::into).collect();
    if secrets.is_empty() || secrets.iter().any(|secret| secret.expose().is_empty()) {
        let text = "webhooks need at least one secret, and none that is empty: anybody could sign with that";
        return Err(WebhookError::new(WebhookErrorKind::UnusableSecret, text));
    }
    Ok(secrets)
}
