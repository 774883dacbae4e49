//! Parameters that progenitor refuses or would send wrongly.

use serde_json::{Value, json};

use super::{Lowering, referenced};
use crate::{
    naming,
    plan::{QueryEncoding, QueryStyle},
};

/// `OpenAPI` 3.0.3, section 4.7.12.1: definitions of these three are ignored.
pub(super) fn drop_reserved_headers(lowering: &mut Lowering) -> usize {
    let mut applied = 0;
    for operation in &mut lowering.operations {
        let parameters = parameters_mut(&mut operation.object);
        let before = parameters.len();
        parameters.retain(|parameter| {
            let name = text(parameter, "name").to_ascii_lowercase();
            text(parameter, "in") != "header"
                || !matches!(name.as_str(), "accept" | "content-type" | "authorization")
        });
        applied += before - parameters.len();
    }
    applied
}

/// Records what is not written as a plain list or scalar for the runtime's encoder.
pub(super) fn style_query_parameters(lowering: &mut Lowering) -> usize {
    let mut applied = 0;
    let mut operations = std::mem::take(&mut lowering.operations);
    for operation in &mut operations {
        let prefix = naming::pascal(&operation.method.name);
        let pointer = operation.method.pointer.clone();
        for parameter in parameters_mut(&mut operation.object) {
            let Some(encoding) = query_encoding(lowering, parameter) else {
                continue;
            };
            let name = text(parameter, "name").to_owned();
            let shape = Shape::of(lowering, parameter);
            if let (Some(component), false) =
                (referenced(&parameter["schema"]), shape == Shape::Scalar)
            {
                let rust_type = format!("crate::types::{}", naming::pascal(component));
                let wanted = format!("{prefix}{}Parameter", naming::pascal(&name));
                parameter["schema"] = lowering.add_alias(&wanted, &pointer, rust_type);
            }
            set(parameter, "style", json!("form"));
            set(parameter, "explode", json!(true));
            operation.method.query_encodings.insert(name, encoding);
            applied += 1;
        }
    }
    lowering.operations = operations;
    applied
}

/// What the schema of a parameter tells of its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Scalar,
    Object,
    /// A list, or what a choice leaves open.
    Other,
}

impl Shape {
    fn of(lowering: &Lowering, parameter: &Value) -> Self {
        let schema = &parameter["schema"];
        let schema = referenced(schema)
            .and_then(|name| lowering.schemas.get(name))
            .unwrap_or(schema);
        match schema["type"].as_str() {
            Some("string" | "integer" | "number" | "boolean") => Self::Scalar,
            Some("object") => Self::Object,
            _ if schema.get("properties").is_some() => Self::Object,
            _ => Self::Other,
        }
    }
}

/// The encoding that progenitor cannot be trusted with.
fn query_encoding(lowering: &Lowering, parameter: &Value) -> Option<QueryEncoding> {
    if text(parameter, "in") != "query" || parameter["x-part"] == true {
        return None;
    }
    let encoding = QueryEncoding::of(parameter);
    let shape = Shape::of(lowering, parameter);
    let is_own = match encoding.style {
        QueryStyle::Form => shape == Shape::Object,
        QueryStyle::DeepObject => true,
        QueryStyle::FormJoined | QueryStyle::SpaceDelimited | QueryStyle::PipeDelimited => {
            shape != Shape::Scalar
        }
    };
    (is_own || encoding.allow_reserved).then_some(encoding)
}

/// The runtime finds a cookie parameter in the header `openapi-cookie-<name>`.
pub(super) fn carry_cookies_in_headers(lowering: &mut Lowering) -> usize {
    let mut applied = 0;
    for operation in &mut lowering.operations {
        let mut cookies = Vec::new();
        for parameter in parameters_mut(&mut operation.object) {
            if text(parameter, "in") != "cookie" {
                continue;
            }
            let name = text(parameter, "name").to_owned();
            set(parameter, "in", json!("header"));
            set(parameter, "name", json!(carrier(&name)));
            set(parameter, "style", json!("simple"));
            cookies.push(name);
        }
        applied += cookies.len();
        operation.method.cookies = cookies;
    }
    applied
}

/// The header in which a cookie travels to the runtime.
pub(crate) fn carrier(cookie: &str) -> String {
    format!("openapi-cookie-{}", cookie.to_ascii_lowercase())
}

/// A list in a header is written by hand, with commas (`OpenAPI` style `simple`).
pub(super) fn join_header_lists(lowering: &mut Lowering) -> usize {
    let mut applied = 0;
    for operation in &mut lowering.operations {
        for parameter in parameters_mut(&mut operation.object) {
            let structured = matches!(
                parameter["schema"]["type"].as_str(),
                Some("array" | "object")
            ) || parameter["schema"]["type"].is_null()
                && referenced(&parameter["schema"]).is_some_and(|name| {
                    matches!(
                        lowering.schemas.get(name).and_then(|s| s["type"].as_str()),
                        Some("array" | "object")
                    )
                });
            if text(parameter, "in") == "header" && structured {
                parameter["schema"] = json!({ "type": "string" });
                applied += 1;
            }
        }
    }
    applied
}

fn parameters_mut(operation: &mut Value) -> &mut Vec<Value> {
    let parameters = &mut operation["parameters"];
    if !parameters.is_array() {
        *parameters = Value::Array(Vec::new());
    }
    match parameters {
        Value::Array(list) => list,
        _ => unreachable!("made an array above"),
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn set(value: &mut Value, key: &str, member: Value) {
    value[key] = member;
}
