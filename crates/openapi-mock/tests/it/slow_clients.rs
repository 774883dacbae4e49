//! Clients that keep a server waiting.

use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;

use crate::common::{End, LONG, builder, connect, read};

const PATIENCE: Duration = Duration::from_millis(100);

#[tokio::test]
async fn a_head_that_never_ends_is_not_waited_for() {
    let server = builder().read_timeout(PATIENCE).start().await.unwrap();
    let begun = Instant::now();
    let mut stream = connect(&server).await;
    stream
        .write_all(b"GET /report HTTP/1.1\r\nhos")
        .await
        .unwrap();
    let seen = read(stream).await;
    assert_eq!(seen.end, End::Closed);
    assert!(begun.elapsed() < LONG);
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_body_that_never_comes_is_answered_with_408() {
    let server = builder().read_timeout(PATIENCE).start().await.unwrap();
    let mut stream = connect(&server).await;
    let head = "POST /report/lock HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 9\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.unwrap();
    let seen = read(stream).await;
    assert!(seen.head.starts_with("http/1.1 408"), "{seen:?}");
    assert_eq!(seen.body, "The body did not arrive within 0.1 s.\n");
    let recorded = server.requests_of("lock_report").unwrap();
    assert_eq!(recorded[0].status(), Some(408));
}

#[tokio::test]
async fn a_body_that_breaks_off_is_no_request() {
    let server = builder().start().await.unwrap();
    let call = server.expect("lock_report").unwrap().never();
    let mut stream = connect(&server).await;
    let head = "POST /report/lock HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 9\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let seen = read(stream).await;
    assert!(!seen.head.contains("204"), "{seen:?}");
    assert_eq!(call.calls(), 0);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_recorded_as_refused() {
    let server = builder().max_body(3).start().await.unwrap();
    let url = format!("{}/report/lock", server.url());
    let reply = reqwest::Client::new().post(url).body("12345").send().await;
    assert_eq!(reply.unwrap().status(), 413);
    let recorded = &server.requests_of("lock_report").unwrap()[0];
    assert_eq!(
        recorded.refusal().as_deref(),
        Some("too-large: bodies may have 3 bytes here")
    );
}
