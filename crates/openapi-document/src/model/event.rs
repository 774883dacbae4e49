//! Events that an API sends, and links for people.

use indexmap::IndexMap;
use serde_json::Value;

use super::origin::Origin;
use super::schemas::SchemaId;

/// Events, and how they are delivered (`x-event-delivery`).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventDelivery {
    /// By name, in the order of the document.
    pub events: IndexMap<String, Event>,
    /// Where a delivery holds name, id and time of its event, as the document says it.
    pub envelope: Option<Value>,
    /// What proves the origin of a delivery, as the document says it.
    pub signature: Option<Value>,
    /// Other signatures that the API may be set to, by name.
    pub signature_alternatives: IndexMap<String, Value>,
}

/// An event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// JSON pointer to the event.
    pub pointer: String,
    /// One line about it.
    pub summary: Option<String>,
    /// Markdown (`CommonMark`).
    pub description: Option<String>,
    /// The body of a delivery.
    pub payload: Option<SchemaId>,
    /// Who says so.
    pub origin: Origin,
}

/// A link that a person follows in a browser or an app (`x-links`).
#[derive(Debug, Clone, PartialEq)]
pub struct WebLink {
    /// JSON pointer to the link.
    pub pointer: String,
    /// One line about it.
    pub summary: Option<String>,
    /// Markdown (`CommonMark`).
    pub description: Option<String>,
    /// A URI template (RFC 6570).
    pub template: String,
    /// What stands in the template, by name.
    pub parameters: IndexMap<String, WebLinkParameter>,
    /// Who says so.
    pub origin: Origin,
}

/// What stands in the template of a link.
#[derive(Debug, Clone, PartialEq)]
pub struct WebLinkParameter {
    /// Markdown (`CommonMark`).
    pub description: Option<String>,
    /// Whether every link has it.
    pub required: bool,
    /// What its values are, as the document says it.
    pub schema: Value,
    /// An example.
    pub example: Option<Value>,
}
