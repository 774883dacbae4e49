//! `multipart/form-data` (RFC 7578).

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Body, Request, multipart};
use serde::Serialize;

use super::{Upload, header};
use crate::{Error, Failure, Operation};

/// The parts of a `multipart/form-data` body (RFC 7578), in their order.
///
/// ```
/// use openapi_client_runtime::{Form, Upload};
///
/// let form = Form::new()
///     .text("title", "Minutes")
///     .upload("file", Upload::from_path("minutes.csv"));
/// assert!(form.is_replayable());
/// ```
#[derive(Clone, Default)]
pub struct Form {
    parts: Vec<(Cow<'static, str>, Part)>,
}

#[derive(Clone)]
enum Part {
    Field {
        value: Bytes,
        /// Text without one is UTF-8.
        media_type: Option<Cow<'static, str>>,
    },
    File(Upload),
}

impl Form {
    /// A form without parts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text, sent as UTF-8 and without a `Content-Type` of its own.
    #[must_use]
    pub fn text(self, name: impl Into<Cow<'static, str>>, text: impl Into<String>) -> Self {
        let value = Bytes::from(text.into());
        let media_type = None;
        self.part(name, Part::Field { value, media_type })
    }

    /// Adds a value as JSON, sent with the `Content-Type` `application/json`.
    ///
    /// # Errors
    ///
    /// When the value cannot become JSON, as a map whose keys are no strings.
    ///
    /// ```
    /// use openapi_client_runtime::{Error, Form, Upload};
    ///
    /// #[derive(serde::Serialize)]
    /// struct Description {
    ///     title: &'static str,
    /// }
    ///
    /// let form = Form::new()
    ///     .json("description", &Description { title: "Minutes" })?
    ///     .field("summary", "<p>Agreed.</p>", "text/html")
    ///     .upload("file", Upload::from_path("minutes.csv"));
    /// # let _ = form;
    /// # Ok::<(), Error>(())
    /// ```
    pub fn json<T: Serialize + ?Sized>(
        self,
        name: impl Into<Cow<'static, str>>,
        value: &T,
    ) -> Result<Self, Error> {
        let name = name.into();
        let json = to_json(&name, value)?;
        Ok(self.field(name, json, "application/json"))
    }

    /// Adds a value that is no file, with the `Content-Type` that the server wants for it.
    #[must_use]
    pub fn field(
        self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<Bytes>,
        media_type: impl Into<Cow<'static, str>>,
    ) -> Self {
        let value = value.into();
        let media_type = Some(media_type.into());
        self.part(name, Part::Field { value, media_type })
    }

    /// Adds a file.
    #[must_use]
    pub fn upload(self, name: impl Into<Cow<'static, str>>, upload: impl Into<Upload>) -> Self {
        self.part(name, Part::File(upload.into()))
    }

    /// Whether the form has no part.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.parts.iter().any(|(own, _)| own == name)
    }

    /// Whether the same body can be sent again, as a retry does: no part is a stream.
    pub fn is_replayable(&self) -> bool {
        let once = |part: &Part| matches!(part, Part::File(upload) if !upload.is_replayable());
        !self.parts.iter().any(|(_, part)| once(part))
    }

    fn part(mut self, name: impl Into<Cow<'static, str>>, part: Part) -> Self {
        self.parts.push((name.into(), part));
        self
    }

    /// Whether a part is a stream that was begun, so that the form cannot be sent any more.
    pub(crate) fn is_spent(&self) -> bool {
        let spent = |part: &Part| matches!(part, Part::File(upload) if upload.is_spent());
        self.parts.iter().any(|(_, part)| spent(part))
    }

