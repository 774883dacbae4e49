//! Receives events: verified, each once, and answered before the work is done.
//!
//! ```sh
//! CONTIO_WEBHOOK_SECRET=... cargo run -p contio-client --example receive_events --features axum
//! ```
//!
//! Without an account, the mock server (`cargo xtask mock contio`) sends events:
//!
//! ```sh
//! curl --json '{"url": "http://127.0.0.1:8080/contio", "secret": "..."}' http://127.0.0.1:4010/_mock/receivers
//! curl --json '{"event": "meeting.completed"}' http://127.0.0.1:4010/_mock/webhooks
//! ```

use std::{env, error::Error};

use axum::{Router, http::StatusCode, routing::post};
use contio_client::{
    runtime::webhooks::Webhook,
    webhooks::{self, ENVELOPE, Event, ReplayCache, WebhookError},
};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // After a rotation give the new secret and the old one: `new,old`.
    let secrets = env::var("CONTIO_WEBHOOK_SECRET")?;
    let listener = TcpListener::bind("127.0.0.1:8080").await?;
    println!("waiting at http://{}/contio", listener.local_addr()?);
    axum::serve(listener, router(&secrets)?).await?;
    Ok(())
}

/// Takes deliveries at `/contio`.
pub(crate) fn router(secrets: &str) -> Result<Router, WebhookError> {
    // A delivery may come more than once; the id of its event tells. What comes again is refused
    // before the handler runs.
    let seen = ReplayCache::new(10_000).event_ids(&ENVELOPE);
    let verifier = webhooks::verifier(secrets.split(','))?.replay_cache(seen);
    Ok(Router::new()
        .route("/contio", post(receive))
        .with_state(verifier))
}

/// Contio waits for five seconds, so the work goes on behind the answer.
async fn receive(Webhook(received): Webhook<Event>) -> StatusCode {
    tokio::spawn(async move { work(received.into_event()) });
    StatusCode::OK
}

fn work(event: Event) {
    match event {
        Event::MeetingCompleted(event) => {
            println!("the notes of {} are ready", event.data.title);
        }
        Event::ActionItemCreated(event) => {
            println!("somebody has to do something: {:?}", event.data);
        }
        // Events of newer servers come along under their name, with their JSON.
        other => println!("{} is none of ours", other.name()),
    }
}
