//! What users put between a client and the wire.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use futures_core::future::BoxFuture;
use http::header::HeaderMap;
use http::{Method, StatusCode};
use url::Url;

use crate::wire::body::Body;
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
/// use openapi_client_runtime::http::HeaderValue;
/// use openapi_client_runtime::{Attempt, Failure, HttpRequest, HttpResponse, Middleware, Next};
///
/// struct TraceParent;
///
/// impl Middleware for TraceParent {
///     fn handle<'a>(
///         &'a self,
///         mut request: HttpRequest,
///         _attempt: Attempt,
///         next: Next<'a>,
///     ) -> BoxFuture<'a, Result<HttpResponse, Failure>> {
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
        request: HttpRequest,
        attempt: Attempt,
        next: Next<'a>,
    ) -> BoxFuture<'a, Result<HttpResponse, Failure>>;
}

impl<T: Middleware + ?Sized> Middleware for Arc<T> {
    fn handle<'a>(
        &'a self,
        request: HttpRequest,
        attempt: Attempt,
        next: Next<'a>,
    ) -> BoxFuture<'a, Result<HttpResponse, Failure>> {
        (**self).handle(request, attempt, next)
    }
}

/// The request of an attempt, on its way through the middlewares. [`Middleware`] has an example.
#[derive(Debug)]
pub struct HttpRequest(pub(crate) reqwest::Request);

impl HttpRequest {
    /// The method.
    pub fn method(&self) -> &Method {
        self.0.method()
    }

    /// Where it goes, with its query, which may hold an API key.
    pub fn url(&self) -> &Url {
        self.0.url()
    }

    /// To change where it goes. Its credentials go there too.
    pub fn url_mut(&mut self) -> &mut Url {
        self.0.url_mut()
    }

    /// The headers; credentials are marked as sensitive.
    pub fn headers(&self) -> &HeaderMap {
        self.0.headers()
    }

    /// To add headers, or to change them.
    pub fn headers_mut(&mut self) -> &mut HeaderMap {
        self.0.headers_mut()
    }

    /// The body, where it is in memory; `None` where there is none, or it is a stream.
    pub fn body(&self) -> Option<&[u8]> {
        self.0.body()?.as_bytes()
    }

    /// Replaces the body. The headers that tell of it stay as they are.
    pub fn set_body(&mut self, body: impl Into<Body>) {
        *self.0.body_mut() = Some(body.into().into_reqwest());
    }

    /// A copy, to be sent again; `None` where the body is a stream.
    pub fn try_clone(&self) -> Option<Self> {
        self.0.try_clone().map(Self)
    }
}

/// The reply to an attempt, on its way back: its head, and its body still under way.
///
/// ```
/// use openapi_client_runtime::HttpResponse;
/// use openapi_client_runtime::http::StatusCode;
///
/// // A middleware answers in place of the server.
/// let mut response = HttpResponse::new(StatusCode::SERVICE_UNAVAILABLE, "closed for the night");
/// response.headers_mut().insert("retry-after", 3600.into());
/// assert_eq!(response.status(), 503);
/// ```
#[derive(Debug)]
pub struct HttpResponse(pub(crate) reqwest::Response);

impl HttpResponse {
    /// A reply with this status and body, and without headers.
    pub fn new(status: StatusCode, body: impl Into<Body>) -> Self {
        let mut response = http::Response::new(body.into().into_reqwest());
        *response.status_mut() = status;
        Self(response.into())
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.0.status()
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        self.0.headers()
    }

    /// To add headers, or to change them.
    pub fn headers_mut(&mut self) -> &mut HeaderMap {
        self.0.headers_mut()
    }

    /// The same head, with what `change` makes of the body. It is read into memory for that.
    ///
    /// # Errors
    ///
    /// When the connection breaks before the end of the body.
    pub async fn map_body(self, change: impl FnOnce(Bytes) -> Bytes) -> Result<Self, Failure> {
        let mut head = http::Response::new(());
        *head.status_mut() = self.0.status();
        *head.headers_mut() = self.0.headers().clone();
        let body = self.0.bytes().await.map_err(Failure::transport)?;
        Ok(Self(
            head.map(|()| reqwest::Body::from(change(body))).into(),
        ))
    }
}

impl<B: Into<Body>> From<http::Response<B>> for HttpResponse {
    fn from(response: http::Response<B>) -> Self {
        Self(response.map(|body| body.into().into_reqwest()).into())
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
    pub fn run(self, request: HttpRequest) -> BoxFuture<'a, Result<HttpResponse, Failure>> {
        match self.rest.split_first() {
            Some((first, rest)) => first.handle(request, self.attempt, Self { rest, ..self }),
            None => Box::pin(async move {
                let sent = self.http_client.execute(request.0).await;
                sent.map(HttpResponse).map_err(Failure::transport)
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
