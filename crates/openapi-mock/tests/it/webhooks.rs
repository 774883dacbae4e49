//! Webhooks, judged by the verifier of the client runtime, which shares no code with the signer.

use openapi_client_runtime::webhooks::{
    SignatureEncoding, SignatureScheme, Verifier, WebhookErrorKind,
};
use openapi_mock::{Document, Fault, MockError, MockServer, Recorded};
use serde_json::{Value, json};

const DOCUMENT: &str = r##"{
    "openapi": "3.0.3",
    "info": {"title": "Meetings", "version": "1"},
    "paths": {"/hooks": {"post": {
        "operationId": "receive",
        "responses": {"204": {"description": "Taken."}, "302": {"description": "Elsewhere."}}
    }}},
    "x-event-delivery": {
        "signature": {
            "scheme": "hmac-sha256", "header": "X-Meetings-Signature", "prefix": "sha256=",
            "message": "timestamp.body", "timestampHeader": "X-Meetings-Timestamp"
        },
        "signatureAlternatives": {"one-header": {
            "scheme": "hmac-sha256", "header": "Meetings-Signature", "encoding": "base64",
            "message": "timestamp.body", "separator": ",", "prefix": "v1=", "timestampPrefix": "t="
        }},
        "envelope": {
            "name": {"member": "/event_type"},
            "id": {"header": "X-Event-Id"},
            "time": {"member": "/timestamp"}
        },
        "events": {
            "meeting.created": {"payload": {"$ref": "#/components/schemas/Created"}},
            "meeting.bare": {"payload": {"$ref": "#/components/schemas/Bare"}}
        }
    },
    "components": {"schemas": {
        "Bare": {"type": "object", "required": ["data"], "properties": {"data": {"type": "object"}}},
        "Created": {
            "type": "object", "required": ["event_type", "timestamp", "data"],
            "properties": {
                "event_type": {"type": "string"},
                "timestamp": {"type": "string", "format": "date-time"},
                "data": {"type": "object", "required": ["id"], "properties": {
                    "id": {"type": "string", "example": "m-1"}
                }}
            }
        }
    }}
}"##;

static SCHEME: SignatureScheme = SignatureScheme::hmac_sha256("X-Meetings-Signature")
    .prefix("sha256=")
    .timestamp_header("X-Meetings-Timestamp");

static ONE_HEADER: SignatureScheme = SignatureScheme::hmac_sha256("Meetings-Signature")
    .encoding(SignatureEncoding::Base64)
    .separator(',')
    .prefix("v1=")
    .timestamp_part("t=");

/// A mock that sends, and one that receives.
async fn pair() -> (MockServer, MockServer, String) {
    let document = Document::bundled(DOCUMENT).unwrap();
    let sender = MockServer::start(document.clone()).await.unwrap();
    let receiver = MockServer::start(document).await.unwrap();
    let url = format!("{}/hooks", receiver.url());
    (sender, receiver, url)
}

fn received(receiver: &MockServer) -> Recorded {
    receiver.requests_of("receive").unwrap().pop().unwrap()
}

#[tokio::test]
async fn deliveries_are_what_the_verifier_wants() {
    let (sender, receiver, url) = pair().await;
    let webhooks = sender.webhooks();
    webhooks.register(&url, "s3cret").unwrap();
    let sent = webhooks.send("meeting.created", None).await.unwrap();
    assert!(sent[0].is_delivered(), "{sent:?}");

    let request = received(&receiver);
    let verifier = Verifier::new(&SCHEME, ["s3cret"]).unwrap();
    let delivery = verifier.verify(request.headers(), request.body()).unwrap();
    assert!(delivery.timestamp().is_some());
    let body: Value = serde_json::from_slice(delivery.body()).unwrap();
    assert_eq!(body["event_type"], "meeting.created");
    assert_eq!(body["data"], json!({"id": "m-1"}));
    assert_eq!(request.header("x-event-id"), Some(sent[0].id.as_str()));
    assert_eq!(request.header("content-type"), Some("application/json"));

    let stranger = Verifier::new(&SCHEME, ["other"]).unwrap();
    let refused = stranger
        .verify(request.headers(), request.body())
        .unwrap_err();
    assert_eq!(refused.kind(), WebhookErrorKind::WrongSignature);
}

#[tokio::test]
async fn payloads_without_example_are_made() {
    let (sender, receiver, url) = pair().await;
    sender.webhooks().register(&url, "s3cret").unwrap();
    let sent = sender.webhooks().send("meeting.bare", None).await.unwrap();
    assert!(sent[0].is_delivered(), "{sent:?}");
    let body: Value = received(&receiver).json().unwrap();
    assert!(body["data"].is_object(), "{body}");
}

