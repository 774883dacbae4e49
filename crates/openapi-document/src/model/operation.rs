//! Operations, and what our own extensions say of them.

use std::fmt;

use super::ExternalDocs;
use super::content::{Location, Parameter, RequestBody, Response, Used};
use super::extension::{Deprecation, Follow, Pagination, Retry, RetryStatuses};
use super::origin::Origin;
use super::path::PathTemplate;
use super::security::Requirement;
use super::server::Server;
use super::status::StatusKey;

/// An operation, with what its path says for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// JSON pointer to the operation object.
    pub pointer: String,
    /// The path.
    pub path: PathTemplate,
    /// The HTTP method.
    pub method: Method,
    /// The `operationId`.
    pub id: Option<String>,
    /// As written, whether declared or not.
    pub tags: Vec<String>,
    /// One line about it.
    pub summary: Option<String>,
    /// Markdown (`CommonMark`).
    pub description: Option<String>,
    /// More documentation, elsewhere.
    pub external_docs: Option<ExternalDocs>,
    /// Whether callers should stop to use it, and why.
    pub deprecation: Option<Deprecation>,
    /// Those of the operation and those of its path that it does not replace: those of the path
    /// first, each in the order of the document.
    pub parameters: Vec<Used<Parameter>>,
    /// What it takes.
    pub body: Option<Used<RequestBody>>,
    /// What it gives, in the order of the document.
    pub responses: Vec<(StatusKey, Used<Response>)>,
    /// What the API calls in turn.
    pub callbacks: Vec<Callback>,
    /// Alternatives, its own or those of the document. Without any, it needs no credentials.
    pub security: Vec<Requirement>,
    /// Servers of its own or of its path; empty where those of the document hold.
    pub servers: Vec<Server>,
    /// Scopes that must all be on the token (`x-required-scopes`).
    pub required_scopes: Vec<String>,
    /// Whether only trusted applications may call it (`x-trusted-only`).
    pub trusted_only: bool,
    /// Features of an API client of which one is enough (`x-client-features`).
    pub client_features: Vec<String>,
    /// Whether it may be retried, where that is not as usual (`x-retry`).
    pub retry: Option<Retry>,
    /// Statuses after which it may be retried, where they are others than the document's.
    pub retry_statuses: Option<RetryStatuses>,
    /// The header that makes a retry safe (`x-idempotency-key`).
    pub idempotency_key: Option<String>,
    /// How its list is paged (`x-pagination`).
    pub pagination: Option<Pagination>,
    /// What leads from what is read to another resource (`x-follow`).
    pub follow: Option<Follow>,
    /// Path parameters by which writes must not overlap (`x-serialize-by`).
    pub serialize_by: Vec<String>,
    /// Whether it deletes what the request leaves out (`x-replaces-whole`).
    pub replaces_whole: bool,
    /// Whether it copies the item that its path leads to (`x-copies`).
    pub copies: bool,
    /// Who says so.
    pub origin: Origin,
}

impl Operation {
    /// The `operationId`; method and path where there is none.
    pub fn name(&self) -> String {
        match &self.id {
            Some(id) => id.clone(),
            None => self.key(),
        }
    }

    /// Method and path, such as `GET /pets/{id}`.
    pub fn key(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The response that is declared for a status: for the status itself, its class, or the default.
    pub fn response(&self, status: u16) -> Option<&Used<Response>> {
        let found = StatusKey::choose(&self.responses, |(key, _)| *key, status);
        found.map(|(_, response)| response)
    }

    /// The parameter of this name and location.
    pub fn parameter(&self, location: Location, name: &str) -> Option<&Used<Parameter>> {
        let mut parameters = self.parameters.iter();
        parameters.find(|parameter| parameter.location == location && parameter.name == name)
    }
}

/// An HTTP method that a path can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// `GET`
    Get,
    /// `PUT`
    Put,
    /// `POST`
    Post,
    /// `DELETE`
    Delete,
    /// `OPTIONS`
    Options,
    /// `HEAD`
    Head,
    /// `PATCH`
    Patch,
    /// `TRACE`
    Trace,
}

impl Method {
    /// All methods, in the order of OpenAPI.
    pub const ALL: [Self; 8] = [
        Self::Get,
        Self::Put,
        Self::Post,
        Self::Delete,
        Self::Options,
        Self::Head,
        Self::Patch,
        Self::Trace,
    ];

    /// As documents write it: `get`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Put => "put",
            Self::Post => "post",
            Self::Delete => "delete",
            Self::Options => "options",
            Self::Head => "head",
            Self::Patch => "patch",
            Self::Trace => "trace",
        }
    }

    /// The method that a key of a path item stands for.
    pub fn of(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.key() == key)
    }
}

impl fmt::Display for Method {
    /// As requests write it: `GET`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key().to_ascii_uppercase())
    }
}

/// A request that the API sends to an address that the caller named.
#[derive(Debug, Clone, PartialEq)]
pub struct Callback {
    /// Its key in `callbacks`.
    pub name: String,
    /// The address, a runtime expression (OpenAPI 3.0.3, Callback Object).
    pub expression: String,
    /// What the API calls there.
    pub operations: Vec<Operation>,
}
