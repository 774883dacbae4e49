//! Values for the schemas of a document: those it shows as examples, made ones, and spoilt ones.

use std::collections::{BTreeMap, BTreeSet};

use openapi_document::lint::json_schema::to_json_schema;
use openapi_document::walk::{self, Walk};
use serde_json::{Map, Value, json};

use crate::document::{self, members, operations, resolve, schema_pointer, strings};

/// Values by the name of the component schema they belong to.
pub type ByComponent = BTreeMap<String, Vec<Value>>;

/// Everything that the document shows as an example of a component, alone or inside another one.
pub fn examples(root: &Value) -> ByComponent {
    let mut found = Found {
        root,
        scratch: root.clone(),
        by_component: ByComponent::new(),
    };
    for operation in operations(root) {
        let bodies = operation.request_body();
        let holders = operation
            .responses()
            .into_iter()
            .map(|(_, response)| response)
            .chain(bodies);
        for holder in holders {
            for (_, media) in members(&holder["content"]) {
                for (_, example) in document::examples(root, media) {
                    found.visit(&media["schema"], example);
                }
            }
        }
        for parameter in operation.parameters() {
            for (_, example) in document::examples(root, parameter) {
                found.visit(&parameter["schema"], example);
            }
        }
    }
    for (name, schema) in members(&root["components"]["schemas"]) {
        found.visit_schema(
            &json!({ "$ref": format!("#{}", schema_pointer(name)) }),
            schema,
        );
    }
    found.by_component
}

struct Found<'a> {
    root: &'a Value,
    /// The document with the schema of a branch at `/x-branch`.
    scratch: Value,
    by_component: ByComponent,
}

impl Found<'_> {
    /// Notes a value and its parts for the components that describe them.
    fn visit(&mut self, schema: &Value, value: &Value) {
        if let Some(name) = component(schema) {
            let known = self.by_component.entry(name.to_owned()).or_default();
            if known.contains(value) {
                return;
            }
            known.push(value.clone());
        }
        let schema = resolve(self.root, schema).clone();
        for (name, property) in members(&schema["properties"]) {
            if let Some(value) = value.get(name) {
                self.visit(property, value);
            }
        }
        for item in value.as_array().into_iter().flatten() {
            self.visit(&schema["items"], item);
        }
        if schema["additionalProperties"].is_object() {
            for (name, value) in members(value) {
                if schema["properties"].get(name).is_none() {
                    self.visit(&schema["additionalProperties"], value);
                }
            }
        }
        for branch in schema["allOf"].as_array().into_iter().flatten() {
            self.visit(branch, &own_part(self.root, branch, value));
        }
        for branch in branches(&schema) {
            if self.fits(branch, value) {
                self.visit(branch, value);
            }
        }
    }

    /// Whether a value is one of a schema.
    fn fits(&mut self, schema: &Value, value: &Value) -> bool {
        self.scratch["x-branch"] = schema.clone();
        jsonschema::is_valid(&to_json_schema(&self.scratch, "/x-branch"), value)
    }

    /// Examples that stand at a schema itself or at its members.
    fn visit_schema(&mut self, reference: &Value, schema: &Value) {
        if let Some(example) = schema.get("example") {
            self.visit(reference, example);
        }
        for (_, property) in members(&schema["properties"]) {
            if let Some(example) = property.get("example") {
                self.visit(property, example);
            }
        }
    }
}

/// What a branch of `allOf` describes of a value; the other branches have the rest.
fn own_part(root: &Value, branch: &Value, value: &Value) -> Value {
    let (properties, _) = shape(root, branch);
    match value.as_object() {
        Some(members) if !properties.is_empty() => {
            let own = members
                .iter()
                .filter(|(name, _)| properties.iter().any(|(property, _)| property == *name));
            Value::Object(
                own.map(|(name, value)| (name.clone(), value.clone()))
                    .collect(),
            )
        }
        _ => value.clone(),
    }
}

/// The component that a reference names.
pub fn component(schema: &Value) -> Option<&str> {
    schema
        .get("$ref")?
        .as_str()?
        .strip_prefix("#/components/schemas/")
}

fn all_of(schema: &Value) -> &[Value] {
    schema["allOf"].as_array().map_or(&[], Vec::as_slice)
}

fn branches(schema: &Value) -> impl Iterator<Item = &Value> {
    ["oneOf", "anyOf"]
        .into_iter()
        .flat_map(|keyword| schema[keyword].as_array().into_iter().flatten())
}

/// Valid values of a component: with the required members only, with all members, and with each
/// branch of a union.
pub fn samples(root: &Value, name: &str) -> Vec<Value> {
    let reference = json!({ "$ref": format!("#{}", schema_pointer(name)) });
    let mut made = Vec::new();
    for full in [false, true] {
        made.extend(Sampler { root, full }.all(&reference, &mut BTreeSet::new()));
    }
    let mut distinct: Vec<Value> = Vec::new();
    for value in made {
        if !distinct.contains(&value) {
            distinct.push(value);
        }
    }
    distinct
}

struct Sampler<'a> {
    root: &'a Value,
    full: bool,
}

