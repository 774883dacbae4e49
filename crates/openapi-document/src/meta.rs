//! The structure of a document, checked against the meta-schema of OpenAPI 3.0.

use std::collections::HashSet;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::codes;
use crate::finding::Finding;
use crate::grammar::{ObjectKind, Shape, shape_at};
use crate::nearest::nearest;
use crate::pointer;
use crate::violation::{self, Fault, Violation};

/// The schema is vendored with the crate, and the tests use it: it cannot fail on a user's machine.
#[allow(clippy::expect_used)]
static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!("../schemas/openapi-3.0.json");
    let mut schema: Value = serde_json::from_str(text).expect("valid JSON");
    // OpenAPI 3.0.3 lets an encoding object have extensions; this edition of the schema forgot it.
    schema["definitions"]["Encoding"]["patternProperties"] = json!({ "^x-": {} });
    schema
});

#[allow(clippy::expect_used)]
static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| {
    jsonschema::draft4::options()
        .should_validate_formats(true)
        // Patterns are ECMA-262; this is the engine that generated clients check them with.
        .with_format("regex", |pattern: &str| {
            regress::Regex::new(pattern).is_ok()
        })
        .build(&SCHEMA)
        .expect("valid schema")
});

/// Checks a bundled document. `written` gives the text of a value as it stands in its file.
/// Findings at the places in `known` are left out, as they were reported with better words.
pub(crate) fn check(
    root: &Value,
    known: &HashSet<String>,
    written: &dyn Fn(&str) -> String,
) -> Vec<Finding> {
    let violations: Vec<Violation> = VALIDATOR
        .iter_errors(root)
        .flat_map(|error| violation::explain(&error))
        .collect();
    let faulty: HashSet<&str> = violations
        .iter()
        .filter(|violation| violation.fault != Fault::Ambiguous)
        .map(Violation::holder)
        .collect();
    let mut findings: Vec<Finding> = violations
        .iter()
        .filter(|violation| !known.contains(&violation.pointer()))
        // A value that has another fault and so fits two alternatives has one fault only.
        .filter(|violation| {
            violation.fault != Fault::Ambiguous || !faulty.contains(violation.holder())
        })
        .filter(|violation| violation.fault != Fault::UnknownKey("$ref".to_owned()))
        .map(|violation| finding(violation, written))
        .collect();
    findings.extend(component_names(root));
    findings
}

fn finding(violation: &Violation, written: &dyn Fn(&str) -> String) -> Finding {
    let at = violation.pointer();
    let kind = match shape_at(violation.holder()) {
        Some(Shape::One(kind)) => Some(kind),
        _ => None,
    };
    let here = kind.map_or("this", ObjectKind::noun);
    match &violation.fault {
        Fault::UnknownKey(key) => codes::UNKNOWN_KEY
            .finding(at, format!("{here} has no member `{key}`"))
            .at_key()
            .help(unknown_key_help(kind, key)),
        Fault::MissingKey(key) => codes::MISSING_KEY
            .finding(at, format!("{here} has no `{key}`"))
            .at_key()
            .help(missing_key_help(kind, key)),
        Fault::WrongType { expected, found } => {
            let written = written(&at);
            codes::WRONG_TYPE
                .finding(
                    &at,
                    format!("`{}` {}", last_token(&at), violation.message()),
                )
                .help(wrong_type_help(kind, expected, found, &written))
        }
        Fault::Excluded(_) => codes::CONTRADICTION
            .finding(at, format!("{} in {here}", violation.message()))
            .at_key()
            .help(violation.help()),
        Fault::Ambiguous => codes::CONTRADICTION
            .finding(at, format!("{here} can be read in two ways"))
            .help("remove what belongs to one of them"),
        Fault::NotAllowed { .. } | Fault::Other { .. } => {
            let name = last_token(&at);
            codes::WRONG_VALUE
                .finding(at, format!("`{name}` {}", violation.message()))
                .help(match violation.help() {
                    help if help.is_empty() => "write an allowed value".to_owned(),
                    help => help,
                })
        }
    }
}

