//! From verified bytes to typed events.

use std::fmt;
use std::time::SystemTime;

use http::header::HeaderMap;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::memory::Entry;
use super::{Delivery, WebhookError, WebhookErrorKind};
use crate::wire::decode;

impl Delivery<'_> {
    /// Reads the event.
    ///
    /// # Errors
    ///
    /// [`WebhookErrorKind::Payload`](super::WebhookErrorKind::Payload) when the body is not what
    /// the document says of the event. The delivery is then released, see
    /// [`release`](Self::release).
    pub fn event<E: WebhookEvent>(&self) -> Result<Received<E>, WebhookError> {
        Received::read(self).inspect_err(|_| self.release())
    }
}

/// Where deliveries say what they are about; a generated crate carries one.
///
/// ```
/// use openapi_client_runtime::webhooks::{Envelope, FieldSource};
///
/// // X-Event-Id: e-1                {"event": {"type": "meeting.created", "at": "2026-01-01T.."}}
/// static ENVELOPE: Envelope = Envelope::new()
///     .name(FieldSource::Body("/event/type"))
///     .id(FieldSource::Header("X-Event-Id"))
///     .time(FieldSource::Body("/event/at"));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    name: Option<FieldSource>,
    id: Option<FieldSource>,
    time: Option<FieldSource>,
}

/// Where one fact of an envelope stands. [`Envelope`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldSource {
    /// In the body, at this JSON pointer (RFC 6901).
    Body(&'static str),
    /// In this header, which is not signed.
    Header(&'static str),
}

impl Envelope {
    /// An envelope that says nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            name: None,
            id: None,
            time: None,
        }
    }

    /// Where the name of the event stands.
    #[must_use]
    pub const fn name(mut self, place: FieldSource) -> Self {
        self.name = Some(place);
        self
    }

    /// Where the id of the event stands, by which repeats are known.
    #[must_use]
    pub const fn id(mut self, place: FieldSource) -> Self {
        self.id = Some(place);
        self
    }

    /// Where it stands when the event happened.
    #[must_use]
    pub const fn time(mut self, place: FieldSource) -> Self {
        self.time = Some(place);
        self
    }

    /// The id of a delivery's event, if its body can be read so far.
    pub(super) fn event_id(&self, delivery: &Delivery<'_>) -> Option<String> {
        let json = match self.id? {
            FieldSource::Body(_) => serde_json::from_slice(delivery.body()).ok()?,
            FieldSource::Header(_) => Value::Null,
        };
        self.id?.text(delivery.headers(), &json)
    }
}

impl FieldSource {
    /// A text, or a number as a text.
    fn text(self, headers: &HeaderMap, json: &Value) -> Option<String> {
        match self {
            Self::Header(name) => Some(headers.get(name)?.to_str().ok()?.to_owned()),
            Self::Body(pointer) => match json.pointer(pointer)? {
                Value::String(text) => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            },
        }
    }

    fn words(self) -> String {
        match self {
            Self::Header(name) => format!("the header `{name}`"),
            Self::Body(pointer) => format!("the member `{pointer}` of the body"),
        }
    }
}

/// The events of an API. A generated crate implements it for its `Event`.
///
/// ```
/// use openapi_client_runtime::http::header::HeaderMap;
/// use openapi_client_runtime::webhooks::{
///     Delivery, Envelope, Payload, FieldSource, UnknownEvent, WebhookError, WebhookEvent,
/// };
///
/// static ENVELOPE: Envelope = Envelope::new().name(FieldSource::Body("/type"));
///
/// #[derive(serde::Deserialize)]
/// struct Moved {
///     room: String,
/// }
///
/// enum Event {
///     Moved(Moved),
///     Unknown(UnknownEvent),
/// }
///
/// impl WebhookEvent for Event {
///     fn envelope() -> &'static Envelope {
///         &ENVELOPE
///     }
///
///     fn read(payload: Payload<'_>) -> Result<Self, WebhookError> {
///         match payload.name() {
///             "moved" => payload.decode().map(Self::Moved),
///             _ => Ok(Self::Unknown(payload.unknown())),
///         }
///     }
/// }
///
/// let headers = HeaderMap::new();
/// let delivery = Delivery::unverified(&headers, br#"{"type":"moved","room":"7"}"#);
/// match delivery.event::<Event>()?.into_event() {
///     Event::Moved(moved) => assert_eq!(moved.room, "7"),
///     Event::Unknown(event) => println!("ignored: {}", event.name()),
/// }
/// # Ok::<(), WebhookError>(())
/// ```
pub trait WebhookEvent: Sized {
    /// Where deliveries say what they are about.
    fn envelope() -> &'static Envelope;

