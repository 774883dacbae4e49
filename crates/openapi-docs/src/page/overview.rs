//! An API at a glance.

use maud::{Markup, html};
use openapi_document::model::{Flow, SchemeKind, SecurityScheme, WebLink};

use super::{errors, event, operation};
use crate::access::scheme_anchors;
use crate::api::Api;
use crate::layout::Page;
use crate::pages::count;
use crate::view::View;
use crate::{markdown, origin, permissions, retry, servers};

pub(super) fn page(api: &Api) -> Page<'_> {
    let view = View::new(api, "../");
    let info = &api.model.info;
    let description = info.description.as_deref();
    let body = html! {
        h1 { (api.title()) }
        p.version { "Version " (info.version) }
        @if let Some(description) = description { div.prose { (markdown::blocks(description)) } }
        (contacts(api))
        (environments(api))
        (credentials(api))
        (permissions(&view))
        (limits(api))
        (pagination(&view))
        (failures(&view))
        (webhooks(&view))
        (web_links(api))
        (provenance(api))
        (tags(&view))
        @if !api.findings.is_empty() {
            p { a href=(view.href(&api.path("notes.html"))) { (count(api.findings.len(), "note")) " on the document" } }
        }
    };
    Page {
        title: api.title().to_owned(),
        description: description.map_or_else(String::new, |text| markdown::plain(text, 155)),
        root: "../",
        above: Vec::new(),
        api: Some(api),
        tag: None,
        path: api.path("index.html"),
        body,
    }
}

fn contacts(api: &Api) -> Markup {
    let info = &api.model.info;
    html! {
        ul.contacts {
            @if let Some(docs) = &info.external_docs {
                li { (origin::address(&docs.url, docs.description.as_deref().unwrap_or(&docs.url))) }
            }
            @if let Some(contact) = &info.contact {
                @let name = contact.name.as_deref().unwrap_or("Contact");
                li {
                    @match &contact.url { Some(url) => (origin::address(url, name)), None => (name) }
                    @if let Some(email) = &contact.email { ", " (origin::address(&format!("mailto:{email}"), email)) }
                }
            }
            @if let Some(terms) = &info.terms_of_service { li { (origin::address(terms, "Terms of service")) } }
            @if let Some(license) = &info.license {
                li {
                    "Licence: "
                    @match &license.url { Some(url) => (origin::address(url, &license.name)), None => (license.name) }
                }
            }
        }
    }
}

fn environments(api: &Api) -> Markup {
    html! {
        section {
            h2 id="environments" { "Environments" }
            @if api.model.servers.is_empty() { p { "The document names no server." } }
            dl.table.addresses {
                @for server in &api.model.servers {
                    dt { (servers::name(server)) }
                    dd {
                        code.copy { (server.url) }
                        @if let Some(description) = &server.description { div.prose { (markdown::blocks(description)) } }
                        @if !server.variables.is_empty() { (operation::variables(server)) }
                    }
                }
            }
            @if let Some(user_agent) = &api.model.user_agent {
                p { "Every request has a " code { "User-Agent" } " of this form: " code { (user_agent) } }
            }
        }
    }
}

fn credentials(api: &Api) -> Markup {
    let anchors = scheme_anchors(api);
    html! {
        @if !anchors.is_empty() {
            section {
                h2 id="credentials" { "Credentials" }
                @for ((name, anchor), scheme) in anchors.iter().zip(api.model.security_schemes.values()) {
                    h3 id=(anchor) { a.anchor href=(format!("#{anchor}")) { code { (name) } } }
                    p { (scheme_words(scheme)) }
                    @if let Some(description) = &scheme.description { div.prose { (markdown::blocks(description)) } }
                    (oauth(scheme))
                }
            }
        }
    }
}

fn scheme_words(scheme: &SecurityScheme) -> Markup {
    html! {
        @match &scheme.kind {
            SchemeKind::Basic => { "User name and password as HTTP Basic (RFC 7617)." }
            SchemeKind::Bearer(format) => {
                "A token in " code { "Authorization: Bearer" }
                @if let Some(format) = format { ", a " (format) }
                "."
            }
            SchemeKind::Http(scheme) => { code { "Authorization: " (scheme) } "." }
            SchemeKind::ApiKey { location, name } => { "A key, sent as " (location) " " code { (name) } "." }
            SchemeKind::OAuth2 { .. } => { "An access token of OAuth 2.0 in " code { "Authorization: Bearer" } "." }
            SchemeKind::OpenIdConnect { url } => { "OpenID Connect: " (origin::address(url, url)) "." }
        }
    }
}

fn oauth(scheme: &SecurityScheme) -> Markup {
    let SchemeKind::OAuth2 { flows, details } = &scheme.kind else {
        return html! {};
    };
    html! {
        @for flow in flows { (self::flow(flow)) }
        @if let Some(details) = details { (event::statements(details)) }
    }
}

fn flow(flow: &Flow) -> Markup {
    let urls = [
        ("authorization", &flow.authorization_url),
        ("tokens", &flow.token_url),
        ("refresh", &flow.refresh_url),
    ];
    html! {
        p.label { "Flow " code { (flow.kind.as_str()) } }
        dl.table {
            @for (name, url) in urls {
                @if let Some(url) = url { dt { (name) } dd { code { (url) } } }
            }
        }
    }
}

