//! The statements of a document that can say where they come from.

use std::collections::BTreeMap;

use crate::model::{MediaType, Model, Operation, Origin, Provenance, SchemaId};

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

/// Everything that one operation says or uses.
pub(super) fn operation(model: &Model, operation: &Operation, found: &mut Found) {
    let mut gathering = Gathering::new(model, found);
    let own = gathering.state(Kind::Operation, &operation.pointer, &operation.origin, None);
    for parameter in &operation.parameters {
        let own = gathering.state(Kind::Parameter, &parameter.at, &parameter.origin, own);
        gathering.values(parameter.schema, own);
    }
    if let Some(body) = &operation.body {
        let own = gathering.state(Kind::RequestBody, &body.at, &body.origin, own);
        gathering.content(&body.content, own);
    }
    for (_, response) in &operation.responses {
        let own = gathering.state(Kind::Response, &response.at, &response.origin, own);
        gathering.content(&response.content, own);
        for header in response.headers.values() {
            gathering.values(header.schema, own);
        }
    }
    gathering.finish();
}

/// What belongs to the document as a whole: events, and schemas whether they are used or not.
pub(super) fn shared(model: &Model, found: &mut Found) {
    let mut gathering = Gathering::new(model, found);
    let delivery = model.events.iter();
    for event in delivery.flat_map(|delivery| delivery.events.values()) {
        let own = gathering.state(Kind::Event, &event.pointer, &event.origin, None);
        gathering.values(event.payload, own);
    }
    for (_, id) in model.schemas.components() {
        gathering.component(id);
    }
    gathering.finish();
}

struct Gathering<'a> {
    model: &'a Model,
    found: &'a mut Found,
    /// Components that are noted, and not yet looked into: they may use each other in any number.
    waiting: Vec<(SchemaId, Option<Provenance>)>,
}

impl<'a> Gathering<'a> {
    fn new(model: &'a Model, found: &'a mut Found) -> Self {
        Self {
            model,
            found,
            waiting: Vec::new(),
        }
    }

    fn finish(mut self) {
        while let Some((component, own)) = self.waiting.pop() {
            self.schema(component, own);
        }
    }

    /// Records a statement, and returns the provenance that its parts inherit.
    fn state(
        &mut self,
        kind: Kind,
        place: &str,
        origin: &Origin,
        around: Option<Provenance>,
    ) -> Option<Provenance> {
        let provenance = origin.provenance.or(around);
        self.found.insert((kind, place.to_owned()), provenance);
        provenance
    }

    fn content(&mut self, content: &[MediaType], around: Option<Provenance>) {
        for media_type in content {
            self.values(media_type.schema, around);
        }
    }

    fn values(&mut self, schema: Option<SchemaId>, around: Option<Provenance>) {
        if let Some(schema) = schema {
            self.schema(schema, around);
        }
    }

    /// A schema wherever it stands: its properties, and the components that it uses.
    fn schema(&mut self, id: SchemaId, around: Option<Provenance>) {
        let model = self.model;
        let schema = &model.schemas[id];
        if let Some(target) = schema.target {
            return self.component(target);
        }
        let around = schema.origin.provenance.or(around);
        for property in schema.properties.values() {
            let part = &model.schemas[property.schema];
            let own = self.state(Kind::Property, &part.pointer, &part.origin, around);
            self.schema(property.schema, own);
        }
        let properties = schema.properties.len();
        for part in model.schemas.inner(id).skip(properties) {
            self.schema(part, around);
        }
    }

    /// A component is no part of what uses it, so it says for itself where it comes from.
    fn component(&mut self, id: SchemaId) {
        let schema = &self.model.schemas[id];
        let key = (Kind::Schema, schema.pointer.clone());
        if !self.found.contains_key(&key) {
            let own = self.state(Kind::Schema, &schema.pointer, &schema.origin, None);
            self.waiting.push((id, own));
        }
    }
}
