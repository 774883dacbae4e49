//! The bodies of refusals, in the words of the document.

use std::collections::HashMap;

use http::StatusCode;
use openapi_document::model::StatusKey;
use serde_json::{Value, json};

use crate::api::{Api, Example, Media, Response};
use crate::media;
use crate::reply::Reply;

use super::Refusal;

/// An example to answer with.
struct Pattern<'a> {
    value: &'a Value,
    fits: Fit,
}

/// How near an example comes to what is to be said.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// It was made for this refusal.
    Whole,
    /// It was made for no refusal in particular: its code holds, its message does not.
    Code,
    /// It shows no more than the shape of errors.
    Shape,
}

impl Refusal {
    /// The error as a response shows it, as JSON if there is a choice.
    pub(crate) fn worded(&self, api: &Api, status: StatusCode, response: &Response) -> Reply {
        let Some(media) = chosen(response) else {
            return Reply::empty(status);
        };
        let pattern = self.pattern(api, media);
        written(
            status,
            media,
            self.body(api, status, media, pattern.as_ref()),
        )
    }

    /// The error in the shape that errors of the API have, where the operation declares none for it:
    /// so even a path that nobody declares is answered as the API would.
    pub(crate) fn undeclared(&self, api: &Api, status: StatusCode) -> Reply {
        let Some((response, same)) = self.usual(api, status) else {
            return Reply::json(status, "application/json", &self.plain(status));
        };
        let Some(media) = chosen(response) else {
            return Reply::empty(status);
        };
        let mut pattern = self.pattern(api, media);
        if let Some(pattern) = pattern
            .as_mut()
            .filter(|one| one.fits == Fit::Code && !same)
        {
            pattern.fits = Fit::Shape;
        }
        written(
            status,
            media,
            self.body(api, status, media, pattern.as_ref()),
        )
    }

