//! What the lint found in a document.

use maud::html;
use openapi_document::Severity;

use crate::api::Api;
use crate::layout::Page;
use crate::pages::above;

pub(super) fn page(api: &Api) -> Page<'_> {
    let body = html! {
        h1 { "Notes on the document" }
        p {
            "The document can be read, and its lint has something to say. None of it keeps a page from being "
            "written."
        }
        ul.notes {
            @for finding in &api.findings {
                li {
                    p {
                        span.badge { (severity(finding.severity())) " " (finding.code()) }
                        " " (finding.message())
                    }
                    p.pointer { code { (finding.pointer()) } }
                    @if !finding.help().is_empty() { p { (finding.help()) } }
                }
            }
        }
    };
    Page {
        title: "Notes on the document".to_owned(),
        description: String::new(),
        root: "../",
        above: above(api),
        api: Some(api),
        tag: None,
        path: api.path("notes.html"),
        body,
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}
