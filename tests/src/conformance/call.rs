//! A call, made the way the code of a generated client makes it.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use http::HeaderMap;
use openapi_client_runtime::{
    Body, CallOptions, Core, Error, Failure, Operation, QueryParam, RawRequest, RawResponse,
    Request, ResponseValue, encode_path,
};
use serde::Deserialize;
use serde_json::Value;

use crate::clients::Client;

use super::client::Retrying;
use super::form::{Part, form};
use super::list::{Listing, Reading};
use super::operation::{Named, method};
use super::play::Printed;
use super::stage::wait;

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Call {
    operation: Option<Named>,
    raw: Option<Raw>,
    #[serde(default)]
    pub(super) path: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) query: Vec<(String, String)>,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "super::some")]
    pub(super) json: Option<Value>,
    pub(super) text: Option<String>,
    pub(super) stream: Option<String>,
    #[serde(default)]
    pub(super) form: Vec<Part>,
    #[serde(default)]
    pub(super) options: Options,
    #[serde(default)]
    pub(super) after_ms: u64,
    /// Whether all pages are read, and how.
    all: Option<Reading>,
}

/// A call that no document knows.
#[derive(Clone, Debug, Deserialize)]
struct Raw {
    method: String,
    path: String,
    credentials: Option<Vec<String>>,
    #[serde(default)]
    ignores_body: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Options {
    timeout_ms: Option<u64>,
    attempt_timeout_ms: Option<u64>,
    retry: Option<Retrying>,
    pub(super) idempotency_key: Option<String>,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
}

impl Options {
    fn options(&self) -> CallOptions {
        let mut options = CallOptions::new();
        if let Some(timeout) = self.timeout_ms {
            options = options.timeout(Duration::from_millis(timeout));
        }
        if let Some(timeout) = self.attempt_timeout_ms {
            options = options.attempt_timeout(Duration::from_millis(timeout));
        }
        if let Some(retry) = &self.retry {
            options = options.retry(retry.policy());
        }
        if let Some(key) = &self.idempotency_key {
            options = options.idempotency_key(key);
        }
        for (name, value) in &self.headers {
            options = options.header(name, value);
        }
        options
    }
}

/// A success.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) request_id: Option<String>,
    pub(super) headers: HeaderMap,
    pub(super) value: Value,
    /// The name that the server gives a download.
    pub(super) file_name: Option<String>,
}

impl Answer {
    fn of_list(value: Value) -> Self {
        Self {
            status: 200,
            request_id: None,
            headers: HeaderMap::new(),
            value,
            file_name: None,
        }
    }

    fn of<T>(response: &ResponseValue<T>, value: Value) -> Self {
        Self {
            status: response.status().as_u16(),
            request_id: response.request_id().map(str::to_owned),
            headers: response.headers().clone(),
            value,
            file_name: None,
        }
    }
}

impl Call {
    /// Makes the call; what it is made of and what it meets is printed.
    pub(super) async fn make(
        &self,
        core: &Core,
        client: &Client,
        printed: &Printed,
    ) -> Result<Result<Answer, Error<Value>>, String> {
        wait(self.after_ms).await;
        let mut options = self.options.options();
        if !self.form.is_empty() {
            options = options.with_form(form(&self.form).map_err(|e| e.to_string())?);
        }
        printed.add(&options);
        if let Some(raw) = &self.raw {
            return Ok(self.send_raw(raw, core, options, printed).await);
        }
        let operation = self
            .operation
            .as_ref()
            .ok_or("a call needs an operation")?
            .find(client)?;
        if let Some(reading) = &self.all {
            let listing = Listing {
                call: self.clone(),
                core: core.clone(),
                operation,
                options,
                printed: printed.clone(),
            };
            return Ok(reading.read(listing).await.map(Answer::of_list));
        }
        let result = self.exchange(core, operation, options, printed).await;
        Ok(result.map_err(|error| error.in_operation(operation)))
    }

