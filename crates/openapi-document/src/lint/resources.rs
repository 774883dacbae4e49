//! L67x: what a document says of its resources beyond paths and bodies, for a server that keeps them.

use super::pagination::page_schema;
use super::rule::{Hit, Rule};
use super::shape::{Member, Shape, find_member};
use super::view::{Method, Node, Operation, View};
use crate::finding::Severity::Error;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "L671",
        name: "filter-unfit",
        severity: Error,
        suppressible: false,
        what: "`x-filters` stands on no query parameter of a list, or names a member that no item of the list has.",
        why: "a mock server could not tell which items the parameter selects",
        check: filter_unfit,
    },
    Rule {
        code: "L672",
        name: "replay-without-key",
        severity: Error,
        suppressible: false,
        what: "A header tells of a replay (`x-tells`), but the operation has no `x-idempotency-key`.",
        why: "only an idempotency key tells a retry from a first request",
        check: replay_without_key,
    },
    Rule {
        code: "L673",
        name: "copy-of-nothing",
        severity: Error,
        suppressible: false,
        what: "`x-copies` stands on an operation that is no POST or PUT below the path of an item.",
        why: "the path leads to nothing that could be copied",
        check: copy_of_nothing,
    },
    Rule {
        code: "L674",
        name: "inactive-value-unknown",
        severity: Error,
        suppressible: false,
        what: "`x-inactive-values` names a value the enum does not list.",
        why: "the value would never shut anybody out; most often it was renamed",
        check: inactive_value_unknown,
    },
    Rule {
        code: "L675",
        name: "version-unfit",
        severity: Error,
        suppressible: false,
        what: "`x-version` stands on a schema that is neither a string nor an integer.",
        why: "there is no next value of anything else",
        check: version_unfit,
    },
];

fn filter_unfit(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for operation in &view.operations {
        for parameter in &operation.parameters {
            let Some(filters) = parameter.definition.child("x-filters") else {
                continue;
            };
            let title = operation.title();
            let Some(item) = item(view, operation).filter(|_| parameter.place() == "query") else {
                let message = format!(
                    "`x-filters` has no effect here: {title} is no list with this query parameter"
                );
                let help = "remove it, or move it to a query parameter of an operation that responds with an array";
                hits.push(Hit::at_key(&filters.pointer, message).help(help));
                continue;
            };
            for member in filters.items("members") {
                let name = member.value.as_str().unwrap_or_default();
                let path = format!("/{}", crate::pointer::escape(name));
                if matches!(find_member(view, &item, &path), Member::Missing) {
                    let message = format!("the items of {title} have no member `{name}`");
                    let hit = Hit::at(&member.pointer, message);
                    let help = "name a member of the items, as it is written there";
                    hits.push(hit.related(&item.pointer, "the items").help(help));
                }
            }
        }
    }
    hits
}

/// The schema of the items of the list that an operation answers with.
fn item<'a>(view: &View<'a>, operation: &Operation<'a>) -> Option<Node<'a>> {
    let answer = page_schema(operation)?;
    let said = operation.node.child("x-pagination");
    let said = said.and_then(|rule| rule.child("members")?.str("items"));
    let list = match said {
        Some(path) => match find_member(view, &answer, path) {
            Member::Found(list) => list,
            Member::InChoice | Member::Missing => return None,
        },
        None => answer,
    };
    let shape = Shape::of(view, &list);
    let only = || {
        let mut lists = shape.properties.values().map(|one| Shape::of(view, one));
        lists.find_map(|inner| inner.items)
    };
    shape.items.clone().or_else(only)
}

fn replay_without_key(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    let keyless = view.operations.iter();
    for operation in keyless.filter(|one| one.node.get("x-idempotency-key").is_none()) {
        let responses = operation.responses.iter();
        for (_, header) in responses.flat_map(|(_, response)| response.members("headers")) {
            let Some(header) = view.resolve(&header) else {
                continue;
            };
            if let Some(tells) = header
                .child("x-tells")
                .filter(|tells| tells.value == "replayed")
            {
                let message = format!("{} has no idempotency key", operation.title());
                let help = "name the request header that makes a retry safe in `x-idempotency-key` of the operation, or remove this header from the response";
                hits.push(
                    Hit::at_key(&tells.pointer, message)
                        .related(&operation.node.pointer, "the operation")
                        .help(help),
                );
            }
        }
    }
    hits
}

fn copy_of_nothing(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for operation in &view.operations {
        let Some(copies) = operation.node.child("x-copies") else {
            continue;
        };
        let is_parameter = |segment: &str| segment.starts_with('{');
        let mut last = operation.path.rsplit('/').take(2);
        let fits = matches!(operation.method, Method::Post | Method::Put) && last.any(is_parameter);
        if copies.value == true && !fits {
            let message = format!(
                "`x-copies` on {}, whose path leads to no item of a collection",
                operation.title()
            );
            let help = "write it on a POST or PUT such as `/things/{id}/copy`";
            hits.push(Hit::at_key(&copies.pointer, message).help(help));
        }
    }
    hits
}

fn inactive_value_unknown(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for schema in &view.schemas {
        let inactive = schema.node.items("x-inactive-values");
        if inactive.is_empty() {
            continue;
        }
        let listed = Shape::of(view, &schema.node).values.unwrap_or_default();
        for value in inactive {
            if !listed.contains(&value.value) {
                let name = value.value.as_str().unwrap_or_default();
                let message = format!("`{name}` is not listed in `enum`");
                let help = "add it to `enum`, or name the value that is meant";
                hits.push(Hit::at(&value.pointer, message).help(help));
            }
        }
    }
    hits
}

fn version_unfit(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for schema in &view.schemas {
        let Some(version) = schema.node.child("x-version") else {
            continue;
        };
        let kind = Shape::of(view, &schema.node).kind;
        if version.value == true && !matches!(kind, Some("string" | "integer")) {
            let message = "`x-version` on what is neither a string nor an integer";
            let help = "move it to the member that holds the version, or remove it";
            hits.push(Hit::at_key(&version.pointer, message).help(help));
        }
    }
    hits
}
