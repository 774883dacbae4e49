//! Replies: raw, typed and streamed.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::pin::pin;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use http::StatusCode;
use http::header::HeaderMap;
use serde::de::DeserializeOwned;
use url::Url;

use crate::call::queue::WriteGuard;
use crate::call::scope::Scope;
use crate::error::reply::Reply;
use crate::facts::api::Api;
use crate::wire::decode;
use crate::wire::page_rows::rows_in;
use crate::{ByteStream, Error, ErrorKind, Failure, Method, Operation, ResponseSpec};

/// A reply whose status is known and whose body, for a success, is still under way.
///
/// Dropping it ends the call: the next write on the same resource may go out. Only generated code names
/// it; users get a [`ResponseValue`].
#[doc(hidden)]
pub struct RawResponse(Box<Inner>);

/// What a response holds; in a place of its own, because responses are handed on often.
struct Inner {
    reply: Reply,
    body: Body,
    limit: usize,
    // What ends with the reply.
    scope: Scope,
    guard: Option<WriteGuard>,
}

/// The reply to one attempt.
pub(crate) struct Answer {
    pub(crate) reply: Reply,
    body: Body,
}

enum Body {
    /// A stream: read when and as the caller wants it.
    Open(Box<reqwest::Response>),
    Read(Bytes),
    /// It was read, and broke off.
    Broken(Failure),
}

/// A reply whose head has come, and what is to be done with it.
pub(crate) struct Received {
    pub(crate) api: &'static Api,
    pub(crate) operation: &'static Operation,
    pub(crate) limit: usize,
    /// Whether a success is left unread.
    pub(crate) streams: bool,
}

impl Received {
    /// Takes over a reply and reads its body for as long as `time` lasts, unless it is one that
    /// `streams`. A success that breaks off is a failure; an error is one anyway, and keeps what
    /// came.
    pub(crate) async fn read(
        self,
        mut response: reqwest::Response,
        time: impl Future<Output = ()>,
        late: impl FnOnce() -> Failure,
    ) -> Result<Answer, Failure> {
        let headers = std::mem::take(response.headers_mut());
        let mut reply = Reply::new(self.api, response.status(), headers);
        let body = if !reply.status.is_success() {
            let mut body = BytesMut::new();
            let all = read_what_comes(response, self.limit.min(ERROR_LIMIT), &mut body);
            select(pin!(all), pin!(time)).await;
            let body = body.freeze();
            reply.keep_excerpt(&body);
            reply.read_members(self.api.error_members, &body);
            Body::Read(body)
        } else if self.streams {
            Body::Open(Box::new(response))
        } else {
            let all = pin!(read_bounded(response, self.limit));
            let body = match select(all, pin!(time)).await {
                Either::Left((body, _)) => body,
                Either::Right(_) => Err(late()),
            };
            match body {
                Ok(body) => Body::Read(body),
                Err(failure) => return Err(failure.with_reply(reply).of(self.operation)),
            }
        };
        Ok(Answer { reply, body })
    }
}

/// Most bytes that are read of the body of an error.
const ERROR_LIMIT: usize = 1024 * 1024;

impl RawResponse {
    /// The status, by which generated code chooses how to read the reply. A redirection that the
    /// document declares is an outcome like any other and counts as a success.
    pub fn outcome(&self) -> u16 {
        let status = self.status();
        if !status.is_redirection() {
            return status.as_u16();
        }
        let declared = self.operation().response_for(status.as_u16());
        match declared.and_then(ResponseSpec::envelope_variant) {
            Some(_) => 200,
            None => status.as_u16(),
        }
    }

    pub(crate) fn new(
        answer: Answer,
        limit: usize,
        guard: Option<WriteGuard>,
        scope: Scope,
    ) -> Self {
        let Answer { reply, body } = answer;
        Self(Box::new(Inner {
            reply,
            body,
            limit,
            scope,
            guard,
        }))
    }

    /// The status of the reply.
    pub fn status(&self) -> StatusCode {
        self.0.reply.status
    }

