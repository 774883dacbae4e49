//! Webhooks: the events of a document, signed, to those who asked for them.

mod declared;
mod hub;
mod naming;
mod payload;
mod receiver;
mod signature;

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::oneshot;

pub(crate) use self::hub::Hub;
pub use self::receiver::{Attempt, Delivery};

use self::payload::Content;
use self::receiver::{Address, Job, Receiver};
use self::signature::Signature;
use crate::error::{MockError, hint};
use crate::mock::Mock;

/// The webhooks of a mock: who receives them, sending, and what became of what was sent.
///
/// A mock sends the events of its document (`x-event-delivery`) on demand, and by itself when its state
/// changes and the document has an event for that: `meeting.created` when a meeting is created, in
/// whatever spelling. A delivery that is not answered with a success is tried two times more.
///
/// ```no_run
/// # async fn shown(server: openapi_mock::MockServer) -> Result<(), openapi_mock::MockError> {
/// let webhooks = server.webhooks();
/// webhooks.register("http://127.0.0.1:8080/hooks", "the secret of the subscription")?;
/// let deliveries = webhooks.send("meeting.created", None).await?;
/// assert!(deliveries[0].is_delivered());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Webhooks {
    mock: Mock,
}

impl Mock {
    /// The webhooks of this mock.
    pub fn webhooks(&self) -> Webhooks {
        Webhooks { mock: self.clone() }
    }
}

impl Webhooks {
    /// The names of all events of the document.
    pub fn events(&self) -> Vec<String> {
        let declared = &self.hub().declared;
        declared.event_names().map(str::to_owned).collect()
    }

    /// Sends all further events to this URL, signed with this secret as the document says. Where
    /// the document has no signature, the secret is not used.
    ///
    /// # Errors
    ///
    /// [`MockError::InvalidReceiver`] when the URL is none, speaks TLS without the feature `rustls`,
    /// or the secret is empty.
    pub fn register(&self, url: &str, secret: &str) -> Result<(), MockError> {
        let signature = self.hub().declared.signature.clone();
        self.add(url, secret, signature)
    }

    /// As [`register`](Self::register), with one of the `signatureAlternatives` of the document.
    ///
    /// # Errors
    ///
    /// As there, and when the document has no such alternative.
    pub fn register_alternative(
        &self,
        alternative: &str,
        url: &str,
        secret: &str,
    ) -> Result<(), MockError> {
        let alternatives = &self.hub().declared.alternatives;
        let Some(signature) = alternatives.get(alternative) else {
            let known = hint(alternative, alternatives.keys().map(String::as_str));
            return Err(MockError::InvalidReceiver {
                url: "...".to_owned(),
                why: format!("the document has no signature `{alternative}`; {known}"),
            });
        };
        self.add(url, secret, Some(signature.clone()))
    }

    fn add(&self, url: &str, secret: &str, signature: Option<Signature>) -> Result<(), MockError> {
        let hub = self.hub();
        let address = Address::new(url, secret, signature)?;
        let runtime = hub.runtime.as_ref().ok_or(MockError::NoReceiver)?;
        let receiver = Receiver::start(runtime, address, Arc::clone(&hub.log))?;
        hub.receivers().push(receiver);
        Ok(())
    }

    /// Sends nothing to anybody any more; deliveries that wait are dropped.
    pub fn unregister_all(&self) {
        self.hub().receivers().clear();
    }

    /// Sends an event to all receivers, and waits until each took it or was tried in vain. Without
    /// payload, the document's example is sent, or one that is made. Of a payload, what the envelope
    /// lacks is filled in.
    ///
    /// # Errors
    ///
    /// [`MockError::UnknownEvent`], [`MockError::NoReceiver`], and [`MockError::InvalidPayload`]
    /// when the payload is not what the document says. What becomes of a delivery is no error: see
    /// [`Delivery::is_delivered`].
    pub async fn send(
        &self,
        event: &str,
        payload: impl Into<Option<Value>>,
    ) -> Result<Vec<Delivery>, MockError> {
        let mock = &self.mock;
        let hub = self.hub();
        let facts = hub.facts(event)?;
        let message = match payload.into() {
            Some(payload) => hub.compose(mock, &facts, Content::Given(payload)),
            None => hub.compose(mock, &facts, Content::Shown),
        }?;
        let queues = hub.queues();
        if queues.is_empty() {
            return Err(MockError::NoReceiver);
        }
        let mut waiting = Vec::new();
        for queue in queues {
            let (done, delivered) = oneshot::channel();
            let job = Job::Send {
                event: facts.name.clone(),
                id: facts.id.clone(),
                message: Arc::clone(&message),
                done: Some(done),
            };
            // A receiver may be gone by now.
            if queue.send(job).await.is_ok() {
                waiting.push(delivered);
            }
        }
        let mut deliveries = Vec::new();
        for delivered in waiting {
            deliveries.extend(delivered.await.ok());
        }
        Ok(deliveries)
    }