    /// Makes this form the body of a request, for one attempt. An optional body without parts is
    /// left out.
    pub(crate) async fn attach(
        &self,
        client: &reqwest::Client,
        operation: &Operation,
        request: &mut Request,
    ) -> Result<(), Failure> {
        if self.is_empty() && operation.request().is_some_and(|body| body.is_optional()) {
            return Ok(());
        }
        let mut form = multipart::Form::new().percent_encode_noop();
        for (name, part) in &self.parts {
            form = form.part(header::part_name(name), part.open(name).await?);
        }
        // reqwest writes nothing at all for a form without parts, which is no multipart body.
        let nothing = self
            .is_empty()
            .then(|| Body::from(format!("--{}--\r\n", form.boundary())));
        let url = request.url().clone();
        let built = client
            .request(request.method().clone(), url)
            .multipart(form);
        let mut built = built.build().map_err(Failure::transport)?;
        let headers = request.headers_mut();
        headers.remove(CONTENT_LENGTH);
        for name in [CONTENT_TYPE, CONTENT_LENGTH] {
            if nothing.is_some() && name == CONTENT_LENGTH {
                continue;
            }
            if let Some(value) = built.headers_mut().remove(&name) {
                headers.insert(name, value);
            }
        }
        *request.body_mut() = nothing.or_else(|| built.body_mut().take());
        Ok(())
    }
}

impl Part {
    async fn open(&self, name: &str) -> Result<multipart::Part, Failure> {
        let (value, media_type) = match self {
            Self::File(upload) => return upload.open(name).await,
            Self::Field { value, media_type } => (value.clone(), media_type),
        };
        let length = value.len() as u64;
        let part = multipart::Part::stream_with_length(value, length);
        match media_type {
            Some(media_type) => header::with_media_type(part, name, media_type),
            None => Ok(part),
        }
    }
}

pub(super) fn to_json<T: Serialize + ?Sized>(name: &str, value: &T) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(value)
        .map_err(|_| Failure::invalid(format!("part `{name}` cannot be written as JSON")))
}

