//! A server on this machine that writes down what it is sent, and answers what it is told.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// A request as it came over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The path, percent-encoded as it came.
    pub path: String,
    /// The query, percent-encoded as it came; `None` where there was no question mark.
    pub query: Option<String>,
    /// The headers by lower-case name; repeated ones are joined by `, `.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// A header; the name is lower-case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// What the server answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// Names and values, as they shall be sent. `Content-Length` is added.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// How many bytes of the body are really sent before the connection is closed; all of them
    /// where this is `None`.
    pub cut: Option<usize>,
}

impl Reply {
    /// A reply without a body.
    pub fn new(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            cut: None,
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the body and its type.
    #[must_use]
    pub fn body(self, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let mut reply = self.header("Content-Type", media_type);
        reply.body = body.into();
        reply
    }

    fn head(&self) -> String {
        let mut head = format!("HTTP/1.1 {} Told\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !matches!(self.status, 100..=199 | 204 | 304) {
            head.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        }
        head.push_str("\r\n");
        head
    }
}

type Answer = Arc<dyn Fn(&Request) -> Reply + Send + Sync>;

/// A running server; dropping it stops it.
pub struct Recorder {
    url: String,
    requests: Arc<Mutex<Vec<Request>>>,
    task: JoinHandle<()>,
}

impl Recorder {
    /// Starts a server that answers what `answer` says.
    pub async fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let requests = Arc::default();
        let answer: Answer = Arc::new(answer);
        let task = tokio::spawn(accept(listener, answer, Arc::clone(&requests)));
        Self {
            url: format!("http://{address}"),
            requests,
            task,
        }
    }

    /// Starts a server that gives these replies one after the other, and the last one for ever.
    ///
    /// # Panics
    ///
    /// When there is no reply.
    pub async fn replying(replies: Vec<Reply>) -> Self {
        let mut left = replies;
        left.reverse();
        assert!(!left.is_empty(), "a server needs a reply");
        let left = Mutex::new(left);
        Self::start(move |_| {
            let mut left = left.lock().unwrap();
            if left.len() > 1 {
                left.pop().unwrap()
            } else {
                left[0].clone()
            }
        })
        .await
    }

    /// Where the server is: scheme, address and port.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The requests since the last call of this.
    pub fn take(&self) -> Vec<Request> {
        std::mem::take(&mut self.requests.lock().unwrap())
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, answer: Answer, requests: Arc<Mutex<Vec<Request>>>) {
    while let Ok((socket, _)) = listener.accept().await {
        tokio::spawn(serve(socket, Arc::clone(&answer), Arc::clone(&requests)));
    }
}

/// Serves one connection until the other side closes it.
async fn serve(socket: TcpStream, answer: Answer, requests: Arc<Mutex<Vec<Request>>>) {
    let mut socket = BufReader::new(socket);
    while let Some(request) = read(&mut socket).await {
        let reply = answer(&request);
        requests.lock().unwrap().push(request);
        let bytes = [reply.head().as_bytes(), &reply.body].concat();
        let end = reply.cut.map_or(bytes.len(), |cut| {
            bytes.len() - reply.body.len().saturating_sub(cut)
        });
        let sent = socket.get_mut().write_all(&bytes[..end]).await;
        if sent.is_err() || reply.cut.is_some() {
            return;
        }
    }
}

/// Reads one HTTP/1.1 request; `None` at the end of the connection.
async fn read(socket: &mut BufReader<TcpStream>) -> Option<Request> {
    let start = line(socket).await?;
    let mut words = start.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?);
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path.to_owned(), Some(query.to_owned())),
        None => (target.to_owned(), None),
    };
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    loop {
        let line = line(socket).await?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        let (name, value) = (name.to_ascii_lowercase(), value.trim());
        headers
            .entry(name)
            .and_modify(|known| *known = format!("{known}, {value}"))
            .or_insert_with(|| value.to_owned());
    }
    let body = body(socket, &headers).await?;
    Some(Request {
        method,
        path,
        query,
        headers,
        body,
    })
}

async fn body(
    socket: &mut BufReader<TcpStream>,
    headers: &BTreeMap<String, String>,
) -> Option<Vec<u8>> {
    if headers.get("transfer-encoding").map(String::as_str) == Some("chunked") {
        return chunks(socket).await;
    }
    match headers.get("content-length") {
        Some(length) => exactly(socket, length.parse().ok()?).await,
        None => Some(Vec::new()),
    }
}

async fn chunks(socket: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = usize::from_str_radix(line(socket).await?.trim(), 16).ok()?;
        body.extend(exactly(socket, size).await?);
        line(socket).await?;
        if size == 0 {
            return Some(body);
        }
    }
}

async fn exactly(socket: &mut BufReader<TcpStream>, length: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; length];
    socket.read_exact(&mut bytes).await.ok()?;
    Some(bytes)
}

async fn line(socket: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    match socket.read_line(&mut line).await {
        Ok(1..) => Some(line.trim_end_matches(['\r', '\n']).to_owned()),
        _ => None,
    }
}
