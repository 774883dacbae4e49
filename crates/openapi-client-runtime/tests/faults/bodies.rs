//! Bodies that are too large, too deep, or not what they are called.

#[cfg(feature = "compression")]
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

#[cfg(feature = "compression")]
use flate2::{Compression, write::GzEncoder};
use futures_util::StreamExt;
use openapi_client_runtime::{CallOptions, ErrorKind, Method, RetryPolicy};
use serde_json::Value;
use tokio::io::AsyncWriteExt;

use crate::output::Refused;
use crate::server::{self, Server, reply};
use crate::{builder, client};

const MIB: u64 = 1024 * 1024;

/// Sends up to `size` bytes of body and counts those that the other side took.
async fn endless(status: &'static str, size: u64) -> (Server, Arc<AtomicU64>) {
    let taken = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&taken);
    let server = Server::start(move |mut stream, _| {
        let count = Arc::clone(&count);
        async move {
            server::read_request(&mut stream).await;
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {size}\r\n\r\n");
            let _ = stream.write_all(head.as_bytes()).await;
            let chunk = vec![b'x'; 64 * 1024];
            while count.load(Ordering::SeqCst) < size && stream.write_all(&chunk).await.is_ok() {
                count.fetch_add(chunk.len() as u64, Ordering::SeqCst);
            }
        }
    })
    .await;
    (server, taken)
}

#[tokio::test]
async fn a_gibibyte_of_error_is_left_on_the_wire() {
    let (server, taken) = endless("500 Broken", 1024 * MIB).await;
    let once = CallOptions::new().retry(RetryPolicy::none());
    let client = client(&server.url);
    let got = client.request(Method::Get, "/things").with_options(once);
    let error = got.send::<Value>().await.refused();
    assert_eq!(error.status().unwrap(), 500);
    assert_eq!(error.raw_body().unwrap().len(), 64 * 1024);
    // The rest of what was sent stood in the buffers of two sockets.
    assert!(taken.load(Ordering::SeqCst) < 64 * MIB);
}

#[tokio::test]
async fn a_success_beyond_the_limit_is_left_on_the_wire() {
    let (server, taken) = endless("200 OK", 1024 * MIB).await;
    let got = client(&server.url).request(Method::Get, "/things");
    let error = got.send::<Value>().await.refused();
    assert_eq!(error.kind(), ErrorKind::BodyTooLarge);
    assert_eq!(error.attempts(), 1, "the next one would be as large");
    assert!(taken.load(Ordering::SeqCst) < 64 * MIB);
}

#[tokio::test]
async fn a_stream_of_any_size_is_never_held_whole() {
    let (server, taken) = endless("200 OK", 96 * MIB).await;
    let got = client(&server.url).request(Method::Get, "/things");
    let mut stream = got.send_streaming().await.unwrap().into_inner();
    let mut read = 0;
    let mut most_ahead = 0;
    while let Some(chunk) = stream.next().await {
        read += chunk.unwrap().len() as u64;
        most_ahead = most_ahead.max(taken.load(Ordering::SeqCst).saturating_sub(read));
    }
    assert_eq!(read, 96 * MIB);
    assert!(most_ahead < 32 * MIB, "{most_ahead} bytes were read ahead");
}

#[cfg(feature = "compression")]
fn gzipped(size: u64) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let chunk = vec![b' '; 64 * 1024];
    for _ in 0..size / chunk.len() as u64 {
        encoder.write_all(&chunk).unwrap();
    }
    encoder.write_all(b"[1,2]").unwrap();
    encoder.finish().unwrap()
}

#[cfg(feature = "compression")]
#[tokio::test]
async fn a_gzip_bomb_is_defused_by_what_comes_out_of_it() {
    let bomb = gzipped(64 * MIB);
    assert!(bomb.len() < 128 * 1024, "{} bytes", bomb.len());
    let headers = ["Content-Encoding: gzip", "Content-Type: application/json"];
    let server = Server::replying(vec![reply("200 OK", &headers, &bomb)]).await;
    let got = client(&server.url).request(Method::Get, "/things");
    let error = got.send::<Value>().await.refused();
    assert_eq!(error.kind(), ErrorKind::BodyTooLarge);
    let server = Server::replying(vec![reply("400 Bad", &headers, &bomb)]).await;
    let got = client(&server.url).request(Method::Get, "/things");
    let error = got.send::<Value>().await.refused();
    assert_eq!(error.status().unwrap(), 400);
    assert!(error.raw_body().unwrap().len() <= 64 * 1024);
}

#[cfg(feature = "compression")]
#[tokio::test]
async fn compressed_replies_are_read_and_broken_ones_are_not() {
    let headers = ["Content-Encoding: gzip", "Content-Type: application/json"];
    let whole = gzipped(64 * 1024);
    let server = Server::replying(vec![reply("200 OK", &headers, &whole)]).await;
    let got = client(&server.url).request(Method::Get, "/things");
    let value = got.send::<Vec<u8>>().await.unwrap().into_inner();
    assert_eq!(value, [1, 2]);
    let cut = reply("200 OK", &headers, &whole[..whole.len() - 9]);
    let junk = reply("200 OK", &headers, b"[1,2]");
    for (broken, kind) in [(cut, ErrorKind::Transport), (junk, ErrorKind::Decode)] {
        let server = Server::replying(vec![broken]).await;
        let got = client(&server.url).request(Method::Get, "/things");
        let error = got.send::<Vec<u8>>().await.refused();
        assert_eq!(error.kind(), kind);
        assert_eq!(error.status().unwrap(), 200);
    }
}

#[tokio::test]
async fn an_html_error_of_a_proxy_keeps_its_status() {
    let page = b"<html><h1>502 Bad Gateway</h1></html>";
    let reply = reply("502 Bad Gateway", &["Content-Type: text/html"], page);
    let server = Server::replying(vec![reply]).await;
    let got = client(&server.url).request(Method::Get, "/things");
    let error = got.send::<Value>().await.refused();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Api, 3));
    assert_eq!(error.status().unwrap(), 502);
    assert_eq!(error.raw_body(), Some(&page[..]));
    assert!(!error.to_string().contains("<h1>"));
}

#[tokio::test]
async fn nesting_and_text_that_is_none_are_decode_errors() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    for body in [deep.as_bytes(), b"\"\xFF\xFE\"", b"{\"a\":1", b""] {
        let reply = reply("200 OK", &["Content-Type: application/json"], body);
        let server = Server::replying(vec![reply]).await;
        let client = builder(&server.url).build().unwrap();
        let got = client.request(Method::Get, "/things");
        let error = got.send::<Value>().await.refused();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert_eq!(
            error.raw_body().unwrap_or_default().len(),
            body.len().min(64 * 1024)
        );
        assert!(error.to_string().len() < 300);
    }
}
