//! What makes a call safe to retry, and what limits calls, in words.

use std::collections::BTreeSet;

use maud::{Markup, html};
use openapi_document::model::{Method, Operation, RateLimit, Retry, RetryStatuses};

use crate::api::Api;

/// Statuses after which a retry makes sense, where a document says nothing.
const USUAL_STATUSES: [u16; 6] = [408, 429, 500, 502, 503, 504];

pub(crate) fn words(api: &Api, operation: &Operation) -> Markup {
    let statuses = operation
        .retry_statuses
        .as_ref()
        .or(api.model.retry_statuses.as_ref());
    html! {
        p { (safety(operation)) }
        (after(statuses, operation))
        @if let Some(limit) = api.model.rate_limit(operation) { p { (rate(limit)) } }
        @if !operation.serialize_by.is_empty() {
            p {
                "Send writes one after another that have the same "
                @for (index, name) in operation.serialize_by.iter().enumerate() {
                    @if index > 0 { ", " }
                    code { (name) }
                }
                "."
            }
        }
        (pages(operation))
        @if let Some(follow) = &operation.follow {
            p {
                "The response may lead to another resource: its id stands at " code { (follow.member) }
                ", for the parameter " code { (follow.parameter) } "."
            }
        }
    }
}

fn safety(operation: &Operation) -> Markup {
    let method = operation.method;
    html! {
        @if operation.retry == Some(Retry::Never) {
            strong { "Never retry it." } " A second request may do harm."
        } @else if let Some(header) = &operation.idempotency_key {
            strong { "Safe to retry" } " with the same value of " code { (header) } ": it is carried out once."
        } @else if operation.retry == Some(Retry::Always) {
            strong { "Safe to retry." } " A second request does no harm."
        } @else if matches!(method, Method::Get | Method::Head | Method::Options | Method::Trace) {
            strong { "Safe to retry." } " It changes nothing."
        } @else if is_safe(operation) {
            strong { "Safe to retry." } " Twice has the same effect as once."
        } @else {
            strong { "Not safe to retry." } " A second request may be carried out as well."
        }
    }
}

/// The statuses after which this operation may be retried.
fn after(statuses: Option<&RetryStatuses>, operation: &Operation) -> Markup {
    let usual = RetryStatuses {
        idempotent: USUAL_STATUSES.to_vec(),
        ..RetryStatuses::default()
    };
    let statuses = statuses.unwrap_or(&usual);
    let is_read = matches!(operation.method, Method::Get | Method::Head);
    let mut after: BTreeSet<&u16> = BTreeSet::new();
    if operation.retry != Some(Retry::Never) {
        after.extend(&statuses.any);
    }
    if is_safe(operation) {
        after.extend(&statuses.idempotent);
        after.extend(statuses.safe.iter().filter(|_| is_read));
    }
    html! {
        @if !after.is_empty() {
            p {
                "A retry makes sense after "
                @for (index, status) in after.iter().enumerate() { @if index > 0 { ", " } (status) }
                @if !is_safe(operation) { ": the server did not carry it out then" }
                "."
            }
        }
    }
}

/// Whether a second request does no harm.
fn is_safe(operation: &Operation) -> bool {
    match operation.retry {
        Some(Retry::Never) => false,
        Some(Retry::Always) => true,
        None => {
            operation.idempotency_key.is_some()
                || !matches!(operation.method, Method::Post | Method::Patch)
        }
    }
}

/// A rate limit as a sentence.
pub(crate) fn rate(limit: &RateLimit) -> Markup {
    html! {
        "At most " (limit.requests) " requests in " (seconds(limit.window)) " per " (limit.per)
        ", counted with all of " code { (limit.path_prefix) } " (" (limit.name) ")."
    }
}

fn seconds(seconds: u64) -> String {
    match seconds {
        1 => "a second".to_owned(),
        60 => "a minute".to_owned(),
        3600 => "an hour".to_owned(),
        86400 => "a day".to_owned(),
        seconds if seconds % 3600 == 0 => format!("{} hours", seconds / 3600),
        seconds if seconds % 60 == 0 => format!("{} minutes", seconds / 60),
        seconds => format!("{seconds} seconds"),
    }
}

fn pages(operation: &Operation) -> Markup {
    let Some(pagination) = &operation.pagination else {
        return html! {};
    };
    html! {
        p {
            "The list comes in pages, by " (pagination.style) ": "
            @for (index, (role, name)) in pagination.parameters.iter().enumerate() {
                @if index > 0 { ", " }
                (role) " is the parameter " code { (name) }
            }
            @if !pagination.parameters.is_empty() && !pagination.members.is_empty() { "; " }
            @for (index, (role, member)) in pagination.members.iter().enumerate() {
                @if index > 0 { ", " }
                @if member.is_empty() { (role) " are the response itself" }
                @else { (role) " at " code { (member) } }
            }
            "."
        }
    }
}

#[cfg(test)]
mod tests {
    use openapi_document::model::Model;
    use serde_json::json;

    use super::*;

    #[test]
    fn statuses_are_those_that_count_for_the_operation() {
        let model = Model::of(&json!({
            "openapi": "3.0.3",
            "x-retry-statuses": {"any": [429], "idempotent": [502], "safe": [500]},
            "paths": {"/a": {
                "get": {}, "put": {}, "post": {}, "patch": {"x-retry": "never"},
                "delete": {"x-retry-statuses": [409]},
            }},
        }));
        let said = model.operations.iter().map(|operation| {
            let statuses = operation
                .retry_statuses
                .as_ref()
                .or(model.retry_statuses.as_ref());
            let said = after(statuses, operation).0;
            let numbers = said
                .split(|c: char| !c.is_ascii_digit())
                .filter(|text| !text.is_empty());
            (
                operation.method.key(),
                numbers.collect::<Vec<_>>().join(" "),
            )
        });
        let mut said: Vec<_> = said.collect();
        said.sort_unstable();
        let expected = [
            ("delete", "409"),
            ("get", "429 500 502"),
            ("patch", ""),
            ("post", "429"),
            ("put", "429 502"),
        ];
        assert_eq!(
            said,
            expected.map(|(method, text)| (method, text.to_owned()))
        );
    }
}
