//! What a document says, as constants.

pub(crate) mod api;
pub(crate) mod body_limits;
#[cfg(feature = "oauth")]
pub(crate) mod oauth;
pub(crate) mod operation;
pub(crate) mod pagination;
pub(crate) mod rate_limit;
pub(crate) mod requirement;
pub(crate) mod retry;
pub(crate) mod server;
