//! OpenAPI 3.0 schemas as JSON Schema (draft 2020-12).
//!
//! The schema object of OpenAPI 3.0 is a dialect: `nullable` instead of a null type, boolean
//! `exclusiveMinimum`, `discriminator`, members beside `$ref` without effect, `required` that
//! depends on the direction of a message. [`to_json_schema`] translates all of that, so that any
//! JSON Schema validator can judge values of a document.
//!
//! ```
//! use openapi_document::lint::json_schema::to_json_schema;
//! use serde_json::json;
//!
//! let document = json!({"components": {"schemas": {
//!     "Node": {"type": "object", "properties": {
//!         "next": {"$ref": "#/components/schemas/Node"},
//!         "weight": {"type": "number", "nullable": true, "minimum": 0, "exclusiveMinimum": true},
//!     }},
//! }}});
//! let schema = to_json_schema(&document, "/components/schemas/Node");
//! assert_eq!(schema["$defs"]["Node"]["properties"]["weight"], json!({
//!     "type": ["number", "null"], "exclusiveMinimum": 0,
//! }));
//! ```

use std::collections::HashSet;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

/// Which way a value travels. `required` does not hold for `readOnly` properties of requests and
/// for `writeOnly` properties of responses (OpenAPI 3.0.3, Fixed Fields of the Schema Object).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Sent by the client.
    Request,
    /// Sent by the server.
    Response,
    /// Every `required` holds: what one type has to keep that serves both directions.
    Both,
    /// Not known: neither `readOnly` nor `writeOnly` properties have to be there.
    Either,
}

/// The schema at `pointer` of the bundled document `root` as a self-contained JSON Schema.
///
/// Component schemas it reaches, itself or over others, stand in `$defs`; cycles stay references.
/// Nullable enums accept null even where their list lacks it, because that is what documents mean
/// by them. A pointer that leads nowhere gives the schema that accepts everything.
pub fn to_json_schema(root: &Value, pointer: &str) -> Value {
    to_json_schema_for(root, pointer, Direction::Both)
}

/// As [`to_json_schema`], for values that travel in one direction.
pub fn to_json_schema_for(root: &Value, pointer: &str, direction: Direction) -> Value {
    let mut converter = Converter::new(root, direction);
    let reference = converter.reference(&format!("#{pointer}"));
    converter.finish(reference)
}

/// Converts any number of schemas of one document that share their `$defs`.
pub(super) struct Converter<'a> {
    root: &'a Value,
    direction: Direction,
    seen: HashSet<String>,
    waiting: Vec<String>,
}

impl<'a> Converter<'a> {
    pub(super) fn new(root: &'a Value, direction: Direction) -> Self {
        Self {
            root,
            direction,
            seen: HashSet::new(),
            waiting: Vec::new(),
        }
    }

    /// A reference to the definition of what `target` (`#` and a JSON pointer) leads to.
    pub(super) fn reference(&mut self, target: &str) -> Value {
        let pointer = target.strip_prefix('#').unwrap_or(target);
        if self.seen.insert(pointer.to_owned()) {
            self.waiting.push(pointer.to_owned());
        }
        let key = definition_key(pointer)
            .replace('~', "~0")
            .replace('/', "~1");
        json!({ "$ref": format!("#/$defs/{}", percent_encode(&key)) })
    }

    /// `schema` as the root of a document that holds every definition referred to so far.
    pub(super) fn finish(mut self, schema: Value) -> Value {
        let mut definitions = Map::new();
        while let Some(pointer) = self.waiting.pop() {
            let schema = match self.root.pointer(&pointer) {
                Some(schema) => self.convert(schema),
                None => Value::Bool(true),
            };
            definitions.insert(definition_key(&pointer).to_owned(), schema);
        }
        definitions.sort_keys();
        let mut document = Map::new();
        document.insert(
            "$schema".into(),
            json!("https://json-schema.org/draft/2020-12/schema"),
        );
        if let Value::Object(schema) = schema {
            document.extend(schema);
        }
        document.insert("$defs".into(), Value::Object(definitions));
        Value::Object(document)
    }

    /// Converts one schema object.
    pub(super) fn convert(&mut self, schema: &Value) -> Value {
        let Some(source) = schema.as_object() else {
            return schema.clone();
        };
        if let Some(target) = source.get("$ref").and_then(Value::as_str) {
            return self.reference(target);
        }
        let mut out = Map::new();
        copy_annotations_and_limits(source, &mut out);
        convert_bounds(source, &mut out);
        self.convert_children(source, &mut out);
        self.convert_branches(source, &mut out);
        convert_type(source, out)
    }

    fn convert_children(&mut self, source: &Map<String, Value>, out: &mut Map<String, Value>) {
        if let Some(properties) = source.get("properties").and_then(Value::as_object) {
            let converted = properties
                .iter()
                .map(|(name, schema)| (name.clone(), self.convert(schema)));
            out.insert("properties".into(), Value::Object(converted.collect()));
        }
        for key in ["items", "additionalProperties", "not"] {
            if let Some(schema) = source.get(key) {
                out.insert(key.into(), self.convert(schema));
            }
        }
        if let Some(members) = source.get("allOf").and_then(Value::as_array) {
            let members = members.iter().map(|member| self.convert(member)).collect();
            out.insert("allOf".into(), members);
        }
        if let Some(required) = source.get("required").and_then(Value::as_array) {
            let holds = |name: &&Value| !self.left_out(source, name.as_str().unwrap_or_default());
            out.insert(
                "required".into(),
                required.iter().filter(holds).cloned().collect(),
            );
        }
    }

