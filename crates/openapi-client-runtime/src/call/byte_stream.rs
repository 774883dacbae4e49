//! Replies that are bytes: read, copied or saved as they arrive.

mod save;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use futures_util::StreamExt;
use http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName};
use tokio::io::{AsyncWrite, AsyncWriteExt};

use crate::call::queue::WriteGuard;
use crate::call::scope::Scope;
use crate::wire::disposition;
use crate::wire::upload::Progress;
use crate::{Error, ErrorKind, Failure, Operation};

/// The bytes of a body as they arrive, without a limit on their number.
///
/// Until it has ended or was dropped, writes that must not overlap with its operation wait.
///
/// ```
/// # use openapi_client_runtime::{ByteStream, Error};
/// # async fn example(stream: ByteStream) -> Result<(), Error> {
/// let stream = stream.on_progress(|read, total| println!("{read} of {total:?} bytes"));
/// let path = stream.save_in("downloads").await?;
/// println!("saved as {}", path.display());
/// # Ok(())
/// # }
/// ```
pub struct ByteStream {
    bytes: Pin<Box<dyn Stream<Item = Result<Bytes, Error>> + Send + Sync>>,
    about: About,
    /// How many bytes have arrived.
    read: u64,
    progress: Option<Progress>,
    held: Option<(Scope, Option<WriteGuard>)>,
}

/// What the head of the reply says of its body.
#[derive(Default)]
struct About {
    operation: Option<&'static Operation>,
    file_name: Option<String>,
    content_length: Option<u64>,
    media_type: Option<String>,
}

impl About {
    fn read(headers: &HeaderMap, operation: &'static Operation) -> Self {
        let text = |name: HeaderName| headers.get(name)?.to_str().ok().map(str::trim);
        let disposition = headers.get(CONTENT_DISPOSITION);
        Self {
            operation: Some(operation),
            file_name: disposition.and_then(|value| disposition::file_name(value.as_bytes())),
            content_length: text(CONTENT_LENGTH).and_then(|length| length.parse().ok()),
            media_type: text(CONTENT_TYPE).map(str::to_owned),
        }
    }
}

impl ByteStream {
    /// Wraps a stream; of use in tests.
    ///
    /// ```
    /// use futures_util::stream;
    /// use openapi_client_runtime::ByteStream;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), openapi_client_runtime::Error> {
    /// let stream = ByteStream::new(stream::iter([Ok("a,".into()), Ok("b\n".into())]));
    /// assert_eq!(stream.read(1024).await?, "a,b\n");
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(stream: impl Stream<Item = Result<Bytes, Error>> + Send + Sync + 'static) -> Self {
        Self {
            bytes: Box::pin(stream),
            about: About::default(),
            read: 0,
            progress: None,
            held: None,
        }
    }

    /// The body of a reply with these headers, and what ends with it.
    pub(crate) fn of_reply(
        stream: impl Stream<Item = Result<Bytes, Error>> + Send + Sync + 'static,
        headers: &HeaderMap,
        held: (Scope, Option<WriteGuard>),
    ) -> Self {
        Self {
            about: About::read(headers, held.0.operation()),
            held: Some(held),
            ..Self::new(stream)
        }
    }

    /// The name that the server gives the file (`Content-Disposition`, RFC 6266, with `filename*`
    /// of RFC 8187 first), made safe to be used in a folder: one segment of at most 200 bytes,
    /// without control characters, without dots in front, and no name of a device on Windows.
    /// `None` where there is none, or nothing usable is left of it.
    pub fn file_name(&self) -> Option<&str> {
        self.about.file_name.as_deref()
    }

    /// The length of the whole body in bytes, where the server says it. It does not where it
    /// compresses the body on its way.
    pub fn content_length(&self) -> Option<u64> {
        self.about.content_length
    }

    /// The media type of the body (`Content-Type`), with its parameters.
    pub fn media_type(&self) -> Option<&str> {
        self.about.media_type.as_deref()
    }

    /// Calls `progress` with the bytes that have arrived so far, and with the length of the whole
    /// where it is known; in whatever way the stream is read afterwards.
    #[must_use]
    pub fn on_progress(
        mut self,
        progress: impl Fn(u64, Option<u64>) + Send + Sync + 'static,
    ) -> Self {
        self.progress = Some(Arc::new(progress));
        self
    }

