//! Calls whose caller goes away.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use openapi_client_runtime::{Event, Method, Observer, Operation, Outcome};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::builder;
use crate::server::{self, Server};

#[derive(Default)]
struct Ends(Mutex<Vec<Outcome>>);

impl Observer for Ends {
    fn observe(&self, _operation: &'static Operation, event: Event) {
        if let Event::CallEnded { outcome, .. } = event {
            self.0.lock().unwrap().push(outcome);
        }
    }
}

#[tokio::test]
async fn a_dropped_call_closes_its_connection_and_is_counted() {
    let (closed, mut closures) = mpsc::unbounded_channel();
    let server = Server::start(move |mut stream, _| {
        let closed = closed.clone();
        async move {
            server::read_request(&mut stream).await;
            // Ends when the other side closes.
            server::read_request(&mut stream).await;
            closed.send(()).unwrap();
        }
    })
    .await;
    let ends = Arc::new(Ends::default());
    let client = builder(&server.url)
        .observer(Arc::clone(&ends))
        .build()
        .unwrap();
    let call = client.request(Method::Get, "/things").send::<Value>();
    assert!(timeout(Duration::from_millis(50), call).await.is_err());
    timeout(Duration::from_secs(5), closures.recv())
        .await
        .expect("the connection is closed")
        .unwrap();
    assert_eq!(*ends.0.lock().unwrap(), [Outcome::Cancelled]);
    let metrics = tokio::runtime::Handle::current().metrics();
    drop(client);
    tokio::task::yield_now().await;
    // The server's own task for its listener is left, and nothing of the client.
    for _ in 0..100 {
        if metrics.num_alive_tasks() <= 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{} tasks are left", metrics.num_alive_tasks());
}
