//! The operation of a call: one of an API of this workspace, or one made for the case.

use std::collections::BTreeMap;

use openapi_client_runtime::{
    Method, Operation, OperationBuilder, RequestBody, ResponseSpec, Retry, RetryStatuses,
    SecurityRequirement, StatusRange,
};
use serde::Deserialize;

use crate::clients::Client;

use super::list::Paging;

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Named {
    Known(String),
    Own(Box<OwnOperation>),
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct OwnOperation {
    id: String,
    method: String,
    path: String,
    #[serde(default)]
    security: Vec<Vec<Requirement>>,
    #[serde(default)]
    required_scopes: Vec<String>,
    #[serde(default)]
    trusted_only: bool,
    #[serde(default)]
    features: Vec<String>,
    #[serde(default)]
    serialize_by: Vec<String>,
    #[serde(default)]
    cookies: Vec<String>,
    request: Option<OwnBody>,
    #[serde(default)]
    responses: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    streams: bool,
    retry: Option<String>,
    retry_statuses: Option<Statuses>,
    idempotency_key: Option<String>,
    pagination: Option<Paging>,
}

/// A security scheme, with its scopes where it needs some.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Requirement {
    Scheme(String),
    Scoped { scheme: String, scopes: Vec<String> },
}

#[derive(Clone, Debug, Deserialize)]
struct OwnBody {
    media_type: String,
    #[serde(default)]
    optional: bool,
}

/// Statuses after which a call is repeated: a list, or lists by what may be repeated.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Statuses {
    List(Vec<u16>),
    ByCall {
        #[serde(default)]
        any: Vec<u16>,
        #[serde(default)]
        idempotent: Vec<u16>,
        #[serde(default)]
        safe: Vec<u16>,
    },
}

impl Statuses {
    pub(super) fn build(&self) -> RetryStatuses {
        let list = |statuses: &[u16]| list(statuses.iter().copied());
        match self {
            Self::List(statuses) => RetryStatuses::new(list(statuses)),
            Self::ByCall {
                any,
                idempotent,
                safe,
            } => RetryStatuses::new(list(idempotent))
                .any(list(any))
                .reads(list(safe)),
        }
    }
}

impl Named {
    pub(super) fn find(&self, client: &Client) -> Result<&'static Operation, String> {
        match self {
            Self::Known(id) => client
                .operation(id)
                .ok_or_else(|| format!("openapi/{} has no operation `{id}`", client.name)),
            Self::Own(own) => own.build(),
        }
    }
}

impl OwnOperation {
    fn build(&self) -> Result<&'static Operation, String> {
        let responses = self.responses.iter().map(|(status, types)| {
            let range = match (status.parse(), status.as_bytes().first()) {
                (Ok(code), _) => StatusRange::Exact(code),
                (_, Some(digit @ b'1'..=b'5')) => StatusRange::Class(digit - b'0'),
                _ => StatusRange::Default,
            };
            ResponseSpec::new(range, texts(types))
        });
        let operation = Operation::new(
            forever(&self.id),
            method(&self.method)?,
            forever(&self.path),
        );
        let mut operation = operation
            .security(alternatives(&self.security))
            .required_scopes(texts(&self.required_scopes))
            .requirements(self.requirements())
            .locks(texts(&self.serialize_by))
            .cookies(texts(&self.cookies))
            .responses(list(responses))
            .retry_statuses(self.retry_statuses.as_ref().map(Statuses::build))
            .idempotency_key(self.idempotency_key.as_deref().map(forever))
            .pagination(self.pagination.as_ref().map(Paging::pagination));
        if let Some(body) = &self.request {
            let request = RequestBody::new(forever(&body.media_type));
            operation = operation.request(if body.optional {
                request.optional()
            } else {
                request
            });
        }
        Ok(Box::leak(Box::new(self.flagged(operation).build())))
    }

    /// As the generator writes them.
    fn requirements(&self) -> &'static [openapi_client_runtime::Requirement] {
        use openapi_client_runtime::Requirement;
        let features = Requirement::new("features", "an API client with feature")
            .any_of(texts(&self.features))
            .remedy("use the credentials of another API client");
        let trust = Requirement::new("trust", "a trusted application")
            .remedy("ask the vendor for trust, then call `trusted(true)`");
        let features = (!self.features.is_empty()).then_some(features);
        let trust = self.trusted_only.then_some(trust);
        list(features.into_iter().chain(trust))
    }

    fn flagged(&self, mut operation: OperationBuilder) -> OperationBuilder {
        if self.streams {
            operation = operation.streams();
        }
        operation.retry(self.retry.as_deref().map(|retry| match retry {
            "always" => Retry::Always,
            _ => Retry::Never,
        }))
    }
}

pub(super) fn method(name: &str) -> Result<Method, String> {
    match name {
        "GET" => Ok(Method::Get),
        "PUT" => Ok(Method::Put),
        "POST" => Ok(Method::Post),
        "PATCH" => Ok(Method::Patch),
        "DELETE" => Ok(Method::Delete),
        "HEAD" => Ok(Method::Head),
        other => Err(format!("the runtime has no method {other}")),
    }
}

pub(super) fn alternatives(sets: &[Vec<Requirement>]) -> &'static [&'static [SecurityRequirement]] {
    let requirement = |requirement: &Requirement| match requirement {
        Requirement::Scheme(scheme) => SecurityRequirement::new(forever(scheme), &[]),
        Requirement::Scoped { scheme, scopes } => {
            SecurityRequirement::new(forever(scheme), texts(scopes))
        }
    };
    list(sets.iter().map(|set| list(set.iter().map(requirement))))
}

/// Operations are constants of a program; those of a case live until the test ends.
pub(super) fn forever(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

pub(super) fn texts(texts: &[String]) -> &'static [&'static str] {
    list(texts.iter().map(|text| forever(text)))
}

pub(super) fn list<T>(items: impl IntoIterator<Item = T>) -> &'static [T] {
    Box::leak(items.into_iter().collect::<Vec<_>>().into_boxed_slice())
}
