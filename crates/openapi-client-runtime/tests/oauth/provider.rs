//! An authorization server and the API behind it, in one.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use url::form_urlencoded;

/// The access token that counts is `at-N` and its refresh token `rt-N`; each refresh counts N up.
pub(crate) struct Provider {
    pub(crate) url: String,
    state: Arc<State>,
}

struct State {
    url: String,
    number: AtomicU32,
    requests: Mutex<Vec<Request>>,
    /// What the token endpoint answers before it works again: status line and body.
    faults: Mutex<VecDeque<(&'static str, &'static str)>>,
    gate: watch::Sender<bool>,
    settings: Settings,
}

#[derive(Clone, Copy)]
pub(crate) struct Settings {
    /// Whether a refresh gives another refresh token.
    pub(crate) rotates: bool,
    pub(crate) expires_in: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            rotates: true,
            expires_in: 3600,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) authorization: Option<String>,
    pub(crate) form: BTreeMap<String, String>,
}

impl Provider {
    pub(crate) async fn start() -> Self {
        Self::with(Settings::default()).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(State {
            url: url.clone(),
            number: AtomicU32::new(0),
            requests: Mutex::default(),
            faults: Mutex::default(),
            gate: watch::Sender::new(true),
            settings,
        });
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self { url, state }
    }

    /// Makes all tokens worthless but those that a refresh gives.
    pub(crate) fn revoke_access(&self) {
        let n = self.state.number.load(Ordering::SeqCst);
        // The refresh token stays the same: only the access token counts on.
        self.state.number.store(n + 1000, Ordering::SeqCst);
    }

    pub(crate) fn fail(&self, status: &'static str, body: &'static str) {
        self.state.faults.lock().unwrap().push_back((status, body));
    }

    /// Keeps the replies of the token endpoint back until [`Provider::open_gate`].
    pub(crate) fn close_gate(&self) {
        self.state.gate.send_replace(false);
    }

    pub(crate) fn open_gate(&self) {
        self.state.gate.send_replace(true);
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.state.requests.lock().unwrap().clone()
    }

    pub(crate) fn requests_to(&self, path: &str) -> Vec<Request> {
        let mut requests = self.requests();
        requests.retain(|request| request.path == path);
        requests
    }

    /// How often a token was asked for.
    pub(crate) fn asked(&self) -> usize {
        self.requests_to("/oauth2/token").len()
    }

    /// Waits until the token endpoint has been asked that often.
    pub(crate) async fn until_asked(&self, times: usize) {
        while self.asked() < times {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    }
}

async fn serve(mut stream: TcpStream, state: Arc<State>) {
    let Some(request) = read(&mut stream).await else {
        return;
    };
    state.requests.lock().unwrap().push(request.clone());
    let (status, body) = state.answer(&request).await;
    let reply = format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         X-Request-Id: 7f\r\nLocation: /elsewhere\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let _ = stream.write_all(reply.as_bytes()).await;
    let _ = stream.shutdown().await;
}

impl State {
    async fn answer(&self, request: &Request) -> (String, String) {
        let ok = |body: serde_json::Value| ("200 OK".to_owned(), body.to_string());
        match request.path.as_str() {
            "/oauth2/token" => {
                let fault = self.faults.lock().unwrap().pop_front();
                let mut gate = self.gate.subscribe();
                let reply = match fault {
                    Some((status, body)) => (status.to_owned(), body.to_owned()),
                    None => self.token(request),
                };
                gate.wait_for(|open| *open).await.unwrap();
                reply
            }
            "/oauth2/introspect" => ok(serde_json::json!({ "active": true, "scope": "read" })),
            "/oauth2/revoke" => ("200 OK".to_owned(), String::new()),
            "/.well-known/oauth-authorization-server" => ok(serde_json::json!({
                "issuer": self.url,
                "token_endpoint": format!("{}/oauth2/token", self.url),
                "revocation_endpoint": format!("{}/moved/revoke", self.url),
                "code_challenge_methods_supported": ["S256"],
            })),
            "/things" => {
                let n = self.number.load(Ordering::SeqCst);
                let good = [format!("Bearer at-{n}"), format!("Bearer app-{n}")];
                let given = request.authorization.as_ref();
                if given.is_some_and(|given| good.contains(given)) {
                    return ok(serde_json::json!({}));
                }
                let body = r#"{"code":"invalid_token"}"#;
                ("401 No".to_owned(), body.to_owned())
            }
            _ => ("404 Not Found".to_owned(), "{}".to_owned()),
        }
    }

    fn token(&self, request: &Request) -> (String, String) {
        let refused = (
            "400 Bad".to_owned(),
            r#"{"error":"invalid_grant"}"#.to_owned(),
        );
        let n = self.number.load(Ordering::SeqCst);
        let kind = match request.form["grant_type"].as_str() {
            "refresh_token" => {
                let good = if self.settings.rotates { n % 1000 } else { 0 };
                if request.form["refresh_token"] != format!("rt-{good}") {
                    return refused;
                }
                "at"
            }
            "authorization_code" if request.form["code"] == "the-code" => "at",
            "client_credentials" => "app",
            _ => return refused,
        };
        let n = n + 1;
        self.number.store(n, Ordering::SeqCst);
        let mut reply = serde_json::json!({
            "access_token": format!("{kind}-{n}"),
            "token_type": "Bearer",
            "expires_in": self.settings.expires_in,
        });
        if self.settings.rotates && kind == "at" {
            reply["refresh_token"] = format!("rt-{}", n % 1000).into();
        }
        ("200 OK".to_owned(), reply.to_string())
    }
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let read = stream
            .read(&mut chunk)
            .await
            .ok()
            .filter(|read| *read > 0)?;
        bytes.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let header = |name: &str| {
            head.lines().find_map(|line| {
                let (own, value) = line.split_once(": ")?;
                own.eq_ignore_ascii_case(name).then(|| value.to_owned())
            })
        };
        let length = header("content-length").map_or(0, |n| n.parse().unwrap());
        if body.len() < length {
            continue;
        }
        let path = head.split(' ').nth(1)?;
        return Some(Request {
            path: path.split('?').next()?.to_owned(),
            authorization: header("authorization"),
            form: form_urlencoded::parse(body.as_bytes())
                .into_owned()
                .collect(),
        });
    }
}
