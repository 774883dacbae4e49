//! What a server answers, or does instead.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use openapi_client_runtime::HttpResponse;
use serde::Deserialize;
use serde_json::Value;

use crate::recorder::Reply;

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Told {
    #[serde(default)]
    pub(super) status: u16,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    r#type: Option<String>,
    #[serde(default, deserialize_with = "super::some")]
    pub(super) json: Option<Value>,
    pub(super) text: Option<String>,
    latin1: Option<String>,
    base64: Option<String>,
    cut: Option<usize>,
    pub(super) fault: Option<Fault>,
    #[serde(default)]
    pub(super) after_ms: u64,
}

/// What happens in place of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Fault {
    /// Nobody listens.
    Refused,
    /// The connection ends after the request was read.
    Closed,
    /// Nothing comes, for ever.
    Silence,
}

impl Told {
    pub(super) fn no_content() -> Self {
        Self {
            status: 204,
            ..Self::default()
        }
    }

    /// For a server.
    pub(super) fn reply(&self) -> Reply {
        let mut reply = Reply::new(self.status);
        for (name, value) in &self.headers {
            reply = reply.header(name, value);
        }
        let (usual, body) = self.body();
        if let Some(media_type) = self.r#type.as_deref().or(usual) {
            reply = reply.header("Content-Type", media_type);
        }
        reply.body = body;
        reply.cut = self.cut;
        reply.closes_silently = self.fault == Some(Fault::Closed);
        reply
    }

    /// For a middleware that answers in place of a server.
    pub(super) fn response(&self) -> Result<HttpResponse, String> {
        let reply = self.reply();
        let mut response = http::Response::builder().status(reply.status);
        for (name, value) in &reply.headers {
            response = response.header(name, value);
        }
        let response = response
            .body(reply.body)
            .map_err(|error| error.to_string())?;
        Ok(response.into())
    }

    fn body(&self) -> (Option<&'static str>, Vec<u8>) {
        if let Some(json) = &self.json {
            return (Some("application/json"), json.to_string().into_bytes());
        }
        let latin1 = |text: &String| text.chars().map(|c| u8::try_from(c).unwrap()).collect();
        let bytes = match (&self.text, &self.latin1, &self.base64) {
            (Some(text), ..) => text.clone().into_bytes(),
            (_, Some(text), _) => latin1(text),
            (_, _, Some(text)) => STANDARD.decode(text).unwrap(),
            _ => Vec::new(),
        };
        (None, bytes)
    }
}
