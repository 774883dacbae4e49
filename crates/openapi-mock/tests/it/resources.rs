//! Resources that a mock keeps.

use openapi_mock::{Document, MockServer};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Map, Value, json};

/// A document without credentials, so that what is tested here stands alone.
pub(crate) fn open_to_all(json: &str) -> Document {
    let mut root: Value = serde_json::from_str(json).unwrap();
    root["security"] = json!([]);
    for item in root["paths"].as_object_mut().unwrap().values_mut() {
        for operation in item.as_object_mut().unwrap().values_mut() {
            if let Some(operation) = operation.as_object_mut() {
                operation.remove("security");
                operation.remove("x-client-features");
            }
        }
    }
    Document::bundled(&root.to_string()).unwrap()
}

async fn configuration() -> MockServer {
    let text = include_str!("../../../../generated/configuration-client/openapi.json");
    MockServer::start(open_to_all(text)).await.unwrap()
}

pub(crate) async fn call(server: &MockServer, method: Method, path: &str, body: Value) -> Response {
    let mut request = reqwest::Client::new().request(method, format!("{}{path}", server.url()));
    if !body.is_null() {
        request = request.json(&body);
    }
    request.send().await.unwrap()
}

pub(crate) async fn get(server: &MockServer, path: &str) -> Value {
    let response = call(server, Method::GET, path, Value::Null).await;
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    response.json().await.unwrap()
}

async fn status(server: &MockServer, method: Method, path: &str, body: Value) -> u16 {
    call(server, method, path, body).await.status().as_u16()
}

fn names(list: &Value) -> Vec<&str> {
    let items = list.as_array().unwrap().iter();
    items.map(|item| item["name"].as_str().unwrap()).collect()
}

const CLIENTS: &str = "/config/myapp/clients";
const FLOW: &str = "/config/myapp/flows/standard";

#[tokio::test]
async fn clients_are_created_read_changed_and_deleted() {
    let server = configuration().await;
    let before = get(&server, CLIENTS).await;
    assert_eq!(names(&before), ["Application owner", "Web shop sign-in"]);
    let first = before[0]["_id"].as_str().unwrap();
    assert_eq!(before[0]["_self"], format!("{CLIENTS}/{first}"));

    let sent = json!({"name": "Reports", "features": ["direct_access"]});
    let created = call(&server, Method::POST, CLIENTS, sent).await;
    assert_eq!(created.status(), StatusCode::CREATED);
    let created: Value = created.json().await.unwrap();
    let id = created["_id"].as_str().unwrap();
    let path = format!("{CLIENTS}/{id}");
    assert_eq!(created["_self"], path);
    assert_eq!(created["_settings"], format!("{path}/settings"));
    assert_eq!(created["features"], json!(["direct_access"]));
    assert_eq!(get(&server, &path).await, created);
    assert_eq!(get(&server, CLIENTS).await.as_array().unwrap().len(), 3);

    let changed = json!({"name": "Reports 2", "features": [], "ipWhitelist": ["0.0.0.0/0"]});
    let response = call(&server, Method::PUT, &path, changed).await;
    let response: Value = response.json().await.unwrap();
    assert_eq!(response["name"], "Reports 2");
    assert!(names(&get(&server, CLIENTS).await).contains(&"Reports 2"));
    assert_eq!(response["_secret"], created["_secret"]);
    assert_eq!(get(&server, &path).await, response);

    let renewed = json!({"hoursToLive": 2});
    let renewed = call(&server, Method::PUT, &format!("{path}/secret"), renewed).await;
    let renewed: Value = renewed.json().await.unwrap();
    assert_ne!(renewed["_secret"], created["_secret"]);
    assert_eq!(get(&server, &path).await["_secret"], renewed["_secret"]);

    assert_eq!(
        status(&server, Method::DELETE, &path, Value::Null).await,
        204
    );
    assert_eq!(status(&server, Method::GET, &path, Value::Null).await, 404);
    assert_eq!(
        status(&server, Method::DELETE, &path, Value::Null).await,
        404
    );
    let settings = format!("{path}/settings");
    assert_eq!(
        status(&server, Method::GET, &settings, Value::Null).await,
        404
    );
    assert_eq!(get(&server, CLIENTS).await, before);
}

#[tokio::test]
async fn what_is_unique_is_kept_so() {
    let server = configuration().await;
    let reports = json!({"name": "Reports", "features": [], "ipWhitelist": []});
    let created = call(&server, Method::POST, CLIENTS, reports.clone()).await;
    let created: Value = created.json().await.unwrap();
    let path = format!("{CLIENTS}/{}", created["_id"].as_str().unwrap());
    let before = get(&server, CLIENTS).await;

    let again = call(&server, Method::POST, CLIENTS, reports.clone()).await;
    assert_eq!(again.status(), StatusCode::CONFLICT);
    let why = again.headers()["x-mock-refusal"].to_str().unwrap();
    assert!(
        why.starts_with("conflict: ") && why.ends_with("has this `name` already"),
        "{why}"
    );
    let body: Value = again.json().await.unwrap();
    assert_eq!(body["errors"], "The name is already in use.");

    let taken = json!({"name": before[0]["name"], "features": [], "ipWhitelist": []});
    let refused = call(&server, Method::PUT, &path, taken).await;
    assert!(refused.status().is_client_error());
    let why = refused.headers()["x-mock-refusal"].to_str().unwrap();
    assert!(why.starts_with("conflict: "), "{why}");
    assert_eq!(get(&server, CLIENTS).await, before);

    assert_eq!(
        status(&server, Method::PUT, &path, reports.clone()).await,
        200
    );
    let elsewhere = "/config/otherapp/clients";
    assert_eq!(status(&server, Method::POST, elsewhere, reports).await, 201);
}

