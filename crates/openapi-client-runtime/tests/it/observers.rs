//! What observers are told of a call.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use openapi_client_runtime::{ErrorKind, Event, Observer, Operation, Outcome};

use crate::client::{Put, builder, get_thing, put_thing};
use crate::server::{Server, Then};

/// Operation, attempts and outcome.
type End = (&'static str, u32, Outcome);

#[derive(Clone, Default)]
struct Ends(Arc<Mutex<Vec<End>>>);

impl Observer for Ends {
    fn observe(&self, operation: &'static Operation, event: Event) {
        if let Event::CallEnded {
            attempts, outcome, ..
        } = event
        {
            let end = (operation.id(), attempts, outcome);
            self.0.lock().unwrap().push(end);
        }
    }
}

impl Ends {
    fn take(&self) -> Vec<End> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

#[tokio::test]
async fn every_call_ends_once_with_what_came_of_it() {
    let server = Server::replying("200 OK", &[], br#"{"name":"a"}"#).await;
    let ends = Ends::default();
    let core = builder(&server.url).observer(ends.clone()).build().unwrap();
    get_thing(&core, "1").await.unwrap();
    let answered = Outcome::Answered(http::StatusCode::OK);
    assert_eq!(ends.take(), [("get_thing", 1, answered)]);

    let refused = Outcome::Failed(ErrorKind::InvalidRequest);
    get_thing(&core, "..").await.unwrap_err();
    assert_eq!(ends.take(), [("get_thing", 0, refused)]);
    let put = Put {
        session: Some("not a cookie;"),
        ..Put::default()
    };
    put_thing(&core, "1", put).await.unwrap_err();
    assert_eq!(ends.take(), [("put_thing", 0, refused)]);
}

#[tokio::test]
async fn a_dropped_call_is_cancelled() {
    let server = Server::answering("", Then::Hang).await;
    let ends = Ends::default();
    let core = builder(&server.url).observer(ends.clone()).build().unwrap();
    let call = tokio::time::timeout(Duration::from_millis(200), get_thing(&core, "1"));
    assert!(call.await.is_err());
    assert_eq!(ends.take(), [("get_thing", 1, Outcome::Cancelled)]);
}
