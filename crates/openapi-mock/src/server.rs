//! Listening, and HTTP.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::Deref;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

use crate::document::Document;
use crate::log::{LogEntry, Sink};
use crate::media::one_line;
use crate::mock::{Mock, Settings};
use crate::refusal::{Reason, Refusal};
use crate::reply::{HangUp, Reply};
use crate::request::Request;
use crate::stand_in;
use crate::state::{StateFile, StateFileError};

/// The largest request body that is taken, in bytes, unless the builder says otherwise.
pub(crate) const MAX_BODY: usize = 16 * 1024 * 1024;

/// How long replies that are under way may take when a server is shut down.
const LAST_REPLIES: Duration = Duration::from_secs(5);

/// How long the head of a request may take, and again its body, unless the builder says otherwise.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a change may wait until it stands in the state file.
const SAVE_EVERY: Duration = Duration::from_millis(250);

/// A server on a port of its own, for one document or several. Dropping it ends it with all its
/// connections.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use openapi_mock::{Document, MockServer};
///
/// let document = Document::bundled(r#"{
///     "openapi": "3.0.3", "info": {"title": "Pets", "version": "1.0.0"},
///     "paths": {"/pets": {"get": {"operationId": "list_pets", "responses": {"200": {
///         "description": "All pets.",
///         "content": {"application/json": {"example": ["Rex"]}}
///     }}}}}
/// }"#)?;
/// let server = MockServer::start(document).await?;
/// let pets: Vec<String> = reqwest::get(format!("{}/pets", server.url())).await?.json().await?;
/// assert_eq!(pets, ["Rex"]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct MockServer {
    mounts: Vec<Mount>,
    first: Mock,
    /// Told once: stop. Closed when the last reply has left.
    stop: watch::Sender<()>,
    task: JoinHandle<()>,
    state: Option<(Arc<StateFile>, JoinHandle<()>)>,
    /// What is to be known of the documents.
    notes: Vec<String>,
}

#[derive(Debug, Clone)]
struct Mount {
    /// Empty, or a slash and a name.
    prefix: String,
    mock: Mock,
}

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}{}", advice(.source))]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the operating system says.
        source: io::Error,
    },
    /// No document was given.
    #[error("there is nothing to serve: mount at least one document")]
    Nothing,
    /// Two documents have one prefix.
    #[error("two documents are mounted at `{0}`; give one of them another name")]
    SamePrefix(String),
    /// The state file cannot be used.
    #[error(transparent)]
    State(#[from] StateFileError),
}

fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AddrInUse => "; choose another port, or 0 for a free one",
        io::ErrorKind::PermissionDenied => "; ports below 1024 are for administrators",
        _ => "",
    }
}

/// Sets up a [`MockServer`].
///
/// ```
/// # async fn shown(document: openapi_mock::Document) -> Result<(), openapi_mock::StartError> {
/// let server = openapi_mock::MockServer::builder().mount("pets", document).port(4010).start().await?;
/// assert_eq!(server.url(), "http://127.0.0.1:4010/pets");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use]
pub struct MockServerBuilder {
    documents: Vec<(String, Document)>,
    host: IpAddr,
    port: u16,
    max_body: usize,
    read_timeout: Duration,
    settings: Settings,
    state_file: Option<PathBuf>,
}

impl MockServer {
    /// A server for one document, on a free port of the loopback interface.
    ///
    /// # Errors
    ///
    /// [`StartError::Listen`] when there is no free port.
    pub async fn start(document: Document) -> Result<Self, StartError> {
        Self::builder().mount("", document).start().await
    }

    /// A server to be set up.
    pub fn builder() -> MockServerBuilder {
        MockServerBuilder {
            documents: Vec::new(),
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            max_body: MAX_BODY,
            read_timeout: READ_TIMEOUT,
            settings: Settings::default(),
            state_file: None,
        }
    }

    /// The mock that is mounted under a name.
    pub fn mounted(&self, name: &str) -> Option<&Mock> {
        let wanted = prefix(name);
        let mut mounts = self.mounts.iter();
        let found = mounts.find(|mount| mount.prefix == wanted);
        found.map(|mount| &mount.mock)
    }