/// Meetings that can be created, changed and deleted, and an event for each.
fn meetings() -> Document {
    let meeting = json!({"$ref": "#/components/schemas/Meeting"});
    let whole = json!({"application/json": {"schema": meeting}});
    let told = json!({"description": "The meeting.", "content": whole});
    let list = json!({"type": "array", "items": meeting});
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}});
    let payload = json!({"payload": {"$ref": "#/components/schemas/Told"}});
    let own: Value = serde_json::from_str(DOCUMENT).unwrap();
    let mut webhooks = own["x-event-delivery"].clone();
    webhooks["events"] =
        json!({"meeting.created": payload, "meeting.updated": payload, "meeting.deleted": payload});
    let document = json!({
        "openapi": "3.0.3", "info": {"title": "Meetings", "version": "1"}, "x-event-delivery": webhooks,
        "paths": {
            "/meetings": {
                "get": {"responses": {"200": {"description": "All.",
                    "content": {"application/json": {"schema": list}}}}},
                "post": {"operationId": "create", "requestBody": {"content": whole},
                    "responses": {"201": told}}
            },
            "/meetings/{id}": {
                "parameters": [id],
                "get": {"responses": {"200": told}},
                "patch": {"operationId": "change", "requestBody": {"content": whole},
                    "responses": {"200": told}},
                "delete": {"responses": {"204": {"description": "Gone."}}}
            }
        },
        "components": {"schemas": {
            "Meeting": {"type": "object", "required": ["id"], "properties": {
                "id": {"type": "string", "readOnly": true},
                "title": {"type": "string", "example": "Weekly"},
                "room": {"type": "string", "example": "Blue"}
            }},
            "Told": {"type": "object", "required": ["event_type", "timestamp", "attempt", "data"],
                "properties": {
                    "event_type": {"type": "string"},
                    "timestamp": {"type": "string", "format": "date-time"},
                    "attempt": {"type": "integer", "minimum": 1},
                    "data": {"type": "object", "required": ["meeting"],
                        "properties": {"meeting": meeting}}
                }}
        }}
    });
    Document::bundled(&document.to_string()).unwrap()
}

#[tokio::test]
async fn what_calls_change_is_told_by_itself() {
    let (_, receiver, url) = pair().await;
    let sender = MockServer::start(meetings()).await.unwrap();
    sender.webhooks().register(&url, "s3cret").unwrap();
    let client = reqwest::Client::new();
    let all = format!("{}/meetings", sender.url());
    let send = async |request: reqwest::RequestBuilder, body: Value| {
        let reply = request.json(&body).send().await.unwrap();
        assert!(reply.status().is_success(), "{reply:?}");
        reply.text().await.unwrap()
    };
    let created = send(client.post(&all), json!({"title": "Start"})).await;
    let created: Value = serde_json::from_str(&created).unwrap();
    let one = format!("{all}/{}", created["id"].as_str().unwrap());
    send(client.patch(&one), json!({"title": "End"})).await;
    client.get(&one).send().await.unwrap();
    let refused = client.patch(&one).json(&json!({"title": 5}));
    assert_eq!(refused.send().await.unwrap().status(), 400);
    let unreadable = client.patch(&one).header("accept", "text/csv");
    let unreadable = unreadable.json(&json!({"title": "Never"}));
    assert_eq!(unreadable.send().await.unwrap().status(), 406);
    client.delete(&one).send().await.unwrap();
    sender.webhooks().settled().await;

    let verifier = Verifier::new(&SCHEME, ["s3cret"]).unwrap();
    let told = receiver.requests_of("receive").unwrap();
    let told: Vec<Value> = told
        .iter()
        .map(|request| {
            let delivery = verifier.verify(request.headers(), request.body());
            serde_json::from_slice(delivery.unwrap().body()).unwrap()
        })
        .collect();
    let facts: Vec<(&Value, &Value)> = told
        .iter()
        .map(|body| (&body["event_type"], &body["data"]["meeting"]))
        .collect();
    let ended = json!({"id": created["id"], "title": "End"});
    assert_eq!(created, json!({"id": created["id"], "title": "Start"}));
    assert_eq!(
        facts,
        [
            (&json!("meeting.created"), &created),
            (&json!("meeting.updated"), &ended),
            (&json!("meeting.deleted"), &ended),
        ]
    );
    assert!(told.iter().all(|body| body["attempt"].is_u64()), "{told:?}");
}

#[tokio::test]
async fn alternatives_sign_in_their_own_way() {
    let (sender, receiver, url) = pair().await;
    let webhooks = sender.webhooks();
    webhooks
        .register_alternative("one-header", &url, "s3cret")
        .unwrap();
    let payload = json!({"data": {"id": "m-2"}});
    webhooks.send("meeting.created", payload).await.unwrap();
    let request = received(&receiver);
    let verifier = Verifier::new(&ONE_HEADER, ["s3cret"]).unwrap();
    let delivery = verifier.verify(request.headers(), request.body()).unwrap();
    let body: Value = serde_json::from_slice(delivery.body()).unwrap();
    assert_eq!(body["data"]["id"], "m-2");
    assert_eq!(body["event_type"], "meeting.created");

    let unknown = webhooks.register_alternative("one-heder", &url, "s3cret");
    let said = unknown.unwrap_err().to_string();
    assert!(said.contains("did you mean `one-header`?"), "{said}");
}

