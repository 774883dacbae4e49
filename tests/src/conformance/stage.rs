//! A middleware that answers in place of a server, while time stands still but for waits.
//!
//! With a socket, paused time jumps to the next timer while a reply is under way; without one, it
//! moves exactly as far as something waits.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::BoxFuture;
use openapi_client_runtime::{Attempt, Failure, HttpRequest, HttpResponse, Middleware, Next};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};

use super::reply::{Fault, Told};
use super::request::Seen;
use crate::recorder;

/// How often a fault can be met in one case.
const FAULTS: usize = 8;

/// Gives the replies of a case, the last one for ever.
#[derive(Clone)]
pub(super) struct Stage(Arc<Shared>);

struct Shared {
    replies: Vec<Told>,
    refused: Mutex<Vec<reqwest::Error>>,
    closed: Mutex<Vec<reqwest::Error>>,
    seen: Mutex<Vec<Seen>>,
}

impl Stage {
    /// Meets the faults of the case for real, before time stands still.
    pub(super) async fn new(replies: Vec<Told>) -> Self {
        let has = |fault| replies.iter().any(|told| told.fault == Some(fault));
        let (mut refused, mut closed) = (Vec::new(), Vec::new());
        if has(Fault::Refused) {
            let url = unreachable_url().await;
            refused = errors(&url).await;
        }
        if has(Fault::Closed) {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            let url = format!("http://{}", listener.local_addr().expect("an address"));
            let server = tokio::spawn(close_all(listener));
            closed = errors(&url).await;
            server.abort();
        }
        Self(Arc::new(Shared {
            replies,
            refused: Mutex::new(refused),
            closed: Mutex::new(closed),
            seen: Mutex::default(),
        }))
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.0.seen.lock().unwrap().clone()
    }

    async fn answer(&self, request: HttpRequest) -> Result<HttpResponse, Failure> {
        let shared = &*self.0;
        let number = shared.seen.lock().unwrap().len();
        let seen = record(&request);
        shared.seen.lock().unwrap().push(seen);
        let told = &shared.replies[number.min(shared.replies.len() - 1)];
        wait(told.after_ms).await;
        let errors = match told.fault {
            None => return told.response().map_err(Failure::middleware),
            Some(Fault::Silence) => std::future::pending().await,
            Some(Fault::Refused) => &shared.refused,
            Some(Fault::Closed) => &shared.closed,
        };
        let error = errors.lock().unwrap().pop();
        let error = error.ok_or_else(|| Failure::middleware("the case meets too many faults"))?;
        Err(Failure::from(error))
    }
}

impl Middleware for Stage {
    fn handle<'a>(
        &'a self,
        request: HttpRequest,
        _attempt: Attempt,
        _next: Next<'a>,
    ) -> BoxFuture<'a, Result<HttpResponse, Failure>> {
        Box::pin(self.answer(request))
    }
}

/// A client that meets nobody, and so need not read all root certificates.
pub(super) fn offline(http: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    http.no_proxy().pool_max_idle_per_host(0).tls_certs_only([])
}

/// Also a sleep of nought would take a millisecond.
pub(super) async fn wait(milliseconds: u64) {
    if milliseconds > 0 {
        sleep(Duration::from_millis(milliseconds)).await;
    }
}

/// Where nobody listens.
pub(super) async fn unreachable_url() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    format!("http://{}", listener.local_addr().expect("an address"))
}

async fn close_all(listener: TcpListener) {
    while let Ok((mut socket, _)) = listener.accept().await {
        let mut request = [0; 1024];
        let _ = socket.read(&mut request).await;
    }
}

async fn errors(url: &str) -> Vec<reqwest::Error> {
    let client = offline(reqwest::Client::builder())
        .build()
        .expect("a client");
    let mut errors = Vec::new();
    for _ in 0..FAULTS {
        errors.push(client.get(url).send().await.expect_err("a fault"));
    }
    errors
}

fn record(request: &HttpRequest) -> Seen {
    let at = Instant::now();
    let body = request.body().map(<[u8]>::to_vec).unwrap_or_default();
    let url = request.url();
    let mut headers = std::collections::BTreeMap::new();
    for (name, value) in request.headers() {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        headers.insert(name.as_str().to_owned(), value);
    }
    Seen {
        request: recorder::Request {
            method: request.method().to_string(),
            path: url.path().to_owned(),
            query: url.query().map(str::to_owned),
            headers,
            body,
        },
        origin: Some(url.origin().ascii_serialization()),
        at,
    }
}

/// Time stands still until this is dropped.
pub(super) struct StoppedClock(());

impl StoppedClock {
    pub(super) fn new() -> Self {
        tokio::time::pause();
        Self(())
    }
}

impl Drop for StoppedClock {
    fn drop(&mut self) {
        tokio::time::resume();
    }
}
