//! Those who receive webhooks, each with a queue of its own, so that one that is slow holds nobody
//! up and events arrive in their order.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::header;
use reqwest::{Client, Url};
use serde::Serialize;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::payload::Message;
use super::signature::Signature;
use crate::error::MockError;

/// How often a delivery is tried.
const ATTEMPTS: u32 = 3;

/// The time before the second attempt; it grows fourfold with each.
const BACKOFF: Duration = Duration::from_millis(100);

/// The longest that one attempt may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Events that may wait for one receiver.
const QUEUE: usize = 1000;

/// Deliveries that are kept in the log.
const LOGGED: usize = 1000;

/// An event that was sent to one receiver, or was to be.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Delivery {
    /// The name of the event.
    pub event: String,
    /// The id of the event, which all attempts share.
    pub id: String,
    /// Where it went, without user, password and query.
    pub url: String,
    /// All attempts, the last one decides.
    pub attempts: Vec<Attempt>,
}

/// One request of a delivery.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Attempt {
    /// When it was sent.
    #[serde(serialize_with = "as_date_time")]
    pub time: SystemTime,
    /// What the receiver answered; nothing where it did not.
    pub status: Option<u16>,
    /// Why it failed.
    pub error: Option<String>,
}

impl Delivery {
    /// Whether the receiver took it.
    pub fn is_delivered(&self) -> bool {
        self.attempts
            .last()
            .is_some_and(|attempt| attempt.error.is_none())
    }
}

fn as_date_time<S: serde::Serializer>(time: &SystemTime, to: S) -> Result<S::Ok, S::Error> {
    let time = chrono::DateTime::<chrono::Utc>::from(*time);
    to.serialize_str(&time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
}

/// The last deliveries.
#[derive(Debug, Default)]
pub(super) struct Log {
    deliveries: Mutex<VecDeque<Delivery>>,
}

impl Log {
    pub(super) fn push(&self, delivery: Delivery) {
        let mut all = self.locked();
        if all.len() == LOGGED {
            all.pop_front();
        }
        all.push_back(delivery);
    }

    pub(super) fn all(&self) -> Vec<Delivery> {
        self.locked().iter().cloned().collect()
    }

    pub(super) fn clear(&self) {
        self.locked().clear();
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, VecDeque<Delivery>> {
        self.deliveries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Something for the queue of a receiver.
pub(super) enum Job {
    Send {
        event: String,
        id: String,
        message: Arc<Message>,
        done: Option<oneshot::Sender<Delivery>>,
    },
    /// Is answered when everything before it is done.
    Settle(oneshot::Sender<()>),
}

/// The door to a receiver. Dropping it ends its deliveries.
#[derive(Debug)]
pub(super) struct Receiver {
    pub(super) url: String,
    pub(super) queue: mpsc::Sender<Job>,
    task: JoinHandle<()>,
}

/// Who receives, and how deliveries are proved.
pub(super) struct Address {
    url: Url,
    secret: String,
    signature: Option<Signature>,
}

impl Address {
    pub(super) fn new(
        url: &str,
        secret: &str,
        signature: Option<Signature>,
    ) -> Result<Self, MockError> {
        let invalid = |url: &str, why: &str| MockError::InvalidReceiver {
            url: url.to_owned(),
            why: why.to_owned(),
        };
        let Ok(parsed) = Url::parse(url) else {
            // It cannot be told which part of it is a secret.
            return Err(invalid(
                "...",
                "it is no URL; give one such as http://127.0.0.1:8080/hooks",
            ));
        };
        let url = shown(&parsed);
        match parsed.scheme() {
            "http" => {}
            "https" if cfg!(feature = "rustls") => {}
            "https" => {
                let why = "TLS needs the feature `rustls` of openapi-mock; use http";
                return Err(invalid(&url, why));
            }
            _ => return Err(invalid(&url, "only http and https can be spoken")),
        }
        if signature.is_some() && secret.is_empty() {
            let why = "deliveries are signed, and the secret is empty";
            return Err(invalid(&url, why));
        }
        Ok(Self {
            url: parsed,
            secret: secret.to_owned(),
            signature,
        })
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address")
            .field("url", &shown(&self.url))
            .finish_non_exhaustive()
    }
}

/// A URL without what may be secret.
fn shown(url: &Url) -> String {
    let mut url = url.clone();
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

impl Receiver {
    /// Begins to deliver, on the given runtime.
    pub(super) fn start(
        runtime: &tokio::runtime::Handle,
        address: Address,
        log: Arc<Log>,
    ) -> Result<Self, MockError> {
        let url = shown(&address.url);
        let client = client().map_err(|error| MockError::InvalidReceiver {
            url: url.clone(),
            why: error.to_string(),
        })?;
        let (queue, jobs) = mpsc::channel(QUEUE);
        let task = runtime.spawn(work(client, address, jobs, log));
        Ok(Self { url, queue, task })
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Redirections are not followed: only what was registered gets anything.
fn client() -> reqwest::Result<Client> {
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(TIMEOUT)
        .user_agent(concat!("openapi-mock/", env!("CARGO_PKG_VERSION")))
        .build()
}

async fn work(client: Client, address: Address, mut jobs: mpsc::Receiver<Job>, log: Arc<Log>) {
    while let Some(job) = jobs.recv().await {
        match job {
            Job::Settle(done) => {
                let _ = done.send(());
            }
            Job::Send {
                event,
                id,
                message,
                done,
            } => {
                let delivery = Delivery {
                    event,
                    id,
                    url: shown(&address.url),
                    attempts: attempts(&client, &address, &message).await,
                };
                log.push(delivery.clone());
                if let Some(done) = done {
                    let _ = done.send(delivery);
                }
            }
        }
    }
}

async fn attempts(client: &Client, address: &Address, message: &Message) -> Vec<Attempt> {
    let mut made = Vec::new();
    let mut wait = BACKOFF;
    for number in 1..=ATTEMPTS {
        let attempt = attempt(client, address, message).await;
        let failed = attempt.error.is_some();
        made.push(attempt);
        if !failed {
            break;
        }
        if number < ATTEMPTS {
            tokio::time::sleep(wait).await;
            wait *= 4;
        }
    }
    made
}

async fn attempt(client: &Client, address: &Address, message: &Message) -> Attempt {
    let time = SystemTime::now();
    let body = message.body.to_string();
    let mut request = client
        .post(address.url.clone())
        .header(header::CONTENT_TYPE, "application/json")
        .headers(message.headers.clone());
    if let Some(signature) = &address.signature {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        request =
            request.headers(signature.sign(&address.secret, since.as_secs(), body.as_bytes()));
    }
    // Of the answer, only the status counts: its body is never read.
    let (status, error) = match request.body(body).send().await {
        Ok(response) if response.status().is_success() => (Some(response.status()), None),
        Ok(response) => {
            let why = format!("the receiver answered {}", response.status().as_u16());
            (Some(response.status()), Some(why))
        }
        Err(error) => (None, Some(told(&error.without_url()))),
    };
    Attempt {
        time,
        status: status.map(|status| status.as_u16()),
        error,
    }
}

/// An error with its causes.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