    /// The headers of the reply.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.reply.headers
    }

    /// The operation that was answered.
    pub fn operation(&self) -> &'static Operation {
        self.0.scope.operation()
    }

    pub(crate) fn reply(&self) -> &Reply {
        &self.0.reply
    }

    /// The same with its body in memory, at most as much of it as the client allows.
    async fn read(mut self) -> Self {
        let inner = &mut *self.0;
        let body = std::mem::replace(&mut inner.body, Body::Read(Bytes::new()));
        inner.body = match body {
            Body::Open(response) => {
                let reading = read_bounded(*response, inner.limit);
                let body = match inner.scope.span() {
                    Some(span) => span.run(reading).await,
                    None => reading.await,
                };
                body.map_or_else(Body::Broken, Body::Read)
            }
            read => read,
        };
        self
    }
}

impl fmt::Debug for RawResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawResponse")
            .field("operation", &self.operation())
            .field("reply", self.reply())
            .finish_non_exhaustive()
    }
}

async fn read_bounded(mut response: reqwest::Response, limit: usize) -> Result<Bytes, Failure> {
    let too_large = || {
        let reason = format!(
            "its body is larger than {limit} bytes, the limit of this client (raise it with \
             `response_body_limit`)"
        );
        Failure::new(ErrorKind::BodyTooLarge, reason)
    };
    let announced = response.content_length().unwrap_or(0);
    if usize::try_from(announced).map_or(true, |announced| announced > limit) {
        return Err(too_large());
    }
    let Some(first) = response.chunk().await.map_err(Failure::transport)? else {
        return Ok(Bytes::new());
    };
    if first.len() > limit {
        return Err(too_large());
    }
    let Some(second) = response.chunk().await.map_err(Failure::transport)? else {
        // Nearly all bodies come in one piece, which needs no copy.
        return Ok(first);
    };
    let announced = usize::try_from(announced).unwrap_or(0).min(RESERVED);
    let mut body = BytesMut::with_capacity(announced.max(first.len() + second.len()));
    body.extend_from_slice(&first);
    let mut next = Some(second);
    while let Some(chunk) = next {
        if chunk.len() > limit - body.len() {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
        next = response.chunk().await.map_err(Failure::transport)?;
    }
    Ok(body.freeze())
}

/// How much room is made for a body at most before it has come: a server may announce more than it
/// sends.
const RESERVED: usize = 1024 * 1024;

/// Reads the body of an error for as long as it comes: what is missing must not hide the status.
async fn read_what_comes(mut response: reqwest::Response, limit: usize, body: &mut BytesMut) {
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = limit - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() >= room {
            break;
        }
    }
}

/// The typed value of a reply, with its status and headers. Dereferences to the value.
///
/// ```
/// use openapi_client_runtime::ResponseValue;
///
/// struct Thing {
///     name: String,
/// }
///
/// fn log(reply: &ResponseValue<Thing>) {
///     let id = reply.request_id().unwrap_or("none");
///     println!("{} ({}, request {id})", reply.name, reply.status());
/// }
///
/// fn names(replies: Vec<ResponseValue<Thing>>) -> Vec<String> {
///     replies.into_iter().map(|reply| reply.into_inner().name).collect()
/// }
/// ```
pub struct ResponseValue<T> {
    value: T,
    reply: Reply,
}

impl<T> ResponseValue<T> {
    #[cfg(test)]
    pub(crate) fn new(value: T, reply: Reply) -> Self {
        Self { value, reply }
    }

    /// The value alone.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The status of the reply.
    pub fn status(&self) -> StatusCode {
        self.reply.status
    }

    /// The headers of the reply.
    pub fn headers(&self) -> &HeaderMap {
        &self.reply.headers
    }

    /// The id that the server gave the request.
    pub fn request_id(&self) -> Option<&str> {
        self.reply.request_id()
    }

    /// Where the value came from, without the query; known of pages that link to each other.
    pub(crate) fn url(&self) -> Option<&Url> {
        self.reply.rare()?.url.as_deref()
    }

    /// What tells the items of a page from those of another one.
    pub(crate) fn rows(&self) -> Option<u64> {
        self.reply.rare()?.rows
    }

    pub(crate) fn into_parts(self) -> (T, Reply) {
        (self.value, self.reply)
    }
}

impl<T: DeserializeOwned> ResponseValue<T> {
    /// Reads and decodes the body; only generated code calls it.
    #[doc(hidden)]
    pub async fn from_response<E>(mut response: RawResponse) -> Result<Self, Error<E>> {
        if matches!(response.0.body, Body::Open(_)) {
            // Rare, and large.
            response = Box::pin(response.read()).await;
        }
        Self::of(response)
    }

