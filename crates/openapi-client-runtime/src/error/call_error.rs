//! The error of every call.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use http::StatusCode;
use http::header::{HeaderMap, InvalidHeaderValue};

use crate::error::failure::Parts;
use crate::error::reply::Reply;
use crate::{ErrorKind, Failure, Operation};

/// The error of a call. `E` is the type of the error body that the document describes.
///
/// `Display` is one sentence; neither it nor `Debug` ever shows headers, credentials, URLs or
/// whole payloads. What the server sent is reached through [`Error::body`], [`Error::raw_body`]
/// and [`Error::headers`].
///
/// ```
/// use openapi_client_runtime::Error;
///
/// fn advice<E>(error: &Error<E>) -> &'static str {
///     match () {
///         () if error.is_unsent() => "nothing was sent: mend the call",
///         () if error.is_not_found() => "there is no such thing",
///         () if error.is_retryable() => "try again later",
///         () => "give up",
///     }
/// }
/// # let error = Error::<()>::InvalidRequest("id was not initialized".into());
/// # assert_eq!(advice(&error), "nothing was sent: mend the call");
/// ```
pub struct Error<E = ()>(Box<Inner<E>>);

struct Inner<E> {
    parts: Parts,
    body: Option<E>,
}

impl<E> Error<E> {
    /// What went wrong, coarsely.
    pub fn kind(&self) -> ErrorKind {
        self.0.parts.kind
    }

    /// The operation that failed.
    pub fn operation(&self) -> Option<&'static Operation> {
        self.0.parts.operation
    }

    /// The status of the reply, where there was one.
    pub fn status(&self) -> Option<StatusCode> {
        self.reply().map(|reply| reply.status)
    }

    /// The headers of the reply. They may hold cookies: do not log them whole.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.reply().map(|reply| &reply.headers)
    }

    /// The id that the server gave the request, to be named when asking its operators.
    pub fn request_id(&self) -> Option<&str> {
        self.reply()?.request_id()
    }

    /// The error code in the reply's body, where the document says it stands.
    pub fn code(&self) -> Option<&str> {
        self.reply()?.code()
    }

    /// The message in the reply's body, where the document says it stands.
    pub fn message(&self) -> Option<&str> {
        self.reply()?.message()
    }

    /// How long the server asks to wait (`Retry-After`, RFC 9110, section 10.2.3), counted from
    /// the arrival of the reply; both forms, seconds and date, are understood. For
    /// [`ErrorKind::RateLimited`], how long the client would have had to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        let parts = &self.0.parts;
        parts.retry_after.or_else(|| self.reply()?.retry_after())
    }

    /// The error body, where it is what the document describes.
    pub fn body(&self) -> Option<&E> {
        self.0.body.as_ref()
    }

    /// The error body by value, where it is what the document describes.
    pub fn into_body(self) -> Option<E> {
        self.0.body
    }

    /// The first bytes of the reply's body, at most 64 KiB.
    pub fn raw_body(&self) -> Option<&[u8]> {
        let body = self.reply()?.excerpt();
        (!body.is_empty()).then_some(body)
    }

    /// Where in the JSON of a reply decoding failed, such as `items[3].createdAt`.
    pub fn json_path(&self) -> Option<&str> {
        self.0.parts.path.as_deref()
    }

    /// Whether a timeout ended the call.
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout
    }

    /// Whether no connection came about, also because of a timeout.
    pub fn is_connect(&self) -> bool {
        self.0.parts.connect
    }

    /// Whether the call was refused before anything was sent.
    pub fn is_unsent(&self) -> bool {
        self.0.parts.is_unsent()
    }

    /// How often the request was sent.
    pub fn attempts(&self) -> u32 {
        self.0.parts.trail.attempts
    }

    /// How long the call took, with all its attempts and the waits between them.
    pub fn elapsed(&self) -> Duration {
        self.0.parts.trail.elapsed
    }

    /// Whether the server answered 429 Too Many Requests, or the client kept it from having to.
    pub fn is_rate_limited(&self) -> bool {
        self.has_status(429) || self.kind() == ErrorKind::RateLimited
    }

    /// Whether the server answered 401 Unauthorized.
    pub fn is_unauthorized(&self) -> bool {
        self.has_status(401)
    }

    /// Whether the server answered 403 Forbidden.
    pub fn is_forbidden(&self) -> bool {
        self.has_status(403)
    }

    /// Whether the server answered 404 Not Found.
    pub fn is_not_found(&self) -> bool {
        self.has_status(404)
    }

    /// Whether the server answered 409 Conflict.
    pub fn is_conflict(&self) -> bool {
        self.has_status(409)
    }

    /// Whether the cause is one that may pass: a broken connection, a timeout, a full queue, a limit
    /// that is used up, or a status after which the client itself retries calls: those that the
    /// document names, else 408, 429, 500, 502, 503 and 504. It says nothing on whether the operation
    /// may be retried.
    pub fn is_retryable(&self) -> bool {
        self.kind().may_pass() || self.reply().is_some_and(|reply| reply.may_pass)
    }

    /// The same error without its decoded body, so that errors of several operations have one type.
    pub fn into_untyped(self) -> Error {
        Error(Box::new(Inner {
            parts: self.0.parts,
            body: None,
        }))
    }

    /// The error of a reply whose body is what the document describes.
    pub(crate) fn with_body(reply: Reply, body: E) -> Self {
        let mut error = Self::from(Failure::new(ErrorKind::Api, "").with_reply(reply));
        error.0.body = Some(body);
        error
    }

    pub(crate) fn into_parts(self) -> Parts {
        self.0.parts
    }

    #[cfg(feature = "oauth")]
    pub(crate) fn reply_mut(&mut self) -> Option<&mut Reply> {
        self.0.parts.reply.as_mut()
    }

    fn has_status(&self, status: u16) -> bool {
        self.status().is_some_and(|own| own.as_u16() == status)
    }

    fn reply(&self) -> Option<&Reply> {
        self.0.parts.reply.as_ref()
    }
}

