//! What messages are made of: parameters, bodies, responses and headers.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value;

use super::direction::Direction;
use super::extension::{Deprecation, Filter};
use super::origin::Origin;
use super::schema::SchemaId;

/// A definition where an operation uses it. All that the definition says can be read from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Used<T> {
    /// JSON pointer to the place of use: the definition itself, or a reference to it.
    pub at: String,
    /// The definition, shared by all that use it.
    pub definition: Arc<T>,
}

impl<T> Deref for Used<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.definition
    }
}

/// A parameter of an operation.
#[expect(clippy::struct_excessive_bools, reason = "OpenAPI has as many flags")]
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// JSON pointer to its definition, behind references.
    pub pointer: String,
    /// As it is sent.
    pub name: String,
    /// Where it is sent.
    pub location: Location,
    /// Markdown (`CommonMark`).
    pub description: Option<String>,
    /// Whether every call has it.
    pub required: bool,
    /// Whether callers should stop to use it, and why.
    pub deprecation: Option<Deprecation>,
    /// How values are written: as said, or the usual way of the location.
    pub style: Style,
    /// Whether items and members become parameters of their own: as said, or as usual for the style.
    pub explode: bool,
    /// Whether reserved characters are sent as they are.
    pub allow_reserved: bool,
    /// Whether it may be sent without a value.
    pub allow_empty: bool,
    /// Its values; with [`media_type`](Self::media_type), those inside of the media type.
    pub schema: Option<SchemaId>,
    /// The media type that its value is written in, where `content` describes it.
    pub media_type: Option<MediaType>,
    /// In the order of the document.
    pub examples: Vec<Example>,
    /// The setting of a client that gives it a value for all calls (`x-client-default`).
    pub client_default: Option<String>,
    /// Which items of a list it asks for (`x-filters`).
    pub filter: Option<Filter>,
    /// Who says so.
    pub origin: Origin,
}

/// Where a parameter is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Location {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// As a header.
    Header,
    /// As a cookie.
    Cookie,
}

impl Location {
    /// As documents write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
        }
    }

    pub(super) fn of(text: &str) -> Option<Self> {
        let all = [Self::Path, Self::Query, Self::Header, Self::Cookie];
        all.into_iter().find(|location| location.as_str() == text)
    }

    /// The style of parameters that say none (OpenAPI 3.0.3, Parameter Object).
    pub fn usual_style(self) -> Style {
        match self {
            Self::Path | Self::Header => Style::Simple,
            Self::Query | Self::Cookie => Style::Form,
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How the values of a parameter are written (OpenAPI 3.0.3, Style Values).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Style {
    /// `;color=blue`
    Matrix,
    /// `.blue`
    Label,
    /// `color=blue`
    Form,
    /// `blue,black`
    Simple,
    /// `blue%20black`
    SpaceDelimited,
    /// `blue|black`
    PipeDelimited,
    /// `color[R]=100`
    DeepObject,
}

impl Style {
    const ALL: [Self; 7] = [
        Self::Matrix,
        Self::Label,
        Self::Form,
        Self::Simple,
        Self::SpaceDelimited,
        Self::PipeDelimited,
        Self::DeepObject,
    ];

    /// As documents write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Matrix => "matrix",
            Self::Label => "label",
            Self::Form => "form",
            Self::Simple => "simple",
            Self::SpaceDelimited => "spaceDelimited",
            Self::PipeDelimited => "pipeDelimited",
            Self::DeepObject => "deepObject",
        }
    }

    /// The style that documents write so.
    pub fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|style| style.as_str() == text)
    }
}

impl fmt::Display for Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The body of a request.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestBody {
    /// JSON pointer to its definition, behind references.
    pub pointer: String,
    /// Markdown (`CommonMark`).
    pub description: Option<String>,
    /// Whether every call has it.
    pub required: bool,
    /// In the order of the document.
    pub content: Vec<MediaType>,
    /// Who says so.
    pub origin: Origin,
}

/// A response.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// JSON pointer to its definition, behind references.
    pub pointer: String,
    /// Markdown (`CommonMark`).
    pub description: Option<String>,
    /// By name, in the order of the document.
    pub headers: IndexMap<String, Arc<Header>>,
    /// In the order of the document.
    pub content: Vec<MediaType>,
    /// Who says so.
    pub origin: Origin,
}

/// A header of a response, or of a part of a form.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// JSON pointer to its definition, behind references.
    pub pointer: String,
    /// Markdown (`CommonMark`).
    pub description: Option<String>,
    /// Whether every response has it.
    pub required: bool,
    /// Whether callers should stop to use it, and why.
    pub deprecation: Option<Deprecation>,
    /// Its values.
    pub schema: Option<SchemaId>,
    /// The media type that its value is written in, where `content` describes it.
    pub media_type: Option<MediaType>,
    /// In the order of the document.
    pub examples: Vec<Example>,
    /// What it says has happened (`x-tells`).
    pub tells: Option<Tells>,
    /// Which way it travels.
    pub direction: Direction,
    /// Who says so.
    pub origin: Origin,
}

/// What a header says has happened (`x-tells`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tells {
    /// The response is that to an earlier call with the same idempotency key.
    Replayed,
}

/// One media type of a body.
#[derive(Debug, Clone, PartialEq)]
pub struct MediaType {
    /// JSON pointer to the media type object.
    pub pointer: String,
    /// As written, such as `application/json` or `image/*`.
    pub name: String,
    /// What the values are.
    pub schema: Option<SchemaId>,
    /// In the order of the document.
    pub examples: Vec<Example>,
    /// How the fields of a form are written, by name.
    pub encoding: IndexMap<String, Encoding>,
    /// Which way its values travel.
    pub direction: Direction,
}

impl MediaType {
    /// The type and subtype, in lower case, without parameters.
    pub fn essence(&self) -> String {
        super::media::essence(&self.name)
    }
}

/// How a field of a form is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoding {
    /// The media type of a part.
    pub content_type: Option<String>,
    /// As with parameters of the query, where it says so.
    pub style: Option<Style>,
    /// As with parameters of the query, where it says so.
    pub explode: Option<bool>,
    /// Whether reserved characters are sent as they are.
    pub allow_reserved: bool,
    /// Headers of a part, by name.
    pub headers: IndexMap<String, Arc<Header>>,
}

/// An example.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// JSON pointer to it: to the value of `example`, to the example object of `examples`.
    pub pointer: String,
    /// Its key in `examples`; none for a lone `example`.
    pub name: Option<String>,
    /// One line about it.
    pub summary: Option<String>,
    /// Markdown (`CommonMark`).
    pub description: Option<String>,
    /// The value, where it stands in the document.
    pub value: Option<Value>,
    /// The URL of a value that stands elsewhere.
    pub external_value: Option<String>,
    /// What it answers (`x-refusal`).
    pub refusals: Vec<String>,
}
