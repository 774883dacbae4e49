//! A place in a paged list, which can be kept and returned to.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Operation;

/// Where in a paged list to go on.
///
/// It can be stored as JSON or in any other format of serde, and taken up by another process. Its
/// `Debug` form shows no cursor and no link, since these may hold personal data; the stored form
/// does.
///
/// ```
/// use openapi_client_runtime::pagination::{Items, Paged, Position};
///
/// fn to_go_on_tomorrow<B: Paged>(items: &Items<B>) -> serde_json::Result<Option<String>> {
///     items.position().as_ref().map(serde_json::to_string).transpose()
/// }
///
/// fn go_on<B: Paged>(items: Items<B>, kept: &str) -> serde_json::Result<Items<B>> {
///     let position: Position = serde_json::from_str(kept)?;
///     Ok(items.resume(position))
/// }
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The operation whose list it is.
    operation: String,
    at: At,
    /// Items of the page that were taken already.
    #[serde(default, skip_serializing_if = "is_zero")]
    skip: u64,
}

/// The place of a page.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum At {
    /// Whatever the caller's request asks for.
    Start,
    /// So many items into the list.
    Offset(u64),
    /// A page by its number, with the number of items before it where that is known.
    Page { number: u64, before: Option<u64> },
    /// What the page before gave as cursor.
    Cursor(String),
    /// Where the page before led to: an absolute URL.
    Link(String),
}

impl Position {
    pub(crate) fn new(operation: &Operation, at: At) -> Self {
        Self {
            operation: operation.id().to_owned(),
            at,
            skip: 0,
        }
    }

    /// The place `taken` items into the page. Pages that are found by counting need not be fetched
    /// a second time as a whole.
    pub(crate) fn within(operation: &Operation, at: &At, taken: u64) -> Self {
        match at {
            At::Offset(offset) => Self::new(operation, At::Offset(offset.saturating_add(taken))),
            other => Self {
                skip: taken,
                ..Self::new(operation, other.clone())
            },
        }
    }

    pub(crate) fn is_of(&self, operation: &Operation) -> bool {
        self.operation == operation.id()
    }

    pub(crate) fn skip(&self) -> u64 {
        self.skip
    }

    pub(crate) fn into_at(self) -> At {
        self.at
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl fmt::Debug for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start => f.write_str("Start"),
            Self::Offset(offset) => write!(f, "Offset({offset})"),
            Self::Page { number, .. } => write!(f, "Page({number})"),
            Self::Cursor(_) => f.write_str("Cursor(..)"),
            Self::Link(_) => f.write_str("Link(..)"),
        }
    }
}

impl fmt::Debug for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Position")
            .field("operation", &self.operation)
            .field("at", &self.at)
            .field("skip", &self.skip)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Method;

    static LIST: Operation = Operation::new("list_things", Method::Get, "/things").build();

    #[test]
    fn it_survives_storage() {
        let page = At::Page {
            number: 3,
            before: Some(20),
        };
        for at in [At::Start, At::Offset(7), page, At::Cursor("é\"".into())] {
            let position = Position::within(&LIST, &at, 2);
            let stored = serde_json::to_string(&position).unwrap();
            assert_eq!(serde_json::from_str::<Position>(&stored).unwrap(), position);
        }
        let stored = serde_json::to_string(&Position::within(&LIST, &At::Offset(7), 2)).unwrap();
        assert_eq!(stored, r#"{"operation":"list_things","at":{"offset":9}}"#);
    }

    #[test]
    fn what_the_server_gave_is_not_shown() {
        for at in [
            At::Cursor("s3cret".into()),
            At::Link("http://h/s3cret".into()),
        ] {
            assert!(!format!("{:?}", Position::new(&LIST, at)).contains("s3cret"));
        }
    }
}
