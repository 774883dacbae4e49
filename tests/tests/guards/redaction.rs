//! Redaction: nothing that is printed while the conformance cases are played holds a secret.

use std::{
    cell::RefCell,
    fmt::Write as _,
    io::Write,
    panic,
    sync::{Arc, Mutex, Once},
};

use configuration_client::Client;
use futures_util::future::BoxFuture;
use guards::conformance::{self, Case, Extras};
use guards::workspace;
use openapi_client_runtime::{
    AccessToken, Attempt, CallOptions, Credential, Failure, Middleware, Next, Secret,
};
use openapi_client_runtime::{HttpRequest, HttpResponse};
use tracing_subscriber::{filter::LevelFilter, fmt::format::FmtSpan, util::SubscriberInitExt};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn take(&self) -> String {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap());
        String::from_utf8_lossy(&bytes).into_owned()
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

/// Everything of this thread goes to the log: of our crates, and of those below them.
fn subscribe(log: &Log) -> impl Drop + use<> {
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish()
        .set_default()
}

thread_local! {
    static PANICS: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keeps what panics of this thread say.
fn watch_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let _ = PANICS.try_with(|panics| panics.borrow_mut().push_str(&info.to_string()));
            usual(info);
        }));
    });
}

/// What a marked case shows that it must not show.
async fn leaks(case: &Case, extras: &Extras, log: &Log) -> Vec<&'static str> {
    let mut text = match case.marked().print(extras).await {
        Ok(printed) => printed,
        // Some marks are no longer what their scheme takes; that is said too.
        Err(refusal) => refusal,
    };
    text.push_str(&log.take());
    text.push_str(&PANICS.take());
    conformance::leaks(&text)
}

fn cases() -> Vec<Case> {
    conformance::read(&workspace::root().join("tests/conformance")).unwrap()
}

#[tokio::test]
async fn no_case_shows_a_secret() {
    watch_panics();
    let log = Log::default();
    let guard = subscribe(&log);
    let mut complaints = Vec::new();
    for case in cases() {
        let leaks = leaks(&case, &Extras::default(), &log).await;
        if !leaks.is_empty() {
            complaints.push(format!("{}: {}", case.name, leaks.join(", ")));
        }
    }
    drop(guard);
    assert!(
        complaints.is_empty(),
        "what is printed in these cases shows what it must not; mend whatever prints it:\n{}",
        complaints.join("\n")
    );
}

#[test]
fn what_a_client_is_made_of_shows_no_secret() {
    let mut text = String::new();
    let token = AccessToken::new("mark0token").with_scopes(["a"]);
    let credentials = [
        Credential::basic("user", "mark0password"),
        Credential::bearer(token.clone()),
        Credential::api_key("mark0apikey"),
    ];
    let options = CallOptions::new()
        .header("x-own", "mark0option")
        .idempotency_key("mark0idempotency");
    let builder = Client::builder()
        .base_url("http://localhost")
        .basic_auth("user", "mark0password");
    write!(text, "{builder:?} {builder:#?} {credentials:#?} {token:?}").unwrap();
    let client = builder.build().unwrap();
    write!(text, "{client:?} {:?}", Secret::from("mark0password")).unwrap();
    let call = client.list_clients().app_id("a");
    write!(
        text,
        "{:#?} {options:?}",
        call.with_options(options.clone())
    )
    .unwrap();
    for bad in [
        "https://user:mark0password@h",
        "https://h/?key=mark0apikey",
        "mark0token",
    ] {
        let error = Client::builder().base_url(bad).build().unwrap_err();
        write!(text, "{error} {error:?}").unwrap();
    }
    let error = Client::builder()
        .base_url("http://localhost")
        .basic_auth("user", "mark0password\n")
        .build()
        .unwrap_err();
    write!(text, "{error} {error:?}").unwrap();
    assert!(conformance::leaks(&text).is_empty(), "{text}");
}

/// A middleware that tells what it should not, one way or the other.
#[derive(Clone, Copy)]
enum Leaky {
    Traces,
    Fails,
    Panics,
}

impl Middleware for Leaky {
    fn handle<'a>(
        &'a self,
        request: HttpRequest,
        _attempt: Attempt,
        next: Next<'a>,
    ) -> BoxFuture<'a, Result<HttpResponse, Failure>> {
        let line = request.headers().get("authorization");
        let line = line.map_or("", |value| value.to_str().unwrap()).to_owned();
        match self {
            Self::Traces => tracing::trace!("{line}"),
            Self::Fails => return Box::pin(async { Err(Failure::middleware(line)) }),
            Self::Panics => {
                let _ = panic::catch_unwind(|| panic!("{line}"));
            }
        }
        next.run(request)
    }
}

/// The guard must notice a leak in a trace, in an error and in a panic, also one in Base64.
#[tokio::test]
async fn leaks_are_noticed() {
    watch_panics();
    let log = Log::default();
    let _guard = subscribe(&log);
    let basic = "Basic credentials are joined by a colon and encoded (RFC 7617)";
    let bearer = "the token of a source goes out";
    for (name, kind) in [(basic, "a password"), (bearer, "a bearer token")] {
        let case = cases().into_iter().find(|case| case.name == name).unwrap();
        assert!(leaks(&case, &Extras::default(), &log).await.is_empty());
        for leaky in [Leaky::Traces, Leaky::Fails, Leaky::Panics] {
            let found = leaks(&case, &Extras::middleware(leaky), &log).await;
            assert_eq!(found, [kind], "{name}");
        }
    }
}