#[tokio::test]
async fn made_resources_share_nothing_unique_either() {
    let mut document = boards();
    let color = json!({"type": "string", "enum": ["red", "green", "blue"], "x-unique": true});
    for operation in ["get", "put"] {
        let path = "/paths/~1boards~1{slug}".to_owned();
        let schema = format!("{path}/{operation}/responses/200/content/application~1json/schema");
        let schema = document.pointer_mut(&schema).unwrap();
        schema["properties"]["color"] = color.clone();
        schema["required"] = json!(["slug", "color"]);
    }
    let list = "/paths/~1boards/get/responses/200/content/application~1json/schema/items";
    document.pointer_mut(list).unwrap()["properties"]["color"] = color;
    for seed in 0..4 {
        let document = open_to_all(&document.to_string());
        let builder = MockServer::builder().mount("", document).seed(seed);
        let server = builder.start().await.unwrap();
        let boards = get(&server, "/boards").await;
        let mut colors: Vec<&str> = boards
            .as_array()
            .unwrap()
            .iter()
            .map(|board| board["color"].as_str().unwrap())
            .collect();
        colors.sort_unstable();
        assert_eq!(colors, ["blue", "green", "red"]);
        let new = json!({"slug": "new", "color": "red"});
        let refused = status(&server, Method::PUT, "/boards/new", new).await;
        assert_eq!(refused, 409);
        assert_eq!(
            status(&server, Method::GET, "/boards/new", Value::Null).await,
            404
        );
    }
}

#[tokio::test]
async fn fields_need_their_flow_and_a_name_of_their_own() {
    let server = configuration().await;
    let fields = format!("{FLOW}/fields");
    let field = json!({"name": "nickname", "type": "text", "schemaAttribute": "nickname"});
    let created = call(&server, Method::POST, &fields, field.clone()).await;
    assert_eq!(created.status(), StatusCode::CREATED);
    let location = created.headers()["location"].to_str().unwrap();
    assert_eq!(location, format!("{fields}/nickname"));
    let read = get(&server, location).await;
    assert_eq!(
        (&read["name"], &read["type"]),
        (&json!("nickname"), &json!("text"))
    );
    let list = get(&server, &fields).await;
    assert!(names(&list).contains(&"nickname"), "{list}");

    let again = call(&server, Method::POST, &fields, field.clone()).await;
    assert_eq!(again.status(), StatusCode::CONFLICT);
    assert!(
        again.headers()["x-mock-refusal"]
            .to_str()
            .unwrap()
            .contains("conflict")
    );

    let elsewhere = "/config/myapp/flows/nosuchflow/fields";
    assert_eq!(status(&server, Method::POST, elsewhere, field).await, 404);
    assert_eq!(
        status(&server, Method::GET, elsewhere, Value::Null).await,
        404
    );
}

/// The first example says what the item is, others in which states there are more.
#[tokio::test]
async fn the_first_item_is_not_in_two_states_at_once() {
    let room = json!({"type": "object", "properties": {
        "id": {"type": "string"}, "name": {"type": "string"}, "moved_to": {"type": "string"}}});
    let shown = json!({
        "open": {"value": {"name": "Attic"}},
        "moved": {"value": {"moved_to": "cellar"}},
        "other": {"value": {"id": "hall", "moved_to": "cellar"}},
    });
    let content = |schema: &Value| json!({"application/json": {"schema": schema}});
    let mut read = content(&room);
    read["application/json"]["examples"] = shown;
    let list = json!({"type": "array", "items": room});
    let document = json!({
        "openapi": "3.0.3", "info": {"title": "Rooms", "version": "1"},
        "paths": {
            "/rooms": {"get": {"responses": {"200": {"description": "All.", "content": content(&list)}}}},
            "/rooms/{room_id}": {"get": {
                "parameters": [{"name": "room_id", "in": "path", "required": true,
                    "schema": {"type": "string"}, "example": "attic"}],
                "responses": {"200": {"description": "One.", "content": read}}}},
        }
    });
    let server = MockServer::start(Document::bundled(&document.to_string()).unwrap());
    let server = server.await.unwrap();
    let attic = get(&server, "/rooms/attic").await;
    assert_eq!(
        (&attic["name"], attic.get("moved_to")),
        (&json!("Attic"), None)
    );
    assert_eq!(get(&server, "/rooms/hall").await["moved_to"], "cellar");
}

#[tokio::test]
async fn links_and_strings_are_replaced_whole() {
    let server = configuration().await;
    let path = format!("{FLOW}/links/linkPrivacyPolicy");
    let before = get(&server, &path).await;
    assert_eq!(before["target"], "_blank");
    let sent = json!({"name": "linkPrivacyPolicy", "elementHref": "https://example.org/p",
        "elementText": {"key": "5f0c9b1e7d3a4c26b8e1f29a6d47c350"}});
    assert_eq!(status(&server, Method::PUT, &path, sent).await, 204);
    let after = get(&server, &path).await;
    assert_eq!(after["elementHref"], "https://example.org/p");
    assert_eq!(after.get("target"), None, "{after}");

    let strings = format!("{FLOW}/strings");
    let sent = json!({"name": "hello", "value": {"key": "5f0c9b1e7d3a4c26b8e1f29a6d47c350"}});
    assert_eq!(status(&server, Method::POST, &strings, sent).await, 201);
    let read = get(&server, &format!("{strings}/hello")).await;
    assert_eq!(read["_self"], format!("{strings}/hello"));
    assert_eq!(
        status(
            &server,
            Method::DELETE,
            &format!("{strings}/hello"),
            Value::Null
        )
        .await,
        204
    );
    assert_eq!(
        status(
            &server,
            Method::GET,
            &format!("{strings}/hello"),
            Value::Null
        )
        .await,
        404
    );
}

