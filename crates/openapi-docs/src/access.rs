//! Who may call an operation, in words.

use maud::{Markup, html};
use openapi_document::model::{Operation, Requirement};

use crate::address::Names;
use crate::api::Api;
use crate::permissions::scopes;
use crate::view::View;

pub(crate) fn words(view: &View<'_>, operation: &Operation) -> Markup {
    let scopes = scopes(operation);
    html! {
        @match operation.security.as_slice() {
            [] => { p { "Anybody: it needs no credentials." } }
            [only] => { p { "It needs " (requirement(view, only, false)) "." } }
            several => {
                p { "It needs one of these:" }
                ul { @for alternative in several { li { (requirement(view, alternative, true)) } } }
            }
        }
        @if !scopes.is_empty() {
            p {
                @if scopes.len() == 1 { "The token needs the scope " } @else { "The token needs all of the scopes " }
                (list(&scopes)) "."
            }
        }
        @if !operation.client_features.is_empty() {
            @let features: Vec<&str> = operation.client_features.iter().map(String::as_str).collect();
            p {
                @if features.len() == 1 { "The API client needs the feature " }
                @else { "The API client needs one of the features " }
                (list(&features)) "."
            }
        }
        @if operation.trusted_only { p { "Only trusted applications may call it." } }
    }
}

fn requirement(view: &View<'_>, requirement: &Requirement, with_scopes: bool) -> Markup {
    let overview = view.href(&view.api.path("index.html"));
    let anchors = scheme_anchors(view.api);
    html! {
        @if requirement.is_empty() { "no credentials" }
        @for (index, (name, scopes)) in requirement.iter().enumerate() {
            @if index > 0 { " and " }
            @match anchors.iter().find(|(known, _)| known == name) {
                Some((_, anchor)) => { a href=(format!("{overview}#{anchor}")) { code { (name) } } }
                None => { code { (name) } }
            }
            @if with_scopes && !scopes.is_empty() {
                @let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
                " with " (list(&scopes))
            }
        }
    }
}

/// The anchors of credentials on the overview.
pub(crate) fn scheme_anchors(api: &Api) -> Vec<(&str, String)> {
    let mut names = Names::default();
    let schemes = api.model.security_schemes.keys();
    schemes
        .map(|name| (name.as_str(), names.anchor(&format!("credential-{name}"))))
        .collect()
}

fn list(names: &[&str]) -> Markup {
    html! { @for (index, name) in names.iter().enumerate() { @if index > 0 { ", " } code { (name) } } }
}
