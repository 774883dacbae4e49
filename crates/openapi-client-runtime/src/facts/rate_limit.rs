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
    /// At most `requests` in any `window_seconds`, counted `per` what, for the paths that begin
    /// with `path_prefix`. The longest prefix counts where several fit.
    pub const fn new(
        name: &'static str,
        path_prefix: &'static str,
        requests: u32,
        window_seconds: u64,
        per: &'static str,
    ) -> Self {
        Self {
            name,
            path_prefix,
            requests,
            window: Duration::from_secs(window_seconds),
            per,
        }
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
