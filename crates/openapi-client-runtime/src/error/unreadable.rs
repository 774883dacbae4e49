//! Uploads that ended early.

use std::fmt;

/// Why the content of an upload ended early. reqwest wraps it; it is found again in the chain of
/// its error.
#[derive(Debug)]
pub(crate) struct Unreadable(pub(crate) String);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}
