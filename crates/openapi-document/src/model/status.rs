//! The keys of responses.

use std::fmt;
use std::str::FromStr;

/// The key of a response: which statuses it is for.
///
/// ```
/// use openapi_document::model::StatusKey;
///
/// assert_eq!("404".parse(), Ok(StatusKey::Code(404)));
/// assert_eq!("4XX".parse(), Ok(StatusKey::Class(4)));
/// assert_eq!("default".parse::<StatusKey>().unwrap().to_string(), "default");
/// assert!("x-note".parse::<StatusKey>().is_err());
/// assert!(StatusKey::Class(4).covers(404));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatusKey {
    /// One status.
    Code(u16),
    /// All statuses that begin with a digit: `4XX` is 4.
    Class(u16),
    /// All statuses that no other response is for.
    Default,
}

impl StatusKey {
    /// Whether a status belongs to this key. [`Default`](Self::Default) covers all.
    pub fn covers(self, status: u16) -> bool {
        match self {
            Self::Code(code) => code == status,
            Self::Class(class) => status / 100 == class,
            Self::Default => true,
        }
    }

    /// What counts for a status: what is for the status itself, else for its class, else for all others.
    pub fn choose<T>(all: &[T], key: impl Fn(&T) -> Self, status: u16) -> Option<&T> {
        let keys = [Self::Code(status), Self::Class(status / 100), Self::Default];
        keys.iter()
            .find_map(|wanted| all.iter().find(|one| key(one) == *wanted))
    }

    /// Whether it is for statuses of 200 to 299 alone.
    pub fn is_success(self) -> bool {
        matches!(self, Self::Code(200..300) | Self::Class(2))
    }
}

impl FromStr for StatusKey {
    type Err = ();

    /// `Err` where the text is no key of a response.
    fn from_str(key: &str) -> Result<Self, ()> {
        if key == "default" {
            return Ok(Self::Default);
        }
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        match key.strip_suffix("XX") {
            Some(class) if is_digits(class) => class.parse().map(Self::Class).map_err(|_| ()),
            None if is_digits(key) => key.parse().map(Self::Code).map_err(|_| ()),
            _ => Err(()),
        }
    }
}

impl fmt::Display for StatusKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "{code}"),
            Self::Class(class) => write!(f, "{class}XX"),
            Self::Default => f.write_str("default"),
        }
    }
}
