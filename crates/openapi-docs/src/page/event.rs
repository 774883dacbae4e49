//! An event that an API sends, and how events are delivered.

use maud::{Markup, html};
use openapi_document::model::{Envelope, Event};
use serde::Serialize;
use serde_json::Value;

use crate::api::Api;
use crate::layout::Page;
use crate::pages::{Pages, above};
use crate::search::Entry;
use crate::view::View;
use crate::{content, kind, markdown, origin, sample, tree};

pub(super) fn add_all(api: &Api, pages: &mut Pages) {
    if api.events().next().is_some() {
        pages.add(&list(api));
    }
    for (index, name, event) in api.events() {
        let summary = event.summary.clone().unwrap_or_default();
        pages
            .entries
            .push(Entry::new("event", name, summary, api.event_path(index)));
        pages.add(&page(api, index, name, event));
    }
}

fn list(api: &Api) -> Page<'_> {
    let view = View::new(api, "../../");
    let body = html! {
        h1 { "Events" }
        (delivery(api))
        h2 { "All events" }
        ul.events {
            @for (index, name, event) in api.events() {
                li {
                    a href=(view.href(&api.event_path(index))) { code { (name) } }
                    " " (origin::badge(&event.origin))
                    @if let Some(summary) = &event.summary { p.excerpt { (summary) } }
                }
            }
        }
    };
    Page {
        title: "Events".to_owned(),
        description: format!(
            "Events that {} sends, and how their origin is proven.",
            api.title()
        ),
        root: "../../",
        above: above(api),
        api: Some(api),
        tag: None,
        path: api.path("events/index.html"),
        body,
    }
}

/// Envelope and signatures, in the words of the document.
pub(super) fn delivery(api: &Api) -> Markup {
    let Some(delivery) = &api.model.events else {
        return html! {};
    };
    html! {
        @if delivery.envelope != Envelope::default() {
            h2 { "Where a delivery says what it is" }
            (statements(&delivery.envelope))
        }
        @if let Some(signature) = &delivery.signature {
            h2 { "Signature" }
            p { "It proves that a delivery comes from the API. Check it before the body is read." }
            (statements(signature))
        }
        @for (name, signature) in &delivery.signature_alternatives {
            h3 { "Alternative: " (name) }
            (statements(signature))
        }
    }
}

/// What an extension says, as names and values.
pub(super) fn statements(said: &impl Serialize) -> Markup {
    let said = serde_json::to_value(said).unwrap_or_default();
    let members = said.as_object().into_iter().flatten();
    let members = members.filter(|(_, value)| !value.is_null());
    html! {
        dl.table {
            @for (name, value) in members {
                dt { (spaced(name)) }
                dd {
                    @match value {
                        Value::Object(inner) => {
                            @for (index, (key, value)) in inner.iter().enumerate() {
                                @if index > 0 { ", " }
                                (spaced(key)) " " code { (text(value)) }
                            }
                        }
                        value => { code { (text(value)) } }
                    }
                }
            }
        }
    }
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// `timestampHeader` as `timestamp header`.
fn spaced(name: &str) -> String {
    let mut spaced = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            spaced.push(' ');
        }
        spaced.push(c.to_ascii_lowercase());
    }
    spaced
}

fn page<'a>(api: &'a Api, index: usize, name: &str, event: &Event) -> Page<'a> {
    let view = View::new(api, "../../");
    let body = html! {
        h1 { code { (name) } }
        @if let Some(summary) = &event.summary { p.lead { (summary) } }
        (origin::line(&event.origin))
        @if let Some(description) = &event.description { div.prose { (markdown::blocks(description)) } }
        p { "How it is delivered and signed: " a href=(view.href(&api.path("events/index.html"))) { "Events" } "." }
        @if let Some(payload) = event.payload {
            h2 { "Payload" }
            p.signature { span.kind { (kind::kind(&view, payload)) } }
            (tree::tree(&view, payload, "payload"))
            @if let Some(example) = sample::body(&api.model.schemas, &[], Some(payload)) {
                h2 { "Example" }
                pre tabindex="0" { (content::code(&content::written(&example, "application/json"))) }
            }
        }
    };
    let mut above = above(api);
    above.push(("Events".to_owned(), api.path("events/index.html")));
    Page {
        title: name.to_owned(),
        description: event.summary.clone().unwrap_or_default(),
        root: "../../",
        above,
        api: Some(api),
        tag: None,
        path: api.event_path(index),
        body,
    }
}
