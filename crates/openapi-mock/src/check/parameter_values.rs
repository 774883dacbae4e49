//! What parameters become, and which are let through.

use std::sync::Arc;

use http::HeaderValue;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::check;
use crate::api::Api;
use crate::request::Request;
use crate::route::Route;

fn api(path: &str, parameters: &Value) -> Api {
    Api::new(&Arc::new(json!({"paths": {path: {"get": {
        "parameters": parameters,
        "responses": {"204": {"description": "Done."}},
    }}}})))
}

/// The path parameters of the call, or what is wrong with it.
fn send(api: &Api, path: &str, query: &str, cookie: &str) -> Result<Vec<String>, String> {
    let mut request = Request::for_tests("GET", path, "{\"a body that nobody\": asked for");
    query.clone_into(&mut request.query);
    let cookie = HeaderValue::from_str(cookie).unwrap();
    request.headers.insert("cookie", cookie);
    let Route::Operation(0, values) = api.router.find(&Request::for_tests("GET", path, "")) else {
        return Err("no route".to_owned());
    };
    let call = check(api, &api.operations[0], &request, values);
    let call = call.map_err(|refusal| refusal.detail)?;
    assert_eq!(call.body, None);
    Ok(call.path.into_iter().map(|(_, value)| value).collect())
}

#[test]
fn path_parameters_lose_what_their_style_adds() {
    let parameters = json!([
        {"in": "path", "name": "a", "required": true, "style": "label", "schema": {"type": "integer"}},
        {"in": "path", "name": "b", "required": true, "style": "matrix", "schema": {"type": "string"}},
        {"in": "path", "name": "c", "required": true, "schema":
            {"type": "array", "maxItems": 2, "items": {"type": "string"}}},
    ]);
    let api = api("/{a}/{b}/{c}", &parameters);
    let values = send(&api, "/.5/;b=x%20y/a%2Cb,c", "", "");
    assert_eq!(
        values,
        Ok(vec!["5".to_owned(), "x y".to_owned(), "a,b,c".to_owned()])
    );
    assert_eq!(
        send(&api, "/5/;b=x/a,b,c", "", "").unwrap_err(),
        "path parameter a: must start with a dot; \
         path parameter c: the value has more than 2 items"
    );
}

fn every_kind() -> Api {
    let parameters = json!([
        {"in": "query", "name": "where", "content": {"application/json": {"schema":
            {"type": "object", "properties": {"id": {"type": "integer"}}}}}},
        {"in": "query", "name": "page", "style": "deepObject", "schema":
            {"type": "object", "properties": {"size": {"type": "integer"}}}},
        {"in": "query", "name": "any", "schema":
            {"type": "object", "additionalProperties": {"type": "boolean"}}},
        {"in": "query", "name": "all", "allowEmptyValue": true, "schema": {"type": "boolean"}},
        {"in": "cookie", "name": "ids", "explode": false, "schema":
            {"type": "array", "items": {"type": "integer"}}},
    ]);
    api("/a", &parameters)
}

#[test]
fn queries_hold_json_objects_and_nothing() {
    let api = every_kind();
    let good = "where=%7B%22id%22:1%7D&page[size]=2&all=&beta=true&gamma=false";
    assert_eq!(send(&api, "/a", good, "ids=1,2; other=x"), Ok(Vec::new()));
    for (query, cookie, why) in [
        (
            "where=%7B%22id%22:%22x%22%7D",
            "",
            "query parameter where /id: \"x\" is not",
        ),
        ("where=%7B", "", "query parameter where: not JSON: EOF"),
        (
            "page[size]=big",
            "",
            "query parameter page /size: \"big\" is not",
        ),
        ("all=maybe", "", "query parameter all: \"maybe\" is not"),
        (
            "beta=maybe",
            "",
            "query parameter any /beta: \"maybe\" is not",
        ),
        ("", "ids=1,x", "cookie ids /1: \"x\" is not"),
    ] {
        let told = send(&api, "/a", query, cookie).unwrap_err();
        assert!(told.contains(why), "{query}: {told}");
    }
}

#[test]
fn keys_without_end_are_overlooked() {
    let parameters = json!([{"in": "query", "name": "page", "style": "deepObject", "schema":
        {"type": "object", "required": ["size"]}}]);
    let api = api("/a", &parameters);
    let deep = format!("page{}=1", "[a]".repeat(100_000));
    assert_eq!(send(&api, "/a", &deep, ""), Ok(Vec::new()));
    let missing = send(&api, "/a", "page[a]=1", "").unwrap_err();
    assert_eq!(
        missing,
        "query parameter page: \"size\" is a required property"
    );
}

proptest! {
    #[test]
    fn no_query_is_too_odd(
        name in "(where|page|any|all|x)",
        rest in "[\\[\\]=&%,.;|+a-f0-9\u{e9}]{0,40}",
        cookie in "[ -~]{0,40}",
    ) {
        let query = format!("{name}{rest}&page[size]=2");
        // Taken or refused, but never the end of the server; what is wrong has a place.
        if let Err(told) = send(&every_kind(), "/a", &query, &cookie) {
            prop_assert!(told.starts_with("query parameter ") || told.starts_with("cookie "));
        }
    }
}