#[tokio::test]
async fn texts_and_settings_are_kept() {
    let server = configuration().await;
    let template = format!("{FLOW}/locales/en-US/mailTemplates/passwordRecover");
    let send = |path: String, kind: &'static str, text: &'static str| {
        let request = reqwest::Client::new().put(format!("{}{path}", server.url()));
        request.header("content-type", kind).body(text).send()
    };
    let read = |path: String, kind: &'static str| {
        let request = reqwest::Client::new().get(format!("{}{path}", server.url()));
        let response = request.header("accept", kind).send();
        async { response.await.unwrap().text().await.unwrap() }
    };
    let subject = format!("{template}/subject");
    assert_eq!(
        send(subject.clone(), "text/plain", "New subject")
            .await
            .unwrap()
            .status(),
        204
    );
    assert_eq!(read(subject, "text/plain").await, "New subject");
    assert_eq!(get(&server, &template).await["subject"], "New subject");

    let body = format!("{template}/body");
    send(body.clone(), "text/html", "<p>Hello</p>")
        .await
        .unwrap();
    assert_eq!(read(body.clone(), "text/html").await, "<p>Hello</p>");
    assert!(read(body, "text/plain").await.starts_with("Open this link"));

    let settings = "/config/myapp/settings";
    let before = get(&server, settings).await;
    assert_eq!(before["_self"], settings);
    let sent = json!({"default_flow_name": "mobile", "my_own": "7"});
    assert!(status(&server, Method::PUT, settings, sent).await < 300);
    let after = get(&server, settings).await;
    let expected = json!({"_self": settings, "default_flow_name": "mobile", "my_own": "7"});
    assert_eq!(after, expected);
}

#[tokio::test]
async fn what_is_reset_is_as_it_was_and_seeds_depend_on_the_seed() {
    let server = configuration().await;
    let before = get(&server, CLIENTS).await;
    let sent = json!({"name": "Reports"});
    let first: Value = call(&server, Method::POST, CLIENTS, sent.clone())
        .await
        .json()
        .await
        .unwrap();
    server.reset();
    assert_eq!(get(&server, CLIENTS).await, before);
    let again: Value = call(&server, Method::POST, CLIENTS, sent.clone())
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(first, again);
    let text = include_str!("../../../../generated/configuration-client/openapi.json");
    let other = MockServer::builder()
        .mount("", open_to_all(text))
        .seed(9)
        .start()
        .await
        .unwrap();
    let other: Value = call(&other, Method::POST, CLIENTS, sent)
        .await
        .json()
        .await
        .unwrap();
    assert_ne!(first["_id"], other["_id"]);
}

/// An answer that says whether it is that to an earlier call.
fn replayed(mut answer: Value) -> Value {
    let schema = json!({"type": "boolean"});
    answer["headers"]["Replayed"] =
        json!({"x-tells": "replayed", "schema": schema, "example": true});
    answer
}

/// Boards with notes below them, the way most APIs are.
pub(crate) fn boards() -> Value {
    let note = json!({"type": "object", "required": ["id", "text"], "properties": {
        "id": {"type": "integer", "readOnly": true},
        "text": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "meta": {"type": "object", "additionalProperties": {"type": "string"}},
        "pinned": {"type": "boolean", "nullable": true},
        "created_at": {"type": "string", "format": "date-time", "readOnly": true},
    }});
    // What can be sent to a note that is there, null for what shall go.
    let change = json!({"type": "object", "properties": {
        "text": {"type": "string"},
        "tags": {"type": "array", "nullable": true, "items": {"type": "string"}},
        "meta": {"type": "object", "additionalProperties": {"type": "string", "nullable": true}},
        "pinned": {"type": "boolean", "nullable": true},
    }});
    let json = |schema: Value| json!({"application/json": {"schema": schema}});
    let answer = |schema: Value| json!({"description": "", "content": json(schema)});
    let nothing = json!({"description": ""});
    let reference = json!({"$ref": "#/components/schemas/Note"});
    let list = json!({"type": "array", "items": reference});
    let path = |name: &str| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}});
    let query = |name: &str| json!({"name": name, "in": "query", "schema": {"type": "string"}});
    let board = json!({"type": "object", "required": ["slug"], "properties": {
        "slug": {"type": "string", "pattern": "^[a-z-]+$"}, "title": {"type": "string"}}});
    json!({
        "openapi": "3.0.3", "info": {"title": "Boards", "version": "1"},
        "paths": {
            "/boards": {
                "get": {"operationId": "list_boards", "responses": {"200": answer(json!({"type": "array", "items": board}))}},
                "post": {"operationId": "create_board",
                    "requestBody": {"content": json(board.clone())}, "responses": {"201": answer(board.clone())}},
            },
            "/boards/{slug}": {
                "get": {"operationId": "get_board", "parameters": [path("slug")], "responses": {"200": answer(board.clone())}},
                "put": {"operationId": "put_board", "parameters": [path("slug")],
                    "requestBody": {"content": json(board.clone())}, "responses": {"200": answer(board.clone()), "201": answer(board)}},
                "delete": {"operationId": "delete_board", "parameters": [path("slug")], "responses": {"204": nothing}},
            },
            "/boards/{slug}/notes": {
                "get": {"operationId": "list_notes", "parameters": [path("slug"), query("text"), query("tags"), query("q")],
                    "responses": {"200": answer(list)}},
                "post": {"operationId": "create_note", "x-idempotency-key": "Idempotency-Key", "parameters": [path("slug")],
                    "requestBody": {"content": json(reference.clone())}, "responses": {"201": replayed(answer(reference.clone()))}},
            },
            "/boards/{slug}/notes/{note_id}": {
                "get": {"operationId": "get_note", "parameters": [path("slug"), path("note_id")], "responses": {"200": answer(reference.clone())}},
                "patch": {"operationId": "patch_note", "parameters": [path("slug"), path("note_id")],
                    "requestBody": {"content": json(change)}, "responses": {"200": answer(reference.clone())}},
                "put": {"operationId": "put_note", "parameters": [path("slug"), path("note_id")],
                    "requestBody": {"content": json(reference.clone())}, "responses": {"200": answer(reference)}},
                "delete": {"operationId": "delete_note", "parameters": [path("slug"), path("note_id")], "responses": {"204": nothing}},
            },
        },
        "components": {"schemas": {"Note": note}},
    })
}

