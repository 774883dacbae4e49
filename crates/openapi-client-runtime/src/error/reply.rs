//! What is kept of a reply once its body was taken: for values and for errors alike.

use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use serde_json::Value;
use url::Url;

use crate::error::trail::Trail;
use crate::facts::api::{Api, ErrorMembers};
use crate::values::one_line::OneLine;

/// How much of a body an error keeps.
const EXCERPT: usize = 64 * 1024;

/// Status and headers, and, where there is any, what an error tells of the body.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    /// Whether its status is one that may pass, as the policy of retries has it.
    pub(crate) may_pass: bool,
    pub(crate) headers: HeaderMap,
    request_id_headers: &'static [&'static str],
    rare: Option<Box<Rare>>,
}

/// What most replies have nothing of.
#[derive(Clone, Default)]
pub(crate) struct Rare {
    retry_after: Option<Duration>,
    pub(crate) excerpt: Bytes,
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) trail: Trail,
    /// Where the reply came from, without the query; kept of pages that link to each other.
    pub(crate) url: Option<Box<Url>>,
    /// What tells the items of a page from those of another one; kept of pages alone.
    pub(crate) rows: Option<u64>,
    request_id_of_body: Option<String>,
}

impl Reply {
    pub(crate) fn new(api: &'static Api, status: StatusCode, headers: HeaderMap) -> Self {
        let mut reply = Self {
            status,
            may_pass: false,
            headers,
            request_id_headers: api.request_id_headers,
            rare: None,
        };
        if !status.is_success()
            && let Some(wait) = retry_after(&reply.headers)
        {
            reply.rare_mut().retry_after = Some(wait);
        }
        reply
    }

    /// What the reply has of it.
    pub(crate) fn rare(&self) -> Option<&Rare> {
        self.rare.as_deref()
    }

    pub(crate) fn rare_mut(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// How long the server asks to wait, counted from the arrival of the reply.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        self.rare()?.retry_after
    }

    /// The start of the body, where it is kept.
    pub(crate) fn excerpt(&self) -> &[u8] {
        self.rare().map_or(&[], |rare| &rare.excerpt)
    }

    pub(crate) fn code(&self) -> Option<&str> {
        self.rare()?.code.as_deref()
    }

    pub(crate) fn message(&self) -> Option<&str> {
        self.rare()?.message.as_deref()
    }

    /// Keeps the start of the body. A copy, so that a large body does not live as long as the error.
    pub(crate) fn keep_excerpt(&mut self, body: &[u8]) {
        self.rare_mut().excerpt = Bytes::copy_from_slice(&body[..body.len().min(EXCERPT)]);
    }

    /// Reads code, message and request id from an error body.
    pub(crate) fn read_members(&mut self, members: ErrorMembers, body: &[u8]) {
        let Ok(body) = serde_json::from_slice::<Value>(body) else {
            return;
        };
        let or = |declared: &'static [&'static str], usual: &'static [&'static str]| {
            if declared.is_empty() { usual } else { declared }
        };
        let codes = or(members.code, &["/code", "/error/code", "/error"]);
        let code = first(&body, codes, scalar);
        let message = first(
            &body,
            or(
                members.message,
                &[
                    "/detail",
                    "/title",
                    "/message",
                    "/error_description",
                    "/error/message",
                    "/error",
                ],
            ),
            words,
        );
        let ids = or(members.request_id, &["/request_id", "/error/request_id"]);
        let request_id = first(&body, ids, scalar)
            // An id is shown in traces, so what cannot be shown as it is counts as none.
            .filter(|id| OneLine(id).to_string() == *id);
        let rare = self.rare_mut();
        (rare.code, rare.message, rare.request_id_of_body) = (code, message, request_id);
    }

    pub(crate) fn request_id(&self) -> Option<&str> {
        self.request_id_headers
            .iter()
            .find_map(|name| self.headers.get(*name)?.to_str().ok())
            .or_else(|| self.rare()?.request_id_of_body.as_deref())
    }

    pub(crate) fn content_type(&self) -> Option<&str> {
        self.headers.get(CONTENT_TYPE)?.to_str().ok()
    }
}

/// Headers may hold cookies and bodies anything, so only their sizes are shown.
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.status)
            .field("request_id", &self.request_id())
            .field("code", &self.code().map(OneLine))
            .field("message", &self.message().map(OneLine))
            .field("headers", &format_args!("[{} headers]", self.headers.len()))
            .field("excerpt", &format_args!("[{} bytes]", self.excerpt().len()))
            .finish_non_exhaustive()
    }
}

