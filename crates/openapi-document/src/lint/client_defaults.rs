//! L651 and L652: `x-client-default`, a setting of the client for a header parameter.

use std::collections::HashMap;

use super::names::method_name;
use super::rule::{Hit, Rule};
use super::shape::Shape;
use super::view::{Node, View};
use crate::finding::Severity::Error;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "L651",
        name: "client-default-unfit",
        severity: Error,
        suppressible: false,
        what: "A parameter with `x-client-default` is no optional header with one plain value.",
        why: "a value that is set once for all calls can only go into an optional header of one value",
        check: unfit,
    },
    Rule {
        code: "L652",
        name: "client-default-clash",
        severity: Error,
        suppressible: false,
        what: "The name in `x-client-default` is that of another setting of the client.",
        why: "one builder cannot have two methods of one name",
        check: clash,
    },
];

/// Methods that the builder of every client may have.
const SETTERS: [&str; 25] = [
    "add_root_certificate",
    "allow_insecure_http",
    "attempt_timeout",
    "base_url",
    "build",
    "connect_timeout",
    "environment",
    "features",
    "follow_redirects",
    "from_env",
    "http_client",
    "max_queued_writes",
    "middleware",
    "oauth",
    "observer",
    "rate_limiting",
    "read_timeout",
    "response_body_limit",
    "retry",
    "retry_budget",
    "timeout",
    "trace_headers",
    "trace_query",
    "trusted",
    "user_agent",
];

/// The parameters with a setting of the client, and the name of the setting.
fn defaults<'v, 'a>(view: &'v View<'a>) -> impl Iterator<Item = (&'v Node<'a>, Node<'a>, &'a str)> {
    view.parameters.iter().filter_map(|parameter| {
        let setting = parameter.child("x-client-default")?;
        let name = setting.value.as_str()?;
        Some((parameter, setting, name))
    })
}

fn unfit(view: &View<'_>) -> Vec<Hit> {
    let problem = |parameter: &Node<'_>| {
        if parameter.str("in") != Some("header") {
            return Some("is no header");
        }
        if parameter.is_true("required") {
            return Some("is required, so that every call sets it anyway");
        }
        let schema = parameter.child("schema")?;
        let shape = Shape::of(view, &schema);
        let plain = matches!(
            shape.kind,
            Some("string" | "integer" | "number" | "boolean")
        );
        let schema = view.resolve(&schema)?;
        let is_time = schema.str("format") == Some("date-time");
        (!plain || is_time).then_some("is no plain string, number or boolean")
    };
    defaults(view)
        .filter_map(|(parameter, setting, _)| {
            let name = parameter.str("name").unwrap_or_default();
            let message = format!("the parameter `{name}` {}", problem(parameter)?);
            let help = "let it be an optional parameter in `header`, or remove `x-client-default`";
            Some(Hit::at_key(setting.pointer, message).help(help))
        })
        .collect()
}

fn clash(view: &View<'_>) -> Vec<Hit> {
    let schemes: Vec<String> = view
        .components("securitySchemes")
        .into_iter()
        .flat_map(|(name, _)| {
            let setter = method_name(name);
            [format!("{setter}_oauth"), setter]
        })
        .collect();
    let mut first: HashMap<&str, (&str, String)> = HashMap::new();
    let mut hits = Vec::new();
    for (parameter, setting, name) in defaults(view) {
        let header = parameter.str("name").unwrap_or_default();
        let mut hit = |message: String, other: Option<&str>| {
            let hit = Hit::at(&setting.pointer, message).help(
                "choose a name that says what the header means, for example `client_timezone`",
            );
            hits.push(match other {
                Some(other) => hit.related(other, "the other parameter"),
                None => hit,
            });
        };
        if SETTERS.contains(&name) || schemes.iter().any(|setter| setter == name) {
            hit(format!("the client has a setting `{name}` already"), None);
            continue;
        }
        let method = format!("with_{name}");
        let mut operations = view.operations.iter();
        if operations.any(|operation| method_name(&operation.id_or_derived()) == method) {
            hit(
                format!("an operation is called `{method}`, as the setting would be on a client"),
                None,
            );
            continue;
        }
        match first.get(name) {
            Some((other, place)) if !other.eq_ignore_ascii_case(header) => hit(
                format!("`{name}` stands for the header `{other}` already"),
                Some(place),
            ),
            Some(_) => {}
            None => {
                first.insert(name, (header, setting.pointer.clone()));
            }
        }
    }
    hits
}
