//! What values are, in a few words: `array of Meeting or null`.

use maud::{Markup, html};
use openapi_document::model::{Additional, Schema, SchemaId, Type};

use crate::view::View;

/// How many levels of arrays, maps and choices a line may name.
const DEEPEST: usize = 4;
/// How many branches of a choice a line names.
const MOST_BRANCHES: usize = 4;

/// The kind of the values of a schema. One that has a page is a link to it.
pub(crate) fn kind(view: &View<'_>, id: SchemaId) -> Markup {
    at(view, id, 0)
}

/// The kind of a schema on its own page, where a link would lead nowhere else.
pub(crate) fn own_kind(view: &View<'_>, id: SchemaId) -> Markup {
    let schema = &view.api.model.schemas[id];
    match schema.target {
        Some(target) => at(view, target, 1),
        None => structure(view, schema, 0),
    }
}

fn at(view: &View<'_>, id: SchemaId, depth: usize) -> Markup {
    if let Some(link) = view.schema_link(id) {
        return link;
    }
    let schema = &view.api.model.schemas[id];
    if depth > DEEPEST {
        return html! { "value" };
    }
    match schema.target {
        Some(target) => at(view, target, depth + 1),
        None => structure(view, schema, depth),
    }
}

fn structure(view: &View<'_>, schema: &Schema, depth: usize) -> Markup {
    let inner = words(view, schema, depth);
    html! {
        (inner)
        @if schema.is_nullable() { " or null" }
    }
}

fn words(view: &View<'_>, schema: &Schema, depth: usize) -> Markup {
    let choices = if schema.one_of.is_empty() {
        &schema.any_of
    } else {
        &schema.one_of
    };
    if let ([only], true) = (schema.all_of.as_slice(), schema.properties.is_empty()) {
        return at(view, *only, depth + 1);
    }
    match schema.types.only() {
        Some(Type::Array) => html! {
            "array"
            @if let Some(items) = schema.items { " of " (at(view, items, depth + 1)) }
        },
        Some(Type::Object) | None if !schema.properties.is_empty() => html! { "object" },
        _ if !choices.is_empty() => branches(view, choices, depth),
        Some(Type::Object) => map(view, schema, depth),
        Some(scalar) => scalar_words(schema, scalar),
        None if !schema.all_of.is_empty() => all(view, &schema.all_of, depth),
        None if schema.types.is_any() => {
            html! { @if schema.values.is_empty() { "any value" } @else { "enum" } }
        }
        None => {
            let names: Vec<_> = schema
                .types
                .iter()
                .filter(|kind| *kind != Type::Null)
                .collect();
            let names: Vec<&str> = names.into_iter().map(Type::as_str).collect();
            html! { (names.join(" or ")) }
        }
    }
}

fn scalar_words(schema: &Schema, scalar: Type) -> Markup {
    html! {
        (scalar.as_str())
        @if let Some(format) = &schema.format { " (" (format) ")" }
        @if !schema.values.is_empty() { " enum" }
    }
}

fn map(view: &View<'_>, schema: &Schema, depth: usize) -> Markup {
    match schema.additional {
        Additional::Schema(values) => html! { "map of " (at(view, values, depth + 1)) },
        _ if !schema.all_of.is_empty() => all(view, &schema.all_of, depth),
        _ => html! { "object" },
    }
}

fn all(view: &View<'_>, parts: &[SchemaId], depth: usize) -> Markup {
    let named: Vec<Markup> = parts
        .iter()
        .filter_map(|part| {
            let target = view.api.model.schemas[*part].target?;
            Some(at(view, target, depth + 1))
        })
        .collect();
    html! {
        @if named.is_empty() { "object" }
        @for (index, part) in named.iter().enumerate() { @if index > 0 { " and " } (part) }
        @if !named.is_empty() && named.len() < parts.len() { " and more" }
    }
}

fn branches(view: &View<'_>, branches: &[SchemaId], depth: usize) -> Markup {
    if branches.len() > MOST_BRANCHES {
        return html! { "one of " (branches.len()) " kinds" };
    }
    html! {
        @for (index, branch) in branches.iter().enumerate() {
            @if index > 0 { " or " }
            (at(view, *branch, depth + 1))
        }
    }
}
