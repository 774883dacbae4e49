//! Between a client and a server: changes requests on their way, and keeps replies as they came.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use openapi_client_runtime::{
    Attempt, Failure, HttpRequest, HttpResponse, Middleware, Next, Operation,
};

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
type Change = Box<dyn Fn(&mut HttpRequest, &Operation) + Send>;

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
    pub fn change(&self, change: impl Fn(&mut HttpRequest, &Operation) + Send + 'static) {
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
        mut request: HttpRequest,
        attempt: Attempt,
        next: Next<'a>,
    ) -> BoxFuture<'a, Result<HttpResponse, Failure>> {
        if let Some(change) = &self.shared().change {
            change(&mut request, attempt.operation());
        }
        Box::pin(async move {
            let reply = next.run(request).await?;
            let (status, headers) = (reply.status().as_u16(), reply.headers().clone());
            let keep = |body: Bytes| {
                self.shared().replies.push(Raw {
                    status,
                    headers,
                    body: body.to_vec(),
                });
                body
            };
            reply.map_body(keep).await
        })
    }
}
