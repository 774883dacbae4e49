//! Values as the texts of a media type.

use serde_json::{Map, Value};

use crate::media;

/// A value as a body of a media type; nothing where this server cannot write it so.
pub(crate) fn written(content_type: &str, value: &Value) -> Option<String> {
    let essence = media::essence(content_type);
    match (essence.as_str(), value) {
        (json, _) if media::is_json(json) => Some(value.to_string()),
        ("text/event-stream", _) => Some(events(value)),
        ("application/x-ndjson" | "application/jsonl" | "application/ndjson", _) => {
            let items = value
                .as_array()
                .map_or(std::slice::from_ref(value), Vec::as_slice);
            Some(items.iter().map(|item| format!("{item}\n")).collect())
        }
        ("application/x-www-form-urlencoded", Value::Object(members)) => Some(form(members)),
        (_, Value::Object(_)) => None,
        (_, Value::Array(items)) if items.iter().any(is_structure) => None,
        _ => Some(media::plain_text(value)),
    }
}

fn is_structure(value: &Value) -> bool {
    value.is_object() || value.is_array()
}

fn form(members: &Map<String, Value>) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (name, value) in members {
        form.append_pair(name, &media::plain_text(value));
    }
    form.finish()
}

/// Events as browsers read them (HTML, "Server-sent events"): one for each item of a list. A text
/// that is written so already stays as it is.
fn events(value: &Value) -> String {
    let is_stream = |text: &str| {
        let fields = ["data:", "event:", "id:", "retry:", ":"];
        fields.iter().any(|field| text.starts_with(field))
    };
    match value {
        Value::String(text) if is_stream(text) => format!("{}\n\n", text.trim_end()),
        Value::Array(items) => items.iter().map(event).collect(),
        one => event(one),
    }
}

/// One event. An object of nothing but the fields of an event is one.
fn event(value: &Value) -> String {
    const FIELDS: [&str; 3] = ["event", "id", "retry"];
    let fields = value.as_object().filter(|members| {
        let known = |name: &String| name == "data" || FIELDS.contains(&name.as_str());
        members.contains_key("data") && members.keys().all(known)
    });
    let mut text = String::new();
    for (name, field) in fields
        .into_iter()
        .flatten()
        .filter(|(name, _)| *name != "data")
    {
        let line = media::plain_text(field).replace(['\r', '\n'], " ");
        text.push_str(&format!("{name}: {line}\n"));
    }
    let data = match fields
        .and_then(|fields| fields.get("data"))
        .unwrap_or(value)
    {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    for line in data.lines() {
        text.push_str(&format!("data: {line}\n"));
    }
    if data.is_empty() {
        text.push_str("data:\n");
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::written;

    #[test]
    fn a_stream_is_made_of_events() {
        let stream = |value| written("text/event-stream; charset=utf-8", &value).unwrap();
        assert_eq!(stream(json!({"n": 1})), "data: {\"n\":1}\n\n");
        assert_eq!(
            stream(json!([{"n": 1}, "two\nlines"])),
            "data: {\"n\":1}\n\ndata: two\ndata: lines\n\n"
        );
        assert_eq!(
            stream(json!({"event": "added", "id": 7, "data": {"n": 1}})),
            "event: added\nid: 7\ndata: {\"n\":1}\n\n"
        );
        assert_eq!(
            stream(json!("event: x\ndata: y\n")),
            "event: x\ndata: y\n\n"
        );
        assert_eq!(stream(json!("")), "data:\n\n");
    }

    #[test]
    fn what_cannot_be_written_is_not_written_as_something_else() {
        let object = json!({"a": 1, "b": ["x", "y"]});
        assert_eq!(written("application/xml", &object), None);
        assert_eq!(written("text/csv", &json!([{"a": 1}])), None);
        assert_eq!(
            written("application/xml", &json!("<a/>")).as_deref(),
            Some("<a/>")
        );
        assert_eq!(
            written("text/plain", &json!([1, "x"])).as_deref(),
            Some("1,x")
        );
        let form = written("application/x-www-form-urlencoded", &object);
        assert_eq!(form.as_deref(), Some("a=1&b=x%2Cy"));
        let lines = written("application/x-ndjson", &json!([1, {"a": 2}]));
        assert_eq!(lines.as_deref(), Some("1\n{\"a\":2}\n"));
    }
}
