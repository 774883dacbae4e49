//! A failed call, before the type of its error body is known.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::error::reply::Reply;
use crate::error::trail::Trail;
use crate::error::unreadable::Unreadable;
use crate::values::one_line::OneLine;
use crate::{ErrorKind, Operation};

/// What is known of a failed call apart from the decoded error body.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    pub(crate) kind: ErrorKind,
    pub(crate) operation: Option<&'static Operation>,
    /// What happened, in words that hold nothing secret.
    pub(crate) reason: Cow<'static, str>,
    pub(crate) connect: bool,
    pub(crate) path: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) trail: Trail,
    pub(crate) reply: Option<Reply>,
    /// Shared, because all calls that wait for one token fail with one failure.
    pub(crate) source: Option<Arc<reqwest::Error>>,
}

/// A call that failed before its error body was looked at; becomes an [`Error`](crate::Error) with
/// `?`. Token sources and middleware make their own.
///
/// ```
/// use openapi_client_runtime::{Error, ErrorKind, Failure};
///
/// let failure = Failure::credential("the vault is closed: set VAULT_TOKEN");
/// assert_eq!(failure.kind(), ErrorKind::Credential);
///
/// let error = Error::<()>::from(failure);
/// assert_eq!(error.to_string(), "the call was not sent: the vault is closed: set VAULT_TOKEN");
/// ```
#[derive(Clone, Debug)]
pub struct Failure(pub(crate) Box<Parts>);

impl Failure {
    /// A token source has no token; `reason` says why and what to do, and nothing secret.
    pub fn credential(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Credential, reason)
    }

    /// A middleware ends the call; `reason` says why and what to do, and nothing secret.
    pub fn middleware(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Middleware, reason)
    }

    pub(crate) fn new(kind: ErrorKind, reason: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Parts {
            kind,
            operation: None,
            reason: reason.into(),
            connect: false,
            path: None,
            retry_after: None,
            trail: Trail::default(),
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
        if let Some(unreadable) = unreadable(&error) {
            return Self::new(ErrorKind::LocalIo, unreadable.to_string());
        }
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
        } else if is_decompression(&error) {
            (ErrorKind::Decode, "its body cannot be decompressed")
        } else {
            (ErrorKind::Transport, "the connection failed")
        };
        let mut failure = Self::new(kind, format!("{what}: {}", OneLine(&innermost(&error))));
        failure.0.connect = error.is_connect();
        failure.0.source = Some(Arc::new(error));
        failure
    }

    pub(crate) fn at(mut self, path: Option<String>) -> Self {
        self.0.path = path;
        self
    }

    pub(crate) fn with_reply(mut self, reply: Reply) -> Self {
        if let Some(rare) = reply.rare() {
            self.0.trail = rare.trail.clone();
        }
        self.0.reply = Some(reply);
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// Whether it was written down how the call went.
    pub(crate) fn has_trail(&self) -> bool {
        self.0.trail.attempts > 0
    }

    pub(crate) fn set_trail(&mut self, trail: Trail) {
        self.0.trail = trail;
    }

    pub(crate) fn of(mut self, operation: &'static Operation) -> Self {
        self.0.operation.get_or_insert(operation);
        self
    }

    /// The same cause, told as what it means for another call.
    #[cfg(feature = "oauth")]
    pub(crate) fn instead(mut self, kind: ErrorKind, reason: String) -> Self {
        self.0.kind = kind;
        self.0.reason = reason.into();
        self.0.operation = None;
        self.0.trail = Trail::default();
        self
    }

    /// What went wrong, coarsely.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether no connection came about, so that nothing can have been sent.
    pub(crate) fn is_connect(&self) -> bool {
        self.0.connect
    }

    #[cfg(test)]
    pub(crate) fn reason(&self) -> &str {
        &self.0.reason
    }
}

/// For a middleware that sends requests itself.
#[cfg(feature = "reqwest-0_13")]
impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        Self::transport(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for Failure {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}

/// Below reqwest's own errors, a decompressor's is one of `io`, and one of the wire is hyper's. A
/// compressed body without its end broke off like any other.
fn is_decompression(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(own) = cause.filter(|cause| cause.is::<reqwest::Error>()) {
        cause = own.source();
    }
    let cause = cause.and_then(<dyn StdError>::downcast_ref::<io::Error>);
    error.is_decode() && cause.is_some_and(|cause| cause.kind() != io::ErrorKind::UnexpectedEof)
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |cause| (*cause).source())
}

/// What is at the bottom of an error; reqwest's own texts only say at which step it came.
pub(crate) fn innermost(error: &reqwest::Error) -> String {
    let cause = causes(error).last();
    cause.map_or_else(|| error.to_string(), ToString::to_string)
}

/// An upload that ended early is no fault of the connection.
fn unreadable(error: &reqwest::Error) -> Option<&Unreadable> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

impl Parts {
    /// Whether the call ended before anything was sent.
    pub(crate) fn is_unsent(&self) -> bool {
        let before_sending = matches!(
            self.kind,
            ErrorKind::InvalidRequest
                | ErrorKind::MissingCredential
                | ErrorKind::MissingScope
                | ErrorKind::Credential
                | ErrorKind::SignInRequired
                | ErrorKind::RequirementNotMet
                | ErrorKind::RateLimited
                | ErrorKind::QueueFull
                | ErrorKind::Pagination
        );
        let answered = self.reply.is_some() && !self.is_of_credential();
        before_sending && self.trail.attempts == 0 && !answered
    }

    /// Whether the reply, where there is one, answered the request for a token, not the call.
    fn is_of_credential(&self) -> bool {
        matches!(self.kind, ErrorKind::Credential | ErrorKind::SignInRequired)
    }

    pub(crate) fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.source {
            Some(source) => Some(&**source),
            None => None,
        }
    }

    /// `the server answered 409 Conflict: flow is locked (code flow_locked, request id 7f)`
    fn fmt_answered(&self, reply: &Reply, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the server answered {}", reply.status)?;
        if !self.reason.is_empty() {
            write!(f, ", but {}", self.reason)?;
        }
        let message = reply.message();
        if let Some(message) = message {
            write!(f, ": {}", OneLine(message))?;
        }
        let code = reply.code().filter(|code| Some(*code) != message);
        match (code, reply.request_id()) {
            (Some(code), Some(id)) => {
                write!(f, " (code {}, request id {})", OneLine(code), OneLine(id))
            }
            (Some(code), None) => write!(f, " (code {})", OneLine(code)),
            (None, Some(id)) => write!(f, " (request id {})", OneLine(id)),
            (None, None) => Ok(()),
        }
    }

    /// `; 3 attempts in 2.1 s; not retried, because its body can be sent only once`
    fn fmt_trail(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Trail {
            attempts,
            elapsed,
            not_retried,
        } = &self.trail;
        if *attempts > 1 {
            write!(f, "; {attempts} attempts in {:.1} s", elapsed.as_secs_f64())?;
        }
        match not_retried {
            Some(reason) => write!(f, "; not retried, because {reason}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.operation {
            Some(operation) => write!(f, "`{}`", operation.id())?,
            None => f.write_str("the call")?,
        }
        f.write_str(if self.is_unsent() {
            " was not sent: "
        } else {
            " failed: "
        })?;
        match &self.reply {
            Some(reply) if !self.is_of_credential() => self.fmt_answered(reply, f)?,
            _ => f.write_str(&self.reason)?,
        }
        self.fmt_trail(f)
    }
}
