//! What a mock answers to a request that it takes.

use bytes::Bytes;
use http::{HeaderName, StatusCode, header};
use serde_json::Value;

use crate::api::{Api, Media, Response};
use crate::call::Call;
use crate::challenge;
use crate::change::Change;
use crate::negotiation::Accept;
use crate::refusal::{Reason, Refusal};
use crate::reply::{Reply, bodiless};
use crate::retry_after;
use crate::stand_in;
use crate::writing;

/// An answer before it is written down in a media type.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Nothing where the answer has no body, or where the declared example shall stand in.
    pub(crate) body: Option<Value>,
    /// A body that is written as it is, in place of the other.
    pub(crate) bytes: Option<Bytes>,
    /// The declared media type that the body is written in; the one that the client wants where
    /// nothing is said.
    pub(crate) media: Option<String>,
    pub(crate) headers: Vec<(HeaderName, String)>,
    /// What the call changed.
    pub(crate) changes: Vec<Change>,
    /// What a person should know who takes the answer for that of the API.
    pub(crate) notes: Vec<String>,
}

impl Answer {
    pub(crate) fn status(status: u16) -> Self {
        Self {
            status,
            body: None,
            bytes: None,
            media: None,
            headers: Vec::new(),
            changes: Vec::new(),
            notes: Vec::new(),
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
        for note in &self.notes {
            reply.note(note);
        }
        retry_after::follow(api, &mut reply);
        Ok(reply)
    }

    /// Whether the client takes a media type that this can be written in.
    pub(crate) fn check_media(&self, api: &Api, call: &Call<'_>) -> Result<(), Refusal> {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        if let Some(response) = call.operation.response(self.status) {
            self.preferred(api, status, response, &Accept::of(call.request))?;
        }
        Ok(())
    }

    fn declared(
        &self,
        api: &Api,
        call: &Call<'_>,
        status: StatusCode,
        response: &Response,
    ) -> Result<Reply, Refusal> {
        let accept = Accept::of(call.request);
        let mut reply = if let Some(media) = self.preferred(api, status, response, &accept)? {
            self.written(api, status, media, &accept)
        } else {
            Reply::empty(status)
        };
        stand_in::headers(api, response, &mut reply);
        Ok(reply)
    }

    /// The media type of the body; none where there is no body.
    fn preferred<'a>(
        &self,
        api: &Api,
        status: StatusCode,
        response: &'a Response,
        accept: &Accept,
    ) -> Result<Option<&'a Media>, Refusal> {
        let declared = &response.media;
        if declared.is_empty() || bodiless(status) {
            return Ok(None);
        }
        if let Some(wanted) = &self.media {
            return Ok(declared.iter().find(|media| media.name == *wanted));
        }
        let writable = |media: &&Media| {
            let body = self.body_in(api, media).filter(|_| self.bytes.is_none());
            body.is_none_or(|body| writing::written(&media.label, body).is_some())
        };
        let writable: Vec<&Media> = declared.iter().filter(writable).collect();
        if writable.is_empty() && status.as_u16() < 400 {
            return Err(unwritable(declared));
        }
        accept.negotiated(status, &writable)
    }

    /// The body as a media type has it: its own where that fits, else what stands in for it.
    fn body_in<'a>(&'a self, api: &Api, media: &'a Media) -> Option<&'a Value> {
        let known = self.body.as_ref().filter(|body| media.can_show(api, body));
        known.or_else(|| stand_in::body(api, media, self.status))
    }

    fn written(&self, api: &Api, status: StatusCode, media: &Media, accept: &Accept) -> Reply {
        let name = accept.concrete(&media.label);
        if let Some(bytes) = &self.bytes {
            return Reply::with_body(status, &name, bytes.clone());
        }
        if let Some(body) = self.body_in(api, media) {
            return Reply::written(status, &name, body);
        }
        let mut reply = Reply::empty(status);
        reply.set(header::CONTENT_TYPE, &name);
        reply
    }
}

/// The refusal where values would have to be written in formats that this server does not know.
fn unwritable(declared: &[Media]) -> Refusal {
    let names: Vec<&str> = declared.iter().map(|media| &*media.label).collect();
    let detail = format!(
        "this server cannot write an object as {}; give the document an example that is a text",
        names.join(" or ")
    );
    Refusal::new(Reason::NotAcceptable, detail)
}
