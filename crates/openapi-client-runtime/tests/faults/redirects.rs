//! Redirections: not followed unless asked, and never with a credential to somebody else.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures_core::future::BoxFuture;
use futures_util::FutureExt;
use openapi_client_runtime::{
    AccessToken, Bearer, Credential, ErrorKind, Failure, Method, TokenSource,
};
use serde_json::Value;

use crate::output::Refused;
use crate::server::{self, Server, json, reply};
use crate::{TOKEN, builder, client};

/// A server that keeps what it is asked.
async fn recording(answer: Vec<u8>) -> (Server, Arc<Mutex<Vec<String>>>) {
    let requests = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&requests);
    let server = Server::start(move |mut stream, _| {
        let (answer, kept) = (answer.clone(), Arc::clone(&kept));
        async move {
            let request = server::read_request(&mut stream).await;
            kept.lock().unwrap().push(request);
            server::send(&mut stream, &answer).await;
        }
    })
    .await;
    (server, requests)
}

#[tokio::test]
async fn they_are_not_followed_unless_asked() {
    let (target, seen) = recording(json("200 OK", "7")).await;
    let location = format!("Location: {}/things", target.url);
    let server = Server::replying(vec![reply("302 Found", &[&location], b"")]).await;
    let got = client(&server.url).request(Method::Get, "/things");
    let error = got.send::<u8>().await.refused();
    assert_eq!(error.kind(), ErrorKind::UnexpectedStatus);
    assert!(
        error
            .to_string()
            .contains("the redirection was not followed")
    );
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn another_host_gets_no_credential() {
    let (target, seen) = recording(json("200 OK", "7")).await;
    let location = format!("Location: {}/things", target.url);
    let server = Server::replying(vec![reply("302 Found", &[&location], b"")]).await;
    let client = builder(&server.url).follow_redirects(3).build().unwrap();
    let got = client.request(Method::Get, "/things").send::<u8>().await;
    assert_eq!(got.unwrap().into_inner(), 7);
    let seen = seen.lock().unwrap();
    assert!(seen[0].starts_with("GET /things "), "{}", seen[0]);
    let lower = seen[0].to_ascii_lowercase();
    assert!(
        !lower.contains("authorization") && !lower.contains(TOKEN),
        "{lower}"
    );
}

/// Counts the tokens it was asked to renew.
#[derive(Clone, Default)]
struct Renewals(Arc<AtomicUsize>);

impl TokenSource for Renewals {
    fn token(&self) -> BoxFuture<'_, Result<AccessToken, Failure>> {
        Box::pin(async { Ok(AccessToken::new(TOKEN)) })
    }

    fn renew<'a>(
        &'a self,
        _refused: &'a AccessToken,
    ) -> BoxFuture<'a, Result<Option<AccessToken>, Failure>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        self.token().map(|token| token.map(Some)).boxed()
    }
}

#[tokio::test]
async fn what_another_host_refuses_is_not_the_token() {
    let (target, seen) = recording(json("401 Who?", "{}")).await;
    let location = format!("Location: {}/things", target.url);
    let server = Server::replying(vec![reply("302 Found", &[&location], b"")]).await;
    let renewals = Renewals::default();
    let token = Credential::bearer(Bearer::source(renewals.clone()));
    let client = builder(&server.url)
        .credential("token", token)
        .follow_redirects(3)
        .build()
        .unwrap();
    let got = client.request(Method::Get, "/things");
    let error = got.send::<Value>().await.refused();
    assert!(error.is_unauthorized());
    assert_eq!(renewals.0.load(Ordering::SeqCst), 0);
    assert_eq!(seen.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn the_same_origin_keeps_the_credential() {
    let (server, seen) = recording(reply("307 Again", &["Location: /other"], b"")).await;
    let client = builder(&server.url).follow_redirects(2).build().unwrap();
    let got = client.request(Method::Get, "/things");
    let error = got.send::<Value>().await.refused();
    assert_eq!(error.kind(), ErrorKind::UnexpectedStatus);
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 3, "the request and two redirections");
    for request in seen.iter() {
        assert!(request.contains(TOKEN));
    }
    assert!(seen[2].starts_with("GET /other "));
}

#[tokio::test]
async fn a_body_does_not_leave_its_origin() {
    let (target, seen) = recording(json("200 OK", "7")).await;
    let location = format!("Location: {}/things", target.url);
    let server = Server::replying(vec![reply("307 There", &[&location], b"")]).await;
    let client = builder(&server.url).follow_redirects(3).build().unwrap();
    let create = client.request(Method::Post, "/things").json(&"payload");
    let error = create.send::<u8>().await.refused();
    assert_eq!(error.status().unwrap(), 307);
    assert!(seen.lock().unwrap().is_empty());
}
