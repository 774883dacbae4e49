//! What traces tell of requests and replies, with the feature `tracing`; nothing without it.

use reqwest::Request;

use crate::error::reply::Reply;
use crate::wire::redact::AllowList;

/// A request is about to leave.
pub(crate) fn sending(allowed: &AllowList, attempt: u32, request: &Request) {
    #[cfg(feature = "tracing")]
    tracing::debug!(
        attempt,
        query = %allowed.query(request.url()),
        headers = %allowed.headers(request.headers()),
        "sending"
    );
    #[cfg(not(feature = "tracing"))]
    let _ = (allowed, attempt, request);
}

/// A reply has arrived.
pub(crate) fn received(allowed: &AllowList, attempt: u32, reply: &Reply) {
    #[cfg(feature = "tracing")]
    tracing::debug!(
        attempt,
        status = reply.status.as_u16(),
        headers = %allowed.headers(&reply.headers),
        "received"
    );
    #[cfg(not(feature = "tracing"))]
    let _ = (allowed, attempt, reply);
}
