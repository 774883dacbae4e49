//! Where the bytes of an upload come from, and how they are counted on their way out.

use std::fmt;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use futures_util::{TryStreamExt, stream};
use tokio::fs::{self, File};
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;

use super::Progress;
use crate::Failure;
use crate::error::unreadable::Unreadable;

/// How much is read from a file at once, and how often progress is told.
const CHUNK: usize = 64 * 1024;

type Chunks = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// A stream until its first byte is asked for, whichever clone does it: a connection that does not
/// come about leaves it whole.
type Once = Arc<Mutex<Option<Chunks>>>;

#[derive(Clone)]
pub(super) enum Content {
    Bytes(Bytes),
    File(Arc<Path>),
    Stream { once: Once, length: Option<u64> },
}

/// Content that is ready to be sent.
pub(super) struct Opened {
    pub(super) stream: Counted,
    pub(super) length: Option<u64>,
}

impl Content {
    pub(super) fn stream(
        stream: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
        length: Option<u64>,
    ) -> Self {
        Self::Stream {
            once: Arc::new(Mutex::new(Some(Box::pin(stream)))),
            length,
        }
    }

    /// Opens the content of the part of this name for one attempt.
    pub(super) async fn open(
        &self,
        part: &str,
        progress: Option<Progress>,
    ) -> Result<Opened, Failure> {
        let (chunks, length) = match self {
            Self::Bytes(bytes) => (pieces(bytes.clone()), Some(bytes.len() as u64)),
            Self::File(path) => {
                let (chunks, length) = open_file(path).await.map_err(|error| {
                    Failure::invalid(format!("{} cannot be read: {error}", self.describe(part)))
                })?;
                (chunks, Some(length))
            }
            Self::Stream { .. } if self.is_spent() => {
                return Err(Failure::invalid(format!(
                    "the stream of part `{part}` was sent before, and a stream cannot be sent \
                     twice: pass bytes or a file to repeat the call"
                )));
            }
            Self::Stream { once, length } => (started_when_read(once.clone()), *length),
        };
        let stream = Counted {
            chunks,
            sent: 0,
            length,
            progress,
            what: self.describe(part),
        };
        Ok(Opened { stream, length })
    }

    /// Whether it is a stream that was begun.
    pub(super) fn is_spent(&self) -> bool {
        matches!(self, Self::Stream { once, .. } if lock(once).is_none())
    }

    fn describe(&self, part: &str) -> String {
        match self {
            Self::Bytes(_) => format!("the content of part `{part}`"),
            Self::File(path) => format!("the file `{}` of part `{part}`", path.display()),
            Self::Stream { .. } => format!("the stream of part `{part}`"),
        }
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "[{} bytes]", bytes.len()),
            Self::File(path) => write!(f, "{path:?}"),
            Self::Stream { length, .. } => match length {
                Some(length) => write!(f, "[stream of {length} bytes]"),
                None => f.write_str("[stream]"),
            },
        }
    }
}

fn lock(once: &Once) -> MutexGuard<'_, Option<Chunks>> {
    once.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The stream, taken with the first chunk. It is gone where two calls send it at the same time.
fn started_when_read(once: Once) -> Chunks {
    let taken = async move {
        let chunks = lock(&once).take();
        chunks.ok_or_else(|| io::Error::from(io::ErrorKind::ResourceBusy))
    };
    Box::pin(stream::once(taken).try_flatten())
}

fn pieces(bytes: Bytes) -> Chunks {
    let starts = (0..bytes.len()).step_by(CHUNK);
    Box::pin(stream::iter(starts.map(move |start| {
        let end = bytes.len().min(start + CHUNK);
        Ok(bytes.slice(start..end))
    })))
}

async fn open_file(path: &Path) -> io::Result<(Chunks, u64)> {
    // Before it is opened: opening a pipe waits for its other end, and cannot be given up.
    let about = fs::metadata(path).await?;
    if !about.is_file() {
        let kind = if about.is_dir() {
            "a folder"
        } else {
            "no plain file"
        };
        let reason = format!("it is {kind}; pass what is no plain file as a stream");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
    }
    let file = File::open(path).await?;
    // What is written to the file meanwhile stays out: the length was announced.
    let length = file.metadata().await?.len();
    let chunks = ReaderStream::with_capacity(file.take(length), CHUNK);
    Ok((Box::pin(chunks), length))
}

/// Chunks that are counted, told of, and held against the length that was announced.
pub(super) struct Counted {
    chunks: Chunks,
    sent: u64,
    length: Option<u64>,
    progress: Option<Progress>,
    what: String,
}

impl Counted {
    fn passed(&mut self, chunk: Bytes) -> Result<Bytes, Unreadable> {
        self.sent += chunk.len() as u64;
        match self.length {
            Some(length) if self.sent > length => {
                let what = &self.what;
                let text = format!("{what} is longer than the {length} bytes that were announced");
                Err(Unreadable(text))
            }
            length => {
                if let Some(progress) = &self.progress {
                    progress(self.sent, length);
                }
                Ok(chunk)
            }
        }
    }

    fn ended(&self) -> Option<Unreadable> {
        let (what, sent) = (&self.what, self.sent);
        let length = self.length.filter(|length| sent < *length)?;
        let text = format!("{what} ended after {sent} of {length} bytes");
        Some(Unreadable(text))
    }
}

impl Stream for Counted {
    type Item = Result<Bytes, Unreadable>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(match ready!(self.chunks.as_mut().poll_next(cx)) {
            Some(Ok(chunk)) => Some(self.passed(chunk)),
            // The text of a stream's error may quote anything; its kind does not.
            Some(Err(error)) => {
                let text = format!("{} cannot be read: {}", self.what, error.kind());
                Some(Err(Unreadable(text)))
            }
            None => self.ended().map(Err),
        })
    }
}
