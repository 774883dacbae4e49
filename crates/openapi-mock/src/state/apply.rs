//! How a request body changes a resource.

use openapi_document::lint::json_schema::Direction;
use openapi_document::model::{self, Additional, SchemaId};
use serde_json::{Map, Value};

use super::context::Context;
use super::shape::says;
use crate::call::Call;
use crate::sample::words;
use crate::schema::Schema;

/// What belongs to the server, and so outlives whatever clients send.
pub(super) struct Own<'s> {
    /// The schema of the resource as it is read.
    pub(super) schema: Option<&'s Schema>,
    /// The member that is the key.
    pub(super) key: Option<&'s str>,
}

/// The members that a call sends: its body, or what stands in the envelope that the resource has in
/// answers as well. Nothing where the body is no object.
pub(super) fn sent_by(call: &Call<'_>, envelope: &str) -> Option<Map<String, Value>> {
    let body = call.body.as_ref()?;
    let inner = body.pointer(envelope).filter(|inner| inner.is_object());
    inner.unwrap_or(body).as_object().cloned()
}

impl Context<'_> {
    /// Changes a resource by what was sent: with `whole`, members that the request could have named
    /// and does not go; otherwise they stay (RFC 7396).
    pub(super) fn apply(
        &self,
        resource: &mut Map<String, Value>,
        sent: Map<String, Value>,
        call: &Call<'_>,
        whole: bool,
        own: &Own<'_>,
    ) {
        let schemas = self.api.schemas();
        let known = own.schema.map(|schema| schemas.properties(schema.id));
        let known = known.unwrap_or_default();
        let flagged = |name: &str, which: fn(&model::Schema) -> bool| {
            let schema = known.get(name);
            schema.is_some_and(|id| says(schemas, *id, which))
        };
        let is_read_only = |name: &str| flagged(name, |schema| schema.read_only);
        let belongs = |name: &str| own.key == Some(name) || is_read_only(name);
        if whole {
            let covered = self.covered(call);
            let goes = |name: &str, value: &Value| {
                !belongs(name)
                    && !self.links.is_link(value)
                    && !sent.contains_key(name)
                    && covered
                        .as_ref()
                        .is_none_or(|names| names.iter().any(|other| other == name))
            };
            resource.retain(|name, value| !goes(name, value));
        }
        let files = self.files(call);
        for (name, value) in sent {
            if belongs(&name) || files.contains(&name.as_str()) {
                continue;
            }
            if value.is_null()
                && known.contains_key(name.as_str())
                && !flagged(&name, model::Schema::is_nullable)
            {
                resource.shift_remove(&name);
            } else if whole {
                resource.insert(name, value);
            } else {
                merge(resource.entry(name).or_insert(Value::Null), value);
            }
        }
    }

    /// The schema of the body of a call.
    fn sent_schema(call: &Call<'_>) -> Option<SchemaId> {
        let body = call.operation.body.as_ref()?;
        let sent = call.media.as_deref();
        let media = body
            .media
            .iter()
            .find(|media| Some(media.name.as_str()) == sent);
        let schema = media.or(body.media.first())?.schema.as_ref()?;
        Some(schema.id)
    }

    /// The parts of a form that are files, whose bytes are no members of what is made of them.
    fn files(&self, call: &Call<'_>) -> Vec<&str> {
        let schemas = self.api.schemas();
        let known = Self::sent_schema(call).map(|schema| schemas.properties(schema));
        let is_file = |schema: SchemaId| {
            let one = schemas.items(schema).unwrap_or(schema);
            says(schemas, one, |one| one.format.as_deref() == Some("binary"))
        };
        let known = known.unwrap_or_default().into_iter();
        let files = known.filter(|(_, schema)| is_file(*schema));
        files.map(|(name, _)| name).collect()
    }

    /// The members that the body of a call can have; nothing where it can have any.
    fn covered(&self, call: &Call<'_>) -> Option<Vec<String>> {
        let schemas = self.api.schemas();
        let schema = Self::sent_schema(call)?;
        let known = schemas.properties(schema);
        let open = says(schemas, schema, |schema| {
            matches!(schema.additional, Additional::Any | Additional::Schema(_))
        });
        (!known.is_empty() && !open).then(|| known.keys().map(|name| (*name).to_owned()).collect())
    }

    /// The members of a made resource that the server sets: those that requests cannot hold, or
    /// that have to be there.
    pub(super) fn server_made(
        &self,
        made: Map<String, Value>,
        call: &Call<'_>,
        schema: &Schema,
    ) -> Map<String, Value> {
        debug_assert_eq!(schema.direction, Direction::Response);
        let schemas = self.api.schemas();
        let known = schemas.properties(schema.id);
        let covered = self.covered(call);
        let read_only = |name: &str| {
            let schema = known.get(name);
            schema.is_some_and(|id| says(schemas, *id, |schema| schema.read_only))
        };
        let mut made = made;
        made.retain(|name, value| match &covered {
            Some(covered) => read_only(name) || !covered.contains(name),
            None => read_only(name) || self.links.is_link(value),
        });
        made
    }
}

/// Merges objects member by member, where null takes a member away; anything else replaces.
fn merge(held: &mut Value, sent: Value) {
    match (held, sent) {
        (Value::Object(held), Value::Object(sent)) => {
            for (name, value) in sent {
                if value.is_null() {
                    held.shift_remove(&name);
                } else {
                    merge(held.entry(name).or_insert(Value::Null), value);
                }
            }
        }
        (held, sent) => *held = sent,
    }
}

/// What times of a new resource are named after.
pub(super) const CREATION: &[&str] = &["created", "updated", "modified", "changed", "inserted"];

/// What times of a change are named after.
pub(super) const CHANGE: &[&str] = &["updated", "modified", "changed"];

/// Sets the times of a resource whose names say so to this moment, where they are texts already.
pub(super) fn stamp(resource: &mut Map<String, Value>, when: &[&str]) {
    let now = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now());
    let now = now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    for (name, value) in resource {
        let names_it = words::parts(name)
            .iter()
            .any(|word| when.contains(&word.as_str()));
        let is_time = value
            .as_str()
            .is_some_and(|text| chrono::DateTime::parse_from_rfc3339(text).is_ok());
        if names_it && is_time {
            *value = Value::from(now.clone());
        }
    }
}
