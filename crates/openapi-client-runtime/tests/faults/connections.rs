//! Connections that do not come about, break or stall.

use std::time::Duration;

use openapi_client_runtime::{CallOptions, ErrorKind, Method, RetryPolicy};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use crate::output::Refused;
use crate::server::{self, Server};
use crate::{builder, client};

#[tokio::test]
async fn a_refused_connection_is_tried_again_whatever_the_method() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let create = client(&url).request(Method::Post, "/things").json(&1);
    let error = create.send::<Value>().await.refused();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert_eq!(error.attempts(), 3);
    let text = error.to_string();
    assert!(text.contains("; 3 attempts in "), "{text}");
}

#[tokio::test]
async fn a_reset_before_the_request_was_read_is_repeated_only_where_that_is_safe() {
    let server = Server::start(|mut stream, number| async move {
        if number % 2 == 0 {
            server::reset(&stream);
        } else {
            server::read_request(&mut stream).await;
            server::send(&mut stream, &server::json("200 OK", "7")).await;
        }
    })
    .await;
    let client = client(&server.url);
    let got = client.request(Method::Get, "/things").send::<u8>().await;
    assert_eq!(got.unwrap().into_inner(), 7);
    assert_eq!(server.connections(), 2);

    let create = client.request(Method::Post, "/things").json(&1);
    let error = create.send::<u8>().await.refused();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 1));
    let text = error.to_string();
    assert!(
        text.ends_with("the server may have carried it out"),
        "{text}"
    );
    assert_eq!(server.connections(), 3);
}

#[tokio::test]
async fn a_reset_after_the_request_was_read_never_sends_it_twice() {
    let server = Server::start(|mut stream, _| async move {
        server::read_request(&mut stream).await;
        server::reset(&stream);
    })
    .await;
    let client = client(&server.url);
    let create = client.request(Method::Post, "/things").json(&1);
    assert_eq!(create.send::<Value>().await.refused().attempts(), 1);
    assert_eq!(server.connections(), 1);
    let replace = client.request(Method::Put, "/things/1").json(&1);
    assert_eq!(replace.send::<Value>().await.refused().attempts(), 3);
    assert_eq!(server.connections(), 4);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_fetched_again() {
    let server = Server::start(|mut stream, number| async move {
        server::read_request(&mut stream).await;
        let whole = server::json("200 OK", r#"{"name":"whole"}"#);
        if number == 0 {
            stream.write_all(&whole[..whole.len() - 5]).await.unwrap();
            server::reset(&stream);
        } else {
            server::send(&mut stream, &whole).await;
        }
    })
    .await;
    let got = client(&server.url).request(Method::Get, "/things/1");
    let value = got.send::<Value>().await.unwrap().into_inner();
    assert_eq!(value, json!({ "name": "whole" }));
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_body_shorter_than_announced_is_no_success() {
    let reply = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n12";
    let server = Server::replying(vec![reply.to_vec()]).await;
    let error = client(&server.url)
        .request(Method::Get, "/things")
        .send::<u8>()
        .await
        .refused();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 3));
    assert_eq!(error.status().unwrap(), 200);
}

#[tokio::test]
async fn a_body_longer_than_announced_ends_where_it_was_said_to() {
    let reply =
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n123456";
    let server = Server::replying(vec![reply.to_vec()]).await;
    let got = client(&server.url).request(Method::Get, "/things");
    assert_eq!(got.send::<u8>().await.unwrap().into_inner(), 12);
}

#[tokio::test]
async fn what_is_no_http_is_no_reply() {
    let server = Server::replying(vec![b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()]).await;
    let got = client(&server.url).request(Method::Get, "/things");
    let error = got.send::<Value>().await.refused();
    assert_eq!(error.kind(), ErrorKind::Transport);
}

// With time paused, tokio moves the clock to the next timer whenever nothing else can happen.

#[tokio::test(start_paused = true)]
async fn a_head_that_does_not_come_ends_the_attempt_then_the_call() {
    let server = Server::start(|mut stream, _| async move {
        server::read_request(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\n").await.unwrap();
        std::future::pending::<()>().await;
    })
    .await;
    let client = builder(&server.url)
        .read_timeout(Duration::from_secs(3600))
        .attempt_timeout(Duration::from_secs(4))
        .retry(
            RetryPolicy::new()
                .base_delay(Duration::ZERO)
                .max_attempts(9),
        )
        .timeout(Duration::from_secs(10))
        .build()
        .unwrap();
    let started = tokio::time::Instant::now();
    let got = client.request(Method::Get, "/things");
    let error = got.send::<Value>().await.refused();
    assert!(error.is_timeout());
    assert_eq!((error.attempts(), started.elapsed().as_secs()), (3, 10));
    let text = error.to_string();
    assert!(text.contains("within the timeout of the call"), "{text}");

    let own = CallOptions::new()
        .attempt_timeout(Duration::from_secs(1))
        .retry(RetryPolicy::none());
    let started = tokio::time::Instant::now();
    let got = client.request(Method::Get, "/things").with_options(own);
    let error = got.send::<Value>().await.refused();
    assert_eq!((error.attempts(), started.elapsed().as_secs()), (1, 1));
    let text = error.to_string();
    assert!(text.contains("within the timeout of an attempt"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_trickles_ends_with_the_call() {
    let server = Server::start(|mut stream, _| async move {
        server::read_request(&mut stream).await;
        let head =
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n";
        stream.write_all(head).await.unwrap();
        // Fast enough for the read timeout, too slow for anybody.
        while stream.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
    })
    .await;
    let client = builder(&server.url)
        .read_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap();
    let started = tokio::time::Instant::now();
    let got = client.request(Method::Get, "/things");
    let error = got.send::<Value>().await.refused();
    assert!(error.is_timeout());
    assert_eq!(error.status().unwrap(), 200);
    assert_eq!(started.elapsed().as_secs(), 20);
}

#[tokio::test]
async fn an_error_whose_body_does_not_come_is_still_that_error() {
    let server = Server::start(|mut stream, _| async move {
        server::read_request(&mut stream).await;
        let start = b"HTTP/1.1 422 No\r\nX-Request-Id: 7f\r\nContent-Length: 90\r\n\r\n{\"code\"";
        stream.write_all(start).await.unwrap();
        std::future::pending::<()>().await;
    })
    .await;
    let own = CallOptions::new().attempt_timeout(Duration::from_millis(500));
    let client = client(&server.url);
    let got = client.request(Method::Get, "/things").with_options(own);
    let error = got.send::<Value>().await.refused();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Api, 1));
    assert_eq!(error.status().unwrap(), 422);
    assert_eq!(error.request_id(), Some("7f"));
    assert_eq!(error.raw_body(), Some(&b"{\"code\""[..]));
}
