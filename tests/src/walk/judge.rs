//! Replies as they came, judged by the document.

use openapi_client_runtime::Operation;
use openapi_document::{
    lint::json_schema::{Direction, to_json_schema_for},
    pointer, walk,
};
use serde_json::Value;

use super::probe::Raw;
use crate::document::{members, resolve};

/// Everything in a reply to an operation that the document does not say.
pub fn judge(root: &Value, operation: &Operation, raw: &Raw) -> Vec<String> {
    let Some(place) = response(root, operation, raw.status) else {
        return vec![format!("the document has no {} here", raw.status)];
    };
    let declared = root.pointer(&place).unwrap_or(&Value::Null);
    let mut wrong = headers(root, &place, raw);
    let (mut types, empty) = (
        members(&declared["content"]).peekable(),
        raw.body.is_empty(),
    );
    if types.peek().is_none() {
        if !empty {
            wrong.push(format!("a body where none is declared: {:?}", text(raw)));
        }
        return wrong;
    }
    let sent = raw.header("content-type").unwrap_or_default();
    let essence = sent.split(';').next().unwrap_or_default().trim();
    match types.find(|(name, _)| name.eq_ignore_ascii_case(essence)) {
        None => wrong.push(format!("content type {sent:?} is not declared")),
        Some((name, _)) if essence.ends_with("json") => {
            let content = pointer::join(&format!("{place}/content"), name);
            match serde_json::from_slice(&raw.body) {
                Err(error) => wrong.push(format!("no JSON ({error}): {:?}", text(raw))),
                Ok(body) => wrong.extend(breaches(root, &format!("{content}/schema"), &body)),
            }
        }
        Some(_) if empty => wrong.push("no body".to_owned()),
        Some(_) => {}
    }
    wrong
}

/// Where the response for a status stands, behind its references.
fn response(root: &Value, operation: &Operation, status: u16) -> Option<String> {
    let verb = operation.method().as_str().to_lowercase();
    let item = follow(root, pointer::join("/paths", operation.path()));
    let responses = format!("{item}/{verb}/responses");
    let keys = [
        status.to_string(),
        format!("{}XX", status / 100),
        "default".to_owned(),
    ];
    let mut places = keys.iter().map(|key| format!("{responses}/{key}"));
    let place = places.find(|place| root.pointer(place).is_some())?;
    Some(follow(root, place))
}

fn follow(root: &Value, place: String) -> String {
    walk::resolve_at(root, &place).map_or(place, |(place, _)| place)
}

/// Required headers that are missing, and headers whose values the document refuses.
fn headers(root: &Value, place: &str, raw: &Raw) -> Vec<String> {
    let mut wrong = Vec::new();
    let holder = format!("{place}/headers");
    for (name, header) in root.pointer(&holder).into_iter().flat_map(members) {
        let header_place = follow(root, pointer::join(&holder, name));
        match raw.header(name) {
            None if resolve(root, header)["required"] == true => {
                wrong.push(format!("the required header {name} is missing"));
            }
            None => {}
            Some(value) => {
                let schema = format!("{header_place}/schema");
                let kind = follow(root, schema.clone());
                let kind = root.pointer(&kind).map(|schema| schema["type"].clone());
                let typed = match kind.as_ref().and_then(Value::as_str) {
                    Some("integer" | "number" | "boolean") => serde_json::from_str(value),
                    _ => Ok(Value::from(value)),
                };
                let typed = typed.unwrap_or_else(|_| Value::from(value));
                let found = breaches(root, &schema, &typed);
                wrong.extend(
                    found
                        .into_iter()
                        .map(|what| format!("header {name}: {what}")),
                );
            }
        }
    }
    wrong
}

fn breaches(root: &Value, schema: &str, value: &Value) -> Vec<String> {
    let schema = to_json_schema_for(root, schema, Direction::Response);
    let options = jsonschema::options().should_validate_formats(true);
    match options.build(&schema) {
        Err(error) => vec![format!("a schema that cannot be compiled: {error}")],
        Ok(validator) => validator
            .iter_errors(value)
            .map(|error| format!("{} at `{}`", error, error.instance_path()))
            .collect(),
    }
}

fn text(raw: &Raw) -> String {
    String::from_utf8_lossy(&raw.body)
        .chars()
        .take(200)
        .collect()
}