impl Sampler<'_> {
    /// A value for each branch of a union, one value of anything else.
    fn all(&self, schema: &Value, unions_above: &mut BTreeSet<String>) -> Vec<Value> {
        let resolved = resolve(self.root, schema);
        let unions: Vec<&Value> = branches(resolved).collect();
        if unions.is_empty() {
            return self.one(schema, &mut Vec::new()).into_iter().collect();
        }
        let name = component(schema).map(str::to_owned);
        if name.is_some_and(|name| !unions_above.insert(name)) {
            return Vec::new();
        }
        let made = unions.into_iter();
        made.flat_map(|branch| self.all(branch, unions_above))
            .collect()
    }

    /// `None` where a value would have to hold another one of its own kind.
    fn one(&self, schema: &Value, above: &mut Vec<String>) -> Option<Value> {
        let Some(name) = component(schema) else {
            return self.inner(schema, above);
        };
        if above.iter().any(|other| other == name) {
            return None;
        }
        above.push(name.to_owned());
        let value = self.inner(resolve(self.root, schema), above);
        above.pop();
        value
    }

    fn inner(&self, schema: &Value, above: &mut Vec<String>) -> Option<Value> {
        if let Some(value) = schema.get("example").or_else(|| schema["enum"].get(0)) {
            return Some(value.clone());
        }
        if let Some(first) = branches(schema).next() {
            return branches(schema)
                .find_map(|branch| self.one(branch, above))
                .or_else(|| self.one(first, above));
        }
        if let (None, [only]) = (schema.get("properties"), all_of(schema)) {
            return self.one(only, above);
        }
        if schema.get("properties").is_some() || schema.get("allOf").is_some() {
            return self.object(schema, above);
        }
        let low = schema.get("minimum").cloned();
        match schema["type"].as_str() {
            Some("boolean") => Some(json!(true)),
            Some("integer") => Some(low.unwrap_or_else(|| json!(3))),
            Some("number") => Some(low.unwrap_or_else(|| json!(2.5))),
            Some("string") => Some(text(schema)),
            Some("array") => self.list(schema, above),
            Some("object") => self.map(schema, above),
            _ => Some(json!("anything")),
        }
    }

    fn list(&self, schema: &Value, above: &mut Vec<String>) -> Option<Value> {
        let least = schema["minItems"].as_u64().unwrap_or(0);
        match self.one(&schema["items"], above) {
            Some(item) if self.full || least > 0 => {
                let count = usize::try_from(least.max(1)).ok()?;
                Some(Value::Array(vec![item; count]))
            }
            None if least > 0 => None,
            _ => Some(json!([])),
        }
    }

    fn map(&self, schema: &Value, above: &mut Vec<String>) -> Option<Value> {
        let values = &schema["additionalProperties"];
        if !self.full || *values == false {
            return Some(json!({}));
        }
        let value = self.one(values, above)?;
        Some(json!({ "en-US": value }))
    }

    fn object(&self, schema: &Value, above: &mut Vec<String>) -> Option<Value> {
        let (properties, required) = shape(self.root, schema);
        let mut object = Map::new();
        for (name, property) in properties {
            let must = required.contains(&name);
            if must || self.full {
                match self.one(&property, above) {
                    Some(value) => {
                        object.insert(name, value);
                    }
                    None if must => return None,
                    None => {}
                }
            }
        }
        Some(Value::Object(object))
    }
}

/// A string that keeps the limits a schema usually has.
fn text(schema: &Value) -> Value {
    let sample = match schema["format"].as_str() {
        Some("date-time") => "2024-06-11T09:30:42Z",
        Some("date") => "2024-06-11",
        Some("uuid") => "5f0c9b1e-7d3a-4c26-b8e1-f29a6d47c350",
        Some("uri") => "https://example.com/",
        Some("email") => "ada@example.com",
        _ => "text",
    };
    let least = usize::try_from(schema["minLength"].as_u64().unwrap_or(0)).unwrap_or(0);
    let mut sample = sample.to_owned();
    while sample.len() < least {
        sample.push('x');
    }
    json!(sample)
}

/// Properties and required names of an object schema, with those of `allOf`.
pub fn shape(root: &Value, schema: &Value) -> (Vec<(String, Value)>, BTreeSet<String>) {
    let mut properties = Vec::new();
    let mut required = BTreeSet::new();
    let mut walk = Walk::new(root, "", schema);
    while let Some(part) = walk.next(walk::none) {
        let own = members(&part.schema["properties"]);
        properties.push(own.map(|(name, property)| (name.clone(), property.clone())));
        required.extend(
            strings(&part.schema["required"])
                .into_iter()
                .map(str::to_owned),
        );
    }
    // What a schema says itself comes last, and wins.
    (properties.into_iter().rev().flatten().collect(), required)
}

/// Variations of a value of a component: each member dropped, null, or of another kind; a member
/// nobody declared; the whole value of another kind. Some are valid.
pub fn variations(root: &Value, name: &str, value: &Value) -> Vec<Value> {
    let kinds = [
        json!(null),
        json!(true),
        json!(-7),
        json!(2.5),
        json!("never declared"),
        json!(""),
        json!([]),
        json!(["never declared", 1]),
        json!({}),
        json!({ "never declared": 1 }),
    ];
    let mut made = kinds.to_vec();
    let Some(object) = value.as_object() else {
        return made;
    };
    let schema = json!({ "$ref": format!("#{}", schema_pointer(name)) });
    let (properties, _) = shape(root, &schema);
    let names: BTreeSet<&String> = properties
        .iter()
        .map(|(name, _)| name)
        .chain(object.keys())
        .collect();
    for name in names {
        let mut without = object.clone();
        without.remove(name);
        made.push(Value::Object(without));
        for kind in &kinds {
            let mut other = object.clone();
            other.insert(name.clone(), kind.clone());
            made.push(Value::Object(other));
        }
    }
    let mut more = object.clone();
    more.insert("x_undeclared".to_owned(), json!(1));
    made.push(Value::Object(more));
    made
}
