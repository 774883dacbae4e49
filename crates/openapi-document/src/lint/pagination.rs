//! L604, L605 and L64x: whether a client can find its way through the pages of a list.

use super::rule::{Hit, Rule};
use super::shape::{Member, Shape, find_member};
use super::view::{Node, Operation, View};
use super::vocabulary::known_parameters;
use crate::finding::Severity::Error;
use crate::model::media::is_json;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "L604",
        name: "pagination-parameter-unknown",
        severity: Error,
        suppressible: false,
        what: "`x-pagination` names a query parameter the operation does not have.",
        why: "the client could not ask for the next page",
        check: parameter_unknown,
    },
    Rule {
        code: "L605",
        name: "pagination-member-unknown",
        severity: Error,
        suppressible: false,
        what: "`x-pagination` names a member the response does not have.",
        why: "the client could not find the items or the way to the next page",
        check: member_unknown,
    },
    Rule {
        code: "L641",
        name: "pagination-incomplete",
        severity: Error,
        suppressible: false,
        what: "`x-pagination` lacks what its style needs, or names what its style has no use for.",
        why: "the client could not go from page to page, or would ignore what is written",
        check: incomplete,
    },
    Rule {
        code: "L642",
        name: "pagination-without-page",
        severity: Error,
        suppressible: false,
        what: "An operation with `x-pagination` has no success in JSON, or several outcomes.",
        why: "the client could not tell which response is a page",
        check: without_page,
    },
    Rule {
        code: "L643",
        name: "pagination-member-type",
        severity: Error,
        suppressible: false,
        what: "A member that `x-pagination` names is of the wrong type, or inside of a choice.",
        why: "the client could not read the items, or the way to the next page",
        check: member_type,
    },
];

/// A parameter or member that `x-pagination` names, by its role.
struct Role<'a> {
    name: &'a str,
    text: &'a str,
    pointer: String,
}

/// The `x-pagination` of an operation with what its style needs. Any other form of it is a finding
/// of its own, or the word of another vocabulary.
fn pagination<'a>(operation: &Operation<'a>) -> Option<(Node<'a>, &'a str, Needs)> {
    let pagination = operation.node.child("x-pagination")?;
    let style = pagination.str("style")?;
    Some((pagination, style, needs(style)?))
}

/// What `x-pagination` has under `key`.
fn roles<'a>(operation: &Operation<'a>, key: &str) -> Vec<Role<'a>> {
    let Some((pagination, ..)) = pagination(operation) else {
        return Vec::new();
    };
    let roles = pagination.members(key).into_iter();
    roles
        .filter_map(|(name, text)| {
            Some(Role {
                name,
                text: text.value.as_str()?,
                pointer: text.pointer,
            })
        })
        .collect()
}

fn parameter_unknown(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for operation in &view.operations {
        for role in roles(operation, "parameters") {
            if !operation.has_parameter("query", role.text) {
                let title = operation.title();
                let message = format!("{title} has no query parameter `{}`", role.text);
                let help = known_parameters(operation, "query");
                hits.push(Hit::at(role.pointer, message).help(help));
            }
        }
    }
    hits
}

/// Calls `judge` with every member that is named, and the schema of the page it should be in.
fn members<'a>(
    view: &View<'a>,
    judge: impl Fn(&Operation<'a>, Role<'a>, &Node<'a>, Member<'a>) -> Option<Hit>,
) -> Vec<Hit> {
    let mut hits = Vec::new();
    for operation in &view.operations {
        let Some(page) = page_schema(operation) else {
            continue;
        };
        for role in roles(operation, "members") {
            let member = find_member(view, &page, role.text);
            hits.extend(judge(operation, role, &page, member));
        }
    }
    hits
}

fn member_unknown(view: &View<'_>) -> Vec<Hit> {
    members(view, |operation, role, page, member| {
        matches!(member, Member::Missing).then(|| {
            let title = operation.title();
            let message = format!(
                "the success response of {title} has no member `{}`",
                role.text
            );
            Hit::at(role.pointer, message)
                .related(&page.pointer, "the response")
                .help(
                    "write a JSON pointer into the response, for example `/items` or `/page/next`",
                )
        })
    })
}

