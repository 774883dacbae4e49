//! What each call puts on the wire.

use std::{collections::BTreeMap, fmt};

use openapi_client_runtime::{ErrorKind, Operation, ResponseSpec};
use serde_json::Value;

use crate::{
    calls::Outcome,
    document::{self, resolve, text},
    parity::same,
    recorder::{Reply, Request},
};

/// A response of the document, as a server would send it.
#[derive(Debug, Clone)]
pub struct Told {
    /// The status code.
    pub status: u16,
    /// The media type, where there is a body.
    pub media_type: Option<String>,
    /// The name of the example.
    pub example: String,
    /// Whether the document itself gives that name.
    pub named: bool,
    /// The example.
    pub value: Value,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.status, self.example)
    }
}

impl Told {
    /// The reply of the server: JSON as JSON, text as it is.
    pub fn reply(&self) -> Reply {
        let reply = Reply::new(self.status);
        match (&self.media_type, &self.value) {
            (None, _) => reply,
            (Some(media_type), Value::String(text)) if !media_type.contains("json") => {
                reply.body(media_type, text.as_str())
            }
            (Some(media_type), value) => reply.body(media_type, value.to_string()),
        }
    }
}

/// Everything that the document says a method may be told: each status, with each example of the
/// media type that the method accepts.
///
/// # Errors
///
/// A status whose body has no example.
pub fn replies(root: &Value, operation: &Operation) -> Result<Vec<Told>, String> {
    let documented = document::operations(root)
        .into_iter()
        .find(|candidate| {
            candidate.id() == operation.document_id()
                && candidate.path == operation.path()
                && candidate
                    .verb
                    .eq_ignore_ascii_case(operation.method().as_str())
        })
        .ok_or_else(|| format!("`{}` is not in the document", operation.id()))?;
    let mut told = Vec::new();
    for (status, response) in documented.responses() {
        let status = code(status, &documented);
        let content = operation
            .response_for(status)
            .map_or(&[][..], |spec| spec.media_types());
        let empty = content.is_empty();
        for media_type in content {
            let media = &response["content"][*media_type];
            told.extend(
                examples(root, media)
                    .into_iter()
                    .map(|(example, value)| Told {
                        status,
                        media_type: Some((*media_type).to_owned()),
                        named: media["examples"].get(&example).is_some(),
                        example,
                        value,
                    }),
            );
        }
        if empty {
            told.push(Told {
                status,
                media_type: None,
                example: "empty".to_owned(),
                named: false,
                value: Value::Null,
            });
        } else if !told.iter().any(|told| told.status == status) {
            return Err(format!(
                "{} of `{}` has no example, so nobody knows that it can be decoded: add one",
                status,
                operation.document_id()
            ));
        }
    }
    Ok(told)
}

/// The examples of a media type, or that of its schema.
fn examples(root: &Value, media: &Value) -> Vec<(String, Value)> {
    let own = document::examples(root, media);
    if own.is_empty() {
        let schema = resolve(root, &media["schema"]);
        let example = schema.get("example").cloned();
        return example
            .map(|value| ("schema".to_owned(), value))
            .into_iter()
            .collect();
    }
    own.into_iter()
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .collect()
}

/// A status code for `404`, `4XX` or `default` of an operation.
pub fn code(status: &str, operation: &document::Operation<'_>) -> u16 {
    let class_of = |status: &str| status.get(..1).and_then(|class| class.parse::<u16>().ok());
    if let Ok(code) = status.parse() {
        return code;
    }
    if let Some(class) = class_of(status) {
        return class * 100 + 99;
    }
    let declared = |code: &u16| {
        let mut all = operation.responses().into_iter();
        all.any(|(other, _)| match other.parse::<u16>() {
            Ok(other) => *code == other,
            Err(_) => class_of(other) == Some(code / 100),
        })
    };
    let mut errors = (500..600).chain(400..500);
    errors.find(|code| !declared(code)).unwrap_or(500)
}

/// What the client says of a reply: the example, or the variant of its status that holds it.
pub fn expected(operation: &Operation, told: &Told) -> Value {
    let variant = operation
        .response_for(told.status)
        .and_then(ResponseSpec::envelope_variant);
    match variant {
        None => told.value.clone(),
        Some(variant) if told.media_type.is_none() => serde_json::json!({ "status": variant }),
        Some(variant) => serde_json::json!({ "status": variant, "body": told.value }),
    }
}

