//! The site of this workspace.

use std::collections::BTreeSet;
use std::time::Instant;

use openapi_document::pointer;
use serde_json::json;

use crate::html::{Page, faults, foreign_links};
use crate::{WORKSPACE, page, pages, site, workspace};

/// No page may be larger, examples included.
const LARGEST_PAGE: usize = 300_000;
/// All files of the workspace's site together.
const LARGEST_SITE: usize = 12_000_000;

#[test]
fn pages_are_well_formed_and_every_link_and_anchor_resolves() {
    let (site, _) = &*WORKSPACE;
    let faults = faults(site);
    assert!(
        faults.is_empty(),
        "{} faults: {:#?}",
        faults.len(),
        &faults[..faults.len().min(20)]
    );
    for link in foreign_links(site) {
        let is_allowed = ["http://", "https://", "mailto:"]
            .iter()
            .any(|scheme| link.starts_with(scheme));
        assert!(is_allowed, "{link}");
    }
}

#[test]
fn everything_has_its_page() {
    let (site, models) = &*WORKSPACE;
    let titles: BTreeSet<(String, String)> = pages(site)
        .filter_map(|(path, text)| {
            let folder = path.rsplit_once('/')?.0;
            let heading = text.split_once("<h1>")?.1.split_once("</h1>")?.0;
            Some((
                folder.to_owned(),
                heading.replace("<code>", "").replace("</code>", ""),
            ))
        })
        .collect();
    let has = |folder: String, title: &str| titles.contains(&(folder, maud::html! { (title) }.0));
    for (api, model) in models {
        for operation in &model.operations {
            let title = operation
                .summary
                .clone()
                .unwrap_or_else(|| operation.name());
            assert!(
                has(format!("{api}/operations"), &title),
                "{api}: {}",
                operation.name()
            );
            let file = operation.name().replace('_', "-");
            let text = page(site, &format!("{api}/operations/{file}.html"));
            for (status, _) in &operation.responses {
                let anchor = format!("id=\"status-{}\"", status.to_string().to_lowercase());
                assert!(text.contains(&anchor), "{api}: {file} has no {anchor}");
            }
            for parameter in &operation.parameters {
                assert!(
                    text.contains(&format!("<code class=\"name\">{}</code>", parameter.name)),
                    "{file}"
                );
            }
        }
        for (name, _) in model.schemas.components() {
            assert!(has(format!("{api}/schemas"), name), "{api}: {name}");
        }
        let events = model
            .events
            .iter()
            .flat_map(|delivery| delivery.events.keys());
        for name in events {
            assert!(has(format!("{api}/events"), name), "{api}: {name}");
        }
    }
}

/// The codes are looked for in the document itself, and not by the model that the pages come from.
#[test]
fn every_error_code_has_its_page() {
    let (site, _) = &*WORKSPACE;
    let document = openapi_document::Document::open(&crate::path("contio")).unwrap();
    let schemas = pointer::find(document.root(), "/components/schemas").unwrap();
    let mut codes = BTreeSet::new();
    for (name, schema) in schemas.as_object().unwrap() {
        let values = schema["enum"].as_array().into_iter().flatten();
        // A turn of a chat fails within a response that is a success.
        if name.ends_with("ErrorCode") && name != "ChatTurnErrorCode" {
            codes.extend(values.filter_map(|value| value.as_str()).map(str::to_owned));
        }
    }
    assert!(codes.len() > 20, "{codes:?}");
    for code in codes {
        let file = code.replace(['_', '.'], "-").to_lowercase();
        let text = page(site, &format!("contio/errors/{file}.html"));
        assert!(
            text.contains(&format!("<h1><code>{code}</code></h1>")),
            "{code}"
        );
    }
}

#[test]
fn no_page_is_large() {
    let start = Instant::now();
    let (site, _) = workspace();
    println!(
        "{} pages, {} bytes, {:.1?}",
        site.pages(),
        site.bytes(),
        start.elapsed()
    );
    for (path, text) in pages(&site) {
        assert!(text.len() <= LARGEST_PAGE, "{path}: {} bytes", text.len());
    }
    assert!(site.bytes() <= LARGEST_SITE, "{} bytes", site.bytes());
}

