//! Files and other large content that a request carries.

mod content;
mod form;
mod header;
mod typed;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_core::Stream;
use futures_util::TryStreamExt;
use reqwest::multipart;

use crate::Failure;
use content::Content;

pub use form::Form;

/// Called with the bytes handed over so far, and with the length of the whole where it is known.
pub(crate) type Progress = Arc<dyn Fn(u64, Option<u64>) + Send + Sync>;

/// A file to send: bytes in memory, a file on disk, or a stream.
///
/// Nothing but bytes is ever held in memory as a whole. A file is opened anew for each attempt, so
/// that a call can be retried; a stream is sent once, and a call that carries one is not retried.
///
/// The file goes by the name of [`Upload::file_name`], else by the last segment of its path, else
/// by `blob`, as from a browser: many servers take a part without a file name for text. Its media
/// type is that of [`Upload::media_type`], else what the extension of its name stands for, else
/// `application/octet-stream`.
///
/// ```
/// use openapi_client_runtime::Upload;
///
/// let minutes = Upload::from_path("minutes.csv").media_type("text/csv; charset=utf-8");
/// let note = Upload::from_bytes("agreed").file_name("note.txt");
/// assert!(minutes.is_replayable() && note.is_replayable());
/// ```
#[derive(Clone)]
pub struct Upload {
    content: Content,
    file_name: Option<String>,
    media_type: Option<String>,
    progress: Option<Progress>,
}

impl Upload {
    /// Content that is in memory already.
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Self {
        Self::new(Content::Bytes(bytes.into()))
    }

    /// A file on disk. It is opened when the call is sent, once for each attempt; a call whose file
    /// cannot be opened is refused before anything is sent.
    pub fn from_path(path: impl Into<PathBuf>) -> Self {
        Self::new(Content::File(path.into().into()))
    }

    /// A stream, which is sent once and never retried. Without a length the body goes out in
    /// chunks, which some servers refuse: see [`Upload::from_sized_stream`].
    ///
    /// ```
    /// use futures_util::stream;
    /// use openapi_client_runtime::Upload;
    ///
    /// let lines = stream::iter([std::io::Result::Ok("a\n"), Ok("b\n")]);
    /// assert!(!Upload::from_stream(lines).file_name("lines.txt").is_replayable());
    /// ```
    pub fn from_stream<S, B>(stream: S) -> Self
    where
        S: Stream<Item = std::io::Result<B>> + Send + 'static,
        B: Into<Bytes> + 'static,
    {
        Self::new(Content::stream(stream.map_ok(Into::into), None))
    }

    /// A stream of `length` bytes. A stream that turns out to be shorter or longer ends the call
    /// with an error.
    ///
    /// ```
    /// use futures_util::stream;
    /// use openapi_client_runtime::Upload;
    ///
    /// let lines = stream::iter([std::io::Result::Ok("a\n"), Ok("b\n")]);
    /// let upload = Upload::from_sized_stream(lines, 4).file_name("lines.txt");
    /// assert!(!upload.is_replayable());
    /// ```
    pub fn from_sized_stream<S, B>(stream: S, length: u64) -> Self
    where
        S: Stream<Item = std::io::Result<B>> + Send + 'static,
        B: Into<Bytes> + 'static,
    {
        Self::new(Content::stream(stream.map_ok(Into::into), Some(length)))
    }

    fn new(content: Content) -> Self {
        Self {
            content,
            file_name: None,
            media_type: None,
            progress: None,
        }
    }

    /// The name that the server is told. Folders are left off (RFC 7578, section 4.2), and control
    /// characters percent-encoded.
    #[must_use]
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into());
        self
    }

    /// The `Content-Type` of the file. What is no media type makes the call fail before anything is
    /// sent.
    #[must_use]
    pub fn media_type(mut self, media_type: impl Into<String>) -> Self {
        self.media_type = Some(media_type.into());
        self
    }

    /// Calls `progress` with the bytes handed to the connection so far, and with the length of the
    /// file where it is known. Starts again at the beginning with each attempt.
    ///
    /// ```
    /// use openapi_client_runtime::Upload;
    ///
    /// let film = Upload::from_path("film.mp4").on_progress(|sent, total| {
    ///     println!("{sent} of {} bytes", total.unwrap_or_default());
    /// });
    /// ```
    #[must_use]
    pub fn on_progress(
        mut self,
        progress: impl Fn(u64, Option<u64>) + Send + Sync + 'static,
    ) -> Self {
        self.progress = Some(Arc::new(progress));
        self
    }

    /// Whether the same content can be sent again, as a retry does: bytes and files can, streams
    /// cannot.
    pub fn is_replayable(&self) -> bool {
        !matches!(self.content, Content::Stream { .. })
    }

    fn is_spent(&self) -> bool {
        self.content.is_spent()
    }

    /// What the document says of the media type counts where the caller says nothing.
    fn or_media_type(mut self, media_type: Option<&str>) -> Self {
        if self.media_type.is_none() {
            self.media_type = media_type.map(str::to_owned);
        }
        self
    }

    /// The file as a part of a form, for one attempt.
    async fn open(&self, part: &str) -> Result<multipart::Part, Failure> {
        let name = self.name_on_the_wire();
        let media_type = self.media_type_of(&name);
        let opened = self.content.open(part, self.progress.clone()).await?;
        let body = reqwest::Body::wrap_stream(opened.stream);
        let content = match opened.length {
            Some(length) => multipart::Part::stream_with_length(body, length),
            None => multipart::Part::stream(body),
        };
        header::with_media_type(content.file_name(name), part, &media_type)
    }

    fn name_on_the_wire(&self) -> String {
        let of_path = || match &self.content {
            Content::File(path) => path.file_name().map(|name| name.to_string_lossy().into()),
            _ => None,
        };
        let name = self.file_name.clone().or_else(of_path);
        name.map_or_else(|| "blob".to_owned(), |name| header::file_name(&name))
    }

    fn media_type_of(&self, name: &str) -> String {
        self.media_type.clone().unwrap_or_else(|| {
            let guess = mime_guess::from_path(name).first_raw();
            guess.unwrap_or("application/octet-stream").to_owned()
        })
    }
}

impl From<Vec<u8>> for Upload {
    fn from(bytes: Vec<u8>) -> Self {
        Self::from_bytes(bytes)
    }
}

impl From<Bytes> for Upload {
    fn from(bytes: Bytes) -> Self {
        Self::from_bytes(bytes)
    }
}

impl From<&Path> for Upload {
    fn from(path: &Path) -> Self {
        Self::from_path(path)
    }
}

impl From<PathBuf> for Upload {
    fn from(path: PathBuf) -> Self {
        Self::from_path(path)
    }
}

/// Says where the content comes from, and shows none of it.
impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("content", &self.content)
            .field("file_name", &self.file_name)
            .field("media_type", &self.media_type)
            .finish_non_exhaustive()
    }
}
