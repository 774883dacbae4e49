//! Example calls in Rust, made from the examples of the document.

use openapi_document::walk;
use serde_json::{Number, Value};

use super::{
    context::{Context, Parameter},
    sample::sample,
};
use crate::{
    lower::{referenced, resolve},
    naming,
    plan::{Method, Part},
};

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

/// The statement alone, with the required parameters.
pub(super) fn statement(context: &Context<'_>, method: &Method) -> String {
    let request = request(context, method, |parameter| parameter["required"] == true);
    format!("let response = {request}.send().await?;")
}

/// The items of a paged list, as a statement.
pub(super) fn stream(context: &Context<'_>, method: &Method) -> String {
    let request = request(context, method, |parameter| parameter["required"] == true);
    format!("let mut items = {request}.stream();")
}

/// What the answer leads to at last, as a statement.
pub(super) fn follow(context: &Context<'_>, method: &Method) -> String {
    let request = request(context, method, |parameter| parameter["required"] == true);
    format!("let found = {request}.follow().send().await?;")
}

/// The call with all parameters that the method takes, as an expression whose value is its result.
pub(super) fn call_with_everything(context: &Context<'_>, method: &Method) -> String {
    format!("{}.send().await", request(context, method, |_| true))
}

/// The request with the parameters that are wanted.
fn request(context: &Context<'_>, method: &Method, wanted: fn(&Value) -> bool) -> String {
    let mut calls = String::new();
    let lowered = context.lowered_operation(method);
    for parameter in context.parameters(method) {
        if wanted(&parameter.object) {
            let value = match &parameter.part {
                Some(part) => part_argument(context, method, part, &parameter.object),
                None => argument(context, lowered, &parameter),
            };
            calls.push_str(&format!(".{}({value})", parameter.ident));
        }
    }
    if lowered.get("requestBody").is_some()
        && let Some(body) = body(context, method, lowered)
    {
        calls.push_str(&format!(".body({body})"));
    }
    format!("client.{}(){calls}", method.name)
}

/// What is passed for a parameter: its example, or a value of its type for want of one.
fn argument(context: &Context<'_>, lowered: &Value, parameter: &Parameter<'_>) -> String {
    let example = parameter_example(context, &parameter.object);
    let example = if example.is_null() {
        sample(context, &parameter.object["schema"])
    } else {
        example
    };
    if let Some(scalar) = literal(&example) {
        return scalar;
    }
    let definitions = lowered["parameters"].as_array().into_iter().flatten();
    let exact = definitions
        .filter(|other| {
            other["name"].as_str().map(naming::snake).as_ref() == Some(&parameter.ident)
        })
        .find_map(|definition| Expressions { context }.exact(&definition["schema"], &example));
    exact.unwrap_or_else(|| format!("serde_json::from_value({})?", json(&example)))
}

/// What is passed for a part of a form: its value in the example of the body, else its own, else
/// some value of its type.
fn part_argument(context: &Context<'_>, method: &Method, part: &Part, object: &Value) -> String {
    let of_body = body_example(context, method).and_then(|body| body.get(&part.name));
    let example = of_body
        .cloned()
        .unwrap_or_else(|| parameter_example(context, object));
    let example = if example.is_null() {
        sample(context, &object["schema"])
    } else {
        example
    };
    if part.is_file() {
        return files(context, part, &example);
    }
    let expressions = Expressions { context };
    match expressions.exact(&part.schema, &example) {
        Some(exact) => exact
            .strip_suffix(".try_into()?")
            .unwrap_or(&exact)
            .to_owned(),
        None => match (foreign_type(&part.schema), literal(&example)) {
            (None, Some(scalar)) => scalar,
            (foreign, _) => {
                let ty = foreign.map_or_else(|| type_name(&part.schema), str::to_owned);
                format!("serde_json::from_value::<{ty}>({})?", json(&example))
            }
        },
    }
}

