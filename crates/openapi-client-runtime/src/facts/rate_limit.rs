//! Limits that a server keeps.

use std::time::Duration;

/// A class of operations that share a limit of their server. Generated crates list them in their
/// [`Api`](crate::Api), which has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    pub(crate) name: &'static str,
    pub(crate) path_prefix: &'static str,
    pub(crate) requests: u32,
    pub(crate) window: Duration,
    pub(crate) per: &'static str,
}

impl RateLimit {
    /// At most `requests` in any `window`, for all paths.
    pub const fn new(name: &'static str, requests: u32, window: Duration) -> Self {
        Self {
            name,
            path_prefix: "/",
            requests,
            window,
            per: "client",
        }
    }

    /// The limit is that of the paths that begin with this. The longest prefix counts where several fit.
    #[must_use]
    pub const fn for_paths(mut self, prefix: &'static str) -> Self {
        self.path_prefix = prefix;
        self
    }

    /// What the server counts per, such as `source address`.
    #[must_use]
    pub const fn counted_per(mut self, what: &'static str) -> Self {
        self.per = what;
        self
    }

    /// The name of the class.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// How the paths of the class begin.
    pub const fn path_prefix(&self) -> &'static str {
        self.path_prefix
    }

    /// Most requests in a window.
    pub const fn requests(&self) -> u32 {
        self.requests
    }

    /// The window.
    pub const fn window(&self) -> Duration {
        self.window
    }

    /// What the server counts per, such as `source address`.
    pub const fn per(&self) -> &'static str {
        self.per
    }

    pub(crate) fn covers(&self, path: &str) -> bool {
        path.strip_prefix(self.path_prefix).is_some_and(|rest| {
            rest.is_empty() || rest.starts_with('/') || self.path_prefix.ends_with('/')
        })
    }
}
