//! Who says something, in words.

use maud::{Markup, html};
use openapi_document::model::{Deprecation, Origin, Provenance};

use crate::markdown;

/// Provenance as a line; nothing where a statement has none of its own.
pub(crate) fn line(origin: &Origin) -> Markup {
    let (class, word) = match origin.provenance {
        Some(Provenance::Documented) => ("documented", "Documented by the vendor"),
        Some(Provenance::Inferred) => ("inferred", "Inferred"),
        None => return html! {},
    };
    html! {
        p.origin.(class) {
            strong { (word) }
            @if let Some(basis) = &origin.basis { ": " (basis.trim().trim_end_matches('.')) }
            @if !origin.sources.is_empty() {
                @if origin.provenance == Some(Provenance::Inferred) { "; started from " } @else { ": " }
                @for (index, source) in origin.sources.iter().enumerate() {
                    @if index > 0 { ", " }
                    (address(source, source))
                }
            }
            "."
        }
    }
}

/// A badge for a part of something whose provenance is told elsewhere.
pub(crate) fn badge(origin: &Origin) -> Markup {
    html! {
        @if origin.provenance == Some(Provenance::Inferred) { span.badge.inferred { "inferred" } " " }
    }
}

/// A link where the address is one of the web, and else the text alone.
pub(crate) fn address(address: &str, text: &str) -> Markup {
    html! {
        @if let Some(url) = markdown::web_address(address) {
            a href=(url) rel="noopener noreferrer" { (text) }
        } @else { (text) }
    }
}

/// That something should not be used any more, and what to do.
pub(crate) fn deprecation(deprecation: &Deprecation) -> Markup {
    html! {
        div.deprecated-note {
            p {
                strong { "Deprecated" }
                @if let Some(since) = &deprecation.since { " since " (since) }
                @if let Some(sunset) = &deprecation.sunset { ", gone after " (sunset) }
                "."
                @if let Some(replacement) = &deprecation.replacement { " Use " code { (replacement) } " instead." }
            }
            @if let Some(reason) = &deprecation.reason { (markdown::blocks(reason)) }
        }
    }
}
