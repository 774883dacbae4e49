//! Replies that have no body, whatever their heads say.

use std::time::Duration;

use openapi_client_runtime::{Core, ErrorKind, Method};
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use crate::client;
use crate::output::Refused;
use crate::server::{self, Server};

/// A client of a server that sends these bytes and leaves the connection open.
async fn served(bytes: &'static [u8]) -> (Core, Server) {
    let server = Server::start(move |mut stream, _| async move {
        loop {
            if server::read_request(&mut stream).await.is_empty() {
                return;
            }
            let _ = stream.write_all(bytes).await;
        }
    })
    .await;
    (client(&server.url), server)
}

/// Nothing here may wait for a body.
async fn soon<T>(call: impl Future<Output = T>) -> T {
    let call = timeout(Duration::from_secs(5), call).await;
    call.expect("no body is waited for")
}

#[tokio::test]
async fn the_length_in_a_reply_to_head_is_not_that_of_its_body() {
    let (client, server) = served(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n").await;
    for _ in 0..2 {
        let head = client.request(Method::Head, "/film");
        let head = soon(head.send_ignoring_body()).await.unwrap();
        assert_eq!(head.headers()["content-length"], "99999999999");
    }
    assert_eq!(server.connections(), 1, "the connection is good");
}

#[tokio::test]
async fn an_error_to_head_is_not_blamed_for_its_missing_body() {
    let head =
        b"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n";
    let (client, _server) = served(head).await;
    let call = client.request(Method::Head, "/film").send::<Value>();
    let error = soon(call).await.refused();
    assert!(error.is_not_found());
    let text = "`request` failed: the server answered 404 Not Found";
    assert_eq!(error.to_string(), text);
}

#[tokio::test]
async fn a_body_behind_no_content_is_not_the_next_reply() {
    let reply = b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nextra";
    let (client, _server) = served(reply).await;
    for _ in 0..3 {
        let call = client.request(Method::Put, "/film").send_ignoring_body();
        assert_eq!(soon(call).await.unwrap().status(), 204);
    }
}

#[tokio::test]
async fn interim_replies_are_passed_over() {
    let replies = b"HTTP/1.1 100 Continue\r\n\r\n\
        HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n\
        HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n7";
    let (client, _server) = served(replies).await;
    let call = client.request(Method::Get, "/things").send::<u8>();
    let seven = soon(call).await.unwrap();
    assert_eq!((*seven, seven.headers().contains_key("link")), (7, false));
}

#[tokio::test]
async fn a_switch_to_another_protocol_is_no_reply_to_keep() {
    let reply = b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n";
    let (client, _server) = served(reply).await;
    let call = client.request(Method::Get, "/things").send::<Value>();
    let error = soon(call).await.refused();
    assert_eq!(error.kind(), ErrorKind::UnexpectedStatus);
    assert_eq!(error.status().unwrap(), 101);
}
