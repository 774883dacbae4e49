//! Members of a schema as a tree that unfolds: one level, and what is written inside of it. What has a
//! page of its own is a link, so that no tree is endless.

use maud::{Markup, html};
use openapi_document::model::{Additional, Schema, SchemaId};

use crate::shape::{Choice, Member, Shape};
use crate::view::View;
use crate::{facts, kind, markdown, origin};

/// How deep schemas that are written inside of each other unfold.
const DEEPEST: usize = 12;

/// The members of a schema, and what else its values are made of. Anchors begin with `prefix`.
pub(crate) fn tree(view: &View<'_>, id: SchemaId, prefix: &str) -> Markup {
    unfolded(view, id, prefix, 0)
}

fn unfolded(view: &View<'_>, id: SchemaId, prefix: &str, depth: usize) -> Markup {
    let shape = Shape::of(&view.api.model.schemas, id);
    html! {
        @if !shape.members.is_empty() {
            ul.members {
                @for (name, member) in &shape.members { (self::member(view, name, member, prefix, depth)) }
            }
        }
        (additional(view, &shape, prefix, depth))
        @for choice in &shape.choices { (self::choice(view, choice, prefix, depth)) }
        @if let Some(items) = shape.items { (self::items(view, items, prefix, depth)) }
    }
}

fn member(view: &View<'_>, name: &str, member: &Member, prefix: &str, depth: usize) -> Markup {
    let schema = &view.api.model.schemas[member.schema];
    let anchor = view.member_anchor(prefix, name);
    html! {
        li.member id=(anchor) {
            p.signature {
                a.anchor href=(format!("#{anchor}")) { code.name { (name) } }
                " " span.kind { (kind::kind(view, member.schema)) }
                (marks(schema, member.required))
                @if let Some(from) = member.from.and_then(|from| view.schema_link(from)) {
                    " " span.from { "from " (from) }
                }
            }
            (details(view, member.schema, true))
            (nested(view, member.schema, &anchor, depth))
        }
    }
}

/// What stands behind the kind of a value, on the same line.
pub(crate) fn marks(schema: &Schema, required: bool) -> Markup {
    html! {
        @if required { " " span.badge.required { "required" } }
        @if schema.read_only { " " span.badge { "only in responses" } }
        @if schema.write_only { " " span.badge { "only in requests" } }
        @if schema.deprecation.is_some() { " " span.badge.deprecated { "deprecated" } }
    }
}

/// Description, facts and provenance of a value; where it has no description, `excerpt` asks for the beginning
/// of that of the schema that it refers to.
pub(crate) fn details(view: &View<'_>, id: SchemaId, excerpt: bool) -> Markup {
    let schema = &view.api.model.schemas[id];
    let target = view
        .api
        .model
        .schemas
        .resolve(id)
        .map(|id| &view.api.model.schemas[id]);
    let excerpt = target.filter(|_| excerpt && schema.description.is_none());
    let excerpt = excerpt.and_then(|target| target.description.as_deref());
    html! {
        @if let Some(description) = &schema.description {
            div.prose { (markdown::blocks(description)) }
        } @else if let Some(excerpt) = excerpt {
            p.excerpt { (markdown::plain(excerpt, 160)) }
        }
        @if let Some(deprecation) = &schema.deprecation { (origin::deprecation(deprecation)) }
        (facts::facts(schema))
        @if let Some(target) = target.filter(|_| schema.target.is_some()) {
            @if target.values.len() <= 12 { (short_values(target)) }
        }
        (origin::line(&schema.origin))
    }
}

/// The values of an enum that is described elsewhere.
fn short_values(schema: &Schema) -> Markup {
    html! {
        @if !schema.values.is_empty() {
            p.short-values {
                @for (index, value) in schema.values.iter().enumerate() {
                    @if index > 0 { ", " }
                    code { (facts::inline_json(value)) }
                }
            }
        }
    }
}

