//! What a call did to the state of a mock.

use serde_json::Value;

/// A change of one resource.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Change {
    pub(crate) kind: ChangeKind,
    /// The fixed segment of the path that names the resources, such as `meetings`.
    pub(crate) resource: String,
    /// The path of the resource, with its own and its parents' keys.
    pub(crate) path: String,
    /// The resource after the change; before it, where it is gone.
    pub(crate) value: Value,
}

impl Change {
    pub(crate) fn new(kind: ChangeKind, resource: &str, path: &str, value: &Value) -> Self {
        Self {
            kind,
            resource: resource.to_owned(),
            path: path.to_owned(),
            value: value.clone(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChangeKind {
    Created,
    Updated,
    Deleted,
}
