//! Playing a case.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use openapi_client_runtime::{Core, CoreBuilder, Error, Event, Middleware, Observer, Operation};
use serde_json::Value;
use tokio::time::Instant;

use super::call::{Answer, Call};
use super::case::{Case, Order};
use super::reply::{Fault, Told};
use super::request::Seen;
use super::stage::{Stage, StoppedClock, offline, unreachable_url};
use crate::recorder::{Recorder, Reply};

/// What came of a case.
pub(super) struct Played {
    pub(super) outcomes: Vec<Outcome>,
    pub(super) seen: Vec<Seen>,
    pub(super) most_in_flight: usize,
    pub(super) printed: Printed,
}

/// What came of a call.
pub(super) struct Outcome {
    pub(super) result: Result<Answer, Error<Value>>,
    pub(super) took: Duration,
}

/// Everything that could be printed while a case was played.
#[derive(Clone, Default)]
pub(super) struct Printed(Arc<Mutex<String>>);

impl Printed {
    pub(super) fn add(&self, what: &impl Debug) {
        self.text(&format!("{what:?}\n{what:#?}\n"));
    }

    pub(super) fn text(&self, text: &str) {
        self.0.lock().unwrap().push_str(text);
    }

    pub(super) fn all(&self) -> String {
        self.0.lock().unwrap().clone()
    }

    /// An error with all that stands behind it, but for the body that its user asked for.
    fn error(&self, error: Error<Value>) {
        let error = error.into_untyped();
        let mut cause: Option<&dyn std::error::Error> = Some(&error);
        while let Some(error) = cause {
            self.text(&format!("{error}\n{error:?}\n{error:#?}\n"));
            cause = error.source();
        }
    }
}

impl Observer for Printed {
    fn observe(&self, operation: &'static Operation, event: Event) {
        self.add(&(operation, event));
    }
}

/// What is added to the client of a case.
#[derive(Default)]
pub struct Extras {
    /// A step that stands before all others.
    pub middleware: Option<Box<dyn Fn(CoreBuilder) -> CoreBuilder>>,
}

impl Extras {
    /// A middleware.
    pub fn middleware<M: Middleware + Clone>(middleware: M) -> Self {
        Self {
            middleware: Some(Box::new(move |builder| {
                builder.middleware(middleware.clone())
            })),
        }
    }
}

impl Case {
    /// Plays the case, and compares what comes of it with what is expected.
    ///
    /// # Errors
    ///
    /// What is not as expected.
    pub async fn play(&self) -> Result<(), String> {
        if let Some(webhook) = &self.webhook {
            return webhook.play();
        }
        let played = self.perform(&Extras::default()).await?;
        self.check(played)
    }

    /// Plays the case for what it prints only.
    ///
    /// # Errors
    ///
    /// When it cannot be played.
    pub async fn print(&self, extras: &Extras) -> Result<String, String> {
        if let Some(webhook) = &self.webhook {
            let printed = Printed::default();
            webhook.verify(&printed)?;
            return Ok(printed.all());
        }
        let Played {
            outcomes, printed, ..
        } = self.perform(extras).await?;
        for outcome in outcomes {
            if let Err(error) = outcome.result {
                printed.error(error);
            }
        }
        Ok(printed.all())
    }

    async fn perform(&self, extras: &Extras) -> Result<Played, String> {
        if self.paused {
            self.on_stage(extras).await
        } else {
            self.over_sockets(extras).await
        }
    }

    async fn on_stage(&self, extras: &Extras) -> Result<Played, String> {
        let stage = Stage::new(self.told()).await;
        let printed = Printed::default();
        let builder = self.builder(self.client.base_url(), extras, &printed);
        let builder = builder.http_client(offline).middleware(stage.clone());
        let clock = StoppedClock::new();
        let core = build(self.client.sign_in(builder).await?)?;
        printed.add(&core);
        let outcomes = self.make_calls(&core, &printed).await?;
        drop(clock);
        Ok(Played {
            outcomes,
            seen: stage.seen(),
            most_in_flight: 0,
            printed,
        })
    }

    async fn over_sockets(&self, extras: &Extras) -> Result<Played, String> {
        let replies: Vec<Reply> = self.told().iter().map(Told::reply).collect();
        let server = match self.expect.in_flight {
            Some(_) => Recorder::holding(replies, self.calls.len()).await,
            None => Recorder::replying(replies).await,
        };
        let url = match self.replies.first().and_then(|told| told.fault) {
            Some(Fault::Refused) => unreachable_url().await,
            _ => server.url().to_owned(),
        };
        let printed = Printed::default();
        let core = build(self.builder(&url, extras, &printed))?;
        printed.add(&core);
        let outcomes = self.make_calls(&core, &printed).await?;
        let at = Instant::now();
        let seen = |request| Seen {
            request,
            origin: None,
            at,
        };
        Ok(Played {
            outcomes,
            seen: server.take().into_iter().map(seen).collect(),
            most_in_flight: server.most_in_flight(),
            printed,
        })
    }

    fn told(&self) -> Vec<Told> {
        if self.replies.is_empty() {
            return vec![Told::no_content()];
        }
        self.replies.clone()
    }

    fn builder(&self, url: &str, extras: &Extras, printed: &Printed) -> CoreBuilder {
        for (_, credential) in self.client.given() {
            printed.add(&credential);
        }
        let builder = self.client.builder(url).observer(printed.clone());
        printed.add(&builder);
        match &extras.middleware {
            Some(add) => add(builder),
            None => builder,
        }
    }

    /// Clones of a client share everything, so each call gets one of its own.
    async fn make_calls(&self, core: &Core, printed: &Printed) -> Result<Vec<Outcome>, String> {
        let client = self.client.peer()?;
        let make = |call: &'_ Call| {
            let (call, core) = (call.clone(), core.clone());
            async move {
                let start = Instant::now();
                let result = call.make(&core, client, printed).await?;
                let took = start.elapsed();
                Ok(Outcome { result, took })
            }
        };
        let calls = self.all_calls();
        if self.order == Order::Together {
            return join_all(calls.into_iter().map(make))
                .await
                .into_iter()
                .collect();
        }
        let mut outcomes = Vec::new();
        for call in calls {
            outcomes.push(make(call).await?);
        }
        Ok(outcomes)
    }
}

fn build(builder: CoreBuilder) -> Result<Core, String> {
    builder.build().map_err(|error| error.to_string())
}
