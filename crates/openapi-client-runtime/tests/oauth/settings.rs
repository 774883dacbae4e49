//! Whatever is set, a session goes on.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_core::future::BoxFuture;
use openapi_client_runtime::{
    Attempt, Failure, HttpRequest, HttpResponse, MemoryStore, Middleware, Next, TokenSource, Tokens,
};
use proptest::prelude::*;

use crate::{builder, call, client, config};

/// The authorization server and the API behind it.
struct Server(&'static str);

impl Middleware for Server {
    fn handle<'a>(
        &'a self,
        request: HttpRequest,
        _attempt: Attempt,
        _next: Next<'a>,
    ) -> BoxFuture<'a, Result<HttpResponse, Failure>> {
        let expires_in = self.0;
        let body = match request.url().path() {
            "/oauth2/token" => {
                format!(r#"{{"access_token":"new","refresh_token":"r","expires_in":{expires_in}}}"#)
            }
            _ => "{}".to_owned(),
        };
        Box::pin(async move { Ok(HttpResponse::from(http::Response::new(body))) })
    }
}

fn duration() -> impl Strategy<Value = Duration> {
    prop_oneof![
        Just(Duration::ZERO),
        Just(Duration::from_secs(60)),
        Just(Duration::from_secs(u64::MAX)),
        Just(Duration::MAX),
    ]
}

/// The first and the last that the platform can say, and some between.
fn time() -> impl Strategy<Value = SystemTime> {
    let far = |ahead: bool| {
        let mut time = UNIX_EPOCH;
        let mut step = Duration::from_secs(1 << 62);
        while step > Duration::from_nanos(1) {
            let next = if ahead {
                time.checked_add(step)
            } else {
                time.checked_sub(step)
            };
            match next {
                Some(next) => time = next,
                None => step /= 2,
            }
        }
        time
    };
    prop_oneof![
        Just(far(false)),
        Just(UNIX_EPOCH),
        Just(SystemTime::now()),
        Just(far(true)),
    ]
}

proptest! {
    #[test]
    fn a_session_goes_on_whatever_it_was_given(
        timeout in duration(),
        read_timeout in duration(),
        margin in duration(),
        now in time(),
        end in time(),
        expires_in in prop_oneof![Just("0"), Just("3600"), Just("18446744073709551615"), Just("1e300")],
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.unwrap().block_on(async {
            let builder = crate::offline(builder("http://127.0.0.1:9"))
                .middleware(Server(expires_in))
                .timeout(timeout)
                .read_timeout(read_timeout);
            let config = config().refresh_margin(margin).clock(move || now);
            let oauth = builder.oauth("user", config).unwrap();
            let tokens = Tokens::new("old").with_refresh_token("r").with_expires_at(end);
            let session = oauth.session(MemoryStore::from(tokens));
            let core = client(builder, session.clone());
            for _ in 0..2 {
                let called = call(&core).await;
                assert!(called.is_ok() || timeout.is_zero(), "{called:?}");
                let token = session.token().await;
                if let Ok(token) = token {
                    let _ = session.renew(&token).await;
                }
            }
        });
    }
}
