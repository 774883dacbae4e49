//! Calls that the document does not know.

use std::fmt;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::call::core::Target;
use crate::call::request::Request;
use crate::wire::path::encode_literal;
use crate::{
    ByteStream, CallOptions, Core, Error, Failure, Form, Method, Operation, RawResponse,
    ResponseValue,
};

/// A call put together by hand, for what the document does not know yet. Made by
/// [`Core::request`]; generated clients hand it on as `client.request(..)`.
///
/// ```no_run
/// # use openapi_client_runtime::{Core, Error, Method, JsonValue, encode_path};
/// # async fn example(core: Core) -> Result<(), Error<JsonValue>> {
/// let path = format!("/things/{}/parts", encode_path("a/b"));
/// let parts = core
///     .request(Method::Get, path)
///     .query("limit", 10)
///     .send::<Vec<String>>()
///     .await?
///     .into_inner();
/// # Ok(())
/// # }
/// ```
#[must_use = "a request does nothing until it is sent"]
pub struct RawRequest {
    core: Core,
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    body: Option<Result<(Bytes, &'static str), String>>,
    form: Option<Form>,
    credentials: Option<Vec<String>>,
    options: CallOptions,
}

impl Core {
    /// Starts a call that the document does not know, with everything that other calls have:
    /// credentials, retries, limits, errors. `path` stands below the base URL and begins with a
    /// slash; encode what you put into it with [`encode_path`](crate::encode_path).
    pub fn request(&self, method: crate::Method, path: impl Into<String>) -> RawRequest {
        RawRequest::new(self.clone(), method, path.into())
    }
}

/// The error body of a call that the document does not know. [`RawRequest`] has an example.
pub type JsonValue = serde_json::Value;

impl RawRequest {
    pub(crate) fn new(core: Core, method: Method, path: String) -> Self {
        Self {
            core,
            method,
            path,
            query: Vec::new(),
            body: None,
            form: None,
            credentials: None,
            options: CallOptions::new(),
        }
    }

    /// Adds a query parameter; several of one name all go out.
    pub fn query(mut self, name: impl Into<String>, value: impl fmt::Display) -> Self {
        self.query.push((name.into(), format!("{value}")));
        self
    }

    /// Sets the body, as JSON.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body)
            .map(|json| (json.into(), "application/json"))
            .map_err(|error| error.to_string());
        self.body = Some(body);
        self
    }