#[tokio::test]
async fn what_fails_is_tried_again_with_the_same_id() {
    let (sender, receiver, url) = pair().await;
    let webhooks = sender.webhooks();
    webhooks.register(&url, "s3cret").unwrap();
    receiver.fault("receive", Fault::Reset.times(1)).unwrap();
    receiver
        .fault("receive", Fault::status(503).times(2))
        .unwrap();
    let sent = webhooks.send("meeting.created", None).await.unwrap();
    let statuses: Vec<Option<u16>> = sent[0].attempts.iter().map(|a| a.status).collect();
    assert_eq!(statuses, [None, Some(503), Some(204)]);
    assert!(sent[0].attempts[0].error.is_some());
    let requests = receiver.requests_of("receive").unwrap();
    let id = |request: &Recorded| request.header("x-event-id").map(str::to_owned);
    assert!(
        requests
            .iter()
            .all(|request| id(request) == id(&requests[0]))
    );
    assert_eq!(requests.len(), 3);

    receiver.fault("receive", Fault::status(500)).unwrap();
    let sent = webhooks.send("meeting.created", None).await.unwrap();
    assert_eq!(sent[0].attempts.len(), 3);
    assert!(!sent[0].is_delivered());
    assert_eq!(webhooks.deliveries().len(), 2);
}

#[tokio::test]
async fn redirections_are_not_followed() {
    let (sender, receiver, url) = pair().await;
    let elsewhere = openapi_mock::CannedReply::new(302).header("location", "/elsewhere");
    let _moved = receiver
        .expect("receive")
        .unwrap()
        .reply(elsewhere)
        .unwrap();
    sender.webhooks().register(&url, "s3cret").unwrap();
    let sent = sender
        .webhooks()
        .send("meeting.created", None)
        .await
        .unwrap();
    assert_eq!(sent[0].attempts[2].status, Some(302));
    assert!(receiver.requests().iter().all(|r| r.path() == "/hooks"));
}

#[tokio::test]
async fn mistakes_are_told() {
    let (sender, _receiver, url) = pair().await;
    let webhooks = sender.webhooks();
    let none = webhooks.send("meeting.created", None).await.unwrap_err();
    assert_eq!(none, MockError::NoReceiver);
    webhooks.register(&url, "s3cret").unwrap();

    let said = webhooks
        .send("meeting.createt", None)
        .await
        .unwrap_err()
        .to_string();
    assert!(said.contains("did you mean `meeting.created`?"), "{said}");
    let wrong = json!({"data": {"id": 7}});
    let said = webhooks
        .send("meeting.created", wrong)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        said.contains("payload /data/id: 7 is not of type"),
        "{said}"
    );
    for (url, secret, says) in [
        (url.as_str(), "", "the secret is empty"),
        (
            "http://user:s3cret@127.0.0.1/?key=s3cret",
            "",
            "http://127.0.0.1/",
        ),
        ("file:///etc/passwd", "x", "only http and https"),
        ("hooks", "x", "it is no URL"),
    ] {
        let said = webhooks.register(url, secret).unwrap_err().to_string();
        assert!(said.contains(says) && !said.contains("s3cret"), "{said}");
    }
    let shown = format!("{sender:?}");
    assert!(!shown.contains("s3cret"), "{shown}");
}

#[cfg(not(feature = "rustls"))]
#[tokio::test]
async fn tls_needs_its_feature() {
    let (sender, ..) = pair().await;
    let refused = sender.webhooks().register("https://127.0.0.1/hooks", "x");
    let said = refused.unwrap_err().to_string();
    assert!(said.contains("needs the feature `rustls`"), "{said}");
}

#[tokio::test]
async fn tests_in_other_languages_register_and_send() {
    let (sender, receiver, url) = pair().await;
    let client = reqwest::Client::new();
    let post = async |path: &str, body: Value| {
        let url = format!("{}/_mock{path}", sender.url());
        let reply = client.post(url).json(&body).send().await.unwrap();
        (
            reply.status().as_u16(),
            reply.json::<Value>().await.unwrap(),
        )
    };
    let (status, _) = post("/webhooks", json!({"event": "meeting.created"})).await;
    assert_eq!(status, 409, "nobody receives");
    let receiving = json!({"url": url, "secret": "s3cret", "signature": "one-header"});
    let (status, body) = post("/receivers", receiving).await;
    assert_eq!((status, body), (201, json!([url])));
    let event = json!({"event": "meeting.bare", "payload": {"data": {"any": 1}}});
    let (status, deliveries) = post("/webhooks", event).await;
    assert_eq!(status, 200);
    assert_eq!(deliveries[0]["attempts"][0]["status"], 204);
    let request = received(&receiver);
    let verifier = Verifier::new(&ONE_HEADER, ["s3cret"]).unwrap();
    assert!(verifier.verify(request.headers(), request.body()).is_ok());

    let log = client.get(format!("{}/_mock/webhooks", sender.url()));
    let log: Value = log.send().await.unwrap().json().await.unwrap();
    assert_eq!(log["deliveries"][0]["event"], "meeting.bare");
    assert_eq!(log["receivers"], json!([url]));
    assert!(!log.to_string().contains("s3cret"));
}
