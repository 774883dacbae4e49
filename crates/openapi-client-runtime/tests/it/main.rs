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

/// An HTTP client that meets nobody, and so need not read all root certificates.
fn offline(
    http: openapi_client_runtime::reqwest::ClientBuilder,
) -> openapi_client_runtime::reqwest::ClientBuilder {
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    return http.tls_certs_only([]);
    #[cfg(not(any(feature = "rustls", feature = "native-tls")))]
    return http;
}
