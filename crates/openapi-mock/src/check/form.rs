//! Forms (`application/x-www-form-urlencoded`) as objects.

use openapi_document::model::{self, Encoding, MediaType};
use serde_json::{Map, Value};

use super::coerce::View;
use super::problems::{Place, Problems};
use super::style::{Pairs, Style, Written, form_text};
use crate::media;

/// The members of a form; how each is written stands in `encoding` of the media type.
pub(super) fn read(
    text: &str,
    view: &View<'_>,
    media: &MediaType,
    problems: &mut Problems<'_>,
) -> Value {
    let mut pairs = Pairs::parse(text);
    let mut members = Map::new();
    for name in view.properties() {
        match member(
            name,
            &mut pairs,
            &view.property(name),
            media.encoding.get(name),
        ) {
            Ok(Some(value)) => drop(members.insert(name.to_owned(), value)),
            Ok(None) => {}
            Err(what) => {
                let at = openapi_document::pointer::join("", name);
                problems.wrong(&Place::in_body(&at), what);
            }
        }
    }
    for (name, raw) in pairs.entries {
        let value = view.property(&name).value(Written::Text(form_text(&raw)));
        add(&mut members, name, value);
    }
    Value::Object(members)
}

fn member(
    name: &str,
    pairs: &mut Pairs,
    view: &View<'_>,
    encoding: Option<&Encoding>,
) -> Result<Option<Value>, String> {
    let usual = if is_inner(view) {
        model::Style::DeepObject
    } else {
        model::Style::Form
    };
    let kind = encoding.and_then(|encoding| encoding.style);
    let kind = kind.unwrap_or(usual);
    let explode = encoding.and_then(|encoding| encoding.explode);
    let style = Style {
        name,
        kind,
        explode: explode.unwrap_or(kind == model::Style::Form),
    };
    if let Some(written) = style.query(pairs, view)? {
        return Ok(Some(view.value(written)));
    }
    // Objects are JSON unless the document says otherwise ("Encoding Object", `contentType`).
    if !is_inner(view) {
        return Ok(None);
    }
    let text = Style {
        kind: model::Style::Form,
        ..style
    };
    let Some(Written::Text(text)) = text.query(pairs, &view.nothing())? else {
        return Ok(None);
    };
    let declared = encoding.and_then(|encoding| encoding.content_type.as_deref());
    if declared.is_some_and(|declared| !media::is_json(declared)) {
        return Ok(Some(Value::String(text)));
    }
    let value = serde_json::from_str(&text).map_err(|error| format!("not JSON: {error}"))?;
    Ok(Some(value))
}

fn is_inner(view: &View<'_>) -> bool {
    view.is_object() && !view.is_scalar() && !view.is_list()
}

/// Adds a member; one that stands twice becomes a list.
pub(super) fn add(members: &mut Map<String, Value>, name: String, value: Value) {
    match members.get_mut(&name) {
        None => drop(members.insert(name, value)),
        Some(Value::Array(items)) => items.push(value),
        Some(earlier) => *earlier = Value::Array(vec![earlier.take(), value]),
    }
}
