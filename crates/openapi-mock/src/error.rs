//! What a test can ask of a mock that cannot be.

use crate::api::{Api, Operation};

/// Why a mock does not do what it was told. The text says what would do.
///
/// ```
/// # async fn shown(server: openapi_mock::MockServer) {
/// use openapi_mock::{Fault, MockError};
///
/// let error = server.fault("lst_pets", Fault::Reset).unwrap_err();
/// assert!(matches!(error, MockError::UnknownOperation { .. }));
/// eprintln!("{error}"); // the document has no operation `lst_pets`; did you mean `list_pets`?
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MockError {
    /// The document has no operation of this id.
    #[error("the document has no operation `{id}`; {hint}")]
    UnknownOperation {
        /// The id that was asked for.
        id: String,
        /// Ids that exist.
        hint: String,
    },
    /// The operation has no parameter of this name.
    #[error("{operation} has no {location} parameter `{name}`; {hint}")]
    UnknownParameter {
        /// The operation that is expected to be called.
        operation: String,
        /// `query` or `path`.
        location: &'static str,
        /// The name that was asked for.
        name: String,
        /// Names that exist.
        hint: String,
    },
    /// A reply that the document does not allow.
    #[error("{operation} cannot answer so: {why}; `unchecked()` lets it pass")]
    InvalidReply {
        /// The operation that was to answer.
        operation: String,
        /// What the document says against it.
        why: String,
    },
    /// A fault that does not exist, or has a value that it cannot have.
    #[error("{0}")]
    InvalidFault(String),
    /// The document lists no event of this name.
    #[error("the document has no event `{name}`; {hint}")]
    UnknownEvent {
        /// The name that was asked for.
        name: String,
        /// Names that exist.
        hint: String,
    },
    /// A payload that is not what the document says of the event, or none that could be made.
    #[error("no delivery of `{event}`: {why}")]
    InvalidPayload {
        /// The name of the event.
        event: String,
        /// What the document says against it.
        why: String,
    },
    /// Deliveries cannot go to this address.
    #[error("webhooks cannot go to `{url}`: {why}")]
    InvalidReceiver {
        /// The address, without user, password and query.
        url: String,
        /// Why, and what would do.
        why: String,
    },
    /// Nobody is registered to receive webhooks.
    #[error("nobody receives webhooks: register a receiver first")]
    NoReceiver,
}

/// "did you mean `x`?", or what there is.
pub(crate) fn hint<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 8;
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(near) = openapi_document::nearest(word, known.iter().copied()) {
        return format!("did you mean `{near}`?");
    }
    let more = known.len().saturating_sub(SHOWN);
    let shown = known.iter().take(SHOWN).copied().collect::<Vec<_>>();
    match (shown.is_empty(), more) {
        (true, _) => "it has none".to_owned(),
        (false, 0) => format!("there are {}", shown.join(", ")),
        (false, more) => format!("there are {} and {more} more", shown.join(", ")),
    }
}

impl Api {
    /// The operation with this id.
    pub(crate) fn operation(&self, id: &str) -> Result<&Operation, MockError> {
        let found = self.find(id).map(|number| &self.operations[number]);
        found.ok_or_else(|| {
            let known = self.operations.iter().map(|operation| &*operation.id);
            MockError::UnknownOperation {
                id: id.to_owned(),
                hint: hint(id, known),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::hint;

    #[test]
    fn hints_name_what_is_near_or_all_there_is() {
        let known = ["list_pets", "get_pet"];
        assert_eq!(hint("lst_pets", known), "did you mean `list_pets`?");
        assert_eq!(hint("zzz", known), "there are list_pets, get_pet");
        assert_eq!(hint("zzz", []), "it has none");
        let many: Vec<String> = (0..10).map(|number| format!("operation{number}")).collect();
        let shown = hint("zzz", many.iter().map(String::as_str));
        assert!(
            shown.ends_with("operation6, operation7 and 2 more"),
            "{shown}"
        );
    }
}
