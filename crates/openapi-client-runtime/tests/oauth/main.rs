//! OAuth 2.0 against an authorization server on real sockets.

#![cfg(feature = "oauth")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    missing_docs
)]

mod flows;
#[cfg(feature = "token-file")]
mod processes;
mod provider;
mod redaction;
mod sessions;
mod settings;
mod stores;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use openapi_client_runtime::{
    Api, Bearer, ClientAuthentication, Core, CoreBuilder, Credential, Error, Method, OAuth,
    OAuthConfig, OAuthEndpoints, RetryPolicy, Scheme, SchemeKind, Tokens,
};
use serde_json::Value;

const CALLBACK: &str = "https://app.example.com/callback";

const ALL: OAuthEndpoints = OAuthEndpoints::new()
    .authorization_code("/oauth2/authorize?tenant=7", "/oauth2/token")
    .client_credentials("/oauth2/token")
    .revocation("/oauth2/revoke")
    .introspection("/oauth2/introspect")
    .metadata("/.well-known/oauth-authorization-server")
    .scopes(&["read", "write"]);

static API: Api = Api::new("oauth-client", "1.0.0").schemes(&[
    Scheme::new("user", SchemeKind::OAuth2, "user").oauth(ALL),
    Scheme::new("body", SchemeKind::OAuth2, "body")
        .oauth(ALL.client_authentication(ClientAuthentication::Body)),
    Scheme::new("public", SchemeKind::OAuth2, "public")
        .oauth(ALL.client_authentication(ClientAuthentication::None)),
    Scheme::new("old", SchemeKind::OAuth2, "old").oauth(ALL.without_pkce()),
    Scheme::new("little", SchemeKind::OAuth2, "little").oauth(OAuthEndpoints::new()),
    Scheme::new("nameless", SchemeKind::OAuth2, "nameless")
        .oauth(OAuthEndpoints::new().authorization_code("/oauth2/authorize", "/oauth2/token")),
    Scheme::new("plain", SchemeKind::HttpBearer, "plain"),
]);

fn builder(url: &str) -> CoreBuilder {
    Core::builder(&API)
        .base_url(url)
        .retry(RetryPolicy::new().base_delay(Duration::from_millis(1)))
}

fn config() -> OAuthConfig {
    OAuthConfig::new("app_42")
        .client_secret("s3cret")
        .redirect_uri(CALLBACK)
}

fn oauth(url: &str) -> OAuth {
    builder(url).oauth("user", config()).unwrap()
}

fn client(builder: CoreBuilder, token: impl Into<Bearer>) -> Core {
    builder
        .credential("user", Credential::bearer(token))
        .build()
        .unwrap()
}

async fn call(core: &Core) -> Result<(), Error<Value>> {
    let call = core.request(Method::Get, "/things").send::<Value>();
    call.await.map(drop)
}

/// The tokens that the provider knows first, which have come to their end.
fn expired() -> Tokens {
    Tokens::new("at-0")
        .with_refresh_token("rt-0")
        .with_expires_at(UNIX_EPOCH)
}

/// The same, as long as nobody says otherwise.
fn lasting() -> Tokens {
    Tokens::new("at-0").with_refresh_token("rt-0")
}

fn in_an_hour() -> SystemTime {
    SystemTime::now() + Duration::from_secs(3600)
}

/// A client that meets nobody, and so need not read all root certificates.
fn offline(builder: CoreBuilder) -> CoreBuilder {
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
