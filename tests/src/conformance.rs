//! The rules of the runtime as data: an operation, what a server answers, what must come of it.
//!
//! Cases stand in `tests/conformance/*.json` and are described by `schema.json` beside them. They
//! name operations of the Configuration API, or describe operations of their own.

use std::{collections::BTreeMap, path::Path};

use openapi_client_runtime::{
    Api, ApiKeyLocation, CallOptions, Core, Credential, Error, ErrorKind, Method, Operation, Patch,
    QueryParam, RequestBody, ResponseSpec, ResponseValue, RetryPolicy, Scheme, SchemeKind,
    SecurityRequirement, StatusRange, encode_path, reqwest,
};
use serde::Deserialize;
use serde_json::Value;

use crate::recorder::{Recorder, Reply, Request};

/// A file of cases.
#[derive(Debug, Deserialize)]
pub struct File {
    /// The cases.
    pub cases: Vec<Case>,
}

/// One case.
#[derive(Debug, Deserialize)]
pub struct Case {
    /// The rule that it shows, as a sentence.
    pub name: String,
    #[serde(default)]
    client: ClientSettings,
    call: Option<Call>,
    #[serde(default)]
    calls: Vec<Call>,
    #[serde(default)]
    replies: Vec<Told>,
    expect: Expect,
}

#[derive(Debug, Default, Deserialize)]
struct ClientSettings {
    credentials: Option<BTreeMap<String, Given>>,
    schemes: Option<BTreeMap<String, SchemeOf>>,
    features: Option<Vec<String>>,
    response_body_limit: Option<usize>,
    user_agent: Option<String>,
    #[serde(default)]
    base_path: String,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Given {
    Basic { user: String, password: String },
    Key { key: String },
    Token { token: String },
}

#[derive(Debug, Deserialize)]
struct SchemeOf {
    r#type: String,
    r#in: Option<String>,
    name: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Call {
    operation: Named,
    #[serde(default)]
    path: BTreeMap<String, String>,
    #[serde(default)]
    query: Vec<(String, String)>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "some")]
    json: Option<Value>,
    text: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Named {
    Known(String),
    Own(OwnOperation),
}

#[derive(Debug, Deserialize)]
struct OwnOperation {
    id: String,
    method: String,
    path: String,
    #[serde(default)]
    security: Vec<Vec<String>>,
    #[serde(default)]
    features: Vec<String>,
    #[serde(default)]
    serialize_by: Vec<String>,
    #[serde(default)]
    cookies: Vec<String>,
    request: Option<OwnBody>,
    #[serde(default)]
    responses: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
struct OwnBody {
    media_type: String,
    #[serde(default)]
    optional: bool,
}

#[derive(Debug, Clone, Deserialize)]
struct Told {
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    r#type: Option<String>,
    #[serde(default, deserialize_with = "some")]
    json: Option<Value>,
    text: Option<String>,
    latin1: Option<String>,
    cut: Option<usize>,
}

#[derive(Debug, Deserialize)]
struct Expect {
    sent: Sent,
    in_flight: Option<usize>,
    status: Option<u16>,
    request_id: Option<String>,
    #[serde(default, deserialize_with = "some")]
    value: Option<Value>,
    error: Option<ExpectedError>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Sent {
    Count(usize),
    Each(Vec<ExpectedRequest>),
}

#[derive(Debug, Deserialize)]
struct ExpectedRequest {
    method: Option<String>,
    path: Option<String>,
    #[serde(default)]
    query: Patch<String>,
    #[serde(default)]
    headers: BTreeMap<String, Option<String>>,
    #[serde(default, deserialize_with = "some")]
    json: Option<Value>,
    text: Option<String>,
}

#[derive(Debug, Deserialize)]
struct ExpectedError {
    kind: String,
    #[serde(default)]
    says: Vec<String>,
    #[serde(default)]
    hides: Vec<String>,
    #[serde(default)]
    message: Patch<String>,
    #[serde(default, deserialize_with = "some")]
    body: Option<Value>,
    path: Option<String>,
    retry_after_seconds: Option<u64>,
    retryable: Option<bool>,
}

/// Tells a member that is null from one that is left out.
fn some<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Reads all cases in a folder, and checks them against the schema that stands there.
///
/// # Errors
///
/// The file that cannot be used, and why.
pub fn read(folder: &Path) -> Result<Vec<Case>, String> {
    let load = |path: &Path| -> Result<Value, String> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
    };
    let schema = load(&folder.join("schema.json"))?;
    let schema = jsonschema::validator_for(&schema).map_err(|error| error.to_string())?;
    let entries = std::fs::read_dir(folder).map_err(|error| error.to_string())?;
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| !path.ends_with("schema.json"));
    paths.sort();
    let mut cases = Vec::new();
    for path in paths {
        let value = load(&path)?;
        if let Some(error) = schema.iter_errors(&value).next() {
            let place = error.instance_path();
            return Err(format!("{}, at `{place}`: {error}", path.display()));
        }
        let file: File = serde_json::from_value(value)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        cases.extend(file.cases);
    }
    Ok(cases)
}

impl Case {
    /// Plays the case.
    ///
    /// # Errors
    ///
    /// What is not as expected.
    pub async fn play(&self) -> Result<(), String> {
        if let Some(most) = self.expect.in_flight {
            return self.play_together(most).await;
        }
        let server = Recorder::replying(self.replies()).await;
        let core = self.client.core(server.url())?;
        self.nothing_shows("the client", &format!("{core:?}"))?;
        let call = self.call.as_ref().ok_or("a case needs a call")?;
        let operation = call.operation.find()?;
        let result = send(&core, call, operation).await;
        self.check_requests(&server.take())?;
        match (result, &self.expect.value, &self.expect.error) {
            (Ok(answer), Some(expected), _) => self.check_answer(&answer, expected),
            (Err(error), _, Some(expected)) => self.check_error(&error, expected),
            (Ok(answer), ..) => Err(format!("the call succeeds: {answer:?}")),
            (Err(error), ..) => Err(format!("the call fails: {error}")),
        }
    }

