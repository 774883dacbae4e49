//! Between a client and a server: changes requests on their way, and keeps replies as they came.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;
use openapi_client_runtime::reqwest::{Request, Response, ResponseBuilderExt};
use openapi_client_runtime::{Attempt, Failure, Middleware, Next, Operation, reqwest};

/// A reply as it came.
#[derive(Debug, Clone)]
pub struct Raw {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: http::HeaderMap,
    /// The whole body.
    pub body: Vec<u8>,
}

impl Raw {
    /// A header, if it is there and a text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// What is done to a request before it leaves.
type Change = Box<dyn Fn(&mut Request, &Operation) + Send>;

/// A middleware for a client under test. Clones are the same probe.
#[derive(Clone, Default)]
pub struct Probe {
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    change: Option<Change>,
    replies: Vec<Raw>,
}

impl Probe {
    /// Changes all further requests so, and no longer in any other way.
    pub fn change(&self, change: impl Fn(&mut Request, &Operation) + Send + 'static) {
        self.shared().change = Some(Box::new(change));
    }

    /// Lets requests pass as they are.
    pub fn pass(&self) {
        self.shared().change = None;
    }

    /// The replies since the last call of this.
    pub fn take(&self) -> Vec<Raw> {
        std::mem::take(&mut self.shared().replies)
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Middleware for Probe {
    fn handle<'a>(
        &'a self,
        mut request: Request,
        attempt: Attempt,
        next: Next<'a>,
    ) -> BoxFuture<'a, Result<Response, Failure>> {
        if let Some(change) = &self.shared().change {
            change(&mut request, attempt.operation());
        }
        Box::pin(async move {
            let reply = next.run(request).await?;
            let (status, url) = (reply.status(), reply.url().clone());
            let headers = reply.headers().clone();
            let cut = |error: reqwest::Error| {
                Failure::middleware(format!("the reply broke off: {error}"))
            };
            let body = reply.bytes().await.map_err(cut)?;
            self.shared().replies.push(Raw {
                status: status.as_u16(),
                headers: headers.clone(),
                body: body.to_vec(),
            });
            let mut again = http::Response::builder().status(status).url(url);
            if let Some(all) = again.headers_mut() {
                *all = headers;
            }
            let again = again
                .body(body)
                .map_err(|error| Failure::middleware(error.to_string()))?;
            Ok(again.into())
        })
    }
}
