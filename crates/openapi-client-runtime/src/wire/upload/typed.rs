//! Forms of typed values, as generated code makes them.

use serde::Serialize;
use serde_json::Value;

use super::Upload;
use super::form::{Form, to_json};
use crate::Failure;

/// What generated code calls. A part of a list is repeated; one that is absent is no part.
#[doc(hidden)]
impl Form {
    #[must_use]
    pub fn files(
        self,
        name: &'static str,
        files: impl IntoIterator<Item = Upload>,
        media_type: Option<&'static str>,
    ) -> Self {
        files.into_iter().fold(self, |form, file| {
            form.upload(name, file.or_media_type(media_type))
        })
    }

    /// # Errors
    ///
    /// When a value is neither text nor number nor truth value.
    pub fn texts<T: Serialize>(
        mut self,
        name: &'static str,
        values: impl IntoIterator<Item = T>,
        media_type: Option<&'static str>,
    ) -> Result<Self, Failure> {
        for value in values {
            let text = match serde_json::to_value(value) {
                Ok(Value::String(text)) => text,
                Ok(scalar @ (Value::Bool(_) | Value::Number(_))) => scalar.to_string(),
                _ => return Err(Failure::invalid(format!("part `{name}` is no text"))),
            };
            self = match media_type {
                Some(media_type) => self.field(name, text, media_type),
                None => self.text(name, text),
            };
        }
        Ok(self)
    }

    /// # Errors
    ///
    /// When a value cannot become JSON.
    pub fn values<T: Serialize>(
        mut self,
        name: &'static str,
        values: impl IntoIterator<Item = T>,
        media_type: Option<&'static str>,
    ) -> Result<Self, Failure> {
        let media_type = media_type.unwrap_or("application/json");
        for value in values {
            self = self.field(name, to_json(name, &value)?, media_type);
        }
        Ok(self)
    }

    /// # Errors
    ///
    /// When some parts were given, and not all of these.
    pub fn requiring(self, names: &[&str]) -> Result<Self, Failure> {
        match names.iter().find(|name| !self.has(name)) {
            Some(missing) if !self.is_empty() => Err(Failure::invalid(format!(
                "part `{missing}` is required beside other parts and was not set"
            ))),
            _ => Ok(self),
        }
    }
}
