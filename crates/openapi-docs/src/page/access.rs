//! Scopes or features of all operations as a table.

use maud::{Markup, html};
use openapi_document::model::Operation;

use crate::api::Api;
use crate::layout::Page;
use crate::pages::above;
use crate::permissions::{Column, asks_for, columns};
use crate::view::{View, summary};

pub(super) fn page(api: &Api) -> Page<'_> {
    let view = View::new(api, "../");
    let columns = columns(api);
    let has_trust = api
        .model
        .operations
        .iter()
        .any(|operation| operation.trusted_only);
    let body = html! {
        h1 { "Who may call what" }
        (how_to_read(&columns))
        @for tag in &api.tags {
            section {
                h2 { (tag.name) }
                div.wide role="region" tabindex="0" aria-label=(format!("Access to {}", tag.name)) {
                    table.matrix {
                        thead {
                            tr {
                                th scope="col" { "Operation" }
                                @for column in &columns { th scope="col" { code { (column.name) } } }
                                @if has_trust { th scope="col" { "trusted" } }
                            }
                        }
                        tbody {
                            @for index in &tag.operations {
                                (row(&view, &api.model.operations[*index], *index, &columns, has_trust))
                            }
                        }
                    }
                }
            }
        }
    };
    Page {
        title: "Who may call what".to_owned(),
        description: format!(
            "Scopes and features that the operations of {} need.",
            api.title()
        ),
        root: "../",
        above: above(api),
        api: Some(api),
        tag: None,
        path: api.path("access.html"),
        body,
    }
}

fn how_to_read(columns: &[Column<'_>]) -> Markup {
    html! {
        @if columns.iter().any(|column| !column.is_feature) {
            p { "A token needs all of the scopes that are marked." }
        }
        @if columns.iter().any(|column| column.is_feature) {
            p { "An API client needs one of the features that are marked." }
        }
    }
}

fn row(
    view: &View<'_>,
    operation: &Operation,
    index: usize,
    columns: &[Column<'_>],
    has_trust: bool,
) -> Markup {
    let mark = |is_asked: bool| {
        html! {
            td { @if is_asked { span.yes { "yes" } } @else { span.no aria-hidden="true" { "·" } } }
        }
    };
    html! {
        tr {
            th scope="row" { a href=(view.operation_href(index)) { (summary(operation)) } }
            @for column in columns { (mark(asks_for(operation, column))) }
            @if has_trust { (mark(operation.trusted_only)) }
        }
    }
}
