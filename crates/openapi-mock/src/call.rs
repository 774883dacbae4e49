//! Requests that the document accepts.

use bytes::Bytes;
use serde_json::Value;

use crate::api::Operation;
use crate::request::Request;

/// A request with what the document makes of it.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) operation: &'a Operation,
    pub(crate) request: &'a Request,
    /// The values of the path parameters, decoded, in the order of the path.
    pub(crate) path: Vec<(String, String)>,
    /// The media type of the body, as the document declares it.
    pub(crate) media: Option<String>,
    /// The body: JSON as it is, forms as objects, everything else as a text.
    pub(crate) body: Option<Value>,
    /// The parts of the body that are files.
    pub(crate) files: Vec<Upload>,
}

/// A file in a form.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    pub(crate) file_name: Option<String>,
    /// Its media type.
    pub(crate) media: Option<String>,
    pub(crate) bytes: Bytes,
}
