//! The error of every call.

use std::borrow::Cow;
use std::convert::Infallible;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, InvalidHeaderValue};

use crate::one_line::OneLine;
use crate::reply::Reply;
use crate::{Operation, RawResponse, ResponseValue};

/// What went wrong, coarsely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A parameter or the body cannot be sent. Nothing was sent.
    InvalidRequest,
    /// The operation needs a credential that the client does not have. Nothing was sent.
    MissingCredential,
    /// The operation needs a feature that the client was told it does not have. Nothing was sent.
    MissingFeature,
    /// Too many writes wait already for the same resource. Nothing was sent.
    QueueFull,
    /// No connection to the server came about.
    Connect,
    /// A timeout ended the call.
    Timeout,
    /// The connection broke, or the other side does not speak HTTP.
    Transport,
    /// The server answered with an error that the document describes.
    Api,
    /// The server answered with a status that the document does not describe.
    UnexpectedStatus,
    /// The server's success reply is not what the document describes.
    Decode,
    /// The server's success reply is larger than the client accepts.
    BodyTooLarge,
}

impl ErrorKind {
    /// A short stable name, for logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::MissingCredential => "missing_credential",
            Self::MissingFeature => "missing_feature",
            Self::QueueFull => "queue_full",
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Transport => "transport",
            Self::Api => "api",
            Self::UnexpectedStatus => "unexpected_status",
            Self::Decode => "decode",
            Self::BodyTooLarge => "body_too_large",
        }
    }
}

/// What is known of a failed call apart from the decoded error body.
#[derive(Debug)]
struct Parts {
    kind: ErrorKind,
    operation: Option<&'static Operation>,
    /// What happened, in words that hold nothing secret.
    reason: Cow<'static, str>,
    connect: bool,
    path: Option<String>,
    reply: Option<Reply>,
    source: Option<reqwest::Error>,
}

/// A call that failed before its error body was looked at; becomes an [`Error`] with `?`.
#[derive(Debug)]
pub struct Failure(Box<Parts>);

impl Failure {
    pub(crate) fn new(kind: ErrorKind, reason: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Parts {
            kind,
            operation: None,
            reason: reason.into(),
            connect: false,
            path: None,
            reply: None,
            source: None,
        }))
    }

    pub(crate) fn invalid(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::InvalidRequest, reason)
    }

    /// From reqwest, whose own texts name the URL and therefore are not used.
    pub(crate) fn transport(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let (kind, what) = if error.is_builder() {
            (ErrorKind::InvalidRequest, "the request cannot be built")
        } else if error.is_timeout() && error.is_connect() {
            (
                ErrorKind::Timeout,
                "no connection within the connect timeout",
            )
        } else if error.is_timeout() {
            (ErrorKind::Timeout, "no complete reply in time")
        } else if error.is_connect() {
            (ErrorKind::Connect, "no connection to the server")
        } else {
            (ErrorKind::Transport, "the connection failed")
        };
        let mut failure = Self::new(kind, format!("{what}: {}", innermost(&error)));
        failure.0.connect = error.is_connect();
        failure.0.source = Some(error);
        failure
    }

    pub(crate) fn at(mut self, path: Option<String>) -> Self {
        self.0.path = path;
        self
    }

    pub(crate) fn with_reply(mut self, reply: Reply) -> Self {
        self.0.reply = Some(reply);
        self
    }

    pub(crate) fn of(mut self, operation: &'static Operation) -> Self {
        self.0.operation.get_or_insert(operation);
        self
    }

    pub(crate) fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    #[cfg(test)]
    pub(crate) fn reason(&self) -> &str {
        &self.0.reason
    }
}

fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn StdError = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

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
///         () if error.is_refused() => "nothing was sent: mend the call",
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
        self.reply()?.code.as_deref()
    }

    /// The message in the reply's body, where the document says it stands.
    pub fn message(&self) -> Option<&str> {
        self.reply()?.message.as_deref()
    }

    /// How long the server asks to wait (`Retry-After`, RFC 9110, section 10.2.3), counted from
    /// the arrival of the reply; both forms, seconds and date, are understood.
    pub fn retry_after(&self) -> Option<Duration> {
        self.reply()?.retry_after
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
        let body = &self.reply()?.excerpt;
        (!body.is_empty()).then_some(body)
    }

    /// Where in the JSON of a reply decoding failed, such as `items[3].createdAt`.
    pub fn path(&self) -> Option<&str> {
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
    pub fn is_refused(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::InvalidRequest
                | ErrorKind::MissingCredential
                | ErrorKind::MissingFeature
                | ErrorKind::QueueFull
        )
    }

    /// Whether the server answered 429 Too Many Requests.
    pub fn is_rate_limited(&self) -> bool {
        self.has_status(429)
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

    /// Whether the cause is one that passes: a broken connection, a timeout, a full queue, or
    /// status 408, 429, 502, 503 or 504. It says nothing on whether the operation may be repeated.
    pub fn is_retryable(&self) -> bool {
        match self.kind() {
            ErrorKind::Connect
            | ErrorKind::Timeout
            | ErrorKind::Transport
            | ErrorKind::QueueFull => true,
            _ => self
                .status()
                .is_some_and(|status| matches!(status.as_u16(), 408 | 429 | 502 | 503 | 504)),
        }
    }

    /// The same error without its decoded body, so that errors of several operations have one type.
    pub fn into_untyped(self) -> Error {
        Error(Box::new(Inner {
            parts: self.0.parts,
            body: None,
        }))
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
    pub fn ErrorResponse(response: ResponseValue<E>) -> Self {
        let (body, reply) = response.into_parts();
        let mut error = Self::from(Failure::new(ErrorKind::Api, "").with_reply(reply));
        error.0.body = Some(body);
        error
    }

    #[doc(hidden)]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "dropping the reply ends the call"
    )]
    pub fn UnexpectedResponse(response: RawResponse) -> Self {
        let reason = match response.status().as_u16() {
            300..=399 => "redirects are not followed",
            _ => "the document does not describe this status",
        };
        Failure::new(ErrorKind::UnexpectedStatus, reason)
            .with_reply(response.reply().clone())
            .of(response.operation())
            .into()
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

impl<E> From<reqwest::Error> for Error<E> {
    fn from(error: reqwest::Error) -> Self {
        Failure::transport(error).into()
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
        match self.operation() {
            Some(operation) => write!(f, "`{}`", operation.id())?,
            None => f.write_str("the call")?,
        }
        f.write_str(if self.is_refused() {
            " was not sent: "
        } else {
            " failed: "
        })?;
        match self.reply() {
            Some(reply) => self.0.parts.fmt_answered(reply, f),
            None => f.write_str(&self.0.parts.reason),
        }
    }
}

impl Parts {
    /// `the server answered 409 Conflict: flow is locked (code flow_locked, request id 7f)`
    fn fmt_answered(&self, reply: &Reply, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the server answered {}", reply.status)?;
        if !self.reason.is_empty() {
            write!(f, ", but {}", self.reason)?;
        }
        let message = reply.message.as_deref();
        if let Some(message) = message {
            write!(f, ": {}", OneLine(message))?;
        }
        let code = reply.code.as_deref().filter(|code| Some(*code) != message);
        match (code, reply.request_id()) {
            (Some(code), Some(id)) => {
                write!(f, " (code {}, request id {})", OneLine(code), OneLine(id))
            }
            (Some(code), None) => write!(f, " (code {})", OneLine(code)),
            (None, Some(id)) => write!(f, " (request id {})", OneLine(id)),
            (None, None) => Ok(()),
        }
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
            .field("reply", &parts.reply)
            .field("body", &self.0.body)
            .field("source", &parts.source)
            .finish()
    }
}

impl<E: fmt::Debug> StdError for Error<E> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.parts.source {
            Some(source) => Some(source),
            None => None,
        }
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
        assert!(error.is_refused() && !error.is_retryable());
        let text = "the call was not sent: id was not initialized";
        assert_eq!(error.to_string(), text);
    }
}