async fn board_server() -> MockServer {
    MockServer::start(open_to_all(&boards().to_string()))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_new_parent_has_no_children_yet_and_takes_them_along() {
    let server = board_server().await;
    let seeded = get(&server, "/boards").await;
    assert_eq!(seeded.as_array().unwrap().len(), 3);
    let slug = seeded[0]["slug"].as_str().unwrap();
    let notes = get(&server, &format!("/boards/{slug}/notes")).await;
    assert_eq!(notes.as_array().unwrap().len(), 3);

    let created = call(&server, Method::POST, "/boards", json!({"slug": "mine"})).await;
    assert_eq!(
        created.headers()["location"],
        format!("{}/boards/mine", server.url())
    );
    assert_eq!(get(&server, "/boards/mine/notes").await, json!([]));
    let note = call(
        &server,
        Method::POST,
        "/boards/mine/notes",
        json!({"text": "x"}),
    )
    .await;
    let note: Value = note.json().await.unwrap();
    assert!(
        note["id"].is_i64() && note["created_at"].is_string(),
        "{note}"
    );
    let path = format!("/boards/mine/notes/{}", note["id"]);
    assert_eq!(get(&server, &path).await, note);

    assert_eq!(
        status(&server, Method::DELETE, "/boards/mine", Value::Null).await,
        204
    );
    assert_eq!(status(&server, Method::GET, &path, Value::Null).await, 404);
    assert_eq!(
        status(
            &server,
            Method::PUT,
            "/boards/mine",
            json!({"slug": "mine"})
        )
        .await,
        201
    );
    assert_eq!(
        status(
            &server,
            Method::PUT,
            "/boards/mine",
            json!({"slug": "mine"})
        )
        .await,
        200
    );
    assert_eq!(get(&server, "/boards/mine/notes").await, json!([]));
}

#[tokio::test]
async fn patches_merge_and_puts_replace() {
    let server = board_server().await;
    call(&server, Method::POST, "/boards", json!({"slug": "b"})).await;
    let sent =
        json!({"text": "a", "tags": ["x"], "meta": {"k": "1", "l": "2"}, "pinned": true, "id": 99});
    let note: Value = call(&server, Method::POST, "/boards/b/notes", sent)
        .await
        .json()
        .await
        .unwrap();
    let (id, made) = (note["id"].clone(), note["created_at"].clone());
    assert_ne!(id, 99, "the server gives ids");
    let path = format!("/boards/b/notes/{id}");
    let sent = json!({"pinned": null, "tags": null, "meta": {"k": null, "m": "3"}});
    let patched: Value = call(&server, Method::PATCH, &path, sent)
        .await
        .json()
        .await
        .unwrap();
    let expected = json!({"id": id, "text": "a", "meta": {"l": "2", "m": "3"}, "pinned": null, "created_at": made});
    assert_eq!(patched, expected);
    let put: Value = call(&server, Method::PUT, &path, json!({"text": "b"}))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(put, json!({"id": id, "text": "b", "created_at": made}));
}

#[tokio::test]
async fn lists_are_filtered_by_declared_parameters() {
    let server = board_server().await;
    call(&server, Method::POST, "/boards", json!({"slug": "b"})).await;
    for (text, tag) in [
        ("red apple", "fruit"),
        ("red car", "thing"),
        ("pear", "fruit"),
    ] {
        call(
            &server,
            Method::POST,
            "/boards/b/notes",
            json!({"text": text, "tags": [tag]}),
        )
        .await;
    }
    for (query, texts) in [
        ("?text=pear", vec!["pear"]),
        ("?tags=fruit", vec!["red apple", "pear"]),
        ("?q=RED", vec!["red apple", "red car"]),
        ("?q=red&tags=fruit", vec!["red apple"]),
        ("?id=1", vec!["red apple", "red car", "pear"]),
    ] {
        let list = get(&server, &format!("/boards/b/notes{query}")).await;
        let found: Vec<&str> = list
            .as_array()
            .unwrap()
            .iter()
            .map(|note| note["text"].as_str().unwrap())
            .collect();
        assert_eq!(found, texts, "{query}");
    }
}

#[tokio::test]
async fn an_idempotency_key_makes_a_call_happen_once() {
    let server = board_server().await;
    call(&server, Method::POST, "/boards", json!({"slug": "b"})).await;
    let send = |text: &'static str| {
        let request = reqwest::Client::new().post(format!("{}/boards/b/notes", server.url()));
        request
            .header("idempotency-key", "k1")
            .json(&json!({"text": text}))
            .send()
    };
    let first = send("a").await.unwrap();
    let status = first.status();
    assert_eq!(first.headers().get("replayed"), None);
    let first: Value = first.json().await.unwrap();
    let again = send("a").await.unwrap();
    assert_eq!(again.status(), status);
    assert_eq!(again.headers()["replayed"], "true");
    assert_eq!(again.json::<Value>().await.unwrap(), first);
    assert_eq!(send("b").await.unwrap().status(), StatusCode::CONFLICT);
    assert_eq!(
        get(&server, "/boards/b/notes")
            .await
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_calls_lose_nothing() {
    let server = board_server().await;
    call(&server, Method::POST, "/boards", json!({"slug": "b"})).await;
    let sends = (0..40).map(|number| {
        let url = format!("{}/boards/b/notes", server.url());
        tokio::spawn(async move {
            let request = reqwest::Client::new()
                .post(url)
                .json(&json!({"text": number.to_string()}));
            request.send().await.unwrap().json::<Value>().await.unwrap()["id"]
                .as_i64()
                .unwrap()
        })
    });
    let mut ids = Vec::new();
    for send in sends.collect::<Vec<_>>() {
        ids.push(send.await.unwrap());
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 40);
    assert_eq!(
        get(&server, "/boards/b/notes")
            .await
            .as_array()
            .unwrap()
            .len(),
        40
    );
}

/// A document of one list in pages.
fn paged(style: &str, rule: &Value, parameters: &Value, answer: &Value) -> Document {
    let mut pagination = rule.clone();
    pagination["style"] = json!(style);
    Document::bundled(&json!({
        "openapi": "3.0.3", "info": {"title": "Pages", "version": "1"},
        "paths": {"/rows": {"get": {
            "operationId": "list_rows", "x-pagination": pagination, "parameters": parameters,
            "responses": {"200": {"description": "", "content": {"application/json": {"schema": answer}}}},
        }}},
        "components": {"schemas": {"Row": {"type": "object", "required": ["id"],
            "properties": {"id": {"type": "integer"}}}}},
    }).to_string()).unwrap()
}

fn parameter(name: &str, schema: &Value) -> Value {
    json!({"name": name, "in": "query", "schema": schema})
}

fn rows() -> Value {
    json!({"type": "array", "items": {"$ref": "#/components/schemas/Row"}})
}

fn ids(rows: &Value) -> Vec<i64> {
    rows.as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].as_i64().unwrap())
        .collect()
}

