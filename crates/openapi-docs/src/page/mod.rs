//! The pages, a file a kind.

mod access;
mod errors;
mod event;
mod landing;
mod notes;
mod operation;
mod overview;
mod schema;
mod tag;

use crate::api::Api;
use crate::pages::Pages;
use crate::permissions;

/// The page that leads to all APIs.
pub(crate) fn landing(apis: &[Api]) -> (String, String) {
    let page = landing::page(apis);
    (page.path.clone(), page.render())
}

/// All pages of an API.
pub(crate) fn of(api: &Api) -> Pages {
    let mut pages = Pages {
        files: Vec::new(),
        entries: Vec::new(),
    };
    pages.add(&overview::page(api));
    if permissions::has_matrix(api) {
        pages.add(&access::page(api));
    }
    errors::add_all(api, &mut pages);
    if !api.findings.is_empty() {
        pages.add(&notes::page(api));
    }
    for tag in &api.tags {
        pages.add(&tag::page(api, tag));
    }
    for index in 0..api.model.operations.len() {
        operation::add(api, index, &mut pages);
    }
    schema::add_all(api, &mut pages);
    event::add_all(api, &mut pages);
    pages
}