    /// What a person who starts the server should know, such as that a state file was damaged, or
    /// that the document declares headers which only a server can set.
    ///
    /// ```
    /// # fn shown(server: openapi_mock::MockServer) {
    /// for warning in server.warnings() {
    ///     eprintln!("{warning}");
    /// }
    /// # }
    /// ```
    pub fn warnings(&self) -> impl Iterator<Item = &str> {
        let state = self.state.iter();
        let state = state.filter_map(|(file, _)| file.warning.as_deref());
        state.chain(self.notes.iter().map(String::as_str))
    }

    /// Brings the state file up to date, if there is one.
    #[cfg(feature = "cli")]
    pub(crate) fn save(&self) -> Result<(), StateFileError> {
        self.state.as_ref().map_or(Ok(()), |(file, _)| file.save())
    }

    /// All mocks, in the order in which they were mounted.
    pub fn mocks(&self) -> impl Iterator<Item = &Mock> {
        self.mounts.iter().map(|mount| &mount.mock)
    }

    /// Takes no more connections, and waits until the replies that are under way have left: at most
    /// five seconds. Later calls find nobody. What the mocks know stays readable.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let document = openapi_mock::Document::bundled(
    /// #     r#"{"openapi": "3.0.3", "info": {"title": "Pets", "version": "1.0.0"}, "paths": {}}"#,
    /// # )?;
    /// let server = openapi_mock::MockServer::start(document).await?;
    /// reqwest::get(server.url()).await?;
    /// server.shutdown().await;
    /// assert!(reqwest::get(server.url()).await.is_err());
    /// assert_eq!(server.requests().len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn shutdown(&self) {
        self.stop.send_replace(());
        self.stop.closed().await;
    }
}

impl Deref for MockServer {
    type Target = Mock;

    fn deref(&self) -> &Mock {
        &self.first
    }
}

impl Drop for MockServer {
    fn drop(&mut self) {
        self.task.abort();
        if let Some((file, task)) = &self.state {
            task.abort();
            // Nobody is left to be told; what was written before is whole.
            let _ = file.save();
        }
    }
}

impl MockServerBuilder {
    /// Serves a document under a path of its own; an empty name stands for the root.
    pub fn mount(mut self, name: &str, document: Document) -> Self {
        self.documents.push((prefix(name), document));
        self
    }

    /// The address to listen on; the loopback interface unless set. A mock knows no secrets worth
    /// the name: think twice before others can reach it.
    pub fn host(mut self, host: IpAddr) -> Self {
        self.host = host;
        self
    }

    /// The port to listen on; 0, a free one, unless set.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// From what made values grow: the same seed, the same values. 0 unless set.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// The largest request body that is taken, in bytes; 16 MiB unless set. Larger ones are
    /// answered with 413.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// How long a client may take to send the head of a request, and again its body; 30 seconds
    /// unless set. A connection on which nothing comes is closed after this time, too.
    pub fn read_timeout(mut self, time: Duration) -> Self {
        self.read_timeout = time;
        self
    }

    /// How many requests each mock records, 10,000 unless set; older ones go first, also when
    /// they would take more than 64 MiB in all.
    pub fn record(mut self, requests: usize) -> Self {
        self.settings.record = requests;
        self
    }

    /// Where the access log goes: nowhere unless set. [`LogEntry`] has an example.
    pub fn log(mut self, write: impl Fn(&LogEntry) + Send + Sync + 'static) -> Self {
        self.settings.log = Sink::new(write);
        self
    }