#[tokio::test]
async fn offsets_lead_through_a_list() {
    let whole = json!({"type": "integer"});
    let answer = json!({"type": "object", "required": ["items", "total"], "properties": {
        "items": rows(), "total": {"type": "string"}, "limit": whole, "offset": whole, "more": {"type": "boolean"}}});
    let rule = json!({"parameters": {"limit": "limit", "offset": "offset"},
        "members": {"items": "/items", "total": "/total", "limit": "/limit", "more": "/more"}});
    let limit = json!({"type": "integer", "default": 10, "maximum": 20});
    let parameters = json!([parameter("limit", &limit), parameter("offset", &whole)]);
    let server = MockServer::start(paged("offset", &rule, &parameters, &answer))
        .await
        .unwrap();
    let mut seen = Vec::new();
    for (start, count, more) in [(0, 10, true), (10, 10, true), (20, 1, false)] {
        let page = get(&server, &format!("/rows?offset={start}")).await;
        assert_eq!(page["total"], "21");
        assert_eq!(
            (&page["offset"], &page["limit"], &page["more"]),
            (&json!(start), &json!(10), &json!(more))
        );
        assert_eq!(page["items"].as_array().unwrap().len(), count);
        seen.extend(ids(&page["items"]));
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 21);
    let page = get(&server, "/rows?limit=20").await;
    assert_eq!(
        (
            page["limit"].clone(),
            page["items"].as_array().unwrap().len()
        ),
        (json!(20), 20)
    );
    for offset in ["99", "36893488147419103232"] {
        let beyond = get(&server, &format!("/rows?offset={offset}")).await;
        assert_eq!(beyond["items"], json!([]), "{offset}");
    }
}

#[tokio::test]
async fn pages_are_counted_from_where_the_document_says() {
    let rule =
        json!({"parameters": {"limit": "per_page", "page": "page"}, "members": {"items": ""}});
    for (first, schema) in [
        (1, json!({"type": "integer"})),
        (0, json!({"type": "integer", "minimum": 0})),
    ] {
        let parameters = json!([
            parameter("per_page", &json!({"type": "integer"})),
            parameter("page", &schema)
        ]);
        let server = MockServer::start(paged("page", &rule, &parameters, &rows()))
            .await
            .unwrap();
        let all = ids(&get(&server, "/rows?per_page=1000").await);
        let page = |number: i32| format!("/rows?per_page=4&page={}", first + number);
        assert_eq!(ids(&get(&server, &page(0)).await), all[..4]);
        assert_eq!(ids(&get(&server, &page(2)).await), all[8..12]);
        assert_eq!(ids(&get(&server, "/rows?per_page=4").await), all[..4]);
    }
}

