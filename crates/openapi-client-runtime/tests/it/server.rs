//! A server that sends exactly the bytes it is told to.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What happens after the bytes were written.
#[derive(Clone, Copy)]
pub(crate) enum Then {
    Close,
    Reset,
    Hang,
}

/// Answers one connection after another with the same bytes and keeps what it was sent.
pub(crate) struct Server {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) async fn answering(reply: impl Into<Vec<u8>>, then: Then) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (reply, kept) = (reply.into(), Arc::clone(&requests));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, reply.clone(), then, Arc::clone(&kept)));
            }
        });
        Self { url, requests }
    }

    /// A whole reply: status line, extra header lines, body.
    pub(crate) async fn replying(status: &str, headers: &[&str], body: &[u8]) -> Self {
        let mut reply = format!("HTTP/1.1 {status}\r\nConnection: close\r\n").into_bytes();
        for header in headers {
            reply.extend_from_slice(header.as_bytes());
            reply.extend_from_slice(b"\r\n");
        }
        if !status.starts_with("204") {
            reply.extend_from_slice(format!("Content-Length: {}\r\n", body.len()).as_bytes());
        }
        reply.extend_from_slice(b"\r\n");
        reply.extend_from_slice(body);
        Self::answering(reply, Then::Close).await
    }

    /// Answers one connection after another with the next of these statuses, the last one for good.
    pub(crate) async fn in_turn(statuses: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&requests);
        let replies: Vec<String> = statuses
            .iter()
            .map(|status| {
                format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            })
            .collect();
        tokio::spawn(async move {
            let mut answered = 0;
            while let Ok((stream, _)) = listener.accept().await {
                let reply = &replies[answered.min(replies.len() - 1)];
                answered += 1;
                serve(stream, reply.clone().into(), Then::Close, Arc::clone(&kept)).await;
            }
        });
        Self { url, requests }
    }

    /// The requests so far, head and body.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// The only request.
    pub(crate) fn request(&self) -> String {
        let requests = self.requests();
        assert_eq!(requests.len(), 1, "{requests:?}");
        requests[0].clone()
    }
}

async fn serve(mut stream: TcpStream, reply: Vec<u8>, then: Then, kept: Arc<Mutex<Vec<String>>>) {
    let request = read_request(&mut stream).await;
    kept.lock().unwrap().push(request);
    stream.write_all(&reply).await.unwrap();
    match then {
        Then::Close => stream.shutdown().await.unwrap_or_default(),
        Then::Reset => {
            // Lets the bytes arrive before the reset overtakes them.
            tokio::time::sleep(Duration::from_millis(50)).await;
            stream.set_zero_linger().unwrap();
        }
        Then::Hang => std::future::pending().await,
    }
}

pub(crate) async fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).await.unwrap();
        bytes.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && body.len() >= header(head, "content-length").map_or(0, |n| n.parse().unwrap())
        {
            return text.into_owned();
        }
        assert_ne!(read, 0, "the request ended early: {text}");
    }
}

/// The value of a header in the head of a request.
pub(crate) fn header<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    request.lines().find_map(|line| {
        let (own, value) = line.split_once(':')?;
        own.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}
