//! How to use what is here, page by page. Each example compiles.
//!
//! - [`credentials`]: who calls, and where credentials go
//! - `oauth`: logins that keep themselves fresh, with the feature of that name
//! - [`retries`]: what is retried, and how patiently
//! - [`limits`]: timeouts, sizes, rate limits and writes that must not overlap
//! - [`pagination`]: lists that come in pages
//! - [`errors`]: what went wrong, and what to do about it
//! - [`testing`]: tests without the API

#[doc = include_str!("../docs/credentials.md")]
pub mod credentials {}

#[cfg(feature = "oauth")]
#[doc = include_str!("../docs/oauth.md")]
pub mod oauth {}

#[doc = include_str!("../docs/retries.md")]
pub mod retries {}

#[doc = include_str!("../docs/limits.md")]
pub mod limits {}

#[doc = include_str!("../docs/pagination.md")]
pub mod pagination {}

#[doc = include_str!("../docs/errors.md")]
pub mod errors {}

#[doc = include_str!("../docs/testing.md")]
pub mod testing {}
