//! An operation.

use http::StatusCode;
use maud::{Markup, html};
use openapi_document::model::{Callback, Location, Operation, Parameter, Response, StatusKey};

use crate::api::Api;
use crate::layout::Page;
use crate::pages::{Pages, above};
use crate::search::Entry;
use crate::view::{View, summary};
use crate::{access, content, curl, kind, markdown, origin, retry, sample, servers, tree};

pub(super) fn add(api: &Api, index: usize, pages: &mut Pages) {
    let operation = &api.model.operations[index];
    let path = api.operation_path(index);
    let detail = format!("{} · {}", operation.key(), operation.name());
    pages.entries.push(Entry::new(
        "operation",
        &summary(operation),
        detail,
        path.clone(),
    ));
    let tag = api.tag_of(index);
    let mut above = above(api);
    above.extend(tag.map(|tag| (tag.name.clone(), api.tag_path(tag))));
    let description = operation.description.as_deref().unwrap_or_default();
    pages.add(&Page {
        title: summary(operation),
        description: markdown::plain(description, 155),
        root: "../../",
        above,
        api: Some(api),
        tag: tag.map(|tag| tag.name.as_str()),
        path,
        body: body(&View::new(api, "../../"), index),
    });
}

fn body(view: &View<'_>, index: usize) -> Markup {
    let operation = &view.api.model.operations[index];
    html! {
        article.operation {
            div.text {
                h1 { (summary(operation)) }
                p.endpoint {
                    span.method.(operation.method.key()) { (operation.method) } " " code { (operation.path) }
                }
                @if operation.id.is_some() && operation.summary.is_some() {
                    p.operation-id { code { (operation.name()) } }
                }
                @if let Some(deprecation) = &operation.deprecation { (origin::deprecation(deprecation)) }
                (origin::line(&operation.origin))
                @if let Some(description) = &operation.description {
                    div.prose { (markdown::blocks(description)) }
                }
                @if let Some(docs) = &operation.external_docs {
                    p { (origin::address(&docs.url, docs.description.as_deref().unwrap_or(&docs.url))) }
                }
                (addresses(view, operation))
                section { h2 id=(view.anchor("access")) { "Access" } (access::words(view, operation)) }
                section { h2 id=(view.anchor("retries")) { "Retries and limits" } (retry::words(view.api, operation)) }
                (parameters(view, operation))
                (request_body(view, operation))
                (responses(view, operation, Some(index)))
                (callbacks(view, operation))
                (related(view, index))
            }
            aside.samples aria-label="Samples" { (samples(view, operation)) }
        }
    }
}

fn addresses(view: &View<'_>, operation: &Operation) -> Markup {
    let servers = servers::of(&view.api.model, operation);
    html! {
        section {
            h2 id=(view.anchor("addresses")) { "Addresses" }
            @if servers.is_empty() { p { code { (operation.path) } " on the server that serves the document." } }
            dl.table.addresses {
                @for server in servers {
                    dt { (servers::name(server)) }
                    dd {
                        code.copy { (server.url.trim_end_matches('/')) (operation.path) }
                        @if !server.variables.is_empty() { (variables(server)) }
                    }
                }
            }
        }
    }
}

/// The variables in the URL of a server.
pub(super) fn variables(server: &openapi_document::model::Server) -> Markup {
    html! {
        ul.facts {
            @for (name, variable) in &server.variables {
                li {
                    code { (name) } ": usually " code { (variable.default) }
                    @if !variable.values.is_empty() {
                        ", one of "
                        @for (index, value) in variable.values.iter().enumerate() {
                            @if index > 0 { ", " }
                            code { (value) }
                        }
                    }
                }
            }
        }
    }
}

fn parameters(view: &View<'_>, operation: &Operation) -> Markup {
    let sections = [
        (Location::Path, "In the path"),
        (Location::Query, "In the query"),
        (Location::Header, "As headers"),
        (Location::Cookie, "As cookies"),
    ];
    html! {
        @if !operation.parameters.is_empty() {
            section {
                h2 id=(view.anchor("parameters")) { "Parameters" }
                @for (location, title) in sections {
                    @let here: Vec<_> = operation.parameters.iter().filter(|own| own.location == location).collect();
                    @if !here.is_empty() {
                        h3 { (title) }
                        ul.members { @for parameter in here { (self::parameter(view, parameter)) } }
                    }
                }
            }
        }
    }
}