/// Whether a client understood a reply.
///
/// # Errors
///
/// What it made of it instead.
pub fn check(
    document: &Value,
    operation: &Operation,
    told: &Told,
    outcome: &Outcome,
) -> Result<(), String> {
    if outcome.status != Some(told.status) {
        return Err(format!("the status is {:?}: {outcome:?}", outcome.status));
    }
    let expected = expected(operation, told);
    match &outcome.result {
        Ok(value) if told.status >= 400 => Err(format!("taken for a success: {value}")),
        Ok(value) if !same(&expected, value, true) => Err(format!("{expected} became {value}")),
        Ok(_) => Ok(()),
        Err(failed) if told.status < 400 => Err(failed.text.clone()),
        Err(failed) if failed.kind != ErrorKind::Api => {
            Err(format!("the kind is {:?}: {}", failed.kind, failed.text))
        }
        Err(failed) => {
            let body = failed.body.as_ref();
            if !body.is_some_and(|body| same(&expected, body, true)) {
                return Err(format!("{expected} became {:?}", failed.body));
            }
            let message = failed.message.clone().unwrap_or_default();
            let texts = message_texts(document, &told.value);
            match texts.iter().find(|text| !message.contains(*text)) {
                Some(text) => Err(format!("the message {message:?} lacks {text:?}")),
                None if texts.is_empty() && !message.is_empty() => {
                    Err(format!("the message {message:?} is made up"))
                }
                None if message_is_text(document, &told.value) && message != texts[0] => {
                    Err(format!("the message {message:?} is not {:?}", texts[0]))
                }
                None => Ok(()),
            }
        }
    }
}

/// The texts that the message of an error must hold, from where the document says it stands.
pub fn message_texts(root: &Value, body: &Value) -> Vec<String> {
    let mut texts = Vec::new();
    if let Some(found) = message(root, body) {
        leaves(found, &mut texts);
    }
    texts
}

/// Whether the message of an error stands in its body as one text.
pub fn message_is_text(root: &Value, body: &Value) -> bool {
    message(root, body).is_some_and(Value::is_string)
}

fn message<'a>(root: &Value, body: &'a Value) -> Option<&'a Value> {
    let pointers = document::strings(&root["x-error-members"]["message"]);
    pointers.iter().find_map(|pointer| body.pointer(pointer))
}

fn leaves(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) => {
            for item in items {
                leaves(item, texts);
            }
        }
        // Of an object, only what is meant for people: the rest may be what was sent.
        Value::Object(members) => {
            let names = ["detail", "title", "message", "msg"];
            let member = names.iter().find_map(|name| members.get(*name));
            if let Some(member) = member {
                leaves(member, texts);
            }
        }
        _ => {}
    }
}

/// A request as a block of lines: what a server decides by, and no secret.
pub fn block(method: &str, request: &Request) -> String {
    let mut lines = vec![
        format!("{method}:"),
        format!("  {} {}", request.method, request.path),
    ];
    if let Some(query) = &request.query {
        lines.push(format!("  query: {query}"));
    }
    for (name, value) in relevant(&request.headers) {
        lines.push(format!("  {name}: {value}"));
    }
    if !request.body.is_empty() {
        let body = match serde_json::from_slice::<Value>(&request.body) {
            Ok(json) => json.to_string(),
            Err(_) => format!("{:?}", request.text()),
        };
        lines.push(format!("  body: {body}"));
    }
    let text = lines.join("\n") + "\n";
    match boundary(request) {
        // It is another one each time.
        Some(boundary) => text.replace(boundary, "boundary"),
        None => text,
    }
}

/// What stands between the parts of a form.
fn boundary(request: &Request) -> Option<&str> {
    let media_type = request.headers.get("content-type")?;
    media_type.strip_prefix("multipart/form-data; boundary=")
}

/// The headers that the client chose; those of the transport and its version are left out, and of
/// `Authorization` everything but the scheme.
fn relevant(headers: &BTreeMap<String, String>) -> impl Iterator<Item = (&str, String)> {
    const OF_THE_TRANSPORT: [&str; 6] = [
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "accept-encoding",
        "user-agent",
    ];
    headers.iter().filter_map(|(name, value)| {
        let shown = match name.as_str() {
            name if OF_THE_TRANSPORT.contains(&name) => return None,
            "authorization" => {
                let scheme = value.split(' ').next().unwrap_or_default();
                format!("{scheme} ...")
            }
            _ => value.clone(),
        };
        Some((name.as_str(), shown))
    })
}

/// The tags of the document in its order.
pub fn tags(root: &Value) -> Vec<&str> {
    let tags = root["tags"].as_array().into_iter().flatten();
    tags.map(|tag| text(tag, "name")).collect()
}