/// The type of a string with a format, where it is one of another crate.
fn foreign_type(schema: &Value) -> Option<&'static str> {
    match schema["format"].as_str()? {
        "date-time" => Some("chrono::DateTime<chrono::Utc>"),
        "date" => Some("chrono::NaiveDate"),
        "uuid" => Some("uuid::Uuid"),
        _ => None,
    }
}

/// Files with the content and the name of an example.
fn files(context: &Context<'_>, part: &Part, example: &Value) -> String {
    let crate_name = context.settings.module_name();
    let file = |content: &Value| {
        let content = literal(content).unwrap_or_else(|| format!("{:?}", content.to_string()));
        format!("{crate_name}::Upload::from_bytes({content})")
    };
    match example.as_array() {
        Some(files) if part.is_list => {
            let files: Vec<String> = files.iter().map(file).collect();
            format!("vec![{}]", files.join(", "))
        }
        _ => file(example),
    }
}

fn unindent(function: &str) -> String {
    function
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
        .map(|line| format!("{line}\n"))
        .collect()
}

fn parameter_example(context: &Context<'_>, parameter: &Value) -> Value {
    let schema = resolve(context.root, &parameter["schema"]);
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
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(numeral(number)),
        _ => None,
    }
}

/// A number as Rust writes it; an integer without a type would be taken for an `i32`.
fn numeral(number: &Number) -> String {
    let is_small = |integer: i64| i32::try_from(integer).is_ok();
    match (number.as_i64(), number.as_u64()) {
        (Some(integer), _) if !is_small(integer) => format!("{integer}_i64"),
        (None, Some(integer)) => format!("{integer}_u64"),
        _ => number.to_string(),
    }
}

/// A value as an expression.
pub(super) fn rust(value: &Value) -> String {
    literal(value).unwrap_or_else(|| json(value))
}

/// An expression for the request body, from the document's first example.
fn body(context: &Context<'_>, method: &Method, lowered: &Value) -> Option<String> {
    let example = body_example(context, method)?;
    let bodies = lowered["requestBody"]["content"].as_object()?;
    let (media_type, media) = bodies.iter().next()?;
    if media_type == "text/plain" || media_type == "application/octet-stream" {
        return literal(example);
    }
    let schema = unalias(context, &media["schema"]);
    let expressions = Expressions { context };
    match expressions.exact(&schema, example) {
        // A builder is converted by the request itself.
        Some(exact) => Some(
            exact
                .strip_suffix(".try_into()?")
                .unwrap_or(&exact)
                .to_owned(),
        ),
        None => Some(format!(
            "serde_json::from_value::<{}>({})?",
            type_name(&schema),
            json(example)
        )),
    }
}

fn body_example<'a>(context: &Context<'a>, method: &Method) -> Option<&'a Value> {
    let request = method.request.as_ref()?;
    let body = resolve(context.root, context.operation(method).get("requestBody")?);
    let media = body["content"].get(request.media_type.as_str())?;
    let named = || {
        let first = media["examples"].as_object()?.values().next()?;
        resolve(context.root, first).get("value")
    };
    media
        .get("example")
        .or_else(named)
        .or_else(|| resolve(context.root, media.get("schema")?).get("example"))
}

/// The type of a body as an example names it.
fn type_name(schema: &Value) -> String {
    match (referenced(schema), schema["type"].as_str()) {
        (Some(name), _) => format!("types::{}", naming::pascal(name)),
        (None, Some("array")) => format!("Vec<{}>", type_name(&schema["items"])),
        _ => "serde_json::Value".to_owned(),
    }
}

/// An optional body stands for the component behind it.
fn unalias(context: &Context<'_>, schema: &Value) -> Value {
    let alias = referenced(schema).and_then(|name| context.plan.aliases.get(name));
    let inner = alias
        .and_then(|path| path.strip_prefix("::std::option::Option<crate::types::"))
        .and_then(|path| path.strip_suffix('>'));
    let component = inner.and_then(|ty| context.component_of(ty));
    component.map_or_else(|| schema.clone(), crate::lower::reference)
}