    /// Keeps what calls change in a file, so that it is there again when the next server starts with
    /// that file. It is written within a quarter of a second after a change, in one step, and when
    /// the server is dropped. A file that is damaged is kept aside, and
    /// [`MockServer::warnings`] says so.
    ///
    /// ```
    /// # async fn shown(document: openapi_mock::Document) -> Result<(), openapi_mock::StartError> {
    /// let builder = openapi_mock::MockServer::builder().mount("", document);
    /// let server = builder.state_file("state.json").start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn state_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.state_file = Some(path.into());
        self
    }

    /// Starts the server.
    ///
    /// # Errors
    ///
    /// A [`StartError`] when the address cannot be listened on, when there is no document or two
    /// have the same name, or when the state file is that of another document.
    pub async fn start(self) -> Result<MockServer, StartError> {
        let address = SocketAddr::new(self.host, self.port);
        let mounts = self.mounts()?;
        let Some(first) = mounts.first().map(|mount| mount.mock.clone()) else {
            return Err(StartError::Nothing);
        };
        let state = self.state(&mounts)?;
        let failed = |source| StartError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let bound = listener.local_addr().map_err(failed)?;
        for mount in &mounts {
            mount
                .mock
                .set_url(format!("http://{bound}{}", mount.prefix));
        }
        let site = Site {
            mounts: mounts.clone(),
            max_body: self.max_body,
            read_timeout: self.read_timeout,
            log: self.settings.log.clone(),
        };
        let (stop, stopped) = watch::channel(());
        let notes = mounts.iter();
        let notes = notes.flat_map(|mount| stand_in::left_out(mount.mock.api()));
        Ok(MockServer {
            notes: notes.collect(),
            mounts,
            first,
            stop,
            task: tokio::spawn(listen(listener, site, stopped)),
            state: state.map(|file| {
                let task = tokio::spawn(save(Arc::clone(&file)));
                (file, task)
            }),
        })
    }

    fn state(&self, mounts: &[Mount]) -> Result<Option<Arc<StateFile>>, StartError> {
        let Some(path) = &self.state_file else {
            return Ok(None);
        };
        let named = |mount: &Mount| (mount.prefix.clone(), mount.mock.clone());
        let file = StateFile::open(path, mounts.iter().map(named).collect())?;
        Ok(Some(Arc::new(file)))
    }

    fn mounts(&self) -> Result<Vec<Mount>, StartError> {
        let mut mounts: Vec<Mount> = Vec::new();
        for (prefix, document) in &self.documents {
            if mounts.iter().any(|mount| mount.prefix == *prefix) {
                return Err(StartError::SamePrefix(prefix.clone()));
            }
            mounts.push(Mount {
                prefix: prefix.clone(),
                mock: Mock::new(document, &self.settings),
            });
        }
        Ok(mounts)
    }
}

/// A name as the start of paths.
fn prefix(name: &str) -> String {
    match name.trim_matches('/') {
        "" => String::new(),
        name => format!("/{name}"),
    }
}

/// What connections need to know.
#[derive(Debug, Clone)]
struct Site {
    mounts: Vec<Mount>,
    max_body: usize,
    read_timeout: Duration,
    log: Sink,
}

/// How long to wait before another try where no connection can be taken.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// Keeps a state file up to date.
async fn save(file: Arc<StateFile>) {
    loop {
        tokio::time::sleep(SAVE_EVERY).await;
        let file = Arc::clone(&file);
        // A disk that is full now may have room at the next change, or when the server ends.
        let _ = tokio::task::spawn_blocking(move || file.save()).await;
    }
}

/// Serves until it is told to stop.
async fn listen(listener: TcpListener, site: Site, mut stopped: watch::Receiver<()>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            (stream, peer) = accepted(&listener) => {
                let serving = serve(stream, peer.ip(), site.clone(), stopped.clone());
                connections.spawn(serving);
            }
            Some(_) = connections.join_next() => {}
            _ = stopped.changed() => break,
        }
    }
    drop(listener);
    // Whoever is slower than that loses the connection.
    let ended = async { while connections.join_next().await.is_some() {} };
    let _ = timeout(LAST_REPLIES, ended).await;
}

/// The next connection.
async fn accepted(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            // What failed is one connection, not the listener.
            Err(error)
                if matches!(
                    error.kind(),
                    ConnectionAborted | ConnectionRefused | ConnectionReset
                ) => {}
            // The process has no file left, for one, and the connection goes on waiting. That ends
            // when others end, which cannot be awaited.
            Err(_) => tokio::time::sleep(ACCEPT_AGAIN).await,
        }
    }
}

