//! Lists cut down by query parameters.

use openapi_document::model::Pagination;
use serde_json::Value;

use super::bound::{Bound, Said};
use super::shape::{plain_name, scalar};
use crate::api::{Location, Operation};
use crate::call::Call;
use crate::refusal::Refusal;

/// Parameters that search all texts of an item.
const SEARCHES: [&str; 3] = ["search", "q", "query"];

/// What a call asks of the items of a list: a declared parameter that is called as a member wants
/// its value there, one of the usual names for a search wants its text anywhere, one that is called as a
/// bound of a member wants what lies within it. Others are beyond what a document tells.
#[derive(Debug, Default)]
pub(super) struct Filter {
    /// Member names in plain form, and the values of which one is enough.
    equal: Vec<(String, Vec<String>)>,
    /// Texts in lower case.
    contained: Vec<String>,
    bounds: Vec<Bound>,
    /// Parameters that were sent and of which the document does not tell what they want.
    pub(super) ignored: Vec<String>,
}

impl Filter {
    /// # Errors
    ///
    /// A refusal where a bound is not what the members hold that it is for.
    pub(super) fn new(
        call: &Call<'_>,
        rule: Option<&Pagination>,
        members: &[String],
    ) -> Result<Self, Refusal> {
        let pages = rule.into_iter().flat_map(|rule| rule.parameters.values());
        let pages: Vec<&str> = pages.map(String::as_str).collect();
        let sent = call.request.query_pairs();
        let mut filter = Self::default();
        for parameter in &call.operation.parameters {
            let name = parameter.name.as_str();
            if parameter.location != Location::Query || pages.contains(&name) {
                continue;
            }
            let bare = name.trim_end_matches("[]");
            let same = sent.iter().filter(|(other, _)| other == name);
            let values: Vec<String> = same
                .flat_map(|(_, text)| values(call.operation, name, text))
                .filter(|value| !value.is_empty())
                .collect();
            let member = plain_name(bare);
            let Some(value) = values.first() else {
                continue;
            };
            let said = parameter.filter.as_ref().map(Said::of);
            if let Some(said) = said.or_else(|| Said::by_name(name, members)) {
                filter.bounds.push(said.bound(name, value)?);
            } else if members.iter().any(|known| plain_name(known) == member) {
                filter.equal.push((member, values));
            } else if SEARCHES.contains(&bare) {
                filter
                    .contained
                    .extend(values.iter().map(|text| text.to_lowercase()));
            } else {
                filter.ignored.push(name.to_owned());
            }
        }
        Ok(filter)
    }

    pub(super) fn takes(&self, item: &Value) -> bool {
        let equal = |(name, values): &(String, Vec<String>)| {
            let mut members = crate::api::members(item);
            let found = members.find(|(member, _)| plain_name(member) == *name);
            found.is_some_and(|(_, value)| holds(value, values))
        };
        self.equal.iter().all(equal)
            && self.contained.iter().all(|text| mentions(item, text))
            && self.bounds.iter().all(|bound| bound.takes(item))
    }
}

/// The values of a parameter, which may stand in one text, separated by commas.
fn values(operation: &Operation, name: &str, text: &str) -> Vec<String> {
    let mut parameters = operation.parameters.iter();
    let joined = parameters.any(|one| one.name == name && !one.explode);
    if joined {
        text.split(',').map(str::to_owned).collect()
    } else {
        vec![text.to_owned()]
    }
}

fn holds(value: &Value, wanted: &[String]) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| holds(item, wanted)),
        value => scalar(value).is_some_and(|text| wanted.contains(&text)),
    }
}

fn mentions(value: &Value, text: &str) -> bool {
    match value {
        Value::String(held) => held.to_lowercase().contains(text),
        Value::Array(items) => items.iter().any(|item| mentions(item, text)),
        Value::Object(members) => members.values().any(|member| mentions(member, text)),
        _ => false,
    }
}
