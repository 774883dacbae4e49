//! Why a request is refused, and the answer that the document has for it.

mod wording;

use http::{HeaderName, StatusCode, header};
use openapi_document::model::StatusKey;

pub(crate) use crate::reason::Reason;

use crate::api::{Api, Media, Operation, Response};
use crate::challenge;
use crate::media;
use crate::reply::Reply;
use crate::retry_after;
use crate::stand_in;

/// The header of every refusal that says why, in words for whoever debugs a client.
pub(crate) const REASON: HeaderName = HeaderName::from_static("x-mock-refusal");

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) reason: Reason,
    /// What is wrong, where, and what would do.
    pub(crate) detail: String,
    /// More precise than the reason, where that can be told: a reason, and the security scheme,
    /// parameter or member that it is about.
    pub(crate) causes: Vec<(Reason, Option<String>)>,
    pub(crate) headers: Vec<(HeaderName, String)>,
}

impl Refusal {
    pub(crate) fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: detail.into(),
            causes: Vec::new(),
            headers: Vec::new(),
        }
    }

    pub(crate) fn with_header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Says which security scheme, parameter or member is at fault.
    pub(crate) fn about(mut self, what: &str) -> Self {
        self.causes.push((self.reason, Some(what.to_owned())));
        self
    }

    /// What `x-refusal` calls this, the most precise names first.
    pub(crate) fn names(&self) -> impl Iterator<Item = String> {
        let precise = self.causes.iter().flat_map(|(reason, about)| {
            let about = about.iter();
            about.flat_map(|about| reason.names().map(move |name| format!("{name}:{about}")))
        });
        let causes = self.causes.iter().map(|(reason, _)| *reason);
        let plain = causes.chain([self.reason]).flat_map(Reason::names);
        precise.chain(plain.map(str::to_owned))
    }

    /// The answer, with a body of the shape that the document gives to this error.
    pub(crate) fn reply(&self, api: &Api, operation: Option<&Operation>) -> Reply {
        let (status, declared) = self.response(operation);
        let mut reply = match declared {
            Some(response) => self.worded(api, status, response),
            None => self.undeclared(api, status),
        };
        if let Some(response) = declared {
            stand_in::headers(api, response, &mut reply);
            // It is about what happens next, which no example knows.
            reply.headers.remove(header::RETRY_AFTER);
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
        retry_after::agree(api, &mut reply);
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
                let StatusKey::Code(status) = response.status else {
                    return None;
                };
                let mut examples = response.media.iter().flat_map(Media::examples);
                let answers = examples.any(|example| example.answers(&name));
                answers.then_some((status, response))
            })
        })
    }
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

    /// A code per refusal, each in a response of its own; none for methods and sizes.
    fn coded(known: &[Reason]) -> Api {
        let error = |name: &str, reason: &str| {
            json!({"get": {"responses": {"400": error(&json!({
                "one": {"value": {"code": name, "text": "As the document says."}, "x-refusal": reason},
            }))}}})
        };
        let paths = known.iter().map(|reason| {
            let name = reason.name();
            (format!("/{name}"), error(name, name))
        });
        let paths: serde_json::Map<_, _> = paths.collect();
        Api::new(&Arc::new(json!({
            "x-error-members": {"code": ["/code"], "message": ["/text"]}, "paths": paths,
        })))
    }

    #[test]
    fn no_refusal_has_the_code_of_another() {
        let unknown = [Reason::MethodNotAllowed, Reason::TooLarge, Reason::Inactive];
        let known: Vec<Reason> = Reason::ALL
            .into_iter()
            .filter(|one| !unknown.contains(one))
            .collect();
        let api = coded(&known);
        let nowhere = std::iter::once(None);
        for operation in nowhere.chain(api.operations.iter().map(Some)) {
            for reason in Reason::ALL {
                let reply = Refusal::new(reason, "why").reply(&api, operation);
                let body: Value = serde_json::from_slice(&reply.body).unwrap();
                let own = reason.name().replace('-', "_");
                let mut names = reason.names();
                let fits = if unknown.contains(&reason) {
                    body["code"] == own
                } else {
                    names.any(|name| body["code"] == name)
                };
                assert!(fits, "{reason:?}: {body}");
                let told = if reason.needs_detail() || unknown.contains(&reason) {
                    "why"
                } else {
                    "As the document says."
                };
                assert!(
                    body["text"] == told || body["text"] == "why",
                    "{reason:?}: {body}"
                );
            }
        }
    }

    #[test]
    fn a_code_that_the_schema_does_not_know_is_left_out() {
        let codes = json!({"type": "object", "properties": {"code": {"enum": ["bad_day"]}}});
        let content = json!({"schema": codes, "examples": {
            "day": {"value": {"code": "bad_day", "message": "No such day."}, "x-refusal": "invalid-request:day"},
        }});
        let responses = json!({"400": {"content": {"application/json": content}}});
        let of = |name: &str| Refusal::new(Reason::InvalidRequest, "why").about(name);
        let (_, body, _) = answer(&responses, &of("day"));
        assert_eq!(body, json!({"code": "bad_day", "message": "why"}));
        let (_, body, _) = answer(&responses, &of("limit"));
        assert_eq!(body, json!({"message": "why"}));
    }

    #[test]
    fn the_shape_that_most_errors_have_serves_where_none_is_declared() {
        let examples = |value: Value| json!({"content": {"application/json": {"examples": {"one": {"value": value}}}}});
        let shared = json!({"$ref": "#/components/responses/Refused"});
        let get = |code: &str, response: &Value| json!({"get": {"responses": {code: response}}});
        let root = json!({
            "paths": {
                "/rare": get("404", &examples(json!({"code": "no_room", "message": "No room."}))),
                "/a": get("404", &shared), "/b": get("404", &shared),
            },
            "components": {"responses": {"Refused": examples(json!({"code": "not_found", "message": "?"}))}},
        });
        let api = Api::new(&Arc::new(root));
        let reply = Refusal::new(Reason::UnknownPath, "no /c").reply(&api, None);
        let body: Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!(body, json!({"code": "not_found", "message": "no /c"}));
        let reply = Refusal::new(Reason::MethodNotAllowed, "no PUT").reply(&api, None);
        let body: Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!(
            body,
            json!({"code": "method_not_allowed", "message": "no PUT"})
        );
    }

    #[test]
    fn how_long_to_wait_is_said_once() {
        let example = json!({"one": {"value": {"retry_after": 2}, "x-refusal": "rate-limited"}});
        let mut many = error(&example);
        many["headers"] = json!({"Retry-After": {"example": 30}});
        let mut conflict = error(&json!({"one": {"value": {"retry_after": 2}}}));
        conflict["headers"] = json!({"Retry-After": {"example": 30}});
        let responses = json!({"429": many, "409": conflict});
        let mut root = api(&responses).spec.root.clone();
        root["x-error-members"] = json!({"retryAfter": ["/wait", "/retry_after"]});
        let api = Api::new(&Arc::new(root));
        let refusal = Refusal::new(Reason::RateLimited, "slow down");
        let reply = refusal
            .with_header(header::RETRY_AFTER, "7")
            .reply(&api, Some(&api.operations[0]));
        assert_eq!(reply.headers[header::RETRY_AFTER], "7");
        let body: Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!(body, json!({"retry_after": 7}));
        // Nobody knows when a conflict ends.
        let refusal = Refusal::new(Reason::Conflict, "taken");
        let reply = refusal.reply(&api, Some(&api.operations[0]));
        assert_eq!(reply.headers.get(header::RETRY_AFTER), None);
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
