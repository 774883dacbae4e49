//! L655 and L656: `x-follow`, the way from a resource to the one that it leads to.

use super::pagination::page_schema;
use super::rule::{Hit, Rule};
use super::shape::{Member, Shape, find_member};
use super::view::{Method, Node, Operation, View};
use crate::finding::Severity::Error;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "L655",
        name: "follow-unknown",
        severity: Error,
        suppressible: false,
        what: "`x-follow` names a parameter the operation does not have, or a member its response does not have.",
        why: "the client could not find the id of the next resource, or has no parameter to put it in",
        check: unknown,
    },
    Rule {
        code: "L656",
        name: "follow-unfit",
        severity: Error,
        suppressible: false,
        what: "An operation with `x-follow` does not only read, has several outcomes or none in JSON, or names by `x-follow` what is no id.",
        why: "the client could not send the request again for the other resource",
        check: unfit,
    },
];

/// The operations with `x-follow`, and what it says.
fn follows<'v, 'a>(
    view: &'v View<'a>,
) -> impl Iterator<Item = (&'v Operation<'a>, Node<'a>, Node<'a>, Node<'a>)> {
    view.operations.iter().filter_map(|operation| {
        let follow = operation.node.child("x-follow")?;
        let parameter = follow.child("parameter").filter(|p| p.value.is_string())?;
        let member = follow.child("member").filter(|m| m.value.is_string())?;
        Some((operation, follow, parameter, member))
    })
}

fn unknown(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (operation, _, parameter, member) in follows(view) {
        let name = parameter.value.as_str().unwrap_or_default();
        let title = operation.title();
        if !operation.parameters.iter().any(|own| own.name() == name) {
            let names = operation
                .parameters
                .iter()
                .map(|own| format!("`{}`", own.name()));
            let names = names.collect::<Vec<_>>().join(", ");
            let hit = Hit::at(
                parameter.pointer,
                format!("{title} has no parameter `{name}`"),
            );
            hits.push(hit.help(format!(
                "name the parameter with the id of what is read, one of: {names}"
            )));
        }
        let path = member.value.as_str().unwrap_or_default();
        if let Some(schema) = page_schema(operation)
            && matches!(find_member(view, &schema, path), Member::Missing)
        {
            let message = format!("the success response of {title} has no member `{path}`");
            hits.push(
                Hit::at(member.pointer, message)
                    .related(schema.pointer, "the response")
                    .help("write a JSON pointer into the response, for example `/moved_to`"),
            );
        }
    }
    hits
}

fn unfit(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (operation, follow, parameter, member) in follows(view) {
        let outcomes = operation.responses.iter();
        let outcomes = outcomes.filter(|(status, _)| status.starts_with(['2', '3']));
        let schema = page_schema(operation).filter(|_| outcomes.count() == 1);
        if operation.method != Method::Get || schema.is_none() {
            let message = format!(
                "`x-follow` on {}, which does not read one resource as JSON",
                operation.title()
            );
            hits.push(
                Hit::at_key(follow.pointer, message)
                    .help("let it be a `get` with one success in JSON, or remove `x-follow`"),
            );
            continue;
        }
        let name = parameter.value.as_str().unwrap_or_default();
        let own = operation.parameters.iter().find(|own| own.name() == name);
        let taken = own.and_then(|own| own.definition.child("schema"));
        let path = member.value.as_str().unwrap_or_default();
        let found = schema.map(|schema| find_member(view, &schema, path));
        let found = match found {
            Some(Member::Found(schema)) => Some(schema),
            Some(Member::InChoice) => {
                hits.push(no_id(&member, path));
                None
            }
            _ => None,
        };
        for (place, name, schema) in [(&parameter, name, taken), (&member, path, found)] {
            let is_id = |schema: Node<'_>| {
                matches!(Shape::of(view, &schema).kind, Some("string" | "integer"))
            };
            if schema.is_some_and(|schema| !is_id(schema)) {
                hits.push(no_id(place, name));
            }
        }
    }
    hits
}

fn no_id(place: &Node<'_>, name: &str) -> Hit {
    Hit::at(
        &place.pointer,
        format!(
            "`{name}` is not always a string or an integer, so it cannot be the id of a resource"
        ),
    )
    .help("name what holds the id of a resource, of type `string` or `integer`")
}