fn last_token(at: &str) -> String {
    pointer::split(at).last().unwrap_or_default().into_owned()
}

fn unknown_key_help(kind: Option<ObjectKind>, key: &str) -> String {
    match kind {
        Some(ObjectKind::Paths) => return format!("a path starts with `/`: `/{key}`"),
        Some(ObjectKind::Responses) => {
            return "write a status such as `'200'`, a range such as `4XX`, or `default`"
                .to_owned();
        }
        _ => {}
    }
    let keys = kind.map(keys).unwrap_or_default();
    if let Some(near) = nearest(key, keys.iter().copied()) {
        return format!("did you mean `{near}`?");
    }
    if keys.is_empty() {
        return "remove it".to_owned();
    }
    format!(
        "its members are {}; own additions start with `x-`",
        keys.join(", ")
    )
}

fn missing_key_help(kind: Option<ObjectKind>, key: &str) -> String {
    let example = match (kind, key) {
        (Some(ObjectKind::Document), "info") => "info: {title: Pets, version: 1.0.0}",
        (Some(ObjectKind::Document), "paths") => "paths: {}",
        (Some(ObjectKind::Operation), "responses") => "responses: {'204': {description: Done.}}",
        (Some(ObjectKind::Response), "description") => "description: What this response means.",
        (Some(ObjectKind::RequestBody), "content") => {
            "content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}"
        }
        (Some(ObjectKind::Parameter), "required") => "required: true",
        (Some(ObjectKind::Parameter), "in") => "in: query",
        (Some(ObjectKind::Parameter | ObjectKind::Header), key) if key.contains("schema") => {
            "schema: {type: string}"
        }
        (Some(ObjectKind::Info), "version") => "version: 1.0.0",
        _ => return format!("add `{key}`"),
    };
    format!("add it, for example `{example}`")
}

fn wrong_type_help(
    kind: Option<ObjectKind>,
    expected: &str,
    found: &Value,
    written: &str,
) -> String {
    match (expected, found) {
        ("a string", Value::Number(_) | Value::Bool(_)) => format!("quote it: `'{written}'`"),
        ("an object", Value::String(text)) if kind == Some(ObjectKind::Schema) => {
            format!("write `{{type: {text}}}`, or `{{$ref: '#/components/schemas/{text}'}}`")
        }
        ("an array", Value::Object(_)) => "start every item with `- `".to_owned(),
        ("an array", Value::String(text)) => format!("write `[{text}]`"),
        ("true or false", Value::String(_)) => {
            "write `true` or `false`, without quotes; `yes` and `no` are strings".to_owned()
        }
        (expected, Value::String(text)) if expected.ends_with("number") => {
            format!("remove the quotes: `{text}`")
        }
        (_, Value::Null) => format!("write {expected}, or remove the key"),
        _ => format!("write {expected}"),
    }
}

