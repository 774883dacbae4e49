//! Any reply: nothing panics, and its error is one short line that tells nothing of the body but
//! code and message.

#![no_main]

use std::collections::BTreeMap;
use std::time::Duration;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use openapi_client_runtime::fuzzing::reqwest::{Response, Url};
use openapi_client_runtime::http::header::{HeaderMap, RETRY_AFTER};
use openapi_client_runtime::{
    Api, Error, ErrorKind, ErrorMembers, Failure, Method, Operation, ResponseSpec, StatusRange,
    fuzzing,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Begins every text of a body that is put together here.
const SECRET: &str = "S3CR3T";

static API: Api =
    Api::new("x", "1.0.0").error_members(ErrorMembers::new(&["/code"], &["/message"]));

const JSON: &[&str] = &["application/json"];

static OPERATIONS: [Operation; 3] = [
    Operation::new("plain", Method::Get, "/things")
        .responses(&[
            ResponseSpec::new(StatusRange::Class(2), JSON),
            ResponseSpec::new(
                StatusRange::Class(4),
                &["application/problem+json", "text/plain"],
            ),
        ])
        .build(),
    Operation::new("text", Method::Get, "/things")
        .responses(&[
            ResponseSpec::new(StatusRange::Class(2), &["text/plain"]),
            ResponseSpec::new(StatusRange::Class(5), &["*/*"]),
        ])
        .build(),
    Operation::new("wrapped", Method::Get, "/things")
        .responses(&[
            ResponseSpec::new(StatusRange::Exact(200), JSON).envelope("Ok"),
            ResponseSpec::new(StatusRange::Exact(204), &[]).envelope("NoContent"),
            ResponseSpec::new(StatusRange::Exact(304), &[]).envelope("NotModified"),
            ResponseSpec::new(StatusRange::Class(4), JSON),
        ])
        .build(),
];

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
struct Thing {
    code: u64,
    message: Option<String>,
    #[serde(default)]
    items: Vec<Thing>,
    kind: Option<Kind>,
    sizes: Option<BTreeMap<String, i8>>,
    strict: Option<Strict>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
enum Kind {
    A,
    B(Box<Thing>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Strict {
    code: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "status", content = "body")]
#[allow(dead_code)]
enum Wrapped {
    Ok(Thing),
    NoContent,
    NotModified,
}

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    operation: u8,
    status: u16,
    limit: u16,
    headers: Vec<(Header, &'a [u8])>,
    body: Body<'a>,
}

#[derive(Arbitrary, Debug)]
enum Header {
    Type,
    RetryAfter,
    Date,
    RequestId,
    Link,
    SetCookie,
}

#[derive(Arbitrary, Debug)]
enum Body<'a> {
    Bytes(&'a [u8]),
    Json(Tree<'a>),
}

/// JSON whose texts all begin with the mark.
#[derive(Arbitrary, Debug)]
enum Tree<'a> {
    Null,
    Bool(bool),
    Number(i64),
    Text(&'a str),
    List(Vec<Tree<'a>>),
    Object(Vec<(Name<'a>, Tree<'a>)>),
}

#[derive(Arbitrary, Debug)]
enum Name<'a> {
    Code,
    Message,
    Items,
    Kind,
    Sizes,
    Strict,
    B,
    Other(&'a str),
}

impl Name<'_> {
    fn text(&self) -> String {
        match self {
            Self::B => "B".to_owned(),
            // Never the mark.
            Self::Other(name) => name.replace('3', ""),
            known => format!("{known:?}").to_lowercase(),
        }
    }
}

impl Tree<'_> {
    fn json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Number(value) => (*value).into(),
            Self::Text(text) => format!("{SECRET}{text}").into(),
            Self::List(items) => items.iter().map(Self::json).collect(),
            Self::Object(members) => {
                let member = |(name, value): &(Name<'_>, Self)| (name.text(), value.json());
                Value::Object(members.iter().map(member).collect::<Map<_, _>>())
            }
        }
    }
}

impl Input<'_> {
    fn response(&self, body: Vec<u8>) -> Option<Response> {
        let mut response = http::Response::builder().status(100 + self.status % 500);
        for (header, value) in &self.headers {
            let name = match header {
                Header::Type => "content-type",
                Header::RetryAfter => "retry-after",
                Header::Date => "date",
                Header::RequestId => "x-request-id",
                Header::Link => "link",
                Header::SetCookie => "set-cookie",
            };
            response = match header {
                Header::Link | Header::SetCookie => {
                    response.header(name, [SECRET.as_bytes(), value].concat())
                }
                _ if value
                    .windows(SECRET.len())
                    .any(|part| part == SECRET.as_bytes()) =>
                {
                    response
                }
                _ => response.header(name, *value),
            };
        }
        response.body(body).ok().map(Response::from)
    }
}

fuzz_target!(|input: Input<'_>| {
    let operation = &OPERATIONS[usize::from(input.operation) % OPERATIONS.len()];
    match operation.id() {
        "text" => run::<String>(operation, &input),
        "wrapped" => run::<Wrapped>(operation, &input),
        _ => run::<Thing>(operation, &input),
    }
});

