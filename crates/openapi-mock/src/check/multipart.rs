//! `multipart/form-data` (RFC 7578) as an object.

use bytes::Bytes;
use futures_util::{FutureExt, future, stream};
use openapi_document::model::MediaType;
use serde_json::{Map, Value};

use super::coerce::View;
use super::form::add;
use super::problems::{Place, Problems};
use super::style::Written;
use crate::call::Upload;
use crate::media;

struct Part {
    name: String,
    file: bool,
    file_name: Option<String>,
    content_type: Option<String>,
    bytes: Bytes,
}

/// A form, and the files in it.
pub(super) struct Form {
    pub(super) value: Value,
    pub(super) files: Vec<Upload>,
}

/// The parts of a form, each as what the schema says of its member; the content types that parts
/// may have stand in `encoding` of the media type. None where the body is no such form.
pub(super) fn read(
    content_type: &str,
    body: &Bytes,
    view: &View<'_>,
    media: &MediaType,
    problems: &mut Problems<'_>,
) -> Option<Form> {
    let parts = match parts(content_type, body) {
        Ok(parts) => parts,
        Err(what) => {
            problems.malformed(format!("no multipart/form-data: {what}"));
            return None;
        }
    };
    let mut members = Map::new();
    let mut files = Vec::new();
    for part in parts {
        let view = view.property(&part.name);
        let listed = view.is_list() && !view.is_scalar();
        let item = if listed { view.items() } else { view };
        if part.file || item.is_binary() {
            files.push(Upload {
                file_name: part.file_name.clone(),
                media: part.content_type.clone(),
                bytes: part.bytes.clone(),
            });
        }
        let encoding = media.encoding.get(&part.name);
        let declared = encoding.and_then(|encoding| encoding.content_type.as_deref());
        match value(&part, &item, declared) {
            Ok(value) if listed => {
                let items = members
                    .entry(part.name)
                    .or_insert_with(|| Value::Array(Vec::new()));
                if let Some(items) = items.as_array_mut() {
                    items.push(value);
                }
            }
            Ok(value) => add(&mut members, part.name, value),
            Err(what) => {
                let at = openapi_document::pointer::join("", &part.name);
                problems.wrong(&Place::in_body(&at), what);
            }
        }
    }
    let value = Value::Object(members);
    Some(Form { value, files })
}

/// The whole body is here, so that there is nothing to wait for: a parser that wants to wait has
/// not found the end.
fn parts(content_type: &str, body: &Bytes) -> Result<Vec<Part>, String> {
    let boundary = multer::parse_boundary(content_type).map_err(|error| error.to_string())?;
    let body = stream::once(future::ready(Ok::<_, std::io::Error>(body.clone())));
    let mut form = multer::Multipart::new(body, boundary);
    let all = async {
        let mut parts = Vec::new();
        while let Some(field) = form.next_field().await? {
            let Some(name) = field.name().map(str::to_owned) else {
                continue;
            };
            parts.push(Part {
                name,
                file: field.file_name().is_some(),
                file_name: field.file_name().map(str::to_owned),
                content_type: field.content_type().map(ToString::to_string),
                bytes: field.bytes().await?,
            });
        }
        Ok(parts)
    };
    let parts = all.now_or_never().ok_or("it ends too early")?;
    parts.map_err(|error: multer::Error| error.to_string())
}

fn value(part: &Part, view: &View<'_>, declared: Option<&str>) -> Result<Value, String> {
    let sent = part.content_type.as_deref();
    if let Some(declared) = declared {
        let sent = sent.unwrap_or("text/plain");
        if !declared.split(',').any(|range| media::fits(range, sent)) {
            return Err(format!(
                "its content type is {sent}, this part takes {declared}"
            ));
        }
    }
    let inner = view.is_object() && !view.is_scalar();
    let json = match sent {
        Some(sent) => media::is_json(sent),
        None => declared.map_or(inner, media::is_json),
    };
    if json {
        return serde_json::from_slice(&part.bytes).map_err(|error| format!("not JSON: {error}"));
    }
    if part.file || view.is_binary() {
        return Ok(String::from_utf8_lossy(&part.bytes).into());
    }
    let text = std::str::from_utf8(&part.bytes).map_err(|error| format!("no text: {error}"))?;
    Ok(view.value(Written::Text(text.to_owned())))
}
