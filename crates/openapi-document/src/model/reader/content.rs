//! Parameters, bodies, responses and headers.

use std::sync::Arc;

use indexmap::IndexMap;

use super::Reader;
use super::operations::deprecation;
use crate::model::content::{
    Encoding, Example, Header, Location, MediaType, Parameter, RequestBody, Response, Style, Tells,
};
use crate::model::direction::Direction;
use crate::model::node::Node;
use crate::model::origin::Origin;
use crate::model::schema::Place;
use crate::model::schema::SchemaId;

impl<'a> Reader<'a> {
    pub(super) fn parameter(
        &mut self,
        entry: &Node<'a>,
        direction: Direction,
    ) -> Option<Arc<Parameter>> {
        let node = entry.resolved(self.root)?;
        if let Some(known) = self.parameters.get(&node.pointer) {
            return Some(known);
        }
        let location = Location::of(node.str("in")?)?;
        let style = node.str("style").and_then(Style::of);
        let style = style.unwrap_or_else(|| location.usual_style());
        let explode = node.get("explode").and_then(serde_json::Value::as_bool);
        let name = node.str("name")?.to_owned();
        let (schema, media_type) = self.values(&node, direction);
        let parameter = Parameter {
            name,
            location,
            description: node.text("description"),
            required: node.is_true("required"),
            deprecation: deprecation(&node),
            style,
            explode: explode.unwrap_or(style == Style::Form),
            allow_reserved: node.is_true("allowReserved"),
            allow_empty: node.is_true("allowEmptyValue"),
            schema,
            media_type,
            examples: self.examples(&node),
            client_default: node.text("x-client-default"),
            filter: node.read("x-filters"),
            origin: Origin::of(&node),
            pointer: node.pointer.clone(),
        };
        Some(self.parameters.insert(&node.pointer, parameter))
    }

    pub(super) fn header(&mut self, entry: &Node<'a>, direction: Direction) -> Option<Arc<Header>> {
        let node = entry.resolved(self.root)?;
        if let Some(known) = self.headers.get(&node.pointer) {
            return Some(known);
        }
        let (schema, media_type) = self.values(&node, direction);
        let header = Header {
            description: node.text("description"),
            required: node.is_true("required"),
            deprecation: deprecation(&node),
            schema,
            media_type,
            examples: self.examples(&node),
            tells: (node.str("x-tells") == Some("replayed")).then_some(Tells::Replayed),
            direction,
            origin: Origin::of(&node),
            pointer: node.pointer.clone(),
        };
        Some(self.headers.insert(&node.pointer, header))
    }

    /// The schema of a parameter or header, with the media type that it is written in.
    fn values(
        &mut self,
        node: &Node<'a>,
        direction: Direction,
    ) -> (Option<SchemaId>, Option<MediaType>) {
        let schema = node.child("schema");
        let schema = schema.and_then(|schema| self.schema(&schema, Place::Root, direction));
        let media_type = self.content(node, direction).into_iter().next();
        let inner = media_type.as_ref().and_then(|media| media.schema);
        (schema.or(inner), media_type)
    }

    pub(super) fn body(
        &mut self,
        entry: &Node<'a>,
        direction: Direction,
    ) -> Option<Arc<RequestBody>> {
        let node = entry.resolved(self.root)?;
        if let Some(known) = self.bodies.get(&node.pointer) {
            return Some(known);
        }
        let body = RequestBody {
            description: node.text("description"),
            required: node.is_true("required"),
            content: self.content(&node, direction),
            origin: Origin::of(&node),
            pointer: node.pointer.clone(),
        };
        Some(self.bodies.insert(&node.pointer, body))
    }

    pub(super) fn response(
        &mut self,
        entry: &Node<'a>,
        direction: Direction,
    ) -> Option<Arc<Response>> {
        let node = entry.resolved(self.root)?;
        if let Some(known) = self.responses.get(&node.pointer) {
            return Some(known);
        }
        let response = Response {
            description: node.text("description"),
            headers: self.header_map(&node, direction),
            content: self.content(&node, direction),
            origin: Origin::of(&node),
            pointer: node.pointer.clone(),
        };
        Some(self.responses.insert(&node.pointer, response))
    }

    fn header_map(
        &mut self,
        holder: &Node<'a>,
        direction: Direction,
    ) -> IndexMap<String, Arc<Header>> {
        let headers = holder.members("headers").into_iter();
        let headers = headers
            .filter_map(|(name, header)| Some((name.to_owned(), self.header(&header, direction)?)));
        headers.collect()
    }

    fn content(&mut self, holder: &Node<'a>, direction: Direction) -> Vec<MediaType> {
        let content = holder.members("content").into_iter();
        content
            .map(|(name, node)| {
                let schema = node.child("schema");
                MediaType {
                    name: name.to_owned(),
                    schema: schema.and_then(|schema| self.schema(&schema, Place::Root, direction)),
                    examples: self.examples(&node),
                    encoding: self.encoding(&node, direction),
                    direction,
                    pointer: node.pointer,
                }
            })
            .collect()
    }

    fn encoding(
        &mut self,
        media_type: &Node<'a>,
        direction: Direction,
    ) -> IndexMap<String, Encoding> {
        let fields = media_type.members("encoding").into_iter();
        let fields = fields.map(|(name, field)| {
            let encoding = Encoding {
                content_type: field.text("contentType"),
                style: field.str("style").and_then(Style::of),
                explode: field.get("explode").and_then(serde_json::Value::as_bool),
                allow_reserved: field.is_true("allowReserved"),
                headers: self.header_map(&field, direction),
            };
            (name.to_owned(), encoding)
        });
        fields.collect()
    }

    fn examples(&self, holder: &Node<'a>) -> Vec<Example> {
        let named = holder.members("examples").into_iter();
        let named = named.filter_map(|(name, example)| {
            let example = example.resolved(self.root)?;
            Some(Example {
                name: Some(name.to_owned()),
                summary: example.text("summary"),
                description: example.text("description"),
                value: example.get("value").cloned(),
                external_value: example.text("externalValue"),
                refusals: example.one_or_several("x-refusal"),
                pointer: example.pointer,
            })
        });
        let lone = holder.child("example").map(|example| Example {
            name: None,
            summary: None,
            description: None,
            value: Some(example.value.clone()),
            external_value: None,
            refusals: Vec::new(),
            pointer: example.pointer,
        });
        named.chain(lone).collect()
    }
}
