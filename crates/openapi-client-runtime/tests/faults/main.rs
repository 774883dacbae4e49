//! What goes wrong on real connections: with real sockets, real TLS, and servers that misbehave.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    missing_docs
)]

mod bodies;
mod bodiless;
mod cancelled;
mod connections;
#[cfg(feature = "rustls")]
mod environment;
mod network;
mod output;
mod redirects;
mod server;
mod storms;
#[cfg(feature = "rustls")]
mod tls;

use openapi_client_runtime::{Api, Core, CoreBuilder, Credential, RetryPolicy, Scheme, SchemeKind};
use std::time::Duration;

static API: Api = Api::new("faults-client", "1.0.0").schemes(&[Scheme::new(
    "token",
    SchemeKind::HttpBearer,
    "token",
)]);

const TOKEN: &str = "s3cr3t-token";

/// A client whose repeats do not keep a test waiting.
fn builder(url: &str) -> CoreBuilder {
    output::watch();
    Core::builder(&API)
        .base_url(url)
        .credential("token", Credential::bearer(TOKEN))
        .retry(RetryPolicy::new().base_delay(Duration::from_millis(1)))
}

fn client(url: &str) -> Core {
    builder(url).build().unwrap()
}
