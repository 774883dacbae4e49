//! What is kept beyond single items: copies, lists of changes, files, versions; and what is told where
//! nothing is kept.

use openapi_mock::MockServer;
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::resources::{call, get};
use crate::start;

fn body(schema: &Value) -> Value {
    json!({"required": true, "content": {"application/json": {"schema": schema}}})
}

fn answer(schema: &Value) -> Value {
    json!({"description": "Fine.", "content": {"application/json": {"schema": schema}}})
}

fn shown(schema: &Value, examples: &[Value]) -> Value {
    let mut answer = answer(schema);
    let examples = examples.iter().enumerate();
    let examples = examples.map(|(number, value)| (format!("e{number}"), json!({"value": value})));
    answer["content"]["application/json"]["examples"] = Value::Object(examples.collect());
    answer
}

fn path(name: &str) -> Value {
    json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}})
}

/// Books with chapters, files and versions; a shop that may be closed.
#[allow(clippy::too_many_lines)]
fn library() -> Value {
    let text = json!({"type": "string"});
    let gone = json!({"description": "Gone."});
    let book = json!({"type": "object", "properties": {
        "id": text, "_self": text, "title": text, "revision": {"type": "string", "x-version": true},
        "updated_at": {"type": "string", "format": "date-time"}, "pages": {"type": "integer"},
    }});
    let example = json!({"id": "b1", "_self": "/books/b1", "title": "Dune", "revision": "20240611093042518273",
        "updated_at": "2024-06-11T09:30:42Z", "pages": 600});
    let chapter = json!({"type": "object", "required": ["key"],
        "properties": {"key": text, "_self": text, "text": text}});
    let chapters = json!([{"key": "c1", "_self": "/books/b1/chapters/c1", "text": "One"},
        {"key": "c2", "_self": "/books/b1/chapters/c2", "text": "Two"}]);
    let revision =
        json!({"type": "object", "required": ["revision"], "properties": {"revision": text}});
    let cover = json!({"type": "object", "properties": {
        "id": text, "file_name": text, "mime_type": text, "size_bytes": {"type": "integer"}}});
    let upload = json!({"type": "object", "required": ["file"],
        "properties": {"file": {"type": "string", "format": "binary"}}});
    let shop = json!({"type": "object", "properties": {
        "state": {"type": "string", "enum": ["open", "closed"], "x-inactive-values": ["closed"]},
        "banner": {"type": "object", "nullable": true, "properties": {"text": text}}}});
    let closed = json!({"description": "No.", "content": {"application/json": {"examples": {
        "other": {"value": {"code": "not_you"}},
        "closed": {"x-refusal": "inactive", "value": {"code": "closed"}}}}}});
    let list = |schema: &Value| json!({"type": "array", "items": schema});
    json!({
        "openapi": "3.0.3", "info": {"title": "Library", "version": "1"},
        "x-error-members": {"code": ["/code"]},
        "paths": {
            "/books": {
                "get": {"operationId": "list_books", "parameters": [
                    {"name": "min_pages", "in": "query", "schema": {"type": "integer"}},
                    {"name": "since", "in": "query", "schema": text,
                        "x-filters": {"members": ["printed_at", "updated_at"], "by": "from"}},
                    {"name": "mood", "in": "query", "schema": text},
                ], "responses": {
                    "200": shown(&list(&book), &[json!([example]), json!([{"id": "b2", "title": "Emma"}])]),
                    "403": closed}},
                "post": {"operationId": "create_book", "requestBody": body(&book),
                    "responses": {"201": answer(&book)}},
            },
            "/books/{id}": {
                "parameters": [path("id")],
                "get": {"operationId": "get_book", "responses": {"200": shown(&book, &[example])}},
                "patch": {"operationId": "change_book", "requestBody": body(&book),
                    "responses": {"200": answer(&book), "304": {"description": "Nothing changed."}}},
            },
            "/books/{id}/copy": {"post": {"operationId": "copy_book", "x-copies": true,
                "parameters": [path("id")], "requestBody": body(&json!({"type": "object", "properties": {"id": text, "title": text}})),
                "responses": {"201": answer(&book)}}},
            "/books/{id}/revisions": {"get": {"operationId": "list_revisions", "parameters": [path("id")],
                "responses": {"200": shown(&list(&revision), &[json!([{"revision": "HEAD"}, {"revision": "20240611093042518273"}])])}}},
            "/books/{id}/revisions/{revision}": {"get": {"operationId": "get_revision",
                "parameters": [path("id"), path("revision")], "responses": {"200": answer(&revision)}}},
            "/books/{id}/chapters": {
                "parameters": [path("id")],
                "get": {"operationId": "list_chapters", "responses": {"200": shown(&list(&chapter), &[chapters])}},
                "post": {"operationId": "add_chapters", "requestBody": body(&list(&json!({"type": "object", "required": ["text"], "properties": {"key": text, "text": text}}))),
                    "responses": {"204": gone, "409": gone}},
                "patch": {"operationId": "change_chapters", "requestBody": body(&list(&chapter)),
                    "responses": {"204": gone, "404": gone}},
            },
            "/books/{id}/chapters/{key}": {
                "parameters": [path("id"), path("key")],
                "get": {"operationId": "get_chapter", "responses": {"200": answer(&chapter)}},
            },
            "/covers": {"post": {"operationId": "upload_cover", "requestBody": {"required": true, "content": {"multipart/form-data": {"schema": upload}}},
                "responses": {"201": answer(&cover)}}},
            "/covers/{id}": {"parameters": [path("id")],
                "get": {"operationId": "get_cover", "responses": {"200": answer(&cover)}},
                "delete": {"operationId": "delete_cover", "responses": {"204": gone}}},
            "/covers/{id}/image": {"get": {"operationId": "get_image", "parameters": [path("id")], "responses": {"200": {
                "description": "The bytes.",
                "headers": {"Content-Disposition": {"schema": text, "example": "attachment; filename=\"x\""}},
                "content": {"image/*": {"schema": {"type": "string", "format": "binary"}, "example": "shown"}}}}}},
            "/shop": {
                "get": {"operationId": "get_shop", "responses": {"200": shown(&shop, &[json!({"state": "open", "banner": null})]), "403": closed}},
                "patch": {"operationId": "change_shop", "requestBody": body(&shop), "responses": {"200": answer(&shop)}},
            },
            "/shop/state": {"put": {"operationId": "set_state", "requestBody": body(&shop), "responses": {"200": answer(&shop), "403": closed}}},
            "/banner": {
                "put": {"operationId": "set_banner", "requestBody": body(&json!({"type": "object", "properties": {"text": text}})), "responses": {"200": answer(&shop)}},
                "delete": {"operationId": "delete_banner", "responses": {"200": answer(&shop)}},
            },
            "/books/shuffle": {"post": {"operationId": "shuffle", "responses": {"204": gone, "403": closed}}},
        },
    })
}

