//! The examples of the Contio client, run as people run them: against its mock server.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    middleware,
    response::Response,
};
use contio_client::{
    Client,
    mock::{
        self,
        openapi_mock::{Consent, Delivery},
    },
    runtime::OAuthConfig,
    types,
};
use serde_json::json;
use tokio::{net::TcpListener, sync::oneshot};

#[expect(dead_code, reason = "its `main` is for people")]
#[path = "../../../../openapi/contio/examples/connect.rs"]
mod connect;
#[expect(dead_code, reason = "its `main` is for people")]
#[path = "../../../../openapi/contio/examples/contio_first_call.rs"]
mod first_call;
#[expect(dead_code, reason = "its `main` is for people")]
#[path = "../../../../openapi/contio/examples/receive_events.rs"]
mod receive_events;

/// Operation and status of each request that a server had.
fn seen(server: &mock::Server) -> Vec<(String, u16)> {
    let requests = server.requests();
    let pairs = requests.iter().map(|request| {
        let operation = request.operation().unwrap_or_default().to_owned();
        (operation, request.status().unwrap_or_default())
    });
    pairs.collect()
}

/// The document takes any text for a time, so the mock is told to be as strict as the service.
#[tokio::test]
async fn the_first_calls_of_a_newcomer_work() {
    let server = mock::start().await;
    let refusal = json!({ "error": "No.", "code": "invalid_start_time", "request_id": "req-1" });
    let strict = server.expect("create_meeting").unwrap();
    let strict = strict.body_contains(json!({ "start_time": "tomorrow" }));
    strict.respond(400, refusal).unwrap().once();
    let token = server.credentials().bearer("userToken").unwrap().to_owned();
    let source = include_str!("../../../../openapi/contio/examples/contio_first_call.rs");
    assert!(
        source.contains(&format!("\"{token}\"")),
        "the server knows `{token}` alone"
    );
    let client = Client::builder().base_url(server.url()).user_token(token);
    first_call::tour(&client.build().unwrap()).await.unwrap();
    server.assert_satisfied();

    let mut seen = seen(&server);
    let pages = seen
        .iter()
        .filter(|(operation, _)| operation == "list_meetings");
    assert!(pages.count() > 0);
    seen.retain(|(operation, _)| operation != "list_meetings");
    let create = |status| ("create_meeting".to_owned(), status);
    // The call of the admin side did not leave.
    assert_eq!(seen, [create(201), create(400)]);
    for page in server.requests_of("list_meetings").unwrap() {
        assert_eq!(page.header("x-client-timezone"), Some("Europe/Zurich"));
    }
}

/// What came of the example, and the page that the user saw last.
async fn connected(server: &mock::Server) -> (Result<Client, String>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let (tell, told) = oneshot::channel();
    let browser = async {
        let login: String = told.await.unwrap();
        let icon = reqwest::get(format!("{origin}/favicon.ico")).await.unwrap();
        assert_eq!(icon.status().as_u16(), 404);
        // It follows the redirection of the server.
        let page = reqwest::get(login).await.unwrap();
        page.text().await.unwrap()
    };
    let config = OAuthConfig::new("mock-client").client_secret("mock-secret");
    let builder = Client::builder().base_url(server.url());
    let connecting = connect::connect(builder, config, listener, |url| {
        tell.send(url.to_owned()).unwrap();
    });
    let (client, page) = tokio::join!(connecting, browser);
    (client.map_err(|error| error.to_string()), page)
}

#[tokio::test]
async fn a_user_is_connected_by_the_redirection_of_the_server() {
    let server = mock::start().await;
    let (client, page) = connected(&server).await;
    assert!(page.contains("Connected"), "{page}");
    client.unwrap().get_profile().send().await.unwrap();

    let expected = [
        ("authorize_oauth", 302),
        ("exchange_oauth_token", 200),
        ("get_profile", 200),
    ];
    assert_eq!(
        seen(&server),
        expected.map(|(name, status)| (name.to_owned(), status))
    );
    let requests = server.requests();
    for part in ["code_challenge_method=S256", "code_challenge=", "state="] {
        assert!(requests[0].query().contains(part), "{part} is missing");
    }
    let form = String::from_utf8_lossy(requests[1].body());
    for part in ["grant_type=authorization_code", "code=", "code_verifier="] {
        assert!(form.contains(part), "{part} is missing: {form}");
    }
}