/// Shows names and lengths, and no content.
impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.parts.iter().map(|(name, part)| (name, part)))
            .finish()
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field { value, .. } => write!(f, "[{} bytes]", value.len()),
            Self::File(upload) => upload.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Method, RequestBody};
    use http_body_util::BodyExt;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static OPERATION: Operation = Operation::new("x", Method::Post, "/x")
        .request(RequestBody::new("multipart/form-data"))
        .build();

    /// A part as a server sees it: name, file name, media type, content.
    type Seen = (String, Option<String>, Option<String>, Vec<u8>);

    async fn attached(form: &Form, operation: &Operation) -> Result<Request, Failure> {
        // Making one takes longer than a whole property test with it.
        static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(reqwest::Client::new);
        let client = &*CLIENT;
        let mut request = client.post("http://h/x").build().unwrap();
        form.attach(client, operation, &mut request).await?;
        Ok(request)
    }

    /// What a parser that knows nothing of ours makes of the form, with the length in the head.
    async fn sent(form: &Form) -> Vec<Seen> {
        let mut request = attached(form, &OPERATION).await.unwrap();
        let headers = request.headers();
        let boundary = multer::parse_boundary(headers[CONTENT_TYPE].to_str().unwrap()).unwrap();
        let length = headers.get(CONTENT_LENGTH).cloned();
        let body = request.body_mut().take().unwrap();
        let body = body.collect().await.unwrap().to_bytes();
        if let Some(length) = length {
            assert_eq!(length.to_str().unwrap(), body.len().to_string());
        }
        let body = futures_util::stream::iter([std::io::Result::Ok(body)]);
        let mut parts = multer::Multipart::new(body, boundary);
        let mut seen = Vec::new();
        while let Some(part) = parts.next_field().await.unwrap() {
            let text = |text: Option<&str>| text.map(str::to_owned);
            let name = text(part.name()).unwrap();
            let file_name = text(part.file_name());
            let media_type = part.content_type().map(ToString::to_string);
            seen.push((
                name,
                file_name,
                media_type,
                part.bytes().await.unwrap().to_vec(),
            ));
        }
        seen
    }

    fn run<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(future)
    }

    fn seen(name: &str, file: Option<&str>, media_type: Option<&str>, content: &str) -> Seen {
        let text = |text: Option<&str>| text.map(str::to_owned);
        (
            name.to_owned(),
            text(file),
            text(media_type),
            content.into(),
        )
    }

    #[test]
    fn each_kind_of_part() {
        let form = Form::new()
            .text("title", "Grüße\r\n--x")
            .json("meta", &[1, 2])
            .unwrap()
            .field("rows", "a;b", "text/csv")
            .upload("plain", Upload::from_bytes("x"))
            .upload("named", Upload::from_bytes("").file_name("ä \"1\".csv"))
            .upload(
                "typed",
                Upload::from_bytes("x")
                    .media_type("image/png")
                    .file_name("a"),
            );
        let octets = Some("application/octet-stream");
        assert_eq!(
            run(sent(&form)),
            [
                seen("title", None, None, "Grüße\r\n--x"),
                seen("meta", None, Some("application/json"), "[1,2]"),
                seen("rows", None, Some("text/csv"), "a;b"),
                seen("plain", Some("blob"), octets, "x"),
                seen("named", Some("ä \"1\".csv"), Some("text/csv"), ""),
                seen("typed", Some("a"), Some("image/png"), "x"),
            ]
        );
    }

    #[test]
    fn a_form_without_parts_is_a_body_or_left_out() {
        assert_eq!(run(sent(&Form::new())), []);
        let optional = Operation::new("x", Method::Post, "/x")
            .request(RequestBody::new("multipart/form-data").optional())
            .build();
        let request = run(attached(&Form::new(), &optional)).unwrap();
        assert!(request.body().is_none() && request.headers().is_empty());
    }

    #[test]
    fn bytes_and_files_are_sent_again_and_streams_are_not() {
        let file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
        std::fs::write(file.path(), "a;b").unwrap();
        let again = Form::new().text("a", "b").upload("file", file.path());
        assert!(again.is_replayable());
        assert_eq!(run(sent(&again)), run(sent(&again)));
        assert_eq!(run(sent(&again))[1].2.as_deref(), Some("text/csv"));

        let stream = futures_util::stream::iter([std::io::Result::Ok("a"), Ok("b")]);
        let once = Form::new().upload("film", Upload::from_stream(stream));
        assert!(!once.is_replayable());
        drop(run(attached(&once, &OPERATION)).unwrap());
        assert!(!once.is_spent());
        let octets = Some("application/octet-stream");
        assert_eq!(
            run(sent(&once.clone())),
            [seen("film", Some("blob"), octets, "ab")]
        );
        assert!(once.is_spent());
        let failure = run(attached(&once, &OPERATION)).unwrap_err();
        assert!(
            failure.reason().contains("cannot be sent twice"),
            "{failure}"
        );
    }

    #[test]
    fn nothing_of_the_content_is_shown() {
        let form = Form::new()
            .text("title", "s3cr3t")
            .upload("file", Upload::from_bytes("s3cr3t").file_name("a.txt"));
        let text = format!("{form:?}");
        assert!(!text.contains("s3cr3t") && text.contains("a.txt"), "{text}");
    }

    proptest! {
        #[test]
        fn what_is_sent_is_read_by_others(
            parts in prop::collection::vec(
                ("[^\\pC\\\\]{1,20}", prop::option::of("[^\\pC\\\\/]{1,30}"), any::<Vec<u8>>()),
                1..5,
            )
        ) {
            let form = parts.iter().fold(Form::new(), |form, (name, file, content)| match file {
                Some(file) => {
                    let upload = Upload::from_bytes(content.clone()).file_name(file);
                    form.upload(name.clone(), upload.media_type("a/b"))
                }
                None => form.field(name.clone(), content.clone(), "a/b"),
            });
            let expected: Vec<Seen> = parts
                .into_iter()
                .map(|(name, file, content)| (name, file, Some("a/b".to_owned()), content))
                .collect();
            prop_assert_eq!(run(sent(&form)), expected);
        }

        #[test]
        fn names_never_leave_their_line(name in any::<String>(), file in any::<String>()) {
            let form = Form::new().upload(name, Upload::from_bytes("").file_name(file));
            prop_assert_eq!(run(sent(&form)).len(), 1);
            let mut request = run(attached(&form, &OPERATION)).unwrap();
            let body = request.body_mut().take().unwrap();
            let body = run(body.collect()).unwrap().to_bytes();
            let lines = body.split(|byte| matches!(byte, b'\r' | b'\n')).filter(|l| !l.is_empty());
            // Boundary, disposition, media type, boundary.
            prop_assert_eq!(lines.count(), 4);
        }
    }
}
