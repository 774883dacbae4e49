//! Timeouts and broken connections.

use std::time::Duration;

use openapi_client_runtime::ErrorKind;
use tokio::net::TcpListener;

use crate::client::{builder, core, get_bytes, get_thing};
use crate::server::{Server, Then};

const PARTIAL: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Request-Id: 7f\r\n\
                       Content-Length: 100\r\n\r\n{\"name\":";

#[tokio::test]
async fn a_reset_in_mid_body() {
    let server = Server::answering(PARTIAL, Then::Reset).await;
    let error = get_thing(&core(&server.url), "1").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert_eq!(error.status().unwrap(), 200);
    assert_eq!(error.request_id(), Some("7f"));
    assert!(error.is_retryable() && !error.is_unsent());
    assert!(std::error::Error::source(&error).is_some());
}

#[tokio::test]
async fn a_body_that_ends_early_in_a_stream() {
    let reply = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc";
    let server = Server::answering(reply, Then::Close).await;
    let stream = get_bytes(&core(&server.url)).await.unwrap().into_inner();
    let error = stream.read(1000).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert_eq!(error.operation().unwrap().id(), "get_bytes");
}

#[tokio::test]
async fn an_error_reply_that_breaks_off_keeps_its_status() {
    let reply = "HTTP/1.1 503 Busy\r\nContent-Length: 100\r\n\r\n{\"code\":";
    let server = Server::answering(reply, Then::Reset).await;
    let error = get_thing(&core(&server.url), "1").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api);
    assert_eq!(error.status().unwrap(), 503);
    assert_eq!(error.raw_body(), Some(&br#"{"code":"#[..]));
}

#[tokio::test]
async fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = get_thing(&core(&url), "1").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.is_connect() && error.is_retryable() && !error.is_timeout());
    let text = error.to_string();
    assert!(text.contains("no connection to the server: "), "{text}");
    assert!(
        !text.contains("127.0.0.1") && !text.contains("things"),
        "{text}"
    );
}

// With time paused, tokio moves the clock to the next timer whenever nothing else can happen, so
// that these take no time and still prove which timer fires.

#[tokio::test(start_paused = true)]
async fn the_total_timeout_covers_the_wait_for_the_reply() {
    let server = Server::answering("", Then::Hang).await;
    let core = builder(&server.url)
        .timeout(Duration::from_secs(5))
        .read_timeout(Duration::from_secs(3600))
        .build()
        .unwrap();
    let started = tokio::time::Instant::now();
    let error = get_thing(&core, "1").await.unwrap_err();
    assert!(error.is_timeout() && error.is_retryable() && !error.is_connect());
    assert_eq!(started.elapsed().as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn the_total_timeout_covers_the_body() {
    let server = Server::answering(PARTIAL, Then::Hang).await;
    let core = builder(&server.url)
        .timeout(Duration::from_secs(5))
        .read_timeout(Duration::from_secs(3600))
        .build()
        .unwrap();
    let error = get_thing(&core, "1").await.unwrap_err();
    assert!(error.is_timeout());
}

#[tokio::test(start_paused = true)]
async fn the_read_timeout_ends_silence() {
    let server = Server::answering("", Then::Hang).await;
    let core = builder(&server.url)
        .read_timeout(Duration::from_secs(2))
        .build()
        .unwrap();
    let started = tokio::time::Instant::now();
    let error = get_thing(&core, "1").await.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(started.elapsed().as_secs(), 2);
}

#[tokio::test]
async fn the_longest_timeout_does_not_overflow() {
    let server = Server::replying("200 OK", &[], br#"{"name":"a"}"#).await;
    let core = builder(&server.url).timeout(Duration::MAX).build().unwrap();
    assert!(get_thing(&core, "1").await.is_ok());
}
