//! Why a request is refused, and the answer that the document has for it.

use http::{HeaderName, StatusCode, header};
use serde_json::{Value, json};

pub(crate) use crate::reason::Reason;

use crate::api::{Api, Media, Operation, Response, Statuses};
use crate::challenge;
use crate::media;
use crate::reply::Reply;
use crate::stand_in;

/// The header of every refusal that says why, in words for whoever debugs a client.
pub(crate) const REASON: HeaderName = HeaderName::from_static("x-mock-refusal");

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) reason: Reason,
    /// What is wrong, where, and what would do.
    pub(crate) detail: String,
    /// The security scheme whose credential is at fault.
    pub(crate) scheme: Option<String>,
    pub(crate) headers: Vec<(HeaderName, String)>,
}

impl Refusal {
    pub(crate) fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: detail.into(),
            scheme: None,
            headers: Vec::new(),
        }
    }

    pub(crate) fn with_header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Says whose credential is at fault.
    pub(crate) fn about(mut self, scheme: &str) -> Self {
        self.scheme = Some(scheme.to_owned());
        self
    }

    /// What `x-refusal` calls this, the most precise name first.
    fn names(&self) -> impl Iterator<Item = String> {
        self.reason.names().flat_map(|name| {
            let precise = self
                .scheme
                .iter()
                .map(move |scheme| format!("{name}:{scheme}"));
            precise.chain([name.to_owned()])
        })
    }

    /// The answer, with a body of the shape that the document gives to this error.
    pub(crate) fn reply(&self, api: &Api, operation: Option<&Operation>) -> Reply {
        let (status, declared) = self.response(operation);
        let mut reply = match declared.or_else(|| usual(api, status)) {
            Some(response) => self.worded(api, status, response),
            None => Reply::json(status, "application/json", &self.plain(status)),
        };
        if let Some(response) = declared {
            stand_in::headers(api, response, &mut reply);
        }
        let why = format!("{}: {}", self.reason.name(), self.detail);
        reply.set(REASON, &media::header_text(&why));
        let tells = status == StatusCode::UNAUTHORIZED || self.reason == Reason::MissingScope;
        if tells {
            let challenges = challenge::refused(api, operation, self);
            reply.set(header::WWW_AUTHENTICATE, &challenges);
        }
        for (name, value) in &self.headers {
            reply.set(name.clone(), value);
        }
        reply
    }

    /// The status, and the response that the operation declares for it. One with an example made for
    /// this refusal wins.
    fn response<'a>(&self, operation: Option<&'a Operation>) -> (StatusCode, Option<&'a Response>) {
        let statuses = self.reason.statuses();
        let declared = operation.and_then(|operation| {
            self.made_for(operation).or_else(|| {
                let mut declared = statuses.iter();
                declared.find_map(|status| Some((*status, operation.response(*status)?)))
            })
        });
        let status = declared.map_or(statuses[0], |(status, _)| status);
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        (status, declared.map(|(_, response)| response))
    }

    fn made_for<'a>(&self, operation: &'a Operation) -> Option<(u16, &'a Response)> {
        self.names().find_map(|name| {
            operation.responses.iter().find_map(|response| {
                let Statuses::One(status) = response.status else {
                    return None;
                };
                let mut examples = response.media.iter().flat_map(|media| &media.examples);
                let answers = examples.any(|example| example.answers(&name));
                answers.then_some((status, response))
            })
        })
    }

    /// The error as a response shows it, as JSON if there is a choice.
    fn worded(&self, api: &Api, status: StatusCode, response: &Response) -> Reply {
        let json = |media: &&Media| media::is_json(&media.label);
        let media = response.media.iter().find(json);
        let Some(media) = media.or_else(|| response.media.first()) else {
            return Reply::empty(status);
        };
        match self.body(api, status, media) {
            Some(body) => Reply::written(status, &media.label, &body),
            None => Reply::empty(status),
        }
    }

    /// The declared example, saying what is wrong unless it was made to say just that; without an
    /// example, the simplest body that the schema takes.
    fn body(&self, api: &Api, status: StatusCode, media: &Media) -> Option<Value> {
        let Some((example, made_for)) = self.example(api, media) else {
            return self.composed(api, status, media);
        };
        if made_for && !self.reason.needs_detail() {
            return Some(example.clone());
        }
        let said = self.say(api, media, example);
        Some(said.unwrap_or_else(|| example.clone()))
    }

    /// The example that was made for this refusal, and else one that was made for none.
    fn example<'a>(&self, api: &Api, media: &'a Media) -> Option<(&'a Value, bool)> {
        let valid = || {
            let examples = media.examples.iter();
            examples.filter(|example| media.can_show(api, &example.value))
        };
        let mut names = self.names();
        let made_for = names.find_map(|name| valid().find(|example| example.answers(&name)));
        if let Some(example) = made_for {
            return Some((&example.value, true));
        }
        let general = valid().find(|example| example.refusals.is_empty());
        let example = general.or_else(|| valid().next())?;
        Some((&example.value, false))
    }

    /// An example with what is wrong in its member for messages, where that is a text.
    fn say(&self, api: &Api, media: &Media, example: &Value) -> Option<Value> {
        message_pointers(api).chain([""]).find_map(|pointer| {
            let mut body = example.clone();
            let message = body
                .pointer_mut(pointer)
                .filter(|value| value.is_string())?;
            *message = json!(self.detail);
            media.takes(api, &body).then_some(body)
        })
    }

    fn composed(&self, api: &Api, status: StatusCode, media: &Media) -> Option<Value> {
        let members = message_pointers(api).map(|pointer| {
            let tokens: Vec<_> = openapi_document::pointer::split(pointer).collect();
            let message = json!(self.detail);
            let tokens = tokens.into_iter().rev();
            tokens.fold(message, |inner, token| json!({ token: inner }))
        });
        let plain = [self.plain(status)].into_iter();
        let simplest = [json!(self.detail), json!({})];
        plain
            .chain(members)
            .chain(simplest)
            .find(|body| media.takes(api, body))
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

/// Where error bodies hold a message: as the document says, and where they usually do.
fn message_pointers(api: &Api) -> impl Iterator<Item = &str> {
    let declared = api.root["x-error-members"]["message"].as_array();
    let declared = declared.into_iter().flatten().filter_map(Value::as_str);
    declared.chain([
        "/message",
        "/detail",
        "/error_description",
        "/error/message",
        "/error",
    ])
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use http::header;
    use serde_json::{Value, json};

    use super::{REASON, Reason, Refusal};
    use crate::api::Api;
    use crate::reply::Reply;

    fn api(responses: &Value) -> Api {
        Api::new(&Arc::new(json!({
            "info": {"title": "Pets", "version": "1"},
            "paths": {"/a": {"get": {"responses": responses}}},
        })))
    }

    fn answer(responses: &Value, refusal: &Refusal) -> (u16, Value, Reply) {
        let api = api(responses);
        let reply = refusal.reply(&api, Some(&api.operations[0]));
        let body = serde_json::from_slice(&reply.body).unwrap_or_default();
        (reply.status.as_u16(), body, reply)
    }

    fn error(examples: &Value) -> Value {
        json!({"content": {"application/json": {"examples": examples}}})
    }

    #[test]
    fn the_example_that_was_made_for_a_refusal_answers_it() {
        let responses = json!({
            "401": error(&json!({
                "none": {"value": {"code": "no_key"}, "x-refusal": "missing-credentials"},
                "bad": {"value": {"code": "bad_key"}, "x-refusal": ["wrong-credentials"]},
            })),
            "403": error(&json!({
                "old": {"value": {"code": "gone"}, "x-refusal": "revoked-credentials"},
            })),
        });
        for (reason, status, code) in [
            (Reason::MissingCredentials, 401, "no_key"),
            (Reason::WrongCredentials, 401, "bad_key"),
            (Reason::ExpiredCredentials, 401, "bad_key"),
            (Reason::RevokedCredentials, 403, "gone"),
        ] {
            let (found, body, _) = answer(&responses, &Refusal::new(reason, "why"));
            assert_eq!((found, body), (status, json!({"code": code})), "{reason:?}");
        }
    }

    #[test]
    fn an_example_may_be_about_one_scheme_of_several() {
        let responses = json!({"401": error(&json!({
            "any": {"value": {"code": "no_login"}, "x-refusal": "missing-credentials"},
            "client": {"value": {"code": "no_client"}, "x-refusal": "missing-credentials:client"},
        }))});
        for (scheme, code) in [("client", "no_client"), ("key", "no_login")] {
            let refusal = Refusal::new(Reason::MissingCredentials, "why").about(scheme);
            let (_, body, _) = answer(&responses, &refusal);
            assert_eq!(body, json!({ "code": code }), "{scheme}");
        }
    }

    #[test]
    fn an_example_that_says_something_else_is_reworded() {
        let responses = json!({"409": error(&json!({
            "locked": {"value": {"message": "It is locked.", "code": 1}},
        }))});
        let (status, body, reply) = answer(&responses, &Refusal::new(Reason::Conflict, "taken"));
        assert_eq!(status, 409);
        assert_eq!(body, json!({"message": "taken", "code": 1}));
        assert_eq!(reply.headers[REASON], "conflict: taken");
    }

    #[test]
    fn what_is_no_text_keeps_its_shape() {
        let shape = json!({"message": {"received": "a/b"}});
        let responses = json!({"406": error(&json!({"one": {"value": shape}}))});
        let (_, body, _) = answer(&responses, &Refusal::new(Reason::NotAcceptable, "no"));
        assert_eq!(body, shape);
    }

    #[test]
    fn without_an_example_the_schema_decides() {
        let schema = json!({"type": "object", "required": ["error"], "additionalProperties": false,
            "properties": {"error": {"type": "object", "required": ["message"]}}});
        let responses = json!({"400": {"content": {"application/json": {"schema": schema}}}});
        let (_, body, _) = answer(&responses, &Refusal::new(Reason::InvalidRequest, "no"));
        assert_eq!(body, json!({"error": {"message": "no"}}));
    }

    #[test]
    fn declared_and_own_headers_are_set() {
        let responses = json!({"429": {"headers": {"X-Limit": {"example": 5}}}});
        let refusal = Refusal::new(Reason::RateLimited, "slow down");
        let (_, _, reply) = answer(&responses, &refusal.with_header(header::RETRY_AFTER, "3"));
        assert_eq!(reply.headers["x-limit"], "5");
        assert_eq!(reply.headers[header::RETRY_AFTER], "3");
        assert!(reply.body.is_empty());
    }
}
