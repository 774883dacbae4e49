//! Nothing that is printed holds a secret.

use std::io::Write;
use std::sync::{Arc, Mutex};

use openapi_client_runtime::{Core, Credential, Secret};

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::client::{API, Put, SECRET, builder, core, get_bytes, get_thing, make_thing, put_thing};
use crate::server::Server;

/// All forms in which a marked secret could show: plain, and as the Basic credentials hold it.
fn assert_clean(what: &str, text: &str) {
    for form in [
        SECRET,
        "dXNlcjpzM2NyM3QtbWFya2Vy",
        "payload-marker",
        "header-marker",
    ] {
        assert!(!text.contains(form), "{what} shows {form}: {text}");
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    if let Some(source) = error.source() {
        text += &chain(source);
    }
    text
}

async fn every_way_to_fail() {
    let cookie = "Set-Cookie: sid=header-marker";
    let json = "Content-Type: application/json";
    let bodies: [&[u8]; 5] = [
        br#"{"name":"payload-marker"}"#,
        br#"{"name":{"payload-marker":"payload-marker"}}"#,
        br#"{"name":"a","sizes":["payload-marker, expected u32"]}"#,
        br#"{"name":"payload-marker","#,
        b"payload-marker",
    ];
    for status in ["200 OK", "302 Found", "401 No", "502 Bad"] {
        for body in bodies {
            let server = Server::replying(status, &[json, cookie], body).await;
            let core = core(&server.url);
            if let Err(error) = get_thing(&core, "payload-marker").await {
                assert_clean("get_thing", &chain(&error));
            }
            let put = Put {
                session: Some("payload-marker"),
                ..Put::default()
            };
            if let Err(error) = put_thing(&core, "1", put).await {
                assert_clean("put_thing", &chain(&error));
            }
            match make_thing(&core).await {
                Err(error) if error.body().is_none() => assert_clean("make_thing", &chain(&error)),
                _ => {}
            }
            if let Err(error) = get_bytes(&core).await {
                assert_clean("get_bytes", &chain(&error));
            }
            let bad_cookie = Some("payload-marker;");
            let put = Put {
                session: bad_cookie,
                ..Put::default()
            };
            let error = put_thing(&core, "1", put).await.unwrap_err();
            assert_clean("a refusal", &chain(&error));
        }
    }
    let unreachable = core("http://127.0.0.1:1");
    assert_clean(
        "no connection",
        &chain(&get_bytes(&unreachable).await.unwrap_err()),
    );
}

#[tokio::test]
async fn errors_and_traces_are_clean() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    // With one subscriber only, whether a span is wanted is decided, once for all, by the thread
    // that comes to it first; the other tests have none.
    let everywhere = tracing_subscriber::fmt().with_writer(std::io::sink);
    everywhere.with_max_level(LevelFilter::TRACE).init();
    let guard = subscriber.set_default();
    every_way_to_fail().await;
    drop(guard);
    let text = log.text();
    assert_clean("tracing", &text);
    if cfg!(not(feature = "tracing")) {
        return;
    }
    for expected in [
        "api_call{operation=\"get_thing\" method=\"GET\" path=\"/things/{thing_id}\"",
        "status=401",
        "error=\"decode\"",
        "error=\"invalid_request\"",
        "duration_ms=",
        "call ended",
    ] {
        assert!(text.contains(expected), "no {expected} in the log");
    }
}

#[tokio::test]
async fn clients_and_credentials_are_clean() {
    let core = core("http://localhost");
    assert_clean(
        "Core",
        &format!("{core:?} {:?}", builder("http://localhost")),
    );
    let credentials = [
        Credential::basic("user", SECRET),
        Credential::bearer(SECRET),
        Credential::api_key(Secret::from(SECRET)),
    ];
    assert_clean("Credential", &format!("{credentials:#?}"));
    for credential in credentials {
        let bad = Core::builder(&API).base_url("http://localhost");
        if let Err(error) = bad.credential("nowhere", credential).build() {
            assert_clean("BuildError", &chain(&error));
        }
    }
}