async fn status(server: &MockServer, method: Method, path: &str, body: Value) -> u16 {
    call(server, method, path, body).await.status().as_u16()
}

fn note(response: &Response) -> &str {
    let note = response.headers().get("x-mock-note");
    note.map_or("", |note| note.to_str().unwrap())
}

fn keys<'a>(list: &'a Value, key: &str) -> Vec<&'a str> {
    let items = list.as_array().unwrap().iter();
    items.map(|item| item[key].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_copy_has_all_that_the_original_has() {
    let server = start(&library()).await;
    let changes = json!([{"key": "c2", "text": "Changed"}]);
    assert_eq!(
        status(&server, Method::PATCH, "/books/b1/chapters", changes).await,
        204
    );
    let sent = json!({"id": "copy", "title": "Dune again"});
    let copied = call(&server, Method::POST, "/books/b1/copy", sent.clone()).await;
    assert_eq!((copied.status(), note(&copied)), (StatusCode::CREATED, ""));
    let copied: Value = copied.json().await.unwrap();
    assert_eq!(copied["_self"], "/books/copy");
    assert_eq!(
        (&copied["title"], &copied["pages"]),
        (&json!("Dune again"), &json!(600))
    );
    assert_eq!(
        keys(&get(&server, "/books").await, "id"),
        ["b1", "b2", "copy"]
    );
    assert_eq!(get(&server, "/books/copy").await["title"], "Dune again");
    let chapters = get(&server, "/books/copy/chapters").await;
    assert_eq!(keys(&chapters, "text"), ["One", "Changed"]);
    assert_eq!(chapters[1]["_self"], "/books/copy/chapters/c2");
    // From then on they are two.
    let changes = json!([{"key": "c1", "text": "Mine"}]);
    status(&server, Method::PATCH, "/books/copy/chapters", changes).await;
    assert_eq!(get(&server, "/books/b1/chapters/c1").await["text"], "One");
    assert_eq!(
        status(&server, Method::POST, "/books/b1/copy", sent).await,
        409
    );
    assert_eq!(
        status(&server, Method::POST, "/books/none/copy", json!({})).await,
        404
    );
    let unnamed = call(&server, Method::POST, "/books/b1/copy", json!({})).await;
    let unnamed: Value = unnamed.json().await.unwrap();
    let id = unnamed["id"].as_str().unwrap().to_owned();
    assert_eq!(get(&server, &format!("/books/{id}")).await["title"], "Dune");
}

#[tokio::test]
async fn lists_change_many_items_or_none() {
    let server = start(&library()).await;
    let at = "/books/b1/chapters";
    let more = json!([{"text": "Three"}, {"key": "c4", "text": "Four"}]);
    assert_eq!(status(&server, Method::POST, at, more).await, 204);
    let chapters = get(&server, at).await;
    assert_eq!(keys(&chapters, "text"), ["One", "Two", "Three", "Four"]);
    assert_eq!(chapters[3]["key"], "c4");
    let wrong = json!([{"key": "c1", "text": "Lost"}, {"key": "none", "text": "x"}]);
    assert_eq!(status(&server, Method::PATCH, at, wrong).await, 404);
    let twice = json!([{"key": "c9", "text": "a"}, {"key": "c9", "text": "b"}]);
    assert_eq!(status(&server, Method::POST, at, twice).await, 409);
    assert_eq!(get(&server, at).await, chapters);
    let right = json!([{"key": "c1", "text": "First"}, {"key": "c4"}]);
    assert_eq!(status(&server, Method::PATCH, at, right).await, 204);
    let texts = get(&server, at).await;
    assert_eq!(keys(&texts, "text"), ["First", "Two", "Three", "Four"]);
}

#[tokio::test]
async fn uploaded_bytes_come_back_as_they_were() {
    let server = start(&library()).await;
    for (bytes, name, media) in [
        (&b"\x89PNG\r\n\x00\xff"[..], "cover.png", "image/png"),
        (b"", "\u{fc}.gif", "image/gif"),
    ] {
        let part = Part::bytes(bytes).file_name(name).mime_str(media).unwrap();
        let form = Form::new().part("file", part);
        let url = format!("{}/covers", server.url());
        let made = Client::new()
            .post(url)
            .multipart(form)
            .send()
            .await
            .unwrap();
        let made: Value = made.json().await.unwrap();
        assert_eq!(
            (&made["file_name"], &made["mime_type"]),
            (&json!(name), &json!(media))
        );
        assert_eq!(made["size_bytes"], bytes.len());
        let at = format!("/covers/{}/image", made["id"].as_str().unwrap());
        let back = call(&server, Method::GET, &at, Value::Null).await;
        let disposition = back.headers()["content-disposition"].to_str().unwrap();
        let plain = name.replace('\u{fc}', "_");
        assert!(
            disposition.starts_with(&format!("attachment; filename=\"{plain}\"")),
            "{disposition}"
        );
        assert_eq!(back.bytes().await.unwrap(), bytes);
        let exported = call(&server, Method::GET, "/_mock/state", Value::Null).await;
        let exported = exported.text().await.unwrap();
        assert!(exported.contains(media), "files are part of the state");
        assert_eq!(
            status(&server, Method::DELETE, &at[..at.len() - 6], Value::Null).await,
            204
        );
        assert_eq!(status(&server, Method::GET, &at, Value::Null).await, 404);
    }
}

#[tokio::test]
async fn every_change_moves_the_version() {
    let server = start(&library()).await;
    let revision = async || get(&server, "/books/b1").await["revision"].clone();
    let first = revision().await;
    let changed = call(
        &server,
        Method::PATCH,
        "/books/b1",
        json!({"title": "Dune II"}),
    )
    .await;
    let changed: Value = changed.json().await.unwrap();
    let second = revision().await;
    assert_eq!(changed["revision"], second, "the answer tells it");
    assert!(second.as_str() > first.as_str(), "{first} {second}");
    // So does a change of what stands below.
    status(
        &server,
        Method::POST,
        "/books/b1/chapters",
        json!([{"text": "New"}]),
    )
    .await;
    let third = revision().await;
    assert!(third.as_str() > second.as_str(), "{second} {third}");
    let listed = get(&server, "/books/b1/revisions").await;
    let expected = [
        "HEAD",
        third.as_str().unwrap(),
        second.as_str().unwrap(),
        first.as_str().unwrap(),
    ];
    assert_eq!(keys(&listed, "revision"), expected);
    // Copying leaves the original alone, and so does what is refused.
    status(&server, Method::POST, "/books/b1/copy", json!({"id": "x"})).await;
    status(
        &server,
        Method::PATCH,
        "/books/b1/chapters",
        json!([{"key": "none"}]),
    )
    .await;
    assert_eq!(revision().await, third);
}

#[tokio::test]
async fn a_change_that_changes_nothing_is_told_as_such() {
    let server = start(&library()).await;
    let before = get(&server, "/books/b1").await;
    let same = call(
        &server,
        Method::PATCH,
        "/books/b1",
        json!({"title": "Dune", "pages": 600}),
    )
    .await;
    assert_eq!(same.status(), 304);
    assert_eq!(same.bytes().await.unwrap(), "");
    assert_eq!(get(&server, "/books/b1").await, before);
    let other = json!({"title": "Dune", "pages": 601});
    assert_eq!(
        status(&server, Method::PATCH, "/books/b1", other).await,
        200
    );
    assert_ne!(
        get(&server, "/books/b1").await["updated_at"],
        before["updated_at"]
    );
}

#[tokio::test]
async fn bounds_cut_lists_down_and_other_filters_are_said_to_do_nothing() {
    let server = start(&library()).await;
    let ids = async |query: &str| {
        let list = get(&server, &format!("/books?{query}")).await;
        keys(&list, "id").join(" ")
    };
    assert_eq!(ids("").await, "b1 b2", "both examples are there");
    assert_eq!(ids("min_pages=600").await, "b1");
    assert_eq!(ids("min_pages=601").await, "");
    assert_eq!(ids("since=2024-06-11").await, "b1");
    assert_eq!(ids("since=2030-01-01T00:00:00Z").await, "");
    let wrong = call(&server, Method::GET, "/books?since=soon", Value::Null).await;
    assert_eq!(wrong.status(), 400);
    let why = wrong.headers()["x-mock-refusal"].to_str().unwrap();
    assert!(why.contains("query parameter since: \"soon\""), "{why}");
    let told = call(
        &server,
        Method::GET,
        "/books?mood=sad&since=2020-01-01",
        Value::Null,
    )
    .await;
    assert!(note(&told).contains("what mood asks"), "{}", note(&told));
    let recorded = server.requests().pop().unwrap();
    assert_eq!(recorded.note(), Some(note(&told)));
}

#[tokio::test]
async fn what_is_not_kept_says_so() {
    let server = start(&library()).await;
    let shuffled = call(&server, Method::POST, "/books/shuffle", Value::Null).await;
    assert_eq!(shuffled.status(), 204);
    assert!(
        note(&shuffled).contains("does not tell what shuffle does"),
        "{}",
        note(&shuffled)
    );
    let read = call(&server, Method::GET, "/books/b1", Value::Null).await;
    assert_eq!(note(&read), "");
}

#[tokio::test]
async fn a_resource_may_shut_callers_out() {
    let server = start(&library()).await;
    let set = async |state: &str| {
        let sent = json!({ "state": state });
        status(&server, Method::PUT, "/shop/state", sent).await
    };
    assert_eq!(
        status(&server, Method::GET, "/books", Value::Null).await,
        200
    );
    assert_eq!(set("closed").await, 200);
    assert_eq!(get(&server, "/shop").await["state"], "closed");
    for (method, path) in [(Method::GET, "/books"), (Method::POST, "/books/shuffle")] {
        let refused = call(&server, method, path, Value::Null).await;
        assert_eq!(refused.status(), 403, "{path}");
        let why = refused.headers()["x-mock-refusal"].to_str().unwrap();
        assert_eq!(why, "inactive: `state` at /shop is closed");
        assert_eq!(
            refused.json::<Value>().await.unwrap(),
            json!({"code": "closed"})
        );
    }
    // What declares no such answer goes on, and so does the way back.
    assert_eq!(
        status(&server, Method::GET, "/books/b1", Value::Null).await,
        200
    );
    assert_eq!(set("open").await, 200);
    assert_eq!(
        status(&server, Method::GET, "/books", Value::Null).await,
        200
    );
}

#[tokio::test]
async fn what_is_done_to_a_resource_at_another_path_is_kept() {
    let server = start(&library()).await;
    let banner = json!({"text": "Sale"});
    let set = call(&server, Method::PUT, "/banner", banner.clone()).await;
    assert_eq!(set.json::<Value>().await.unwrap()["banner"], banner);
    assert_eq!(
        get(&server, "/shop").await,
        json!({"state": "open", "banner": banner})
    );
    assert_eq!(
        status(&server, Method::DELETE, "/banner", Value::Null).await,
        200
    );
    assert_eq!(
        get(&server, "/shop").await,
        json!({"state": "open", "banner": null})
    );
}
