//! Servers of the document, of a path and of an operation: where calls go, and the credentials with
//! them.

use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use openapi_client_runtime::{
    Attempt, Failure, HttpRequest, HttpResponse, Method, Middleware, Next,
};
use proptest::prelude::*;

use crate::{
    clients::{
        servers::{Client, Environment, operations},
        servers_of_operations,
    },
    server::Server,
};

/// Answers in place of any server, and keeps where the request went, with the key it carried.
#[derive(Clone, Default)]
struct Anywhere(Arc<Mutex<Vec<Sent>>>);

/// Where a request went, and the key it carried.
type Sent = (String, Option<String>);

impl Middleware for Anywhere {
    fn handle<'a>(
        &'a self,
        request: HttpRequest,
        _attempt: Attempt,
        _next: Next<'a>,
    ) -> BoxFuture<'a, Result<HttpResponse, Failure>> {
        let key = request.headers().get("x-key");
        let key = key.map(|value| value.to_str().unwrap().to_owned());
        let sent = (request.url().to_string(), key);
        self.0.lock().unwrap().push(sent);
        let reply = http::Response::builder().status(204).body("").unwrap();
        Box::pin(async move { Ok(reply.into()) })
    }
}

impl Anywhere {
    fn last(&self) -> (String, Option<String>) {
        self.0.lock().unwrap().pop().unwrap()
    }
}

fn client(environment: Environment) -> (Client, Anywhere) {
    let anywhere = Anywhere::default();
    let client = Client::builder()
        .environment(environment)
        .key("k3y")
        .middleware(anywhere.clone());
    (client.build().unwrap(), anywhere)
}

/// Where each operation goes in an environment; nothing where it is refused.
async fn goes(environment: Environment) -> Vec<Option<String>> {
    let (client, anywhere) = client(environment);
    let sent = [
        client.ping().send().await,
        client.upload().id("a/b").send().await,
        client.download().id("a").send().await,
        client.export().send().await,
        client.legacy().send().await,
        client.regional().send().await,
        client.shards().send().await,
    ];
    // In the order of the calls; what was refused did not leave.
    let mut left = std::mem::take(&mut *anywhere.0.lock().unwrap()).into_iter();
    let urls = sent.map(|sent| match sent {
        Ok(_) => {
            let (url, key) = left.next().unwrap();
            assert_eq!(key.as_deref(), Some("k3y"), "{url}");
            Some(url)
        }
        Err(error) => {
            let text = error.to_string();
            assert!(error.is_unsent() && text.contains("no server"), "{text}");
            None
        }
    });
    assert_eq!(left.next(), None);
    urls.into()
}

#[tokio::test]
async fn the_environment_moves_what_the_document_says_that_it_moves() {
    let some = |url: &str| Some(url.to_owned());
    let uploads = || some("https://uploads.example.com/files-api/files/a%2Fb");
    let shards = || some("https://shard-b.example.com/shards");
    assert_eq!(
        goes(Environment::Live).await,
        [
            some("https://api.example.com/v2/ping"),
            uploads(),
            some("https://api.example.com/v2/files/a"),
            some("https://exports.example.com/exports"),
            some("https://api.example.com/v2/legacy"),
            some("https://global.example.com/regional"),
            shards(),
        ]
    );
    assert_eq!(
        goes(Environment::BetaTest).await,
        [
            some("https://beta.example.com/v2/ping"),
            uploads(),
            some("https://beta.example.com/v2/files/a"),
            some("https://exports.beta.example.com/exports"),
            None,
            some("https://global.example.com/regional"),
            shards(),
        ]
    );
    assert_eq!(
        goes(Environment::UsEast).await,
        [
            some("https://us-east.example.com/v2/ping"),
            uploads(),
            some("https://us-east.example.com/v2/files/a"),
            None,
            None,
            some("https://us-east.regional.example.com/regional"),
            shards(),
        ]
    );
}