    /// Sets the body, as it is; give its media type with [`CallOptions::header`] if it is not
    /// `application/octet-stream`.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Some(Ok((body.into(), "application/octet-stream")));
        self
    }

    /// Sets the body, as `multipart/form-data`; what another method set is not sent then.
    ///
    /// ```no_run
    /// # use openapi_client_runtime::{Core, Error, Form, Method, JsonValue, Upload};
    /// # async fn example(core: Core) -> Result<(), Error<JsonValue>> {
    /// let form = Form::new().upload("file", Upload::from_path("minutes.csv"));
    /// let request = core.request(Method::Post, "/files").form(form);
    /// request.send_ignoring_body().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn form(mut self, form: Form) -> Self {
        self.form = Some(form);
        self
    }

    /// Names the security schemes whose credentials the call gets, all of them; none for a call
    /// without any. Without this it gets those of the document's general security, or the only
    /// credential the client has.
    ///
    /// ```no_run
    /// # use openapi_client_runtime::{Core, Error, Method, JsonValue};
    /// # async fn example(core: Core) -> Result<(), Error<JsonValue>> {
    /// // As the application, although the client has a user's token too.
    /// let request = core.request(Method::Post, "/reports").credentials(["apiKey"]);
    /// request.json(&serde_json::json!({ "month": "2026-01" })).send_ignoring_body().await?;
    ///
    /// // As nobody.
    /// let health = core.request(Method::Get, "/health").credentials(Vec::<String>::new());
    /// health.send_ignoring_body().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn credentials(mut self, schemes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.credentials = Some(schemes.into_iter().map(Into::into).collect());
        self
    }

    /// Sets options of this call only, such as its timeout or further headers.
    pub fn with_options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Sends the call and decodes its answer as JSON.
    ///
    /// # Errors
    ///
    /// As for every call; error statuses of any body are [`ErrorKind::Api`](crate::ErrorKind::Api).
    pub async fn send<T: DeserializeOwned>(self) -> Result<ResponseValue<T>, Error<JsonValue>> {
        let response = self.execute().await?;
        accepted(response).await
    }

    /// Sends the call and gives its answer as it comes, whatever its type.
    ///
    /// # Errors
    ///
    /// As for [`send`](Self::send).
    ///
    /// ```no_run
    /// # use openapi_client_runtime::{Core, Method};
    /// # async fn example(core: Core) -> Result<(), Box<dyn std::error::Error>> {
    /// let request = core.request(Method::Get, "/exports/latest");
    /// let export = request.send_streaming().await?.into_inner();
    /// export.save_to("export.zip").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn send_streaming(mut self) -> Result<ResponseValue<ByteStream>, Error<JsonValue>> {
        self.options = self.options.streaming();
        let response = self.execute().await?;
        if response.status().is_success() {
            return Ok(ResponseValue::stream(response));
        }
        Err(refused(response).await)
    }

    /// Sends the call and leaves the body of its answer alone.
    ///
    /// # Errors
    ///
    /// As for [`send`](Self::send).
    pub async fn send_ignoring_body(self) -> Result<ResponseValue<()>, Error<JsonValue>> {
        let response = self.execute().await?;
        if response.status().is_success() {
            return Ok(ResponseValue::empty(response));
        }
        Err(refused(response).await)
    }

    async fn execute(self) -> Result<RawResponse, Failure> {
        let operation = operation(self.method);
        let request = self.request().map_err(|failure| failure.of(operation))?;
        let mut options = self.options;
        if let Some(form) = self.form {
            options = options.with_form(form);
        }
        let target = Target::ByHand(self.credentials);
        self.core.send_to(target, request, operation, options).await
    }

    fn request(&self) -> Result<Request, Failure> {
        check_path(&self.path).map_err(Failure::invalid)?;
        let url = format!("{}{}", self.core.base()?, encode_literal(&self.path));
        let mut request = Request::new(self.method, url);
        for (name, value) in &self.query {
            request.query.push(name, value);
        }
        request.headers.insert(
            ACCEPT,
            HeaderValue::from_static("application/json, */*;q=0.5"),
        );
        match &self.body {
            None => {}
            Some(Ok((body, media_type))) => {
                let media_type = HeaderValue::from_static(media_type);
                request.headers.insert(CONTENT_TYPE, media_type);
                request.body = Some(body.clone().into());
            }
            Some(Err(error)) => {
                return Err(Failure::invalid(format!("its body is no JSON: {error}")));
            }
        }
        let parsed = request.parsed_url()?;
        if parsed.as_str().split('?').next() != Some(request.url.as_str()) {
            return Err(Failure::invalid(
                "its path means another one to a URL parser; encode what you put into it with \
                 `encode_path`",
            ));
        }
        Ok(request)
    }
}

/// What would lead elsewhere, or into the query.
fn check_path(path: &str) -> Result<(), &'static str> {
    if !path.starts_with('/') || path.contains(['?', '#']) {
        return Err(
            "its path must begin with a slash and hold no query; add parameters with `query`",
        );
    }
    // A URL parser drops line breaks and tabs wherever they stand, and takes `\` for `/`.
    if path.contains(|c: char| c.is_control() || c == '\\') {
        return Err(
            "its path holds a control character or a backslash, which would lead elsewhere; encode \
             what you put into it with `encode_path`",
        );
    }
    if path.split('/').any(is_dots) {
        return Err(
            "its path has a segment `.` or `..`, which would lead elsewhere; encode what you put \
             into it with `encode_path`",
        );
    }
    Ok(())
}