#[tokio::test]
async fn cursors_lead_through_a_list() {
    let rule = json!({"parameters": {"cursor": "after"}, "members": {"items": "/data", "next": "/paging/next"}});
    let next = json!({"type": "string", "nullable": true});
    let answer = json!({"type": "object", "required": ["data"], "properties": {
        "data": rows(), "paging": {"type": "object", "properties": {"next": next}}}});
    let parameters = json!([parameter("after", &json!({"type": "string"}))]);
    let server = MockServer::start(paged("cursor", &rule, &parameters, &answer))
        .await
        .unwrap();
    let (mut seen, mut path, mut pages) = (Vec::new(), "/rows".to_owned(), 0);
    loop {
        let page = get(&server, &path).await;
        seen.extend(ids(&page["data"]));
        pages += 1;
        match page["paging"]["next"].as_str() {
            Some(next) => path = format!("/rows?after={next}"),
            None => break,
        }
    }
    assert_eq!((pages, seen.len()), (3, 41));
    let wrong = call(&server, Method::GET, "/rows?after=nonsense", Value::Null).await;
    assert_eq!(wrong.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn links_lead_through_a_list() {
    let rule = json!({"parameters": {"limit": "per_page"}, "members": {"items": ""}});
    let parameters = json!([parameter("per_page", &json!({"type": "integer"}))]);
    let server = MockServer::start(paged("link", &rule, &parameters, &rows()))
        .await
        .unwrap();
    let (mut seen, mut url, mut pages) =
        (Vec::new(), format!("{}/rows?per_page=15", server.url()), 0);
    loop {
        let response = reqwest::get(&url).await.unwrap();
        let links = response.headers()["link"].to_str().unwrap().to_owned();
        seen.extend(ids(&response.json().await.unwrap()));
        pages += 1;
        let next = links
            .split(", ")
            .find(|link| link.ends_with("rel=\"next\""));
        let Some(next) = next else { break };
        next.trim_start_matches('<')
            .split_once('>')
            .unwrap()
            .0
            .clone_into(&mut url);
    }
    assert_eq!((pages, seen.len()), (3, 41));
    let rule = json!({"members": {"items": "/rows", "next": "/next"}});
    let answer = json!({"type": "object", "required": ["rows"], "properties": {
        "rows": rows(), "next": {"type": "string", "format": "uri", "nullable": true}}});
    let server = MockServer::start(paged("link", &rule, &json!([]), &answer))
        .await
        .unwrap();
    let first = get(&server, "/rows?x=1").await;
    let next = first["next"].as_str().unwrap();
    assert!(
        next.starts_with(&format!("{}/rows?x=1&", server.url())),
        "{next}"
    );
    let second: Value = reqwest::get(next).await.unwrap().json().await.unwrap();
    assert_ne!(ids(&first["rows"]), ids(&second["rows"]));
}

mod model {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, Clone)]
    enum Step {
        Put(u8, u8),
        Create(u8, u8),
        Read(u8),
        Delete(u8),
        List,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (0u8..6, any::<u8>()).prop_map(|(key, value)| Step::Put(key, value)),
            (0u8..6, any::<u8>()).prop_map(|(key, value)| Step::Create(key, value)),
            (0u8..6).prop_map(Step::Read),
            (0u8..6).prop_map(Step::Delete),
            Just(Step::List),
        ]
    }

    /// What the server should do, told by a map.
    async fn follow(server: &MockServer, steps: &[Step]) {
        let mut model: Map<String, Value> = Map::new();
        for board in get(server, "/boards").await.as_array().unwrap() {
            model.insert(board["slug"].as_str().unwrap().to_owned(), board.clone());
        }
        let slug = |key: &u8| format!("board-{}", char::from(b'a' + key));
        for step in steps {
            match step {
                Step::Put(key, value) | Step::Create(key, value) => {
                    let slug = slug(key);
                    let body = json!({"slug": slug, "title": value.to_string()});
                    let (method, path) = match step {
                        Step::Put(..) => (Method::PUT, format!("/boards/{slug}")),
                        _ => (Method::POST, "/boards".to_owned()),
                    };
                    let known = model.contains_key(&slug);
                    let expected = match (&method, known) {
                        (&Method::PUT, true) => 200,
                        (&Method::POST, true) => 409,
                        _ => 201,
                    };
                    assert_eq!(
                        status(server, method, &path, body.clone()).await,
                        expected,
                        "{step:?}"
                    );
                    if expected != 409 {
                        model.insert(slug, body);
                    }
                }
                Step::Read(key) => {
                    let response = call(
                        server,
                        Method::GET,
                        &format!("/boards/{}", slug(key)),
                        Value::Null,
                    )
                    .await;
                    match model.get(&slug(key)) {
                        Some(value) => assert_eq!(response.json::<Value>().await.unwrap(), *value),
                        None => assert_eq!(response.status(), StatusCode::NOT_FOUND),
                    }
                }
                Step::Delete(key) => {
                    let expected = if model.shift_remove(&slug(key)).is_some() {
                        204
                    } else {
                        404
                    };
                    let path = format!("/boards/{}", slug(key));
                    assert_eq!(
                        status(server, Method::DELETE, &path, Value::Null).await,
                        expected
                    );
                }
                Step::List => {
                    let expected: Vec<Value> = model.values().cloned().collect();
                    assert_eq!(get(server, "/boards").await, json!(expected));
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn resources_behave_like_a_map(steps in prop::collection::vec(step(), 1..30)) {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let server = board_server().await;
                follow(&server, &steps).await;
            });
        }
    }
}