#[test]
fn the_table_knows_the_servers_of_an_operation() {
    let of = |operation: &'static openapi_client_runtime::Operation| -> Vec<_> {
        let servers = operation.servers().iter();
        servers.map(|one| (one.url(), one.environment())).collect()
    };
    assert_eq!(of(&operations::PING), []);
    assert_eq!(of(&operations::DOWNLOAD), []);
    assert_eq!(
        of(&operations::UPLOAD),
        [("https://uploads.example.com/files-api", None)]
    );
    assert_eq!(
        of(&operations::EXPORT),
        [
            ("https://exports.example.com", Some("live")),
            ("https://exports.beta.example.com", Some("beta_test")),
        ]
    );
    assert_eq!(
        of(&operations::REGIONAL),
        [
            ("https://eu.regional.example.com", Some("eu")),
            ("https://us-east.regional.example.com", Some("us-east")),
            ("https://global.example.com", None),
        ]
    );
}

#[tokio::test]
async fn the_users_own_address_wins_over_every_server() {
    let server = Server::start().await;
    let base_url = || format!("{}/proxy", server.url());
    let first = Client::builder()
        .base_url(base_url())
        .environment(Environment::Live);
    let last = Client::builder()
        .environment(Environment::Live)
        .base_url(base_url());
    let alone = Client::builder().base_url(base_url());
    for builder in [first, last, alone] {
        let client = builder.key("k3y").build().unwrap();
        client.ping().send().await.unwrap();
        assert_eq!(server.last().line, "GET /proxy/ping");
        client.upload().id("a").send().await.unwrap();
        assert_eq!(server.last().line, "PUT /proxy/files/a");
        assert_eq!(server.last().header("x-key").unwrap(), "k3y");
        client.export().send().await.unwrap();
        assert_eq!(server.last().line, "GET /proxy/exports");
    }
}

#[tokio::test]
async fn a_document_whose_operations_alone_have_servers_needs_no_address() {
    let anywhere = Anywhere::default();
    let builder = || servers_of_operations::Client::builder().middleware(anywhere.clone());
    let client = builder().build().unwrap();
    client.list_pets().send().await.unwrap();
    assert_eq!(anywhere.last().0, "https://pets.example.com/pets");
    client.list_plants().address("a").send().await.unwrap();
    assert_eq!(
        anywhere.last().0,
        "https://plants.example.com/v3/plants?address=a"
    );

    let refused = |error: String| assert!(error.contains("call `base_url`"), "{error}");
    let Err(error) = client.list_stones().send().await else {
        panic!("nobody says where the stones are");
    };
    refused(error.to_string());
    let by_hand = client.request(Method::Get, "/stones").send_ignoring_body();
    let Err(error) = by_hand.await else {
        panic!("nobody says where the stones are");
    };
    refused(error.to_string());
    assert!(anywhere.0.lock().unwrap().is_empty());

    let client = builder()
        .base_url("http://127.0.0.1:1/all")
        .build()
        .unwrap();
    client.list_plants().send().await.unwrap();
    assert_eq!(anywhere.last().0, "http://127.0.0.1:1/all/plants");
    client.list_stones().send().await.unwrap();
    assert_eq!(anywhere.last().0, "http://127.0.0.1:1/all/stones");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is put into a path, the key goes to no host that the document does not name.
    #[test]
    fn the_key_goes_to_hosts_of_the_document_only(id in "\\PC{1,12}|[./@:#?\\\\%]{1,6}", index in 0_usize..4) {
        let (client, anywhere) = client(Environment::ALL[index]);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        if runtime.block_on(client.upload().id(&id).send()).is_ok() {
            let (url, key) = anywhere.last();
            prop_assert!(url.starts_with("https://uploads.example.com/files-api/files/"), "{}", url);
            prop_assert_eq!(key.as_deref(), Some("k3y"));
        }
    }
}
