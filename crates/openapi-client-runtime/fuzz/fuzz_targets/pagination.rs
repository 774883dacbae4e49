//! Any server and any stored place: nothing panics, no request leaves the API, and lists get on.

#![no_main]

use std::collections::HashSet;
use std::future::{Ready, ready};
use std::sync::{Arc, Mutex, MutexGuard};

use arbitrary::Arbitrary;
use futures_util::FutureExt;
use libfuzzer_sys::fuzz_target;
use openapi_client_runtime::fuzzing::reqwest::{Method as Verb, Request, Response, Url};
use openapi_client_runtime::http::header::{HeaderValue, LINK};
use openapi_client_runtime::pagination::{
    Items, PageFacts, Paged, Pages, Pagination, PaginationStyle, Position,
};
use openapi_client_runtime::{
    Api, ApiKeyLocation, CallOptions, Error, ErrorKind, Method, Operation, ResponseSpec,
    ResponseValue, Scheme, SchemeKind, StatusRange, fuzzing,
};
use serde::Deserialize;
use serde_json::{Value, json};

const BASE: &str = "https://api.example.com/v1/";
const KEY: SchemeKind = SchemeKind::ApiKey {
    location: ApiKeyLocation::Query,
    name: "key",
};
static API: Api = Api::new("x", "1.0.0").schemes(&[Scheme::new("key", KEY, "key")]);

const fn list(id: &'static str, pagination: Pagination) -> Operation {
    const OK: &[ResponseSpec] = &[ResponseSpec::new(
        StatusRange::Class(2),
        &["application/json"],
    )];
    Operation::new(id, Method::Get, "/things")
        .responses(OK)
        .pagination(Some(pagination))
        .build()
}

static OPERATIONS: [Operation; 5] = [
    list(
        "offset",
        Pagination::new(PaginationStyle::Offset)
            .offset_parameter("at")
            .build(),
    ),
    list(
        "page",
        Pagination::new(PaginationStyle::Page)
            .page_parameter("at")
            .build(),
    ),
    list(
        "cursor",
        Pagination::new(PaginationStyle::Cursor)
            .cursor_parameter("at")
            .next("/next")
            .build(),
    ),
    list(
        "link",
        Pagination::new(PaginationStyle::Link).next("/next").build(),
    ),
    list("header", Pagination::new(PaginationStyle::Link).build()),
];

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    operation: u8,
    given: Option<&'a str>,
    overlap: u64,
    prefetch: u8,
    resume: Option<Stored<'a>>,
    replies: Vec<Reply<'a>>,
}

/// A place as it may have been stored.
#[derive(Arbitrary, Debug)]
enum Stored<'a> {
    Json(&'a str),
    Start,
    Offset(u64, u64),
    Page(u64, Option<u64>, u64),
    Cursor(&'a str, u64),
    Link(&'a str, u64),
}

impl Stored<'_> {
    fn read(&self, operation: &Operation) -> Option<Position> {
        let (at, skip) = match self {
            Self::Json(text) => return serde_json::from_str(text).ok(),
            Self::Start => (json!("start"), 0),
            Self::Offset(offset, skip) => (json!({ "offset": offset }), *skip),
            Self::Page(number, before, skip) => {
                let page = json!({ "number": number, "before": before });
                (json!({ "page": page }), *skip)
            }
            Self::Cursor(cursor, skip) => (json!({ "cursor": cursor }), *skip),
            Self::Link(link, skip) => (json!({ "link": link }), *skip),
        };
        let stored = json!({ "operation": operation.id(), "at": at, "skip": skip });
        Some(serde_json::from_value(stored).expect("a place that can be read"))
    }
}

#[derive(Arbitrary, Clone, Debug)]
struct Reply<'a> {
    items: u8,
    total: Option<Scalar<'a>>,
    limit: Option<Scalar<'a>>,
    next: Option<Scalar<'a>>,
    more: Option<bool>,
    link: &'a [u8],
}

#[derive(Arbitrary, Clone, Debug)]
enum Scalar<'a> {
    Text(&'a str),
    Count(u64),
    Number(f64),
    Bool(bool),
}

impl Scalar<'_> {
    fn json(&self) -> Value {
        match *self {
            Self::Text(text) => text.into(),
            Self::Count(number) => number.into(),
            Self::Number(number) => number.into(),
            Self::Bool(value) => value.into(),
        }
    }
}

impl Reply<'_> {
    fn response(&self) -> Response {
        let scalar = |value: &Option<Scalar<'_>>| value.as_ref().map(Scalar::json);
        let body = json!({
            "items": vec![0; usize::from(self.items % 8)],
            "total": scalar(&self.total),
            "limit": scalar(&self.limit),
            "next": scalar(&self.next),
            "more": self.more,
        });
        let mut response = http::Response::new(body.to_string());
        if let Ok(link) = HeaderValue::from_bytes(self.link) {
            response.headers_mut().append(LINK, link);
        }
        response.into()
    }
}

#[derive(Deserialize)]
struct Page {
    items: Vec<u8>,
    total: Option<Value>,
    limit: Option<Value>,
    next: Option<Value>,
    more: Option<bool>,
}

/// The replies that are left, the last one first, and what was asked for.
#[derive(Default)]
struct Server {
    replies: Vec<Response>,
    asked: Vec<Url>,
}

