//! Requests as bytes, made from the examples of a document.

use std::path::Path;

use openapi_document::Document;
use openapi_mock::Credential;
use serde_json::{Value, json};

use crate::Result;
use crate::load::Reply;

/// A request, and the status of its reply.
#[derive(Debug)]
pub(crate) struct Request {
    /// Method and operation id, for people.
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    statuses: Vec<u16>,
}

impl Request {
    /// Anything but a declared success would measure how fast a server refuses.
    pub(crate) fn check(&self, reply: &Reply) -> Result<()> {
        if self.statuses.contains(&reply.status) {
            return Ok(());
        }
        let body = String::from_utf8_lossy(&reply.body);
        Err(format!("{}: answered with {}: {body}", self.name, reply.status).into())
    }
}

/// Reads a document, bundled or in its files.
pub(crate) fn open(path: &Path) -> Result<Document> {
    Document::open(path).map_err(|report| report.render(false).into())
}

/// The first GET of a document that its examples suffice for.
pub(crate) fn any_get(root: &Value) -> Result<Request> {
    let items = root["paths"].as_object().into_iter().flatten();
    let mut ids = items.filter_map(|(_, item)| item["get"]["operationId"].as_str());
    ids.find_map(|id| request(root, id, &[]).ok())
        .ok_or_else(|| "the document has no GET that its examples suffice for".into())
}

/// The request that calls an operation with the examples of its document.
pub(crate) fn request(root: &Value, id: &str, credentials: &[&Credential]) -> Result<Request> {
    let (path, verb, item) = find(root, id).ok_or_else(|| format!("no operation `{id}`"))?;
    let operation = &item[verb];
    let mut path = path.to_owned();
    for holder in [operation, item] {
        for parameter in holder["parameters"].as_array().into_iter().flatten() {
            let parameter = resolve(root, parameter);
            let name = parameter["name"].as_str().unwrap_or_default();
            let place = format!("{{{name}}}");
            if path.contains(&place) {
                let value = example(root, parameter)
                    .ok_or_else(|| format!("parameter `{name}` of `{id}` has no example"))?;
                path = path.replace(&place, &plain(&value));
            } else if parameter["required"] == true && parameter["in"] != "path" {
                return Err(format!("`{id}` needs `{name}`: choose another operation").into());
            }
        }
    }
    let media = &resolve(root, &operation["requestBody"])["content"]["application/json"];
    let body = example(root, media).map(|body| body.to_string());
    let headers = credentials
        .iter()
        .filter_map(|credential| credential.header());
    let signed: String = headers
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    Ok(Request {
        name: format!("{} {id}", verb.to_uppercase()),
        bytes: written(verb, &path, &signed, body.as_deref()).into_bytes(),
        statuses: successes(operation),
    })
}

fn written(verb: &str, path: &str, signed: &str, body: Option<&str>) -> String {
    let content = body.map_or(String::new(), |body| {
        let length = body.len();
        format!("Content-Type: application/json\r\nContent-Length: {length}\r\n")
    });
    format!(
        "{} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n\
         {signed}{content}\r\n{}",
        verb.to_uppercase(),
        body.unwrap_or_default()
    )
}

fn successes(operation: &Value) -> Vec<u16> {
    let statuses = operation["responses"].as_object().into_iter().flatten();
    let numbers = statuses.filter_map(|(status, _)| status.parse().ok());
    numbers
        .filter(|status| (200..300).contains(status))
        .collect()
}

fn find<'a>(root: &'a Value, id: &str) -> Option<(&'a str, &'a str, &'a Value)> {
    let paths = root["paths"].as_object()?;
    paths.iter().find_map(|(path, item)| {
        let verbs = item.as_object()?;
        let verb = verbs.iter().find(|(_, object)| object["operationId"] == id);
        Some((path.as_str(), verb?.0.as_str(), item))
    })
}

fn resolve<'a>(root: &'a Value, node: &'a Value) -> &'a Value {
    let target = node["$ref"].as_str();
    match target.and_then(|target| root.pointer(target.strip_prefix('#')?)) {
        Some(node) => resolve(root, node),
        None => node,
    }
}

/// The example of a parameter or a media type: its own, the first named one, or that of its schema.
fn example(root: &Value, holder: &Value) -> Option<Value> {
    let named = holder["examples"].as_object().into_iter().flatten().next();
    let named = named.map(|(_, example)| resolve(root, example)["value"].clone());
    let schema = resolve(root, &holder["schema"]);
    let own = holder.get("example").cloned();
    own.or(named)
        .or_else(|| schema.get("example").cloned())
        .or_else(|| schema["enum"].get(0).cloned())
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => json!(other).to_string(),
    }
}