/// The JSON schema of the first success response.
pub(super) fn page_schema<'a>(operation: &Operation<'a>) -> Option<Node<'a>> {
    let success = operation
        .responses
        .iter()
        .find(|(status, _)| status.starts_with('2'));
    let content = success?.1.members("content").into_iter();
    let mut json = content.filter(|(name, _)| is_json(name));
    json.next()?.1.child("schema")
}

/// What a style needs and what it may have besides: parameters, then members.
struct Needs {
    parameters: &'static [&'static str],
    members: &'static [&'static str],
    also: [&'static [&'static str]; 2],
}

const BY_OFFSET: [&[&str]; 2] = [&["limit"], &["total", "limit", "offset", "more"]];
const BY_PAGE: [&[&str]; 2] = [&["limit"], &["total", "limit", "page", "more"]];
const FOLLOWED: [&[&str]; 2] = [&["limit"], &["total", "limit", "more", "next"]];

fn needs(style: &str) -> Option<Needs> {
    let (parameters, members, also): (&[&str], &[&str], _) = match style {
        "offset" => (&["offset"], &["items"], BY_OFFSET),
        "page" => (&["page"], &["items"], BY_PAGE),
        "cursor" => (&["cursor"], &["items", "next"], FOLLOWED),
        "link" => (&[], &["items"], FOLLOWED),
        _ => return None,
    };
    Some(Needs {
        parameters,
        members,
        also,
    })
}

fn incomplete(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for operation in &view.operations {
        let Some((pagination, style, needs)) = pagination(operation) else {
            continue;
        };
        let [also_parameters, also_members] = needs.also;
        for (key, needed, also) in [
            ("parameters", needs.parameters, also_parameters),
            ("members", needs.members, also_members),
        ] {
            let named = roles(operation, key);
            for role in needed {
                if !named.iter().any(|own| own.name == *role) {
                    let message = format!("the style `{style}` needs `{role}` under `{key}`");
                    let help = format!("add `{role}` under `{key}`, or choose the style that fits");
                    hits.push(Hit::at_key(&pagination.pointer, message).help(help));
                }
            }
            for role in named {
                if !needed.contains(&role.name) && !also.contains(&role.name) {
                    let message = format!("the style `{style}` has no use for `{}`", role.name);
                    let help = "remove it, or choose the style that fits";
                    hits.push(Hit::at_key(role.pointer, message).help(help));
                }
            }
        }
    }
    hits
}

fn without_page(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for operation in &view.operations {
        let Some((pagination, ..)) = pagination(operation) else {
            continue;
        };
        let statuses = operation.responses.iter().map(|(status, _)| *status);
        let outcomes: Vec<&str> = statuses
            .filter(|status| status.starts_with(['2', '3']))
            .collect();
        let message = match outcomes.as_slice() {
            [_] if page_schema(operation).is_some() => continue,
            [] | [_] => format!(
                "{} has no JSON response that could be a page",
                operation.title()
            ),
            several => {
                let several = several.join("`, `");
                format!("{} has several outcomes: `{several}`", operation.title())
            }
        };
        hits.push(
            Hit::at_key(&pagination.pointer, message)
                .help("give the operation one success with a schema for `application/json`, or remove `x-pagination`"),
        );
    }
    hits
}

fn member_type(view: &View<'_>) -> Vec<Hit> {
    members(view, |_, role, page, member| {
        let allowed: &[&str] = match role.name {
            "items" => &["array"],
            "more" => &["boolean"],
            _ => &["string", "integer", "number"],
        };
        let message = match member {
            Member::Missing => return None,
            Member::InChoice => format!(
                "`{}` is inside of a `oneOf`, `anyOf` or `not`, so it may not be there",
                role.text
            ),
            Member::Found(schema) => {
                let shape = Shape::of(view, &schema);
                if shape.kind.is_some_and(|kind| allowed.contains(&kind)) {
                    return None;
                }
                let kind = match shape.kind {
                    Some(kind) => format!("of type `{kind}`"),
                    None => "of no certain type".to_owned(),
                };
                format!("`{}` is {kind}", role.text)
            }
        };
        let help = format!(
            "`{}` has to lead to a member of type `{}`",
            role.name,
            allowed.join("` or `")
        );
        Some(
            Hit::at(role.pointer, message)
                .related(&page.pointer, "the response")
                .help(help),
        )
    })
}