fn json(value: &Value) -> String {
    format!("serde_json::json!({})", within_json(value))
}

/// A value inside of `json!`, whose texts are those of Rust.
fn within_json(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(within_json).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|(name, value)| format!("{name:?}:{}", within_json(value)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        scalar => literal(scalar).unwrap_or_else(|| "null".to_owned()),
    }
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
        if let Some([only]) = schema["allOf"].as_array().map(Vec::as_slice) {
            return Some(format!("Some({})", self.exact(only, value)?));
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
        let list = value.as_array()?;
        if list.is_empty() {
            return Some(format!("Vec::<{}>::new()", item_type(items)?));
        }
        let values: Option<Vec<String>> =
            list.iter().map(|value| self.exact(items, value)).collect();
        Some(format!("vec![{}]", values?.join(", ")))
    }

    fn map(&self, values: &Value, value: &Value) -> Option<String> {
        let map = value.as_object()?;
        if map.is_empty() {
            let values = item_type(values)?;
            return Some(format!(
                "std::collections::BTreeMap::<String, {values}>::new()"
            ));
        }
        let entries: Option<Vec<String>> = map
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
            "Secret" => {
                let crate_name = self.context.settings.module_name();
                Some(format!(
                    "{crate_name}::runtime::Secret::from({})",
                    literal(value)?
                ))
            }
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
            let known = open.values.iter().position(|known| value == known.as_str());
            return Some(match known {
                Some(index) => format!("types::{ty}::{}", naming::variants(&open.values)[index]),
                None => format!("types::{ty}::from({})", literal(value)?),
            });
        }
        if plan.unions.contains_key(name) || plan.aliases.contains_key(name) {
            return None;
        }
        let schema = self.schema(name)?;
        if schema.get("properties").is_some() {
            return self.object(name, value);
        }
        if let Some(branches) = schema.get("oneOf").or_else(|| schema.get("anyOf")) {
            return self.union(&ty, branches.as_array()?, value);
        }
        if matches!(schema["type"].as_str(), Some("array" | "object")) {
            return Some(format!("types::{ty}::from({})", self.exact(schema, value)?));
        }
        if schema["type"] == "string" && is_plain(schema) {
            return Some(format!("types::{ty}::from({})", literal(value)?));
        }
        if schema["type"] == "string" {
            return Some(format!("{}.parse::<types::{ty}>()?", literal(value)?));
        }
        None
    }

    fn schema(&self, name: &str) -> Option<&Value> {
        self.context
            .lowered
            .document
            .pointer("/components/schemas")?
            .get(name)
    }

    /// `new` with what is required, and a chain of setters.
    fn object(&self, component: &str, value: &Value) -> Option<String> {
        let members = value.as_object()?;
        let pointer = openapi_document::pointer::join("/components/schemas", component);
        let parts = walk::common_parts(&self.context.lowered.document, &pointer);
        let properties = parts
            .iter()
            .filter_map(|part| part.schema["properties"].as_object());
        let properties: Vec<(&String, &Value)> = properties.flatten().collect();
        let is_required = |wire: &String| {
            let mut lists = parts
                .iter()
                .filter_map(|part| part.schema["required"].as_array());
            lists.any(|names| names.iter().any(|name| name == wire))
        };
        let required = properties.iter().filter(|(wire, _)| is_required(wire));
        let arguments: Option<Vec<String>> = required
            .map(|(wire, property)| self.required(property, members.get(*wire)?))
            .collect();
        let mut calls = String::new();
        for (wire, value) in members.iter().filter(|(wire, _)| !is_required(wire)) {
            let (_, property) = properties.iter().find(|(name, _)| *name == wire)?;
            let setter = naming::setter(&naming::field(wire));
            calls.push_str(&format!(".{setter}({})", self.set(property, value)?));
        }
        let ty = naming::pascal(component);
        Some(format!(
            "types::{ty}::new({}){calls}",
            arguments?.join(", ")
        ))
    }

    /// An argument of `new`.
    fn required(&self, property: &Value, value: &Value) -> Option<String> {
        let is_nullable = property["nullable"] == true;
        if is_nullable && value.is_null() {
            return None;
        }
        if is_nullable {
            return Some(format!("Some({})", self.exact(unwrapped(property), value)?));
        }
        self.set(property, value)
    }

    /// What a setter takes: a literal where it converts it.
    fn set(&self, property: &Value, value: &Value) -> Option<String> {
        let property = unwrapped(property);
        if converts(property) && !value.is_null() {
            return literal(value);
        }
        self.exact(property, value)
    }

    /// The variant of an untagged union that takes the value.
    fn union(&self, ty: &str, branches: &[Value], value: &Value) -> Option<String> {
        branches.iter().find_map(|branch| {
            let variant = match referenced(branch) {
                Some(name) => {
                    self.takes(name, value).then_some(())?;
                    naming::pascal(name)
                }
                None if branch["type"] == json_type(value) => naming::pascal(json_type(value)),
                None => return None,
            };
            let inner = self.exact(branch, value)?;
            Some(format!("types::{ty}::{variant}({inner})"))
        })
    }

    /// Whether a component takes a value, judged by its kind and members.
    fn takes(&self, name: &str, value: &Value) -> bool {
        if self.context.plan.open_enums.contains_key(name) {
            return value.is_string();
        }
        let properties = self
            .schema(name)
            .and_then(|schema| schema["properties"].as_object());
        match (properties, value.as_object()) {
            (Some(properties), Some(members)) => {
                members.keys().all(|key| properties.contains_key(key))
            }
            _ => false,
        }
    }
}

