//! What a document says of its webhooks (`x-event-delivery`).

use http::HeaderName;
use indexmap::IndexMap;
use serde_json::Value;

use super::signature::Signature;
use crate::api::members;
use crate::schema::Schema;

#[derive(Debug)]
pub(super) struct Declared {
    pub(super) events: IndexMap<String, Event>,
    pub(super) envelope: Envelope,
    /// Nothing where deliveries are not signed.
    pub(super) signature: Option<Signature>,
    pub(super) alternatives: IndexMap<String, Signature>,
}

#[derive(Debug)]
pub(super) struct Event {
    pub(super) payload: Schema,
}

/// Where a delivery holds the facts of its event.
#[derive(Debug, Default)]
pub(super) struct Envelope {
    pub(super) name: Option<Place>,
    pub(super) id: Option<Place>,
    pub(super) time: Option<Place>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// JSON pointer into the body.
    Member(String),
    Header(HeaderName),
}

impl Declared {
    pub(super) fn new(root: &Value) -> Self {
        let object = &root["x-event-delivery"];
        let events = members(&object["events"]).filter_map(|(name, _)| {
            let pointer = openapi_document::pointer::join("/x-event-delivery/events", name);
            let payload = Schema::response(root, format!("{pointer}/payload"))?;
            Some((name.clone(), Event { payload }))
        });
        let alternatives = members(&object["signatureAlternatives"]);
        let alternatives =
            alternatives.filter_map(|(name, object)| Some((name.clone(), Signature::new(object)?)));
        let envelope = &object["envelope"];
        Self {
            events: events.collect(),
            envelope: Envelope {
                name: place(&envelope["name"]),
                id: place(&envelope["id"]),
                time: place(&envelope["time"]),
            },
            signature: Signature::new(&object["signature"]),
            alternatives: alternatives.collect(),
        }
    }

    pub(super) fn event_names(&self) -> impl Iterator<Item = &str> {
        self.events.keys().map(String::as_str)
    }
}

fn place(object: &Value) -> Option<Place> {
    if let Some(pointer) = object["member"].as_str() {
        return Some(Place::Member(pointer.to_owned()));
    }
    let header = HeaderName::try_from(object["header"].as_str()?).ok()?;
    Some(Place::Header(header))
}
