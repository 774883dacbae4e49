//! The body of a request.

use std::error::Error as StdError;
use std::fmt;

use bytes::Bytes;
use futures_core::Stream;

/// The body of a request: bytes, or a stream of them.
///
/// Whatever is bytes or text becomes one. A stream can be sent once: a call that carries one is not
/// retried.
///
/// ```
/// use openapi_client_runtime::Body;
///
/// let body = Body::from("agreed");
/// assert_eq!(body.as_bytes(), Some(&b"agreed"[..]));
/// let pieces = [Ok::<_, std::io::Error>("a,".into()), Ok("b\n".into())];
/// assert_eq!(Body::from_stream(futures_util::stream::iter(pieces)).as_bytes(), None);
/// ```
pub struct Body(Content);

enum Content {
    Bytes(Bytes),
    Stream(reqwest::Body),
}

impl Body {
    /// The bytes of a stream, as they come.
    pub fn from_stream<E>(stream: impl Stream<Item = Result<Bytes, E>> + Send + 'static) -> Self
    where
        E: Into<Box<dyn StdError + Send + Sync>> + 'static,
    {
        Self(Content::Stream(reqwest::Body::wrap_stream(stream)))
    }

    /// The bytes, where they are in memory; `None` for a stream.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match &self.0 {
            Content::Bytes(bytes) => Some(bytes),
            Content::Stream(_) => None,
        }
    }

    /// A copy, to be sent again; `None` of a stream.
    pub(crate) fn try_clone(&self) -> Option<Self> {
        match &self.0 {
            Content::Bytes(bytes) => Some(Self(Content::Bytes(bytes.clone()))),
            Content::Stream(_) => None,
        }
    }

    pub(crate) fn into_reqwest(self) -> reqwest::Body {
        match self.0 {
            Content::Bytes(bytes) => bytes.into(),
            Content::Stream(stream) => stream,
        }
    }
}

/// Bodies may hold anything, so only their length is shown.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_bytes() {
            Some(bytes) => write!(f, "Body([{} bytes])", bytes.len()),
            None => f.write_str("Body([stream])"),
        }
    }
}

impl Default for Body {
    /// No bytes.
    fn default() -> Self {
        Bytes::new().into()
    }
}

macro_rules! from_bytes {
    ($($bytes:ty),+) => {
        $(
            impl From<$bytes> for Body {
                fn from(bytes: $bytes) -> Self {
                    Self(Content::Bytes(bytes.into()))
                }
            }
        )+
    };
}

from_bytes!(Bytes, Vec<u8>, String, &'static [u8], &'static str);