fn parameter(view: &View<'_>, parameter: &Parameter) -> Markup {
    let anchor = view.anchor(&format!("{}-{}", parameter.location, parameter.name));
    let media_type = parameter.media_type.as_ref();
    let schema = parameter.schema;
    html! {
        li.member id=(anchor) {
            p.signature {
                a.anchor href=(format!("#{anchor}")) { code.name { (parameter.name) } }
                @if let Some(schema) = schema { " " span.kind { (kind::kind(view, schema)) } }
                @if parameter.required { " " span.badge.required { "required" } }
                @if parameter.deprecation.is_some() { " " span.badge.deprecated { "deprecated" } }
            }
            @if let Some(description) = &parameter.description { div.prose { (markdown::blocks(description)) } }
            @if let Some(deprecation) = &parameter.deprecation { (origin::deprecation(deprecation)) }
            @if let Some(schema) = schema {
                (tree::details(view, schema, parameter.description.is_none()))
                @if view.api.schema_path(schema).is_none() { (tree::inside(view, schema, &anchor)) }
            }
            @if let Some(media_type) = media_type { p.flag { "Written as " code { (media_type.name) } "." } }
            (writing(parameter))
            @if let Some(setting) = &parameter.client_default {
                p.flag { "A client can be given a value for all calls: " code { (setting) } "." }
            }
            (content::short_examples(&parameter.examples))
            (origin::line(&parameter.origin))
        }
    }
}

/// How a value is written, where that is not as usual.
fn writing(parameter: &Parameter) -> Markup {
    let is_usual = parameter.style == parameter.location.usual_style();
    html! {
        @if !is_usual { p.flag { "Style " code { (parameter.style) } "." } }
        @if parameter.allow_reserved { p.flag { "Reserved characters are sent as they are." } }
        @if parameter.allow_empty { p.flag { "It may be sent without a value." } }
    }
}

fn request_body(view: &View<'_>, operation: &Operation) -> Markup {
    let Some(body) = &operation.body else {
        return html! {};
    };
    html! {
        section {
            h2 id=(view.anchor("request-body")) { "Request body" }
            p {
                @if body.required { span.badge.required { "required" } } @else { span.badge { "optional" } }
                @if operation.replaces_whole {
                    " " strong { "It replaces the whole resource: what the body leaves out is deleted." }
                }
            }
            @if let Some(description) = &body.description { div.prose { (markdown::blocks(description)) } }
            (origin::line(&body.origin))
            (content::media_types(view, &body.content, Some("request")))
        }
    }
}

fn responses(view: &View<'_>, operation: &Operation, index: Option<usize>) -> Markup {
    html! {
        @if !operation.responses.is_empty() {
            section {
                h2 id=(view.anchor("responses")) { "Responses" }
                @for (status, response) in &operation.responses { (self::response(view, *status, response, index)) }
            }
        }
    }
}

fn response(
    view: &View<'_>,
    status: StatusKey,
    response: &Response,
    index: Option<usize>,
) -> Markup {
    let key = status.to_string().to_ascii_lowercase();
    let anchor = view.anchor(&format!("status-{key}"));
    let prefix = status.is_success().then(|| format!("response-{key}"));
    let class = if status.is_success() {
        "success"
    } else {
        "failure"
    };
    let body = html! {
        @if let Some(description) = &response.description { div.prose { (markdown::blocks(description)) } }
        (origin::line(&response.origin))
        @if let Some(index) = index { (error_codes(view, index, status)) }
        (content::headers(view, response.headers.iter().map(|(name, header)| (name.as_str(), &**header))))
        (content::media_types(view, &response.content, prefix.as_deref()))
    };
    html! {
        section.response {
            h3 id=(anchor) {
                a.anchor href=(format!("#{anchor}")) { span.status.(class) { (status) } " " (reason(status)) }
            }
            (body)
        }
    }
}

