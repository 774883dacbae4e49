//! What a mock answers to a request that it takes.

use http::{HeaderName, StatusCode, header};
use serde_json::Value;

use crate::api::{Api, Media};
use crate::call::Call;
use crate::change::Change;
use crate::media;
use crate::reply::Reply;

/// An answer before it is written down in a media type.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Nothing where the answer has no body, or where the declared example shall stand in.
    pub(crate) body: Option<Value>,
    pub(crate) headers: Vec<(HeaderName, String)>,
    /// What the call changed.
    pub(crate) changes: Vec<Change>,
}

impl Answer {
    pub(crate) fn status(status: u16) -> Self {
        Self {
            status,
            body: None,
            headers: Vec::new(),
            changes: Vec::new(),
        }
    }

    /// The reply in the media type that `accept` prefers of those declared for the status.
    pub(crate) fn reply(&self, api: &Api, call: &Call<'_>) -> Reply {
        let accept = call.request.header("accept");
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let declared = call.operation.response(self.status);
        let media = declared.and_then(|response| preferred(&response.media, accept));
        let mut reply = match media {
            Some(media) => self.written(api, status, media),
            None => Reply::empty(status),
        };
        for declared in declared.into_iter().flat_map(|response| &response.headers) {
            let name = HeaderName::from_bytes(declared.name.as_bytes());
            if let (Ok(name), Some(example)) = (name, &declared.example) {
                reply.set(name, &plain_text(example));
            }
        }
        for (name, value) in &self.headers {
            reply.set(name.clone(), value);
        }
        reply
    }

    fn written(&self, api: &Api, status: StatusCode, media: &Media) -> Reply {
        let valid = |body: &&Value| match &media.schema {
            Some(schema) => schema.is_valid(&api.root, body),
            None => true,
        };
        let shown = media.examples.first().map(|example| &example.value);
        match self.body.as_ref().filter(valid).or(shown) {
            Some(body) if media::is_json(&media.name) => Reply::json(status, &media.name, body),
            Some(body) => Reply::with_body(status, &media.name, plain_text(body)),
            None => {
                let mut reply = Reply::empty(status);
                reply.set(header::CONTENT_TYPE, &media.name);
                reply
            }
        }
    }
}

/// The first declared media type that `Accept` takes; the first of all where it takes none.
fn preferred<'a>(declared: &'a [Media], accept: Option<&str>) -> Option<&'a Media> {
    let ranges = accept.unwrap_or("*/*").split(',');
    let wanted = ranges.into_iter().find_map(|range| {
        declared
            .iter()
            .find(|media| media::fits(range, &media.name))
    });
    wanted.or_else(|| declared.first())
}

fn plain_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
