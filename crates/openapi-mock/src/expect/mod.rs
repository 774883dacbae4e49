//! What tests expect of clients, and what clients really sent.

mod canned;
mod expectation;
mod expectations;
mod journal;
mod matcher;
mod meet;
mod verify;

pub use self::canned::CannedReply;
pub use self::expectation::{Expectation, ScopedExpectation};
pub(crate) use self::expectations::{Expectations, Stage};
pub use self::journal::Recorded;
pub(crate) use self::journal::{Exchange, Journal, KEPT};
pub(crate) use self::meet::answer;