    /// Reads the event that the payload names. A name that is not known is no error.
    ///
    /// # Errors
    ///
    /// [`WebhookErrorKind::Payload`] when the payload of a known event is not what the document
    /// says.
    fn read(payload: Payload<'_>) -> Result<Self, WebhookError>;
}

/// The body of a verified delivery, on its way to an event. [`WebhookEvent`] has an example.
pub struct Payload<'a> {
    name: &'a str,
    json: Value,
    body: &'a [u8],
}

impl Payload<'_> {
    /// The name of the event; empty where the API has one event only and does not name it.
    pub fn name(&self) -> &str {
        self.name
    }

    /// Reads the payload of a known event.
    ///
    /// # Errors
    ///
    /// [`WebhookErrorKind::Payload`], which names the member that does not fit and shows nothing
    /// of its value.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, WebhookError> {
        decode::json(self.body).map_err(|fault| {
            let text = format!("the event cannot be read: {}", fault.reason);
            WebhookError::new(WebhookErrorKind::Payload, text)
        })
    }

    /// Keeps an event that the document does not know.
    pub fn unknown(self) -> UnknownEvent {
        UnknownEvent {
            name: self.name.to_owned(),
            json: self.json,
        }
    }
}

impl fmt::Debug for Payload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payload")
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// An event that the document does not know, as it came.
///
/// ```
/// use openapi_client_runtime::webhooks::UnknownEvent;
///
/// fn report(event: &UnknownEvent) -> String {
///     let meeting = event.json().pointer("/meeting_id");
///     format!("`{}` of meeting {meeting:?} is not in the document", event.name())
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct UnknownEvent {
    name: String,
    json: Value,
}

impl UnknownEvent {
    /// The name of the event.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole payload.
    pub fn json(&self) -> &Value {
        &self.json
    }

    /// The whole payload.
    pub fn into_json(self) -> Value {
        self.json
    }
}

/// An event, with what its envelope says.
///
/// ```
/// use openapi_client_runtime::webhooks::Received;
///
/// /// `false`: answer the sender with an error, so that it repeats the delivery.
/// fn handled<E>(received: &Received<E>, work: impl FnOnce(&E) -> bool) -> bool {
///     println!("{} {}", received.name(), received.id().unwrap_or("without an id"));
///     let done = work(received.event());
///     if !done {
///         received.release();
///     }
///     done
/// }
/// ```
#[derive(Clone)]
pub struct Received<E> {
    event: E,
    name: String,
    id: Option<String>,
    time: Option<String>,
    sent: Option<SystemTime>,
    replay: Option<Entry>,
}

impl<E: WebhookEvent> Received<E> {
    pub(super) fn read(delivery: &Delivery<'_>) -> Result<Self, WebhookError> {
        let body = delivery.body();
        let json = decode::json::<Value>(body).map_err(|fault| {
            let text = format!("the delivery is no JSON: {}", fault.reason);
            WebhookError::new(WebhookErrorKind::Payload, text)
        })?;
        let envelope = E::envelope();
        let text = |place: Option<FieldSource>| place?.text(delivery.headers(), &json);
        let (id, time) = (text(envelope.id), text(envelope.time));
        let name = match envelope.name {
            None => String::new(),
            Some(place) => text(Some(place)).ok_or_else(|| {
                let text = format!(
                    "the delivery does not name its event: {} holds no text",
                    place.words()
                );
                WebhookError::new(WebhookErrorKind::Payload, text)
            })?,
        };
        let event = E::read(Payload {
            name: &name,
            json,
            body,
        })?;
        Ok(Self {
            event,
            name,
            id,
            time,
            sent: delivery.timestamp(),
            replay: delivery.replay.clone(),
        })
    }
}

impl<E> Received<E> {
    /// The event.
    pub fn event(&self) -> &E {
        &self.event
    }

    /// The event alone.
    pub fn into_event(self) -> E {
        self.event
    }

    /// The name of the event as it came; empty where the API has one event only and does not name
    /// it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of the event, by which a receiver can drop repeats; `None` where the document does
    /// not say where it stands, or it does not stand there.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// When the event happened, as the API writes it; `None` as with [`id`](Self::id).
    pub fn time(&self) -> Option<&str> {
        self.time.as_deref()
    }

    /// When the delivery was signed; `None` where the scheme signs no timestamp.
    pub fn sent_at(&self) -> Option<SystemTime> {
        self.sent
    }

    /// Lets a replay cache forget the delivery, so that its sender may repeat it: for a receiver
    /// that could not do its work.
    pub fn release(&self) {
        if let Some(entry) = &self.replay {
            entry.release();
        }
    }
}

impl<E: fmt::Debug> fmt::Debug for Received<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received")
            .field("event", &self.event)
            .field("id", &self.id)
            .field("time", &self.time)
            .field("sent_at", &self.sent)
            .finish_non_exhaustive()
    }
}
