//! L6xx: our own `x-` vocabulary, as far as it names other parts of the document.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::names::type_name;
use super::rule::{Hit, Rule};
use super::shape::Shape;
use super::view::{Node, Operation, Place, View};
use crate::finding::Severity::{Error, Warning};

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "L601",
        name: "operation-without-provenance",
        severity: Warning,
        suppressible: true,
        what: "An operation has no `x-provenance`, although others have.",
        why: "readers cannot tell what the vendor documents from what was inferred",
        check: operation_without_provenance,
    },
    Rule {
        code: "L602",
        name: "schema-without-provenance",
        severity: Warning,
        suppressible: true,
        what: "A component schema has no `x-provenance`, although others have.",
        why: "readers cannot tell what the vendor documents from what was inferred",
        check: schema_without_provenance,
    },
    Rule {
        code: "L603",
        name: "serialize-by-unknown",
        severity: Error,
        suppressible: false,
        what: "`x-serialize-by` names a path parameter the operation does not have.",
        why: "the client could not tell which calls must wait for each other",
        check: serialize_by_unknown,
    },
    Rule {
        code: "L606",
        name: "scopes-without-bearer",
        severity: Error,
        suppressible: false,
        what: "An operation has `x-required-scopes` but takes no plain bearer token.",
        why: "the scopes belong to a token, and the operation takes none; `oauth2` schemes list their scopes in `security`",
        check: scopes_without_bearer,
    },
    Rule {
        code: "L607",
        name: "enum-description-unknown",
        severity: Error,
        suppressible: false,
        what: "`x-enum-descriptions` describes a value the enum does not list.",
        why: "the text would be lost; most often the value was renamed",
        check: enum_description_unknown,
    },
    Rule {
        code: "L608",
        name: "closed-enum-without-enum",
        severity: Error,
        suppressible: false,
        what: "`x-closed-enum` stands on a schema that is no string enum.",
        why: "without listed values there is nothing to close, so it has no effect",
        check: closed_enum_without_enum,
    },
    Rule {
        code: "L609",
        name: "environment-clash",
        severity: Error,
        suppressible: false,
        what: "Two servers have the same `x-environment`, once written in `UpperCamelCase`.",
        why: "one enum cannot have two variants of one name",
        check: environment_clash,
    },
    Rule {
        code: "L610",
        name: "rate-limit-without-path",
        severity: Warning,
        suppressible: true,
        what: "No path starts with the `pathPrefix` of an `x-rate-limit` class.",
        why: "the class limits nothing; most often the prefix is misspelt",
        check: rate_limit_without_path,
    },
    Rule {
        code: "L611",
        name: "inferred-value-unknown",
        severity: Error,
        suppressible: false,
        what: "`x-inferred-values` names a value the enum does not list.",
        why: "the mark would be lost; most often the value was renamed",
        check: inferred_value_unknown,
    },
];

fn operation_without_provenance(view: &View<'_>) -> Vec<Hit> {
    let nodes = view
        .operations
        .iter()
        .map(|operation| (operation.title(), operation.node.clone()));
    without_provenance(nodes.collect())
}

fn schema_without_provenance(view: &View<'_>) -> Vec<Hit> {
    let nodes = view
        .components("schemas")
        .into_iter()
        .map(|(name, node)| (format!("schema `{name}`"), node));
    without_provenance(nodes.collect())
}

