//! Where schemas are used.

use std::collections::{BTreeSet, HashMap, HashSet};

use openapi_document::model::{Model, Operation, SchemaId, Schemas};

/// Who uses the schemas that have a page.
#[derive(Debug, Default)]
pub(crate) struct Usage {
    operations: HashMap<SchemaId, BTreeSet<usize>>,
    schemas: HashMap<SchemaId, BTreeSet<SchemaId>>,
    events: HashMap<SchemaId, BTreeSet<usize>>,
}

impl Usage {
    pub(crate) fn of(model: &Model) -> Self {
        let mut usage = Self::default();
        for (index, operation) in model.operations.iter().enumerate() {
            for component in named(&model.schemas, roots(operation), None) {
                usage.operations.entry(component).or_default().insert(index);
            }
        }
        for (_, id) in model.schemas.components() {
            for component in named(&model.schemas, [id], Some(id)) {
                usage.schemas.entry(component).or_default().insert(id);
            }
        }
        let events = model
            .events
            .iter()
            .flat_map(|delivery| delivery.events.values());
        for (index, event) in events.enumerate() {
            for component in named(&model.schemas, event.payload, None) {
                usage.events.entry(component).or_default().insert(index);
            }
        }
        usage
    }

    /// Operations that name the schema, by their index.
    pub(crate) fn operations(&self, id: SchemaId) -> impl Iterator<Item = usize> {
        self.operations.get(&id).into_iter().flatten().copied()
    }

    /// Components that name the schema.
    pub(crate) fn schemas(&self, id: SchemaId) -> impl Iterator<Item = SchemaId> {
        self.schemas.get(&id).into_iter().flatten().copied()
    }

    /// Events that name the schema, by their index.
    pub(crate) fn events(&self, id: SchemaId) -> impl Iterator<Item = usize> {
        self.events.get(&id).into_iter().flatten().copied()
    }
}

/// The schemas of the messages of an operation, and of those of its callbacks.
fn roots(operation: &Operation) -> Vec<SchemaId> {
    let mut found = Vec::new();
    for parameter in &operation.parameters {
        found.extend(parameter.schema);
    }
    let body = operation.body.iter().flat_map(|body| &body.content);
    found.extend(body.filter_map(|media_type| media_type.schema));
    for (_, response) in &operation.responses {
        found.extend(
            response
                .content
                .iter()
                .filter_map(|media_type| media_type.schema),
        );
        found.extend(response.headers.values().filter_map(|header| header.schema));
    }
    let callbacks = operation
        .callbacks
        .iter()
        .flat_map(|callback| &callback.operations);
    found.extend(callbacks.flat_map(roots));
    found
}

/// The components that are named on the way from `roots`, without going into them.
fn named(
    schemas: &Schemas,
    roots: impl IntoIterator<Item = SchemaId>,
    inside: Option<SchemaId>,
) -> HashSet<SchemaId> {
    let mut waiting: Vec<SchemaId> = roots.into_iter().collect();
    let (mut seen, mut named) = (HashSet::new(), HashSet::new());
    while let Some(id) = waiting.pop() {
        let is_component = schemas[id].component().is_some();
        if is_component && inside != Some(id) {
            named.insert(id);
        } else if seen.insert(id) {
            waiting.extend(schemas.inner(id));
        }
    }
    named
}
