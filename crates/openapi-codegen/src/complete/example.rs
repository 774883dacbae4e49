//! Example calls in Rust, made from the examples of the document.

use serde_json::Value;

use super::context::Context;
use crate::{lower::referenced, naming, plan::Method};

/// The body of a doctest that makes the call with the document's examples.
pub(super) fn call(context: &Context<'_>, method: &Method) -> String {
    let crate_name = context.settings.module_name();
    let code = format!("fn example() {{ {} }}", statement(context, method));
    let formatted = syn::parse_file(&code).map(|file| prettyplease::unparse(&file));
    let body = match formatted {
        Ok(text) => unindent(&text),
        Err(_) => statement(context, method),
    };
    let types = if body.contains("types::") {
        format!("# use {crate_name}::types;\n")
    } else {
        String::new()
    };
    format!(
        "{types}# async fn example(client: &{crate_name}::Client) -> Result<(), Box<dyn std::error::Error>> {{\n{body}# Ok(())\n# }}"
    )
}

/// The statement alone, formatted.
pub(super) fn statement(context: &Context<'_>, method: &Method) -> String {
    let mut calls = String::new();
    let lowered = context.lowered_operation(method);
    for parameter in context.parameters(method) {
        if parameter.object["required"] != true {
            continue;
        }
        let value = parameter_example(context, parameter.object);
        let value = literal(&value).unwrap_or_else(|| "\"value\"".to_owned());
        calls.push_str(&format!(".{}({value})", parameter.ident));
    }
    if lowered.get("requestBody").is_some()
        && let Some(body) = body(context, method, lowered)
    {
        calls.push_str(&format!(".body({body})"));
    }
    format!(
        "let response = client.{}(){calls}.send().await?;",
        method.name
    )
}

fn unindent(function: &str) -> String {
    function
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
        .map(|line| format!("{line}\n"))
        .collect()
}

fn parameter_example(context: &Context<'_>, parameter: &Value) -> Value {
    let schema = crate::lower::resolve(context.root, &parameter["schema"]);
    [
        parameter.get("example"),
        first_example(parameter),
        schema.get("example"),
        schema.get("default"),
        schema["enum"].get(0),
    ]
    .into_iter()
    .flatten()
    .next()
    .cloned()
    .unwrap_or(Value::Null)
}

fn first_example(holder: &Value) -> Option<&Value> {
    holder["examples"]
        .as_object()?
        .values()
        .next()?
        .get("value")
}

