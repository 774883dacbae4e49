//! The document as the rules look at it: what the [model](crate::model) found, each with the text that
//! it was read from.

use std::cell::OnceCell;

use serde_json::{Map, Value};

use super::names;
use super::samples::{self, Misfit};
pub(super) use crate::model::node::Node;
use crate::model::{self, Components, Model, SchemaId};
pub(super) use crate::model::{Direction, Method, Place};
use crate::pointer;

/// One operation with what it inherits from its path item.
pub(super) struct Operation<'a> {
    pub(super) node: Node<'a>,
    pub(super) path: &'a str,
    pub(super) method: Method,
    /// The parameters that count for the operation: its own, and those of the path item it does
    /// not override.
    pub(super) parameters: Vec<Parameter<'a>>,
    /// The request body, resolved.
    pub(super) body: Option<Node<'a>>,
    /// Status and response, resolved.
    pub(super) responses: Vec<(&'a str, Node<'a>)>,
}

impl<'a> Operation<'a> {
    fn new(root: &'a Value, operation: &model::Operation) -> Option<Self> {
        let node = Node::at(root, &operation.pointer)?;
        let item = pointer::parent(&operation.pointer)?;
        let parameters = operation.parameters.iter();
        let responses = operation.responses.iter();
        let body = operation.body.as_ref();
        Some(Self {
            path: key_at(root, item)?,
            method: operation.method,
            parameters: parameters
                .filter_map(|parameter| {
                    Some(Parameter {
                        entry: parameter.at.clone(),
                        definition: Node::at(root, &parameter.pointer)?,
                    })
                })
                .collect(),
            body: body.and_then(|body| Node::at(root, &body.pointer)),
            responses: responses
                .filter_map(|(_, response)| {
                    let status = key_at(root, &response.at)?;
                    Some((status, Node::at(root, &response.pointer)?))
                })
                .collect(),
            node,
        })
    }

    pub(super) fn id(&self) -> Option<&'a str> {
        self.node.str("operationId")
    }

    /// The operation id, or the one that is derived when it is missing.
    pub(super) fn id_or_derived(&self) -> String {
        match self.id() {
            Some(id) => id.to_owned(),
            None => names::derived_operation_id(self.method.key(), self.path),
        }
    }

    /// `GET /things/{id}`
    pub(super) fn title(&self) -> String {
        format!("{} {}", self.method, self.path)
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

/// A media type object: its name, and which way its values travel.
pub(super) struct MediaType<'a> {
    pub(super) name: &'a str,
    pub(super) node: Node<'a>,
    pub(super) direction: Direction,
    /// It is the body of a message, not the value of a parameter or header.
    pub(super) is_body: bool,
}

/// A schema where it is written, never one that is only referred to.
pub(super) struct Schema<'a> {
    pub(super) node: Node<'a>,
    pub(super) place: Place,
    /// The schema this one is a part of, as an index into [`View::schemas`].
    pub(super) parent: Option<usize>,
    pub(super) direction: Direction,
}

/// Everything the rules look at, collected in one walk.
pub(super) struct View<'a> {
    pub(super) root: Node<'a>,
    pub(super) operations: Vec<Operation<'a>>,
    /// Every parameter object where it is written.
    pub(super) parameters: Vec<Node<'a>>,
    /// Every header object where it is written, with the direction of the message it is in.
    pub(super) headers: Vec<(Node<'a>, Direction)>,
    pub(super) media_types: Vec<MediaType<'a>>,
    pub(super) schemas: Vec<Schema<'a>>,
    misfits: OnceCell<Vec<Misfit>>,
}

impl<'a> View<'a> {
    pub(super) fn new(root: &'a Value) -> Self {
        let model = Model::of(root);
        let at = |pointer: &str| Node::at(root, pointer);
        let parameters = model.components.parameters.iter();
        let headers = model.components.headers.iter();
        let operations = model.operations.iter();
        Self {
            root: Node::root(root),
            operations: operations
                .filter_map(|operation| Operation::new(root, operation))
                .collect(),
            parameters: parameters.filter_map(|own| at(&own.pointer)).collect(),
            headers: headers
                .filter_map(|own| Some((at(&own.pointer)?, own.direction)))
                .collect(),
            media_types: media_types(root, &model),
            schemas: schemas(root, &model),
            misfits: OnceCell::new(),
        }
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
        node.resolved(self.root.value)
    }

    /// The resolved value of member `key`.
    pub(super) fn resolved(&self, node: &Node<'a>, key: &str) -> Option<Node<'a>> {
        self.resolve(&node.child(key)?)
    }
}

fn media_types<'a>(root: &'a Value, model: &Model) -> Vec<MediaType<'a>> {
    let Components {
        parameters,
        bodies,
        responses,
        headers,
    } = &model.components;
    let of_bodies = bodies.iter().flat_map(|body| &body.content);
    let of_responses = responses.iter().flat_map(|response| &response.content);
    let of_parameters = parameters.iter().filter_map(|own| own.media_type.as_ref());
    let of_headers = headers.iter().filter_map(|own| own.media_type.as_ref());
    let bodies = of_bodies.chain(of_responses).map(|media| (media, true));
    let values = of_parameters.chain(of_headers).map(|media| (media, false));
    let media_types = bodies.chain(values).filter_map(|(media, is_body)| {
        Some(MediaType {
            name: key_at(root, &media.pointer)?,
            node: Node::at(root, &media.pointer)?,
            direction: media.direction,
            is_body,
        })
    });
    media_types.collect()
}

/// In the order of the model, so that its numbers are indexes.
fn schemas<'a>(root: &'a Value, model: &Model) -> Vec<Schema<'a>> {
    let schemas = model.schemas.iter().map(|(_, schema)| Schema {
        node: Node::at(root, &schema.pointer).unwrap_or_else(|| Node::root(&Value::Null)),
        place: schema.place,
        parent: schema.parent.map(SchemaId::index),
        direction: schema.direction,
    });
    schemas.collect()
}

/// The key of the member that a pointer leads to.
fn key_at<'a>(root: &'a Value, pointer: &str) -> Option<&'a str> {
    let (parent, key) = pointer.rsplit_once('/')?;
    let object = pointer::find(root, parent)?.as_object()?;
    let (key, _) = object.get_key_value(&*pointer::unescape(key))?;
    Some(key)
}

/// The escaped name of the component schema that `pointer` leads into; empty for none.
pub(super) fn component_of(pointer: &str) -> &str {
    let inner = pointer
        .strip_prefix("/components/schemas/")
        .unwrap_or_default();
    inner.split('/').next().unwrap_or_default()
}
