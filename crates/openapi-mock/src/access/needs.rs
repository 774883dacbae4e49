//! What an operation asks of a caller beyond a credential.

use std::collections::BTreeSet;

use openapi_document::model::Requirement;

use super::Caller;
use crate::api::Operation;
use crate::refusal::{Reason, Refusal};

/// Checks scopes, features and trust. `set` is the alternative that the caller's credentials meet, with
/// the scopes that it names.
pub(super) fn check(
    operation: &Operation,
    caller: &Caller,
    set: &Requirement,
) -> Result<(), Refusal> {
    if let Some(scopes) = &caller.scopes {
        let needed = set.values().flatten().chain(&operation.required_scopes);
        let lacking: BTreeSet<&String> = needed.filter(|scope| !scopes.contains(*scope)).collect();
        if !lacking.is_empty() {
            let detail = format!("the token lacks {}", listed("scope", lacking));
            return Err(Refusal::new(Reason::MissingScope, detail));
        }
    }
    let wanted = &operation.client_features;
    if let Some(features) = &caller.features
        && !wanted.is_empty()
        && !wanted.iter().any(|one| features.contains(one))
    {
        let wanted = listed("feature", wanted);
        let detail = format!("the client needs {wanted}; one is enough");
        return Err(Refusal::new(Reason::MissingFeature, detail));
    }
    if operation.trusted_only && caller.untrusted {
        let detail = "only trusted applications may call this operation";
        return Err(Refusal::new(Reason::Untrusted, detail));
    }
    Ok(())
}

fn listed<'a>(what: &str, names: impl IntoIterator<Item = &'a String>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [one] => format!("the {what} {one}"),
        several => format!("the {what}s {}", several.join(", ")),
    }
}
