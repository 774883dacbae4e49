//! What a document means: operations, schemas, security, servers and events as types.
//!
//! [`Model::of`] reads a bundled document once. References are followed, what a path says for all its
//! operations stands at each of them, statuses, methods, locations and our own extensions are types,
//! and every node keeps its JSON pointer, so that a finding about it has a position.
//!
//! ```
//! use openapi_document::model::{Method, Model};
//! use serde_json::json;
//!
//! let model = Model::of(&json!({
//!     "openapi": "3.0.3",
//!     "info": {"title": "Pets", "version": "1.0.0"},
//!     "paths": {"/pets/{id}": {
//!         "parameters": [{"$ref": "#/components/parameters/Id"}],
//!         "get": {"responses": {"200": {
//!             "description": "A pet.",
//!             "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}},
//!         }}},
//!     }},
//!     "components": {
//!         "parameters": {"Id": {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}},
//!         "schemas": {"Pet": {"type": "object", "properties": {"name": {"type": "string"}}}},
//!     },
//! }));
//! let operation = &model.operations[0];
//! assert_eq!((operation.method, &*operation.path.text), (Method::Get, "/pets/{id}"));
//! assert_eq!(operation.parameters[0].name, "id");
//!
//! let media_type = &operation.response(200).unwrap().content[0];
//! let pet = model.schemas.resolve(media_type.schema.unwrap()).unwrap();
//! assert_eq!(model.schemas[pet].component(), Some("Pet"));
//! assert!(model.schemas[pet].properties.contains_key("name"));
//! ```
//!
//! A document that is valid in all its parts is read whole. Of another one, what cannot be understood
//! (a parameter without a name, a reference that leads nowhere, an extension of the wrong shape) is
//! left out: the validation and the lint say what is wrong with it, and reading never fails.

mod content;
mod direction;
mod event;
mod extension;
pub mod media;
pub(crate) mod node;
mod operation;
mod origin;
mod path;
mod reader;
mod schema;
mod schemas;
mod security;
mod server;
mod settings;
mod status;
mod walk;

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value;

pub use content::{
    Encoding, Example, Header, Location, MediaType, Parameter, RequestBody, Response, Style, Tells,
    Used,
};
pub use direction::Direction;
pub use event::{
    Envelope, EnvelopePlace, Event, EventDelivery, Signature, SignatureEncoding, SignatureScheme,
    SignedMessage, WebLink, WebLinkParameter,
};
pub use extension::{Deprecation, Filter, FilterBound, Follow, Pagination, Retry, RetryStatuses};
pub use operation::{Callback, Method, Operation};
pub use origin::{Origin, Provenance};
pub use path::{Marks, PathTemplate, Piece};
pub use schema::{
    Additional, Bound, Discriminator, Limits, Place, Property, Schema, SchemaId, Type, TypeSet,
};
pub use schemas::Schemas;
pub use security::{
    ClientAuthentication, Flow, FlowKind, OAuthDetails, Pkce, Requirement, SchemeKind,
    SecurityScheme,
};
pub use server::{Server, ServerVariable};
pub use settings::{ErrorMembers, RateLimit};
pub use status::StatusKey;
pub use walk::{Choice, Part, Walk};

/// A server object that stands alone.
pub(crate) fn server(object: &Value) -> Server {
    reader::server(node::Node::root(object))
}

/// What a document says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Model {
    /// Title, version and what else the document says of itself.
    pub info: Info,
    /// The declared tags, in the order of the document.
    pub tags: Vec<Tag>,
    /// The servers of the document. Without any, OpenAPI means one at `/`.
    pub servers: Vec<Server>,
    /// All operations, in the order of the document; those of callbacks stand at theirs.
    pub operations: Vec<Operation>,
    /// All schemas, by number.
    pub schemas: Schemas,
    /// By name, in the order of the document.
    pub security_schemes: IndexMap<String, SecurityScheme>,
    /// What operations share, and what none of them uses.
    pub components: Components,
    /// Events that the API sends (`x-event-delivery`).
    pub events: Option<EventDelivery>,
    /// Links for people (`x-links`), by name.
    pub web_links: IndexMap<String, WebLink>,
    /// Classes of operations that share a limit (`x-rate-limit`).
    pub rate_limits: Vec<RateLimit>,
    /// Statuses after which an operation that says nothing else may be retried.
    pub retry_statuses: Option<RetryStatuses>,
    /// Where error bodies hold their code, message and so on.
    pub error_members: ErrorMembers,
    /// Template of the `User-Agent` that the API demands.
    pub user_agent: Option<String>,
}

impl Model {
    /// Reads a bundled document, as [`Document::root`](crate::Document::root) gives it.
    pub fn of(root: &Value) -> Self {
        reader::read(root)
    }

    /// The operation with this `operationId`, or this name made of method and path.
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations
            .iter()
            .find(|operation| operation.name() == name)
    }

    /// The rate limit that counts for an operation: that of the longest prefix of its path.
    pub fn rate_limit(&self, operation: &Operation) -> Option<&RateLimit> {
        let limits = self.rate_limits.iter();
        limits
            .filter(|limit| operation.path.text.starts_with(&limit.path_prefix))
            .max_by_key(|limit| limit.path_prefix.len())
    }
}

/// The `info` object.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Info {
    /// The title of the API.
    pub title: String,
    /// The version of the document.
    pub version: String,
    /// Markdown (`CommonMark`).
    pub description: Option<String>,
    /// The URL of the terms of service.
    pub terms_of_service: Option<String>,
    /// Who answers questions.
    pub contact: Option<Contact>,
    /// The licence of the API.
    pub license: Option<License>,
    /// More documentation, elsewhere (`externalDocs` of the document).
    pub external_docs: Option<ExternalDocs>,
}

/// Who answers questions about an API.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contact {
    /// A person or an organization.
    pub name: Option<String>,
    /// A page.
    pub url: Option<String>,
    /// An address for mail.
    pub email: Option<String>,
}

/// The licence of an API.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct License {
    /// Its name.
    pub name: String,
    /// A page with its text.
    pub url: Option<String>,
}

/// Documentation that stands elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExternalDocs {
    /// Where.
    pub url: String,
    /// Markdown (`CommonMark`).
    pub description: Option<String>,
}

/// A tag: what operations are grouped by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tag {
    /// As operations name it.
    pub name: String,
    /// Markdown (`CommonMark`).
    pub description: Option<String>,
    /// More documentation, elsewhere.
    pub external_docs: Option<ExternalDocs>,
    /// JSON pointer to the tag object.
    pub pointer: String,
}

/// What stands in a document once, wherever it is used: each with the pointer to its definition.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Components {
    /// Parameters, also those that stand in an operation.
    pub parameters: Vec<Arc<Parameter>>,
    /// Request bodies.
    pub bodies: Vec<Arc<RequestBody>>,
    /// Responses.
    pub responses: Vec<Arc<Response>>,
    /// Headers.
    pub headers: Vec<Arc<Header>>,
}

/// The examples of the model's own documentation.
#[cfg(test)]
mod tests;