/// What generated code calls. The names are those of the variants of the error that progenitor's
/// output was written against.
#[allow(non_snake_case)]
impl<E> Error<E> {
    #[doc(hidden)]
    pub fn InvalidRequest(reason: String) -> Self {
        Failure::invalid(reason).into()
    }

    #[doc(hidden)]
    #[must_use]
    pub fn in_operation(mut self, operation: &'static Operation) -> Self {
        self.0.parts.operation.get_or_insert(operation);
        self
    }
}

impl<E> From<Failure> for Error<E> {
    fn from(failure: Failure) -> Self {
        Self(Box::new(Inner {
            parts: *failure.0,
            body: None,
        }))
    }
}

impl<E> From<Error<E>> for Failure {
    /// Keeps everything but the decoded error body.
    fn from(error: Error<E>) -> Self {
        Self(Box::new(error.into_parts()))
    }
}

impl<E> From<InvalidHeaderValue> for Error<E> {
    fn from(_: InvalidHeaderValue) -> Self {
        let reason = "a header parameter holds a character that headers cannot carry, such as a \
                      line break";
        Failure::invalid(reason).into()
    }
}

impl<E> From<Infallible> for Error<E> {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl<E> fmt::Display for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.parts.fmt(f)
    }
}

impl<E: fmt::Debug> fmt::Debug for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = &self.0.parts;
        f.debug_struct("Error")
            .field("kind", &parts.kind)
            .field("operation", &parts.operation)
            .field("reason", &parts.reason)
            .field("path", &parts.path)
            .field("trail", &parts.trail)
            .field("reply", &parts.reply)
            .field("body", &self.0.body)
            .field("source", &parts.source)
            .finish()
    }
}

impl<E: fmt::Debug> StdError for Error<E> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.parts.source()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_small_and_travels_between_threads() {
        fn travels<T: Send + Sync + 'static>() {}
        travels::<Error<String>>();
        travels::<Failure>();
        assert_eq!(size_of::<Error<[u8; 500]>>(), size_of::<usize>());
    }

    #[test]
    fn refusals_say_that_nothing_was_sent() {
        let error = Error::<()>::InvalidRequest("id was not initialized".into());
        assert!(error.is_unsent() && !error.is_retryable());
        let text = "the call was not sent: id was not initialized";
        assert_eq!(error.to_string(), text);
    }
}
