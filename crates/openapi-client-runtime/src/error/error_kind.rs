//! The kinds of errors.

/// What went wrong, coarsely.
///
/// ```
/// use openapi_client_runtime::{Error, ErrorKind};
///
/// /// What a command line ends with (sysexits.h).
/// fn exit_code<E>(error: &Error<E>) -> u8 {
///     match error.kind() {
///         ErrorKind::InvalidRequest => 64,
///         ErrorKind::MissingCredential | ErrorKind::SignInRequired => 77,
///         ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Transport => 69,
///         _ => 70,
///     }
/// }
/// assert_eq!(ErrorKind::SignInRequired.as_str(), "sign_in_required");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A parameter or the body cannot be sent. Nothing was sent.
    InvalidRequest,
    /// The operation needs a credential that the client does not have. Nothing was sent.
    MissingCredential,
    /// The client's token lacks a scope that the operation needs. Nothing was sent.
    MissingScope,
    /// No token could be had from the client's token source. Nothing was sent, unless the server
    /// refused an earlier token before.
    Credential,
    /// The client's session has no token, and none is to be had without the user: sign in again.
    /// Nothing was sent, unless the server refused an earlier token before.
    SignInRequired,
    /// The operation has a requirement that the client was told it does not meet. Nothing was sent.
    RequirementNotMet,
    /// Too many writes wait already for the same resource. Nothing was sent.
    QueueFull,
    /// A limit that the document states is used up. Nothing was sent.
    RateLimited,
    /// The server's way to the next page of a list leads back to an earlier one or out of the API,
    /// a list was resumed from a position of another one, or a page is not the one that was asked
    /// for. Nothing was sent, but for the latter.
    Pagination,
    /// The chain of resources that [`Follow`](crate::Follow) fetches loops or exceeds `max_steps`.
    Follow,
    /// A middleware ended the call.
    Middleware,
    /// No connection to the server came about.
    Connect,
    /// A timeout ended the call.
    Timeout,
    /// The connection broke, or the other side does not speak HTTP.
    Transport,
    /// The server answered with an error status.
    Api,
    /// The server answered with a status that is neither an error nor described by the document,
    /// such as a redirection.
    UnexpectedStatus,
    /// The server's success reply is not what the document describes.
    Decode,
    /// The server's success reply is larger than the client accepts.
    BodyTooLarge,
    /// What is sent cannot be read to its end, or what is received cannot be written: a file, a
    /// stream or a writer of the caller failed.
    LocalIo,
}

impl ErrorKind {
    /// Whether it is one that may pass, whatever the server answered.
    pub(crate) const fn may_pass(self) -> bool {
        matches!(
            self,
            Self::Connect | Self::Timeout | Self::Transport | Self::RateLimited | Self::QueueFull
        )
    }

    /// A short stable name, for logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::MissingCredential => "missing_credential",
            Self::MissingScope => "missing_scope",
            Self::Credential => "credential",
            Self::SignInRequired => "sign_in_required",
            Self::RequirementNotMet => "requirement_not_met",
            Self::QueueFull => "queue_full",
            Self::RateLimited => "rate_limited",
            Self::Pagination => "pagination",
            Self::Follow => "follow",
            Self::Middleware => "middleware",
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Transport => "transport",
            Self::Api => "api",
            Self::UnexpectedStatus => "unexpected_status",
            Self::Decode => "decode",
            Self::BodyTooLarge => "body_too_large",
            Self::LocalIo => "local_io",
        }
    }
}