    /// Makes all calls at the same time.
    async fn play_together(&self, most: usize) -> Result<(), String> {
        let server = Recorder::holding(self.replies(), self.calls.len()).await;
        let core = self.client.core(server.url())?;
        let mut calls = Vec::new();
        for call in &self.calls {
            calls.push(send(&core, call, call.operation.find()?));
        }
        for result in futures_util::future::join_all(calls).await {
            result.map_err(|error| error.to_string())?;
        }
        self.check_requests(&server.take())?;
        equal(
            "number of requests in flight",
            &most,
            &server.most_in_flight(),
        )
    }

    fn check_answer(&self, answer: &Answer, expected: &Value) -> Result<(), String> {
        if self.expect.status.is_some() {
            equal("status", &self.expect.status, &Some(answer.status))?;
        }
        if self.expect.request_id.is_some() {
            equal("request id", &self.expect.request_id, &answer.request_id)?;
        }
        equal("value", expected, &answer.value)
    }

    /// What was logged while the case was played holds no secret.
    ///
    /// # Errors
    ///
    /// The secret, and the log.
    pub fn check_log(&self, log: &str) -> Result<(), String> {
        self.nothing_shows("the log", log)
    }

    fn replies(&self) -> Vec<Reply> {
        if self.replies.is_empty() {
            return vec![Reply::new(204)];
        }
        self.replies.iter().map(Told::reply).collect()
    }

    fn check_requests(&self, requests: &[Request]) -> Result<(), String> {
        match &self.expect.sent {
            Sent::Count(count) => equal("number of requests", count, &requests.len()),
            Sent::Each(expected) => {
                equal("number of requests", &expected.len(), &requests.len())?;
                let mut pairs = expected.iter().zip(requests);
                pairs.try_for_each(|(expected, request)| expected.check(request))
            }
        }
    }

    fn check_error(&self, error: &Error<Value>, expected: &ExpectedError) -> Result<(), String> {
        let printed = format!("{error}");
        equal("kind", &expected.kind.as_str(), &error.kind().as_str())
            .map_err(|e| format!("{e}: {printed}"))?;
        let status = error.status().map(|status| status.as_u16());
        equal("status", &self.expect.status, &status)?;
        if self.expect.request_id.is_some() {
            equal(
                "request id",
                &self.expect.request_id.as_deref(),
                &error.request_id(),
            )?;
        }
        if !expected.message.is_absent() {
            let message = expected.message.value().map(String::as_str);
            equal("message", &message, &error.message())?;
        }
        if expected.body.is_some() {
            equal("body", &expected.body.as_ref(), &error.body())?;
        }
        if expected.path.is_some() {
            equal("path", &expected.path.as_deref(), &error.path())?;
        }
        if let Some(seconds) = expected.retry_after_seconds {
            equal(
                "retry after",
                &Some(seconds),
                &error.retry_after().map(|wait| wait.as_secs()),
            )?;
        }
        if let Some(retryable) = expected.retryable {
            equal("retryable", &retryable, &error.is_retryable())?;
        }
        equal(
            "refused",
            &(self.expect.sent.is_none() && !is_broken(error.kind())),
            &error.is_refused(),
        )?;
        for part in &expected.says {
            if !printed.contains(part) {
                return Err(format!("{part:?} is missing in: {printed}"));
            }
        }
        let everything = format!("{printed} {error:?} {error:#?}");
        for part in &expected.hides {
            if everything.contains(part) {
                return Err(format!("{part:?} is shown in: {everything}"));
            }
        }
        self.nothing_shows("the error", &everything)
    }