#[tokio::test]
async fn who_cannot_read_the_answer_changes_nothing() {
    let badge = json!({"type": "object", "required": ["id"], "properties": {
        "id": {"type": "string", "readOnly": true}, "name": {"type": "string"}}});
    let as_json = json!({"description": "", "content": {"application/json": {"schema": badge}}});
    let as_text =
        json!({"description": "", "content": {"text/plain": {"schema": {"type": "string"}}}});
    let sent = json!({"content": {"application/json": {"schema": badge}}});
    // Other successes can be told as the client wants, but not the one that each call would have.
    let operation = |own: &str| {
        let mut responses = json!({"202": as_text});
        responses[own] = as_json.clone();
        json!({"responses": responses, "requestBody": sent})
    };
    let document = json!({
        "openapi": "3.0.3", "info": {"title": "Badges", "version": "1"},
        "paths": {
            "/badges": {
                "get": {"responses": {"200": {"description": "", "content": {"application/json":
                    {"schema": {"type": "array", "items": badge}}}}}},
                "post": operation("201")
            },
            "/badges/{id}": {
                "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
                "get": {"responses": {"200": as_json}},
                "put": operation("200"),
                "delete": {"responses": {"200": as_json, "202": as_text}}
            },
            "/settings": {"get": {"responses": {"200": as_json}}, "put": operation("200")}
        }
    });
    let server = MockServer::start(Document::bundled(&document.to_string()).unwrap()).await;
    let server = server.unwrap();
    let created = call(&server, Method::POST, "/badges", json!({"name": "Ada"})).await;
    let created: Value = created.json().await.unwrap();
    let own = format!("/badges/{}", created["id"].as_str().unwrap());
    let before = [
        get(&server, "/badges").await,
        get(&server, "/settings").await,
    ];
    for (method, path) in [
        (Method::POST, "/badges"),
        (Method::PUT, &own),
        (Method::DELETE, &own),
        (Method::PUT, "/settings"),
    ] {
        let request = reqwest::Client::new()
            .request(method.clone(), format!("{}{path}", server.url()))
            .header("accept", "text/plain");
        let request = match method {
            Method::DELETE => request,
            _ => request.json(&json!({"name": "Bo"})),
        };
        let refused = request.send().await.unwrap();
        assert_eq!(
            refused.status(),
            StatusCode::NOT_ACCEPTABLE,
            "{method} {path}"
        );
    }
    let after = [
        get(&server, "/badges").await,
        get(&server, "/settings").await,
    ];
    assert_eq!(after, before);
}

/// Applications, whose secret stands in the answer to the first request and in no other.
fn applications() -> Document {
    let secret = json!({"type": "string", "readOnly": true, "x-shown-once": true, "minLength": 8});
    let mut app = json!({"type": "object", "required": ["id", "name"], "properties": {
        "id": {"type": "integer", "readOnly": true}, "name": {"type": "string"},
    }});
    app["properties"]["secret"] = secret;
    let new = json!({"allOf": [app, {"required": ["secret"]}]});
    applications_of(&app, &new)
}

/// As above, by schemas of what is read and of what was just made.
fn applications_of(app: &Value, new: &Value) -> Document {
    let answer = |schema: &Value| json!({"description": "It.", "content": {"application/json": {"schema": schema}}});
    let body = json!({"required": true, "content": {"application/json": {"schema": app}}});
    let id = json!({"in": "path", "name": "id", "required": true, "schema": {"type": "integer"}});
    let root = json!({"openapi": "3.0.3", "info": {"title": "Applications", "version": "1"}, "paths": {
        "/apps": {
            "get": {"responses": {"200": answer(&json!({"type": "array", "items": app}))}},
            "post": {"requestBody": body, "responses": {"201": answer(new)}},
        },
        "/apps/{id}": {
            "parameters": [id],
            "get": {"responses": {"200": answer(app)}},
            "patch": {"requestBody": body, "responses": {
                "200": answer(app), "304": {"description": "Nothing was changed."},
            }},
        },
    }});
    Document::bundled(&root.to_string()).unwrap()
}

#[tokio::test]
async fn what_is_shown_once_is_in_no_later_answer() {
    let server = MockServer::start(applications()).await.unwrap();
    let created = call(&server, Method::POST, "/apps", json!({"name": "Shop"})).await;
    assert_eq!(created.status(), StatusCode::CREATED);
    let created: Value = created.json().await.unwrap();
    assert!(created["secret"].as_str().unwrap().len() >= 8, "{created}");
    let path = format!("/apps/{}", created["id"]);
    let read = get(&server, &path).await;
    assert_eq!(read, json!({"id": created["id"], "name": "Shop"}));
    let changed = call(&server, Method::PATCH, &path, json!({"name": "Store"})).await;
    let changed: Value = changed.json().await.unwrap();
    assert_eq!(changed, json!({"id": created["id"], "name": "Store"}));
}

/// Nobody has to say that the secret is there: that it is shown is enough.
#[tokio::test]
async fn what_is_shown_once_is_made_though_it_is_not_required() {
    let app = json!({"type": "object", "properties": {
        "id": {"type": "integer", "readOnly": true}, "name": {"type": "string"},
    }});
    let mut new = app.clone();
    new["properties"]["secret"] = json!({"type": "string", "x-shown-once": true});
    let server = MockServer::start(applications_of(&app, &new))
        .await
        .unwrap();
    let created = call(&server, Method::POST, "/apps", json!({"name": "Shop"})).await;
    let created: Value = created.json().await.unwrap();
    assert!(created["secret"].is_string(), "{created}");
    let read = get(&server, &format!("/apps/{}", created["id"])).await;
    assert_eq!(read, json!({"id": created["id"], "name": "Shop"}));
}

