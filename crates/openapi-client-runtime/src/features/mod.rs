//! What stands on calls: sign-in, lists, moved resources, webhooks.

pub(crate) mod follow;
#[cfg(feature = "oauth")]
pub(crate) mod oauth;
pub mod pagination;
#[cfg(feature = "webhooks")]
pub mod webhooks;
