//! The document as the rules look at it: every operation, parameter, media type and schema once,
//! each with its pointer.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::names;
use super::samples::{self, Misfit};
use crate::{pointer, walk};

/// HTTP methods a path item can have, in the order of the standard.
pub(crate) const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// A value of the document and where it stands.
#[derive(Clone)]
pub(super) struct Node<'a> {
    pub(super) pointer: String,
    pub(super) value: &'a Value,
}

impl<'a> Node<'a> {
    pub(super) fn get(&self, key: &str) -> Option<&'a Value> {
        self.value.get(key)
    }

    pub(super) fn str(&self, key: &str) -> Option<&'a str> {
        self.get(key)?.as_str()
    }

    pub(super) fn is_true(&self, key: &str) -> bool {
        self.get(key) == Some(&Value::Bool(true))
    }

    pub(super) fn object(&self, key: &str) -> Option<&'a Map<String, Value>> {
        self.get(key)?.as_object()
    }

    pub(super) fn strings(&self, key: &str) -> Vec<&'a str> {
        let items = self.get(key).and_then(Value::as_array);
        items
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }

    pub(super) fn child(&self, key: &str) -> Option<Node<'a>> {
        Some(Node {
            pointer: pointer::join(&self.pointer, key),
            value: self.get(key)?,
        })
    }

    /// The pointer of member `key`, or of the node itself when there is no such member.
    pub(super) fn pointer_of(&self, key: &str) -> String {
        self.child(key)
            .map_or_else(|| self.pointer.clone(), |child| child.pointer)
    }

    /// The members of the map under `key`.
    pub(super) fn members(&self, key: &str) -> Vec<(&'a str, Node<'a>)> {
        self.child(key)
            .map_or_else(Vec::new, |child| child.all_members())
    }

    /// The members of the node itself.
    pub(super) fn all_members(&self) -> Vec<(&'a str, Node<'a>)> {
        let members = self.value.as_object().into_iter().flatten();
        members
            .map(|(key, value)| {
                let pointer = pointer::join(&self.pointer, key);
                (key.as_str(), Node { pointer, value })
            })
            .collect()
    }

    /// The items of the array under `key`.
    pub(super) fn items(&self, key: &str) -> Vec<Node<'a>> {
        let items = self
            .get(key)
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let parent = pointer::join(&self.pointer, key);
        items
            .enumerate()
            .map(|(index, value)| Node {
                pointer: format!("{parent}/{index}"),
                value,
            })
            .collect()
    }

    pub(super) fn reference(&self) -> Option<&'a str> {
        self.str("$ref")
    }
}

/// One operation with what it inherits from its path item.
pub(super) struct Operation<'a> {
    pub(super) node: Node<'a>,
    pub(super) path: &'a str,
    pub(super) method: &'static str,
    /// The parameters that count for the operation: its own, and those of the path item it does
    /// not override.
    pub(super) parameters: Vec<Parameter<'a>>,
    /// The request body, resolved.
    pub(super) body: Option<Node<'a>>,
    /// Status and response, resolved.
    pub(super) responses: Vec<(&'a str, Node<'a>)>,
}

impl<'a> Operation<'a> {
    pub(super) fn id(&self) -> Option<&'a str> {
        self.node.str("operationId")
    }

    /// The operation id, or the one that is derived when it is missing.
    pub(super) fn id_or_derived(&self) -> String {
        match self.id() {
            Some(id) => id.to_owned(),
            None => names::derived_operation_id(self.method, self.path),
        }
    }

    /// `GET /things/{id}`
    pub(super) fn title(&self) -> String {
        format!("{} {}", self.method.to_uppercase(), self.path)
    }

    pub(super) fn has_parameter(&self, place: &str, name: &str) -> bool {
        let same =
            |parameter: &Parameter<'_>| parameter.place() == place && parameter.name() == name;
        self.parameters.iter().any(same)
    }
}

/// A parameter of an operation: where it is listed, and its definition.
pub(super) struct Parameter<'a> {
    /// The entry of the `parameters` list, which may be a reference.
    pub(super) entry: String,
    pub(super) definition: Node<'a>,
}