    /// The response whose shape serves, and whether it stands for this status: one that was made for
    /// this refusal, one of the status, one of a refusal that is like it, any of a client error. Of
    /// several, the one that most operations have.
    fn usual<'a>(&self, api: &'a Api, status: StatusCode) -> Option<(&'a Response, bool)> {
        let status = status.as_u16();
        let covers = |response: &Response| match response.status {
            StatusKey::Default => false,
            key => key.covers(status),
        };
        let alike = Refusal::new(self.reason.alike(), "");
        let found = most_common(api, |response| self.has_example(response))
            .or_else(|| most_common(api, covers))
            .or_else(|| most_common(api, |response| alike.has_example(response)))
            .or_else(|| most_common(api, is_client_error));
        found.map(|response| (response, covers(response)))
    }

    fn has_example(&self, response: &Response) -> bool {
        let mut examples = response.media.iter().flat_map(Media::examples);
        examples.any(|example| self.names().any(|name| example.answers(&name)))
    }

    /// The declared example, saying what is wrong unless it was made to say just that; without an
    /// example, the simplest body that the schema takes.
    fn body(
        &self,
        api: &Api,
        status: StatusCode,
        media: &Media,
        pattern: Option<&Pattern<'_>>,
    ) -> Option<Value> {
        let Some(&Pattern { value, fits }) = pattern else {
            return self.composed(api, status, media);
        };
        if fits == Fit::Whole && !self.reason.needs_detail() {
            return Some(value.clone());
        }
        let coded = match fits {
            Fit::Whole | Fit::Code => value.clone(),
            Fit::Shape => self.coded(api, media, value),
        };
        let said = self.say(api, media, &coded);
        Some(said.unwrap_or(coded))
    }

    /// The example that was made for this refusal, else one that was made for none, else one that
    /// was made for another.
    fn pattern<'a>(&self, api: &Api, media: &'a Media) -> Option<Pattern<'a>> {
        let valid = || {
            let examples = media.examples();
            examples.filter(|example| media.can_show(api, example.value))
        };
        let made_for = || {
            let mut names = self.names();
            names.find_map(|name| valid().find(|example| example.answers(&name)))
        };
        let pattern = |example: Example<'a>, fits| Pattern {
            value: example.value,
            fits,
        };
        made_for()
            .map(|example| pattern(example, Fit::Whole))
            .or_else(|| {
                let general = valid().find(|example| example.refusals.is_empty())?;
                // Where the document has a code for this refusal, that of this example is another.
                let fits = match self.known_code(api) {
                    Some(_) => Fit::Shape,
                    None => Fit::Code,
                };
                Some(pattern(general, fits))
            })
            .or_else(|| valid().next().map(|example| pattern(example, Fit::Shape)))
    }

    /// An example of something else with the code of this refusal: the one that the document has
    /// for it, or its name; without a code, where the schema takes neither.
    fn coded(&self, api: &Api, media: &Media, example: &Value) -> Value {
        let mut pointers = code_pointers(api);
        let text = |pointer: &&str| example.pointer(pointer).is_some_and(Value::is_string);
        let Some(pointer) = pointers.find(text) else {
            return example.clone();
        };
        let name = self.reason.name().replace('-', "_");
        let codes = self.known_code(api).into_iter().chain([name]);
        let with_code = codes.map(|code| {
            let mut body = example.clone();
            if let Some(place) = body.pointer_mut(pointer) {
                *place = json!(code);
            }
            body
        });
        let without = || {
            let mut body = example.clone();
            let holder = openapi_document::pointer::parent(pointer)?;
            let name = openapi_document::pointer::split(pointer).last()?;
            let members = body.pointer_mut(holder)?.as_object_mut()?;
            members.shift_remove(name.as_ref());
            Some(body)
        };
        let mut bodies = with_code.chain(std::iter::once_with(without).flatten());
        let taken = bodies.find(|body| media.takes(api, body));
        taken.unwrap_or_else(|| example.clone())
    }

    /// The code that the document shows for this refusal, wherever that is.
    fn known_code(&self, api: &Api) -> Option<String> {
        let response = most_common(api, |response| self.has_example(response))?;
        let examples = || response.media.iter().flat_map(Media::examples);
        let mut names = self.names();
        let made_for = names.find_map(|name| examples().find(|example| example.answers(&name)));
        let mut found = code_pointers(api).filter_map(|pointer| made_for?.value.pointer(pointer));
        found.find_map(|code| Some(code.as_str()?.to_owned()))
    }

    /// An example with what is wrong in its member for messages, where that is a text.
    fn say(&self, api: &Api, media: &Media, example: &Value) -> Option<Value> {
        let code = code_pointers(api).find(|pointer| example.pointer(pointer).is_some());
        let mut pointers = message_pointers(api).chain([""]);
        pointers.find_map(|pointer| {
            let mut body = example.clone();
            let message = body
                .pointer_mut(pointer)
                .filter(|value| value.is_string() && Some(pointer) != code)?;
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

fn written(status: StatusCode, media: &Media, body: Option<Value>) -> Reply {
    match body {
        Some(body) => Reply::written(status, &media.label, &body),
        None => Reply::empty(status),
    }
}

/// The media type that an error is told in.
fn chosen(response: &Response) -> Option<&Media> {
    let json = |media: &&Media| media::is_json(&media.label);
    let found = response.media.iter().find(json);
    found.or_else(|| response.media.first())
}

/// The response with a body that most operations share, of those that `fits`; the first of several.
fn most_common(api: &Api, fits: impl Fn(&Response) -> bool) -> Option<&Response> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let mut found: Vec<&Response> = Vec::new();
    let all = api
        .operations
        .iter()
        .flat_map(|operation| &operation.responses);
    for response in all {
        let Some(media) = chosen(response) else {
            continue;
        };
        let count = counts.entry(&media.pointer).or_default();
        *count += 1;
        if *count == 1 && fits(response) {
            found.push(response);
        }
    }
    let count = |response: &&Response| chosen(response).map(|media| counts[&*media.pointer]);
    // `max_by_key` takes the last of equals.
    found.into_iter().rev().max_by_key(count)
}

fn is_client_error(response: &Response) -> bool {
    match response.status {
        StatusKey::Code(status) => (400..500).contains(&status),
        StatusKey::Class(class) => class == 4,
        StatusKey::Default => false,
    }
}

/// Where error bodies hold a message: as the document says, and where they usually do.
fn message_pointers(api: &Api) -> impl Iterator<Item = &str> {
    let declared = api.model().error_members.message.iter();
    declared.map(String::as_str).chain([
        "/message",
        "/detail",
        "/error_description",
        "/error/message",
        "/error",
    ])
}

/// Where error bodies hold a code: as the document says, and where they usually do.
fn code_pointers(api: &Api) -> impl Iterator<Item = &str> {
    let declared = api.model().error_members.code.iter();
    let usual = ["/code", "/error_code", "/error/code"];
    declared.map(String::as_str).chain(usual)
}
