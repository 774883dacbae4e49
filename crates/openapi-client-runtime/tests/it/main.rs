//! The runtime against real sockets, called the way generated code calls it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    missing_docs
)]

mod client;
mod downloads;
mod observers;
mod redaction;
mod repeats;
mod replies;
mod requests;
mod server;
mod settings;
mod transport;
mod types;
mod uploads;
#[cfg(feature = "webhooks")]
mod webhooks;
mod writes;

/// A client that meets nobody, and so need not read all root certificates.
fn offline(builder: openapi_client_runtime::CoreBuilder) -> openapi_client_runtime::CoreBuilder {
    #[cfg(all(
        feature = "reqwest-0_13",
        any(feature = "rustls", feature = "native-tls")
    ))]
    return builder.http_client(|http| http.tls_certs_only([]));
    #[cfg(not(all(
        feature = "reqwest-0_13",
        any(feature = "rustls", feature = "native-tls")
    )))]
    return builder;
}
