//! What bodies of all kinds become.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method};
use serde_json::{Value, json};

use super::check;
use crate::api::Api;
use crate::refusal::{Reason, Refusal};
use crate::request::Request;

fn api(media: &str, content: &Value) -> Api {
    let body = json!({"required": true, "content": {media: content}});
    Api::new(&Arc::new(json!({"paths": {"/a": {"post": {
        "requestBody": body,
        "responses": {"204": {"description": "Done."}},
    }}}})))
}

fn send(api: &Api, content_type: &str, body: &[u8]) -> Result<Value, Refusal> {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_str(content_type).unwrap());
    let request = Request {
        method: Method::POST,
        path: "/a".to_owned(),
        query: String::new(),
        headers,
        body: Bytes::copy_from_slice(body),
        peer: None,
        at_root: false,
    };
    let call = check(api, &api.operations[0], &request, Vec::new())?;
    Ok(call.body.unwrap_or_default())
}

fn detail(result: Result<Value, Refusal>) -> String {
    result.unwrap_err().detail
}

const FORM: &str = "application/x-www-form-urlencoded";

fn person() -> Value {
    json!({"schema": {"type": "object", "required": ["name"], "additionalProperties": {"type": "string"},
        "properties": {
            "name": {"type": "string"},
            "age": {"type": "integer", "maximum": 130},
            "tags": {"type": "array", "items": {"type": "string"}},
            "ids": {"type": "array", "items": {"type": "integer"}},
            "address": {"type": "object", "properties": {"zip": {"type": "integer"}}},
        }},
        "encoding": {"ids": {"style": "form", "explode": false}}})
}

#[test]
fn forms_become_objects() {
    let api = api(FORM, &person());
    let body = b"name=Ada+L%C3%A9on&age=36&tags=a&tags=b&ids=1,2&address[zip]=7&more=x%26y";
    assert_eq!(
        send(&api, FORM, body),
        Ok(
            json!({"name": "Ada Léon", "age": 36, "tags": ["a", "b"], "ids": [1, 2],
            "address": {"zip": 7}, "more": "x&y"})
        )
    );
    let body = b"name=5&tags=a&address=%7B%22zip%22:7%7D";
    assert_eq!(
        send(&api, &format!("{FORM}; charset=utf-8"), body),
        Ok(json!({"name": "5", "tags": ["a"], "address": {"zip": 7}}))
    );
}

#[test]
fn forms_are_judged_by_the_schema() {
    let api = api(FORM, &person());
    let wrong = detail(send(&api, FORM, b"age=200&ids=1,b"));
    assert!(wrong.contains("body /age: 200 is greater than"), "{wrong}");
    assert!(
        wrong.contains("body /ids/1: \"b\" is not of type"),
        "{wrong}"
    );
    assert!(wrong.contains("\"name\" is a required property"), "{wrong}");
    let twice = detail(send(&api, FORM, b"name=a&name=b"));
    assert_eq!(twice, "body /name: stands 2 times, once is right");
    let broken = detail(send(&api, FORM, b"name=a&address=%7B"));
    assert!(broken.starts_with("body /address: not JSON"), "{broken}");
}

fn upload() -> Value {
    json!({"schema": {"type": "object", "required": ["file"], "additionalProperties": false,
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "count": {"type": "integer"},
            "about": {"type": "object", "properties": {"title": {"type": "string"}}},
            "more": {"type": "array", "items": {"type": "string", "format": "binary"}},
        }},
        "encoding": {"file": {"contentType": "image/png, image/*"}}})
}

fn part(head: &str, body: &str) -> String {
    format!("--b\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n")
}

fn multipart(parts: &[String]) -> Vec<u8> {
    format!("{}--b--\r\n", parts.concat()).into_bytes()
}

const MULTIPART: &str = "multipart/form-data; boundary=b";

#[test]
fn parts_become_members() {
    let api = api("multipart/form-data", &upload());
    let body = multipart(&[
        part(
            "name=\"file\"; filename=\"a.gif\"\r\nContent-Type: image/gif",
            "5",
        ),
        part("name=\"count\"", "5"),
        part("name=\"about\"", "{\"title\": \"T\"}"),
        part("name=\"more\"; filename=\"b\"", "x"),
    ]);
    assert_eq!(
        send(&api, MULTIPART, &body),
        Ok(json!({"file": "5", "count": 5, "about": {"title": "T"}, "more": ["x"]}))
    );
}

#[test]
fn parts_are_judged_by_encoding_and_schema() {
    let api = api("multipart/form-data", &upload());
    let text = part(
        "name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/csv",
        "5",
    );
    let wrong = detail(send(&api, MULTIPART, &multipart(&[text])));
    assert!(
        wrong.contains("body /file: its content type is text/csv"),
        "{wrong}"
    );
    let stray = part("name=\"stray\"", "5");
    let wrong = detail(send(&api, MULTIPART, &multipart(&[stray])));
    assert!(wrong.contains("\"file\" is a required property"), "{wrong}");
    assert!(wrong.contains("'stray' was unexpected"), "{wrong}");
}

#[test]
fn a_large_part_is_read_as_a_whole() {
    let api = api("multipart/form-data", &json!({}));
    let text = "--\r\n".repeat(1 << 20);
    let body = multipart(&[part("name=\"a\"", &text), part("name=\"b\"", "5")]);
    assert_eq!(
        send(&api, MULTIPART, &body),
        Ok(json!({"a": text, "b": "5"}))
    );
}

#[test]
fn what_is_no_multipart_ends_in_a_refusal() {
    let api = api("multipart/form-data", &upload());
    let whole = multipart(&[part("name=\"count\"", "5")]);
    for end in 1..whole.len() - 4 {
        let refusal = send(&api, MULTIPART, &whole[..end]).unwrap_err();
        assert!(
            refusal.detail.starts_with("body: no multipart/form-data: "),
            "{end}: {refusal:?}"
        );
    }
    let wrong = detail(send(&api, "multipart/form-data", &whole));
    assert!(wrong.contains("boundary"), "{wrong}");
}

#[test]
fn texts_are_decoded_and_judged() {
    let api = api(
        "text/*",
        &json!({"schema": {"type": "string", "maxLength": 4}}),
    );
    let read = |charset: &str, body: &[u8]| send(&api, &format!("text/plain{charset}"), body);
    assert_eq!(read("", "\u{feff}\u{fc}".as_bytes()), Ok(json!("ü")));
    assert_eq!(read("; charset=\"ISO-8859-1\"", b"\xfc"), Ok(json!("ü")));
    assert!(detail(read("", b"\xfc")).starts_with("body: no text: "));
    assert!(detail(read("", b"12345")).contains("longer than 4"));
    let unknown = read("; charset=klingon", b"x").unwrap_err();
    assert_eq!(unknown.reason, Reason::UnsupportedMediaType);
    assert_eq!(unknown.headers[0].0, "accept-charset");
}

#[test]
fn bytes_are_taken_as_they_are() {
    let api = api(
        "*/*",
        &json!({"schema": {"type": "string", "format": "binary"}}),
    );
    assert!(send(&api, "image/png", b"\x89PNG\xff").is_ok());
    assert!(send(&api, "text/plain", b"\xff").is_ok());
}

#[test]
fn at_most_ten_faults_are_told() {
    let api = api(
        "application/json",
        &json!({"schema": {"type": "array", "items": {"type": "string"}}}),
    );
    let body = Value::from(vec![5; 50]).to_string();
    let told = detail(send(&api, "application/json", body.as_bytes()));
    assert_eq!(told.matches("is not of type").count(), 10);
    assert!(told.ends_with("; and more"), "{told}");
}
