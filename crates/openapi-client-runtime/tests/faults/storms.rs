//! Many refusals at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use openapi_client_runtime::{
    Api, Core, ErrorKind, Event, Method, Observer, Operation, RateLimit, RetryPolicy, WaitReason,
};
use serde_json::Value;

use crate::output::Refused;
use crate::server::{self, Server, reply};
use crate::{builder, client};

const BUSY: &[u8] = br#"{"error":"rate_limit_exceeded"}"#;

fn busy(headers: &[&str]) -> Vec<u8> {
    reply("429 Too Many Requests", headers, BUSY)
}

async fn fetch(client: &Core) -> Result<u8, openapi_client_runtime::Error<Value>> {
    let got = client.request(Method::Get, "/things").send::<u8>().await?;
    Ok(got.into_inner())
}

#[tokio::test]
async fn a_storm_without_a_hint_ends_after_the_last_attempt() {
    let server = Server::replying(vec![busy(&[])]).await;
    let client = client(&server.url);
    let calls = (0..50).map(|_| fetch(&client));
    for result in futures_util::future::join_all(calls).await {
        let error = result.refused();
        assert!(error.is_rate_limited());
        assert_eq!(error.message(), Some("rate_limit_exceeded"));
    }
    assert!(server.connections() <= 150);
}

#[tokio::test]
async fn the_budget_ends_a_storm_before_the_attempts_do() {
    let server = Server::replying(vec![reply("503 Busy", &[], b"")]).await;
    let client = builder(&server.url)
        .retry_budget(50)
        .retry(
            RetryPolicy::new()
                .base_delay(Duration::ZERO)
                .max_attempts(100),
        )
        .build()
        .unwrap();
    let calls = (0..50).map(|_| fetch(&client));
    for result in futures_util::future::join_all(calls).await {
        let text = result.refused().to_string();
        assert!(
            text.ends_with("too many calls of this client fail"),
            "{text}"
        );
    }
    assert_eq!(server.connections(), 60, "50 calls and 10 repeats");
}

#[derive(Default)]
struct Waits(AtomicUsize);

impl Observer for Waits {
    fn observe(&self, _operation: &'static Operation, event: Event) {
        if let Event::Waiting {
            reason: WaitReason::Retry,
            delay,
        } = event
        {
            assert_eq!(delay, Duration::from_secs(1));
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
}

#[tokio::test]
async fn a_hint_is_kept_to() {
    let ok = server::json("200 OK", "7");
    let server = Server::replying(vec![busy(&["Retry-After: 1"]), ok]).await;
    let waits = Arc::new(Waits::default());
    let client = builder(&server.url)
        .observer(Arc::clone(&waits))
        .build()
        .unwrap();
    let started = std::time::Instant::now();
    assert_eq!(fetch(&client).await.unwrap(), 7);
    assert!(started.elapsed() >= Duration::from_secs(1));
    assert_eq!(waits.0.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_hint_that_is_too_long_ends_the_call() {
    let server = Server::replying(vec![busy(&["Retry-After: 3600"])]).await;
    let error = fetch(&client(&server.url)).await.refused();
    assert_eq!(error.attempts(), 1);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    let text = error.to_string();
    assert!(
        text.ends_with("wait longer than this client does"),
        "{text}"
    );
}

#[tokio::test]
async fn one_refusal_holds_back_the_calls_that_follow() {
    static LIMITED: Api = Api::new("limited", "1.0.0").rate_limits(&[RateLimit::new(
        "all",
        100,
        Duration::from_secs(300),
    )
    .counted_per("address")]);
    let server = Server::replying(vec![busy(&["Retry-After: 90"])]).await;
    let client = Core::builder(&LIMITED)
        .base_url(&server.url)
        .build()
        .unwrap();
    assert_eq!(fetch(&client).await.refused().attempts(), 1);
    for _ in 0..20 {
        let error = fetch(&client.clone()).await.refused();
        assert_eq!(error.kind(), ErrorKind::RateLimited);
        assert!(error.is_unsent() && error.is_rate_limited());
        assert!(error.retry_after().unwrap() > Duration::from_secs(80));
    }
    assert_eq!(server.connections(), 1);
}
