//! One call: from its request over its attempts to its reply.

pub(crate) mod addresses;
pub(crate) mod attempts;
pub(crate) mod byte_stream;
pub(crate) mod core;
pub(crate) mod limiter;
pub(crate) mod middleware;
pub(crate) mod observer;
pub(crate) mod options;
pub(crate) mod page_step;
pub(crate) mod prepare;
pub(crate) mod queue;
pub(crate) mod raw;
pub(crate) mod redirect;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod retry;
pub(crate) mod scope;
pub(crate) mod settings;
pub(crate) mod trace;
