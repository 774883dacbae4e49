//! One API, mocked: from a request to its reply.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use http::{Method, header};

use crate::answer::Answer;
use crate::api::{Api, Operation};
use crate::check::check;
use crate::document::Document;
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
    url: OnceLock<String>,
    requests: Mutex<Vec<Request>>,
}

impl Mock {
    pub(crate) fn new(document: &Document, _settings: &Settings) -> Self {
        Self {
            inner: Arc::new(Inner {
                api: Api::new(document.root()),
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
        let api = &self.inner.api;
        let call = check(api, operation, request, path)?;
        if let Some(answer) = prefer::answer(api, &call)? {
            return answer.reply(api, &call);
        }
        Answer::status(operation.success()).reply(api, &call)
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
