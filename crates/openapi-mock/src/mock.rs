//! One API, mocked: from a request to its reply.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use http::{Method, header};

use crate::access::{Access, Caller};
use crate::answer::Answer;
use crate::api::{Api, Operation};
use crate::check::check;
use crate::document::Document;
use crate::limits::Limits;
use crate::oauth::{self, Endpoint};
use crate::prefer;
use crate::refusal::{Reason, Refusal};
use crate::reply::Reply;
use crate::request::Request;
use crate::route::Route;

/// One mocked API. Clones are the same mock.
///
/// A [`MockServer`](crate::MockServer) stands for its first mock, so that these methods can be
/// called on it.
#[derive(Clone, Debug)]
pub struct Mock {
    inner: Arc<Inner>,
}

/// What is the same for all mocks of a server.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    /// From which made values grow.
    pub(crate) seed: u64,
}

#[derive(Debug)]
struct Inner {
    api: Api,
    access: Access,
    oauth: oauth::Server,
    limits: Limits,
    url: OnceLock<String>,
    requests: Mutex<Vec<Request>>,
}

impl Mock {
    pub(crate) fn new(document: &Document, _settings: &Settings) -> Self {
        let api = Api::new(document.root());
        Self {
            inner: Arc::new(Inner {
                access: Access::new(&api),
                oauth: oauth::Server::new(&api),
                limits: Limits::new(&api),
                api,
                url: OnceLock::new(),
                requests: Mutex::default(),
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

    /// All requests so far, in the order of their arrival.
    pub fn requests(&self) -> Vec<Request> {
        let requests = self.inner.requests.lock();
        requests.unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) async fn handle(&self, request: Request) -> Reply {
        let api = &self.inner.api;
        self.record(&request);
        if let Some(endpoint) = self.inner.oauth.outside(&request) {
            let reply = self.oauth_reply(endpoint, &request);
            return reply.unwrap_or_else(|refusal| refusal.reply(api, None));
        }
        let (operation, path) = match self.route(&request) {
            Ok(found) => found,
            Err(refusal) => return refusal.reply(api, None),
        };
        let reply = self.answer(operation, path, &request).await;
        reply.unwrap_or_else(|refusal| refusal.reply(api, Some(operation)))
    }

    /// Answers a request that never becomes one.
    pub(crate) fn refuse(&self, refusal: &Refusal) -> Reply {
        refusal.reply(&self.inner.api, None)
    }

    fn record(&self, request: &Request) {
        let requests = self.inner.requests.lock();
        requests
            .unwrap_or_else(PoisonError::into_inner)
            .push(request.clone());
    }

    fn route(&self, request: &Request) -> Result<(&Operation, Vec<(String, String)>), Refusal> {
        let api = &self.inner.api;
        match api.router.find(&request.method, &request.path) {
            Route::Operation(number, values) => Ok((&api.operations[number], values)),
            Route::OtherMethods(methods) => {
                let names = allowed(&methods);
                let detail = format!("{} takes {names}", request.path);
                let refusal = Refusal::new(Reason::MethodNotAllowed, detail);
                Err(refusal.with_header(header::ALLOW, names))
            }
            Route::Unknown => {
                let detail = format!("the document has no path {}", request.path);
                Err(Refusal::new(Reason::UnknownPath, detail))
            }
        }
    }

    async fn answer(
        &self,
        operation: &Operation,
        path: Vec<(String, String)>,
        request: &Request,
    ) -> Result<Reply, Refusal> {
        let inner = &*self.inner;
        let api = &inner.api;
        let by_address = inner.limits.by_address(Some(operation), request)?;
        let endpoint = inner.oauth.of_operation(operation);
        let caller = match endpoint {
            Some(endpoint) if endpoint.knows_callers() => Caller::default(),
            _ => inner.access.check(api, operation, request)?,
        };
        let by_caller = inner.limits.by_caller(Some(operation), request, &caller)?;
        let call = check(api, operation, request, path)?;
        let mut reply = if let Some(endpoint) = endpoint {
            self.oauth_answer(endpoint, request, &caller)?
        } else if let Some(answer) = prefer::answer(api, &call)? {
            answer.reply(api, &call)?
        } else {
            Answer::status(operation.success()).reply(api, &call)?
        };
        if let Some(quota) = by_address.or(by_caller) {
            quota.tell(operation, &mut reply);
        }
        Ok(reply)
    }

    /// Answers at an endpoint of OAuth 2.0 that is no operation of the document.
    fn oauth_reply(&self, endpoint: Endpoint, request: &Request) -> Result<Reply, Refusal> {
        let inner = &*self.inner;
        inner.limits.by_address(None, request)?;
        if !endpoint.takes(&request.method) {
            return Ok(oauth::Server::other_method(endpoint));
        }
        let caller = if endpoint.knows_callers() {
            Caller::default()
        } else {
            let schemes = inner.oauth.user_schemes();
            inner.access.holder(&inner.api, schemes, request)?
        };
        inner.limits.by_caller(None, request, &caller)?;
        self.oauth_answer(endpoint, request, &caller)
    }

    fn oauth_answer(
        &self,
        endpoint: Endpoint,
        request: &Request,
        caller: &Caller,
    ) -> Result<Reply, Refusal> {
        let inner = &*self.inner;
        let server = &inner.oauth;
        server.answer(endpoint, &inner.access, request, caller, self.url())
    }

    /// Whether a request to this path, outside of the mock's own prefix, is for its OAuth 2.0
    /// server: documents state such paths from the root of the server.
    pub(crate) fn has_oauth_at(&self, path: &str) -> bool {
        self.inner.oauth.endpoint(path).is_some()
    }

    pub(crate) fn api(&self) -> &Api {
        &self.inner.api
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

/// The methods of a path. HEAD goes wherever GET does.
fn allowed(methods: &[Method]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for method in methods {
        names.push(method.as_str());
        if method == Method::GET && !methods.contains(&Method::HEAD) {
            names.push("HEAD");
        }
    }
    names.join(", ")
}
