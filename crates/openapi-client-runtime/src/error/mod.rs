//! What can go wrong, and what a call tells of it.

pub(crate) mod build_error;
pub(crate) mod call_error;
pub(crate) mod error_kind;
pub(crate) mod failure;
pub(crate) mod reply;
pub(crate) mod trail;
pub(crate) mod unreadable;
