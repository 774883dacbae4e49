//! What our own extensions say of operations and their parts.

use indexmap::IndexMap;
use serde::Deserialize;

/// That callers should stop to use something (`deprecated`), and what more is known of it
/// (`x-deprecated`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Deprecation {
    /// Since which version or day.
    pub since: Option<String>,
    /// The day after which it may be gone (RFC 8594).
    pub sunset: Option<String>,
    /// What to use instead.
    pub replacement: Option<String>,
    /// Why, for people.
    pub reason: Option<String>,
}

/// Whether a call may be retried (`x-retry`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Retry {
    /// A retry does no harm.
    Always,
    /// A retry may do harm.
    Never,
}

/// Statuses after which a call may be retried (`x-retry-statuses`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RetryStatuses {
    /// Every call: the server did not carry it out.
    pub any: Vec<u16>,
    /// Calls of which a retry does no harm.
    pub idempotent: Vec<u16>,
    /// GET and HEAD alone.
    pub safe: Vec<u16>,
}

impl<'de> Deserialize<'de> for RetryStatuses {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            List(Vec<u16>),
            Kinds {
                #[serde(default)]
                any: Vec<u16>,
                #[serde(default)]
                idempotent: Vec<u16>,
                #[serde(default)]
                safe: Vec<u16>,
            },
        }
        Ok(match Written::deserialize(deserializer)? {
            Written::List(idempotent) => Self {
                idempotent,
                ..Self::default()
            },
            Written::Kinds {
                any,
                idempotent,
                safe,
            } => Self {
                any,
                idempotent,
                safe,
            },
        })
    }
}

/// How a list is paged (`x-pagination`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Pagination {
    /// `offset`, `page`, `cursor` or `link`.
    pub style: String,
    /// Query parameters by role: `limit`, `offset`, `page` and `cursor`.
    #[serde(default)]
    pub parameters: IndexMap<String, String>,
    /// JSON pointers into the response by role: `items`, `total`, `limit`, `offset`, `page`, `next` and
    /// `more`.
    #[serde(default)]
    pub members: IndexMap<String, String>,
}

/// What leads from what is read to another resource (`x-follow`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Follow {
    /// The parameter that takes the id of a resource.
    pub parameter: String,
    /// JSON pointer into the response to the id of the resource that it leads to.
    pub member: String,
}

/// Which items of a list a parameter asks for (`x-filters`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Filter {
    /// Members of an item; the first that an item has is compared.
    pub members: Vec<String>,
    /// On which side of the value they are.
    pub by: FilterBound,
}

/// On which side of the value of a parameter the listed items are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FilterBound {
    /// Not before it.
    From,
    /// Not after it.
    To,
}
