//! What users put between a client and the wire.

use std::fmt;
use std::sync::Arc;

use futures_core::future::BoxFuture;
use reqwest::{Request, Response};

use crate::{Failure, Operation};

/// A step that every request of a client goes through, attempt by attempt: to add a header, to sign,
/// to measure, to answer in place of the server.
///
/// Requests that follow a redirection go through as well, also those to other hosts: whoever signs
/// looks at the host first. The first one that was added is the outermost. A request comes with its credentials on, in
/// headers marked as sensitive: do not print them. What a middleware returns is treated as if the
/// server had sent it.
///
/// ```
/// use futures_core::future::BoxFuture;
/// use openapi_client_runtime::{Attempt, Failure, Middleware, Next};
/// use openapi_client_runtime::reqwest::{Request, Response, header::HeaderValue};
///
/// struct TraceParent;
///
/// impl Middleware for TraceParent {
///     fn handle<'a>(
///         &'a self,
///         mut request: Request,
///         _attempt: Attempt,
///         next: Next<'a>,
///     ) -> BoxFuture<'a, Result<Response, Failure>> {
///         Box::pin(async move {
///             let parent = HeaderValue::from_static("00-4bf92f3577b34da6-00f067aa0ba902b7-01");
///             request.headers_mut().insert("traceparent", parent);
///             next.run(request).await
///         })
///     }
/// }
/// ```
pub trait Middleware: Send + Sync + 'static {
    /// Handles one attempt; `next` does the rest of the way, and may be left out or run again.
    ///
    /// # Errors
    ///
    /// Those of `next`, or [`Failure::middleware`], which ends the call.
    fn handle<'a>(
        &'a self,
        request: Request,
        attempt: Attempt,
        next: Next<'a>,
    ) -> BoxFuture<'a, Result<Response, Failure>>;
}

impl<T: Middleware + ?Sized> Middleware for Arc<T> {
    fn handle<'a>(
        &'a self,
        request: Request,
        attempt: Attempt,
        next: Next<'a>,
    ) -> BoxFuture<'a, Result<Response, Failure>> {
        (**self).handle(request, attempt, next)
    }
}

/// Which attempt of which operation a request is.
///
/// ```
/// use openapi_client_runtime::Attempt;
///
/// fn describe(attempt: Attempt) -> String {
///     let operation = attempt.operation();
///     let (method, path) = (operation.method(), operation.path());
///     format!("attempt {} of {method} {path}", attempt.number())
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Attempt {
    pub(crate) operation: &'static Operation,
    pub(crate) number: u32,
}

impl Attempt {
    /// What the document says of the operation.
    pub const fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// 1 for the first attempt of a call.
    pub const fn number(&self) -> u32 {
        self.number
    }
}

/// The rest of the way: the middlewares that follow, then the network. [`Middleware`] has an example.
#[derive(Clone, Copy)]
pub struct Next<'a> {
    pub(crate) rest: &'a [Arc<dyn Middleware>],
    pub(crate) http_client: &'a reqwest::Client,
    pub(crate) attempt: Attempt,
}

impl<'a> Next<'a> {
    /// Sends the request on.
    ///
    /// # Errors
    ///
    /// When no reply arrives, or a middleware ends the call.
    pub fn run(self, request: Request) -> BoxFuture<'a, Result<Response, Failure>> {
        match self.rest.split_first() {
            Some((first, rest)) => first.handle(request, self.attempt, Self { rest, ..self }),
            None => Box::pin(async move {
                let sent = self.http_client.execute(request).await;
                sent.map_err(Failure::transport)
            }),
        }
    }
}

impl fmt::Debug for Next<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next")
            .field("middlewares", &self.rest.len())
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}
