//! L5xx: texts and names that are one line by their nature.

use super::rule::{Hit, Rule};
use super::view::{Node, View};
use crate::finding::Severity::{Error, Warning};
use crate::pointer;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "L507",
        name: "line-with-breaks",
        severity: Warning,
        suppressible: true,
        what: "A title, a summary or another text that is one line has several.",
        why: "it stands where there is room for one line, so the lines are joined with spaces",
        check: line_with_breaks,
    },
    Rule {
        code: "L508",
        name: "control-character",
        severity: Error,
        suppressible: false,
        what: "A name, an address or a text that is one line holds a control character.",
        why: "nobody sees it, and what shows or sends the text acts on it",
        check: control_character,
    },
];

/// Texts for people that are one line. `*` is every member of an object, every item of an array.
const LINES: &[&str] = &[
    "info/title",
    "info/version",
    "info/contact/name",
    "info/license/name",
    "tags/*/name",
    "paths/*/summary",
    "paths/*/*/summary",
    "paths/*/*/tags/*",
    "components/examples/*/summary",
    "x-links/*/summary",
    "x-event-delivery/events/*/summary",
];

/// Names and addresses for programs, in which a line break is as wrong as any control character.
const NAMES: &[&str] = &[
    "info/termsOfService",
    "info/contact/url",
    "info/contact/email",
    "info/license/url",
    "externalDocs/url",
    "tags/*/externalDocs/url",
    "servers/*/url",
    "servers/*/x-environment",
    "servers/*/variables/*/default",
    "servers/*/variables/*/enum/*",
    "paths/*/servers/*/url",
    "paths/*/*/servers/*/url",
    "paths/*/*/operationId",
    "paths/*/parameters/*/name",
    "paths/*/*/parameters/*/name",
    "paths/*/*/externalDocs/url",
    "components/parameters/*/name",
    "components/securitySchemes/*/name",
    "components/securitySchemes/*/openIdConnectUrl",
    "components/securitySchemes/*/flows/*/authorizationUrl",
    "components/securitySchemes/*/flows/*/tokenUrl",
    "components/securitySchemes/*/flows/*/refreshUrl",
    "x-links/*/template",
    "x-user-agent",
];

/// Objects whose keys are such names.
const KEYS: &[&str] = &[
    "paths",
    "servers/*/variables",
    "paths/*/*/requestBody/content",
    "paths/*/*/responses/*/content",
    "paths/*/*/responses/*/headers",
    "components/requestBodies/*/content",
    "components/responses/*/content",
    "components/responses/*/headers",
    "components/securitySchemes/*/flows/*/scopes",
    "x-links",
    "x-event-delivery/events",
];

fn line_with_breaks(view: &View<'_>) -> Vec<Hit> {
    let texts = LINES.iter().flat_map(|path| places(&view.root, path));
    texts
        .filter_map(|node| {
            let lines = node.value.as_str()?.trim().lines().count();
            let message = format!("{} has {lines} lines", name_of(&node));
            let help =
                "write it in one line; whatever else there is to say belongs into a description";
            (lines > 1).then(|| Hit::at(&node.pointer, message).help(help))
        })
        .collect()
}

fn control_character(view: &View<'_>) -> Vec<Hit> {
    let is_break = |c: char| matches!(c, '\n' | '\r' | '\t');
    let lines = LINES.iter().flat_map(|path| places(&view.root, path));
    let lines = lines.filter_map(|node| hit(&node, |c| c.is_control() && !is_break(c)));
    let names = NAMES.iter().flat_map(|path| places(&view.root, path));
    let names = names.filter_map(|node| hit(&node, char::is_control));
    let keys = KEYS.iter().flat_map(|path| places(&view.root, path));
    let keys = keys.flat_map(|node| node.all_members());
    let keys = keys.filter_map(|(key, node)| {
        let found = key.chars().find(|c| c.is_control())?;
        let message = format!("the name {key:?} holds {}", named(found));
        Some(Hit::at_key(&node.pointer, message).help(REMOVE))
    });
    lines.chain(names).chain(keys).collect()
}

const REMOVE: &str =
    "take it out; text that was copied from somewhere else may have brought it along";

fn hit(node: &Node<'_>, is_wrong: impl Fn(char) -> bool) -> Option<Hit> {
    let found = node.value.as_str()?.chars().find(|c| is_wrong(*c))?;
    let message = format!("{} holds {}", name_of(node), named(found));
    Some(Hit::at(&node.pointer, message).help(REMOVE))
}

fn named(control: char) -> String {
    format!("the control character U+{:04X}", u32::from(control))
}

/// The key that a node stands under, or that its list stands under.
fn name_of(node: &Node<'_>) -> String {
    let mut keys = pointer::split(&node.pointer)
        .collect::<Vec<_>>()
        .into_iter()
        .rev();
    let key = keys.find(|key| key.parse::<usize>().is_err());
    format!("`{}`", key.unwrap_or_default())
}

/// The nodes that a path leads to.
fn places<'a>(root: &Node<'a>, path: &str) -> Vec<Node<'a>> {
    path.split('/').fold(vec![root.clone()], |nodes, step| {
        let next = nodes.iter().flat_map(|node| match step {
            "*" => inside(node),
            key => node.child(key).into_iter().collect(),
        });
        next.collect()
    })
}

fn inside<'a>(node: &Node<'a>) -> Vec<Node<'a>> {
    let Some(items) = node.value.as_array() else {
        return node
            .all_members()
            .into_iter()
            .map(|(_, node)| node)
            .collect();
    };
    let items = items.iter().enumerate();
    items
        .map(|(index, value)| Node {
            pointer: pointer::join(&node.pointer, &index.to_string()),
            value,
        })
        .collect()
}
