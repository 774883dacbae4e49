//! Bodies, examples and headers.

use maud::{Markup, PreEscaped, html};
use openapi_document::model::{Encoding, Example, Header, MediaType, SchemaId};
use serde_json::Value;

use crate::view::View;
use crate::{facts, kind, markdown, origin, tree};

/// The media types of a body. Anchors begin with `prefix`; where there is none, a body that has a page of
/// its own is a link: errors are the same for most operations.
pub(crate) fn media_types(view: &View<'_>, content: &[MediaType], prefix: Option<&str>) -> Markup {
    html! {
        @for media_type in content {
            section.media-type {
                p.media-name {
                    code { (media_type.name) }
                    @if let Some(schema) = media_type.schema { " " span.kind { (kind::kind(view, schema)) } }
                }
                @if let Some(schema) = media_type.schema { (body(view, schema, prefix)) }
                (encodings(view, media_type))
                (examples(&media_type.examples, &media_type.name))
            }
        }
    }
}

/// The members of a body: those of the schema that it names, or of the items that it lists.
fn body(view: &View<'_>, id: SchemaId, prefix: Option<&str>) -> Markup {
    let schemas = &view.api.model.schemas;
    let Some(own) = schemas.resolve(id) else {
        return html! {};
    };
    let schema = &schemas[own];
    if prefix.is_none() && schema.component().is_some() {
        return html! {};
    }
    let prefix = prefix.unwrap_or("error");
    match schema.items {
        Some(items) if schema.component().is_none() => html! {
            (described(view, own))
            p { "Each item:" }
            (tree::tree(view, items, prefix))
        },
        _ => html! {
            (described(view, own))
            (tree::tree(view, own, prefix))
        },
    }
}

fn described(view: &View<'_>, id: SchemaId) -> Markup {
    let schema = &view.api.model.schemas[id];
    html! {
        @if let Some(description) = &schema.description { div.prose { (markdown::blocks(description)) } }
        (facts::facts(schema))
    }
}

/// How the fields of a form are written.
fn encodings(view: &View<'_>, media_type: &MediaType) -> Markup {
    html! {
        @if !media_type.encoding.is_empty() {
            p { "How fields are written:" }
            ul {
                @for (name, encoding) in &media_type.encoding {
                    li { code { (name) } (encoding_words(encoding)) (headers(view, encoding.headers.iter().map(|(name, header)| (name.as_str(), &**header)))) }
                }
            }
        }
    }
}

fn encoding_words(encoding: &Encoding) -> Markup {
    html! {
        @if let Some(content_type) = &encoding.content_type { ": as " code { (content_type) } }
        @if let Some(style) = encoding.style { ", style " code { (style) } }
        @if let Some(explode) = encoding.explode {
            @if explode { ", each item a field of its own" } @else { ", all items in one field" }
        }
        @if encoding.allow_reserved { ", reserved characters as they are" }
    }
}

/// Headers of a response or a part of a form.
pub(crate) fn headers<'h>(
    view: &View<'_>,
    headers: impl Iterator<Item = (&'h str, &'h Header)>,
) -> Markup {
    let headers: Vec<_> = headers.collect();
    html! {
        @if !headers.is_empty() {
            p.label { "Headers" }
            ul.members {
                @for (name, header) in headers { (self::header(view, name, header)) }
            }
        }
    }
}

fn header(view: &View<'_>, name: &str, header: &Header) -> Markup {
    html! {
        li.member {
            p.signature {
                code.name { (name) }
                @if let Some(schema) = header.schema { " " span.kind { (kind::kind(view, schema)) } }
                @if header.required { " " span.badge.required { "always there" } }
            }
            @if let Some(description) = &header.description { div.prose { (markdown::blocks(description)) } }
            @if let Some(deprecation) = &header.deprecation { (origin::deprecation(deprecation)) }
            @if let Some(schema) = header.schema { (tree::details(view, schema, header.description.is_none())) }
            @if header.tells.is_some() {
                p.flag { "It says that the response is that to an earlier call with the same idempotency key." }
            }
            (short_examples(&header.examples))
            (origin::line(&header.origin))
        }
    }
}

/// Examples of a single value: those that fit stand on one line.
pub(crate) fn short_examples(examples: &[Example]) -> Markup {
    let fits = |example: &&Example| {
        example.description.is_none()
            && example
                .value
                .as_ref()
                .is_some_and(|value| !value.is_array() && !value.is_object())
    };
    if !examples.iter().all(|example| fits(&example)) {
        return self::examples(examples, "application/json");
    }
    html! {
        @if !examples.is_empty() {
            ul.facts {
                @for example in examples {
                    li {
                        "example " code { (written(example.value.as_ref().unwrap_or(&Value::Null), "")) }
                        @if let Some(title) = &example.summary { ": " (title) }
                    }
                }
            }
        }
    }
}

/// Examples, folded unless there is but one.
pub(crate) fn examples(examples: &[Example], media_type: &str) -> Markup {
    html! {
        @for example in examples {
            details.example open[examples.len() == 1] {
                summary { "Example" @if let Some(title) = title(example) { ": " (title) } }
                @if let Some(description) = &example.description {
                    div.prose { (markdown::blocks(description)) }
                }
                @if let Some(value) = &example.value {
                    pre tabindex="0" { (code(&written(value, media_type))) }
                }
                @if let Some(url) = &example.external_value {
                    p { "The value stands at " (origin::address(url, url)) "." }
                }
            }
        }
    }
}

fn title(example: &Example) -> Option<&str> {
    example.summary.as_deref().or(example.name.as_deref())
}

/// A value as it is sent: a text that is no JSON stands as it is.
pub(crate) fn written(value: &Value, media_type: &str) -> String {
    match value {
        Value::String(text) if !is_json(media_type) => text.clone(),
        value => format!("{value:#}"),
    }
}

/// Text of a program or a body. Quotes are no danger between tags, and there are many in JSON.
pub(crate) fn code(text: &str) -> Markup {
    let text = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    PreEscaped(format!("<code>{text}</code>"))
}

/// Whether a media type is JSON, also where it is called otherwise (`application/problem+json`).
pub(crate) fn is_json(media_type: &str) -> bool {
    let essence = media_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    essence == "application/json" || essence.ends_with("+json")
}
