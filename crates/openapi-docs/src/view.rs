//! What the parts of one page share.

use std::cell::RefCell;

use maud::{Markup, html};
use openapi_document::model::{Operation, SchemaId};

use crate::address::Names;
use crate::api::Api;

/// A page while it is written: where it stands, and which anchors it has.
pub(crate) struct View<'a> {
    pub(crate) api: &'a Api,
    /// What leads from the page to the root of the site, such as `../../`.
    pub(crate) root: &'static str,
    anchors: RefCell<Names>,
    /// The members that got an anchor, with it.
    members: RefCell<Vec<(String, String)>>,
}

impl<'a> View<'a> {
    /// A page in the folder of its API, or in a folder below that.
    pub(crate) fn new(api: &'a Api, root: &'static str) -> Self {
        let mut anchors = Names::default();
        for taken in ["main", "menu", "search", "theme"] {
            anchors.anchor(taken);
        }
        Self {
            api,
            root,
            anchors: RefCell::new(anchors),
            members: RefCell::default(),
        }
    }

    /// An anchor that no other element of the page has.
    pub(crate) fn anchor(&self, name: &str) -> String {
        self.anchors.borrow_mut().anchor(name)
    }

    /// An anchor for a member of a schema, which is kept for the search.
    pub(crate) fn member_anchor(&self, prefix: &str, name: &str) -> String {
        let anchor = self.anchor(&format!("{prefix}-{name}"));
        self.members
            .borrow_mut()
            .push((name.to_owned(), anchor.clone()));
        anchor
    }

    pub(crate) fn into_members(self) -> Vec<(String, String)> {
        self.members.into_inner()
    }

    /// An address on the site, from this page.
    pub(crate) fn href(&self, path: &str) -> String {
        relative(self.root, Some(&self.api.folder), path)
    }

    pub(crate) fn operation_href(&self, index: usize) -> String {
        self.href(&self.api.operation_path(index))
    }

    /// A link to an operation, with method and path.
    pub(crate) fn operation_link(&self, index: usize) -> Markup {
        let operation = &self.api.model.operations[index];
        html! {
            a.operation href=(self.operation_href(index)) {
                span.method.(operation.method.key()) { (operation.method) }
                " " span.summary { (summary(operation)) }
            }
        }
    }

    /// A link to a schema that has a page.
    pub(crate) fn schema_link(&self, id: SchemaId) -> Option<Markup> {
        let path = self.api.schema_path(id)?;
        let name = self.api.model.schemas[id].component()?;
        Some(html! { a.schema href=(self.href(&path)) { (name) } })
    }
}

/// What an operation is called for people.
pub(crate) fn summary(operation: &Operation) -> String {
    operation
        .summary
        .clone()
        .unwrap_or_else(|| operation.name())
}

/// What leads to `path`, which begins at the root of the site, from a page that `root` leads back from. Within
/// the folder of an API it is short: most links of a page are.
pub(crate) fn relative(root: &str, folder: Option<&str>, path: &str) -> String {
    let inside = folder.and_then(|folder| path.strip_prefix(folder)?.strip_prefix('/'));
    match (inside, root.strip_prefix("../")) {
        (Some(inside), Some(root)) => format!("{root}{inside}"),
        _ => format!("{root}{path}"),
    }
}
