//! No secret is printed, whatever happens.

use std::io::Write;
use std::sync::{Arc, Mutex};

use openapi_client_runtime::{MemoryStore, OAuthConfig, Secret, TokenSource, Tokens};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::provider::Provider;
use crate::{CALLBACK, builder, call, client};

const MARK: &str = "s3cr3t-marker";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn clean(what: &str, text: &str) {
    // Plain, as Basic credentials with the client id `app`, and as a state or verifier.
    for form in [MARK, "YXBwOnMzY3IzdC1tYXJrZXI", "code_challenge="] {
        assert!(!text.contains(form), "{what} shows {form}: {text}");
    }
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    if let Some(source) = error.source() {
        text += &chain(source);
    }
    text
}

fn marked() -> Tokens {
    Tokens::new(MARK)
        .with_refresh_token(MARK)
        .with_expires_at(std::time::UNIX_EPOCH)
}

async fn everything(provider: &Provider) {
    let config = OAuthConfig::new("app")
        .client_secret(MARK)
        .redirect_uri(CALLBACK);
    clean("OAuthConfig", &format!("{config:?}"));
    let oauth = builder(&provider.url).oauth("user", config).unwrap();
    let request = oauth.authorize().param("nonce", MARK);
    clean("AuthorizationRequest", &format!("{request:?}"));
    let authorization = request.start().unwrap();
    let shown = format!("{oauth:?} {authorization:?} {authorization:#?}");
    clean("OAuth", &shown);
    assert!(!shown.contains(authorization.state().expose()));

    let state = authorization.state().expose();
    for callback in [
        format!("code={MARK}&state={MARK}"),
        format!("code={MARK}&code={MARK}&state={state}"),
        format!("https://{MARK}/?code={MARK}&state={state}"),
    ] {
        clean(
            "CallbackError",
            &chain(&authorization.code_from(&callback).unwrap_err()),
        );
    }
    for (status, body) in [
        (
            "400 Bad",
            r#"{"error":"invalid_grant","hint":"s3cr3t-marker"}"#,
        ),
        ("200 OK", r#"{"access_token":"s3cr3t-marker\n"}"#),
        (
            "200 OK",
            r#"{"access_token":{"s3cr3t-marker":"s3cr3t-marker"}}"#,
        ),
        ("200 OK", "s3cr3t-marker"),
        ("302 Found", "s3cr3t-marker"),
    ] {
        provider.fail(status, body);
        let code = authorization
            .code_from(&format!("code={MARK}&state={state}"))
            .unwrap();
        clean("AuthorizationCode", &format!("{code:?}"));
        clean(
            "exchange",
            &chain(&oauth.exchange(&authorization, code).await.unwrap_err()),
        );

        provider.fail(status, body);
        let session = oauth.session(MemoryStore::from(marked()));
        let core = client(builder(&provider.url), session.clone());
        clean("call", &chain(&call(&core).await.unwrap_err()));
        provider.fail(status, body);
        clean("session", &chain(&session.token().await.unwrap_err()));
        clean(
            "Core",
            &format!("{core:?} {session:?} {:?}", session.tokens().await),
        );
    }
    let _ = oauth
        .introspect(&Secret::from(MARK))
        .await
        .map(|known| clean("Introspection", &format!("{known:?}")));
    oauth.revoke(&Secret::from(MARK), None).await.unwrap();
    let good = client(
        builder(&provider.url),
        oauth.client_session(["read"], MemoryStore::from(marked())),
    );
    call(&good).await.unwrap();
}

#[tokio::test]
async fn errors_debug_and_traces_hold_no_secret() {
    let provider = Provider::start().await;
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let guard = subscriber.set_default();
    everything(&provider).await;
    drop(guard);
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    clean("tracing", &text);
    if cfg!(feature = "tracing") {
        for expected in ["oauth_token", "oauth_revoke", "oauth_introspect"] {
            assert!(text.contains(expected), "no {expected} in the log");
        }
    }
}