    /// Reads all of it into memory.
    ///
    /// # Errors
    ///
    /// When the connection breaks, or when there are more than `limit` bytes.
    pub async fn read(mut self, limit: usize) -> Result<Bytes, Error> {
        let mut body = BytesMut::new();
        while let Some(chunk) = self.next().await {
            let chunk = chunk?;
            if chunk.len() > limit - body.len() {
                let reason = format!("the stream is longer than the {limit} bytes allowed");
                return Err(self.fail(Failure::new(ErrorKind::BodyTooLarge, reason)));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }

    /// Writes all of it to `writer`, which is flushed at the end, and says how many bytes it were.
    ///
    /// # Errors
    ///
    /// When the connection breaks before the end of the body, or when `writer` fails
    /// ([`ErrorKind::LocalIo`]). What was written until then stays written.
    ///
    /// ```
    /// # use openapi_client_runtime::{ByteStream, Error};
    /// # async fn example(stream: ByteStream) -> Result<(), Error> {
    /// let mut copy = Vec::new();
    /// let length = stream.copy_to(&mut copy).await?;
    /// assert_eq!(length, copy.len() as u64);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn copy_to(mut self, writer: impl AsyncWrite + Unpin) -> Result<u64, Error> {
        // The text of a writer's error may quote anything; its kind does not.
        let refused = |error: std::io::Error| {
            let reason = format!("what it received cannot be written: {}", error.kind());
            Failure::new(ErrorKind::LocalIo, reason)
        };
        self.write_to(writer, &refused).await
    }

    async fn write_to(
        &mut self,
        mut writer: impl AsyncWrite + Unpin,
        refused: &(dyn Fn(std::io::Error) -> Failure + Sync),
    ) -> Result<u64, Error> {
        let mut written = 0;
        while let Some(chunk) = self.next().await {
            let chunk = chunk?;
            let result = writer.write_all(&chunk).await;
            result.map_err(|error| self.fail(refused(error)))?;
            written += chunk.len() as u64;
        }
        let flushed = writer.flush().await;
        flushed.map_err(|error| self.fail(refused(error)))?;
        Ok(written)
    }

    /// The error of a failure on this side.
    fn fail(&mut self, failure: Failure) -> Error {
        if let Some((scope, _)) = &mut self.held {
            scope.failed(failure.kind());
        }
        match self.about.operation {
            Some(operation) => failure.of(operation).into(),
            None => failure.into(),
        }
    }
}

impl Stream for ByteStream {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let chunk = std::task::ready!(self.bytes.as_mut().poll_next(cx));
        match &chunk {
            Some(Ok(chunk)) => {
                self.read += chunk.len() as u64;
                if let Some(progress) = &self.progress {
                    progress(self.read, self.about.content_length);
                }
            }
            Some(Err(error)) => {
                if let Some((mut scope, _)) = self.held.take() {
                    scope.failed(error.kind());
                }
            }
            None => self.held = None,
        }
        Poll::Ready(chunk)
    }
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByteStream")
            .field("media_type", &self.media_type())
            .field("content_length", &self.content_length())
            .field("read", &self.read)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Method;
    use crate::call::queue::WriteQueue;
    use futures_util::{FutureExt, stream};

    #[tokio::test]
    async fn a_stream_that_broke_off_lets_the_next_write_in() {
        static SAVE: Operation = Operation::new("save", Method::Post, "/things").build();
        let queue = WriteQueue::new(1);
        let key = || vec![("id", "7".to_owned())];
        let guard = queue.enter(key()).await.unwrap();
        let broken = Failure::new(ErrorKind::Transport, "the connection failed").into();
        let chunks = stream::iter([Err(broken)]).chain(stream::pending());
        let nobody: Arc<[Arc<dyn crate::Observer>]> = Arc::new([]);
        let held = (Scope::start(&SAVE, &nobody), Some(guard));
        let mut stream = ByteStream::of_reply(chunks, &HeaderMap::new(), held);
        assert!(stream.next().await.unwrap().is_err());
        assert!(queue.enter(key()).now_or_never().is_some());
    }
}
