//! Replies as they leave.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::Value;

use crate::media;
use crate::writing;

/// The header of replies that are not all that the API would do.
pub(crate) const NOTE: HeaderName = HeaderName::from_static("x-mock-note");

#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) delivery: Delivery,
}

/// How a reply gets to the client: at once and whole, unless faults say otherwise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Delivery {
    /// The body leaves in pieces, each after this time.
    pub(crate) pause: Option<Duration>,
    /// The connection ends in the middle of the body.
    pub(crate) cut: bool,
    /// The length of the body is not announced.
    pub(crate) chunked: bool,
    /// Nothing is sent.
    pub(crate) hang_up: Option<HangUp>,
}

/// How a connection ends without a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HangUp {
    /// As after a last reply.
    Close,
    /// With a reset (RST).
    Reset,
}

impl Reply {
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            delivery: Delivery::default(),
        }
    }

    /// No reply: the connection ends.
    pub(crate) fn hang_up(how: HangUp) -> Self {
        let mut reply = Self::empty(StatusCode::SERVICE_UNAVAILABLE);
        reply.delivery.hang_up = Some(how);
        reply
    }

    pub(crate) fn with_body(status: StatusCode, media: &str, body: impl Into<Bytes>) -> Self {
        let mut reply = Self::empty(status);
        reply.set(header::CONTENT_TYPE, media);
        reply.body = body.into();
        reply
    }

    pub(crate) fn json(status: StatusCode, media: &str, body: &Value) -> Self {
        Self::with_body(status, media, body.to_string())
    }

    /// A body of a media type, or JSON where it cannot be written so.
    pub(crate) fn written(status: StatusCode, media: &str, body: &Value) -> Self {
        match writing::written(media, body) {
            Some(text) => Self::with_body(status, media, text),
            None => Self::json(status, "application/json", body),
        }
    }

    /// Sets a header; a value that cannot stand in one is left out.
    pub(crate) fn set(&mut self, name: HeaderName, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
    }

    /// Says something to a person who reads the reply; several notes stand in one header.
    pub(crate) fn note(&mut self, text: &str) {
        let text = media::header_text(text);
        let held = self.headers.get(NOTE).and_then(|value| value.to_str().ok());
        let all = held.map_or_else(|| text.clone(), |held| format!("{held}; {text}"));
        self.set(NOTE, &all);
    }

    /// The `Content-Type`; empty where there is none.
    pub(crate) fn media(&self) -> &str {
        let value = self.headers.get(header::CONTENT_TYPE);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The status, unless nothing is sent.
    pub(crate) fn sent_status(&self) -> Option<u16> {
        self.delivery
            .hang_up
            .is_none()
            .then_some(self.status.as_u16())
    }
}

/// Statuses whose replies have no body (RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5).
pub(crate) fn bodiless(status: StatusCode) -> bool {
    matches!(status.as_u16(), 204 | 205 | 304)
}