#[test]
fn the_same_documents_give_the_same_bytes() {
    assert_eq!(WORKSPACE.0, workspace().0);
}

#[test]
fn recursive_schemas_are_links() {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let site = site(&json!({
        "openapi": "3.0.3",
        "info": {"title": "Trees", "version": "1"},
        "paths": {"/trees": {"get": {"operationId": "trees", "responses": {"200": {
            "description": "All.",
            "content": {"application/json": {"schema": {"type": "array", "items": reference("Tree")}}},
        }}}}},
        "components": {"schemas": {
            "Tree": {"type": "object", "properties": {
                "children": {"type": "array", "items": reference("Tree")},
                "inner": {"type": "object", "properties": {"tree": reference("Tree"), "leaf": {"type": "string"}}},
                "part": {"$ref": "#/components/schemas/Tree/properties/inner"},
            }},
            "A": {"allOf": [reference("B"), {"properties": {"a": {"type": "string"}}}]},
            "B": {"allOf": [reference("A"), {"properties": {"b": {"type": "string"}}}]},
            "One": {"oneOf": [reference("One"), {"type": "array", "items": reference("One")}]},
            "Alias": reference("Tree"),
        }},
    }));
    assert_eq!(faults(&site), Vec::<String>::new());
    let tree = page(&site, "api/schemas/tree.html");
    assert!(
        tree.contains("array of <a class=\"schema\" href=\"../schemas/tree.html\">Tree</a>"),
        "{tree}"
    );
    assert!(tree.contains("id=\"member-inner-leaf\""), "{tree}");
    assert!(
        tree.contains("href=\"../schemas/inner.html\">inner</a>"),
        "{tree}"
    );
    assert!(page(&site, "api/operations/trees.html").contains("id=\"response-200-children\""));
    let merged = page(&site, "api/schemas/a.html");
    assert!(
        merged.contains("id=\"member-a\"") && merged.contains("id=\"member-b\""),
        "{merged}"
    );
    assert!(page(&site, "api/schemas/alias.html").contains("Another name of <a"));
}

#[test]
fn the_menu_of_a_page_shows_where_it_is() {
    let (site, _) = &*WORKSPACE;
    let text = page(site, "contio/operations/create-meeting.html");
    assert_eq!(text.matches("aria-current=\"page\"").count(), 1);
    assert!(Page::parse(text).ids.contains("menu"));
}

/// A shell takes every command apart into options that are known, each with one word behind it.
#[test]
fn every_operation_has_a_command_that_a_shell_understands() {
    let (site, models) = &*WORKSPACE;
    let mut commands = 0;
    for (path, text) in pages(site).filter(|(path, _)| path.contains("/operations/")) {
        let sample = text.split_once("<h3>curl</h3>").unwrap().1;
        let sample = sample.split_once("<code>").unwrap().1;
        let sample = sample.split_once("</code>").unwrap().0;
        let command = sample
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&");
        let words = shlex::split(&command.replace("\\\n", "")).unwrap();
        let mut words = words.iter().map(String::as_str);
        assert_eq!(
            (words.next(), words.next()),
            (Some("curl"), Some("--globoff")),
            "{path}"
        );
        while let Some(option) = words.next() {
            let known = [
                "--request",
                "--url",
                "--header",
                "--user",
                "--user-agent",
                "--cookie",
                "--data-raw",
                "--data-binary",
                "--data-urlencode",
                "--form",
                "--form-string",
            ];
            assert!(
                option == "--head" || known.contains(&option),
                "{path}: {option}"
            );
            assert!(
                option == "--head" || words.next().is_some(),
                "{path}: {option}"
            );
        }
        commands += 1;
    }
    let operations: usize = models.iter().map(|(_, model)| model.operations.len()).sum();
    assert_eq!(commands, operations);
}