    /// The last 1,000 deliveries, the oldest first. Those that are still tried are not among them:
    /// see [`settled`](Self::settled).
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.hub().log.all()
    }

    /// Waits until all events so far are delivered, or were tried in vain.
    ///
    /// ```no_run
    /// # async fn shown(server: openapi_mock::MockServer) {
    /// // ... a call that creates a meeting
    /// server.webhooks().settled().await;
    /// assert_eq!(server.webhooks().deliveries()[0].event, "meeting.created");
    /// # }
    /// ```
    pub async fn settled(&self) {
        for queue in self.hub().queues() {
            let (done, settled) = oneshot::channel();
            if queue.send(Job::Settle(done)).await.is_ok() {
                let _ = settled.await;
            }
        }
    }

    fn hub(&self) -> &Hub {
        self.mock.hub()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::change::{Change, ChangeKind};
    use crate::{Document, Fault, MockServer};

    const DOCUMENT: &str = r##"{
        "openapi": "3.0.3", "info": {"title": "Pets", "version": "1.0.0"},
        "paths": {"/hooks": {"post": {
            "operationId": "receive", "responses": {"204": {"description": "Taken."}}
        }}},
        "x-event-delivery": {
            "envelope": {"name": {"member": "/event"}},
            "events": {
                "pet.created": {"payload": {"$ref": "#/components/schemas/Told"}},
                "pet.deleted": {"payload": {"$ref": "#/components/schemas/Told"}}
            }
        },
        "components": {"schemas": {"Told": {"type": "object", "required": ["event", "pet"],
            "properties": {"event": {"type": "string"}, "pet": {"type": "object",
                "required": ["name"], "properties": {"name": {"type": "string"}}}}}}}
    }"##;

    fn change(kind: ChangeKind, name: &Value) -> Change {
        Change {
            kind,
            resource: "pets".to_owned(),
            path: "/pets/1".to_owned(),
            value: json!({ "name": name }),
        }
    }

    #[tokio::test]
    async fn changes_are_told_in_their_order_and_again_where_that_fails() {
        // A mock receives what another one sends.
        let receiver = MockServer::start(Document::bundled(DOCUMENT).unwrap()).await;
        let receiver = receiver.unwrap();
        let sender = MockServer::start(Document::bundled(DOCUMENT).unwrap()).await;
        let sender = sender.unwrap();
        receiver
            .fault("receive", Fault::status(500).times(2))
            .unwrap();
        let webhooks = sender.webhooks();
        webhooks
            .register(&format!("{}/hooks?token=s3cret", receiver.url()), "")
            .unwrap();
        sender.hub().tell(
            &sender,
            &[
                change(ChangeKind::Created, &json!("Rex")),
                change(ChangeKind::Updated, &json!("Bo")),
                change(ChangeKind::Deleted, &json!("Bo")),
                change(ChangeKind::Deleted, &json!(5)),
            ],
        );
        webhooks.settled().await;
        let bodies = receiver.requests_of("receive").unwrap();
        let bodies: Vec<Value> = bodies.iter().filter_map(|r| r.json()).collect();
        let created = json!({"event": "pet.created", "pet": {"name": "Rex"}});
        let deleted = json!({"event": "pet.deleted", "pet": {"name": "Bo"}});
        assert_eq!(bodies, [created.clone(), created.clone(), created, deleted]);

        let log = webhooks.deliveries();
        let mut statuses: Vec<Vec<Option<u16>>> = Vec::new();
        for delivery in &log {
            statuses.push(delivery.attempts.iter().map(|a| a.status).collect());
        }
        // What cannot be told is logged at once.
        assert_eq!(
            statuses,
            [
                vec![None],
                vec![Some(500), Some(500), Some(204)],
                vec![Some(204)]
            ]
        );
        assert!(!log[0].is_delivered() && log[1].is_delivered());
        let why = log[0].attempts[0].error.clone().unwrap();
        assert!(why.contains("payload /pet/name"), "{why}");
        assert_eq!(log[1].url, format!("{}/hooks", receiver.url()));
    }
}