/// The keys the specification fixes for a kind of object.
fn keys(kind: ObjectKind) -> Vec<&'static str> {
    let definitions: &[&str] = match kind {
        ObjectKind::Document => return properties(&SCHEMA),
        ObjectKind::PathItem => {
            let methods = [
                "get", "put", "post", "delete", "options", "head", "patch", "trace",
            ];
            let mut keys = properties(&SCHEMA["definitions"]["PathItem"]);
            keys.extend(methods);
            return keys;
        }
        ObjectKind::Info => &["Info"],
        ObjectKind::Contact => &["Contact"],
        ObjectKind::License => &["License"],
        ObjectKind::Server => &["Server"],
        ObjectKind::ServerVariable => &["ServerVariable"],
        ObjectKind::Operation => &["Operation"],
        ObjectKind::ExternalDocs => &["ExternalDocumentation"],
        ObjectKind::Parameter => &["Parameter"],
        ObjectKind::RequestBody => &["RequestBody"],
        ObjectKind::MediaType => &["MediaType"],
        ObjectKind::Encoding => &["Encoding"],
        ObjectKind::Response => &["Response"],
        ObjectKind::Example => &["Example"],
        ObjectKind::Link => &["Link"],
        ObjectKind::Header => &["Header"],
        ObjectKind::Tag => &["Tag"],
        ObjectKind::Components => &["Components"],
        ObjectKind::Schema => &["Schema"],
        ObjectKind::Discriminator => &["Discriminator"],
        ObjectKind::Xml => &["XML"],
        ObjectKind::SecurityScheme => &[
            "APIKeySecurityScheme",
            "HTTPSecurityScheme",
            "OAuth2SecurityScheme",
            "OpenIdConnectSecurityScheme",
        ],
        ObjectKind::OAuthFlows => &["OAuthFlows"],
        ObjectKind::OAuthFlow => &["AuthorizationCodeOAuthFlow"],
        ObjectKind::Paths
        | ObjectKind::Responses
        | ObjectKind::Callback
        | ObjectKind::Webhooks
        | ObjectKind::WebhookEvent
        | ObjectKind::WebLink => &[],
    };
    let mut keys: Vec<&str> = definitions
        .iter()
        .flat_map(|definition| properties(&SCHEMA["definitions"][definition]))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn properties(definition: &'static Value) -> Vec<&'static str> {
    let properties = definition["properties"].as_object().into_iter().flatten();
    properties
        .map(|(key, _)| key.as_str())
        .filter(|key| *key != "$ref")
        .collect()
}

/// The meta-schema lets entries with other names pass unchecked.
fn component_names(root: &Value) -> Vec<Finding> {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let sections = root["components"].as_object().into_iter().flatten();
    let mut findings = Vec::new();
    for (section, entries) in sections.filter(|(section, _)| !section.starts_with("x-")) {
        for name in entries
            .as_object()
            .into_iter()
            .flat_map(|entries| entries.keys())
        {
            if !name.is_empty() && name.chars().all(legal) {
                continue;
            }
            let better: String = name.chars().filter(|c| legal(*c)).collect();
            let at = pointer::join(&pointer::join("/components", section), name);
            let finding =
                codes::COMPONENT_NAME.finding(at, format!("`{name}` cannot name a component"));
            findings.push(
                finding
                    .at_key()
                    .help(format!("rename it, for example to `{better}`")),
            );
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_come_from_the_meta_schema() {
        for kind in [
            ObjectKind::Document,
            ObjectKind::Info,
            ObjectKind::Contact,
            ObjectKind::License,
            ObjectKind::Server,
            ObjectKind::ServerVariable,
            ObjectKind::PathItem,
            ObjectKind::Operation,
            ObjectKind::ExternalDocs,
            ObjectKind::Parameter,
            ObjectKind::RequestBody,
            ObjectKind::MediaType,
            ObjectKind::Encoding,
            ObjectKind::Response,
            ObjectKind::Example,
            ObjectKind::Link,
            ObjectKind::Header,
            ObjectKind::Tag,
            ObjectKind::Components,
            ObjectKind::Schema,
            ObjectKind::Discriminator,
            ObjectKind::Xml,
            ObjectKind::SecurityScheme,
            ObjectKind::OAuthFlows,
            ObjectKind::OAuthFlow,
        ] {
            assert!(!keys(kind).is_empty(), "{kind:?}");
        }
        assert!(keys(ObjectKind::PathItem).contains(&"trace"));
        assert!(keys(ObjectKind::SecurityScheme).contains(&"bearerFormat"));
    }

    #[test]
    fn a_valid_document_has_no_findings() {
        let root = serde_json::json!({
            "openapi": "3.0.3",
            "info": {"title": "Pets", "version": "1"},
            "paths": {},
        });
        assert!(check(&root, &HashSet::new(), &|_| String::new()).is_empty());
    }
}
