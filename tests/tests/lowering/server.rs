//! A server that answers as it is told and remembers what it was sent.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Requests as they came over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Method and target, such as `GET /a?b=c`.
    pub(crate) line: String,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Request {
    /// The value of a header; several of one name are joined by ` | `, which a
    /// test that expects one will notice.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let values: Vec<&str> = self
            .headers
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .collect();
        (!values.is_empty()).then(|| values.join(" | "))
    }

    /// The value of a query parameter, decoded.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        let (_, query) = self.line.split_once('?')?;
        let url = reqwest::Url::parse(&format!("http://h/?{query}")).unwrap();
        let mut pairs = url.query_pairs();
        pairs
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.into_owned())
    }

    /// A query parameter that is a number.
    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.query(name).map(|value| value.parse().unwrap())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

pub(crate) struct Server {
    address: String,
    replies: Arc<Mutex<VecDeque<String>>>,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let replies: Arc<Mutex<VecDeque<String>>> = Arc::default();
        let given = Arc::clone(&replies);
        let server = Self::answering(move |_| {
            given.lock().unwrap().pop_front().unwrap_or_else(|| {
                "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n".to_owned()
            })
        });
        Self {
            replies,
            ..server.await
        }
    }

    /// Answers each request with what `answer` makes of it; see [`page`].
    pub(crate) async fn answering(
        answer: impl Fn(&Request) -> String + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: format!("http://{}", listener.local_addr().unwrap()),
            replies: Arc::default(),
            requests: Arc::default(),
        };
        let requests = server.requests.clone();
        tokio::spawn(async move {
            while let Ok((mut connection, _)) = listener.accept().await {
                let request = read(&mut connection).await;
                let reply = answer(&request);
                requests.lock().unwrap().push(request);
                connection.write_all(reply.as_bytes()).await.unwrap();
            }
        });
        server
    }

    pub(crate) fn url(&self) -> &str {
        &self.address
    }

    /// Answers the next request so; without a reply left, the answer is 204.
    pub(crate) fn reply(&self, status: u16, media_type: &str, body: &str) -> &Self {
        let length = body.len();
        let media_type = if media_type.is_empty() {
            String::new()
        } else {
            format!("content-type: {media_type}\r\n")
        };
        self.replies.lock().unwrap().push_back(format!(
            "HTTP/1.1 {status} Status\r\n{media_type}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        ));
        self
    }

    pub(crate) fn json(&self, status: u16, body: &serde_json::Value) -> &Self {
        self.reply(status, "application/json", &body.to_string())
    }

    /// The last request.
    pub(crate) fn last(&self) -> Request {
        self.requests
            .lock()
            .unwrap()
            .last()
            .expect("a request")
            .clone()
    }

    /// All requests so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// The first lines of all requests.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.requests()
            .into_iter()
            .map(|request| request.line)
            .collect()
    }

    pub(crate) fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

/// A reply in JSON, with further header lines.
pub(crate) fn page(status: u16, headers: &str, body: &serde_json::Value) -> String {
    let body = body.to_string();
    let length = body.len();
    format!(
        "HTTP/1.1 {status} Status\r\ncontent-type: application/json\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

async fn read(connection: &mut TcpStream) -> Request {
    let mut bytes = Vec::new();
    let head = loop {
        connection.read_buf(&mut bytes).await.unwrap();
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
    };
    let text = String::from_utf8(bytes[..head].to_vec()).unwrap();
    let mut lines = text.lines();
    let line = lines
        .next()
        .unwrap()
        .trim_end_matches(" HTTP/1.1")
        .to_owned();
    let headers: Vec<(String, String)> = lines
        .map(|line| {
            let (name, value) = line.split_once(':').unwrap();
            (name.to_ascii_lowercase(), value.trim().to_owned())
        })
        .collect();
    let length = headers
        .iter()
        .find(|(name, _)| name == "content-length")
        .map_or(0, |(_, value)| value.parse().unwrap());
    assert!(
        !headers.iter().any(|(name, _)| name == "transfer-encoding"),
        "chunked bodies are not read here"
    );
    let start = head + 4;
    while bytes.len() < start + length {
        connection.read_buf(&mut bytes).await.unwrap();
    }
    let body = String::from_utf8(bytes[start..start + length].to_vec()).unwrap();
    Request {
        line,
        headers,
        body,
    }
}
