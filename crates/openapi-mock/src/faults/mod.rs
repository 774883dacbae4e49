//! Faults on request: everything that a network, a proxy or a server in trouble can do to a reply.

mod before;
mod plan;
mod reshape;
mod spoil;
mod syntax;

use std::time::Duration;

pub(crate) use self::before::{asked_for, before};
pub use self::plan::FaultPlan;
pub(crate) use self::plan::Plans;
pub(crate) use self::spoil::spoil;
pub(crate) use self::syntax::{parse, syntax};

use crate::error::MockError;
use crate::mock::Mock;

/// The header by which a request asks for faults.
const HEADER: &str = "x-mock-fault";

/// A fault that a mock plays.
///
/// Faults can be asked for by a library call ([`Mock::fault`]), by an expectation
/// ([`Expectation::fault`](crate::Expectation::fault)), at the control endpoint
/// (`POST /_mock/faults`), or by a request for itself, with the header `X-Mock-Fault`. Text and
/// value are the same thing:
///
/// ```
/// use std::time::Duration;
/// use openapi_mock::Fault;
///
/// assert_eq!("latency=200ms".parse(), Ok(Fault::Latency(Duration::from_millis(200))));
/// assert_eq!("status=503".parse(), Ok(Fault::status(503)));
/// assert_eq!(Fault::rate_limited(Duration::from_secs(2)).to_string(), "status=429, retry-after=2");
/// ```
///
/// A request can meet several faults. Delays come first; the first of those that stand for the
/// reply (`Status`, `HtmlError`, `ExpiredToken`, `Reset`, `Close`) wins; all that spoil a reply are
/// applied in their order. Replies that have no body, such as 204, cannot be spoilt.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// `latency=200ms`: the reply comes later.
    Latency(Duration),
    /// `status=503`, or `status=429, retry-after=2`: this status, with the body that the document
    /// declares for it.
    Status {
        /// From 200 to 599.
        status: u16,
        /// Told in `Retry-After`, in whole seconds, rounded up.
        retry_after: Option<Duration>,
    },
    /// `html=502`: this status with an HTML page, as proxies answer.
    HtmlError(u16),
    /// `expired-token`: the answer to a token that has expired, whatever the token.
    ExpiredToken,
    /// `reset`: no reply, the connection is reset (RST).
    Reset,
    /// `close`: no reply, the connection is closed in order (FIN).
    Close,
    /// `truncated`: half of the body, then the connection is closed; `Content-Length` tells the
    /// whole length.
    Truncated,
    /// `truncated-chunks`: half of the body as chunks, then the connection is closed.
    TruncatedChunks,
    /// `slow=100ms`: the body comes in up to eight pieces, each after this time.
    SlowBody(Duration),
    /// `content-type=text/html`: the body is called what it is not.
    ContentType(String),
    /// `empty`: no body where there should be one.
    EmptyBody,
    /// `malformed-json`: a JSON body that is not JSON.
    MalformedJson,
    /// `unknown-enum-values`: texts of enums (save those with `x-closed-enum`) become one that the
    /// document does not list.
    UnknownEnumValues,
    /// `extra-members`: objects gain a member that the document does not know, unless it forbids
    /// that.
    ExtraMembers,
    /// `missing-members`: members that are not required are left out.
    MissingMembers,
}

impl Fault {
    /// This status, with the body that the document declares for it.
    pub fn status(status: u16) -> Self {
        Self::Status {
            status,
            retry_after: None,
        }
    }

    /// 429 with `Retry-After`.
    pub fn rate_limited(retry_after: Duration) -> Self {
        Self::Status {
            status: 429,
            retry_after: Some(retry_after),
        }
    }

    /// The fault for so many requests.
    ///
    /// ```
    /// # async fn shown(server: openapi_mock::MockServer) -> Result<(), openapi_mock::MockError> {
    /// use openapi_mock::Fault;
    ///
    /// server.fault("list_pets", Fault::status(503).times(2))?; // and then all is well
    /// # Ok(())
    /// # }
    /// ```
    pub fn times(self, times: u64) -> FaultPlan {
        FaultPlan::from(self).times(times)
    }

    /// The fault for a share of the requests, from 0 to 1. Which ones it meets grows from the seed
    /// of the server.
    ///
    /// ```
    /// # async fn shown(server: openapi_mock::MockServer) -> Result<(), openapi_mock::MockError> {
    /// server.fault_all(openapi_mock::Fault::Reset.probability(0.05))?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn probability(self, share: f64) -> FaultPlan {
        FaultPlan::from(self).probability(share)
    }

    /// What is wrong with its values.
    pub(crate) fn check(&self) -> Result<(), MockError> {
        let why = match self {
            Self::Status { status, .. } | Self::HtmlError(status)
                if !(200..600).contains(status) =>
            {
                format!("{status} is no status of a reply; take one from 200 to 599")
            }
            Self::ContentType(name) if http::HeaderValue::from_str(name).is_err() => {
                format!("`{}` cannot stand in a header", name.escape_debug())
            }
            _ => return Ok(()),
        };
        Err(MockError::InvalidFault(why))
    }
}

impl Mock {
    /// Requests of an operation meet a fault, until it is used up or taken away.
    ///
    /// ```
    /// # async fn shown(server: openapi_mock::MockServer) -> Result<(), openapi_mock::MockError> {
    /// use std::time::Duration;
    /// use openapi_mock::Fault;
    ///
    /// server.fault("list_pets", Fault::Latency(Duration::from_secs(5)))?;
    /// server.fault("create_pet", Fault::Truncated.times(1))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`MockError::UnknownOperation`], or [`MockError::InvalidFault`] when the fault has a value
    /// that it cannot have.
    pub fn fault(&self, operation: &str, fault: impl Into<FaultPlan>) -> Result<(), MockError> {
        let id = self.api().operation(operation)?.id.clone();
        self.faults().add(Some(id), fault.into())
    }

    /// Requests of all operations, and those to unknown paths, meet a fault, until it is used up or
    /// taken away.
    ///
    /// ```
    /// # async fn shown(server: openapi_mock::MockServer) -> Result<(), openapi_mock::MockError> {
    /// server.fault_all(openapi_mock::Fault::status(503))?; // the API is down
    /// server.clear_faults();
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`MockError::InvalidFault`] when the fault has a value that it cannot have.
    pub fn fault_all(&self, fault: impl Into<FaultPlan>) -> Result<(), MockError> {
        self.faults().add(None, fault.into())
    }

    /// Takes all faults away; those of expectations stay. [`fault_all`](Self::fault_all) has an
    /// example.
    pub fn clear_faults(&self) {
        self.faults().clear();
    }
}