fn permissions(view: &View<'_>) -> Markup {
    let api = view.api;
    let columns = permissions::columns(api);
    html! {
        @if !columns.is_empty() {
            section {
                h2 id="permissions" { "Scopes and features" }
                dl.table {
                    @for column in &columns {
                        dt { code { (column.name) } }
                        dd {
                            @if let Some(meaning) = column.meaning { (markdown::plain(meaning, 300)) " " }
                            @let operations = api.model.operations.iter();
                            @let number = operations.filter(|operation| permissions::asks_for(operation, column)).count();
                            span.counts { (count(number, "operation")) }
                        }
                    }
                }
            }
        }
        @if permissions::has_matrix(api) {
            p { a href=(view.href(&api.path("access.html"))) { "Who may call what" } ", as a table." }
        }
    }
}

fn limits(api: &Api) -> Markup {
    html! {
        @if !api.model.rate_limits.is_empty() {
            section {
                h2 id="rate-limits" { "Rate limits" }
                ul { @for limit in &api.model.rate_limits { li { (retry::rate(limit)) } } }
            }
        }
    }
}

fn pagination(view: &View<'_>) -> Markup {
    let operations = view.api.model.operations.iter().enumerate();
    let paged: Vec<_> = operations
        .filter_map(|(index, operation)| Some((index, operation.pagination.as_ref()?)))
        .collect();
    let mut styles: indexmap::IndexMap<&str, Vec<usize>> = indexmap::IndexMap::new();
    for (index, pagination) in &paged {
        styles.entry(&pagination.style).or_default().push(*index);
    }
    html! {
        @if !paged.is_empty() {
            section {
                h2 id="pagination" { "Pagination" }
                p { (count(paged.len(), "list")) " come in pages." }
                @for (style, operations) in styles {
                    details {
                        summary { "By " (style) ": " (count(operations.len(), "operation")) }
                        ul.users { @for index in operations { li { (view.operation_link(index)) } } }
                    }
                }
            }
        }
    }
}

fn failures(view: &View<'_>) -> Markup {
    let api = view.api;
    let places = errors::places(api);
    html! {
        @if !places.0.is_empty() || !api.codes.codes.is_empty() {
            section {
                h2 id="errors" { "Errors" }
                (places)
                @if !api.codes.codes.is_empty() {
                    p {
                        a href=(view.href(&api.path("errors/index.html"))) { "All " (count(api.codes.codes.len(), "error code")) }
                        ", with what they mean and which operations give them."
                    }
                }
            }
        }
    }
}

fn webhooks(view: &View<'_>) -> Markup {
    let events = view.api.events().count();
    html! {
        @if events > 0 {
            section {
                h2 id="webhooks" { "Webhooks" }
                p {
                    "The API sends "
                    a href=(view.href(&view.api.path("events/index.html"))) { (count(events, "event")) }
                    "; the page says how their origin is proven."
                }
            }
        }
    }
}

fn web_links(api: &Api) -> Markup {
    html! {
        @if !api.model.web_links.is_empty() {
            section {
                h2 id="links" { "Links for people" }
                @for (name, link) in &api.model.web_links { (web_link(name, link)) }
            }
        }
    }
}

fn web_link(name: &str, link: &WebLink) -> Markup {
    html! {
        h3 { (link.summary.as_deref().unwrap_or(name)) }
        p { code.copy { (link.template) } }
        (origin::line(&link.origin))
        @if let Some(description) = &link.description { div.prose { (markdown::blocks(description)) } }
        dl.table {
            @for (name, parameter) in &link.parameters {
                dt { code { (name) } @if parameter.required { " " span.badge.required { "required" } } }
                dd {
                    @if let Some(description) = &parameter.description { (markdown::plain(description, 300)) }
                    @if let Some(example) = &parameter.example { " Example: " code { (crate::facts::inline_json(example)) } }
                }
            }
        }
    }
}

fn provenance(api: &Api) -> Markup {
    let Some(report) = &api.provenance else {
        return html! {};
    };
    let report = report.to_json();
    let all = report["all"].as_object();
    html! {
        section {
            h2 id="provenance" { "Where statements come from" }
            p { "The vendor documents part of this, and the rest is inferred. Each page says which." }
            div.wide role="region" tabindex="0" aria-label="Where statements come from" {
                table {
                    thead {
                        tr {
                            th scope="col" { "Statements" } th scope="col" { "documented" }
                            th scope="col" { "inferred" } th scope="col" { "unmarked" }
                        }
                    }
                    tbody {
                        @for (kind, counts) in all.into_iter().flatten() {
                            tr {
                                th scope="row" { (kind.replace('_', " ")) }
                                @for column in ["documented", "inferred", "unmarked"] {
                                    td.number { (counts[column]) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn tags(view: &View<'_>) -> Markup {
    let api = view.api;
    html! {
        section {
            h2 id="operations" { "Operations" }
            @for tag in &api.tags {
                h3 { a href=(view.href(&api.tag_path(tag))) { (tag.name) } }
                @let description = tag.declared.as_ref().and_then(|tag| tag.description.as_deref());
                @if let Some(description) = description { p { (markdown::plain(description, 200)) } }
                details {
                    summary { (count(tag.operations.len(), "operation")) }
                    ul.users { @for index in &tag.operations { li { (view.operation_link(*index)) } } }
                }
            }
        }
    }
}
