//! The bodies of deliveries.

use http::{HeaderMap, HeaderValue};
use openapi_document::model::{Part, Schemas};
use serde_json::{Map, Value, json};

use super::declared::{Declared, Envelope, Event, Place};
use super::naming::{singular, words};
use crate::api::{Api, members};
use crate::change::Change;
use crate::sample::{Members, Wish};

/// One event on its way: what stands in the body, and what in headers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Message {
    pub(super) body: Value,
    pub(super) headers: HeaderMap,
}

/// The facts of one event.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    pub(super) name: String,
    pub(super) id: String,
    pub(super) time: chrono::DateTime<chrono::Utc>,
}

/// Puts deliveries together along their schema.
pub(super) struct Composer<'a> {
    pub(super) api: &'a Api,
    pub(super) declared: &'a Declared,
    pub(super) event: &'a Event,
    pub(super) facts: &'a Facts,
}

/// From what a delivery is made.
#[derive(Debug)]
pub(super) enum Content<'a> {
    /// As the document shows it; made where it shows nothing.
    Shown,
    Given(Value),
    Change(&'a Change),
}

impl Composer<'_> {
    /// A delivery, or why the document has none such.
    pub(super) fn compose(&self, content: Content<'_>) -> Result<Message, String> {
        match content {
            Content::Shown => self.shown(),
            Content::Given(payload) => self.given(payload),
            Content::Change(change) => self.of(change),
        }
    }

    /// A delivery with this payload, to which only what the envelope lacks is added. With a
    /// violation where the schema does not take it.
    fn given(&self, payload: Value) -> Result<Message, String> {
        self.valid(self.enveloped(payload, false))
    }

    fn shown(&self) -> Result<Message, String> {
        self.valid(self.enveloped(self.made(None), true))
    }

    /// A payload of examples and made values, or with only `given` and what else it has to have.
    fn made(&self, given: Option<&Value>) -> Value {
        let wish = Wish::at(&self.facts.name);
        let wish = match given {
            Some(given) => wish.keep(given).members(Members::Required),
            None => wish,
        };
        self.api.sampler.value(&self.event.payload, &wish)
    }

    /// A delivery that tells of a change: the resource stands where the schema has room for it.
    fn of(&self, change: &Change) -> Result<Message, String> {
        let base = self.made(None);
        let mut why = None;
        for place in places(change) {
            let parts = self.parts_at(&place);
            if parts.is_empty() {
                continue;
            }
            let resource = fitting(self.api.schemas(), &parts, &change.value);
            let mut body = if place.is_empty() {
                json!({})
            } else {
                base.clone()
            };
            let Some(room) = room(&mut body, &place).filter(|_| !resource.is_empty()) else {
                continue;
            };
            room.clone_from(&resource);
            let made = self.made(Some(&body));
            // What the resource is stays, even where that cannot be told.
            let body = if holds(&made, &place, &resource) {
                made
            } else {
                body
            };
            match self.valid(self.enveloped(body, true)) {
                Ok(message) => return Ok(message),
                Err(violation) => why = why.or(Some(violation)),
            }
        }
        Err(why.unwrap_or_else(|| "its schema has no room for the resource".to_owned()))
    }

    /// All schemas that speak of what stands at a place of the payload.
    fn parts_at(&self, place: &[String]) -> Vec<Part> {
        let schemas = self.api.schemas();
        let payload = schemas.common_parts([self.event.payload.id]);
        place.iter().fold(payload, |parts, name| {
            let parts = parts.into_iter();
            let inner = parts.filter_map(|part| schemas[part.id].properties.get(name));
            schemas.common_parts(inner.map(|property| property.schema))
        })
    }

    fn valid(&self, message: Message) -> Result<Message, String> {
        let violations = self.event.payload.violations(&self.api.spec, &message.body);
        let told: Vec<String> = violations
            .iter()
            .map(|violation| format!("payload {}: {}", violation.at, violation.what))
            .collect();
        if told.is_empty() {
            return Ok(message);
        }
        Err(told.join("; "))
    }

    /// A body with the facts of its event. What stands there already is only replaced when told.
    fn enveloped(&self, body: Value, replace: bool) -> Message {
        let Envelope { name, id, time } = &self.declared.envelope;
        let Facts {
            name: event,
            id: number,
            time: now,
        } = self.facts;
        let text = now.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        let facts = [
            (name, vec![json!(event)]),
            (id, vec![json!(number), json!(number[..8])]),
            (
                time,
                vec![
                    json!(text),
                    json!(now.timestamp()),
                    json!(now.timestamp_millis()),
                ],
            ),
        ];
        let mut message = Message {
            body,
            headers: HeaderMap::new(),
        };
        for (place, candidates) in facts {
            match place {
                Some(Place::Member(pointer)) => {
                    self.set(&mut message.body, pointer, candidates, replace);
                }
                Some(Place::Header(header)) => {
                    let text = candidates.first().and_then(Value::as_str);
                    let value = text.and_then(|text| HeaderValue::from_str(text).ok());
                    if let Some(value) = value {
                        message.headers.insert(header.clone(), value);
                    }
                }
                None => {}
            }
        }
        message
    }

    /// Sets a member to the first value that its schema takes. Where it takes none, what stands
    /// there stays.
    fn set(&self, body: &mut Value, pointer: &str, candidates: Vec<Value>, replace: bool) {
        let path: Vec<String> = pointer.split('/').skip(1).map(unescaped).collect();
        let Some((last, path)) = path.split_last() else {
            return;
        };
        let Some(object) = room(body, path) else {
            return;
        };
        let before = object.get(last).cloned();
        if before.is_some() && !replace {
            return;
        }
        for candidate in candidates.into_iter().map(Some).chain([before]) {
            let Some(object) = room(body, path) else {
                return;
            };
            match candidate {
                Some(value) => object.insert(last.clone(), value),
                None => object.remove(last),
            };
            if self.takes(body, pointer) {
                return;
            }
        }
    }

    /// Whether the schema says nothing against what stands at a place.
    fn takes(&self, body: &Value, pointer: &str) -> bool {
        let violations = self.event.payload.violations(&self.api.spec, body);
        violations.iter().all(|violation| violation.at != pointer)
    }
}

