//! Which object of OpenAPI 3.0 stands where.
//!
//! One table, used by everything that has to tell a schema from an example of a schema: following
//! references, checking extensions, and naming things in messages.

use crate::pointer;

/// The objects of OpenAPI 3.0.3, section 4.7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ObjectKind {
    Document,
    Info,
    Contact,
    License,
    Server,
    ServerVariable,
    Paths,
    PathItem,
    Operation,
    ExternalDocs,
    Parameter,
    RequestBody,
    MediaType,
    Encoding,
    Responses,
    Response,
    Callback,
    Example,
    Link,
    Header,
    Tag,
    Components,
    Schema,
    Discriminator,
    Xml,
    SecurityScheme,
    OAuthFlows,
    OAuthFlow,
    /// `x-event-delivery` of our vocabulary, the only extension that holds references.
    Webhooks,
    WebhookEvent,
    /// An entry of `x-links` of our vocabulary; `Link` is what OpenAPI calls so.
    WebLink,
}

/// What stands at a member of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    One(ObjectKind),
    List(ObjectKind),
    Map(ObjectKind),
    /// A plain value: no object of OpenAPI, and no references inside.
    Data,
}

use ObjectKind as K;
use Shape::{Data, List, Map, One};

impl ObjectKind {
    /// What stands at member `key` of this object.
    pub(crate) fn member(self, key: &str) -> Shape {
        let of_document = matches!(key, "x-event-delivery" | "x-links");
        if key.starts_with("x-") && !(self == K::Document && of_document) {
            return Data;
        }
        match (self, key) {
            (K::Document, "info") => One(K::Info),
            (K::Document, "paths") => One(K::Paths),
            (K::Document, "components") => One(K::Components),
            (K::Document, "tags") => List(K::Tag),
            (K::Document, "x-event-delivery") => One(K::Webhooks),
            (K::Document, "x-links") => Map(K::WebLink),
            (K::Document | K::PathItem | K::Operation, "servers") => List(K::Server),
            (K::Document | K::Operation | K::Tag | K::Schema, "externalDocs") => {
                One(K::ExternalDocs)
            }
            (K::Info, "contact") => One(K::Contact),
            (K::Info, "license") => One(K::License),
            (K::Server, "variables") => Map(K::ServerVariable),
            (K::Link, "server") => One(K::Server),
            (K::Paths | K::Callback, _) => One(K::PathItem),
            (
                K::PathItem,
                "get" | "put" | "post" | "delete" | "options" | "head" | "patch" | "trace",
            ) => One(K::Operation),
            (K::PathItem | K::Operation, "parameters") => List(K::Parameter),
            (K::Operation, "requestBody") => One(K::RequestBody),
            (K::Operation, "responses") => One(K::Responses),
            (K::Operation | K::Components, "callbacks") => Map(K::Callback),
            (K::Responses, _) | (K::Components, "responses") => component_or_response(self),
            (K::Response | K::Encoding | K::Components, "headers") => Map(K::Header),
            (K::Response | K::Parameter | K::Header | K::RequestBody, "content") => {
                Map(K::MediaType)
            }
            (K::Response | K::Components, "links") => Map(K::Link),
            (K::Parameter | K::Header | K::MediaType, "schema")
            | (K::Schema, "items" | "not" | "additionalProperties")
            | (K::WebhookEvent, "payload") => One(K::Schema),
            (K::Parameter | K::Header | K::MediaType | K::Components, "examples") => {
                Map(K::Example)
            }
            (K::MediaType, "encoding") => Map(K::Encoding),
            (K::Components, "schemas") | (K::Schema, "properties") => Map(K::Schema),
            (K::Components, "parameters") => Map(K::Parameter),
            (K::Components, "requestBodies") => Map(K::RequestBody),
            (K::Components, "securitySchemes") => Map(K::SecurityScheme),
            (K::Schema, "allOf" | "oneOf" | "anyOf") => List(K::Schema),
            (K::Schema, "discriminator") => One(K::Discriminator),
            (K::Schema, "xml") => One(K::Xml),
            (K::SecurityScheme, "flows") => One(K::OAuthFlows),
            (
                K::OAuthFlows,
                "implicit" | "password" | "clientCredentials" | "authorizationCode",
            ) => One(K::OAuthFlow),
            (K::Webhooks, "events") => Map(K::WebhookEvent),
            _ => Data,
        }
    }

    /// The member of `components` that holds such objects; `None` if they cannot be referenced
    /// there.
    pub(crate) fn section(self) -> Option<&'static str> {
        Some(match self {
            K::Schema => "schemas",
            K::Response => "responses",
            K::Parameter => "parameters",
            K::Example => "examples",
            K::RequestBody => "requestBodies",
            K::Header => "headers",
            K::SecurityScheme => "securitySchemes",
            K::Link => "links",
            K::Callback => "callbacks",
            _ => return None,
        })
    }

    /// Whether a Reference Object may stand in its place.
    pub(crate) fn is_referable(self) -> bool {
        self == K::PathItem || self.section().is_some()
    }

    /// The name of the kind with its article, for messages.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            K::Document => "the document",
            K::Info => "the info object",
            K::Contact => "a contact",
            K::License => "a license",
            K::Server => "a server",
            K::ServerVariable => "a server variable",
            K::Paths => "the paths object",
            K::PathItem => "a path item",
            K::Operation => "an operation",
            K::ExternalDocs => "external documentation",
            K::Parameter => "a parameter",
            K::RequestBody => "a request body",
            K::MediaType => "a media type",
            K::Encoding => "an encoding",
            K::Responses => "the responses object",
            K::Response => "a response",
            K::Callback => "a callback",
            K::Example => "an example object",
            K::Link => "a link",
            K::Header => "a header",
            K::Tag => "a tag",
            K::Components => "the components object",
            K::Schema => "a schema",
            K::Discriminator => "a discriminator",
            K::Xml => "an XML object",
            K::SecurityScheme => "a security scheme",
            K::OAuthFlows => "the OAuth flows object",
            K::OAuthFlow => "an OAuth flow",
            K::Webhooks => "the webhooks object",
            K::WebhookEvent => "a webhook event",
            K::WebLink => "a web link",
        }
    }
}

/// Both are called `responses`: a map of names in components, the responses object in operations.
fn component_or_response(kind: ObjectKind) -> Shape {
    if kind == K::Components {
        Map(K::Response)
    } else {
        One(K::Response)
    }
}

/// What stands at `pointer` in a document: the shape of the value, and whether it was reached as a
/// property of a schema. `None` inside of plain values.
pub(crate) fn shape_at(pointer: &str) -> Option<Shape> {
    pointer::split(pointer).try_fold(One(K::Document), |shape, token| match shape {
        One(kind) => Some(kind.member(&token)),
        List(kind) | Map(kind) => Some(One(kind)),
        Data => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_leads_to_its_kind() {
        for (pointer, shape) in [
            ("", Some(One(K::Document))),
            ("/paths/~1a/get/responses/200", Some(One(K::Response))),
            ("/components/responses/Bad", Some(One(K::Response))),
            (
                "/components/schemas/A/properties/example",
                Some(One(K::Schema)),
            ),
            ("/components/schemas/A/example", Some(Data)),
            ("/components/schemas/A/example/properties", None),
            ("/x-event-delivery/events/a.b/payload", Some(One(K::Schema))),
            ("/x-links/home", Some(One(K::WebLink))),
            ("/x-links/home/parameters", Some(Data)),
        ] {
            assert_eq!(shape_at(pointer), shape, "{pointer}");
        }
    }
}
