//! One call, answered from what is kept.

use http::{HeaderName, header};
use openapi_document::model::{PathTemplate, Piece};
use serde_json::Value;

use super::collection::Collection;
use super::context::{Context, ResourcePath};
use super::data::{Data, Item, Items};
use super::links::{Values, fill};
use super::model::{Action, Plan};
use crate::answer::Answer;
use crate::call::Call;
use crate::refusal::{Reason, Refusal};

pub(super) struct Handler<'a> {
    pub(super) context: Context<'a>,
    pub(super) data: &'a mut Data,
    pub(super) call: &'a Call<'a>,
    /// The base URL of the mock.
    pub(super) base: &'a str,
    /// The path of the item whose version the call has moved.
    pub(super) moved: Option<String>,
}

/// An item that a path leads to.
#[derive(Debug, Clone)]
pub(super) struct Target<'a> {
    pub(super) collection: &'a Collection,
    /// The path of the collection.
    pub(super) at: String,
    pub(super) key: String,
    pub(super) resource_path: ResourcePath,
}

/// What a call is answered with, if that can be told.
pub(super) type Outcome = Result<Option<Answer>, Refusal>;

impl<'a> Handler<'a> {
    pub(super) fn new(
        context: Context<'a>,
        data: &'a mut Data,
        call: &'a Call<'a>,
        base: &'a str,
    ) -> Self {
        Self {
            context,
            data,
            call,
            base,
            moved: None,
        }
    }

    pub(super) fn answer(mut self) -> Outcome {
        let Some(plan) = self.context.model.plan(self.call.operation) else {
            return Ok(None);
        };
        let created = self.check_parents(plan)?;
        let collection = |number: usize| &self.context.model.collections[number];
        let answer = match &plan.action {
            Action::List(number) => self.list(collection(*number), created),
            Action::Create(number) => self.create(collection(*number), created),
            Action::Read(number) => self.read(&self.target(collection(*number)), created),
            Action::Delete(number) => self.delete(&self.target(collection(*number)), created),
            Action::CreateMany(number) => self.create_many(collection(*number), created),
            Action::UpdateMany(number) => self.update_many(collection(*number), created),
            Action::Copy(number) => self.copy(&self.outer(collection(*number)), created),
            Action::Download(number) => self.download(&self.outer(collection(*number)), created),
            Action::Update {
                collection: number,
                whole,
                creates,
            } => {
                let target = self.target(collection(*number));
                self.update(&target, created, *whole, *creates)
            }
            Action::Act {
                collection: number,
                renews,
            } => {
                let target = self.outer(collection(*number));
                self.act(&target, created, renews.as_deref())
            }
            Action::Append {
                collection: number,
                member,
            } => {
                let target = self.outer(collection(*number));
                self.append(&target, created, member)
            }
            Action::Member {
                collection: number,
                member,
            } => {
                let target = self.outer(collection(*number));
                let reads = self.call.operation.method == http::Method::GET;
                if reads {
                    Ok(self.read_member(&target, member))
                } else {
                    self.write_member(&target, member)
                }
            }
            Action::ReadSingle => self.read_single(),
            Action::WriteSingle { whole } => self.write_single(*whole),
            Action::DeleteSingle => self.delete_single(),
            Action::ActSingle { path } => self.act_single(path),
            Action::Unknown => Ok(None),
        }?;
        if let Some(answer) = &answer {
            self.move_versions(plan, answer);
        }
        Ok(answer)
    }

    /// Makes sure that everything the path passes through is there. Says whether a call created any
    /// of it.
    fn check_parents(&mut self, plan: &Plan) -> Result<bool, Refusal> {
        let mut created = false;
        for (number, template) in &plan.parents {
            let target = self.target_at(&self.context.model.collections[*number], template);
            created |= self.find(&target, created)?;
        }
        Ok(created)
    }

