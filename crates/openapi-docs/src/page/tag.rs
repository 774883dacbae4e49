//! The operations of a tag.

use maud::html;

use crate::api::{Api, TagGroup};
use crate::layout::Page;
use crate::pages::above;
use crate::view::View;
use crate::{markdown, origin};

pub(super) fn page<'a>(api: &'a Api, tag: &'a TagGroup) -> Page<'a> {
    let view = View::new(api, "../../");
    let declared = tag.declared.as_ref();
    let description = declared.and_then(|tag| tag.description.as_deref());
    let body = html! {
        h1 { (tag.name) }
        @if let Some(description) = description { div.prose { (markdown::blocks(description)) } }
        @if let Some(docs) = declared.and_then(|tag| tag.external_docs.as_ref()) {
            p { (origin::address(&docs.url, docs.description.as_deref().unwrap_or(&docs.url))) }
        }
        h2 { "Operations" }
        ul.operations {
            @for index in &tag.operations {
                @let operation = &api.model.operations[*index];
                li {
                    (view.operation_link(*index))
                    p.path { code { (operation.path) } }
                    p.badges {
                        (origin::badge(&operation.origin))
                        @if operation.deprecation.is_some() { span.badge.deprecated { "deprecated" } }
                    }
                    @if let Some(description) = &operation.description {
                        p.excerpt { (markdown::plain(description, 180)) }
                    }
                }
            }
        }
    };
    Page {
        title: tag.name.clone(),
        description: description.map_or_else(String::new, |text| markdown::plain(text, 155)),
        root: "../../",
        above: above(api),
        api: Some(api),
        tag: Some(&tag.name),
        path: api.tag_path(tag),
        body,
    }
}
