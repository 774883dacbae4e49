//! What a mock keeps of its webhooks.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::declared::Declared;
use super::naming;
use super::payload::{Composer, Content, Facts, Message};
use super::receiver::{Attempt, Delivery, Job, Log, Receiver};
use crate::change::Change;
use crate::error::{MockError, hint};
use crate::mock::Mock;
use crate::spec::Spec;

/// What a mock keeps of its webhooks.
#[derive(Debug)]
pub(crate) struct Hub {
    pub(super) declared: Declared,
    /// Nothing where the mock was made outside of a runtime, so that nothing can be sent.
    pub(super) runtime: Option<Handle>,
    receivers: Mutex<Vec<Receiver>>,
    random: Mutex<fastrand::Rng>,
    pub(super) log: Arc<Log>,
}

impl Hub {
    pub(crate) fn new(spec: &Spec, seed: u64) -> Self {
        Self {
            declared: Declared::new(&spec.model),
            runtime: Handle::try_current().ok(),
            receivers: Mutex::default(),
            random: Mutex::new(fastrand::Rng::with_seed(seed)),
            log: Arc::default(),
        }
    }

    /// Tells receivers of changes for which the document has an event. What finds no room in a
    /// payload or a queue is in the log.
    pub(crate) fn tell(&self, mock: &Mock, changes: &[Change]) {
        if changes.is_empty() || self.receivers().is_empty() {
            return;
        }
        let events: Vec<&str> = self.declared.event_names().collect();
        for change in changes {
            let event = naming::event(change, &events);
            let Some(facts) = event.and_then(|event| self.facts(event).ok()) else {
                continue;
            };
            match self.compose(mock, &facts, Content::Change(change)) {
                Ok(message) => self.enqueue(&facts, &message),
                Err(error) => self.log_unsent(&facts, &error.to_string()),
            }
        }
    }

    fn enqueue(&self, facts: &Facts, message: &Arc<Message>) {
        for queue in self.queues() {
            let job = Job::Send {
                event: facts.name.clone(),
                id: facts.id.clone(),
                message: Arc::clone(message),
                done: None,
            };
            if queue.try_send(job).is_err() {
                self.log_unsent(facts, "too many events wait for this receiver");
            }
        }
    }

    fn log_unsent(&self, facts: &Facts, why: &str) {
        self.log.push(Delivery {
            event: facts.name.clone(),
            id: facts.id.clone(),
            url: String::new(),
            attempts: vec![Attempt {
                time: facts.time.into(),
                status: None,
                error: Some(why.to_owned()),
            }],
        });
    }

    pub(super) fn facts(&self, event: &str) -> Result<Facts, MockError> {
        if !self.declared.events.contains_key(event) {
            return Err(MockError::UnknownEvent {
                name: event.to_owned(),
                hint: hint(event, self.declared.event_names()),
            });
        }
        let mut bytes = [0; 16];
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        random.fill(&mut bytes);
        drop(random);
        Ok(Facts {
            name: event.to_owned(),
            id: uuid::Builder::from_random_bytes(bytes)
                .into_uuid()
                .to_string(),
            time: SystemTime::now().into(),
        })
    }

    pub(super) fn compose(
        &self,
        mock: &Mock,
        facts: &Facts,
        content: Content<'_>,
    ) -> Result<Arc<Message>, MockError> {
        let composer = Composer {
            api: mock.api(),
            declared: &self.declared,
            event: &self.declared.events[&facts.name],
            facts,
        };
        let message = composer.compose(content);
        message
            .map(Arc::new)
            .map_err(|why| MockError::InvalidPayload {
                event: facts.name.clone(),
                why,
            })
    }

    /// Where deliveries go, for the control endpoint.
    pub(crate) fn urls(&self) -> Vec<String> {
        let receivers = self.receivers();
        receivers
            .iter()
            .map(|receiver| receiver.url.clone())
            .collect()
    }

    /// Forgets receivers and deliveries.
    pub(crate) fn clear(&self) {
        self.receivers().clear();
        self.log.clear();
    }

    pub(super) fn queues(&self) -> Vec<mpsc::Sender<Job>> {
        let receivers = self.receivers();
        receivers
            .iter()
            .map(|receiver| receiver.queue.clone())
            .collect()
    }

    pub(super) fn receivers(&self) -> MutexGuard<'_, Vec<Receiver>> {
        self.receivers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
