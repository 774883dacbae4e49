//! How the network is reached: by which names, and with an HTTP client of the caller's own.

#![cfg_attr(
    not(feature = "reqwest-0_13"),
    allow(dead_code, unused_imports, reason = "one test changes the HTTP client")
)]

use std::sync::{Arc, Mutex};

use openapi_client_runtime::{
    Api, ApiKeyLocation, Core, Credential, ErrorKind, Method, Scheme, SchemeKind,
};

use crate::builder;
use crate::output::Refused;
use crate::server::{self, Server, json, reply};

#[tokio::test]
async fn names_below_localhost_are_this_machine_whatever_a_name_server_says() {
    let server = Server::replying(vec![json("200 OK", "7")]).await;
    for name in ["localhost", "api.localhost", "a.b.localhost"] {
        let url = server.url.replace("127.0.0.1", name);
        let core = builder(&url).build().unwrap();
        let got = core.request(Method::Get, "/things").send::<u8>().await;
        assert_eq!(got.unwrap().into_inner(), 7, "{name}");
    }
}

const fn key(name: &'static str, location: ApiKeyLocation) -> SchemeKind {
    SchemeKind::ApiKey { location, name }
}

static KEYS: Api = Api::new("keys-client", "1.0.0").schemes(&[
    Scheme::new("header", key("X-Key", ApiKeyLocation::Header), "header"),
    Scheme::new("query", key("key", ApiKeyLocation::Query), "query"),
]);

#[cfg(feature = "reqwest-0_13")]
#[tokio::test]
async fn an_http_client_that_would_follow_redirections_follows_none() {
    use openapi_client_runtime::reqwest_0_13::redirect::Policy;

    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&seen);
    let elsewhere = Server::start(move |mut stream, _| {
        let kept = Arc::clone(&kept);
        async move {
            let request = server::read_request(&mut stream).await;
            kept.lock().unwrap().push(request);
            server::send(&mut stream, &json("200 OK", "7")).await;
        }
    })
    .await;
    for status in ["301 Moved", "302 Found", "307 There", "308 There"] {
        let location = format!("Location: {}/things", elsewhere.url);
        let server = Server::replying(vec![reply(status, &[&location], b"")]).await;
        let core = Core::builder(&KEYS)
            .base_url(&server.url)
            .credential("header", Credential::api_key("s3cret"))
            .credential("query", Credential::api_key("s3cret"))
            .http_client(|http| http.redirect(Policy::limited(10)).referer(true))
            .build()
            .unwrap();
        for method in [Method::Get, Method::Post] {
            let call = core
                .request(method, "/things")
                .credentials(["header", "query"]);
            let error = call.json(&"payload").send::<u8>().await.refused();
            assert_eq!(error.kind(), ErrorKind::UnexpectedStatus);
        }
    }
    assert!(seen.lock().unwrap().is_empty(), "{seen:?}");
}