/// A scalar as Rust writes it.
fn literal(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(format!("{text:?}")),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

/// An expression for the request body, from the document's first example.
fn body(context: &Context<'_>, method: &Method, lowered: &Value) -> Option<String> {
    let request = method.request.as_ref()?;
    let public = crate::lower::resolve(context.root, &context.operation(method)["requestBody"]);
    let media = &public["content"][request.media_type.as_str()];
    let example = media
        .get("example")
        .or_else(|| {
            let first = media["examples"].as_object()?.values().next()?;
            crate::lower::resolve(context.root, first).get("value")
        })
        .or_else(|| crate::lower::resolve(context.root, &media["schema"]).get("example"))?;
    let (lowered_type, content) = lowered["requestBody"]["content"]
        .as_object()?
        .iter()
        .next()?;
    if lowered_type == "text/plain" || lowered_type == "application/octet-stream" {
        return literal(example);
    }
    let schema = &content["schema"];
    let schema = unalias(context, schema);
    Expressions { context }
        .exact(&schema, example)
        .map(|exact| {
            exact
                .strip_suffix(".try_into()?")
                .map_or(exact.clone(), str::to_owned)
        })
        .or_else(|| Some(format!("serde_json::from_value({})?", json(example))))
}

/// An optional body stands for the component behind it.
fn unalias(context: &Context<'_>, schema: &Value) -> Value {
    let alias = referenced(schema).and_then(|name| context.plan.aliases.get(name));
    let inner = alias
        .and_then(|path| path.strip_prefix("::std::option::Option<crate::types::"))
        .and_then(|path| path.strip_suffix('>'));
    let component = inner.and_then(|ty| {
        context
            .plan
            .origins
            .keys()
            .find(|name| naming::pascal(name) == ty)
    });
    component.map_or_else(|| schema.clone(), |name| crate::lower::reference(name))
}

fn json(value: &Value) -> String {
    format!("serde_json::json!({value})")
}

struct Expressions<'a, 'b> {
    context: &'b Context<'a>,
}

impl Expressions<'_, '_> {
    /// An expression of exactly the type of the schema; `None` where only JSON will do.
    fn exact(&self, schema: &Value, value: &Value) -> Option<String> {
        if value.is_null() {
            return None;
        }
        if let Some(name) = referenced(schema) {
            return self.component(name, value);
        }
        if let Some(rust_type) = schema.get("x-rust-type") {
            return self.existing(rust_type, value);
        }
        match schema["type"].as_str()? {
            "string" if is_plain(schema) => Some(format!("{}.to_owned()", literal(value)?)),
            "boolean" => literal(value),
            "integer" if is_plain_integer(schema) => {
                let suffix = if schema["format"] == "int32" {
                    "i32"
                } else {
                    "i64"
                };
                Some(format!("{}_{suffix}", value.as_i64()?))
            }
            "number" if schema.get("format").is_none() => {
                Some(format!("{:?}_f64", value.as_f64()?))
            }
            "array" => self.list(&schema["items"], value),
            "object" if schema.get("properties").is_none() => {
                self.map(schema.get("additionalProperties")?, value)
            }
            _ => None,
        }
    }

    fn list(&self, items: &Value, value: &Value) -> Option<String> {
        let values: Option<Vec<String>> = value
            .as_array()?
            .iter()
            .map(|value| self.exact(items, value))
            .collect();
        Some(format!("vec![{}]", values?.join(", ")))
    }

    fn map(&self, values: &Value, value: &Value) -> Option<String> {
        let entries: Option<Vec<String>> = value
            .as_object()?
            .iter()
            .map(|(key, value)| {
                Some(format!(
                    "({key:?}.to_owned(), {})",
                    self.exact(values, value)?
                ))
            })
            .collect();
        Some(format!(
            "std::collections::BTreeMap::from([{}])",
            entries?.join(", ")
        ))
    }

    fn existing(&self, rust_type: &Value, value: &Value) -> Option<String> {
        let parameters = &rust_type["parameters"];
        match rust_type["path"].as_str()?.rsplit("::").next()? {
            "Secret" => Some(format!(
                "openapi_client_runtime::Secret::from({})",
                literal(value)?
            )),
            "Vec" => self.list(&parameters[0], value),
            "BTreeMap" => self.map(&parameters[1], value),
            "Patch" => self.exact(&parameters[0], value),
            _ => None,
        }
    }

    fn component(&self, name: &str, value: &Value) -> Option<String> {
        let ty = naming::pascal(name);
        let plan = self.context.plan;
        if let Some(open) = plan.open_enums.get(name) {
            let index = open
                .values
                .iter()
                .position(|known| value == known.as_str())?;
            return Some(format!(
                "types::{ty}::{}",
                naming::variants(&open.values)[index]
            ));
        }
        if plan.unions.contains_key(name) || plan.aliases.contains_key(name) {
            return None;
        }
        let schema = self
            .context
            .lowered
            .document
            .pointer("/components/schemas")?
            .get(name)?;
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            let mut calls = String::new();
            for (key, member) in value.as_object()? {
                let member = self.exact(properties.get(key)?, member)?;
                calls.push_str(&format!(".{}({member})", naming::snake(key)));
            }
            return Some(format!("types::{ty}::builder(){calls}.try_into()?"));
        }
        if matches!(schema["type"].as_str(), Some("array" | "object")) {
            return Some(format!("types::{ty}::from({})", self.exact(schema, value)?));
        }
        if schema["type"] == "string" && !is_plain(schema) {
            return Some(format!("{}.parse::<types::{ty}>()?", literal(value)?));
        }
        None
    }
}

fn is_plain(schema: &Value) -> bool {
    !["format", "pattern", "minLength", "maxLength", "enum"]
        .iter()
        .any(|limit| schema.get(*limit).is_some())
        || matches!(schema["format"].as_str(), Some("uri" | "email"))
            && schema.get("pattern").is_none()
}

fn is_plain_integer(schema: &Value) -> bool {
    ![
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "enum",
    ]
    .iter()
    .any(|limit| schema.get(*limit).is_some())
        && matches!(schema["format"].as_str(), None | Some("int32" | "int64"))
}
