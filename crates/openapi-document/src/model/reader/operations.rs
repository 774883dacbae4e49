//! Paths, their operations and callbacks.

use std::sync::Arc;

use indexmap::IndexMap;

use super::{Reader, info};
use crate::model::content::{Parameter, Used};
use crate::model::direction::Direction;
use crate::model::extension::Deprecation;
use crate::model::node::Node;
use crate::model::operation::{Callback, Method, Operation};
use crate::model::origin::Origin;
use crate::model::path::PathTemplate;
use crate::model::server::{Server, ServerVariable};

impl<'a> Reader<'a> {
    pub(super) fn operations(&mut self, document: &Node<'a>) -> Vec<Operation> {
        let mut operations = Vec::new();
        for (path, item) in document.members("paths") {
            if path.starts_with('/') {
                let path = PathTemplate::parse(path);
                operations.extend(self.path_item(&path, &item, Direction::SENT));
            }
        }
        operations
    }

    /// The operations of a path. `direction` is the way of its requests: those of a callback are
    /// received.
    pub(super) fn path_item(
        &mut self,
        path: &PathTemplate,
        item: &Node<'a>,
        direction: Direction,
    ) -> Vec<Operation> {
        let Some(item) = item.resolved(self.root) else {
            return Vec::new();
        };
        let shared = self.listed_parameters(&item, direction);
        let servers = info::servers(&item);
        let members = item.all_members().into_iter();
        let operations = members.filter_map(|(key, node)| {
            let method = Method::of(key).filter(|_| node.value.is_object())?;
            let mut operation = self.operation(path, method, &node, &shared, direction);
            operation.servers = self.own_servers(operation.servers, &servers);
            Some(operation)
        });
        operations.collect()
    }

    /// The servers of an operation, where they are others than the document's: its own, else those of
    /// its path.
    fn own_servers(&self, own: Vec<Server>, of_path: &[Server]) -> Vec<Server> {
        let own = if own.is_empty() {
            of_path.to_vec()
        } else {
            own
        };
        let is_same = match (own.as_slice(), self.servers.as_slice()) {
            ([only], []) => only.url == "/",
            (own, document) => own.iter().map(address).eq(document.iter().map(address)),
        };
        if is_same { Vec::new() } else { own }
    }

    fn operation(
        &mut self,
        path: &PathTemplate,
        method: Method,
        node: &Node<'a>,
        shared: &[Used<Parameter>],
        direction: Direction,
    ) -> Operation {
        let own = self.listed_parameters(node, direction);
        let body = node.child("requestBody");
        let responses = node.members("responses").into_iter();
        let callbacks = node.members("callbacks").into_iter();
        Operation {
            pointer: node.pointer.clone(),
            path: path.clone(),
            method,
            id: node.text("operationId"),
            tags: node.texts("tags"),
            summary: node.text("summary"),
            description: node.text("description"),
            external_docs: info::external_docs(node),
            deprecation: deprecation(node),
            parameters: effective(shared, own),
            body: body.and_then(|body| used(&body, self.body(&body, direction))),
            responses: responses
                .filter_map(|(key, response)| {
                    let key = key.parse().ok()?;
                    let definition = self.response(&response, direction.reversed());
                    Some((key, used(&response, definition)?))
                })
                .collect(),
            callbacks: callbacks
                .flat_map(|(name, callback)| self.callback(name, &callback, direction))
                .collect(),
            security: info::security(node).unwrap_or_else(|| self.security.clone()),
            servers: info::servers(node),
            required_scopes: node.texts("x-required-scopes"),
            trusted_only: node.is_true("x-trusted-only"),
            client_features: node.texts("x-client-features"),
            retry: node.read("x-retry"),
            retry_statuses: node.read("x-retry-statuses"),
            idempotency_key: node.text("x-idempotency-key"),
            pagination: node.read("x-pagination"),
            follow: node.read("x-follow"),
            serialize_by: node.texts("x-serialize-by"),
            replaces_whole: node.is_true("x-replaces-whole"),
            copies: node.is_true("x-copies"),
            origin: Origin::of(node),
        }
    }

    fn listed_parameters(
        &mut self,
        holder: &Node<'a>,
        direction: Direction,
    ) -> Vec<Used<Parameter>> {
        let entries = holder.items("parameters").into_iter();
        entries
            .filter_map(|entry| used(&entry, self.parameter(&entry, direction)))
            .collect()
    }

    fn callback(&mut self, name: &str, callback: &Node<'a>, direction: Direction) -> Vec<Callback> {
        let Some(callback) = callback.resolved(self.root) else {
            return Vec::new();
        };
        let members = callback.all_members().into_iter();
        let members = members.filter(|(key, _)| !key.starts_with("x-"));
        members
            .map(|(expression, item)| Callback {
                name: name.to_owned(),
                expression: expression.to_owned(),
                operations: self.path_item(
                    &PathTemplate::expression(expression),
                    &item,
                    direction.reversed(),
                ),
            })
            .collect()
    }
}

fn used<T>(entry: &Node<'_>, definition: Option<Arc<T>>) -> Option<Used<T>> {
    Some(Used {
        at: entry.pointer.clone(),
        definition: definition?,
    })
}

/// What a server is called by.
fn address(server: &Server) -> (&str, &IndexMap<String, ServerVariable>) {
    (&server.url, &server.variables)
}

/// The operation's own parameters, behind those of its path that it does not replace.
fn effective(shared: &[Used<Parameter>], own: Vec<Used<Parameter>>) -> Vec<Used<Parameter>> {
    let is_replaced = |shared: &&Used<Parameter>| {
        let key = (shared.location, &shared.name);
        own.iter().any(|own| (own.location, &own.name) == key)
    };
    let inherited = shared.iter().filter(|shared| !is_replaced(shared));
    let inherited: Vec<_> = inherited.cloned().collect();
    inherited.into_iter().chain(own).collect()
}

pub(super) fn deprecation(node: &Node<'_>) -> Option<Deprecation> {
    node.is_true("deprecated")
        .then(|| node.read("x-deprecated").unwrap_or_default())
}