    /// Decodes a body that is in memory; the next write may go out before that.
    fn of<E>(response: RawResponse) -> Result<Self, Error<E>> {
        let operation = response.operation();
        let Inner {
            mut reply,
            body,
            mut scope,
            guard,
            ..
        } = *response.0;
        drop(guard);
        let value = match body {
            Body::Read(body) => {
                let pagination = operation.pagination();
                if let Some(rows) = pagination.and_then(|list| rows_in(&list, &body)) {
                    reply.rare_mut().rows = Some(rows);
                }
                decoded(operation, reply, &body)
            }
            Body::Broken(failure) => Err(failure.with_reply(reply)),
            // It was read before.
            Body::Open(_) => decoded(operation, reply, &[]),
        };
        value.map_err(|mut failure| {
            if !failure.has_trail() {
                failure.set_trail(scope.trail(None));
            }
            scope.failed(failure.kind());
            failure.of(operation).into()
        })
    }
}

/// An error reply that cannot be decoded is still an error reply; a success reply is not one.
fn decoded<T: DeserializeOwned>(
    operation: &Operation,
    mut reply: Reply,
    body: &[u8],
) -> Result<ResponseValue<T>, Failure> {
    let spec = operation.response_for(reply.status.as_u16());
    let fault = match decode::decode(spec, reply.content_type(), body) {
        Ok(value) => return Ok(ResponseValue { value, reply }),
        Err(fault) => fault,
    };
    let says_no_body = spec.is_none_or(|spec| spec.media_types().is_empty());
    let bare = body.is_empty() && (says_no_body || operation.method() == Method::Head);
    let (kind, reason) = match (reply.status.is_success(), bare) {
        (true, _) => (ErrorKind::Decode, fault.reason),
        (false, false) => (ErrorKind::Api, fault.reason),
        // Without a body, and no one said that there would be one: nothing to find fault with.
        (false, true) => (ErrorKind::Api, String::new()),
    };
    reply.keep_excerpt(body);
    Err(Failure::new(kind, reason).at(fault.path).with_reply(reply))
}

impl ResponseValue<()> {
    /// Leaves the body alone; only generated code calls it.
    #[doc(hidden)]
    #[must_use]
    pub fn empty(response: RawResponse) -> Self {
        Self {
            value: (),
            reply: response.0.reply,
        }
    }
}

impl ResponseValue<ByteStream> {
    /// Gives the body as it comes; only generated code calls it.
    #[doc(hidden)]
    #[must_use]
    pub fn stream(response: RawResponse) -> Self {
        let operation = response.operation();
        let Inner {
            reply,
            body,
            scope,
            guard,
            ..
        } = *response.0;
        let bytes = match body {
            Body::Read(body) => futures_util::stream::iter([Ok(body)]).left_stream(),
            Body::Broken(failure) => {
                let failure = Err(failure.of(operation).into());
                futures_util::stream::iter([failure]).left_stream()
            }
            Body::Open(response) => {
                let chunks = response.bytes_stream().map(move |chunk| {
                    chunk.map_err(|error| Failure::transport(error).of(operation).into())
                });
                chunks.right_stream()
            }
        };
        let value = ByteStream::of_reply(bytes, &reply.headers, (scope, guard));
        Self { value, reply }
    }
}

/// What generated code makes of replies that are no successes.
#[allow(non_snake_case)]
impl<E> Error<E> {
    #[doc(hidden)]
    pub fn ErrorResponse(response: ResponseValue<E>) -> Self {
        let (body, reply) = response.into_parts();
        Self::with_body(reply, body)
    }

    #[doc(hidden)]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "dropping the reply ends the call"
    )]
    pub fn UnexpectedResponse(response: RawResponse) -> Self {
        let reason = match response.status().as_u16() {
            300..=399 => "the redirection was not followed",
            _ => "the document does not describe this status",
        };
        Failure::new(ErrorKind::UnexpectedStatus, reason)
            .with_reply(response.reply().clone())
            .of(response.operation())
            .into()
    }
}

impl<T> Deref for ResponseValue<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for ResponseValue<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T> AsRef<T> for ResponseValue<T> {
    fn as_ref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for ResponseValue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseValue")
            .field("value", &self.value)
            .field("status", &self.status())
            .field("request_id", &self.request_id())
            .finish_non_exhaustive()
    }
}