    async fn send_raw(
        &self,
        raw: &Raw,
        core: &Core,
        options: CallOptions,
        printed: &Printed,
    ) -> Result<Answer, Error<Value>> {
        let request = self.raw_request(raw, core)?.with_options(options);
        printed.add(&request);
        if raw.ignores_body {
            let response = request.send_ignoring_body().await?;
            return Ok(Answer::of(&response, Value::Null));
        }
        let response = request.send::<Value>().await?;
        Ok(Answer::of(&response, (*response).clone()))
    }

    fn raw_request(&self, raw: &Raw, core: &Core) -> Result<RawRequest, Error<Value>> {
        let method = method(&raw.method).map_err(Error::InvalidRequest)?;
        let mut request = core.request(method, &raw.path);
        for (name, value) in &self.query {
            request = request.query(name, value);
        }
        if let Some(json) = &self.json {
            request = request.json(json);
        }
        if let Some(text) = &self.text {
            request = request.body(text.clone());
        }
        if let Some(schemes) = &raw.credentials {
            request = request.credentials(schemes);
        }
        Ok(request)
    }

    async fn exchange(
        &self,
        core: &Core,
        operation: &'static Operation,
        options: CallOptions,
        printed: &Printed,
    ) -> Result<Answer, Error<Value>> {
        let request = self.request(core, operation)?;
        let response = core.execute(request, operation, options).await?;
        printed.add(&response);
        match response.outcome() {
            200..=299 => self.accepted(response, operation).await,
            400..=599 => Err(Error::ErrorResponse(
                ResponseValue::from_response(response).await?,
            )),
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }

    async fn accepted(
        &self,
        response: RawResponse,
        operation: &'static Operation,
    ) -> Result<Answer, Error<Value>> {
        let declared = operation.response_for(response.status().as_u16());
        if declared.is_some_and(|spec| spec.media_types().is_empty()) {
            return Ok(Answer::of(&ResponseValue::empty(response), Value::Null));
        }
        if operation.streams() {
            return streamed(response).await;
        }
        let value = ResponseValue::<Value>::from_response(response).await?;
        Ok(Answer::of(&value, (*value).clone()))
    }

    pub(super) fn request(
        &self,
        core: &Core,
        operation: &'static Operation,
    ) -> Result<Request, Error<Value>> {
        let mut path = operation.path().to_owned();
        for (name, value) in &self.path {
            path = path.replace(&format!("{{{name}}}"), &encode_path(value));
        }
        let url = format!("{}{path}", core.base_url());
        let mut request = core.requests().request(operation.method(), url);
        for (name, value) in &self.query {
            request = request.query(&QueryParam::new(name, value));
        }
        for (name, value) in &self.headers {
            let unfit = |()| Error::InvalidRequest(format!("{name} cannot be sent"));
            let header = http::HeaderName::try_from(name).map_err(|_| unfit(()))?;
            let value = http::HeaderValue::try_from(value).map_err(|_| unfit(()))?;
            request = request.header(header, value);
        }
        if let Some(json) = &self.json {
            request = request.json(json);
        }
        if let Some(text) = &self.text {
            request = request.body(text.clone());
        }
        if let Some(text) = &self.stream {
            let pieces: Vec<Result<Bytes, String>> =
                text.chars().map(|c| Ok(c.to_string().into())).collect();
            let stream = futures_util::stream::iter(pieces);
            request = request.body(Body::from_stream(stream));
        }
        Ok(request.build()?)
    }
}

/// The bytes of a stream, as text.
async fn streamed(response: RawResponse) -> Result<Answer, Error<Value>> {
    let mut response = ResponseValue::stream(response);
    let file_name = response.file_name().map(str::to_owned);
    let mut bytes = Vec::new();
    while let Some(chunk) = response.next().await {
        bytes.extend_from_slice(&chunk.map_err(Failure::from)?);
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let mut answer = Answer::of(&response, Value::String(text));
    answer.file_name = file_name;
    Ok(answer)
}
