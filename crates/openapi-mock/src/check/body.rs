//! Bodies: the media type, the text, the value, and whether the schema takes it.

use bytes::Bytes;
use encoding_rs::{Encoding, UTF_8};
use http::header;
use serde_json::Value;

use super::coerce::View;
use super::problems::{Place, Problems};
use super::style::Written;
use super::{form, multipart, unsupported};
use crate::api::{Media, Operation};
use crate::call::Upload;
use crate::media;
use crate::refusal::Refusal;
use crate::request::Request;

/// A body without a `Content-Type` may be anything (RFC 9110, section 8.3).
const ANYTHING: &str = "application/octet-stream";

/// What a request carries.
#[derive(Default)]
pub(super) struct Content {
    /// The media type, as the document declares it.
    pub(super) media: Option<String>,
    /// JSON as it is, forms as objects, everything else as a text.
    pub(super) value: Option<Value>,
    pub(super) files: Vec<Upload>,
}

/// Reads the body of a request. An empty body is none, unless its `Content-Type` says that it is a
/// text: then it is the empty one.
///
/// A body that the operation does not ask for is overlooked: many clients send `{}` with every
/// POST, and content that means nothing to a server is no error (RFC 9110, section 9.3.1).
pub(super) fn read(
    operation: &Operation,
    request: &Request,
    problems: &mut Problems<'_>,
) -> Result<Content, Refusal> {
    let Some(declared) = &operation.body else {
        return Ok(Content::default());
    };
    let content_type = request.header("content-type");
    if request.body.is_empty() && !announces_text(&declared.media, content_type) {
        if declared.required {
            let what = format!("it is required; send {}", names(&declared.media));
            problems.missing(&Place::BODY, what);
        }
        return Ok(Content::default());
    }
    let media = chosen(&declared.media, content_type)?;
    plain_coding(request)?;
    let content_type = content_type.unwrap_or(ANYTHING);
    let mut files = Vec::new();
    let value = value(media, content_type, &request.body, &mut files, problems)?;
    Ok(Content {
        media: Some(media.name.clone()),
        value,
        files,
    })
}

fn announces_text(declared: &[Media], sent: Option<&str>) -> bool {
    let text = sent.filter(|sent| media::essence(sent).starts_with("text/"));
    text.is_some_and(|sent| declared.iter().any(|media| media::fits(&media.name, sent)))
}

/// The declared media type that says most about the one that was sent.
fn chosen<'a>(declared: &'a [Media], sent: Option<&str>) -> Result<&'a Media, Refusal> {
    let sent_or_any = sent.unwrap_or(ANYTHING);
    let fitting = declared.iter().filter_map(|media| {
        let specificity = media::specificity(&media.name, sent_or_any)?;
        Some((specificity, media))
    });
    // `max_by_key` takes the last of equals, the document means the first.
    let fitting: Vec<_> = fitting.collect();
    let best = fitting
        .iter()
        .rev()
        .max_by_key(|(specificity, _)| *specificity);
    best.map(|(_, media)| *media).ok_or_else(|| {
        let names = names(declared);
        let detail = match sent {
            Some(sent) => format!("Content-Type is {sent}, the document describes {names} here"),
            None => format!("there is no Content-Type, the document describes {names} here"),
        };
        unsupported(detail, header::ACCEPT, &names)
    })
}

fn names(declared: &[Media]) -> String {
    let names: Vec<&str> = declared.iter().map(|media| media.name.as_str()).collect();
    names.join(", ")
}

fn plain_coding(request: &Request) -> Result<(), Refusal> {
    match request.header("content-encoding") {
        Some(coding) if !coding.trim().eq_ignore_ascii_case("identity") => {
            let detail = format!("Content-Encoding is {coding}, bodies are taken as they are");
            Err(unsupported(detail, header::ACCEPT_ENCODING, "identity"))
        }
        _ => Ok(()),
    }
}

/// The value of a body; none where it cannot be read, which the problems then say.
fn value(
    media: &Media,
    content_type: &str,
    body: &Bytes,
    files: &mut Vec<Upload>,
    problems: &mut Problems<'_>,
) -> Result<Option<Value>, Refusal> {
    let schema = media.schema.as_ref();
    let view = View::of(problems.schemas(), schema.map(|schema| schema.id));
    let essence = media::essence(content_type);
    let before = problems.len();
    let value = if media::is_json(&essence) {
        decoded(content_type, body, problems)?.and_then(|text| json(&text, problems))
    } else if essence == "application/x-www-form-urlencoded" {
        let text = decoded(content_type, body, problems)?;
        text.map(|text| form::read(&text, &view, media, problems))
    } else if essence == "multipart/form-data" {
        let form = multipart::read(content_type, body, &view, media, problems);
        form.map(|form| {
            *files = form.files;
            form.value
        })
    } else if essence.starts_with("text/") && !view.is_binary() {
        let text = decoded(content_type, body, problems)?;
        return Ok(text.map(|text| plain(text, media, &view, problems)));
    } else {
        // Bytes: no schema of OpenAPI 3.0 can say what they must be.
        return Ok(Some(String::from_utf8_lossy(body).into()));
    };
    if let (Some(value), true) = (&value, problems.len() == before) {
        problems.judge(&Place::BODY, schema, value);
    }
    Ok(value)
}

fn json(text: &str, problems: &mut Problems<'_>) -> Option<Value> {
    let value = serde_json::from_str(text);
    value
        .inspect_err(|error| problems.malformed(format!("not JSON: {error}")))
        .ok()
}

/// A text is judged where the schema is one of single values; a table has none in OpenAPI.
fn plain(text: String, media: &Media, view: &View<'_>, problems: &mut Problems<'_>) -> Value {
    if !view.is_scalar() {
        return Value::String(text);
    }
    let value = view.value(Written::Text(text));
    problems.judge(&Place::BODY, media.schema.as_ref(), &value);
    value
}

/// The text of a body in the charset that its content type names, UTF-8 unless it does.
fn decoded(
    content_type: &str,
    body: &[u8],
    problems: &mut Problems<'_>,
) -> Result<Option<String>, Refusal> {
    let charset = media::parameter(content_type, "charset");
    let charset = charset.as_deref().unwrap_or("utf-8");
    let Some(encoding) = Encoding::for_label(charset.as_bytes()) else {
        let detail = format!("the charset {charset} is not known here, send UTF-8");
        return Err(unsupported(detail, header::ACCEPT_CHARSET, "utf-8"));
    };
    if encoding == UTF_8 {
        let text = std::str::from_utf8(body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body));
        let text = text.inspect_err(|error| problems.malformed(format!("no text: {error}")));
        return Ok(text.ok().map(str::to_owned));
    }
    let text = encoding.decode_without_bom_handling_and_without_replacement(body);
    if text.is_none() {
        problems.malformed(format!("no text in {}", encoding.name()));
    }
    Ok(text.map(Into::into))
}
