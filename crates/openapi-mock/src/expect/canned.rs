//! Replies that a test writes down.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

use crate::api::{Api, Media, Operation};
use crate::media;
use crate::reply::Reply;

/// A reply of a test's own making, for [`Expectation::reply`](crate::Expectation::reply) and
/// [`Expectation::respond_with`](crate::Expectation::respond_with).
///
/// ```
/// use openapi_mock::CannedReply;
/// use serde_json::json;
///
/// let reply = CannedReply::new(200).json(json!({"name": "Rex"})).header("ETag", "\"7\"");
/// # let _ = reply;
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct CannedReply {
    status: u16,
    body: Body,
    headers: Vec<(String, String)>,
}

#[derive(Debug, Clone)]
enum Body {
    Empty,
    Json(Value),
    Raw { media: String, bytes: Bytes },
}

impl CannedReply {
    /// A reply without a body.
    pub fn new(status: u16) -> Self {
        Self {
            status,
            body: Body::Empty,
            headers: Vec::new(),
        }
    }

    /// Sets a JSON body. Its media type is the one that the document declares for the status.
    pub fn json(mut self, body: impl Into<Value>) -> Self {
        self.body = Body::Json(body.into());
        self
    }

    /// Sets a body of another media type.
    pub fn body(mut self, media: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.body = Body::Raw {
            media: media.to_owned(),
            bytes: bytes.into().into(),
        };
        self
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// What the document says against this as an answer of an operation.
    pub(crate) fn check(&self, api: &Api, operation: &Operation) -> Result<(), String> {
        self.check_form()?;
        let Some(response) = operation.response(self.status) else {
            return Err(format!(
                "the document declares no status {}, only {}",
                self.status,
                operation.declared_statuses()
            ));
        };
        let declared: Vec<&str> = response.media.iter().map(|media| &*media.name).collect();
        match &self.body {
            Body::Empty if declared.is_empty() => Ok(()),
            Body::Empty => Err(format!(
                "the status {} has a body of {}",
                self.status,
                declared.join(" or ")
            )),
            _ if declared.is_empty() => Err(format!(
                "the document declares no body for the status {}",
                self.status
            )),
            Body::Json(body) => {
                let json = response.media.iter().find(|m| media::is_json(&m.label));
                let media = json.ok_or_else(|| self.other_media("JSON", &declared))?;
                check_json(api, media, body)
            }
            Body::Raw { media, .. } => {
                let fits = declared.iter().any(|range| media::fits(range, media));
                fits.then_some(())
                    .ok_or_else(|| self.other_media(media, &declared))
            }
        }
    }

    /// What cannot leave a server at all.
    fn check_form(&self) -> Result<(), String> {
        if !(200..600).contains(&self.status) {
            return Err(format!(
                "{} is no status of a reply; take one from 200 to 599",
                self.status
            ));
        }
        let unusable = self.headers.iter().find(|(name, value)| {
            HeaderName::try_from(name).is_err() || HeaderValue::try_from(value).is_err()
        });
        match unusable {
            Some((name, _)) => Err(format!("`{}` is no header", name.escape_debug())),
            None => Ok(()),
        }
    }

    fn other_media(&self, given: &str, declared: &[&str]) -> String {
        format!(
            "the body of the status {} is {}, not {given}",
            self.status,
            declared.join(" or ")
        )
    }

    pub(crate) fn reply(&self, operation: &Operation) -> Reply {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut reply = match &self.body {
            Body::Empty => Reply::empty(status),
            Body::Json(body) => Reply::json(status, json_media(operation, self.status), body),
            Body::Raw { media, bytes } => Reply::with_body(status, media, bytes.clone()),
        };
        for (name, value) in &self.headers {
            if let Ok(name) = HeaderName::try_from(name) {
                reply.set(name, value);
            }
        }
        reply
    }
}

fn check_json(api: &Api, media: &Media, body: &Value) -> Result<(), String> {
    let Some(schema) = &media.schema else {
        return Ok(());
    };
    let violations = schema.violations(&api.spec, body);
    if violations.is_empty() {
        return Ok(());
    }
    let told = violations.iter().map(|violation| {
        let at = &violation.at;
        format!("body {at}: {}", violation.what)
    });
    Err(told.collect::<Vec<_>>().join("; "))
}

fn json_media(operation: &Operation, status: u16) -> &str {
    let declared = operation
        .response(status)
        .map_or(&[][..], |response| &response.media);
    let json = declared.iter().find(|media| media::is_json(&media.label));
    json.map_or("application/json", |media| &media.label)
}
