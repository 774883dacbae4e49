//! What a document says of its webhooks (`x-event-delivery`).

use http::HeaderName;
use indexmap::IndexMap;
use openapi_document::model::{EnvelopePlace, Model};

use super::signature::Signature;
use crate::schema::Schema;

#[derive(Debug, Default)]
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
    pub(super) fn new(model: &Model) -> Self {
        let Some(delivery) = &model.events else {
            return Self::default();
        };
        let events = delivery.events.iter().filter_map(|(name, event)| {
            let payload = Schema::response(event.payload?);
            Some((name.clone(), Event { payload }))
        });
        let alternatives = delivery.signature_alternatives.iter();
        let alternatives = alternatives
            .filter_map(|(name, declared)| Some((name.clone(), Signature::new(declared)?)));
        let place = |place: &Option<EnvelopePlace>| Place::of(place.as_ref()?);
        Self {
            events: events.collect(),
            envelope: Envelope {
                name: place(&delivery.envelope.name),
                id: place(&delivery.envelope.id),
                time: place(&delivery.envelope.time),
            },
            signature: delivery.signature.as_ref().and_then(Signature::new),
            alternatives: alternatives.collect(),
        }
    }

    pub(super) fn event_names(&self) -> impl Iterator<Item = &str> {
        self.events.keys().map(String::as_str)
    }
}

impl Place {
    fn of(declared: &EnvelopePlace) -> Option<Self> {
        Some(match declared {
            EnvelopePlace::Member(pointer) => Self::Member(pointer.clone()),
            EnvelopePlace::Header(name) => Self::Header(HeaderName::try_from(name).ok()?),
        })
    }
}
