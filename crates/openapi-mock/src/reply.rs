//! Replies as they leave.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::Value;

#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
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

    /// Sets a header; a value that cannot stand in one is left out.
    pub(crate) fn set(&mut self, name: HeaderName, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
    }
}
