//! What our own extensions say of the document as a whole.

use indexmap::IndexMap;

use super::Reader;
use crate::model::Model;
use crate::model::direction::Direction;
use crate::model::event::{Event, EventDelivery, WebLink, WebLinkParameter};
use crate::model::node::Node;
use crate::model::origin::Origin;
use crate::model::schema::Place;

pub(super) fn settings(document: &Node<'_>, model: &mut Model) {
    model.rate_limits = document.read("x-rate-limit").unwrap_or_default();
    model.retry_statuses = document.read("x-retry-statuses");
    model.error_members = document.read("x-error-members").unwrap_or_default();
    model.user_agent = document.text("x-user-agent");
    model.web_links = web_links(document);
}

fn web_links(document: &Node<'_>) -> IndexMap<String, WebLink> {
    let links = document.members("x-links").into_iter();
    let links = links.filter_map(|(name, link)| {
        let parameters = link.members("parameters").into_iter();
        let parameters = parameters.map(|(name, parameter)| {
            let parameter = WebLinkParameter {
                description: parameter.text("description"),
                required: parameter.is_true("required"),
                schema: parameter.get("schema").cloned().unwrap_or_default(),
                example: parameter.get("example").cloned(),
            };
            (name.to_owned(), parameter)
        });
        let link = WebLink {
            summary: link.text("summary"),
            description: link.text("description"),
            template: link.text("template")?,
            parameters: parameters.collect(),
            origin: Origin::of(&link),
            pointer: link.pointer,
        };
        Some((name.to_owned(), link))
    });
    links.collect()
}

impl<'a> Reader<'a> {
    /// Events reach the client as responses do.
    pub(super) fn events(&mut self, document: &Node<'a>) -> Option<EventDelivery> {
        let delivery = document.child("x-event-delivery")?;
        let events = delivery.members("events").into_iter();
        let alternatives = delivery.child("signatureAlternatives");
        let alternatives = alternatives.iter().flat_map(Node::all_members);
        Some(EventDelivery {
            events: events
                .map(|(name, event)| (name.to_owned(), self.event(event)))
                .collect(),
            envelope: delivery.read("envelope").unwrap_or_default(),
            signature: delivery.read("signature"),
            signature_alternatives: alternatives
                .filter_map(|(name, signature)| Some((name.to_owned(), signature.as_type()?)))
                .collect(),
        })
    }

    fn event(&mut self, event: Node<'a>) -> Event {
        let payload = event.child("payload");
        Event {
            summary: event.text("summary"),
            description: event.text("description"),
            payload: payload
                .and_then(|payload| self.schema(&payload, Place::Root, Direction::RECEIVED)),
            origin: Origin::of(&event),
            pointer: event.pointer,
        }
    }
}