fn first(body: &Value, pointers: &[&str], read: fn(&Value) -> Option<String>) -> Option<String> {
    pointers
        .iter()
        .find_map(|pointer| read(body.pointer(pointer)?))
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The members of an object that are meant for people; RFC 9457 has `detail` and `title`.
const FOR_PEOPLE: [&str; 6] = [
    "detail",
    "title",
    "message",
    "msg",
    "error_description",
    "error",
];

/// The sentences of a member: texts as they are, lists joined. Of an object, only what is meant for
/// people: beside it, servers repeat what they were sent, which may be a password.
fn words(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
        Value::String(_) => scalar(value),
        Value::Array(items) => {
            let parts: Vec<String> = items.iter().filter_map(words).collect();
            (!parts.is_empty()).then(|| parts.join("; "))
        }
        Value::Object(members) => FOR_PEOPLE
            .iter()
            .find_map(|name| words(members.get(*name)?)),
    }
}

/// Both forms of RFC 9110, section 10.2.3; a date that has passed is no wait at all. A date is
/// compared with the clock that wrote it, where the reply tells of it, because clocks differ.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Some(seconds) = whole_seconds(value) {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    let sent = headers.get(DATE).and_then(|sent| sent.to_str().ok());
    let now = sent.and_then(|sent| httpdate::parse_http_date(sent).ok());
    let wait = date.duration_since(now.unwrap_or_else(SystemTime::now));
    Some(wait.unwrap_or_default())
}