    /// Whether property `name` does not travel in this direction.
    fn left_out(&self, source: &Map<String, Value>, name: &str) -> bool {
        let flags: &[&str] = match self.direction {
            Direction::Request => &["readOnly"],
            Direction::Response => &["writeOnly"],
            Direction::Both => &[],
            Direction::Either => &["readOnly", "writeOnly"],
        };
        let property = source
            .get("properties")
            .and_then(|properties| properties.get(name));
        let target = property
            .and_then(|property| property.get("$ref")?.as_str()?.strip_prefix('#'))
            .and_then(|pointer| self.root.pointer(pointer));
        let is_set = |schema: &Value| {
            let set = |flag: &&str| schema.get(*flag) == Some(&Value::Bool(true));
            flags.iter().any(set)
        };
        property.is_some_and(is_set) || target.is_some_and(is_set)
    }

    fn convert_branches(&mut self, source: &Map<String, Value>, out: &mut Map<String, Value>) {
        for key in ["oneOf", "anyOf"] {
            let Some(branches) = source.get(key).and_then(Value::as_array) else {
                continue;
            };
            let branches = branches.iter().map(|branch| {
                let schema = self.convert(branch);
                tagged(source, branch, schema)
            });
            out.insert(key.into(), branches.collect());
        }
    }
}

/// A branch under a discriminator holds for its own values of the property only.
fn tagged(source: &Map<String, Value>, branch: &Value, schema: Value) -> Value {
    let discriminator = source.get("discriminator");
    let property = discriminator.and_then(|d| d.get("propertyName")?.as_str());
    let target = branch.get("$ref").and_then(Value::as_str);
    let (Some(property), Some(target)) = (property, target) else {
        return schema;
    };
    let name = target.rsplit('/').next().unwrap_or(target);
    let mapping = discriminator.and_then(|d| d.get("mapping")?.as_object());
    let mut values: Vec<&str> = mapping
        .into_iter()
        .flatten()
        .filter(|(_, mapped)| *mapped == target || *mapped == name)
        .map(|(value, _)| value.as_str())
        .collect();
    if values.is_empty() {
        values.push(name);
    }
    let tag = json!({"required": [property], "properties": {property: {"enum": values}}});
    json!({ "allOf": [schema, tag] })
}

fn copy_annotations_and_limits(source: &Map<String, Value>, out: &mut Map<String, Value>) {
    const SAME: [&str; 16] = [
        "title",
        "description",
        "default",
        "deprecated",
        "readOnly",
        "writeOnly",
        "format",
        "pattern",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "uniqueItems",
        "minProperties",
        "maxProperties",
        "multipleOf",
    ];
    for key in SAME {
        if let Some(value) = source.get(key) {
            out.insert(key.into(), value.clone());
        }
    }
}

/// Numeric bounds: boolean `exclusive…` become numbers, integer formats become bounds.
fn convert_bounds(source: &Map<String, Value>, out: &mut Map<String, Value>) {
    for (bound, exclusive) in [
        ("minimum", "exclusiveMinimum"),
        ("maximum", "exclusiveMaximum"),
    ] {
        if let Some(value) = source.get(bound) {
            let is_exclusive = source.get(exclusive) == Some(&Value::Bool(true));
            let key = if is_exclusive { exclusive } else { bound };
            out.insert(key.into(), value.clone());
        }
    }
    let (least, greatest) = match source.get("format").and_then(Value::as_str) {
        Some("int8") => (json!(i8::MIN), json!(i8::MAX)),
        Some("int16") => (json!(i16::MIN), json!(i16::MAX)),
        Some("int32") => (json!(i32::MIN), json!(i32::MAX)),
        Some("int64") => (json!(i64::MIN), json!(i64::MAX)),
        Some("uint8") => (json!(0), json!(u8::MAX)),
        Some("uint16") => (json!(0), json!(u16::MAX)),
        Some("uint32") => (json!(0), json!(u32::MAX)),
        Some("uint64") => (json!(0), json!(u64::MAX)),
        _ => return,
    };
    // The narrower bound holds.
    let number = |bound: Option<&Value>| bound.and_then(Value::as_f64);
    if number(out.get("minimum")).is_none_or(|bound| Some(bound) < least.as_f64()) {
        out.insert("minimum".into(), least);
    }
    if number(out.get("maximum")).is_none_or(|bound| Some(bound) > greatest.as_f64()) {
        out.insert("maximum".into(), greatest);
    }
}

/// `type`, `enum` and what `nullable` does to them.
fn convert_type(source: &Map<String, Value>, mut out: Map<String, Value>) -> Value {
    let nullable = source.get("nullable") == Some(&Value::Bool(true));
    if let Some(values) = source.get("enum").and_then(Value::as_array) {
        let mut values = values.clone();
        if nullable && !values.contains(&Value::Null) {
            values.push(Value::Null);
        }
        out.insert("enum".into(), Value::Array(values));
    }
    match source.get("type") {
        Some(name) if nullable => out.insert("type".into(), json!([name, "null"])),
        Some(name) => out.insert("type".into(), name.clone()),
        None if nullable => return json!({ "anyOf": [out, {"type": "null"}] }),
        None => None,
    };
    Value::Object(out)
}

/// Component schemas keep their name; anything else is named by its pointer, which starts with a
/// slash and so cannot clash.
fn definition_key(pointer: &str) -> &str {
    match pointer.strip_prefix("/components/schemas/") {
        Some(name) if !name.contains('/') => name,
        _ => pointer,
    }
}

/// Writes `text` as part of a URI fragment (RFC 3986, section 3.5).
fn percent_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
