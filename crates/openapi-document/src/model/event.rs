//! Events that an API sends, and links for people.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::node::lenient;
use super::origin::Origin;
use super::schema::SchemaId;

/// Events, and how they are delivered (`x-event-delivery`).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventDelivery {
    /// By name, in the order of the document.
    pub events: IndexMap<String, Event>,
    /// Where a delivery holds name, id and time of its event.
    pub envelope: Envelope,
    /// What proves the origin of a delivery.
    pub signature: Option<Signature>,
    /// Other signatures that the API may be set to, by name.
    pub signature_alternatives: IndexMap<String, Signature>,
}

/// Where a delivery holds the facts of its event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Envelope {
    /// The name of the event.
    #[serde(deserialize_with = "lenient")]
    pub name: Option<EnvelopePlace>,
    /// Its id, which all attempts of a delivery share.
    #[serde(deserialize_with = "lenient")]
    pub id: Option<EnvelopePlace>,
    /// When it happened.
    #[serde(deserialize_with = "lenient")]
    pub time: Option<EnvelopePlace>,
}

/// A place in a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EnvelopePlace {
    /// A JSON pointer into the body.
    Member(String),
    /// The name of a header.
    Header(String),
}

/// What proves the origin of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Signature {
    /// How the signature is made.
    pub scheme: SignatureScheme,
    /// The header that it stands in.
    pub header: String,
    /// How its bytes are written.
    #[serde(default)]
    pub encoding: SignatureEncoding,
    /// What stands before it.
    #[serde(default)]
    pub prefix: Option<String>,
    /// Whether the prefix has to be there.
    #[serde(default = "yes")]
    pub prefix_required: bool,
    /// What keeps several parts of the header apart.
    #[serde(default)]
    pub separator: Option<String>,
    /// What is signed.
    #[serde(default)]
    pub message: SignedMessage,
    /// The header that holds the time of signing, in seconds since 1970.
    #[serde(default)]
    pub timestamp_header: Option<String>,
    /// What stands before that time, where the header of the signature holds it.
    #[serde(default)]
    pub timestamp_prefix: Option<String>,
    /// By how many seconds that time may be off.
    #[serde(default)]
    pub tolerance: Option<u64>,
}

/// How a signature is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub enum SignatureScheme {
    /// HMAC with SHA-256 (RFC 2104).
    #[serde(rename = "hmac-sha256")]
    HmacSha256,
}

/// How the bytes of a signature are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SignatureEncoding {
    /// As hexadecimal digits.
    #[default]
    Hex,
    /// As Base64 (RFC 4648, section 4).
    Base64,
}

/// What a signature signs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub enum SignedMessage {
    /// The body.
    #[default]
    #[serde(rename = "body")]
    Body,
    /// The time of signing, a dot and the body.
    #[serde(rename = "timestamp.body")]
    TimestampAndBody,
}

fn yes() -> bool {
    true
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
