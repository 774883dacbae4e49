//! Pages as a browser reads them.

use std::collections::{BTreeMap, BTreeSet};

use html5ever::tendril::TendrilSink;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use openapi_docs::Site;

/// What is looked at of a page.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) ids: BTreeSet<String>,
    pub(crate) links: Vec<String>,
    pub(crate) headings: Vec<u32>,
    /// What is wrong with it.
    pub(crate) faults: Vec<String>,
}

impl Page {
    pub(crate) fn parse(text: &str) -> Self {
        let dom = parse_document(RcDom::default(), ParseOpts::default()).one(text);
        let mut page = Self::default();
        page.faults
            .extend(dom.errors.borrow().iter().map(ToString::to_string));
        page.visit(&dom.document);
        if page.headings.iter().filter(|level| **level == 1).count() != 1 {
            page.faults
                .push(format!("headings of level 1: {:?}", page.headings));
        }
        for pair in page.headings.windows(2) {
            if pair[1] > pair[0] + 1 {
                page.faults.push(format!(
                    "a heading of level {} follows one of level {}",
                    pair[1], pair[0]
                ));
            }
        }
        page
    }

    fn visit(&mut self, node: &Handle) {
        if let NodeData::Element { name, attrs, .. } = &node.data {
            let attributes: BTreeMap<String, String> = attrs
                .borrow()
                .iter()
                .map(|attribute| {
                    (
                        attribute.name.local.to_string(),
                        attribute.value.to_string(),
                    )
                })
                .collect();
            self.element(&name.local, &attributes, node);
        }
        for child in node.children.borrow().iter() {
            self.visit(child);
        }
    }

    fn element(&mut self, name: &str, attributes: &BTreeMap<String, String>, node: &Handle) {
        if let Some(id) = attributes.get("id")
            && !self.ids.insert(id.clone())
        {
            self.faults.push(format!("the id {id} is there twice"));
        }
        for (attribute, value) in attributes {
            if attribute.starts_with("on") || attribute == "style" {
                self.faults
                    .push(format!("{name} has {attribute}=\"{value}\""));
            }
            if ["href", "src"].contains(&attribute.as_str()) {
                self.links.push(value.clone());
            }
        }
        let is_inline = !attributes.contains_key("src") && !node.children.borrow().is_empty();
        let is_foreign = [
            "iframe", "object", "embed", "form", "style", "svg", "math", "img", "base",
        ];
        if name == "script" && is_inline || is_foreign.contains(&name) {
            self.faults.push(format!("there is a <{name}>"));
        }
        if let [b'h', level @ b'1'..=b'6'] = name.as_bytes() {
            self.headings.push(u32::from(level - b'0'));
        }
    }
}

/// All that is wrong with the pages of a site, each with its page.
pub(crate) fn faults(site: &Site) -> Vec<String> {
    let files: BTreeSet<&str> = site.files().map(|(path, _)| path).collect();
    let pages: BTreeMap<&str, Page> = crate::pages(site)
        .map(|(path, text)| (path, Page::parse(text)))
        .collect();
    let mut faults = Vec::new();
    for (path, page) in &pages {
        faults.extend(page.faults.iter().map(|fault| format!("{path}: {fault}")));
        for link in page.links.iter().filter(|link| !is_foreign(link)) {
            let (target, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if target.is_empty() {
                (*path).to_owned()
            } else {
                joined(path, target)
            };
            let page = pages.get(target.as_str());
            if !files.contains(target.as_str()) {
                faults.push(format!("{path}: {link} leads nowhere"));
            } else if !anchor.is_empty() && page.is_none_or(|page| !page.ids.contains(anchor)) {
                faults.push(format!("{path}: {link} has no such anchor"));
            }
        }
    }
    faults
}

/// The links of a site that leave it.
pub(crate) fn foreign_links(site: &Site) -> BTreeSet<String> {
    let links = crate::pages(site).flat_map(|(_, text)| Page::parse(text).links);
    links.filter(|link| is_foreign(link)).collect()
}

fn is_foreign(link: &str) -> bool {
    let scheme = link.split(['/', '#', '?']).next().unwrap_or_default();
    scheme.contains(':') || link.starts_with("//")
}

fn joined(from: &str, link: &str) -> String {
    let mut folders: Vec<&str> = from.split('/').collect();
    folders.pop();
    for part in link.split('/') {
        match part {
            ".." => assert!(folders.pop().is_some(), "{link} on {from} leaves the site"),
            part => folders.push(part),
        }
    }
    folders.join("/")
}
