//! A document in both its forms.

use openapi_document::model::Model;
use openapi_document::pointer;
use serde_json::Value;

/// A document as JSON, for those who judge values by it, and what it means.
#[derive(Debug)]
pub(crate) struct Spec {
    pub(crate) root: Value,
    pub(crate) model: Model,
}

impl Spec {
    pub(crate) fn new(root: Value) -> Self {
        Self {
            model: Model::of(&root),
            root,
        }
    }

    /// What is written at a place of the document.
    pub(crate) fn written(&self, pointer: &str) -> &Value {
        pointer::find(&self.root, pointer).unwrap_or(&Value::Null)
    }

    /// A document with nothing but one schema.
    #[cfg(test)]
    pub(crate) fn of_schema(schema: &Value) -> (Self, openapi_document::model::SchemaId) {
        let spec = Self::new(serde_json::json!({"components": {"schemas": {"It": schema}}}));
        let id = spec.model.schemas.component("It").unwrap();
        (spec, id)
    }
}
