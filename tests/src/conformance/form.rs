//! The forms that calls send.

use futures_util::stream;
use openapi_client_runtime::{Error, Form, Upload};
use serde::Deserialize;
use serde_json::Value;

/// A part of a `multipart/form-data` body.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    name: String,
    pub(super) text: Option<String>,
    #[serde(default, deserialize_with = "super::some")]
    pub(super) json: Option<Value>,
    pub(super) file: Option<String>,
    pub(super) stream: Option<String>,
    path: Option<String>,
    file_name: Option<String>,
    media_type: Option<String>,
}

pub(super) fn form(parts: &[Part]) -> Result<Form, Error> {
    let mut form = Form::new();
    for part in parts {
        form = match (&part.text, &part.json, part.upload()) {
            (Some(text), ..) => form.text(part.name.clone(), text),
            (_, Some(json), _) => form.json(part.name.clone(), json)?,
            (_, _, Some(upload)) => form.upload(part.name.clone(), upload),
            _ => form,
        };
    }
    Ok(form)
}

impl Part {
    fn upload(&self) -> Option<Upload> {
        let mut upload = match (&self.file, &self.stream, &self.path) {
            (Some(text), ..) => Upload::from_bytes(text.clone()),
            (_, Some(text), _) => {
                let pieces: Vec<Result<String, std::io::Error>> =
                    text.chars().map(|c| Ok(c.into())).collect();
                Upload::from_stream(stream::iter(pieces))
            }
            (_, _, Some(path)) => Upload::from_path(path),
            _ => return None,
        };
        if let Some(name) = &self.file_name {
            upload = upload.file_name(name);
        }
        if let Some(media_type) = &self.media_type {
            upload = upload.media_type(media_type);
        }
        Some(upload)
    }
}
