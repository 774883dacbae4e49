//! An extractor for axum.

use std::fmt;

use axum_core::body::Body;
use axum_core::extract::{FromRef, FromRequest, Request};
use axum_core::response::{IntoResponse, Response};
use futures_util::StreamExt;

use super::verify::too_large;
use super::{Received, Verifier, WebhookError, WebhookErrorKind, WebhookEvent};

/// An axum extractor: the event of a delivery that was verified (feature `axum`).
///
/// Reads the body up to the limit of the [`Verifier`], which it takes from the state of the router,
/// verifies it and hands over the typed event. It consumes the body, so it stands last among the
/// arguments of a handler. A delivery that is refused is answered with [`WebhookRejection`], and the
/// handler does not run.
///
/// ```
/// use axum::{Router, extract::FromRef, http::StatusCode, routing::post};
/// use openapi_client_runtime::webhooks::{
///     Envelope, Payload, FieldSource, ReplayCache, SignatureScheme, UnknownEvent, Verifier, Webhook,
///     WebhookError, WebhookEvent,
/// };
///
/// // A generated crate brings all this: the events of its API, and how they are signed.
/// #[derive(serde::Deserialize)]
/// struct MeetingCreated {
///     meeting_id: String,
/// }
///
/// enum Event {
///     MeetingCreated(MeetingCreated),
///     Unknown(UnknownEvent),
/// }
///
/// static SIGNATURE: SignatureScheme =
///     SignatureScheme::hmac_sha256("X-Signature").timestamp_header("X-Timestamp");
/// static ENVELOPE: Envelope = Envelope::new()
///     .name(FieldSource::Body("/event_type"))
///     .id(FieldSource::Body("/event_id"));
///
/// impl WebhookEvent for Event {
///     fn envelope() -> &'static Envelope {
///         &ENVELOPE
///     }
///
///     fn read(payload: Payload<'_>) -> Result<Self, WebhookError> {
///         match payload.name() {
///             "meeting.created" => payload.decode().map(Self::MeetingCreated),
///             _ => Ok(Self::Unknown(payload.unknown())),
///         }
///     }
/// }
///
/// #[derive(Clone, FromRef)]
/// struct App {
///     webhooks: Verifier,
/// }
///
/// async fn receive(Webhook(received): Webhook<Event>) -> StatusCode {
///     match received.event() {
///         Event::MeetingCreated(created) if created.meeting_id.is_empty() => {
///             // The work was not done: the sender shall repeat the delivery.
///             received.release();
///             StatusCode::INTERNAL_SERVER_ERROR
///         }
///         Event::MeetingCreated(_) | Event::Unknown(_) => StatusCode::OK,
///     }
/// }
///
/// let replays = ReplayCache::new(10_000).event_ids(&ENVELOPE);
/// let webhooks = Verifier::new(&SIGNATURE, ["new secret", "old secret"])?.replay_cache(replays);
/// let router: Router = Router::new()
///     .route("/webhooks", post(receive))
///     .with_state(App { webhooks });
/// # Ok::<(), WebhookError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Webhook<E>(
    /// The event, with what its envelope says.
    pub Received<E>,
);

impl<S, E> FromRequest<S> for Webhook<E>
where
    S: Send + Sync,
    Verifier: FromRef<S>,
    E: WebhookEvent,
{
    type Rejection = WebhookRejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, WebhookRejection> {
        let verifier = Verifier::from_ref(state);
        let (parts, body) = request.into_parts();
        let body = read(body, verifier.limit()).await?;
        let delivery = verifier.verify(&parts.headers, &body)?;
        Ok(Self(delivery.event()?))
    }
}

async fn read(body: Body, limit: usize) -> Result<Vec<u8>, WebhookError> {
    let mut pieces = body.into_data_stream();
    let mut bytes = Vec::new();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| {
            let text = "the body of the delivery did not arrive as a whole";
            WebhookError::new(WebhookErrorKind::IncompleteBody, text)
        })?;
        if piece.len() > limit - bytes.len() {
            return Err(too_large(limit));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// The answer to a delivery that was refused (feature `axum`): the status of
/// [`WebhookError::status`] and one plain sentence, which tells whoever sent it nothing about
/// secrets, the expected signature or the types of this program.
///
/// ```
/// use axum::response::{IntoResponse, Response};
/// use openapi_client_runtime::webhooks::{Webhook, WebhookEvent, WebhookRejection};
///
/// /// A handler that looks at refused deliveries itself.
/// async fn receive<E: WebhookEvent>(event: Result<Webhook<E>, WebhookRejection>) -> Response {
///     match event {
///         Ok(Webhook(received)) => format!("{} is known", received.name()).into_response(),
///         Err(rejection) => {
///             eprintln!("refused: {}", rejection.error());
///             rejection.into_response()
///         }
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookRejection(WebhookError);

impl WebhookRejection {
    /// Why the delivery was refused, in more words than the sender gets.
    pub fn error(&self) -> &WebhookError {
        &self.0
    }

    fn answer(&self) -> &'static str {
        match self.0.kind() {
            WebhookErrorKind::UnusableSecret => "The receiver is not set up.",
            WebhookErrorKind::MissingHeader
            | WebhookErrorKind::OutsideTolerance
            | WebhookErrorKind::WrongSignature => "The delivery could not be verified.",
            WebhookErrorKind::MalformedHeader => "The headers of the delivery cannot be read.",
            WebhookErrorKind::IncompleteBody => "The body of the delivery is incomplete.",
            WebhookErrorKind::Payload => "The payload of the delivery cannot be read.",
            WebhookErrorKind::BodyTooLarge => "The body of the delivery is too large.",
            WebhookErrorKind::Replayed => "The delivery was received already.",
        }
    }
}

impl From<WebhookError> for WebhookRejection {
    fn from(error: WebhookError) -> Self {
        Self(error)
    }
}

impl IntoResponse for WebhookRejection {
    fn into_response(self) -> Response {
        (self.0.status(), self.answer()).into_response()
    }
}

impl fmt::Display for WebhookRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for WebhookRejection {}