    /// No credential of the case is printed, neither plain nor as Basic credentials hold it.
    fn nothing_shows(&self, what: &str, text: &str) -> Result<(), String> {
        for secret in self.client.secrets() {
            if text.contains(&secret) {
                return Err(format!("{what} shows the secret {secret:?}: {text}"));
            }
        }
        Ok(())
    }
}

impl Sent {
    fn is_none(&self) -> bool {
        match self {
            Self::Count(count) => *count == 0,
            Self::Each(requests) => requests.is_empty(),
        }
    }
}

fn is_broken(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Transport
    )
}

fn equal<T: PartialEq + std::fmt::Debug>(
    what: &str,
    expected: &T,
    found: &T,
) -> Result<(), String> {
    if expected == found {
        Ok(())
    } else {
        Err(format!("the {what} is {found:?} instead of {expected:?}"))
    }
}

impl ExpectedRequest {
    fn check(&self, request: &Request) -> Result<(), String> {
        if let Some(method) = &self.method {
            equal("method", method, &request.method)?;
        }
        if let Some(path) = &self.path {
            equal("path", path, &request.path)?;
        }
        if !self.query.is_absent() {
            equal("query", &self.query.value(), &request.query.as_ref())?;
        }
        for (name, value) in &self.headers {
            equal(name, &value.as_deref(), &request.header(name))?;
        }
        if let Some(json) = &self.json {
            let body = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
            equal("body", json, &body)?;
        }
        if let Some(text) = &self.text {
            equal("body", text, &request.text())?;
        }
        Ok(())
    }
}

impl Told {
    fn reply(&self) -> Reply {
        let mut reply = Reply::new(self.status);
        for (name, value) in &self.headers {
            reply = reply.header(name, value);
        }
        let (usual, body) = match (&self.json, &self.text, &self.latin1) {
            (Some(json), ..) => (Some("application/json"), json.to_string().into_bytes()),
            (_, Some(text), _) => (None, text.clone().into_bytes()),
            (_, _, Some(text)) => (
                None,
                text.chars().map(|c| u8::try_from(c).unwrap()).collect(),
            ),
            _ => (None, Vec::new()),
        };
        if let Some(media_type) = self.r#type.as_deref().or(usual) {
            reply = reply.header("Content-Type", media_type);
        }
        reply.body = body;
        reply.cut = self.cut;
        reply
    }
}

impl ClientSettings {
    fn core(&self, url: &str) -> Result<Core, String> {
        let mut builder = Core::builder(self.api())
            .base_url(format!("{url}{}", self.base_path))
            .retry(RetryPolicy::none());
        match &self.credentials {
            None => {
                let usual = Credential::basic("client", "s3cr3t");
                builder = builder.credential("basicAuth", usual);
            }
            Some(credentials) => {
                for (scheme, given) in credentials {
                    builder = builder.credential(scheme, given.credential());
                }
            }
        }
        if let Some(features) = &self.features {
            builder = builder.features(features);
        }
        if let Some(limit) = self.response_body_limit {
            builder = builder.response_body_limit(limit);
        }
        if let Some(agent) = &self.user_agent {
            builder = builder.user_agent(agent);
        }
        builder.build().map_err(|error| error.to_string())
    }

    /// The Configuration API, or one with the schemes of the case.
    fn api(&self) -> &'static Api {
        let Some(schemes) = &self.schemes else {
            return &configuration_client::operations::API;
        };
        let schemes = schemes.iter().map(|(name, scheme)| {
            let kind = match scheme.r#type.as_str() {
                "basic" => SchemeKind::HttpBasic,
                "bearer" => SchemeKind::HttpBearer,
                _ => SchemeKind::ApiKey {
                    location: match scheme.r#in.as_deref() {
                        Some("query") => ApiKeyLocation::Query,
                        Some("cookie") => ApiKeyLocation::Cookie,
                        _ => ApiKeyLocation::Header,
                    },
                    name: forever(scheme.name.as_deref().unwrap_or_default()),
                },
            };
            Scheme::new(forever(name), kind, forever(name))
        });
        let api = Api::new("things-client", "1.2.3").schemes(list(schemes));
        Box::leak(Box::new(api))
    }

    fn secrets(&self) -> Vec<String> {
        let Some(credentials) = &self.credentials else {
            return vec!["s3cr3t".to_owned(), "Y2xpZW50OnMzY3IzdA".to_owned()];
        };
        let secrets = credentials.values().map(|given| match given {
            Given::Basic { password, .. } => password.clone(),
            Given::Key { key } => key.clone(),
            Given::Token { token } => token.clone(),
        });
        secrets.collect()
    }
}

