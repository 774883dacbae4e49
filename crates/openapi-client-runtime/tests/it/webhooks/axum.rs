//! The extractor behind a real server.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::routing::post;
use openapi_client_runtime::http::header::HeaderMap;
use openapi_client_runtime::webhooks::{ReplayCache, Webhook, WebhookRejection};
use reqwest::{Body, Client, Response};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::events::Event;
use super::{TIMED, signed, verifier};

const GOOD: &[u8] = br#"{"event":{"type":"thing.created","id":"e-1"},"id":"t-1"}"#;

#[derive(Clone, FromRef)]
struct App {
    webhooks: openapi_client_runtime::webhooks::Verifier,
    seen: Arc<Mutex<Vec<String>>>,
}

async fn receive(
    State(seen): State<Arc<Mutex<Vec<String>>>>,
    Webhook(received): Webhook<Event>,
) -> StatusCode {
    let mut seen = seen.lock().unwrap();
    seen.push(received.name().to_owned());
    if received.name() == "thing.failed" && seen.len() < 2 {
        received.release();
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    StatusCode::NO_CONTENT
}

struct Server {
    address: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let webhooks = verifier(&TIMED, &["secret"]).body_limit(1000);
        let app = App {
            webhooks: webhooks.replay_cache(ReplayCache::new(10)),
            seen: Arc::default(),
        };
        let seen = Arc::clone(&app.seen);
        let router = Router::new().route("/hook", post(receive)).with_state(app);
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, seen }
    }

    async fn deliver(&self, headers: HeaderMap, body: impl Into<Body>) -> Response {
        let request = Client::new().post(format!("http://{}/hook", self.address));
        let request = request.headers(headers).body(body);
        request.send().await.unwrap()
    }

    /// Delivers and tells the answer; the handler must not have run.
    async fn refused(&self, headers: HeaderMap, body: &'static [u8]) -> (u16, String) {
        let before = self.seen.lock().unwrap().len();
        let response = self.deliver(headers, body).await;
        assert_eq!(self.seen.lock().unwrap().len(), before);
        (response.status().as_u16(), response.text().await.unwrap())
    }
}

fn answer(status: u16, text: &str) -> (u16, String) {
    (status, text.to_owned())
}

#[tokio::test]
async fn a_signed_event_reaches_the_handler_once() {
    let server = Server::start().await;
    let headers = signed(&TIMED, "secret", GOOD);
    let response = server.deliver(headers.clone(), GOOD).await;
    assert_eq!(response.status(), 204);
    assert_eq!(*server.seen.lock().unwrap(), ["thing.created"]);
    let again = server.refused(headers, GOOD).await;
    assert_eq!(again, answer(200, "The delivery was received already."));
}

#[tokio::test]
async fn a_body_in_pieces_is_put_together() {
    let server = Server::start().await;
    let pieces: Vec<Result<&[u8], std::io::Error>> = GOOD.chunks(7).map(Ok).collect();
    let body = Body::wrap_stream(futures_util::stream::iter(pieces));
    let response = server.deliver(signed(&TIMED, "secret", GOOD), body).await;
    assert_eq!(response.status(), 204);
}

#[tokio::test]
async fn a_failed_event_may_come_again() {
    let server = Server::start().await;
    let body: &[u8] = br#"{"event":{"type":"thing.failed"}}"#;
    let headers = signed(&TIMED, "secret", body);
    let response = server.deliver(headers.clone(), body).await;
    assert_eq!(response.status(), 500);
    let response = server.deliver(headers, body).await;
    assert_eq!(response.status(), 204);
}

#[tokio::test]
async fn refusals_say_little() {
    let server = Server::start().await;
    let unverified = answer(401, "The delivery could not be verified.");
    assert_eq!(server.refused(HeaderMap::new(), GOOD).await, unverified);
    assert_eq!(
        server.refused(signed(&TIMED, "guess", GOOD), GOOD).await,
        unverified
    );
    assert_eq!(
        server.refused(signed(&TIMED, "secret", b"{}"), GOOD).await,
        unverified
    );
    let mut old = signed(&TIMED, "secret", GOOD);
    old.insert("x-timestamp", "1700000000".parse().unwrap());
    assert_eq!(server.refused(old, GOOD).await, unverified);
    let mut junk = signed(&TIMED, "secret", GOOD);
    junk.insert("x-signature", "sha256=zz".parse().unwrap());
    let unreadable = answer(400, "The headers of the delivery cannot be read.");
    assert_eq!(server.refused(junk, GOOD).await, unreadable);
    for body in [&b"junk"[..], br#"{"event":{"type":"thing.created"}}"#] {
        let refused = server.refused(signed(&TIMED, "secret", body), body).await;
        assert_eq!(
            refused,
            answer(400, "The payload of the delivery cannot be read.")
        );
    }
}

#[tokio::test]
async fn a_large_body_is_refused_before_it_has_arrived() {
    let server = Server::start().await;
    // With a length and without one; the rest is never sent.
    for head in ["Content-Length: 1000000000", "Transfer-Encoding: chunked"] {
        let mut stream = TcpStream::connect(&server.address).await.unwrap();
        let chunk = if head.starts_with('T') { "3e9\r\n" } else { "" };
        let request = format!("POST /hook HTTP/1.1\r\nHost: localhost\r\n{head}\r\n\r\n{chunk}");
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.write_all(&[b' '; 1001]).await.unwrap();
        let mut reply = [0; 2000];
        let length = stream.read(&mut reply).await.unwrap();
        let reply = String::from_utf8_lossy(&reply[..length]);
        assert!(reply.starts_with("HTTP/1.1 413 "), "{reply}");
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_no_delivery() {
    let server = Server::start().await;
    let mut stream = TcpStream::connect(&server.address).await.unwrap();
    let request = "POST /hook HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"eve\r\nzz";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut reply = [0; 2000];
    let length = stream.read(&mut reply).await.unwrap();
    let reply = String::from_utf8_lossy(&reply[..length]);
    assert!(reply.starts_with("HTTP/1.1 400 "), "{reply}");
    assert!(server.seen.lock().unwrap().is_empty());
}

#[test]
fn a_rejection_keeps_the_reason() {
    let error = verifier(&TIMED, &["secret"])
        .verify(&HeaderMap::new(), GOOD)
        .map(drop)
        .unwrap_err();
    let rejection = WebhookRejection::from(error.clone());
    assert_eq!(rejection.error(), &error);
    assert_eq!(rejection.to_string(), error.to_string());
}
