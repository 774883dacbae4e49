//! The way through a document to everything that can say where it comes from.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::lint::METHODS;
use crate::{pointer, walk};

/// Where a statement comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Provenance {
    Documented,
    Inferred,
}

/// What a statement is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Operation,
    Parameter,
    RequestBody,
    Response,
    Schema,
    Property,
    Event,
}

impl Kind {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Operation => "operations",
            Self::Parameter => "parameters",
            Self::RequestBody => "request bodies",
            Self::Response => "responses",
            Self::Schema => "schemas",
            Self::Property => "properties",
            Self::Event => "events",
        }
    }
}

/// Statements by kind and pointer; without a provenance where nothing says it.
pub(super) type Found = BTreeMap<(Kind, String), Option<Provenance>>;

/// An operation where it stands.
pub(super) struct Operation<'a> {
    pub(super) value: &'a Value,
    method: &'static str,
    path: &'a str,
    item: &'a Value,
    /// The pointer to the path item.
    place: String,
}

impl Operation<'_> {
    /// The id, or method and path for lack of one.
    pub(super) fn name(&self) -> String {
        match self.value["operationId"].as_str() {
            Some(id) => id.to_owned(),
            None => format!("{} {}", self.method.to_uppercase(), self.path),
        }
    }
}

/// All operations, in the order of the document.
pub(super) fn operations(root: &Value) -> Vec<Operation<'_>> {
    let paths = root["paths"].as_object().into_iter().flatten();
    let items = paths.filter(|(path, _)| path.starts_with('/'));
    let operations = items.flat_map(|(path, item)| {
        let item = resolve(root, item);
        let place = pointer::join("/paths", path);
        METHODS.iter().filter_map(move |&method| {
            Some(Operation {
                value: item.get(method)?,
                method,
                path,
                item,
                place: place.clone(),
            })
        })
    });
    operations.collect()
}

/// Everything that one operation says or uses.
pub(super) fn operation(root: &Value, operation: &Operation<'_>, found: &mut Found) {
    let mut walk = Walk::new(root, found);
    let place = pointer::join(&operation.place, operation.method);
    let own = walk.state(Kind::Operation, place.clone(), operation.value, None);
    let lists = [
        (&place, operation.value),
        (&operation.place, operation.item),
    ];
    let mut seen = Vec::new();
    for (place, object) in lists {
        let entries = object["parameters"].as_array().into_iter().flatten();
        for (index, entry) in entries.enumerate() {
            let parameter = resolve(root, entry);
            let name = (&parameter["in"], &parameter["name"]);
            if !seen.contains(&name) {
                seen.push(name);
                walk.message(
                    Kind::Parameter,
                    &format!("{place}/parameters/{index}"),
                    parameter,
                    own,
                );
            }
        }
    }
    if let Some(body) = operation.value.get("requestBody") {
        let body = resolve(root, body);
        walk.message(
            Kind::RequestBody,
            &format!("{place}/requestBody"),
            body,
            own,
        );
    }
    for (status, response) in operation.value["responses"]
        .as_object()
        .into_iter()
        .flatten()
    {
        if !status.starts_with("x-") {
            let response = resolve(root, response);
            walk.message(
                Kind::Response,
                &format!("{place}/responses/{status}"),
                response,
                own,
            );
        }
    }
    walk.finish();
}

/// What belongs to the document as a whole: events, and schemas whether they are used or not.
pub(super) fn shared(root: &Value, found: &mut Found) {
    let mut walk = Walk::new(root, found);
    let events = root.pointer("/x-event-delivery/events");
    for (name, event) in events.and_then(Value::as_object).into_iter().flatten() {
        let place = pointer::join("/x-event-delivery/events", name);
        let own = walk.state(Kind::Event, place.clone(), event, None);
        walk.schema(&place, &event["payload"], own);
    }
    let schemas = root.pointer("/components/schemas");
    for (name, schema) in schemas.and_then(Value::as_object).into_iter().flatten() {
        walk.component(&pointer::join("/components/schemas", name), schema);
    }
    walk.finish();
}

struct Walk<'a, 'f> {
    root: &'a Value,
    found: &'f mut Found,
    /// Components that are noted, and not yet looked into: they may use each other in any number.
    waiting: Vec<(String, &'a Value, Option<Provenance>)>,
}

impl<'a, 'f> Walk<'a, 'f> {
    fn new(root: &'a Value, found: &'f mut Found) -> Self {
        Self {
            root,
            found,
            waiting: Vec::new(),
        }
    }

    fn finish(mut self) {
        while let Some((place, schema, own)) = self.waiting.pop() {
            self.schema(&place, schema, own);
        }
    }

    /// Records a statement, and returns the provenance that its parts inherit.
    fn state(
        &mut self,
        kind: Kind,
        place: String,
        value: &Value,
        around: Option<Provenance>,
    ) -> Option<Provenance> {
        let provenance = own(value).or(around);
        self.found.insert((kind, place), provenance);
        provenance
    }

    /// A parameter, a request body or a response, with the schemas of its values.
    fn message(&mut self, kind: Kind, place: &str, value: &'a Value, around: Option<Provenance>) {
        let own = self.state(kind, place.to_owned(), value, around);
        self.schema(&format!("{place}/schema"), &value["schema"], own);
        for (name, media) in value["content"].as_object().into_iter().flatten() {
            let place = pointer::join(&format!("{place}/content"), name);
            self.schema(&place, &media["schema"], own);
        }
        for (name, header) in value["headers"].as_object().into_iter().flatten() {
            let place = pointer::join(&format!("{place}/headers"), name);
            self.schema(&place, &resolve(self.root, header)["schema"], own);
        }
    }

    /// A schema wherever it stands: its properties, and the components that it uses.
    fn schema(&mut self, place: &str, schema: &'a Value, around: Option<Provenance>) {
        if let Some(reference) = schema["$ref"].as_str() {
            let place = reference.trim_start_matches('#');
            if let Some(component) = self.root.pointer(place) {
                self.component(place, component);
            }
            return;
        }
        if !schema.is_object() {
            return;
        }
        let around = own(schema).or(around);
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let place = pointer::join(&format!("{place}/properties"), name);
            let own = self.state(Kind::Property, place.clone(), property, around);
            self.schema(&place, property, own);
        }
        for key in ["items", "additionalProperties", "not"] {
            self.schema(&format!("{place}/{key}"), &schema[key], around);
        }
        for key in ["allOf", "oneOf", "anyOf"] {
            for (index, part) in schema[key].as_array().into_iter().flatten().enumerate() {
                self.schema(&format!("{place}/{key}/{index}"), part, around);
            }
        }
    }

    /// A component is no part of what uses it, so it says for itself where it comes from.
    fn component(&mut self, place: &str, schema: &'a Value) {
        if !self.found.contains_key(&(Kind::Schema, place.to_owned())) {
            let own = self.state(Kind::Schema, place.to_owned(), schema, None);
            self.waiting.push((place.to_owned(), schema, own));
        }
    }
}

/// What the value says of itself.
fn own(value: &Value) -> Option<Provenance> {
    match value["x-provenance"].as_str()? {
        "documented" => Some(Provenance::Documented),
        "inferred" => Some(Provenance::Inferred),
        _ => None,
    }
}

fn resolve<'a>(root: &'a Value, value: &'a Value) -> &'a Value {
    walk::resolve(root, value).unwrap_or(value)
}