async fn serve(stream: TcpStream, peer: IpAddr, site: Site, mut stopped: watch::Receiver<()>) {
    // Replies are written in one piece; waiting for more would only delay them.
    let _ = stream.set_nodelay(true);
    let reset = AtomicBool::new(false);
    let service = service_fn(|request| {
        let (site, reset) = (site.clone(), &reset);
        async move {
            let reply = site.handle(request, peer).await;
            if reply.delivery.hang_up == Some(HangUp::Reset) {
                reset.store(true, Ordering::Relaxed);
            }
            reply.into_response()
        }
    });
    let mut connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(site.read_timeout)
        .serve_connection(TokioIo::new(stream), service);
    // A client that goes away is no failure of the server.
    let goes_on = tokio::select! {
        _ = &mut connection => false,
        _ = stopped.changed() => true,
    };
    if goes_on {
        Pin::new(&mut connection).graceful_shutdown();
        let _ = (&mut connection).await;
    }
    if reset.load(Ordering::Relaxed) {
        let stream = connection.into_parts().io.into_inner();
        // Closing a socket that does not linger resets its connection.
        let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
    }
}

impl Site {
    async fn handle(&self, request: http::Request<Incoming>, peer: IpAddr) -> Reply {
        let (head, body) = request.into_parts();
        let path = head.uri.path();
        let found = self
            .mounted(path)
            .map(|(mount, below)| (mount, below, false));
        let found = found.or_else(|| Some((self.with_oauth_at(path)?, path, true)));
        let Some((mount, below, at_root)) = found else {
            return self.nowhere(&head.method, path);
        };
        let mut request = Request {
            method: head.method,
            path: below.to_owned(),
            query: head.uri.query().unwrap_or_default().to_owned(),
            headers: head.headers,
            body: Bytes::new(),
            peer: Some(peer),
            at_root,
        };
        let body = timeout(
            self.read_timeout,
            Limited::new(body, self.max_body).collect(),
        );
        match body.await {
            Ok(Ok(body)) => {
                request.body = body.to_bytes();
                mount.mock.handle(request).await
            }
            Ok(Err(error)) if error.is::<LengthLimitError>() => {
                let detail = format!("bodies may have {} bytes here", self.max_body);
                let refusal = Refusal::new(Reason::TooLarge, detail);
                mount.mock.refuse(request, &refusal)
            }
            // Nobody is left to read an answer.
            Ok(Err(_)) => mount.mock.unread(request, Reply::hang_up(HangUp::Close)),
            Err(_) => mount.mock.unread(request, self.late()),
        }
    }

    /// The answer to a body that does not come.
    fn late(&self) -> Reply {
        let text = format!(
            "The body did not arrive within {} s.\n",
            self.read_timeout.as_secs_f64()
        );
        let media = "text/plain; charset=utf-8";
        let mut reply = Reply::with_body(StatusCode::REQUEST_TIMEOUT, media, text);
        reply.set(header::CONNECTION, "close");
        reply
    }

    /// The mount whose prefix starts a path, the longest one, and what follows.
    fn mounted<'a>(&self, path: &'a str) -> Option<(&Mount, &'a str)> {
        let mounts = self.mounts.iter().filter_map(|mount| {
            let below = path.strip_prefix(mount.prefix.as_str())?;
            match below {
                "" => Some((mount, "/")),
                below => below.starts_with('/').then_some((mount, below)),
            }
        });
        mounts.max_by_key(|(mount, _)| mount.prefix.len())
    }

    /// The first mount whose OAuth 2.0 server is at a path from the root of the server.
    fn with_oauth_at(&self, path: &str) -> Option<&Mount> {
        let mut mounts = self.mounts.iter();
        mounts.find(|mount| mount.mock.has_oauth_at(path))
    }

    fn nowhere(&self, method: &http::Method, path: &str) -> Reply {
        self.log.write(|| LogEntry {
            time: SystemTime::now(),
            method: method.to_string(),
            path: one_line(path),
            operation: None,
            status: Some(StatusCode::NOT_FOUND.as_u16()),
            duration: Duration::ZERO,
            refusal: Some("unknown-path: nothing is mounted there".to_owned()),
            faults: Vec::new(),
            note: None,
        });
        let prefixes: Vec<&str> = self.mounts.iter().map(|mount| &*mount.prefix).collect();
        let text = format!(
            "Nothing is mounted at {path}. The APIs of this server stand below {}.\n",
            prefixes.join(", ")
        );
        Reply::with_body(StatusCode::NOT_FOUND, "text/plain; charset=utf-8", text)
    }
}