impl Given {
    fn credential(&self) -> Credential {
        match self {
            Self::Basic { user, password } => Credential::basic(user, password.as_str()),
            Self::Key { key } => Credential::api_key(key.as_str()),
            Self::Token { token } => Credential::bearer(token.as_str()),
        }
    }
}

impl Named {
    fn find(&self) -> Result<&'static Operation, String> {
        match self {
            Self::Known(id) => configuration_client::operations::find(id)
                .ok_or_else(|| format!("the Configuration API has no operation `{id}`")),
            Self::Own(own) => own.build(),
        }
    }
}

impl OwnOperation {
    fn build(&self) -> Result<&'static Operation, String> {
        let method = match self.method.as_str() {
            "GET" => Method::Get,
            "PUT" => Method::Put,
            "POST" => Method::Post,
            "PATCH" => Method::Patch,
            "DELETE" => Method::Delete,
            "HEAD" => Method::Head,
            other => return Err(format!("the runtime has no method {other}")),
        };
        let security = self.security.iter().map(|set| {
            list(
                set.iter()
                    .map(|scheme| SecurityRequirement::new(forever(scheme), &[])),
            )
        });
        let responses = self.responses.iter().map(|(status, types)| {
            let range = match (status.parse(), status.as_bytes().first()) {
                (Ok(code), _) => StatusRange::Exact(code),
                (_, Some(digit @ b'1'..=b'5')) => StatusRange::Class(digit - b'0'),
                _ => StatusRange::Default,
            };
            ResponseSpec::new(range, texts(types))
        });
        let mut operation = Operation::new(forever(&self.id), method, forever(&self.path))
            .security(list(security))
            .features(texts(&self.features))
            .serialize_by(texts(&self.serialize_by))
            .cookies(texts(&self.cookies))
            .responses(list(responses));
        if let Some(body) = &self.request {
            let request = RequestBody::new(forever(&body.media_type));
            operation = operation.request(if body.optional {
                request.optional()
            } else {
                request
            });
        }
        Ok(Box::leak(Box::new(operation.build())))
    }
}

/// Operations are constants of a program; those of a case live until the test ends.
fn forever(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

fn texts(texts: &[String]) -> &'static [&'static str] {
    list(texts.iter().map(|text| forever(text)))
}

fn list<T>(items: impl IntoIterator<Item = T>) -> &'static [T] {
    Box::leak(items.into_iter().collect::<Vec<_>>().into_boxed_slice())
}

/// Does what the code of a generated client does.
async fn send(
    core: &Core,
    call: &Call,
    operation: &'static Operation,
) -> Result<Answer, Error<Value>> {
    let result = exchange(core, call, operation).await;
    result.map_err(|error| error.in_operation(operation))
}

async fn exchange(
    core: &Core,
    call: &Call,
    operation: &'static Operation,
) -> Result<Answer, Error<Value>> {
    let mut path = operation.path().to_owned();
    for (name, value) in &call.path {
        path = path.replace(&format!("{{{name}}}"), &encode_path(value));
    }
    let method = reqwest::Method::from_bytes(operation.method().as_str().as_bytes());
    let method = method.map_err(|error| Error::InvalidRequest(error.to_string()))?;
    let mut request = core
        .http_client()
        .request(method, format!("{}{path}", core.base_url()));
    for (name, value) in &call.query {
        request = request.query(&QueryParam::new(name, value));
    }
    for (name, value) in &call.headers {
        request = request.header(name, value);
    }
    if let Some(json) = &call.json {
        request = request.json(json);
    }
    if let Some(text) = &call.text {
        request = request.body(text.clone());
    }
    let response = core
        .execute(request.build()?, operation, CallOptions::new())
        .await?;
    let status = response.status().as_u16();
    let declared = operation.response_for(status);
    let is_empty = declared.is_some_and(|spec| spec.media_types().is_empty());
    match response.outcome() {
        200..=299 if is_empty => Ok(Answer::of(&ResponseValue::empty(response), Value::Null)),
        200..=299 => {
            let value = ResponseValue::<Value>::from_response(response).await?;
            Ok(Answer::of(&value, (*value).clone()))
        }
        400..=599 => Err(Error::ErrorResponse(
            ResponseValue::from_response(response).await?,
        )),
        _ => Err(Error::UnexpectedResponse(response)),
    }
}

/// A success.
#[derive(Debug)]
struct Answer {
    status: u16,
    request_id: Option<String>,
    value: Value,
}

impl Answer {
    fn of<T>(response: &ResponseValue<T>, value: Value) -> Self {
        Self {
            status: response.status().as_u16(),
            request_id: response.request_id().map(str::to_owned),
            value,
        }
    }
}
