//! What replies are labelled as, how they travel, and how a server takes connections.

use openapi_mock::{Document, MockServer};
use reqwest::{Client, Response};
use serde_json::{Value, json};

use crate::{outcome, start};

/// A document whose operation `/NAME` answers with a media type object, and what else a response has.
fn document(answers: &[(&str, &str, Value)], headers: &Value) -> Value {
    let mut root = json!({"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {}});
    for (name, media, object) in answers {
        root["paths"][format!("/{name}")]["get"] = json!({
            "operationId": name,
            "responses": {"200": {"description": "Fine.", "headers": headers, "content": {*media: object}}},
        });
    }
    root
}

async fn get(server: &MockServer, name: &str, accept: &str) -> Response {
    let request = Client::new().get(format!("{}/{name}", server.url()));
    request.header("accept", accept).send().await.unwrap()
}

async fn told(reply: Response) -> (u16, String, String) {
    let status = reply.status().as_u16();
    let label = reply.headers().get("content-type");
    let label = label.map_or("", |label| label.to_str().unwrap()).to_owned();
    (status, label, reply.text().await.unwrap())
}

#[tokio::test]
async fn headers_of_the_transfer_are_never_those_of_the_document() {
    let headers = json!({
        "Content-Encoding": {"schema": {"type": "string", "example": "gzip"}},
        "Content-Length": {"required": true, "schema": {"type": "integer"}},
        "Transfer-Encoding": {"required": true, "example": "chunked", "schema": {"type": "string"}},
        "Connection": {"required": true, "example": "close", "schema": {"type": "string"}},
        "Date": {"required": true, "schema": {"type": "string"}, "example": "Thu, 01 Jan 1970 00:00:00 GMT"},
        "X-Rate": {"required": true, "example": 5, "schema": {"type": "integer"}},
    });
    let media = json!({"schema": {"type": "string"}, "example": "Ada"});
    let server = start(&document(&[("one", "application/json", media)], &headers)).await;
    let reply = get(&server, "one", "*/*").await;
    let sent = reply.headers().clone();
    assert_eq!(sent["x-rate"], "5");
    for name in ["content-encoding", "transfer-encoding", "connection"] {
        assert!(!sent.contains_key(name), "{name}");
    }
    assert_eq!(sent["content-length"], "5");
    assert!(!sent["date"].to_str().unwrap().contains("1970"));
    assert_eq!(reply.text().await.unwrap(), r#""Ada""#);
    let warnings: Vec<&str> = server.warnings().collect();
    assert_eq!(warnings.len(), 5, "{warnings:?}");
    assert_eq!(
        warnings[0],
        "the header Content-Encoding is not copied from the document, since it tells how a body travels; declared by one"
    );
}

#[tokio::test]
async fn json_is_labelled_as_json_wherever_anything_goes() {
    let object = json!({"schema": {"type": "object"}, "example": {"a": 1}});
    let server = start(&document(
        &[
            ("anything", "*/*", object.clone()),
            ("application", "application/*", object.clone()),
            (
                "bytes",
                "*/*",
                json!({"schema": {"type": "string", "format": "binary"}}),
            ),
            (
                "image",
                "image/*",
                json!({"schema": {"type": "string", "format": "binary"}}),
            ),
        ],
        &json!({}),
    ))
    .await;
    for name in ["anything", "application"] {
        for accept in ["*/*", "application/json", "text/csv, */*;q=0.1"] {
            let found = told(get(&server, name, accept).await).await;
            assert_eq!(
                found,
                (200, "application/json".to_owned(), r#"{"a":1}"#.to_owned()),
                "{name} {accept}"
            );
        }
        let refused = get(&server, name, "text/csv").await;
        assert_eq!(outcome(&refused), (406, "not-acceptable".to_owned()));
    }
    for (name, accept, label) in [
        ("bytes", "*/*", "application/octet-stream"),
        ("bytes", "application/pdf", "application/pdf"),
        ("image", "image/webp", "image/webp"),
    ] {
        let (status, found, _) = told(get(&server, name, accept).await).await;
        assert_eq!((status, found.as_str()), (200, label), "{name} {accept}");
    }
}

#[tokio::test]
async fn lists_of_any_media_type_keep_their_state() {
    let pet = json!({"type": "object", "required": ["id", "name"], "properties": {
        "id": {"type": "integer"}, "name": {"type": "string"},
    }});
    let content = |schema: &Value| json!({"*/*": {"schema": schema}});
    let answer = |schema: &Value| json!({"description": "Fine.", "content": content(schema)});
    let root = json!({"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {
        "/pets": {
            "get": {"responses": {"200": answer(&json!({"type": "array", "items": pet}))}},
            "post": {
                "requestBody": {"content": {"application/json": {"schema": pet}}},
                "responses": {"201": answer(&pet)},
            },
        },
        "/pets/{id}": {"get": {
            "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}}],
            "responses": {"200": answer(&pet)},
        }},
    }});
    let server = start(&root).await;
    let pets = format!("{}/pets", server.url());
    let made = Client::new()
        .post(&pets)
        .json(&json!({"id": 77, "name": "Rex"}))
        .send()
        .await
        .unwrap();
    assert_eq!(made.status(), 201);
    let read: Value = reqwest::get(format!("{pets}/77"))
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(read["name"], "Rex");
}

#[tokio::test]
async fn a_stream_of_events_is_one() {
    let item = json!({"type": "object", "properties": {"n": {"type": "integer"}}});
    let list = json!({"schema": {"type": "array", "items": item}, "example": [{"n": 1}, {"n": 2}]});
    let one = json!({"schema": item, "example": {"n": 3}});
    let written = json!({"schema": item, "example": "event: n\ndata: {\"n\": 4}\n\n"});
    let server = start(&document(
        &[
            ("list", "text/event-stream", list),
            ("one", "text/event-stream", one),
            ("written", "text/event-stream", written),
        ],
        &json!({}),
    ))
    .await;
    for (name, text) in [
        ("list", "data: {\"n\":1}\n\ndata: {\"n\":2}\n\n"),
        ("one", "data: {\"n\":3}\n\n"),
        ("written", "event: n\ndata: {\"n\": 4}\n\n"),
    ] {
        let found = told(get(&server, name, "text/event-stream").await).await;
        assert_eq!(
            found,
            (200, "text/event-stream".to_owned(), text.to_owned())
        );
    }
}

#[tokio::test]
async fn no_body_is_labelled_as_what_it_is_not() {
    let object = json!({"schema": {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}});
    let shown = json!({"schema": object["schema"], "example": "<a>1</a>"});
    let mut root = document(
        &[
            ("made", "application/xml", object.clone()),
            ("shown", "application/xml", shown),
            ("either", "application/xml", object.clone()),
        ],
        &json!({}),
    );
    root["paths"]["/either"]["get"]["responses"]["200"]["content"]["application/json"] = object;
    let server = start(&root).await;
    let refused = get(&server, "made", "*/*").await;
    assert_eq!(outcome(&refused), (406, "not-acceptable".to_owned()));
    let found = told(get(&server, "shown", "*/*").await).await;
    assert_eq!(
        found,
        (200, "application/xml".to_owned(), "<a>1</a>".to_owned())
    );
    let (status, label, _) = told(get(&server, "either", "*/*").await).await;
    assert_eq!((status, label.as_str()), (200, "application/json"));
}

/// The lint of the document and its mock server say the same of every value of every format.
#[tokio::test]
async fn one_judge_says_what_a_format_is() {
    let samples = [
        ("byte", "string", json!("aGk="), json!("!!! not base64")),
        ("date", "string", json!("2024-02-29"), json!("2023-02-29")),
        (
            "date-time",
            "string",
            json!("2024-02-29T12:00:00Z"),
            json!("2024-02-29 12:00"),
        ),
        ("time", "string", json!("12:00:00Z"), json!("25:00:00Z")),
        ("duration", "string", json!("P3D"), json!("3 days")),
        (
            "email",
            "string",
            json!("a@example.com"),
            json!("a.example.com"),
        ),
        (
            "hostname",
            "string",
            json!("example.com"),
            json!("-example-.com-"),
        ),
        ("ipv4", "string", json!("192.0.2.1"), json!("192.0.2.256")),
        ("ipv6", "string", json!("2001:db8::1"), json!("2001:db8")),
        (
            "uri",
            "string",
            json!("https://example.com/"),
            json!("not a uri"),
        ),
        (
            "uuid",
            "string",
            json!("7f0c1f6e-2f0b-4c39-9a3e-0d5a3c9b8e11"),
            json!("7f0c1f6e"),
        ),
        ("regex", "string", json!("^a$"), json!("(")),
        (
            "int32",
            "integer",
            json!(2_147_483_647),
            json!(2_147_483_648_i64),
        ),
        (
            "int64",
            "integer",
            json!(9_007_199_254_740_993_i64),
            json!(1e19),
        ),
        ("int8", "integer", json!(127), json!(128)),
        ("uint16", "integer", json!(65_535), json!(-1)),
        ("password", "string", json!("anything"), json!(5)),
        ("x-unknown", "string", json!("anything"), json!(5)),
    ];
    let mut root = document(&[], &json!({}));
    for (format, kind, _, _) in &samples {
        let schema = json!({"type": kind, "format": format});
        root["paths"][format!("/{format}")]["put"] = json!({
            "operationId": format!("put_{format}"),
            "requestBody": {"required": true, "content": {"application/json": {"schema": schema}}},
            "responses": {"204": {"description": "Fine."}},
        });
    }
    let server = start(&root).await;
    for (format, _, right, wrong) in samples {
        for (value, is_right) in [(right, true), (wrong, false)] {
            let request = Client::new().put(format!("{}/{format}", server.url()));
            let reply = request.json(&value).send().await.unwrap();
            assert_eq!(
                reply.status() == 204,
                is_right,
                "the mock, {format}: {value}"
            );
            let mut shown = root.clone();
            let media = &mut shown["paths"][format!("/{format}")]["put"]["requestBody"]["content"]
                ["application/json"];
            media["example"] = value.clone();
            let findings = openapi_document::lint::check(&shown);
            let is_found = findings.iter().any(|finding| finding.code == "L501");
            assert_eq!(!is_found, is_right, "the lint, {format}: {value}");
        }
    }
}

/// A pattern that is no regular expression takes nothing else of its schema away.
#[tokio::test]
async fn a_broken_pattern_is_overlooked_alone() {
    let schema = json!({"type": "object", "required": ["a", "b"], "properties": {
        "a": {"type": "string", "pattern": "("}, "b": {"type": "integer"},
    }});
    let mut root = document(&[], &json!({}));
    root["paths"]["/a"]["put"] = json!({
        "requestBody": {"required": true, "content": {"application/json": {"schema": schema}}},
        "responses": {"204": {"description": "Fine."}},
    });
    let server = start(&root).await;
    for (body, status) in [
        (json!({"a": "x", "b": 1}), 204),
        (json!({"a": "x", "b": "y"}), 400),
    ] {
        let request = Client::new().put(format!("{}/a", server.url())).json(&body);
        assert_eq!(request.send().await.unwrap().status(), status, "{body}");
    }
}

/// Operations of one path that a query tells apart have parameters of their own.
#[tokio::test]
async fn the_query_of_a_path_leads_to_its_operation() {
    let root = json!({"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {
        "/messages": {"get": {"operationId": "plain", "responses": {"204": {"description": "Fine."}}}},
        "/messages?beta=true": {"get": {
            "operationId": "beta",
            "parameters": [{"name": "limit", "in": "query", "required": true, "schema": {"type": "integer"}}],
            "responses": {"204": {"description": "Fine."}},
        }},
        "/jobs/{id}": {"get": {"operationId": "job", "parameters": [
            {"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}},
        ], "responses": {"204": {"description": "Fine."}}}},
        "/jobs/{id}:cancel": {"post": {"operationId": "cancel", "parameters": [
            {"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}},
        ], "responses": {"204": {"description": "Fine."}}}},
    }});
    let document = Document::bundled(&root.to_string()).unwrap();
    let server = MockServer::start(document).await.unwrap();
    let status = async |target: &str| {
        let reply = reqwest::get(format!("{}{target}", server.url())).await;
        reply.unwrap().status().as_u16()
    };
    assert_eq!(status("/messages").await, 204);
    assert_eq!(status("/messages?beta=true").await, 400);
    assert_eq!(status("/messages?beta=true&limit=5").await, 204);
    let cancel = Client::new().post(format!("{}/jobs/7:cancel", server.url()));
    assert_eq!(cancel.send().await.unwrap().status(), 204);
    let calls: Vec<_> = ["plain", "beta", "cancel"]
        .map(|id| server.requests_of(id).unwrap().len())
        .into();
    assert_eq!(calls, [1, 2, 1]);
}

/// A number that is as great as numbers get leaves room for others.
#[tokio::test]
async fn keys_do_not_run_out_at_the_greatest() {
    for (format, greatest) in [
        ("int64", u64::MAX.to_string()),
        ("int64", i64::MAX.to_string()),
        ("int32", i32::MAX.to_string()),
    ] {
        let thing = json!({"type": "object", "properties": {
            "id": {"type": "integer", "format": format, "readOnly": true}, "name": {"type": "string"},
        }});
        let body = json!({"required": true, "content": {"application/json": {"schema": thing}}});
        let answer =
            json!({"description": "Fine.", "content": {"application/json": {"schema": thing}}});
        let root = json!({"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {
            "/things": {"post": {"requestBody": body, "responses": {"201": answer}}},
            "/things/{id}": {
                "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}}],
                "get": {"responses": {"200": answer}},
                "put": {"requestBody": body, "responses": {"200": answer, "201": answer}},
            },
        }});
        let server = start(&root).await;
        let things = format!("{}/things", server.url());
        let put = Client::new()
            .put(format!("{things}/{greatest}"))
            .json(&json!({"name": "a"}));
        put.send().await.unwrap();
        let mut ids = Vec::new();
        for _ in 0..3 {
            let made = Client::new()
                .post(&things)
                .json(&json!({"name": "b"}))
                .send()
                .await
                .unwrap();
            assert_eq!(made.status(), 201, "{greatest}");
            ids.push(made.json::<Value>().await.unwrap()["id"].as_u64().unwrap());
        }
        ids.dedup();
        assert!(ids.len() == 3 && !ids.contains(&0), "{greatest}: {ids:?}");
    }
}
