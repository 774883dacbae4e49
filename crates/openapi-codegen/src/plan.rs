//! What lowering decided, for the stages that follow it.

use std::collections::{BTreeMap, BTreeSet};

/// Everything the completer must put back that the lowered document cannot say.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// One entry for each generated method, in the order of the document.
    pub methods: Vec<Method>,
    /// Enums that keep unknown values, by component name.
    pub open_enums: BTreeMap<String, OpenEnum>,
    /// Unions that a member tells apart, by component name.
    pub unions: BTreeMap<String, Union>,
    /// Enums over the statuses of one operation, by component name.
    pub envelopes: BTreeMap<String, Envelope>,
    /// Components that others are made of, with the name of what all of these have.
    pub bases: BTreeMap<String, String>,
    /// Components that stand for an existing Rust type: name to path.
    pub aliases: BTreeMap<String, String>,
    /// Where each component comes from: name to pointer in the public document.
    pub origins: BTreeMap<String, String>,
    /// Components of the document that have no Rust type, because only forms with parts use them.
    pub untyped: BTreeSet<String>,
    /// Components that are only read: their defaults stand in for what is missing.
    pub filled_in: BTreeSet<String>,
    /// Properties that have another name in the lowered document: that name, with the one that goes
    /// over the wire.
    pub renamed_properties: BTreeMap<String, String>,
    /// Components that a request body reaches.
    pub sent: BTreeSet<String>,
    /// Components that JSON bodies hold.
    pub in_json: BTreeSet<String>,
    /// Components that parameters, forms and bodies of other kinds hold.
    pub in_other_places: BTreeSet<String>,
    /// Components that a response reaches.
    pub received: BTreeSet<String>,
}

/// One method of the generated client.
#[derive(Debug, Clone)]
pub(crate) struct Method {
    /// The method's name in Rust.
    pub name: String,
    /// The `operationId` of the document, or the name derived for lack of one.
    pub operation_id: String,
    /// The operation in the public document.
    pub pointer: String,
    /// The HTTP method, in lower case.
    pub verb: String,
    /// The path template of the document.
    pub path: String,
    /// Media type of the request body, with whether the body may be left out.
    pub request: Option<RequestBody>,
    /// The parts of a multipart body; in the lowered operation they stand among the parameters.
    pub parts: Vec<Part>,
    /// What may come back.
    pub responses: Vec<Response>,
    /// Query parameters that are not sent as progenitor would, by name.
    pub query_encodings: BTreeMap<String, QueryEncoding>,
    /// Cookie parameters, as the document spells them.
    pub cookies: Vec<String>,
    /// The word that tells this method from its siblings of other media types.
    pub variant: Option<String>,
}

impl Method {
    /// Method and path, as in `GET /pets`.
    pub(crate) fn request_line(&self) -> String {
        format!("{} {}", self.verb.to_ascii_uppercase(), self.path)
    }

    /// Whether the caller gives the body as one value.
    pub(crate) fn takes_body(&self) -> bool {
        self.request.is_some() && self.parts.is_empty()
    }
}

#[derive(Debug, Clone)]
pub(crate) struct RequestBody {
    pub media_type: String,
    pub optional: bool,
}

/// A part of a multipart body.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// The name on the wire.
    pub name: String,
    /// Its schema in the public document.
    pub pointer: String,
    /// Its lowered schema.
    pub schema: serde_json::Value,
    /// Whether every call must have it.
    pub required: bool,
    /// Whether a call that has parts must have it.
    pub needed: bool,
    pub content: PartContent,
    /// Whether it is repeated, once for each item of a list.
    pub is_list: bool,
    /// The media type that the document gives it.
    pub media_type: Option<String>,
}

impl Part {
    pub(crate) fn is_file(&self) -> bool {
        self.content == PartContent::File
    }
}

/// How the value of a part is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PartContent {
    File,
    Text,
    Json,
}

/// A response of the document, as one method sees it.
#[derive(Debug, Clone)]
pub(crate) struct Response {
    /// `200`, `4XX` or `default`.
    pub status: String,
    pub media_types: Vec<String>,
    /// The variant of the envelope that this status becomes.
    pub envelope: Option<String>,
}

/// How a value is written in a query or a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct QueryEncoding {
    pub style: QueryStyle,
    pub allow_reserved: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QueryStyle {
    FormJoined,
    SpaceDelimited,
    PipeDelimited,
    DeepObject,
    /// An object whose members stand in the query as parameters of their own.
    Form,
}

impl QueryEncoding {
    /// What a parameter object, or the encoding object of a form's field, says.
    pub(crate) fn of(object: &serde_json::Value) -> Self {
        let style = object["style"].as_str().unwrap_or("form");
        let explode = object["explode"].as_bool().unwrap_or(style == "form");
        let style = match style {
            "deepObject" => QueryStyle::DeepObject,
            _ if explode => QueryStyle::Form,
            "spaceDelimited" => QueryStyle::SpaceDelimited,
            "pipeDelimited" => QueryStyle::PipeDelimited,
            _ => QueryStyle::FormJoined,
        };
        Self {
            style,
            allow_reserved: object["allowReserved"] == true,
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct OpenEnum {
    /// Values on the wire, in the order of the document.
    pub values: Vec<String>,
    pub default: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Union {
    pub tag: Tag,
    pub variants: Vec<UnionVariant>,
    /// Branches that the tag says nothing of; they are tried in their order, after the others.
    pub others: Vec<OtherVariant>,
}

/// Where the value stands that tells the branches of a union apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tag {
    /// A member of each branch.
    Member(String),
    /// Deeper down, where a JSON pointer leads to.
    At(String),
}

#[derive(Debug, Clone)]
pub(crate) struct UnionVariant {
    pub component: String,
    /// The tag values that select it.
    pub values: Vec<serde_json::Value>,
    /// Whether it holds the union itself.
    pub boxed: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct OtherVariant {
    pub name: String,
    /// Which of the branches it is.
    pub index: usize,
}

#[derive(Debug, Clone)]
pub(crate) struct Envelope {
    pub doc: String,
    pub variants: Vec<EnvelopeVariant>,
}

#[derive(Debug, Clone)]
pub(crate) struct EnvelopeVariant {
    pub name: String,
    pub status: String,
    /// What the document says of the response.
    pub description: String,
    /// The lowered schema of the body, where there is one.
    pub schema: Option<serde_json::Value>,
}