/// The members of a resource that schemas know, or all where they know none.
fn fitting(schemas: &Schemas, parts: &[Part], resource: &Value) -> Map<String, Value> {
    let named = parts
        .iter()
        .flat_map(|part| schemas[part.id].properties.keys());
    let known: Vec<&String> = named.collect();
    let fitting = members(resource).filter(|(name, _)| known.is_empty() || known.contains(name));
    let owned = fitting.map(|(name, value)| (name.clone(), value.clone()));
    owned.collect()
}

/// Where a resource can stand, the most telling place first.
fn places(change: &Change) -> Vec<Vec<String>> {
    let mut name = words(&change.resource);
    if let Some(last) = name.last_mut() {
        *last = singular(last);
    }
    let snake = name.join("_");
    let camel: String = name
        .iter()
        .enumerate()
        .map(|(index, word)| match (index, word.split_at_checked(1)) {
            (0, _) | (_, None) => word.clone(),
            (_, Some((first, rest))) => format!("{}{rest}", first.to_uppercase()),
        })
        .collect();
    let place = |path: &[&str]| path.iter().map(ToString::to_string).collect();
    vec![
        place(&[&snake]),
        place(&[&camel]),
        place(&["data", &snake]),
        place(&["data", &camel]),
        place(&["data", "object"]),
        place(&["data"]),
        place(&["object"]),
        place(&["resource"]),
        place(&["payload"]),
        place(&[]),
    ]
}

/// Whether all members of a resource stand at a place.
fn holds(body: &Value, place: &[String], resource: &Map<String, Value>) -> bool {
    let found = place.iter().try_fold(body, |value, name| value.get(name));
    resource
        .iter()
        .all(|(name, value)| found.and_then(|found| found.get(name)) == Some(value))
}