/// Seconds, rounded up: some servers write fractions of them, which the standard does not know.
fn whole_seconds(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return None;
    }
    // More seconds than can be counted are as good as for ever.
    let seconds: u64 = whole.parse().unwrap_or(u64::MAX);
    let begun = fraction.bytes().any(|digit| digit != b'0');
    Some(seconds.saturating_add(begun.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header::HeaderValue;
    use proptest::prelude::*;

    fn members(api: ErrorMembers, body: &str) -> (Option<String>, Option<String>) {
        static API: Api = Api::new("x", "1.0.0");
        let mut reply = Reply::new(&API, StatusCode::BAD_REQUEST, HeaderMap::new());
        reply.read_members(api, body.as_bytes());
        let text = |text: Option<&str>| text.map(str::to_owned);
        (text(reply.code()), text(reply.message()))
    }

    #[test]
    fn code_and_message_come_from_where_the_document_says() {
        let api = ErrorMembers::new(&["/error/type"], &["/errors"]);
        let body =
            r#"{"error":{"type":7},"errors":[{"message":"too long"},"taken"],"message":"no"}"#;
        let (code, message) = members(api, body);
        assert_eq!(code.as_deref(), Some("7"));
        assert_eq!(message.as_deref(), Some("too long; taken"));
        assert_eq!(members(api, r#"{"message":"no"}"#), (None, None));
    }

    #[test]
    fn usual_members_are_found_where_the_document_says_nothing() {
        let api = ErrorMembers::new(&[], &[]);
        for (body, code, message) in [
            (r#"{"title":"T","detail":"D"}"#, None, Some("D")),
            (
                r#"{"error":"invalid_grant","error_description":"expired"}"#,
                Some("invalid_grant"),
                Some("expired"),
            ),
            (r#"{"code":"x","message":""}"#, Some("x"), None),
            // As FastAPI and RFC 9457 have it.
            (
                r#"{"detail":[{"loc":["body","password"],"msg":"too short","input":"hunter2"}]}"#,
                None,
                Some("too short"),
            ),
            (
                r#"{"title":"T","detail":{"value":"hunter2"},"error":{"given":"hunter2"}}"#,
                None,
                Some("T"),
            ),
            (
                r#"{"error":{"password":["hunter2"]},"code":{"a":"hunter2"}}"#,
                None,
                None,
            ),
            ("<html>", None, None),
        ] {
            let found = members(api, body);
            assert_eq!((found.0.as_deref(), found.1.as_deref()), (code, message));
        }
    }

    #[test]
    fn a_request_id_is_found_in_headers_first_and_then_in_the_body() {
        static API: Api = Api::new("x", "1.0.0");
        let found = |members: ErrorMembers, headers: HeaderMap, body: &str| {
            let mut reply = Reply::new(&API, StatusCode::BAD_REQUEST, headers);
            reply.read_members(members, body.as_bytes());
            reply.request_id().map(str::to_owned)
        };
        let declared = ErrorMembers::new(&[], &[]).request_id(&["/trace/id"]);
        let usual = ErrorMembers::new(&[], &[]);
        let body = r#"{"trace":{"id":"t-1"},"request_id":"r-1"}"#;
        let none = HeaderMap::new;
        assert_eq!(found(declared, none(), body).as_deref(), Some("t-1"));
        assert_eq!(found(usual, none(), body).as_deref(), Some("r-1"));
        assert_eq!(found(declared, none(), r#"{"request_id":"r-1"}"#), None);
        let mut headers = HeaderMap::new();
        headers.insert("x-request-id", HeaderValue::from_static("h-1"));
        assert_eq!(found(declared, headers, body).as_deref(), Some("h-1"));
        let disturbing = r#"{"request_id":"r-1\nall is well"}"#;
        assert_eq!(found(usual, none(), disturbing), None);
    }

    #[test]
    fn retry_after_in_both_forms() {
        let now = HeaderValue::from_static("Sun, 06 Nov 1994 08:49:00 GMT");
        let read = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_static(value));
            headers.insert(DATE, now.clone());
            retry_after(&headers)
        };
        assert_eq!(read("120"), Some(Duration::from_secs(120)));
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(read(date), Some(Duration::from_secs(37)));
        let passed = "Sun, 06 Nov 1994 08:00:00 GMT";
        assert_eq!(read(passed), Some(Duration::ZERO));
        for (fraction, seconds) in [("1.5", 2), ("0.001", 1), ("3.000", 3), ("0.0", 0)] {
            assert_eq!(read(fraction), Some(Duration::from_secs(seconds)));
        }
        for garbage in [
            "soon",
            "",
            "-1",
            "+5",
            "1.",
            ".",
            "1.5.2",
            "1.-5",
            "1,5",
            "1e3",
            "Sun, 06 Nov 1994",
        ] {
            assert_eq!(read(garbage), None, "{garbage}");
        }
        let forever = "99999999999999999999999";
        assert_eq!(read(forever), Some(Duration::from_secs(u64::MAX)));
        let and_more = "18446744073709551615.5";
        assert_eq!(read(and_more), Some(Duration::from_secs(u64::MAX)));
    }

    /// Any error body, with a secret wherever the names are not for people.
    fn error_body() -> impl Strategy<Value = Value> {
        let secret = prop_oneof![
            Just(Value::from("hunter2")),
            Just(serde_json::json!(["hunter2"])),
            Just(serde_json::json!({ "was": "hunter2", "n": 7 })),
        ];
        let name = prop_oneof![
            "detail|title|message|msg|error|errors|code".prop_map(|name| (name, true)),
            "input|value|loc|ctx|password|given".prop_map(|name| (name, false)),
        ];
        Just(Value::from("too short")).prop_recursive(4, 40, 4, move |inner| {
            let member = (name.clone(), inner.clone(), secret.clone());
            let member = member.prop_map(|((name, for_people), inner, secret)| {
                (name, if for_people { inner } else { secret })
            });
            prop_oneof![
                prop::collection::vec(inner, 1..4).prop_map(Value::from),
                prop::collection::vec(member, 1..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn nothing_is_repeated_that_is_not_for_people(body in error_body(), declared: bool) {
            let usual = ErrorMembers::new(&[], &[]);
            let own = ErrorMembers::new(&["/error", "/code"], &["/errors", "/detail", ""]);
            let (code, message) = members(if declared { own } else { usual }, &body.to_string());
            let said = format!("{code:?} {message:?}");
            prop_assert!(!said.contains("hunter2"), "{}", said);
        }

        #[test]
        fn retry_after_reads_back(seconds: u64, wait in 0_u32..1_000_000, text in "[ -~]{0,30}") {
            let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:00 GMT").unwrap();
            let read = |value: &str| {
                let mut headers = HeaderMap::new();
                let date = httpdate::fmt_http_date(now);
                headers.insert(DATE, HeaderValue::try_from(date).unwrap());
                headers.insert(RETRY_AFTER, HeaderValue::from_str(value).unwrap());
                retry_after(&headers)
            };
            prop_assert_eq!(read(&seconds.to_string()), Some(Duration::from_secs(seconds)));
            let wait = Duration::from_secs(wait.into());
            prop_assert_eq!(read(&httpdate::fmt_http_date(now + wait)), Some(wait));
            let _ = read(&text);
        }
    }
}
