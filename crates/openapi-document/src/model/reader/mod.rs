//! From the bundled tree to the model: the only place that looks for the words of OpenAPI.

mod content;
mod extensions;
mod info;
mod operations;
mod schemas;

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::content::{Header, Parameter, RequestBody, Response};
use super::direction::Direction;
use super::node::Node;
use super::path::PathTemplate;
use super::schema::Place;
use super::security::Requirement;
use super::server::Server;
use super::{Components, Model};

pub(super) use info::server;

pub(super) fn read(root: &Value) -> Model {
    let document = Node::root(root);
    let mut model = Model {
        info: info::info(&document),
        tags: info::tags(&document),
        servers: info::servers(&document),
        security_schemes: info::security_schemes(&document),
        ..Model::default()
    };
    extensions::settings(&document, &mut model);
    let mut reader = Reader::new(root, &model.servers);
    reader.components(&document);
    model.events = reader.events(&document);
    model.operations = reader.operations(&document);
    reader.finish(&mut model);
    model
}

/// What was read so far. A definition is read where it is met first, and shared from then on.
struct Reader<'a> {
    root: &'a Value,
    /// What operations need that say nothing else.
    security: Vec<Requirement>,
    /// Where operations are that say nothing else.
    servers: Vec<Server>,
    schemas: schemas::Reading,
    parameters: Shared<Parameter>,
    bodies: Shared<RequestBody>,
    responses: Shared<Response>,
    headers: Shared<Header>,
}

impl<'a> Reader<'a> {
    fn new(root: &'a Value, servers: &[Server]) -> Self {
        Self {
            root,
            security: info::security(&Node::root(root)).unwrap_or_default(),
            servers: servers.to_vec(),
            schemas: schemas::Reading::default(),
            parameters: Shared::default(),
            bodies: Shared::default(),
            responses: Shared::default(),
            headers: Shared::default(),
        }
    }

    /// Reads what operations may share, whether they do or not.
    fn components(&mut self, document: &Node<'a>) {
        let Some(components) = document.child("components") else {
            return;
        };
        for (name, schema) in components.members("schemas") {
            if let Some(id) = self.schema(&schema, Place::Component, Direction::default()) {
                self.schemas.name(name, id);
            }
        }
        for (_, parameter) in components.members("parameters") {
            self.parameter(&parameter, Direction::SENT);
        }
        for (_, header) in components.members("headers") {
            self.header(&header, Direction::RECEIVED);
        }
        for (_, body) in components.members("requestBodies") {
            self.body(&body, Direction::SENT);
        }
        for (_, response) in components.members("responses") {
            self.response(&response, Direction::RECEIVED);
        }
        for (_, callback) in components.members("callbacks") {
            for (_, item) in callback.all_members() {
                self.path_item(&PathTemplate::default(), &item, Direction::RECEIVED);
            }
        }
    }

    fn finish(mut self, model: &mut Model) {
        self.link();
        model.schemas = self.schemas.finish();
        model.components = Components {
            parameters: self.parameters.all,
            bodies: self.bodies.all,
            responses: self.responses.all,
            headers: self.headers.all,
        };
    }
}

/// Definitions, each once, by where they stand.
struct Shared<T> {
    all: Vec<Arc<T>>,
    by_pointer: HashMap<String, Arc<T>>,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self {
            all: Vec::new(),
            by_pointer: HashMap::new(),
        }
    }
}

impl<T> Shared<T> {
    fn get(&self, pointer: &str) -> Option<Arc<T>> {
        self.by_pointer.get(pointer).cloned()
    }

    fn insert(&mut self, pointer: &str, definition: T) -> Arc<T> {
        let definition = Arc::new(definition);
        self.all.push(Arc::clone(&definition));
        self.by_pointer
            .insert(pointer.to_owned(), Arc::clone(&definition));
        definition
    }
}
