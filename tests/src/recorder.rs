//! A server on this machine that writes down what it is sent, and answers what it is told.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
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
    /// Whether the connection is closed in place of an answer.
    pub closes_silently: bool,
}

impl Reply {
    /// A reply without a body.
    pub fn new(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            cut: None,
            closes_silently: false,
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

/// Turns of the runtime for which an answer is held: enough for a request to arrive that was sent
/// at the same time.
const TURNS: usize = 2000;

/// A running server; dropping it stops it.
pub struct Recorder {
    url: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    answer: Box<dyn Fn(&Request) -> Reply + Send + Sync>,
    requests: Mutex<Vec<Request>>,
    /// Requests for whose company an answer is held.
    company: usize,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
}

impl Recorder {
    /// Starts a server that answers what `answer` says.
    pub async fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::spawn(Box::new(answer), 0).await
    }

    /// Starts a server that gives these replies one after the other, and the last one for ever.
    ///
    /// # Panics
    ///
    /// When there is no reply.
    pub async fn replying(replies: Vec<Reply>) -> Self {
        Self::spawn(one_after_the_other(replies), 0).await
    }

    /// As [`replying`](Self::replying), but holds each answer until `company` requests are under
    /// way, or until those that were sent at the same time would have arrived.
    ///
    /// # Panics
    ///
    /// When there is no reply.
    pub async fn holding(replies: Vec<Reply>, company: usize) -> Self {
        Self::spawn(one_after_the_other(replies), company).await
    }

    async fn spawn(answer: Box<dyn Fn(&Request) -> Reply + Send + Sync>, company: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            answer,
            requests: Mutex::default(),
            company,
            in_flight: AtomicUsize::default(),
            most_in_flight: AtomicUsize::default(),
        });
        Self {
            url: format!("http://{address}"),
            task: tokio::spawn(accept(listener, Arc::clone(&shared))),
            shared,
        }
    }

    /// Where the server is: scheme, address and port.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The requests since the last call of this.
    pub fn take(&self) -> Vec<Request> {
        std::mem::take(&mut self.shared.requests.lock().unwrap())
    }

    /// The most requests that were under way at the same time.
    pub fn most_in_flight(&self) -> usize {
        self.shared.most_in_flight.load(Ordering::SeqCst)
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn one_after_the_other(mut replies: Vec<Reply>) -> Box<dyn Fn(&Request) -> Reply + Send + Sync> {
    assert!(!replies.is_empty(), "a server needs a reply");
    replies.reverse();
    let left = Mutex::new(replies);
    Box::new(move |_| {
        let mut left = left.lock().unwrap();
        if left.len() > 1 {
            left.pop().unwrap()
        } else {
            left[0].clone()
        }
    })
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((socket, _)) = listener.accept().await {
        tokio::spawn(serve(socket, Arc::clone(&shared)));
    }
}

/// Serves one connection until the other side closes it.
async fn serve(socket: TcpStream, shared: Arc<Shared>) {
    let mut socket = BufReader::new(socket);
    while let Some(request) = read(&mut socket).await {
        let is_head = request.method == "HEAD";
        let reply = (shared.answer)(&request);
        shared.requests.lock().unwrap().push(request);
        shared.hold().await;
        if reply.closes_silently {
            return;
        }
        let mut bytes = reply.head().into_bytes();
        if !is_head {
            let end = reply.cut.unwrap_or(reply.body.len()).min(reply.body.len());
            bytes.extend_from_slice(&reply.body[..end]);
        }
        let sent = socket.get_mut().write_all(&bytes).await;
        if sent.is_err() || reply.cut.is_some() {
            return;
        }
    }
}

impl Shared {
    async fn hold(&self) {
        let now = self.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_in_flight.fetch_max(now, Ordering::SeqCst);
        for _ in 0..TURNS {
            if self.most_in_flight.load(Ordering::SeqCst) >= self.company {
                break;
            }
            tokio::task::yield_now().await;
        }
        self.in_flight.fetch_sub(1, Ordering::SeqCst);
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
