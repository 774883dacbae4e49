//! Resources that stand alone, such as settings and texts.

use openapi_document::model::Schema;
use serde_json::{Map, Value};

use super::apply::{CHANGE, Own, sent_by, stamp};
use super::bodies::{answered, envelope, operation_at, status_declared};
use super::context::ResourcePath;
use super::handler::{Handler, Outcome};
use super::shape;
use crate::answer::Answer;
use crate::api::Operation;
use crate::change::{Change, ChangeKind};
use crate::negotiation::Accept;
use crate::refusal::{Reason, Refusal};
use crate::sample::Wish;

impl<'a> Handler<'a> {
    fn here(&self) -> ResourcePath {
        ResourcePath::new(&self.call.operation.path, &self.call.path)
    }

    /// The operation that reads what stands here.
    fn reader(&self) -> Option<&'a Operation> {
        self.reader_at(&self.call.operation.path.text)
    }

    fn reader_at(&self, template: &str) -> Option<&'a Operation> {
        let api = self.context.api;
        let number = operation_at(api, template, &http::Method::GET)?;
        Some(&api.operations[number])
    }

    pub(super) fn read_single(&mut self) -> Outcome {
        let operation = self.call.operation;
        let status = operation.success();
        let here = self.here();
        let mut answer = Answer::status(status);
        if answered(operation).is_none() {
            // A text in each of its media types; what nobody set is as the document shows it.
            let response = operation.response(status);
            let wanted = Accept::of(self.call.request);
            let media = response.and_then(|response| wanted.preferred(&response.media));
            let texts = self.data.singles.get(&here.path);
            answer.body = media.and_then(|media| texts?.get(&media.name)).cloned();
            return match texts {
                Some(Value::Null) => Err(missing(&here.path)),
                _ => Ok(Some(answer)),
            };
        }
        let mut value = self.single(&here).ok_or_else(|| missing(&here.path))?;
        answer.body = if value.is_object() {
            self.context.shown(operation, status, &mut value, &here)
        } else {
            Some(value.clone())
        };
        self.data.singles.insert(here.path, value);
        Ok(Some(answer))
    }

    /// What stands here, as the document shows it where nobody set it; nothing where it was deleted.
    fn single(&self, here: &ResourcePath) -> Option<Value> {
        if let Some(held) = self.data.singles.get(&here.path) {
            return (!held.is_null()).then(|| held.clone());
        }
        let (media, schema) = answered(self.reader_at(&here.template.text)?)?;
        let example = media.examples().next().map(|example| example.value);
        let made = self
            .context
            .api
            .sampler
            .value(schema, &Wish::at(&here.path).like(example));
        let mut value = made.pointer(&envelope(self.context.api, schema)).cloned()?;
        self.context
            .links
            .relocate(&mut value, &here.template, &here.values);
        Some(value)
    }

    pub(super) fn write_single(&mut self, whole: bool) -> Outcome {
        let here = self.here();
        let Some(value) = self.written(&here, whole) else {
            return Ok(None);
        };
        self.keep_single(here, value)
    }

    /// Keeps what stands at a place from now on, and answers with it; with 304 where that is declared
    /// and nothing changes.
    fn keep_single(&mut self, here: ResourcePath, mut value: Value) -> Outcome {
        let operation = self.call.operation;
        let held = self.single(&here);
        if held.as_ref() != Some(&value) {
            if let Value::Object(members) = &mut value {
                stamp(members, CHANGE);
            }
        } else if status_declared(operation, 304) {
            return Ok(Some(Answer::status(304)));
        }
        let mut answer = self.answer_with(operation.success(), &mut value, &here)?;
        let resource = here.template.text.rsplit('/').next().unwrap_or_default();
        answer.changes = vec![Change::new(
            ChangeKind::Updated,
            resource,
            &here.path,
            &value,
        )];
        self.data.singles.insert(here.path, value);
        Ok(Some(answer))
    }

    /// Something done to the resource at another path: the member that is named like the path of the
    /// call is set to what was sent, or taken away, and else the members that were sent are set.
    pub(super) fn act_single(&mut self, template: &str) -> Outcome {
        let operation = self.call.operation;
        let Some(reader) = self.reader_at(template) else {
            return Ok(None);
        };
        let there = ResourcePath::new(&reader.path, &self.call.path);
        let Some(Value::Object(mut members)) = self.single(&there) else {
            return Ok(None);
        };
        let schemas = self.context.api.schemas();
        let known = answered(reader).map(|(_, schema)| schemas.properties(schema.id));
        let known = known.unwrap_or_default();
        let last = operation.path.text.rsplit('/').next().unwrap_or_default();
        let same = |name: &&&str| shape::plain_name(name) == shape::plain_name(last);
        let named = known.keys().find(same).copied();
        let sent = sent_by(self.call, "").unwrap_or_default();
        let inner = named.map(|name| schemas.properties(known[name]));
        let inner = inner.unwrap_or_default();
        if operation.method == http::Method::DELETE {
            let Some(name) = named else {
                return Ok(None);
            };
            if shape::says(schemas, known[name], Schema::is_nullable) {
                members.insert(name.to_owned(), Value::Null);
            } else {
                members.shift_remove(name);
            }
        } else if let (Some(name), false) = (named, sent.is_empty())
            && sent
                .keys()
                .all(|member| inner.contains_key(member.as_str()))
        {
            members.insert(name.to_owned(), Value::Object(sent));
        } else if !sent.is_empty() && sent.keys().all(|name| known.contains_key(name.as_str())) {
            members.extend(sent);
        } else {
            return Ok(None);
        }
        self.keep_single(there, Value::Object(members))
    }

    /// What stands here when the call is done.
    fn written(&self, here: &ResourcePath, whole: bool) -> Option<Value> {
        let Some((_, schema)) = answered(self.reader()?) else {
            return self.written_text(here);
        };
        let within = envelope(self.context.api, schema);
        let Some(sent) = sent_by(self.call, &within) else {
            return self.call.body.clone();
        };
        let mut held = match self.single(here) {
            Some(Value::Object(held)) => held,
            _ => Map::new(),
        };
        let own = Own {
            schema: within.is_empty().then_some(schema),
            key: None,
        };
        self.context.apply(&mut held, sent, self.call, whole, &own);
        Some(Value::Object(held))
    }

    /// The texts that stand here, with the one that was sent in its media type.
    fn written_text(&self, here: &ResourcePath) -> Option<Value> {
        let mut texts = match self.data.singles.get(&here.path) {
            Some(Value::Object(texts)) => texts.clone(),
            _ => Map::new(),
        };
        texts.insert(self.call.media.clone()?, self.call.body.clone()?);
        Some(Value::Object(texts))
    }

    pub(super) fn delete_single(&mut self) -> Outcome {
        let here = self.here();
        let held = self.data.singles.get(&here.path);
        if held.is_some_and(Value::is_null) {
            return Err(missing(&here.path));
        }
        let mut value = self.single(&here).unwrap_or_default();
        let mut answer = self.answer_with(self.call.operation.success(), &mut value, &here)?;
        let resource = self
            .call
            .operation
            .path
            .text
            .rsplit('/')
            .next()
            .unwrap_or_default();
        answer.changes = vec![Change::new(
            ChangeKind::Deleted,
            resource,
            &here.path,
            &value,
        )];
        if self.reader().is_some_and(is_never_missing) {
            // As at the start.
            self.data.singles.shift_remove(&here.path);
        } else {
            self.data.singles.insert(here.path, Value::Null);
        }
        Ok(Some(answer))
    }
}

/// Whether a document that says how an operation refuses does not say that nothing is there.
fn is_never_missing(reader: &Operation) -> bool {
    let refuses = (400..500).any(|status| reader.response(status).is_some());
    refuses && reader.response(404).is_none()
}

fn missing(path: &str) -> Refusal {
    Refusal::new(Reason::NotFound, format!("there is nothing at {path}"))
}