/// What is written inside of a value, folded.
fn nested(view: &View<'_>, id: SchemaId, anchor: &str, depth: usize) -> Markup {
    let Some(inner) = written_inside(view, id) else {
        return html! {};
    };
    let shape = Shape::of(&view.api.model.schemas, inner);
    if shape.is_plain() && inner == id || depth >= DEEPEST {
        return html! {};
    }
    html! {
        @if !shape.is_plain() {
            details {
                summary { (inner_title(&shape)) }
                (unfolded(view, inner, anchor, depth + 1))
            }
        }
    }
}

fn inner_title(shape: &Shape<'_>) -> String {
    match shape.members.len() {
        0 => "Choices".to_owned(),
        1 => "1 member".to_owned(),
        members => format!("{members} members"),
    }
}

/// The schema whose members a value shows: itself, or its items or values, as long as it is written there
/// and has no page.
fn written_inside(view: &View<'_>, id: SchemaId) -> Option<SchemaId> {
    let schemas = &view.api.model.schemas;
    let mut id = id;
    for _ in 0..DEEPEST {
        let schema = &schemas[id];
        if schema.component().is_some() || schema.target.is_some() {
            return None;
        }
        let is_wrapper =
            schema.properties.is_empty() && schema.one_of.is_empty() && schema.any_of.is_empty();
        if let ([only], true) = (schema.all_of.as_slice(), is_wrapper) {
            id = *only;
            continue;
        }
        if !schema.properties.is_empty() || !schema.all_of.is_empty() {
            return Some(id);
        }
        let values = match schema.additional {
            Additional::Schema(values) => Some(values),
            Additional::Unsaid | Additional::Any | Additional::Never => None,
        };
        match schema.items.or(values) {
            Some(inner) => id = inner,
            None => return Some(id),
        }
    }
    None
}

fn additional(view: &View<'_>, shape: &Shape<'_>, prefix: &str, depth: usize) -> Markup {
    match shape.additional {
        Additional::Unsaid => html! {},
        Additional::Any => html! { p.additional { "Other members may be there, with any value." } },
        Additional::Never => html! {
            @if !shape.members.is_empty() { p.additional { "No other members are allowed." } }
        },
        Additional::Schema(values) => {
            let word = if shape.members.is_empty() {
                "Members"
            } else {
                "Other members"
            };
            html! {
                div.additional {
                    p { (word) " have any name, and values of " (kind::kind(view, values)) "." }
                    (details(view, values, true))
                    (nested(view, values, prefix, depth))
                }
            }
        }
    }
}

fn items(view: &View<'_>, items: SchemaId, prefix: &str, depth: usize) -> Markup {
    html! {
        div.items {
            p { "Each item is " (kind::kind(view, items)) "." }
            (details(view, items, true))
            (nested(view, items, prefix, depth))
        }
    }
}

fn choice(view: &View<'_>, choice: &Choice<'_>, prefix: &str, depth: usize) -> Markup {
    html! {
        div.choice {
            p {
                @if choice.is_exclusive { "One of:" } @else { "One or several of:" }
                @if let Some(discriminator) = choice.discriminator {
                    " the member " code { (discriminator.property) } " tells which."
                }
            }
            ul {
                @for branch in choice.branches {
                    li {
                        span.kind { (kind::kind(view, *branch)) }
                        @for value in said_by(view, choice, *branch) {
                            " " span.badge { "if " code { (value) } }
                        }
                        (details(view, *branch, true))
                        (nested(view, *branch, prefix, depth))
                    }
                }
            }
        }
    }
}

/// The values of the discriminator that stand for a branch.
fn said_by<'a>(view: &View<'_>, choice: &Choice<'a>, branch: SchemaId) -> Vec<&'a str> {
    let schemas = &view.api.model.schemas;
    let branch = schemas.resolve(branch);
    let mapping = choice
        .discriminator
        .into_iter()
        .flat_map(|discriminator| &discriminator.mapping);
    let values = mapping.filter(|(_, id)| schemas.resolve(**id) == branch);
    values.map(|(value, _)| value.as_str()).collect()
}

/// What is written inside of a value that has no page, folded.
pub(crate) fn inside(view: &View<'_>, id: SchemaId, anchor: &str) -> Markup {
    nested(view, id, anchor, 0)
}