#[derive(Clone)]
struct List {
    operation: &'static Operation,
    given: Option<String>,
    options: CallOptions,
    server: Arc<Mutex<Server>>,
}

impl List {
    fn server(&self) -> MutexGuard<'_, Server> {
        self.server.lock().expect("nothing panics")
    }

    fn send(self) -> Result<ResponseValue<Page>, Error> {
        let base = Url::parse(BASE).expect("a URL");
        let mut url = base.join("things?x=1").expect("a URL");
        if let Some(given) = &self.given {
            url.query_pairs_mut().append_pair("at", given);
        }
        let mut request = Request::new(Verb::GET, url);
        fuzzing::turn_page(&self.options, &API, &base, &mut request)?;
        let url = request.url().clone();
        let mut server = self.server();
        server.asked.push(url.clone());
        let end = || Response::from(http::Response::new("{\"items\":[]}"));
        let reply = server.replies.pop().unwrap_or_else(end);
        fuzzing::read((&API, self.operation), &url, usize::MAX, reply)
    }
}

impl Paged for List {
    type Page = Page;
    type Item = u8;
    type Error = ();
    type Call = Ready<Result<ResponseValue<Page>, Error>>;

    fn operation(&self) -> &'static Operation {
        self.operation
    }

    fn given(&self) -> Option<String> {
        self.given.clone()
    }

    fn options_mut(&mut self) -> &mut CallOptions {
        &mut self.options
    }

    fn fetch(self) -> Self::Call {
        ready(self.send())
    }

    fn facts(page: &Page) -> PageFacts {
        PageFacts::new(page.items.len())
            .total(page.total.as_ref())
            .limit(page.limit.as_ref())
            .next(page.next.as_ref())
            .more(page.more.as_ref())
    }

    fn items(page: Page) -> Vec<u8> {
        page.items
    }
}

fuzz_target!(|input: Input<'_>| {
    let operation = &OPERATIONS[usize::from(input.operation) % OPERATIONS.len()];
    let replies: Vec<Response> = input.replies.iter().rev().map(Reply::response).collect();
    let most = replies.len() + 1;
    let server = Server {
        replies,
        ..Server::default()
    };
    let list = List {
        operation,
        given: input.given.map(str::to_owned),
        options: CallOptions::new(),
        server: Arc::new(Mutex::new(server)),
    };
    let mut items = Pages::new(list.clone())
        .items()
        .overlap(input.overlap)
        .prefetch(usize::from(input.prefetch % 4));
    if let Some(position) = input.resume.and_then(|place| place.read(operation)) {
        items = items.resume(position);
    }
    drain(&mut items);
    let server = list.server();
    assert!(server.asked.len() <= most, "a list that has ended goes on");
    check(operation, &server.asked);
});

/// Takes all items; each place on the way survives storage.
fn drain(items: &mut Items<List>) {
    loop {
        let position = items.position();
        let stored = serde_json::to_string(&position).expect("a place can be stored");
        let restored: Option<Position> = serde_json::from_str(&stored).expect("and read");
        assert_eq!(restored, position);
        match items.next().now_or_never().expect("the server is at hand") {
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                let kinds = [ErrorKind::Pagination, ErrorKind::InvalidRequest];
                assert!(kinds.contains(&error.kind()), "{error}");
                let text = error.to_string();
                assert!(
                    !text.contains(char::is_control) && text.len() < 500,
                    "{text}"
                );
                let after = items.next().now_or_never();
                assert!(
                    after.is_some_and(|item| item.is_none()),
                    "an error ends a list"
                );
                return;
            }
            None => {
                assert!(
                    items.position().is_none(),
                    "a list that has ended is nowhere"
                );
                return;
            }
        }
    }
}

fn check(operation: &Operation, asked: &[Url]) {
    let base = Url::parse(BASE).expect("a URL");
    for url in asked {
        assert_eq!(url.origin(), base.origin());
        assert!(
            url.path() == "/v1" || url.path().starts_with("/v1/"),
            "{url}"
        );
        assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none());
        assert!(url.query_pairs().all(|(name, _)| name != "key"), "{url}");
    }
    // The first request is the caller's own, or the place to resume from.
    let places: Vec<String> = asked.iter().skip(1).filter_map(place).collect();
    match operation.id() {
        "offset" | "page" => {
            assert_eq!(places.len(), asked.len().saturating_sub(1));
            let numbers: Vec<u64> = places.iter().map(|at| number(at)).collect();
            assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
        }
        "cursor" => {
            let different: HashSet<&String> = places.iter().collect();
            assert_eq!(different.len(), places.len(), "{places:?}");
        }
        _ => {}
    }
}

/// The only value of the parameter that says which page is asked for.
fn place(url: &Url) -> Option<String> {
    let mut values = url.query_pairs().filter(|(name, _)| name == "at");
    let value = values.next()?.1.into_owned();
    assert!(values.next().is_none(), "{url}");
    Some(value)
}

/// A number as the caller may have written it, such as ` 50.0`.
fn number(at: &str) -> u64 {
    let at = at.trim();
    let whole = at.split_once('.').map_or(at, |(whole, _)| whole);
    whole.parse().expect("a number")
}
