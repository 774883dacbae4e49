//! Requests that a server has to refuse, made of good ones.

use http::{HeaderName, HeaderValue};
use openapi_client_runtime::{HttpRequest, Method, Operation};
use serde_json::Value;

use crate::document::{self, resolve};
use crate::wire;

/// Takes all credentials away that stand in headers.
pub fn without_credentials(request: &mut HttpRequest, _: &Operation) {
    let headers = request.headers_mut();
    let sensitive = headers.iter().filter(|(_, value)| value.is_sensitive());
    let names: Vec<_> = sensitive.map(|(name, _)| name.clone()).collect();
    for name in names {
        headers.remove(name);
    }
}

/// Calls with another value of a header.
pub fn with_header(name: &str, value: &str) -> impl Fn(&mut HttpRequest, &Operation) + use<> {
    let name = HeaderName::from_bytes(name.as_bytes()).expect("the name of a header");
    let value = HeaderValue::from_str(value).expect("the value of a header");
    move |request, _| {
        request.headers_mut().insert(name.clone(), value.clone());
    }
}

/// Breaks the JSON off.
pub fn with_broken_json(request: &mut HttpRequest, _: &Operation) {
    if is_json(request) {
        request.headers_mut().remove("content-length");
        request.set_body("{\"broken\": ");
    }
}

/// Makes something else of what is there already.
pub fn under_another_name(request: &mut HttpRequest, _: &Operation) {
    let body = request.body();
    let Some(mut body) = body.and_then(|body| serde_json::from_slice::<Value>(body).ok()) else {
        return;
    };
    if let Some(Value::String(name)) = body.get_mut("name") {
        name.push('2');
    }
    request.headers_mut().remove("content-length");
    request.set_body(body.to_string());
}

/// Whether it can be known that there is no such thing as [`of_nothing`] asks for: the things are
/// listed with their names, and any name will do.
pub fn may_be_of_nothing(root: &Value, all: &[&Operation], operation: &Operation) -> bool {
    let path = operation.path();
    let Some((collection, rest)) = path.rfind('{').map(|place| path.split_at(place)) else {
        return false;
    };
    let collection = collection.trim_end_matches('/');
    let listed = all.iter().any(|other| {
        other.path() == collection && other.method() == Method::Get && rows_have_names(root, other)
    });
    let name = rest.trim_start_matches('{').split('}').next();
    let documented = document::operations(root)
        .into_iter()
        .find(|candidate| candidate.id() == operation.document_id());
    let parameters = documented.map(|documented| documented.parameters());
    let named = parameters
        .into_iter()
        .flatten()
        .find(|parameter| parameter["name"].as_str() == name);
    let any = named.is_some_and(|parameter| resolve(root, &parameter["schema"])["enum"].is_null());
    listed && any
}

/// Whether the rows of a list hold a text or a number, by which they can be known.
fn rows_have_names(root: &Value, list: &Operation) -> bool {
    let name = |value: &Value| value.is_string() || value.is_number();
    let named = |row: &Value| name(row) || document::members(row).any(|(_, value)| name(value));
    let rows = |body: &Value| match body {
        Value::Array(rows) => rows.iter().any(named),
        _ => document::members(body).any(|(_, member)| match member {
            Value::Array(rows) => rows.iter().any(named),
            _ => false,
        }),
    };
    let replies = wire::replies(root, list).unwrap_or_default();
    let mut successes = replies.iter().filter(|told| told.status < 300);
    successes.any(|told| rows(&told.value))
}

/// Asks for what nobody has: the last path parameter is another one.
pub fn of_nothing(request: &mut HttpRequest, operation: &Operation) {
    let template: Vec<&str> = operation.path().split('/').collect();
    let Some(place) = template
        .iter()
        .rposition(|segment| segment.starts_with('{'))
    else {
        return;
    };
    let path = request.url().path().to_owned();
    let mut segments: Vec<&str> = path.split('/').collect();
    let from_the_end = template.len() - place;
    if let Some(place) = segments.len().checked_sub(from_the_end) {
        segments[place] = "no-such-thing";
    }
    request.url_mut().set_path(&segments.join("/"));
}

/// Whether the request carries JSON.
fn is_json(request: &HttpRequest) -> bool {
    let media_type = request.headers().get("content-type");
    media_type.is_some_and(|value| value.as_bytes().ends_with(b"json"))
}
