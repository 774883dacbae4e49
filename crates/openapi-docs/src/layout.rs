//! What all pages have in common.

use maud::{DOCTYPE, Markup, html};

use crate::api::Api;
use crate::permissions;
use crate::view::relative;

/// Nothing but the files of the site: a description that brings a script past all else finds it closed.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; script-src 'self'; base-uri 'none'; form-action 'none'";

/// A page.
pub(crate) struct Page<'a> {
    pub(crate) title: String,
    /// One line for search engines.
    pub(crate) description: String,
    /// What leads from the page to the root of the site.
    pub(crate) root: &'static str,
    /// The pages above it: title and path from the root of the site.
    pub(crate) above: Vec<(String, String)>,
    pub(crate) api: Option<&'a Api>,
    /// The tag whose operations the menu shows.
    pub(crate) tag: Option<&'a str>,
    /// The path of the page itself, from the root of the site.
    pub(crate) path: String,
    pub(crate) body: Markup,
}

impl Page<'_> {
    pub(crate) fn render(&self) -> String {
        let asset = |name: &str| format!("{}assets/{name}", self.root);
        let whole = html! {
            (DOCTYPE)
            html lang="en" data-root=(self.root) {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(POLICY);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="referrer" content="no-referrer";
                    meta name="color-scheme" content="light dark";
                    title { (self.full_title()) }
                    @if !self.description.is_empty() { meta name="description" content=(self.description); }
                    link rel="stylesheet" href=(asset("reference.css"));
                    script defer src=(asset("reference.js")) {}
                }
                body {
                    a.skip href="#main" { "Skip to the text" }
                    (self.header())
                    div.frame {
                        main id="main" tabindex="-1" {
                            (self.trail())
                            (self.body)
                        }
                        @if let Some(api) = self.api { (self.menu(api)) }
                    }
                    footer {
                        p { "Made from the OpenAPI documents; the generated clients and the mock server come from the same." }
                    }
                }
            }
        };
        let mut text = whole.into_string();
        text.push('\n');
        text
    }

    fn href(&self, path: &str) -> String {
        relative(self.root, self.api.map(|api| api.folder.as_str()), path)
    }

    fn full_title(&self) -> String {
        match self.api {
            Some(api) if api.title() != self.title => format!("{} · {}", self.title, api.title()),
            _ => self.title.clone(),
        }
    }

    fn header(&self) -> Markup {
        let home = format!("{}index.html", self.root);
        html! {
            header.top {
                a.home href=(home) { "API reference" }
                @if self.api.is_some() { a.to-menu href="#menu" { "Menu" } }
                search id="search" hidden {
                    label.visually-hidden for="query" { "Search operations, schemas, members and error codes" }
                    input id="query" type="search" placeholder="Search" autocomplete="off" spellcheck="false"
                        role="combobox" aria-expanded="false" aria-controls="results" aria-autocomplete="list";
                    kbd aria-hidden="true" { "/" }
                    ul id="results" role="listbox" aria-label="Results" hidden {}
                    p.visually-hidden id="search-status" role="status" {}
                }
                fieldset.theme id="theme" {
                    legend.visually-hidden { "Colours" }
                    (choice("auto", "Auto", true))
                    (choice("light", "Light", false))
                    (choice("dark", "Dark", false))
                }
            }
        }
    }

    fn trail(&self) -> Markup {
        html! {
            @if !self.above.is_empty() {
                nav.trail aria-label="Where this page stands" {
                    ol {
                        @for (title, path) in &self.above {
                            li { a href=(self.href(path)) { (title) } }
                        }
                    }
                }
            }
        }
    }

    fn menu(&self, api: &Api) -> Markup {
        html! {
            nav.menu id="menu" aria-label=(format!("Pages of {}", api.title())) {
                p.api { (self.entry(&api.path("index.html"), api.title())) }
                ul {
                    @if !api.codes.codes.is_empty() { li { (self.entry(&api.path("errors/index.html"), "Error codes")) } }
                    @if permissions::has_matrix(api) {
                        li { (self.entry(&api.path("access.html"), "Who may call what")) }
                    }
                    @if api.model.schemas.components().next().is_some() {
                        li { (self.entry(&api.path("schemas/index.html"), "Schemas")) }
                    }
                    @if api.events().next().is_some() {
                        li { (self.entry(&api.path("events/index.html"), "Events")) }
                    }
                    @if !api.findings.is_empty() { li { (self.entry(&api.path("notes.html"), "Notes")) } }
                }
                p.heading { "Operations" }
                ul.tags {
                    @for tag in &api.tags {
                        li {
                            (self.entry(&api.tag_path(tag), &tag.name))
                            @if self.tag == Some(tag.name.as_str()) {
                                ul {
                                    @for index in &tag.operations { li { (self.operation(api, *index)) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn operation(&self, api: &Api, index: usize) -> Markup {
        let operation = &api.model.operations[index];
        let path = api.operation_path(index);
        let current = (path == self.path).then_some("page");
        html! {
            a href=(self.href(&path)) aria-current=[current] {
                span.method.(operation.method.key()) { (operation.method) }
                " " (crate::view::summary(operation))
            }
        }
    }

    fn entry(&self, path: &str, title: &str) -> Markup {
        let current = (path == self.path).then_some("page");
        html! { a href=(self.href(path)) aria-current=[current] { (title) } }
    }
}

fn choice(value: &str, label: &str, checked: bool) -> Markup {
    let id = format!("theme-{value}");
    html! {
        input.visually-hidden type="radio" name="theme" id=(id) value=(value) checked[checked];
        label for=(id) { (label) }
    }
}