    /// The item that the path of the call ends at.
    fn target(&self, collection: &'a Collection) -> Target<'a> {
        self.target_at(collection, &self.call.operation.path)
    }

    /// The item that the path of the call goes one segment beyond, or ends at.
    fn outer(&self, collection: &'a Collection) -> Target<'a> {
        let path = &self.call.operation.path;
        let last = path.segments.last().and_then(|pieces| pieces.first());
        match (path.parent(), last) {
            (Some(parent), Some(Piece::Literal(_))) => self.target_at(collection, &parent),
            _ => self.target_at(collection, path),
        }
    }

    pub(super) fn target_at(
        &self,
        collection: &'a Collection,
        template: &PathTemplate,
    ) -> Target<'a> {
        let name = template.last_parameter();
        let mut values = self.call.path.iter();
        let key = values.find(|(other, _)| Some(other.as_str()) == name);
        Target {
            collection,
            at: fill(&template.parent().unwrap_or_default(), &self.call.path),
            key: key.map(|(_, value)| value.clone()).unwrap_or_default(),
            resource_path: ResourcePath::new(template, &self.call.path),
        }
    }

    /// Makes sure that a collection has its first items. Below what a call created, there is
    /// nothing yet that clients can create.
    pub(super) fn open(&mut self, collection: &Collection, at: &str, created: bool) {
        self.open_at(collection, at, &self.call.path, created);
    }

    /// The same for a collection that the path of the call does not lead to.
    pub(super) fn open_at(
        &mut self,
        collection: &Collection,
        at: &str,
        values: &Values,
        created: bool,
    ) {
        if self.data.collections.contains_key(at) {
            return;
        }
        let items = if created && collection.create.is_some() {
            Items::default()
        } else {
            self.context.seeds(collection, at, values)
        };
        self.data.collections.insert(at.to_owned(), items);
    }

    /// Makes sure that an item is there. Says whether a call created it.
    pub(super) fn find(&mut self, target: &Target<'_>, created: bool) -> Result<bool, Refusal> {
        let Target {
            collection,
            at,
            key,
            ..
        } = target;
        self.open(collection, at, created);
        if let Some(item) = self.data.item(at, key) {
            return Ok(item.created);
        }
        let gone = self
            .data
            .collections
            .get(at)
            .is_some_and(|items| items.gone.contains(key));
        if gone || collection.is_closed() {
            let name = super::key::singular(&collection.name);
            let detail = format!("there is no {name} `{key}` at {at}");
            return Err(Refusal::new(Reason::NotFound, detail));
        }
        let value = self
            .context
            .item_called(collection, at, &self.call.path, key);
        self.data.insert(at, key, Item::new(value, false));
        Ok(false)
    }

    /// The answer with a resource, in whatever form the operation declares it. A client that takes
    /// none of the media types is refused, so this comes before anything changes.
    pub(super) fn answer_with(
        &self,
        status: u16,
        resource: &mut Value,
        resource_path: &ResourcePath,
    ) -> Result<Answer, Refusal> {
        let mut answer = Answer::status(status);
        answer.body = self
            .context
            .shown(self.call.operation, status, resource, resource_path);
        answer.check_media(self.context.api, self.call)?;
        Ok(answer)
    }

    /// Where a created item stands, as the example of the document writes it: a URL, or a path.
    pub(super) fn location(
        &self,
        status: u16,
        target: &Target<'_>,
    ) -> Option<(HeaderName, String)> {
        let declared = self.call.operation.response(status)?.headers.iter();
        let mut declared = declared.filter(|one| one.name.eq_ignore_ascii_case("location"));
        let example = match declared.next() {
            Some(header) => header.example.as_ref().and_then(Value::as_str),
            None if status == 201 && target.collection.read.is_some() => None,
            None => return None,
        };
        let path = &target.resource_path.path;
        let text = match example {
            Some(example) if example.starts_with('/') => path.clone(),
            _ => format!("{}{path}", self.base),
        };
        Some((header::LOCATION, text))
    }
}
