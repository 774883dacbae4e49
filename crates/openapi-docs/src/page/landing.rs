//! The first page: all APIs.

use maud::html;

use crate::api::Api;
use crate::layout::Page;
use crate::markdown;
use crate::pages::count;

pub(super) fn page<'a>(apis: &[Api]) -> Page<'a> {
    let body = html! {
        h1 { "API reference" }
        ul.apis {
            @for api in apis {
                li {
                    h2 { a href=(api.path("index.html")) { (api.title()) } }
                    p.version { "Version " (api.model.info.version) }
                    @if let Some(description) = &api.model.info.description {
                        p { (markdown::plain(description, 240)) }
                    }
                    p.counts {
                        (count(api.model.operations.len(), "operation")) ", "
                        (count(api.model.schemas.components().count(), "schema"))
                        @if api.events().next().is_some() { ", " (count(api.events().count(), "event")) }
                    }
                }
            }
        }
        h2 { "How to read it" }
        p {
            "Each operation has a page with its address in every environment, who may call it, what makes it safe "
            "to retry, its parameters, bodies and responses, and a request for a shell. Members unfold where they "
            "stand; what has a name leads to its own page."
        }
        p {
            "What the vendor does not document is marked as inferred, with what the inference stands on. "
            kbd { "/" } " begins a search where scripts are allowed."
        }
    };
    Page {
        title: "API reference".to_owned(),
        description: "Operations, schemas and events of all APIs.".to_owned(),
        root: "",
        above: Vec::new(),
        api: None,
        tag: None,
        path: "index.html".to_owned(),
        body,
    }
}
