//! Whatever is set, no later call panics or counts wrong.

use std::time::Duration;

use futures_core::future::BoxFuture;
use openapi_client_runtime::{
    Api, Attempt, CallOptions, Core, CoreBuilder, ErrorKind, Failure, HttpRequest, HttpResponse,
    Method, Middleware, Next, Operation, RateLimit, RateLimiting, RetryPolicy,
};
use proptest::prelude::*;

static UNLIMITED: Api = Api::new("things-client", "1.0.0");
static LIMITED: Api = Api::new("things-client", "1.0.0").rate_limits(&[
    RateLimit::new("all", u32::MAX, Duration::MAX).counted_per("client"),
    RateLimit::new("none", 0, Duration::MAX)
        .for_paths("/none")
        .counted_per("client"),
    RateLimit::new("one", 1, Duration::MAX)
        .for_paths("/one")
        .counted_per("client"),
]);

static PUT: Operation = Operation::new("put_thing", Method::Put, "/things/{id}")
    .locks(&["id"])
    .build();

/// Each call is turned away once, in words that ask for a wait of a second.
struct BusyAtFirst;

impl Middleware for BusyAtFirst {
    fn handle<'a>(
        &'a self,
        _request: HttpRequest,
        attempt: Attempt,
        _next: Next<'a>,
    ) -> BoxFuture<'a, Result<HttpResponse, Failure>> {
        let status = if attempt.number() == 1 { 429 } else { 200 };
        Box::pin(async move {
            let response = http::Response::builder()
                .status(status)
                .header("retry-after", "1")
                .body("{}");
            Ok(HttpResponse::from(response.unwrap()))
        })
    }
}

#[derive(Clone, Debug)]
struct Settings {
    connect: Duration,
    read: Duration,
    call: Duration,
    attempt: Option<Duration>,
    attempts: u32,
    base_delay: Duration,
    max_delay: Duration,
    max_retry_after: Duration,
    budget: u32,
    redirects: u32,
    body_limit: usize,
    queued: usize,
    limited: bool,
    mode: RateLimiting,
}

impl Settings {
    fn on(&self) -> CoreBuilder {
        let api = if self.limited { &LIMITED } else { &UNLIMITED };
        let mut policy = RetryPolicy::new()
            .base_delay(self.base_delay)
            .max_delay(self.max_delay);
        policy = policy
            .max_retry_after(self.max_retry_after)
            .max_attempts(self.attempts);
        let builder = Core::builder(api).base_url("http://127.0.0.1:9");
        let builder = crate::offline(builder)
            .middleware(BusyAtFirst)
            .connect_timeout(self.connect)
            .read_timeout(self.read)
            .timeout(self.call)
            .retry(policy)
            .retry_budget(self.budget)
            .follow_redirects(self.redirects)
            .response_body_limit(self.body_limit)
            .max_queued_writes(self.queued)
            .rate_limiting(self.mode);
        match self.attempt {
            Some(attempt) => builder.attempt_timeout(attempt),
            None => builder,
        }
    }

    /// Whether a call that is turned away once comes through.
    fn repeats(&self) -> bool {
        let long = Duration::from_secs(3600);
        self.call >= long
            && self.attempt.is_none_or(|attempt| attempt >= long)
            && self.attempts != 1
            && self.attempts != 0
            && self.max_retry_after >= Duration::from_secs(1)
            && self.budget >= 5
            && self.body_limit >= 2
            && !(self.limited && self.mode == RateLimiting::FailFast)
    }
}

fn duration() -> impl Strategy<Value = Duration> {
    prop_oneof![
        Just(Duration::ZERO),
        Just(Duration::from_nanos(1)),
        Just(Duration::from_secs(3600)),
        Just(Duration::from_secs(u64::MAX)),
        Just(Duration::MAX),
    ]
}

fn number() -> impl Strategy<Value = u32> {
    prop_oneof![0..3_u32, Just(500), (u32::MAX - 2)..=u32::MAX]
}

fn size() -> impl Strategy<Value = usize> {
    prop_oneof![0..3_usize, Just(500), (usize::MAX - 2)..=usize::MAX]
}

fn settings() -> impl Strategy<Value = Settings> {
    let mode = prop_oneof![
        Just(RateLimiting::Off),
        Just(RateLimiting::Wait),
        Just(RateLimiting::FailFast)
    ];
    let times = (
        duration(),
        duration(),
        duration(),
        prop::option::of(duration()),
    );
    let waits = (duration(), duration(), duration());
    let bounds = (number(), number(), number(), size(), size());
    (times, waits, bounds, any::<bool>(), mode).prop_map(
        |((connect, read, call, attempt), waits, bounds, limited, mode)| Settings {
            connect,
            read,
            call,
            attempt,
            attempts: bounds.0,
            base_delay: waits.0,
            max_delay: waits.1,
            max_retry_after: waits.2,
            budget: bounds.1,
            redirects: bounds.2,
            body_limit: bounds.3,
            queued: bounds.4,
            limited,
            mode,
        },
    )
}

/// With time that moves to the next timer at once, however far it is.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    runtime.unwrap().block_on(future)
}

proptest! {
    #[test]
    fn calls_go_on_whatever_the_client_was_given(settings in settings()) {
        let core = settings.on().build().unwrap();
        block_on(async {
            // More than once, since what is counted is counted on.
            for _ in 0..3 {
                let sent = core.request(Method::Get, "/things").send::<serde_json::Value>().await;
                if settings.repeats() {
                    assert!(sent.is_ok(), "{sent:?}");
                }
            }
            for path in ["/none", "/one", "/one"] {
                let options = CallOptions::new().timeout(settings.call).retry(RetryPolicy::none());
                let sent = core.request(Method::Get, path).with_options(options);
                let _ = sent.send_ignoring_body().await;
            }
        });
    }

    #[test]
    fn options_of_a_call_go_on_too(settings in settings(), own in settings()) {
        let core = settings.on().build().unwrap();
        let mut options = CallOptions::new().timeout(own.call);
        if let Some(attempt) = own.attempt {
            options = options.attempt_timeout(attempt);
        }
        block_on(async {
            let put = || async {
                let url = format!("{}/things/1", core.base_url());
                let request = core.requests().put(url).build().unwrap();
                core.execute(request, &PUT, options.clone()).await.map(drop)
            };
            // Two at a time, so that one has to wait for the other.
            let (one, other) = tokio::join!(put(), put());
            for failure in [one, other].into_iter().filter_map(Result::err) {
                assert_ne!(failure.kind(), ErrorKind::InvalidRequest, "{failure}");
            }
        });
    }
}