#[tokio::test]
async fn nothing_was_changed_is_an_answer_that_a_request_may_ask_for() {
    let server = MockServer::start(applications()).await.unwrap();
    let created = call(&server, Method::POST, "/apps", json!({"name": "Shop"})).await;
    let created: Value = created.json().await.unwrap();
    let url = format!("{}/apps/{}", server.url(), created["id"]);
    let request = reqwest::Client::new()
        .patch(&url)
        .json(&json!({"name": "Store"}));
    let reply = request.header("Prefer", "code=304").send().await.unwrap();
    assert_eq!(reply.status(), StatusCode::NOT_MODIFIED);
    assert!(reply.bytes().await.unwrap().is_empty());
    let path = format!("/apps/{}", created["id"]);
    assert_eq!(get(&server, &path).await["name"], "Shop");
}

/// What is added below an item stands in the item; the bytes of an upload do not stand in the answer.
#[tokio::test]
async fn lists_of_items_grow_and_files_are_no_members() {
    let message = json!({"type": "object", "required": ["id"], "properties": {
        "id": {"type": "string", "example": "msg_2411"}, "text": {"type": "string"},
    }});
    let ticket = json!({"type": "object", "required": ["id"], "properties": {
        "id": {"type": "string"}, "messages": {"type": "array", "items": {"$ref": "#/components/schemas/Message"}},
    }});
    let upload = json!({"type": "object", "required": ["file"], "properties": {
        "file": {"type": "string", "format": "binary"}, "note": {"type": "string"},
    }});
    let reply = |schema: &str| {
        let schema = json!({"$ref": format!("#/components/schemas/{schema}")});
        json!({"description": "", "content": {"application/json": {"schema": schema}}})
    };
    let sent = json!({"content": {"application/json": {"schema": {"type": "object", "properties": {
        "text": {"type": "string"},
    }}}}});
    let form = json!({"content": {"multipart/form-data": {"schema": upload}}});
    let parameter =
        json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}});
    let root = json!({
        "openapi": "3.0.3", "info": {"title": "Tickets", "version": "1"},
        "paths": {
            "/tickets": {"post": {"requestBody": sent, "responses": {"201": reply("Ticket")}}},
            "/tickets/{id}": {"parameters": [parameter], "get": {"responses": {"200": reply("Ticket")}}},
            "/tickets/{id}/messages": {"parameters": [parameter],
                "post": {"requestBody": sent, "responses": {"201": reply("Message")}}},
            "/files": {"post": {"requestBody": form, "responses": {"201": reply("File")}}},
            "/files/{id}": {"parameters": [parameter], "get": {"responses": {"200": reply("File")}}},
        },
        "components": {"schemas": {"Message": message, "Ticket": ticket, "File": {
            "type": "object", "required": ["id"], "additionalProperties": true,
            "properties": {"id": {"type": "string"}, "note": {"type": "string"}},
        }}},
    });
    let document = Document::bundled(&root.to_string()).unwrap();
    let server = MockServer::start(document).await.unwrap();
    let answer = call(&server, Method::POST, "/tickets", json!({})).await;
    let ticket: Value = answer.json().await.unwrap();
    let path = format!("/tickets/{}", ticket["id"].as_str().unwrap());
    let before = get(&server, &path).await["messages"]
        .as_array()
        .map_or(0, Vec::len);
    for text in ["One", "Two"] {
        let messages = format!("{path}/messages");
        let answer = call(&server, Method::POST, &messages, json!({"text": text})).await;
        assert_eq!(answer.status(), StatusCode::CREATED);
        let added: Value = answer.json().await.unwrap();
        assert_eq!(added["text"], text);
        let after = get(&server, &path).await;
        assert_eq!(after["messages"].as_array().unwrap().last(), Some(&added));
    }
    let after = get(&server, &path).await;
    assert_eq!(after["messages"].as_array().unwrap().len(), before + 2);
    assert_ne!(
        after["messages"][before]["id"],
        after["messages"][before + 1]["id"]
    );

    let form = reqwest::multipart::Form::new()
        .part(
            "file",
            reqwest::multipart::Part::text("bytes").file_name("plan.txt"),
        )
        .text("note", "ground floor");
    let request = reqwest::Client::new().post(format!("{}/files", server.url()));
    let answer = request.multipart(form).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
    let made: Value = answer.json().await.unwrap();
    assert_eq!(made["note"], "ground floor");
    assert!(made.get("file").is_none(), "{made}");
}

/// A user whom no answer calls missing is there again.
#[tokio::test]
async fn what_is_always_there_is_deleted_to_its_start() {
    let user =
        json!({"type": "object", "properties": {"name": {"type": "string", "example": "Ada"}}});
    let body = json!({"content": {"application/json": {"schema": user}}});
    let read = |refused: &str| {
        json!({"responses": {
            "200": {"description": "The user.", "content": body["content"]},
            refused: {"description": "Not so."},
        }})
    };
    for (refused, after) in [("401", 200), ("404", 404)] {
        let root = json!({"openapi": "3.0.3", "info": {"title": "Users", "version": "1"}, "paths": {"/me": {
            "get": read(refused),
            "patch": {"requestBody": body, "responses": {"200": {"description": "It.", "content": body["content"]}}},
            "delete": {"responses": {"204": {"description": "Gone."}}},
        }}});
        let document = Document::bundled(&root.to_string()).unwrap();
        let server = MockServer::start(document).await.unwrap();
        call(&server, Method::PATCH, "/me", json!({"name": "Grace"})).await;
        assert_eq!(get(&server, "/me").await["name"], "Grace");
        assert_eq!(
            status(&server, Method::DELETE, "/me", Value::Null).await,
            204
        );
        let read = call(&server, Method::GET, "/me", Value::Null).await;
        assert_eq!(read.status().as_u16(), after, "{refused}");
        if after == 200 {
            assert_eq!(read.json::<Value>().await.unwrap(), json!({"name": "Ada"}));
        }
    }
}
