//! A schema, and the list of all.

use maud::{Markup, html};
use openapi_document::model::{Direction, SchemaId};

use crate::api::Api;
use crate::layout::Page;
use crate::pages::{Pages, above};
use crate::search::Entry;
use crate::view::View;
use crate::{content, facts, kind, markdown, origin, tree};

/// More users than these are folded.
const MOST_USERS_SHOWN: usize = 8;

pub(super) fn add_all(api: &Api, pages: &mut Pages) {
    if api.model.schemas.components().next().is_some() {
        pages.add(&list(api));
    }
    for (name, id) in api.model.schemas.components() {
        if let Some(path) = api.schema_path(id) {
            add(api, name, id, path, pages);
        }
    }
}

fn list(api: &Api) -> Page<'_> {
    let view = View::new(api, "../../");
    let body = html! {
        h1 { "Schemas" }
        ul.schemas {
            @for (_, id) in api.model.schemas.components() {
                @let schema = &api.model.schemas[id];
                li {
                    @if let Some(link) = view.schema_link(id) { (link) }
                    " " (origin::badge(&schema.origin))
                    @if let Some(description) = &schema.description {
                        p.excerpt { (markdown::plain(description, 140)) }
                    }
                }
            }
        }
    };
    Page {
        title: "Schemas".to_owned(),
        description: format!("All schemas of {}.", api.title()),
        root: "../../",
        above: above(api),
        api: Some(api),
        tag: None,
        path: api.path("schemas/index.html"),
        body,
    }
}

fn add(api: &Api, name: &str, id: SchemaId, path: String, pages: &mut Pages) {
    let view = View::new(api, "../../");
    let schema = &api.model.schemas[id];
    let description = schema.description.as_deref();
    let body = html! {
        h1 { (name) }
        p.signature {
            span.kind { (kind::own_kind(&view, id)) }
            @if let Some(way) = way(schema.direction) { " " span.badge { (way) } }
        }
        @if let Some(title) = schema.title.as_deref().filter(|title| *title != name) { p { (title) } }
        @if let Some(deprecation) = &schema.deprecation { (origin::deprecation(deprecation)) }
        (origin::line(&schema.origin))
        @if let Some(description) = description { div.prose { (markdown::blocks(description)) } }
        (facts::facts(schema))
        @if let Some(docs) = &schema.external_docs {
            p { (origin::address(&docs.url, docs.description.as_deref().unwrap_or(&docs.url))) }
        }
        (members(&view, id))
        (examples(&schema.examples))
        (used_by(&view, id))
    };
    let summary = description.map_or_else(String::new, |text| markdown::plain(text, 155));
    pages.entries.push(Entry::new(
        "schema",
        name,
        markdown::plain(description.unwrap_or(""), 100),
        path.clone(),
    ));
    for (member, anchor) in view.into_members() {
        pages.entries.push(Entry::new(
            "member",
            &member,
            name.to_owned(),
            format!("{path}#{anchor}"),
        ));
    }
    let mut above = above(api);
    above.push(("Schemas".to_owned(), api.path("schemas/index.html")));
    pages.add(&Page {
        title: name.to_owned(),
        description: summary,
        root: "../../",
        above,
        api: Some(api),
        tag: None,
        path,
        body,
    });
}

fn members(view: &View<'_>, id: SchemaId) -> Markup {
    let schemas = &view.api.model.schemas;
    if schemas[id].target.is_some() {
        return html! { p { "Another name of " (kind::own_kind(view, id)) "." } };
    }
    let tree = tree::tree(view, id, "member");
    html! {
        @if !tree.0.is_empty() {
            h2 { "Members" }
            (tree)
        }
    }
}

fn way(direction: Direction) -> Option<&'static str> {
    match (direction.sent, direction.received) {
        (true, true) => None,
        (true, false) => Some("in requests"),
        (false, true) => Some("in responses"),
        (false, false) => Some("not used"),
    }
}

fn examples(examples: &[serde_json::Value]) -> Markup {
    let blocks = examples
        .iter()
        .filter(|example| example.is_object() || example.is_array());
    html! {
        @for example in blocks {
            details.example { summary { "Example" } pre tabindex="0" { (content::code(&format!("{example:#}"))) } }
        }
    }
}

fn used_by(view: &View<'_>, id: SchemaId) -> Markup {
    let usage = &view.api.usage;
    let operations: Vec<Markup> = usage
        .operations(id)
        .map(|index| view.operation_link(index))
        .collect();
    let schemas: Vec<Markup> = usage
        .schemas(id)
        .filter_map(|user| view.schema_link(user))
        .collect();
    let names: Vec<(usize, &str)> = view
        .api
        .events()
        .map(|(index, name, _)| (index, name))
        .collect();
    let events: Vec<Markup> = usage
        .events(id)
        .filter_map(|event| names.get(event))
        .map(|(index, name)| html! { a href=(view.href(&view.api.event_path(*index))) { code { (name) } } })
        .collect();
    html! {
        @if !(operations.is_empty() && schemas.is_empty() && events.is_empty()) {
            h2 { "Used by" }
            (users("operations", &operations))
            (users("schemas", &schemas))
            (users("events", &events))
        }
    }
}

fn users(noun: &str, users: &[Markup]) -> Markup {
    let list = html! { ul.users { @for user in users { li { (user) } } } };
    html! {
        @if users.len() > MOST_USERS_SHOWN {
            details { summary { (users.len()) " " (noun) } (list) }
        } @else if !users.is_empty() { (list) }
    }
}
