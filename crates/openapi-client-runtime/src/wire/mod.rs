//! How requests and replies are written and read.

pub(crate) mod body;
pub(crate) mod body_check;
pub(crate) mod cookie;
pub(crate) mod credential;
pub(crate) mod decode;
pub(crate) mod default_headers;
pub(crate) mod disposition;
pub(crate) mod http_client;
pub(crate) mod link;
pub(crate) mod loopback;
pub(crate) mod media;
pub(crate) mod page_rows;
pub(crate) mod path;
pub(crate) mod query;
#[cfg_attr(
    not(feature = "tracing"),
    allow(dead_code, reason = "only traces print what the list allows")
)]
pub(crate) mod redact;
pub(crate) mod token;
pub(crate) mod upload;
pub(crate) mod user_agent;
