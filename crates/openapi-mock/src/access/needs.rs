//! What an operation asks of a caller beyond a credential.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde_json::Value;

use super::Caller;
use crate::api::{Api, Operation, strings};
use crate::refusal::{Reason, Refusal};

pub(super) struct Needs {
    /// All of them (`x-required-scopes`).
    scopes: Vec<String>,
    /// One of them (`x-client-features`).
    features: Vec<String>,
    /// `x-trusted-only`.
    trust: bool,
}

impl Needs {
    pub(super) fn of(api: &Api, operation: &Operation) -> Self {
        let object = api.object(operation);
        Self {
            scopes: strings(&object["x-required-scopes"]),
            features: strings(&object["x-client-features"]),
            trust: object["x-trusted-only"] == Value::Bool(true),
        }
    }

    /// `set` is the alternative that the caller's credentials meet, with the scopes that it names.
    pub(super) fn check(
        &self,
        caller: &Caller,
        set: &IndexMap<String, Vec<String>>,
    ) -> Result<(), Refusal> {
        if let Some(scopes) = &caller.scopes {
            let needed = set.values().flatten().chain(&self.scopes);
            let lacking: BTreeSet<&String> =
                needed.filter(|scope| !scopes.contains(*scope)).collect();
            if !lacking.is_empty() {
                let detail = format!("the token lacks {}", listed("scope", lacking));
                return Err(Refusal::new(Reason::MissingScope, detail));
            }
        }
        if let Some(features) = &caller.features
            && !self.features.is_empty()
            && !self.features.iter().any(|one| features.contains(one))
        {
            let wanted = listed("feature", &self.features);
            let detail = format!("the client needs {wanted}; one is enough");
            return Err(Refusal::new(Reason::MissingFeature, detail));
        }
        if self.trust && caller.untrusted {
            let detail = "only trusted applications may call this operation";
            return Err(Refusal::new(Reason::Untrusted, detail));
        }
        Ok(())
    }
}

fn listed<'a>(what: &str, names: impl IntoIterator<Item = &'a String>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [one] => format!("the {what} {one}"),
        several => format!("the {what}s {}", several.join(", ")),
    }
}
