//! A server whose connections do what a test says.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) struct Server {
    pub(crate) url: String,
    connections: Arc<AtomicUsize>,
}

impl Server {
    /// Runs `handle` for each connection, which gets its number, from 0.
    pub(crate) async fn start<F, R>(handle: F) -> Self
    where
        F: Fn(TcpStream, usize) -> R + Send + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let number = counter.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(handle(stream, number));
            }
        });
        Self { url, connections }
    }

    /// Answers the n-th connection with the n-th reply, later ones with the last.
    pub(crate) async fn replying(replies: Vec<Vec<u8>>) -> Self {
        Self::start(move |mut stream, number| {
            let reply = replies[number.min(replies.len() - 1)].clone();
            async move {
                read_request(&mut stream).await;
                send(&mut stream, &reply).await;
            }
        })
        .await
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// The head of a request, and as much of its body as came along.
pub(crate) async fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let read = stream.read(&mut chunk).await.unwrap_or(0);
        bytes.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&bytes);
        if read == 0 || text.contains("\r\n\r\n") {
            return text.into_owned();
        }
    }
}

/// Sends what the other side still takes, and closes in order.
pub(crate) async fn send(stream: &mut TcpStream, bytes: &[u8]) {
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
}

/// Ends a connection with a reset instead of in order.
pub(crate) fn reset(stream: &TcpStream) {
    stream.set_zero_linger().unwrap();
}

pub(crate) fn reply(status: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let mut reply = format!("HTTP/1.1 {status}\r\nConnection: close\r\n").into_bytes();
    for header in headers {
        reply.extend_from_slice(header.as_bytes());
        reply.extend_from_slice(b"\r\n");
    }
    reply.extend_from_slice(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
    reply.extend_from_slice(body);
    reply
}

pub(crate) fn json(status: &str, body: &str) -> Vec<u8> {
    reply(status, &["Content-Type: application/json"], body.as_bytes())
}
