//! What our own extensions say of an API as a whole.

use serde::Deserialize;

/// A class of operations that share a limit (`x-rate-limit`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RateLimit {
    /// Its name.
    pub name: String,
    /// The paths that belong to it start so.
    pub path_prefix: String,
    /// How many requests it takes in a window.
    pub requests: u64,
    /// Length of the window, in seconds.
    pub window: u64,
    /// Who is counted alone, such as `app`.
    pub per: String,
}

/// Where error bodies hold what (`x-error-members`): JSON pointers, of which the first that leads to a
/// value counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ErrorMembers {
    /// What programs tell errors apart by.
    pub code: Vec<String>,
    /// What people read.
    pub message: Vec<String>,
    /// What the vendor's support asks for.
    pub request_id: Vec<String>,
    /// Seconds after which a retry makes sense.
    pub retry_after: Vec<String>,
}
