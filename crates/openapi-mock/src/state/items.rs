//! Items of collections, listed and read.

use http::HeaderName;
use openapi_document::model::Pagination;
use serde_json::{Map, Value};

use super::bodies::{answered, envelope};
use super::collection::Collection;
use super::context::ResourcePath;
use super::data::Item;
use super::filter::Filter;
use super::handler::{Handler, Outcome, Target};
use super::page::{self, Page};
use crate::answer::Answer;
use crate::api::Media;
use crate::refusal::Refusal;
use crate::sample::{Members, Wish};

impl<'a> Handler<'a> {
    pub(super) fn list(&mut self, collection: &'a Collection, created: bool) -> Outcome {
        let (api, operation) = (self.context.api, self.call.operation);
        let Some((media, schema)) = answered(operation) else {
            return Ok(None);
        };
        let here = ResourcePath::new(&operation.path, &self.call.path);
        self.open(collection, &here.path, created);
        let rule = operation.pagination.as_ref();
        let filter = self.filter(collection, rule)?;
        let keys = self.filtered(&here.path, &filter);
        let page = Page::new(api.schemas(), rule, self.call, keys.len())?;
        let keys = keys.get(page.start..page.end).unwrap_or_default();
        let items = keys.iter().map(|key| self.listed(collection, &here, key));
        let mut items = Value::Array(items.collect());
        let describe = |body: &mut Value| {
            page.describe(api.schemas(), schema.id, body, self.call, self.base);
        };
        let body = match collection.list_at.as_str() {
            "" => {
                describe(&mut items);
                items
            }
            at => {
                let mut around = self.around(media, &here);
                page::put(&mut around, at, Value::Array(Vec::new()));
                describe(&mut around);
                let wish = Wish::at(&here.path).members(Members::Required);
                let mut body = api.sampler.value(schema, &wish.keep(&around));
                page::put(&mut body, at, items);
                body
            }
        };
        let mut answer = Answer::status(operation.success());
        answer.body = Some(body);
        answer.headers = page.headers(self.call, self.base);
        answer.notes.extend(unfiltered(&filter));
        Ok(Some(answer))
    }

    /// What the example shows around a list.
    fn around(&self, media: &Media, here: &ResourcePath) -> Value {
        let example = media.examples().next().map(|example| example.value.clone());
        let object = example.filter(Value::is_object);
        let mut around = object.unwrap_or(Value::Object(Map::new()));
        let links = self.context.links;
        links.relocate(&mut around, &here.template, &here.values);
        around
    }

    /// What the query asks of the items.
    fn filter(
        &self,
        collection: &Collection,
        rule: Option<&Pagination>,
    ) -> Result<Filter, Refusal> {
        let schemas = self.context.api.schemas();
        let whole = [&collection.listed, &collection.whole].into_iter();
        let known = whole
            .flatten()
            .flat_map(|one| schemas.properties(one.id).into_keys());
        let known: Vec<String> = known.map(str::to_owned).collect();
        Filter::new(self.call, rule, &known)
    }

    /// The keys of the items that a filter takes.
    fn filtered(&self, at: &str, filter: &Filter) -> Vec<String> {
        let Some(items) = self.data.collections.get(at) else {
            return Vec::new();
        };
        let found = items
            .items
            .iter()
            .filter(|(_, item)| filter.takes(&item.value));
        found.map(|(key, _)| key.clone()).collect()
    }

    fn listed(&mut self, collection: &Collection, here: &ResourcePath, key: &str) -> Value {
        let resource_path = Self::resource_path_of(collection, here, key);
        let context = self.context;
        if let Some(listed) = self.data.item(&here.path, key).and_then(Item::listed) {
            return listed.clone();
        }
        let Some(item) = self.data.item_mut(&here.path, key) else {
            return Value::Null;
        };
        let listed = match &collection.listed {
            Some(schema) => {
                let example = context.example(collection);
                context.completed(schema, "", example, &mut item.value, &resource_path)
            }
            None => item.value.clone(),
        };
        item.keep_listed(listed.clone());
        listed
    }

    /// Where an item of a collection stands, also where items have no path.
    pub(super) fn resource_path_of(
        collection: &Collection,
        here: &ResourcePath,
        key: &str,
    ) -> ResourcePath {
        let parameter = collection.parameter.as_deref().unwrap_or("");
        let template = here.template.with_parameter(parameter);
        let mut values = here.values.clone();
        values.retain(|(name, _)| name != parameter);
        values.push((parameter.to_owned(), key.to_owned()));
        ResourcePath::new(&template, &values)
    }

    pub(super) fn read(&mut self, target: &Target<'a>, created: bool) -> Outcome {
        self.find(target, created)?;
        let operation = self.call.operation;
        let context = self.context;
        let Some(item) = self.data.item_mut(&target.at, &target.key) else {
            return Ok(None);
        };
        let status = operation.success();
        let Some(mut body) =
            context.shown(operation, status, &mut item.value, &target.resource_path)
        else {
            return Ok(None);
        };
        let headers = self.page_within(&mut body)?;
        let mut answer = Answer::status(status);
        answer.body = Some(body);
        answer.headers = headers;
        Ok(Some(answer))
    }

    /// Cuts the list in an item that comes in pages.
    fn page_within(&self, body: &mut Value) -> Result<Vec<(HeaderName, String)>, Refusal> {
        let (api, operation) = (self.context.api, self.call.operation);
        let rule = operation.pagination.as_ref();
        let at = rule.and_then(|rule| rule.members.get("items"));
        let at = at.map_or("", String::as_str);
        let (Some(list), Some((_, schema))) = (
            body.pointer(at).and_then(Value::as_array),
            answered(operation),
        ) else {
            return Ok(Vec::new());
        };
        let page = Page::new(api.schemas(), rule, self.call, list.len())?;
        let items = list.get(page.start..page.end).unwrap_or_default().to_vec();
        page::put(body, at, Value::Array(items));
        page.describe(api.schemas(), schema.id, body, self.call, self.base);
        Ok(page.headers(self.call, self.base))
    }

    /// One member of an item.
    pub(super) fn read_member(&mut self, target: &Target<'a>, member: &str) -> Option<Answer> {
        let context = self.context;
        let read = &context.api.operations[target.collection.read?];
        let item = self.data.item_mut(&target.at, &target.key)?;
        let shown = context.shown(read, read.success(), &mut item.value, &target.resource_path)?;
        let within = answered(read).map(|(_, schema)| envelope(context.api, schema));
        let held = shown.pointer(&within.unwrap_or_default())?.get(member);
        let mut answer = Answer::status(self.call.operation.success());
        answer.body = held.cloned();
        Some(answer)
    }
}

/// Says which parameters had no effect.
fn unfiltered(filter: &Filter) -> Option<String> {
    let names = filter.ignored.join(", ");
    (!names.is_empty()).then(|| {
        format!(
            "the document does not tell what {names} asks of the items, so that it had no effect"
        )
    })
}
