//! Why a request is refused, and the answer that the document has for it.

use http::{HeaderName, StatusCode, header};
use serde_json::{Value, json};

use crate::api::{Api, Media, Operation, Response, Statuses};
use crate::media;
use crate::reply::Reply;

/// The header of every refusal that says why, in words for whoever debugs a client.
pub(crate) const REASON: HeaderName = HeaderName::from_static("x-mock-refusal");

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) reason: Reason,
    /// What is wrong, where, and what would do.
    pub(crate) detail: String,
    pub(crate) headers: Vec<(HeaderName, String)>,
}

/// The names that `x-refusal` takes, and the statuses that stand for them, the usual one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    UnknownPath,
    MethodNotAllowed,
    InvalidRequest,
    UnsupportedMediaType,
    NotAcceptable,
    TooLarge,
    MissingCredentials,
    WrongCredentials,
    ExpiredCredentials,
    RevokedCredentials,
    MissingScope,
    MissingFeature,
    Untrusted,
    RateLimited,
    NotFound,
    Conflict,
}

impl Reason {
    /// As `x-refusal` and the access log call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::UnknownPath => "unknown-path",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::InvalidRequest => "invalid-request",
            Self::UnsupportedMediaType => "unsupported-media-type",
            Self::NotAcceptable => "not-acceptable",
            Self::TooLarge => "too-large",
            Self::MissingCredentials => "missing-credentials",
            Self::WrongCredentials => "wrong-credentials",
            Self::ExpiredCredentials => "expired-credentials",
            Self::RevokedCredentials => "revoked-credentials",
            Self::MissingScope => "missing-scope",
            Self::MissingFeature => "missing-feature",
            Self::Untrusted => "untrusted",
            Self::RateLimited => "rate-limited",
            Self::NotFound => "not-found",
            Self::Conflict => "conflict",
        }
    }

    /// The first of these that an operation declares is the status of its answer; the first of all
    /// where it declares none.
    fn statuses(self) -> &'static [u16] {
        match self {
            Self::UnknownPath => &[404],
            Self::MethodNotAllowed => &[405],
            Self::InvalidRequest => &[400, 422],
            Self::UnsupportedMediaType => &[415, 406, 400],
            Self::NotAcceptable => &[406, 415, 400],
            Self::TooLarge => &[413, 400],
            Self::MissingCredentials
            | Self::WrongCredentials
            | Self::ExpiredCredentials
            | Self::RevokedCredentials => &[401, 403],
            Self::MissingScope | Self::MissingFeature | Self::Untrusted => &[403, 401],
            Self::RateLimited => &[429],
            Self::NotFound => &[404, 410],
            Self::Conflict => &[409, 400, 422],
        }
    }

    /// Whether the caller has to be told what exactly is wrong with the request.
    fn needs_detail(self) -> bool {
        matches!(
            self,
            Self::UnknownPath
                | Self::MethodNotAllowed
                | Self::InvalidRequest
                | Self::UnsupportedMediaType
                | Self::NotAcceptable
                | Self::TooLarge
        )
    }
}

impl Refusal {
    pub(crate) fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: detail.into(),
            headers: Vec::new(),
        }
    }

    pub(crate) fn with_header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The answer, with a body of the shape that the document gives to this error.
    pub(crate) fn reply(&self, api: &Api, operation: Option<&Operation>) -> Reply {
        let (status, response) = self.response(operation);
        let response = response.or_else(|| usual(api, status));
        let mut reply = match response.map(|response| self.body(api, response)) {
            Some(Some((name, body))) => Reply::json(status, &name, &body),
            // Declared without a body.
            Some(None) => Reply::empty(status),
            None => Reply::json(status, "application/json", &self.plain(status)),
        };
        reply.set(
            REASON,
            &media::one_line(&format!("{}: {}", self.reason.name(), self.detail)),
        );
        for (name, value) in &self.headers {
            reply.set(name.clone(), value);
        }
        if status == StatusCode::UNAUTHORIZED
            && !reply.headers.contains_key(header::WWW_AUTHENTICATE)
        {
            reply.set(header::WWW_AUTHENTICATE, "Bearer");
        }
        reply
    }

    /// The status, and the response that the operation declares for it. One with an example made for
    /// this refusal wins.
    fn response<'a>(&self, operation: Option<&'a Operation>) -> (StatusCode, Option<&'a Response>) {
        let responses = operation.map_or(&[][..], |operation| &operation.responses);
        let made_for = responses.iter().find_map(|response| {
            let Statuses::One(status) = response.status else {
                return None;
            };
            let media = response.media.iter();
            let mut examples = media.flat_map(|media| &media.examples);
            let answers = examples.any(|example| {
                let mut refusals = example.refusals.iter();
                refusals.any(|refusal| refusal == self.reason.name())
            });
            answers.then_some((status, response))
        });
        let statuses = self.reason.statuses();
        let declared = || {
            statuses.iter().find_map(|status| {
                let response = operation?.response(*status)?;
                Some((*status, response))
            })
        };
        let (status, response) = match made_for.or_else(declared) {
            Some((status, response)) => (status, Some(response)),
            None => (statuses[0], None),
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        (status, response)
    }

    /// A body as the response shows it, saying what is wrong; nothing where it has none.
    fn body(&self, api: &Api, response: &Response) -> Option<(String, Value)> {
        let media = response
            .media
            .iter()
            .find(|media| media::is_json(&media.name))?;
        let mut body = self.example(media).unwrap_or(Value::Null);
        if self.reason.needs_detail() || body.is_null() {
            let said = self.say(api, media, &body);
            body = said.unwrap_or(body);
        }
        Some((media.name.clone(), body))
    }

    fn example(&self, media: &Media) -> Option<Value> {
        let made_for = media.examples.iter().find(|example| {
            let mut refusals = example.refusals.iter();
            refusals.any(|refusal| refusal == self.reason.name())
        });
        let example = made_for.or_else(|| media.examples.first())?;
        Some(example.value.clone())
    }

    /// The body with what is wrong in the member for messages, if the schema takes that.
    fn say(&self, api: &Api, media: &Media, body: &Value) -> Option<Value> {
        let pointers = api.root["x-error-members"]["message"].as_array();
        let named = pointers.into_iter().flatten().filter_map(Value::as_str);
        let usual = [
            "/message",
            "/detail",
            "/error_description",
            "/error/message",
            "/error",
        ];
        named.chain(usual).find_map(|pointer| {
            let mut body = body.clone();
            *body.pointer_mut(pointer)? = json!(self.detail);
            let valid = match &media.schema {
                Some(schema) => schema.is_valid(&api.root, &body),
                None => true,
            };
            valid.then_some(body)
        })
    }

    /// What to say where the document has no error of any shape.
    fn plain(&self, status: StatusCode) -> Value {
        json!({
            "status": status.as_u16(),
            "error": self.reason.name(),
            "message": self.detail,
        })
    }
}

/// The response that other operations declare for a status, or for any client error: so even a path
/// that nobody declares is answered in the API's own shape.
fn usual(api: &Api, status: StatusCode) -> Option<&Response> {
    let all = || {
        api.operations
            .iter()
            .flat_map(|operation| &operation.responses)
    };
    let same = all().find(|response| response.status == Statuses::One(status.as_u16()));
    let has_body = |response: &&Response| !response.media.is_empty();
    same.filter(has_body).or_else(|| {
        all().find(|response| {
            let client_error = match response.status {
                Statuses::One(status) => (400..500).contains(&status),
                Statuses::Class(class) => class == 4,
                Statuses::Default => false,
            };
            client_error && has_body(response)
        })
    })
}
