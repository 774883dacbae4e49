//! Cases with a mark in place of everything that must not be printed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::Value;

use super::call::Call;
use super::case::Case;
use super::client::Given;
use super::reply::Told;

/// One kind of what must not be printed, and what stands for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// What it is.
    pub kind: &'static str,
    text: &'static str,
}

macro_rules! marks {
    ($($name:ident = $kind:literal, $text:literal;)+) => {
        $( const $name: Mark = Mark { kind: $kind, text: $text }; )+
        const MARKS: &[Mark] = &[$($name),+];
    };
}

marks! {
    PASSWORD = "a password", "mark0password";
    API_KEY = "an API key", "mark0apikey";
    TOKEN = "a bearer token", "mark0token";
    COOKIE = "a cookie", "mark0cookie";
    HEADER = "a header parameter", "mark0header";
    OPTION = "a header of the options", "mark0option";
    IDEMPOTENCY_KEY = "an idempotency key", "mark0idempotency";
    PATH = "a path parameter", "mark0path";
    QUERY = "a query parameter", "mark0query";
    BODY = "a request body", "mark0body";
    REPLY_HEADER = "a reply header", "mark0replyheader";
    REPLY_COOKIE = "a reply cookie", "mark0replycookie";
    REFRESH_TOKEN = "a refresh token", "mark0refresh";
    CLIENT_SECRET = "a client secret", "mark0clientsecret";
    WEBHOOK_SECRET = "a webhook secret", "mark0webhook";
    REPLY_BODY = "a reply body", "mark0replybody";
}

impl Mark {
    /// The mark as it is, and as it stands in Base64 after nought, one and two other bytes.
    fn forms(self) -> Vec<String> {
        let encoded = |offset: usize| {
            let bytes = ["?".repeat(offset).as_bytes(), self.text.as_bytes()].concat();
            let whole = STANDARD_NO_PAD.encode(&bytes);
            // The first and the last group also hold bits of what stands beside the mark.
            whole[4..whole.len() - 4].to_owned()
        };
        let mut forms = vec![self.text.to_owned()];
        // What is shorter could stand in a text by chance.
        forms.extend((0..3).map(encoded).filter(|form| form.len() >= 8));
        forms
    }
}

/// The kinds of marks that a text shows.
pub fn leaks(text: &str) -> Vec<&'static str> {
    let shown = |mark: &&Mark| mark.forms().iter().any(|form| text.contains(form));
    MARKS.iter().filter(shown).map(|mark| mark.kind).collect()
}

impl Case {
    /// The case with a mark in everything that must not be printed. What is expected of the case
    /// does not hold of it.
    #[must_use]
    pub fn marked(&self) -> Self {
        let mut case = self.clone();
        let usual = || {
            let user = "client".to_owned();
            let password = String::new();
            [("basicAuth".to_owned(), Given::Basic { user, password })].into()
        };
        let credentials = case.client.credentials.get_or_insert_with(usual);
        credentials.values_mut().for_each(mark_credential);
        case.call.iter_mut().for_each(mark_call);
        case.calls.iter_mut().for_each(mark_call);
        for secret in case.webhook.iter_mut().flat_map(|w| &mut w.secrets) {
            WEBHOOK_SECRET.text.clone_into(secret);
        }
        case.replies.iter_mut().for_each(mark_reply);
        case
    }
}

fn mark_credential(given: &mut Given) {
    match given {
        Given::Basic { password, .. } => PASSWORD.text.clone_into(password),
        Given::Key { key } => API_KEY.text.clone_into(key),
        Given::Token { token, .. } => TOKEN.text.clone_into(token),
        Given::Session { session } => {
            CLIENT_SECRET.text.clone_into(&mut session.client_secret);
            if let Some(token) = &mut session.access_token {
                TOKEN.text.clone_into(token);
            }
            if let Some(token) = &mut session.refresh_token {
                REFRESH_TOKEN.text.clone_into(token);
            }
        }
        Given::Source(source) => {
            for (number, token) in source.secrets.iter_mut().enumerate() {
                *token = format!("{}{number}", TOKEN.text);
            }
        }
    }
}

fn mark_call(call: &mut Call) {
    for value in call.path.values_mut() {
        // These are refused, with their names.
        if !matches!(value.as_str(), "" | "." | "..") {
            value.push_str(PATH.text);
        }
    }
    for (_, value) in &mut call.query {
        value.push_str(QUERY.text);
    }
    for (name, value) in &mut call.headers {
        let is_cookie = name.to_ascii_lowercase().starts_with("openapi-cookie-");
        value.push_str(if is_cookie { COOKIE.text } else { HEADER.text });
    }
    for (name, value) in &mut call.options.headers {
        // Media types are shown on purpose.
        if !name.eq_ignore_ascii_case("content-type") {
            value.push_str(OPTION.text);
        }
    }
    if let Some(key) = &mut call.options.idempotency_key {
        key.push_str(IDEMPOTENCY_KEY.text);
    }
    call.json.iter_mut().for_each(|json| mark_json(json, BODY));
    for part in &mut call.form {
        part.json.iter_mut().for_each(|json| mark_json(json, BODY));
        let texts = part.text.iter_mut().chain(&mut part.file);
        for text in texts.chain(&mut part.stream) {
            text.push_str(BODY.text);
        }
    }
    for text in call.text.iter_mut().chain(&mut call.stream) {
        text.push_str(BODY.text);
    }
}

fn mark_reply(told: &mut Told) {
    let secret = REPLY_HEADER.text.to_owned();
    told.headers.insert("X-Secret".to_owned(), secret);
    let cookie = format!("sid={}", REPLY_COOKIE.text);
    told.headers.insert("Set-Cookie".to_owned(), cookie);
    if let Some(text) = &mut told.text {
        text.push_str(REPLY_BODY.text);
    }
    match &mut told.json {
        // Code and message of an error are there to be shown.
        Some(Value::Object(members)) if told.status >= 300 => {
            members.insert("private".to_owned(), REPLY_BODY.text.into());
        }
        Some(json) if told.status < 300 => mark_json(json, REPLY_BODY),
        _ => {}
    }
}

fn mark_json(json: &mut Value, mark: Mark) {
    match json {
        Value::String(text) => text.push_str(mark.text),
        Value::Array(items) => items.iter_mut().for_each(|item| mark_json(item, mark)),
        Value::Object(members) => members
            .values_mut()
            .for_each(|value| mark_json(value, mark)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn marks_are_found_also_in_basic_credentials() {
        for user in ["a", "ab", "abc"] {
            let line = STANDARD.encode(format!("{user}:{}", PASSWORD.text));
            assert_eq!(leaks(&line), ["a password"], "{line}");
        }
        assert_eq!(
            leaks("x mark0cookie y mark0token"),
            ["a bearer token", "a cookie"]
        );
        assert!(leaks("nothing of the kind").is_empty());
    }
}