fn reason(status: StatusKey) -> &'static str {
    match status {
        StatusKey::Code(code) => {
            let status = StatusCode::from_u16(code).ok();
            status
                .and_then(|status| status.canonical_reason())
                .unwrap_or_default()
        }
        StatusKey::Class(_) => "All of this class",
        StatusKey::Default => "All others",
    }
}

fn error_codes(view: &View<'_>, index: usize, status: StatusKey) -> Markup {
    let codes: Vec<_> = view.api.codes.with(index, status).collect();
    html! {
        @if !codes.is_empty() {
            p.label { "Codes" }
            ul.values {
                @for (text, code) in codes {
                    li {
                        a href=(view.href(&view.api.code_path(code))) { code { (text) } }
                        @if let Some(meaning) = code.meanings.first() { " " (markdown::plain(meaning, 140)) }
                    }
                }
            }
        }
    }
}

fn callbacks(view: &View<'_>, operation: &Operation) -> Markup {
    html! {
        @if !operation.callbacks.is_empty() {
            section {
                h2 id=(view.anchor("callbacks")) { "What the API calls in turn" }
                @for callback in &operation.callbacks { (self::callback(view, callback)) }
            }
        }
    }
}

fn callback(view: &View<'_>, callback: &Callback) -> Markup {
    html! {
        @for operation in &callback.operations {
            details {
                summary { (callback.name) ": " (operation.method) " " code { (callback.expression) } }
                @if let Some(description) = &operation.description { div.prose { (markdown::blocks(description)) } }
                @if let Some(body) = &operation.body {
                    p.label { "It sends" }
                    (content::media_types(view, &body.content, Some(&format!("callback-{}", callback.name))))
                }
                @for (status, response) in &operation.responses {
                    p { "Reply " span.status { (status) } ": " (markdown::plain(response.description.as_deref().unwrap_or(""), 200)) }
                }
            }
        }
    }
}

/// Operations on the same path, and where a list or a resource leads to.
fn related(view: &View<'_>, index: usize) -> Markup {
    let operations = &view.api.model.operations;
    let operation = &operations[index];
    let shape = operation.path.shape();
    let holder = shape.rsplit_once('/').map_or("", |(holder, _)| holder);
    let is_related = |other: &Operation| {
        let other = other.path.shape();
        other == shape
            || other == holder
            || other
                .rsplit_once('/')
                .is_some_and(|(holder, end)| holder == shape && end == "{}")
    };
    let others = operations.iter().enumerate();
    let others: Vec<usize> = others
        .filter(|(other, o)| *other != index && is_related(o))
        .map(|(other, _)| other)
        .collect();
    html! {
        @if !others.is_empty() {
            section {
                h2 id=(view.anchor("related")) { "Related" }
                ul.users { @for other in others { li { (view.operation_link(other)) } } }
            }
        }
    }
}

fn samples(view: &View<'_>, operation: &Operation) -> Markup {
    let model = &view.api.model;
    let body = operation
        .body
        .as_ref()
        .and_then(|body| curl::chosen(&body.content));
    let body = body.filter(|media_type| content::is_json(&media_type.name));
    let body = body.and_then(|body| sample::body(&model.schemas, &body.examples, body.schema));
    let success = operation
        .responses
        .iter()
        .find(|(status, _)| status.is_success());
    let reply = success.and_then(|(status, response)| {
        let media_type = curl::chosen(&response.content)?;
        let value = media_type
            .examples
            .iter()
            .find_map(|example| example.value.as_ref())?;
        Some((status, content::written(value, &media_type.name)))
    });
    html! {
        h2 id=(view.anchor("samples")) { "Samples" }
        h3 { "curl" }
        pre.copy tabindex="0" { (content::code(&curl::command(model, operation))) }
        @if let Some(body) = body {
            h3 { "JSON of the request" }
            pre.copy tabindex="0" { (content::code(&format!("{body:#}"))) }
        }
        @if let Some((status, text)) = reply {
            h3 { "Response " (status) }
            pre tabindex="0" { (content::code(&text)) }
        }
    }
}
