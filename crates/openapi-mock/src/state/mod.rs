//! What a mock remembers: resources that were created stay, and those of the document are there from
//! the start.

mod append;
mod apply;
mod bodies;
mod bound;
mod collection;
mod context;
mod copies;
mod data;
mod file;
mod filter;
mod gate;
mod handler;
mod items;
mod key;
mod links;
mod many;
mod model;
mod moves;
mod once;
mod page;
mod repeats;
mod seeds;
mod shape;
mod singles;
mod uploads;
mod writes;

use std::sync::{Mutex, MutexGuard, PoisonError};

use http::Method;

use crate::answer::Answer;
use crate::api::Api;
use crate::call::Call;
use crate::refusal::Refusal;

use self::context::Context;
pub(crate) use self::data::Data;
pub use self::file::StateFileError;
pub(crate) use self::file::{StateFile, shown};
use self::gate::Gate;
use self::handler::Handler;
use self::links::Links;
use self::model::Model;
use self::repeats::Repeats;

/// The resources of one mock.
#[derive(Debug)]
pub(crate) struct Store {
    model: Model,
    links: Links,
    gates: Vec<Gate>,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    data: Data,
    repeats: Repeats,
    /// Grows with every change.
    version: u64,
}

impl Store {
    pub(crate) fn new(api: &Api) -> Self {
        let links = Links::new(api);
        Self {
            model: Model::new(api, &links),
            gates: gate::gates(api),
            links,
            kept: Mutex::default(),
        }
    }

    /// The answer that follows from what is kept, and the changes that the call makes. Where the
    /// document does not tell what the operation does, it answers with what the document shows, and
    /// says so. `base` is the base URL of the mock.
    ///
    /// # Errors
    ///
    /// A refusal where something is not there, is there already, or shuts the caller out.
    pub(crate) fn answer(&self, api: &Api, call: &Call<'_>, base: &str) -> Result<Answer, Refusal> {
        let mut kept = self.kept();
        let Kept { data, repeats, .. } = &mut *kept;
        for gate in &self.gates {
            gate.check(data, call)?;
        }
        if let Some(answer) = repeats.known(call)? {
            return Ok(answer);
        }
        let context = Context {
            api,
            model: &self.model,
            links: &self.links,
        };
        let answer = Handler::new(context, data, call, base).answer()?;
        let answer = answer.unwrap_or_else(|| shown_only(call));
        repeats.keep(call, &answer);
        if !answer.changes.is_empty() {
            kept.version += 1;
        }
        Ok(answer)
    }

    /// Forgets everything: what was created is gone, what was deleted is back.
    pub(crate) fn reset(&self) {
        self.replace(Data::default());
    }

    /// A copy of all that is kept, and the number of changes it holds.
    pub(crate) fn export(&self) -> (Data, u64) {
        let kept = self.kept();
        (kept.data.clone(), kept.version)
    }

    pub(crate) fn version(&self) -> u64 {
        self.kept().version
    }

    /// Replaces all that is kept.
    pub(crate) fn replace(&self, data: Data) {
        let mut kept = self.kept();
        kept.data = data;
        kept.repeats = Repeats::default();
        kept.version += 1;
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the document shows, which is all that is known of what the call does.
fn shown_only(call: &Call<'_>) -> Answer {
    let mut answer = Answer::status(call.operation.success());
    let id = &call.operation.id;
    answer.notes.push(match call.operation.method {
        Method::GET | Method::HEAD => {
            format!("this is what the document shows, it does not tell what {id} reads")
        }
        _ => format!("nothing was kept, the document does not tell what {id} does"),
    });
    answer
}

#[cfg(test)]
mod tests;