fn run<T: DeserializeOwned>(operation: &'static Operation, input: &Input<'_>) {
    let json = match &input.body {
        Body::Bytes(_) => None,
        Body::Json(tree) => Some(tree.json()),
    };
    let body = match (&input.body, &json) {
        (Body::Bytes(bytes), None) => bytes.to_vec(),
        (_, json) => serde_json::to_vec(json).expect("a value is JSON"),
    };
    let url = Url::parse("https://api.example.com/things?key=S3CR3T").expect("a URL");
    let Some(response) = input.response(body) else {
        return;
    };
    let seconds = retry_seconds(response.headers());
    let limit = usize::from(input.limit);
    let read = fuzzing::read::<T, Thing>((&API, operation), &url, limit, response);
    let Err(error) = read else { return };

    if let Some(seconds) = seconds {
        assert_eq!(error.retry_after(), Some(Duration::from_secs(seconds)));
    }
    if let Some(json) = &json {
        tells_nothing(&error);
        if let (Some(path), ErrorKind::Decode) = (error.json_path(), error.kind()) {
            assert!(leads_somewhere(path, json), "{path} in {json}");
        }
    }
    assert!(error.raw_body().is_none_or(|body| body.len() <= 64 * 1024));
    let text = error.to_string();
    assert!(!text.contains(char::is_control), "{text:?}");
    assert!(text.chars().count() < 1_500, "{text:?}");
    assert_eq!(Failure::from(error).to_string(), text);
}

/// Code and message are there to be read, and a body of the caller's type shows itself in `Debug`.
fn tells_nothing(error: &Error<Thing>) {
    if error.code().is_some() || error.message().is_some() {
        return;
    }
    let mut shown = error.to_string();
    if error.body().is_none() {
        shown.push_str(&format!("{error:?}"));
    }
    assert!(!shown.contains(SECRET), "{shown}");
}

fn retry_seconds(headers: &HeaderMap) -> Option<u64> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| value.parse().unwrap_or(u64::MAX))
}

/// Whether a path such as `items[3].name` leads to a place in the JSON; names may hold anything.
fn leads_somewhere(path: &str, json: &Value) -> bool {
    if path.is_empty() {
        return true;
    }
    match json {
        Value::Array(items) => items.iter().enumerate().any(|(index, item)| {
            let rest = path.strip_prefix(&format!("[{index}]"));
            rest.is_some_and(|rest| leads_somewhere(rest, item))
        }),
        Value::Object(members) => {
            let path = path.strip_prefix('.').unwrap_or(path);
            members.iter().any(|(name, member)| {
                let rest = path.strip_prefix(name.as_str());
                rest.is_some_and(|rest| leads_somewhere(rest, member))
            })
        }
        _ => false,
    }
}