/// The object at a place, made where there is none.
fn room<'a>(body: &'a mut Value, place: &[String]) -> Option<&'a mut Map<String, Value>> {
    let mut object = body.as_object_mut()?;
    for name in place {
        let value = object.entry(name.clone()).or_insert_with(|| json!({}));
        object = value.as_object_mut()?;
    }
    Some(object)
}

fn unescaped(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::change::ChangeKind;

    fn document() -> Value {
        json!({
            "x-event-delivery": {
                "envelope": {
                    "name": {"member": "/event"}, "id": {"header": "X-Id"},
                    "time": {"member": "/at"}
                },
                "events": {
                    "pet.created": {"payload": {"$ref": "#/components/schemas/Created"}},
                    "pet.renamed": {"payload": {"$ref": "#/components/schemas/Renamed"}}
                }
            },
            "components": {"schemas": {
                "Envelope": {
                    "type": "object", "required": ["event", "at", "data"],
                    "properties": {"event": {"type": "string"}, "at": {"type": "integer"}}
                },
                "Created": {"allOf": [
                    {"$ref": "#/components/schemas/Envelope"},
                    {"properties": {"data": {
                        "type": "object", "required": ["pet"], "additionalProperties": false,
                        "properties": {"pet": {"$ref": "#/components/schemas/Pet"}}
                    }}}
                ]},
                "Renamed": {"type": "object", "example": {"event": "?", "at": 0, "data": {}}},
                "Pet": {
                    "type": "object", "required": ["name"], "additionalProperties": false,
                    "properties": {"name": {"type": "string", "example": "Rex"}}
                }
            }}
        })
    }

    fn composed<T>(name: &str, with: impl FnOnce(&Composer<'_>) -> T) -> T {
        let api = Api::new(&Arc::new(document()));
        let declared = Declared::new(api.model());
        let facts = Facts {
            name: name.to_owned(),
            id: "0123456789".to_owned(),
            time: chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
        };
        with(&Composer {
            api: &api,
            declared: &declared,
            event: &declared.events[name],
            facts: &facts,
        })
    }

    #[test]
    fn an_envelope_is_filled_in_as_its_schema_wants_it() {
        let message = composed("pet.created", |composer| composer.shown().unwrap());
        let body = json!({"data": {"pet": {"name": "Rex"}},
            "event": "pet.created", "at": 1_700_000_000});
        assert_eq!(message.body, body);
        assert_eq!(message.headers["x-id"], "0123456789");
        let shown = composed("pet.renamed", |composer| composer.shown().unwrap());
        assert_eq!(shown.body["event"], "pet.renamed");
    }

    #[test]
    fn what_is_given_stays_and_is_judged() {
        let own = json!({"event": "mine", "data": {"pet": {"name": "Ada"}}});
        let message = composed("pet.created", |composer| composer.given(own).unwrap());
        assert_eq!(
            message.body,
            json!({"event": "mine", "data": {"pet": {"name": "Ada"}}, "at": 1_700_000_000})
        );
        let wrong = json!({"data": {"pet": {"name": 5}}});
        let why = composed("pet.created", |composer| composer.given(wrong).unwrap_err());
        assert_eq!(why, "payload /data/pet/name: 5 is not of type \"string\"");
    }

    #[test]
    fn a_resource_stands_where_there_is_room_for_it() {
        let change = Change {
            kind: ChangeKind::Created,
            resource: "pets".to_owned(),
            path: "/pets/1".to_owned(),
            value: json!({"name": "Bo", "internal": true}),
        };
        let message = composed("pet.created", |composer| composer.of(&change).unwrap());
        assert_eq!(message.body["data"], json!({"pet": {"name": "Bo"}}));
        let nowhere = Change {
            value: json!({"name": 5}),
            ..change
        };
        let why = composed("pet.created", |composer| composer.of(&nowhere).unwrap_err());
        assert!(why.contains("/data"), "{why}");
    }
}
