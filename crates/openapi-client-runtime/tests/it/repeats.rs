//! What the policy repeats is what errors call retryable.

use std::time::Duration;

use futures_core::future::BoxFuture;
use openapi_client_runtime::{
    Api, Attempt, CallOptions, Core, Error, Failure, HttpRequest, HttpResponse, Method, Middleware,
    Next, Operation, OperationBuilder, RetryPolicy, RetryStatuses,
};
use serde_json::Value;

/// Gives each request the same status.
struct Always(u16);

impl Middleware for Always {
    fn handle<'a>(
        &'a self,
        _request: HttpRequest,
        _attempt: Attempt,
        _next: Next<'a>,
    ) -> BoxFuture<'a, Result<HttpResponse, Failure>> {
        let response = http::Response::builder().status(self.0).body("{}").unwrap();
        Box::pin(async move { Ok(HttpResponse::from(response)) })
    }
}

static USUAL: Api = Api::new("things-client", "1.0.0");
static OWN: Api = Api::new("things-client", "1.0.0").retry_statuses(
    RetryStatuses::new(&[418, 503])
        .any(&[420, 429])
        .reads(&[500]),
);

const fn get() -> OperationBuilder {
    Operation::new("get_things", Method::Get, "/things")
}
static GET: Operation = get().build();
static GET_WITH_OWN: Operation = get()
    .retry_statuses(Some(RetryStatuses::new(&[404, 502])))
    .build();

fn core(api: &'static Api, status: u16) -> Core {
    let builder = Core::builder(api).base_url("http://127.0.0.1:9");
    crate::offline(builder)
        .middleware(Always(status))
        .retry(
            RetryPolicy::new()
                .max_attempts(2)
                .base_delay(Duration::ZERO),
        )
        .build()
        .unwrap()
}

async fn outcome(core: &Core, operation: &'static Operation) -> Error<Value> {
    let request = core.requests().get(format!("{}/things", core.base_url()));
    let sent = core.execute(request.build().unwrap(), operation, CallOptions::new());
    Error::UnexpectedResponse(sent.await.unwrap())
}

#[tokio::test(start_paused = true)]
async fn what_is_repeated_is_retryable_and_nothing_else() {
    let mut retryable = [Vec::new(), Vec::new(), Vec::new()];
    for status in 400..600 {
        for (place, (api, operation)) in [(&USUAL, &GET), (&OWN, &GET), (&OWN, &GET_WITH_OWN)]
            .into_iter()
            .enumerate()
        {
            let error = outcome(&core(api, status), operation).await;
            assert_eq!(error.is_retryable(), error.attempts() == 2, "{status}");
            if error.is_retryable() {
                retryable[place].push(status);
            }
        }
        let by_hand = core(&OWN, status).request(Method::Get, "/things");
        let error = by_hand.send::<Value>().await.unwrap_err();
        assert_eq!(error.is_retryable(), error.attempts() == 2, "{status}");
    }
    assert_eq!(retryable[0], [408, 429, 500, 502, 503, 504]);
    assert_eq!(retryable[1], [418, 420, 429, 500, 503]);
    assert_eq!(retryable[2], [404, 502]);
}

#[tokio::test(start_paused = true)]
async fn a_cause_that_may_pass_is_told_although_the_call_may_not_be_repeated() {
    for (status, attempts) in [(500, 1), (503, 1), (429, 2)] {
        let create = core(&OWN, status).request(Method::Post, "/things");
        let error = create.send::<Value>().await.unwrap_err();
        assert!(error.is_retryable(), "{error}");
        assert_eq!(error.attempts(), attempts, "{error}");
    }
}
