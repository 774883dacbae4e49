//! How a server ends.

use std::time::Duration;

use openapi_mock::{Document, MockServer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

const PETS: &str = r#"{
    "openapi": "3.0.3", "info": {"title": "Pets", "version": "1.0.0"},
    "paths": {"/pets": {"post": {
        "operationId": "create_pet",
        "requestBody": {"content": {"application/json": {"schema": {}}}},
        "responses": {"201": {
            "description": "It is there.",
            "content": {"application/json": {"schema": {}, "example": {"name": "Rex"}}}
        }}
    }}}
}"#;

const HEAD: &str =
    "POST /pets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n";

async fn start() -> MockServer {
    let document = Document::bundled(PETS).unwrap();
    MockServer::start(document).await.unwrap()
}

/// A connection on which the server waits for the body of a request.
async fn half_a_request(server: &MockServer) -> TcpStream {
    let address = server.url().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!("{HEAD}Expect: 100-continue\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream
}

#[tokio::test]
async fn replies_that_are_under_way_leave_and_nothing_else_is_taken() {
    let server = start().await;
    let mut stream = half_a_request(&server).await;
    let ((), reply) = tokio::join!(server.shutdown(), async {
        let again = TcpStream::connect(server.url().strip_prefix("http://").unwrap());
        assert!(again.await.is_err(), "connections are still taken");
        stream.write_all(b"{}").await.unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).await.unwrap();
        reply
    });
    assert!(reply.starts_with("HTTP/1.1 201 "), "{reply}");
    assert!(reply.ends_with(r#"{"name":"Rex"}"#), "{reply}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn idle_connections_do_not_delay_the_end() {
    let server = start().await;
    let client = reqwest::Client::new();
    let url = format!("{}/pets", server.url());
    client.post(url).json(&()).send().await.unwrap();
    let end = tokio::time::timeout(Duration::from_secs(4), server.shutdown());
    end.await.expect("a connection that is kept alive is idle");
    // It has ended: doing it again changes nothing.
    server.shutdown().await;
}

#[tokio::test]
async fn a_client_that_never_ends_is_not_waited_for_longer_than_five_seconds() {
    let server = start().await;
    let mut stream = half_a_request(&server).await;
    // From here on nothing but the limit of the server ends the wait.
    tokio::time::pause();
    let begin = Instant::now();
    server.shutdown().await;
    assert_eq!(begin.elapsed().as_secs(), 5);
    let mut rest = Vec::new();
    let read = stream.read_to_end(&mut rest).await;
    assert!(read.is_err() || rest.is_empty(), "{rest:?}");
}

#[tokio::test]
async fn a_server_that_is_dropped_is_gone() {
    let server = start().await;
    let stream = half_a_request(&server).await;
    let address = server.url().strip_prefix("http://").unwrap().to_owned();
    drop(server);
    let mut rest = Vec::new();
    let mut stream = stream;
    assert!(stream.read_to_end(&mut rest).await.is_err() || rest.is_empty());
    assert!(TcpStream::connect(address).await.is_err());
}