/// Whether a URL parser would swallow the segment (WHATWG URL, section 4.1).
fn is_dots(segment: &str) -> bool {
    let segment = segment.to_ascii_lowercase().replace("%2e", ".");
    matches!(segment.as_str(), "." | "..")
}

async fn accepted<T: DeserializeOwned>(
    response: RawResponse,
) -> Result<ResponseValue<T>, Error<JsonValue>> {
    if response.status().is_success() {
        return ResponseValue::from_response(response).await;
    }
    Err(refused(response).await)
}

async fn refused(response: RawResponse) -> Error<JsonValue> {
    if !response.status().is_client_error() && !response.status().is_server_error() {
        return Error::UnexpectedResponse(response);
    }
    match ResponseValue::from_response(response).await {
        Ok(body) => Error::ErrorResponse(body),
        Err(error) => error,
    }
}

/// What the table would say of a call by hand: its method, by which retries are judged.
fn operation(method: Method) -> &'static Operation {
    const fn of(method: Method) -> Operation {
        Operation::new("request", method, "(not in the document)").build()
    }
    static GET: Operation = of(Method::Get);
    static PUT: Operation = of(Method::Put);
    static POST: Operation = of(Method::Post);
    static PATCH: Operation = of(Method::Patch);
    static DELETE: Operation = of(Method::Delete);
    static HEAD: Operation = of(Method::Head);
    match method {
        Method::Get => &GET,
        Method::Put => &PUT,
        Method::Post => &POST,
        Method::Patch => &PATCH,
        Method::Delete => &DELETE,
        Method::Head => &HEAD,
    }
}

impl fmt::Debug for RawRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawRequest")
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Api;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static API: Api = Api::new("x", "1.0.0");
    /// One for all cases: a client takes long to set up.
    static CORE: LazyLock<Core> = LazyLock::new(|| {
        let core = Core::builder(&API).base_url("http://127.0.0.1/base");
        core.build().unwrap()
    });

    fn url(path: &str) -> Result<String, String> {
        let request = CORE.request(Method::Get, path).request();
        let request = request.map_err(|failure| failure.reason().to_owned())?;
        Ok(request.parsed_url().unwrap().to_string())
    }

    #[test]
    fn a_path_that_would_lead_elsewhere_is_refused() {
        for path in [
            "/things/..\t",
            "/things/.\t./admin",
            "/things/.\n./admin",
            "/things/..\r/admin",
            "/things/..\0",
            "/things/..\\admin",
            "/\\evil.example.com",
            "/things/%2e%2E/admin",
            "/things/..",
            "things",
            "/things?x=1",
            "",
        ] {
            assert!(url(path).is_err(), "{path:?}");
        }
        assert_eq!(
            url("/a b/%2F//").unwrap(),
            "http://127.0.0.1/base/a%20b/%2F//"
        );
        assert_eq!(url("/x ").unwrap(), "http://127.0.0.1/base/x%20");
        assert_eq!(url("/").unwrap(), "http://127.0.0.1/base/");
    }

    proptest! {
        #[test]
        fn a_path_arrives_segment_by_segment(path in "(/|\\.|%2e|[a-z ^|{\"\\\\\t\n]|.){0,20}") {
            if let Ok(url) = url(&path) {
                let sent = url.strip_prefix("http://127.0.0.1/base").unwrap();
                let decoded = |text: &str| {
                    let bytes = percent_encoding::percent_decode_str(text);
                    bytes.decode_utf8_lossy().into_owned()
                };
                let segments = |text: &str| text.split('/').map(decoded).collect::<Vec<_>>();
                prop_assert_eq!(segments(sent), segments(&path));
            }
        }

        #[test]
        fn a_query_value_arrives_as_it_was_given(value in "(.|[\u{FDD0}-\u{FDD3}]){0,20}") {
            let request = CORE.request(Method::Get, "/a").query("q", &value).request().unwrap();
            let url = request.parsed_url().unwrap();
            let read: Vec<_> = url.query_pairs().into_owned().collect();
            prop_assert_eq!(read, [("q".to_owned(), value)]);
        }
    }
}
