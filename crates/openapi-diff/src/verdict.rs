//! What a change means for those who call an API.

use std::fmt;

use openapi_document::model::Direction;
use serde::Serialize;

/// What a change means for somebody: for an HTTP caller who changes nothing, or for a Rust user who
/// moves to the crate that the new document gives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// They notice nothing, or have nothing to do.
    #[default]
    Neutral,
    /// There is more that they can use; what they have goes on working.
    Additive,
    /// What they have can stop working, or stop compiling.
    Breaking,
}

impl Verdict {
    /// All verdicts, the best first.
    pub const ALL: [Self; 3] = [Self::Neutral, Self::Additive, Self::Breaking];

    /// As it is printed: `breaking`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Additive => "additive",
            Self::Breaking => "breaking",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A verdict and its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, in one sentence without its full stop; empty where there is nothing to say.
    pub reason: &'static str,
}

impl fmt::Display for Judged {
    /// The verdict, with its reason where there is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reason {
            "" => write!(f, "{}", self.verdict),
            reason => write!(f, "{}: {reason}", self.verdict),
        }
    }
}

/// Nobody notices.
pub(crate) const UNNOTICED: Judged = neutral("");

pub(crate) const fn breaking(reason: &'static str) -> Judged {
    let verdict = Verdict::Breaking;
    Judged { verdict, reason }
}

pub(crate) const fn additive(reason: &'static str) -> Judged {
    let verdict = Verdict::Additive;
    Judged { verdict, reason }
}

pub(crate) const fn neutral(reason: &'static str) -> Judged {
    let verdict = Verdict::Neutral;
    Judged { verdict, reason }
}

/// A verdict for each way that values can travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ways {
    /// For what callers send.
    pub sent: Judged,
    /// For what callers receive.
    pub received: Judged,
    /// For what they both send and receive: most often the worse of the two.
    pub both: Judged,
}

impl Ways {
    /// The verdict for the ways that values travel; none for what nothing uses.
    pub(crate) fn of(self, direction: Direction) -> Judged {
        match (direction.sent, direction.received) {
            (true, false) => self.sent,
            (false, true) => self.received,
            (true, true) => self.both,
            (false, false) => UNNOTICED,
        }
    }
}

impl Ways {
    /// The milder verdict: for what is declared, and never travels.
    pub(crate) fn milder(self) -> Judged {
        if self.received.verdict < self.sent.verdict {
            self.received
        } else {
            self.sent
        }
    }
}

/// The same verdict both ways.
pub(crate) const fn both(judged: Judged) -> Ways {
    ways(judged, judged)
}

/// A verdict for each way; the worse one for what travels both ways.
pub(crate) const fn ways(sent: Judged, received: Judged) -> Ways {
    let is_worse = received.verdict as u8 > sent.verdict as u8;
    let both = if is_worse { received } else { sent };
    Ways {
        sent,
        received,
        both,
    }
}

/// A verdict for what is only received; whatever is sent counts as that.
pub(crate) const fn only_received(sent: Judged, received: Judged) -> Ways {
    Ways {
        sent,
        received,
        both: sent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_way_counts() {
        let ways = ways(additive("a"), breaking("b"));
        let both = Direction {
            sent: true,
            received: true,
        };
        assert_eq!(ways.of(Direction::SENT).verdict, Verdict::Additive);
        assert_eq!(ways.of(both).reason, "b");
        assert_eq!(ways.of(Direction::default()), UNNOTICED);
        assert_eq!(super::ways(breaking("a"), neutral("")).of(both).reason, "a");
        assert_eq!(
            only_received(neutral("a"), breaking("b")).of(both).reason,
            "a"
        );
    }
}