impl<'a> Parameter<'a> {
    pub(super) fn name(&self) -> &'a str {
        self.definition.str("name").unwrap_or_default()
    }

    /// The `in` of the parameter.
    pub(super) fn place(&self) -> &'a str {
        self.definition.str("in").unwrap_or_default()
    }
}

/// Which way a value travels; both at once for shared schemas.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Directions {
    pub(super) request: bool,
    pub(super) response: bool,
}

impl Directions {
    const REQUEST: Self = Self {
        request: true,
        response: false,
    };
    const RESPONSE: Self = Self {
        request: false,
        response: true,
    };

    fn reversed(self) -> Self {
        Self {
            request: self.response,
            response: self.request,
        }
    }

    fn add(&mut self, other: Self) -> bool {
        let before = *self;
        self.request |= other.request;
        self.response |= other.response;
        *self != before
    }
}

/// A media type object: its name, and which way its values travel.
pub(super) struct MediaType<'a> {
    pub(super) name: &'a str,
    pub(super) node: Node<'a>,
    pub(super) directions: Directions,
    /// It is the body of a message, not the value of a parameter or header.
    pub(super) is_body: bool,
}

/// How a schema stands in its surroundings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// An entry of `components/schemas`.
    Component,
    /// The schema of a body, response, parameter or header.
    Root,
    /// A property, the items of an array, or the values of a map.
    Part,
    /// A member of `allOf`.
    AllOf,
    /// A branch of `oneOf` or `anyOf`, or the schema under `not`.
    Branch,
}

/// A schema where it is written, never one that is only referred to.
pub(super) struct Schema<'a> {
    pub(super) node: Node<'a>,
    pub(super) place: Place,
    /// The schema this one is a part of, as an index into [`View::schemas`].
    pub(super) parent: Option<usize>,
    pub(super) directions: Directions,
}

/// Everything the rules look at, collected in one walk.
pub(super) struct View<'a> {
    pub(super) root: Node<'a>,
    pub(super) operations: Vec<Operation<'a>>,
    /// Every parameter object where it is written.
    pub(super) parameters: Vec<Node<'a>>,
    /// Every header object where it is written, with the direction of the message it is in.
    pub(super) headers: Vec<(Node<'a>, Directions)>,
    pub(super) media_types: Vec<MediaType<'a>>,
    pub(super) schemas: Vec<Schema<'a>>,
    misfits: OnceCell<Vec<Misfit>>,
}

impl<'a> View<'a> {
    pub(super) fn new(root: &'a Value) -> Self {
        let mut view = Self {
            root: Node {
                pointer: String::new(),
                value: root,
            },
            operations: Vec::new(),
            parameters: Vec::new(),
            headers: Vec::new(),
            media_types: Vec::new(),
            schemas: Vec::new(),
            misfits: OnceCell::new(),
        };
        view.walk_components();
        view.walk_webhooks();
        for (path, item) in view.paths() {
            view.walk_path_item(&item, Directions::REQUEST);
            view.collect_operations(path, &item);
        }
        view.spread_directions();
        view
    }

    /// The examples, defaults and enum values that do not fit their schema; judged once.
    pub(super) fn misfits(&self) -> &[Misfit] {
        self.misfits.get_or_init(|| samples::misfits(self))
    }

