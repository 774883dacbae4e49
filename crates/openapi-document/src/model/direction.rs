//! Which way values travel.

/// Which way the values of a schema travel, as the client sees it. Both for shared schemas; none for
/// what nothing uses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Direction {
    /// In requests. Inside a callback, which the API calls: in its responses.
    pub sent: bool,
    /// In responses and events.
    pub received: bool,
}

impl Direction {
    /// From the client to the API.
    pub const SENT: Self = Self {
        sent: true,
        received: false,
    };
    /// From the API to the client.
    pub const RECEIVED: Self = Self {
        sent: false,
        received: true,
    };

    /// The other way, as the responses of a callback travel.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self {
            sent: self.received,
            received: self.sent,
        }
    }

    /// Takes in the ways of `other`; whether any of them is new.
    pub(crate) fn add(&mut self, other: Self) -> bool {
        let before = *self;
        self.sent |= other.sent;
        self.received |= other.received;
        *self != before
    }
}
