//! One API, mocked.

mod pipeline;

use std::sync::{Arc, OnceLock};

use crate::access::Access;
use crate::api::Api;
use crate::document::Document;
use crate::expect::{Expectations, Journal};
use crate::faults::Plans;
use crate::limits::Limits;
use crate::log::Sink;
use crate::oauth;
use crate::redact::Secrets;
use crate::state::Store;
use crate::webhooks::Hub;

/// One mocked API. Clones are the same mock.
///
/// A [`MockServer`](crate::MockServer) stands for its first mock, so that these methods can be
/// called on it.
#[derive(Clone, Debug)]
pub struct Mock {
    inner: Arc<Inner>,
}

/// What is the same for all mocks of a server.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// From which made values grow.
    pub(crate) seed: u64,
    /// How many requests are recorded.
    pub(crate) record: usize,
    pub(crate) log: Sink,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: 0,
            record: crate::expect::KEPT,
            log: Sink::default(),
        }
    }
}

#[derive(Debug)]
struct Inner {
    api: Api,
    access: Access,
    oauth: oauth::Server,
    limits: Limits,
    store: Store,
    url: OnceLock<String>,
    journal: Journal,
    expectations: Expectations,
    faults: Plans,
    webhooks: Hub,
    secrets: Secrets,
    log: Sink,
}

impl Mock {
    pub(crate) fn new(document: &Document, settings: &Settings) -> Self {
        let api = Api::of(document.spec()).with_seed(settings.seed);
        Self {
            inner: Arc::new(Inner {
                access: Access::new(&api),
                oauth: oauth::Server::new(&api),
                limits: Limits::new(&api),
                store: Store::new(&api),
                api,
                url: OnceLock::new(),
                journal: Journal::new(settings.record),
                expectations: Expectations::default(),
                faults: Plans::new(settings.seed),
                webhooks: Hub::new(document.spec(), settings.seed),
                secrets: Secrets::default(),
                log: settings.log.clone(),
            }),
        }
    }

    /// The base URL for clients, without a slash at its end, such as `http://127.0.0.1:4010`.
    pub fn url(&self) -> &str {
        self.inner.url.get().map_or("", String::as_str)
    }

    pub(crate) fn set_url(&self, url: String) {
        // A mock is mounted once.
        let _ = self.inner.url.set(url);
    }

    /// As after the start: no faults, no expectations, no recorded requests, no receivers of
    /// webhooks, no credentials but those of the start, nothing counted. What calls created is gone,
    /// what they deleted is back.
    ///
    /// ```
    /// # async fn shown(server: openapi_mock::MockServer) -> Result<(), openapi_mock::MockError> {
    /// server.fault_all(openapi_mock::Fault::Reset)?;
    /// server.reset();
    /// # Ok(())
    /// # }
    /// ```
    pub fn reset(&self) {
        self.inner.access.reset();
        self.inner.oauth.reset();
        self.inner.limits.reset();
        self.inner.store.reset();
        self.inner.faults.clear();
        self.inner.expectations.clear();
        self.inner.journal.clear();
        self.inner.webhooks.clear();
    }

    pub(crate) fn api(&self) -> &Api {
        &self.inner.api
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    /// Title and version of the document.
    pub(crate) fn named(&self) -> (String, String) {
        let info = &self.inner.api.model().info;
        (info.title.clone(), info.version.clone())
    }

    pub(crate) fn journal(&self) -> &Journal {
        &self.inner.journal
    }

    pub(crate) fn expectations(&self) -> &Expectations {
        &self.inner.expectations
    }

    pub(crate) fn faults(&self) -> &Plans {
        &self.inner.faults
    }

    pub(crate) fn hub(&self) -> &Hub {
        &self.inner.webhooks
    }

    pub(crate) fn secrets(&self) -> &Secrets {
        &self.inner.secrets
    }

    pub(crate) fn log(&self) -> &Sink {
        &self.inner.log
    }

    /// Whether a request to this path, outside of the mock's own prefix, is for its OAuth 2.0
    /// server: documents state such paths from the root of the server.
    pub(crate) fn has_oauth_at(&self, path: &str) -> bool {
        self.inner.oauth.endpoint(path).is_some()
    }

    pub(crate) fn access(&self) -> &Access {
        &self.inner.access
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    pub(crate) fn oauth_server(&self) -> &oauth::Server {
        &self.inner.oauth
    }
}
