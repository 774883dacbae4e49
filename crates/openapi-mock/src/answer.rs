//! What a mock answers to a request that it takes.

use http::{HeaderName, StatusCode, header};
use serde_json::Value;

use crate::api::{Api, Media, Response};
use crate::call::Call;
use crate::challenge;
use crate::change::Change;
use crate::media;
use crate::negotiation::Accept;
use crate::refusal::Refusal;
use crate::reply::{Reply, bodiless};
use crate::stand_in;

/// An answer before it is written down in a media type.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Nothing where the answer has no body, or where the declared example shall stand in.
    pub(crate) body: Option<Value>,
    /// The declared media type that the body is written in; the one that the client wants where
    /// nothing is said.
    pub(crate) media: Option<String>,
    pub(crate) headers: Vec<(HeaderName, String)>,
    /// What the call changed.
    pub(crate) changes: Vec<Change>,
}

impl Answer {
    pub(crate) fn status(status: u16) -> Self {
        Self {
            status,
            body: None,
            media: None,
            headers: Vec::new(),
            changes: Vec::new(),
        }
    }

    /// The reply, as the document describes it for the status. A body that its schema refuses
    /// never leaves: the declared example stands in.
    pub(crate) fn reply(&self, api: &Api, call: &Call<'_>) -> Result<Reply, Refusal> {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let mut reply = match call.operation.response(self.status) {
            Some(response) => self.declared(api, call, status, response)?,
            None => match &self.body {
                Some(body) => Reply::json(status, "application/json", body),
                None => Reply::empty(status),
            },
        };
        if status == StatusCode::UNAUTHORIZED {
            let challenges = challenge::missing(api, call.operation);
            reply.set(header::WWW_AUTHENTICATE, &challenges);
        }
        for (name, value) in &self.headers {
            reply.set(name.clone(), value);
        }
        Ok(reply)
    }

    fn declared(
        &self,
        api: &Api,
        call: &Call<'_>,
        status: StatusCode,
        response: &Response,
    ) -> Result<Reply, Refusal> {
        let accept = Accept::of(call.request);
        let mut reply = match self.preferred(status, response, &accept)? {
            Some(media) => self.written(api, status, media, &accept),
            None => Reply::empty(status),
        };
        stand_in::headers(api, response, &mut reply);
        Ok(reply)
    }

    /// The media type of the body; none where there is no body.
    fn preferred<'a>(
        &self,
        status: StatusCode,
        response: &'a Response,
        accept: &Accept,
    ) -> Result<Option<&'a Media>, Refusal> {
        let declared = &response.media;
        if declared.is_empty() || bodiless(status) {
            return Ok(None);
        }
        match &self.media {
            Some(wanted) => Ok(declared.iter().find(|media| media.name == *wanted)),
            None => accept.negotiated(status, declared),
        }
    }

    fn written(&self, api: &Api, status: StatusCode, media: &Media, accept: &Accept) -> Reply {
        let known = self.body.as_ref().filter(|body| media.takes(api, body));
        let body = known.or_else(|| stand_in::body(api, media, self.status));
        let name = accept.concrete(&media.name);
        match body {
            Some(body) if media::is_json(&name) => Reply::json(status, &name, body),
            Some(body) => Reply::with_body(status, &name, media::plain_text(body)),
            None => {
                let mut reply = Reply::empty(status);
                reply.set(header::CONTENT_TYPE, &name);
                reply
            }
        }
    }
}
