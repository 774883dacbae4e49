//! L4xx: responses.

use std::collections::HashSet;

use super::rule::{Hit, Rule};
use super::view::{Method, View};
use crate::finding::Severity::{Error, Warning};
use crate::model::media::is_json;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "L401",
        name: "no-success-response",
        severity: Error,
        suppressible: false,
        what: "An operation declares no success: no 2xx or 3xx status, no range of them, no `default`.",
        why: "a client cannot tell what a successful call gives back",
        check: no_success_response,
    },
    Rule {
        code: "L402",
        name: "no-error-response",
        severity: Warning,
        suppressible: true,
        what: "An operation declares no error: no 4xx or 5xx status, no range, no `default`.",
        why: "callers get errors without a type and read nowhere what can go wrong",
        check: no_error_response,
    },
    Rule {
        code: "L403",
        name: "json-response-without-schema",
        severity: Error,
        suppressible: false,
        what: "A JSON response has no schema.",
        why: "there is no type to decode it into",
        check: json_response_without_schema,
    },
    Rule {
        code: "L404",
        name: "body-where-none-can-be",
        severity: Warning,
        suppressible: true,
        what: "A 204, 205 or 304 response, or one to HEAD, declares content.",
        why: "HTTP sends no body there (RFC 9110, section 6.4.1), so decoding one always fails",
        check: body_where_none_can_be,
    },
];

fn no_success_response(view: &View<'_>) -> Vec<Hit> {
    // 101 is the success of an operation that switches protocols; a declared redirection is an
    // outcome, because clients do not follow it.
    let is_success =
        |status: &str| status.starts_with(['2', '3']) || matches!(status, "default" | "101");
    without_response(view, &is_success)
        .map(|(place, title)| {
            Hit::at_key(place, format!("{title} declares no success"))
                .help("add the status it responds with, for example `'200': {description: …, content: …}` or `'204': {description: …}`")
        })
        .collect()
}

fn no_error_response(view: &View<'_>) -> Vec<Hit> {
    let is_error = |status: &str| status.starts_with(['4', '5']) || status == "default";
    without_response(view, &is_error)
        .map(|(place, title)| {
            Hit::at_key(place, format!("{title} declares no error"))
                .help("add the errors it responds with, for example `'404': {$ref: '#/components/responses/NotFound'}`, or a `default`")
        })
        .collect()
}

/// Place and title of the operations that have no response whose status is `wanted`.
fn without_response(
    view: &View<'_>,
    wanted: &dyn Fn(&str) -> bool,
) -> impl Iterator<Item = (String, String)> {
    let operations = view.operations.iter();
    operations
        .filter(move |operation| !operation.responses.iter().any(|(status, _)| wanted(status)))
        .map(|operation| (operation.node.pointer_of("responses"), operation.title()))
}

fn json_response_without_schema(view: &View<'_>) -> Vec<Hit> {
    let bodies = view
        .media_types
        .iter()
        .filter(|media| media.is_body && media.direction.received);
    bodies
        .filter(|media| is_json(media.name) && media.node.get("schema").is_none())
        .map(|media| {
            Hit::at_key(&media.node.pointer, format!("the `{}` response has no schema", media.name))
                .help("add `schema: {$ref: '#/components/schemas/…'}`; `schema: {}` stands for any JSON value")
        })
        .collect()
}

fn body_where_none_can_be(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    let mut reported = HashSet::new();
    for operation in &view.operations {
        for (status, response) in &operation.responses {
            let bodiless =
                matches!(*status, "204" | "205" | "304") || operation.method == Method::Head;
            let Some(content) = response.child("content").filter(|_| bodiless) else {
                continue;
            };
            let has_content = content
                .value
                .as_object()
                .is_some_and(|content| !content.is_empty());
            if has_content && reported.insert(content.pointer.clone()) {
                hits.push(
                    Hit::at_key(&content.pointer, format!("response {status} of {} cannot have a body", operation.title()))
                        .help("remove `content`, or declare the status that has the body, for example 200"),
                );
            }
        }
    }
    hits
}
