//! Servers that operations have of their own.

/// A server of an operation that is served elsewhere than the others. [`Operation`](crate::Operation) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Server {
    url: &'static str,
    environment: Option<&'static str>,
}

impl Server {
    /// The server at this address, in every environment.
    pub const fn new(url: &'static str) -> Self {
        Self {
            url,
            environment: None,
        }
    }

    /// The server is that of one environment, as
    /// [`CoreBuilder::environment`](crate::CoreBuilder::environment) names it.
    #[must_use]
    pub const fn in_environment(mut self, name: &'static str) -> Self {
        self.environment = Some(name);
        self
    }

    /// The address that calls start with.
    pub const fn url(&self) -> &'static str {
        self.url
    }

    /// The environment that the server belongs to; `None` where it serves all.
    pub const fn environment(&self) -> Option<&'static str> {
        self.environment
    }
}
