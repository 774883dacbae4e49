//! Servers.

use indexmap::IndexMap;

/// A server object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// JSON pointer to the server object.
    pub pointer: String,
    /// Its URL, in which variables stand in braces.
    pub url: String,
    /// Markdown (`CommonMark`).
    pub description: Option<String>,
    /// The environment that it is (`x-environment`).
    pub environment: Option<String>,
    /// What stands in the URL, by name.
    pub variables: IndexMap<String, ServerVariable>,
}

/// A variable in the URL of a server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerVariable {
    /// The value where nobody chooses another.
    pub default: String,
    /// The values that can be chosen; none where any can.
    pub values: Vec<String>,
    /// Markdown (`CommonMark`).
    pub description: Option<String>,
}