#[tokio::test]
async fn a_user_who_refuses_is_not_connected() {
    let server = mock::start().await;
    server.oauth().consent(Consent::Deny);
    let (client, page) = connected(&server).await;
    assert!(page.contains("The login failed."), "{page}");
    let error = client.unwrap_err();
    assert!(error.contains("access_denied"), "{error}");
    assert_eq!(seen(&server), [("authorize_oauth".to_owned(), 302)]);
}

/// Status and text of each answer of a receiver.
type Answers = Arc<Mutex<Vec<(u16, String)>>>;

/// The example, listening; and what it answers.
async fn receiver(secrets: &str) -> (String, Answers) {
    let answers = Answers::default();
    let told = Arc::clone(&answers);
    let note = move |response: Response| note(response, Arc::clone(&told));
    let router: Router = receive_events::router(secrets).unwrap();
    let router = router.layer(middleware::map_response(note));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/contio", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, answers)
}

async fn note(response: Response, answers: Answers) -> Response {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let text = String::from_utf8_lossy(&body).into_owned();
    answers.lock().unwrap().push((parts.status.as_u16(), text));
    Response::from_parts(parts, Body::from(body))
}

/// How long Contio waits for an answer.
const PATIENCE: Duration = Duration::from_secs(5);

#[tokio::test]
async fn every_event_of_the_server_is_verified_and_answered_in_time() {
    let (address, answers) = receiver("new-secret,old-secret").await;
    let server = mock::start().await;
    server.webhooks().register(&address, "new-secret").unwrap();

    let request = types::CreateMeetingRequest::new("Logistics weekly");
    let client = server.client();
    client.create_meeting().body(request).send().await.unwrap();
    server.webhooks().settled().await;
    let of_the_call = server.webhooks().deliveries();
    assert_eq!(of_the_call.len(), 1);
    assert_eq!(of_the_call[0].event, "meeting.created");
    assert!(of_the_call[0].is_delivered(), "{of_the_call:?}");

    let events = server.webhooks().events();
    assert_eq!(events.len(), 35);
    for event in events {
        let since = Instant::now();
        let sent = server.webhooks().send(&event, None).await.unwrap();
        assert!(sent[0].is_delivered(), "{sent:?}");
        assert!(since.elapsed() < PATIENCE, "{event}");
    }
    let answers = answers.lock().unwrap();
    assert_eq!(answers.len(), 36);
    assert!(
        answers.iter().all(|answer| *answer == (200, String::new())),
        "{answers:?}"
    );
}

#[tokio::test]
async fn an_event_is_taken_once_and_a_forgery_never() {
    let (address, answers) = receiver("new-secret,old-secret").await;
    let server = mock::start().await;
    let webhooks = server.webhooks();
    let forged = async |register: &dyn Fn()| {
        webhooks.unregister_all();
        register();
        let sent = webhooks.send("meeting.completed", None).await.unwrap();
        assert!(!sent[0].is_delivered(), "{sent:?}");
        let answers = std::mem::take(&mut *answers.lock().unwrap());
        assert!(
            answers.iter().all(|(status, _)| *status == 401),
            "{answers:?}"
        );
    };
    forged(&|| webhooks.register(&address, "another-secret").unwrap()).await;
    // That of the SDK protects from no repeat.
    forged(&|| {
        webhooks
            .register_alternative("body-only", &address, "new-secret")
            .unwrap();
    })
    .await;

    // Two deliveries of one event, signed with both secrets, as after a rotation.
    webhooks.unregister_all();
    webhooks.register(&address, "old-secret").unwrap();
    webhooks.register(&address, "new-secret").unwrap();
    let sent = webhooks.send("meeting.completed", None).await.unwrap();
    assert!(sent.iter().all(Delivery::is_delivered), "{sent:?}");
    let mut answers = std::mem::take(&mut *answers.lock().unwrap());
    answers.sort();
    assert_eq!(answers.len(), 2);
    assert_eq!(answers[0], (200, String::new()));
    assert_eq!(answers[1].0, 200, "or the sender would try for ever");
    assert!(answers[1].1.contains("received already"), "{answers:?}");
}
