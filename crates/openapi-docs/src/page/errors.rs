//! All error codes of an API.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};
use openapi_document::model::StatusKey;

use crate::api::Api;
use crate::error_codes::ErrorCode;
use crate::layout::Page;
use crate::markdown;
use crate::pages::{Pages, above, count};
use crate::search::Entry;
use crate::view::View;

pub(super) fn add_all(api: &Api, pages: &mut Pages) {
    if api.codes.codes.is_empty() {
        return;
    }
    pages.add(&list(api));
    for (text, code) in &api.codes.codes {
        let meaning = code.meanings.first().map_or("", String::as_str);
        pages.entries.push(Entry::new(
            "code",
            text,
            markdown::plain(meaning, 100),
            api.code_path(code),
        ));
        pages.add(&page(api, text, code));
    }
}

fn list(api: &Api) -> Page<'_> {
    let view = View::new(api, "../../");
    let body = html! {
        h1 { "Error codes" }
        p { "Programs tell errors apart by these codes. Others may come: treat them by their status." }
        (places(api))
        dl.codes {
            @for (text, code) in &api.codes.codes { (entry(&view, text, code)) }
        }
    };
    Page {
        title: "Error codes".to_owned(),
        description: format!(
            "All error codes of {}, what they mean and which operations give them.",
            api.title()
        ),
        root: "../../",
        above: above(api),
        api: Some(api),
        tag: None,
        path: api.path("errors/index.html"),
        body,
    }
}

fn entry(view: &View<'_>, text: &str, code: &ErrorCode) -> Markup {
    let statuses: BTreeSet<StatusKey> = code.operations.iter().map(|(_, status)| *status).collect();
    html! {
        dt {
            a href=(view.href(&view.api.code_path(code))) { code { (text) } }
            @if code.inferred { " " span.badge.inferred { "inferred" } }
            @for status in statuses { " " span.status { (status) } }
        }
        dd {
            @if let Some(meaning) = code.meanings.first() { div.prose { (markdown::blocks(meaning)) } }
            @if !code.is_general { p.counts { (count(by_operation(code).len(), "operation")) } }
        }
    }
}

/// A code, and the operations that give it.
fn page<'a>(api: &'a Api, text: &str, code: &ErrorCode) -> Page<'a> {
    let view = View::new(api, "../../");
    let body = html! {
        h1 { code { (text) } }
        @if code.inferred { p { span.badge.inferred { "inferred" } " The vendor does not document this code." } }
        @for meaning in &code.meanings { div.prose { (markdown::blocks(meaning)) } }
        @if code.is_general { p { "Any operation may fail with it." } }
        @if !code.operations.is_empty() { h2 { "Operations that say so" } }
        ul.users {
            @for (operation, statuses) in by_operation(code) {
                li {
                    @for status in statuses { span.status { (status) } " " }
                    (view.operation_link(operation))
                }
            }
        }
    };
    let mut above = above(api);
    above.push(("Error codes".to_owned(), api.path("errors/index.html")));
    Page {
        title: text.to_owned(),
        description: code
            .meanings
            .first()
            .map_or_else(String::new, |text| markdown::plain(text, 155)),
        root: "../../",
        above,
        api: Some(api),
        tag: None,
        path: api.code_path(code),
        body,
    }
}

/// The statuses with which operations give a code.
fn by_operation(code: &ErrorCode) -> BTreeMap<usize, Vec<StatusKey>> {
    let mut by_operation: BTreeMap<usize, Vec<StatusKey>> = BTreeMap::new();
    for (operation, status) in &code.operations {
        by_operation.entry(*operation).or_default().push(*status);
    }
    by_operation
}

/// Where an error body holds what.
pub(super) fn places(api: &Api) -> Markup {
    let members = &api.model.error_members;
    let places = [
        ("Code", &members.code),
        ("Message", &members.message),
        ("Request id", &members.request_id),
        ("Seconds until a retry", &members.retry_after),
    ];
    let said: Vec<_> = places
        .into_iter()
        .filter(|(_, pointers)| !pointers.is_empty())
        .collect();
    html! {
        @if !said.is_empty() {
            p { "Where an error body holds them; the first that is there counts:" }
            dl.table {
                @for (name, pointers) in said {
                    dt { (name) }
                    dd {
                        @for (index, pointer) in pointers.iter().enumerate() {
                            @if index > 0 { ", then " }
                            code { (pointer) }
                        }
                    }
                }
            }
        }
    }
}