/// The type of what is in a list or map, which an empty one does not show.
fn item_type(schema: &Value) -> Option<String> {
    if let Some(name) = referenced(schema) {
        return Some(format!("types::{}", naming::pascal(name)));
    }
    let ty = match schema["type"].as_str()? {
        "string" if is_plain(schema) => "String",
        "integer" if is_plain_integer(schema) => "i64",
        "number" => "f64",
        "boolean" => "bool",
        _ => return None,
    };
    Some(ty.to_owned())
}

/// A nullable reference is written as `allOf` of one.
fn unwrapped(property: &Value) -> &Value {
    match property["allOf"].as_array().map(Vec::as_slice) {
        Some([only]) => only,
        _ => property,
    }
}

/// Whether a setter converts a literal to the type of the member.
fn converts(property: &Value) -> bool {
    let is_secret = property["x-rust-type"]["path"]
        .as_str()
        .is_some_and(|path| path.ends_with("::Secret"));
    let format = property["format"].as_str();
    match property["type"].as_str() {
        Some("string") => matches!(format, None | Some("uri" | "email")),
        Some("integer" | "boolean") => true,
        _ => is_secret,
    }
}

/// The kind of a value, as a schema's `type` names it.
fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::rust;

    #[test]
    fn values_are_written_as_rust_and_not_as_json() {
        for (value, expected) in [
            (json!("a\u{8}\u{202e}\"\n"), r#""a\u{8}\u{202e}\"\n""#),
            (json!(-5), "-5"),
            (json!(3_000_000_000_u32), "3000000000_i64"),
            (json!(u64::MAX), "18446744073709551615_u64"),
            (json!(1.5), "1.5"),
            (
                json!({ "a\u{c}": [null, true, "\u{1f}"] }),
                r#"serde_json::json!({"a\u{c}":[null,true,"\u{1f}"]})"#,
            ),
        ] {
            assert_eq!(rust(&value), expected);
            syn::parse_str::<syn::Expr>(&rust(&value)).unwrap();
        }
    }
}
