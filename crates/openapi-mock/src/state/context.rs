//! What is known about a document, for those who answer calls.

use openapi_document::model::PathTemplate;
use serde_json::Value;

use super::bodies::{envelope, json_of};
use super::links::{Links, Values};
use super::model::Model;
use super::page;
use crate::api::{Api, Operation};
use crate::sample::{Members, Wish};
use crate::schema::Schema;

#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) api: &'a Api,
    pub(super) model: &'a Model,
    pub(super) links: &'a Links,
}

/// Where a resource stands.
#[derive(Debug, Clone)]
pub(super) struct ResourcePath {
    /// The path template of the resource.
    pub(super) template: PathTemplate,
    /// The values of its parameters.
    pub(super) values: Vec<(String, String)>,
    /// The path with the values.
    pub(super) path: String,
}

impl ResourcePath {
    pub(super) fn new(template: &PathTemplate, values: &Values) -> Self {
        Self {
            template: template.clone(),
            values: values.to_vec(),
            path: super::links::fill(template, values),
        }
    }
}

impl Context<'_> {
    /// The resource as an operation answers with it under a status; nothing where that answer holds
    /// no JSON. What the answer has to hold and the resource does not is made, and kept.
    pub(super) fn shown(
        &self,
        operation: &Operation,
        status: u16,
        resource: &mut Value,
        resource_path: &ResourcePath,
    ) -> Option<Value> {
        let (media, schema) = json_of(operation, status)?;
        let example = media.examples().next().map(|example| example.value);
        Some(self.completed(
            schema,
            &envelope(self.api, schema),
            example,
            resource,
            resource_path,
        ))
    }

    /// The resource as `schema` wants it, which holds it at the pointer `within`.
    pub(super) fn completed(
        &self,
        schema: &Schema,
        within: &str,
        example: Option<&Value>,
        resource: &mut Value,
        resource_path: &ResourcePath,
    ) -> Value {
        let mut keep = Value::Null;
        page::put(&mut keep, within, resource.clone());
        let wish = Wish::at(&resource_path.path).members(Members::Required);
        let wish = wish.keep(&keep).like(example).fresh();
        let mut body = self.api.sampler.value(schema, &wish);
        let (Some(Value::Object(shown)), Value::Object(kept)) =
            (body.pointer_mut(within), resource)
        else {
            return body;
        };
        for (name, value) in shown {
            if !kept.contains_key(name) {
                self.links
                    .relocate(value, &resource_path.template, &resource_path.values);
                kept.insert(name.clone(), value.clone());
            }
        }
        body
    }
}