    /// The schemas that are more than a reference.
    pub(super) fn written(&self) -> impl Iterator<Item = &Schema<'a>> {
        let schemas = self.schemas.iter();
        schemas.filter(|schema| schema.node.reference().is_none())
    }

    /// The path items, without the extensions beside them.
    pub(super) fn paths(&self) -> Vec<(&'a str, Node<'a>)> {
        let mut paths = self.root.members("paths");
        paths.retain(|(path, _)| path.starts_with('/'));
        paths
    }

    /// The entries of one section of `components`.
    pub(super) fn components(&self, section: &str) -> Vec<(&'a str, Node<'a>)> {
        match self.root.child("components") {
            Some(components) => components.members(section),
            None => Vec::new(),
        }
    }

    /// The component schemas.
    pub(super) fn schemas_by_name(&self) -> Map<String, Value> {
        let schemas = self.root.value.pointer("/components/schemas");
        schemas
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default()
    }

    /// Follows references until something that is none.
    pub(super) fn resolve(&self, node: &Node<'a>) -> Option<Node<'a>> {
        let root = self.root.value;
        let (pointer, value) = walk::resolve_from(root, &node.pointer, node.value)?;
        Some(Node { pointer, value })
    }

    /// The resolved value of member `key`.
    pub(super) fn resolved(&self, node: &Node<'a>, key: &str) -> Option<Node<'a>> {
        self.resolve(&node.child(key)?)
    }

    fn collect_operations(&mut self, path: &'a str, item: &Node<'a>) {
        for method in METHODS {
            let Some(node) = item.child(method) else {
                continue;
            };
            let responses = node.members("responses").into_iter();
            let operation = Operation {
                parameters: self.effective_parameters(item, &node),
                body: self.resolved(&node, "requestBody"),
                responses: responses
                    .filter(|(status, _)| !status.starts_with("x-"))
                    .filter_map(|(status, response)| Some((status, self.resolve(&response)?)))
                    .collect(),
                path,
                method,
                node,
            };
            self.operations.push(operation);
        }
    }

    fn effective_parameters(&self, item: &Node<'a>, operation: &Node<'a>) -> Vec<Parameter<'a>> {
        let listed = |node: &Node<'a>| -> Vec<Parameter<'a>> {
            let entries = node.items("parameters").into_iter();
            entries
                .filter_map(|entry| {
                    Some(Parameter {
                        definition: self.resolve(&entry)?,
                        entry: entry.pointer,
                    })
                })
                .collect()
        };
        let own = listed(operation);
        let mut all = listed(item);
        all.retain(|inherited| {
            let same = |own: &Parameter<'_>| {
                (own.name(), own.place()) == (inherited.name(), inherited.place())
            };
            !own.iter().any(same)
        });
        all.extend(own);
        all
    }

    fn walk_components(&mut self) {
        for (_, schema) in self.components("schemas") {
            self.walk_schema(&schema, Place::Component, None, Directions::default());
        }
        for (_, parameter) in self.components("parameters") {
            self.walk_parameter(&parameter, Directions::REQUEST);
        }
        for (_, header) in self.components("headers") {
            self.walk_header(&header, Directions::RESPONSE);
        }
        for (_, body) in self.components("requestBodies") {
            self.walk_content(&body, Directions::REQUEST, true);
        }
        for (_, response) in self.components("responses") {
            self.walk_response(&response, Directions::RESPONSE);
        }
        for (_, callback) in self.components("callbacks") {
            self.walk_callback(&callback, Directions::REQUEST);
        }
    }

    /// Events reach the client as responses do.
    fn walk_webhooks(&mut self) {
        let events = self
            .root
            .child("x-event-delivery")
            .map(|webhooks| webhooks.members("events"));
        for (_, event) in events.into_iter().flatten() {
            if let Some(payload) = event.child("payload") {
                self.walk_schema(&payload, Place::Root, None, Directions::RESPONSE);
            }
        }
    }

    /// `directions` is the way of the requests: what a client sends, except inside callbacks.
    fn walk_path_item(&mut self, item: &Node<'a>, directions: Directions) {
        for parameter in item.items("parameters") {
            self.walk_parameter(&parameter, directions);
        }
        for operation in METHODS.iter().filter_map(|method| item.child(method)) {
            for parameter in operation.items("parameters") {
                self.walk_parameter(&parameter, directions);
            }
            if let Some(body) = operation.child("requestBody") {
                self.walk_content(&body, directions, true);
            }
            for (_, response) in operation.members("responses") {
                self.walk_response(&response, directions.reversed());
            }
            for (_, callback) in operation.members("callbacks") {
                self.walk_callback(&callback, directions);
            }
        }
    }

    fn walk_callback(&mut self, callback: &Node<'a>, directions: Directions) {
        if callback.reference().is_none() {
            for (_, item) in callback.all_members() {
                self.walk_path_item(&item, directions.reversed());
            }
        }
    }

    fn walk_parameter(&mut self, parameter: &Node<'a>, directions: Directions) {
        if parameter.reference().is_none() {
            self.walk_typed(parameter, directions);
            self.parameters.push(parameter.clone());
        }
    }

    fn walk_header(&mut self, header: &Node<'a>, directions: Directions) {
        if header.reference().is_none() {
            self.walk_typed(header, directions);
            self.headers.push((header.clone(), directions));
        }
    }

    fn walk_typed(&mut self, node: &Node<'a>, directions: Directions) {
        if let Some(schema) = node.child("schema") {
            self.walk_schema(&schema, Place::Root, None, directions);
        }
        self.walk_content(node, directions, false);
    }

    fn walk_response(&mut self, response: &Node<'a>, directions: Directions) {
        if response.reference().is_none() {
            for (_, header) in response.members("headers") {
                self.walk_header(&header, directions);
            }
            self.walk_content(response, directions, true);
        }
    }

    fn walk_content(&mut self, node: &Node<'a>, directions: Directions, is_body: bool) {
        for (name, media_type) in node.members("content") {
            if let Some(schema) = media_type.child("schema") {
                self.walk_schema(&schema, Place::Root, None, directions);
            }
            self.media_types.push(MediaType {
                name,
                node: media_type,
                directions,
                is_body,
            });
        }
    }

    fn walk_schema(
        &mut self,
        node: &Node<'a>,
        place: Place,
        parent: Option<usize>,
        directions: Directions,
    ) {
        if !node.value.is_object() {
            return;
        }
        let index = self.schemas.len();
        self.schemas.push(Schema {
            node: node.clone(),
            place,
            parent,
            directions,
        });
        if node.reference().is_some() {
            return;
        }
        let properties = node
            .members("properties")
            .into_iter()
            .map(|(_, property)| property);
        let values = ["items", "additionalProperties"];
        let parts = properties.chain(values.iter().filter_map(|key| node.child(key)));
        for part in parts {
            self.walk_schema(&part, Place::Part, Some(index), directions);
        }
        for member in node.items("allOf") {
            self.walk_schema(&member, Place::AllOf, Some(index), directions);
        }
        let branches = node.items("oneOf").into_iter().chain(node.items("anyOf"));
        for branch in branches.chain(node.child("not")) {
            self.walk_schema(&branch, Place::Branch, Some(index), directions);
        }
    }

    /// Carries the directions from bodies, responses and parameters along the references to the
    /// component schemas, and from there to everything inside them.
    fn spread_directions(&mut self) {
        let names: Vec<&str> = self
            .schemas
            .iter()
            .map(|s| component_of(&s.node.pointer))
            .collect();
        let mut edges: HashMap<&str, HashSet<&'a str>> = HashMap::new();
        let mut reached: HashMap<&'a str, Directions> = HashMap::new();
        let mut queue = Vec::new();
        for (schema, name) in self.schemas.iter().zip(&names) {
            for target in targets(&schema.node) {
                if !name.is_empty() {
                    edges.entry(name).or_default().insert(target);
                } else if reached.entry(target).or_default().add(schema.directions) {
                    queue.push(target);
                }
            }
        }
        while let Some(name) = queue.pop() {
            let directions = reached.get(name).copied().unwrap_or_default();
            for target in edges.get(name).into_iter().flatten() {
                if reached.entry(target).or_default().add(directions) {
                    queue.push(target);
                }
            }
        }
        let spread: Vec<Directions> = names
            .iter()
            .map(|name| reached.get(name).copied().unwrap_or_default())
            .collect();
        for (schema, directions) in self.schemas.iter_mut().zip(spread) {
            schema.directions.add(directions);
        }
    }
}

/// The escaped name of the component schema that `pointer` leads into; empty for none.
pub(super) fn component_of(pointer: &str) -> &str {
    let inner = pointer
        .strip_prefix("/components/schemas/")
        .unwrap_or_default();
    inner.split('/').next().unwrap_or_default()
}

/// The component schemas a schema refers to itself, by reference or discriminator.
fn targets<'a>(schema: &Node<'a>) -> Vec<&'a str> {
    let reference = schema.reference().into_iter();
    let discriminator = schema.child("discriminator");
    let mapping = discriminator
        .and_then(|d| d.object("mapping"))
        .into_iter()
        .flatten();
    let mapped = mapping.filter_map(|(_, target)| target.as_str());
    reference
        .chain(mapped)
        .map(|target| {
            let inner = target
                .strip_prefix("#/components/schemas/")
                .unwrap_or(target);
            inner.split('/').next().unwrap_or_default()
        })
        .collect()
}