fn without_provenance(nodes: Vec<(String, Node<'_>)>) -> Vec<Hit> {
    let has = |node: &Node<'_>| node.get("x-provenance").is_some();
    if !nodes.iter().any(|(_, node)| has(node)) {
        return Vec::new();
    }
    let silent = nodes
        .into_iter()
        .filter(|(_, node)| !has(node) && node.reference().is_none());
    silent
        .map(|(title, node)| {
            Hit::at_key(&node.pointer, format!("{title} has no `x-provenance`"))
                .help("add `x-provenance: documented`, or `x-provenance: inferred` with an `x-provenance-basis`")
        })
        .collect()
}

fn serialize_by_unknown(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for operation in &view.operations {
        for entry in operation.node.items("x-serialize-by") {
            let name = entry.value.as_str().unwrap_or_default();
            if !operation.has_parameter("path", name) {
                hits.push(
                    Hit::at(
                        &entry.pointer,
                        format!("{} has no path parameter `{name}`", operation.title()),
                    )
                    .help(known_parameters(operation, "path")),
                );
            }
        }
    }
    hits
}

/// Which parameters there are to name.
pub(super) fn known_parameters(operation: &Operation<'_>, place: &str) -> String {
    let here = operation
        .parameters
        .iter()
        .filter(|parameter| parameter.place() == place);
    let names: Vec<String> = here
        .map(|parameter| format!("`{}`", parameter.name()))
        .collect();
    if names.is_empty() {
        format!("the operation has no {place} parameters: declare it, or remove the name here")
    } else {
        format!("name one of its {place} parameters: {}", names.join(", "))
    }
}

fn scopes_without_bearer(view: &View<'_>) -> Vec<Hit> {
    let schemes: HashMap<&str, Node<'_>> = view.components("securitySchemes").into_iter().collect();
    let is_bearer = |name: &str| {
        let scheme = schemes.get(name).and_then(|scheme| view.resolve(scheme));
        scheme.is_some_and(|scheme| {
            let is_bearer = scheme
                .str("scheme")
                .is_some_and(|s| s.eq_ignore_ascii_case("bearer"));
            scheme.str("type") == Some("http") && is_bearer
        })
    };
    let mut hits = Vec::new();
    for operation in &view.operations {
        let Some(scopes) = operation.node.child("x-required-scopes") else {
            continue;
        };
        let security = operation
            .node
            .get("security")
            .or_else(|| view.root.get("security"));
        let requirements = security.and_then(Value::as_array).into_iter().flatten();
        let mut names = requirements
            .filter_map(Value::as_object)
            .flatten()
            .map(|(name, _)| name);
        if !names.any(|name| is_bearer(name)) {
            hits.push(
                Hit::at_key(&scopes.pointer, format!("`x-required-scopes` on {}, which takes no bearer token", operation.title()))
                    .help("let the operation's `security` name a scheme of `type: http, scheme: bearer`; with an `oauth2` scheme write the scopes there: `security: [{oauth: [the-scope]}]`"),
            );
        }
    }
    hits
}

fn enum_description_unknown(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for schema in &view.schemas {
        let descriptions = schema.node.members("x-enum-descriptions");
        if descriptions.is_empty() {
            continue;
        }
        let listed: HashSet<String> = schema.node.items("enum").iter().map(as_key).collect();
        for (value, text) in descriptions {
            if !listed.contains(value) {
                hits.push(
                    Hit::at_key(
                        &text.pointer,
                        format!("`{value}` is described but not listed in `enum`"),
                    )
                    .help("add it to `enum`, or move the text to the value it is about"),
                );
            }
        }
    }
    hits
}

fn inferred_value_unknown(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for schema in &view.schemas {
        let listed = schema.node.strings("enum");
        for value in schema.node.items("x-inferred-values") {
            let name = value.value.as_str().unwrap_or_default();
            if !listed.contains(&name) {
                hits.push(
                    Hit::at(&value.pointer, format!("`{name}` is not listed in `enum`"))
                        .help("add it to `enum`, or name the value that is meant"),
                );
            }
        }
    }
    hits
}

/// The key by which a value is described: a text as it is, anything else as JSON.
fn as_key(value: &Node<'_>) -> String {
    match value.value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn closed_enum_without_enum(view: &View<'_>) -> Vec<Hit> {
    let closed = view
        .schemas
        .iter()
        .filter_map(|schema| Some((schema, schema.node.child("x-closed-enum")?)));
    closed
        // A member of `allOf` may close the enum another member lists.
        .filter(|(schema, _)| {
            schema.place != Place::AllOf && schema.node.strings("enum").is_empty()
        })
        .filter(|(schema, _)| Shape::of(view, &schema.node).values.is_none())
        .map(|(_, closed)| {
            Hit::at_key(
                &closed.pointer,
                "`x-closed-enum` stands on a schema that is no string enum",
            )
            .help("move it to the schema that lists the values, or remove it")
        })
        .collect()
}

fn environment_clash(view: &View<'_>) -> Vec<Hit> {
    let mut first: HashMap<String, String> = HashMap::new();
    let mut hits = Vec::new();
    for name in view
        .root
        .items("servers")
        .iter()
        .filter_map(|server| server.child("x-environment"))
    {
        // Anything else is no name, and a finding of its own.
        let Some(text) = name.value.as_str() else {
            continue;
        };
        let variant = type_name(text);
        match first.get(&variant) {
            Some(place) => hits.push(
                Hit::at(
                    &name.pointer,
                    format!(
                        "`{text}` becomes the environment `{variant}`, as another server's does"
                    ),
                )
                .related(place, "the other server")
                .help("give each server a name of its own, for example `production` and `sandbox`"),
            ),
            None => {
                first.insert(variant, name.pointer);
            }
        }
    }
    hits
}

fn rate_limit_without_path(view: &View<'_>) -> Vec<Hit> {
    let paths = view.paths();
    let mut hits = Vec::new();
    for class in view.root.items("x-rate-limit") {
        let Some(prefix) = class.str("pathPrefix") else {
            continue;
        };
        if !paths.iter().any(|(path, _)| path.starts_with(prefix)) {
            hits.push(
                Hit::at(class.pointer_of("pathPrefix"), format!("no path starts with `{prefix}`"))
                    .help("write the prefix as it stands in `paths`, without the path of the server; `/` covers all"),
            );
        }
    }
    hits
}
