//! Which OpenAPI a document claims to be, and constructs of later versions.

use crate::codes;
use crate::files::Files;
use crate::finding::Finding;
use crate::grammar::{ObjectKind, Shape};
use crate::node::Node;
use crate::pointer;
use crate::report::Diagnostic;
use serde_json::Value;

/// Checks that `root` is OpenAPI 3.0; the problem otherwise, after which nothing else makes sense.
pub(crate) fn check(files: &Files, root: &Node) -> Option<Diagnostic> {
    let Some(members) = root.as_object() else {
        let message = format!("a document is an object, not {}", root.noun());
        return Some(
            codes::NO_VERSION
                .at(files.place(root.span), message)
                .with_help("start the document with `openapi: 3.0.3`"),
        );
    };
    let start = files.place(crate::node::Span {
        end: root.span.start,
        ..root.span
    });
    if let Some(swagger) = members.get("swagger") {
        return Some(
            codes::SWAGGER_2
                .at(files.place(swagger.key), "this is a Swagger 2.0 document")
                .with_help(
                    "convert it once to OpenAPI 3.0, for example with \
                     `npx swagger2openapi swagger.yaml -o openapi.yaml`, and check the result",
                ),
        );
    }
    let Some(openapi) = members.get("openapi") else {
        return Some(
            codes::NO_VERSION
                .at(start, "the key `openapi` is missing")
                .with_help("start the document with `openapi: 3.0.3`"),
        );
    };
    let place = files.place(openapi.value.span);
    let written = files.text(openapi.value.span);
    let Some(version) = openapi.value.as_str() else {
        return Some(
            codes::NO_VERSION
                .at(
                    place,
                    format!("the version `{written}` is not a string of three numbers"),
                )
                .with_help("write `openapi: 3.0.3`"),
        );
    };
    if is_supported(version) {
        return None;
    }
    if ["3.1", "3.2", "4."]
        .iter()
        .any(|later| version.starts_with(later))
    {
        return Some(
            codes::TOO_NEW
                .at(place, format!("this is an OpenAPI {version} document"))
                .with_help(
                    "write `openapi: 3.0.3` and express the schemas in 3.0: `nullable: true` for \
                     `type: [..., 'null']`, an `enum` of one value for `const`, `example` for \
                     `examples` in schemas",
                ),
        );
    }
    Some(
        codes::NO_VERSION
            .at(
                place,
                format!("`{version}` is not a version of OpenAPI 3.0"),
            )
            .with_help("write `openapi: 3.0.3`"),
    )
}

fn is_supported(version: &str) -> bool {
    let Some(patch) = version.strip_prefix("3.0.") else {
        return false;
    };
    let patch = patch.split_once('-').map_or(patch, |(patch, _)| patch);
    patch.len() == 1 && patch.bytes().all(|byte| byte.is_ascii_digit())
}

/// Finds constructs that only exist since OpenAPI 3.1.
pub(crate) fn later_constructs(root: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    visit(root, Shape::One(ObjectKind::Document), "", &mut findings);
    findings
}

fn visit(value: &Value, shape: Shape, at: &str, findings: &mut Vec<Finding>) {
    match (shape, value) {
        (Shape::One(kind), Value::Object(members)) => {
            if members.contains_key("$ref") {
                return;
            }
            for (key, value) in members {
                let at = pointer::join(at, key);
                if let Some(instead) = later(kind, key, value) {
                    let message = format!("`{key}` is written as in OpenAPI 3.1");
                    let finding = codes::LATER_KEYWORD.finding(at, message).at_key();
                    findings.push(finding.help(instead));
                } else {
                    visit(value, kind.member(key), &at, findings);
                }
            }
        }
        (Shape::Map(kind), Value::Object(members)) => {
            for (key, value) in members {
                visit(value, Shape::One(kind), &pointer::join(at, key), findings);
            }
        }
        (Shape::List(kind), Value::Array(items)) => {
            for (index, value) in items.iter().enumerate() {
                visit(value, Shape::One(kind), &format!("{at}/{index}"), findings);
            }
        }
        _ => {}
    }
}

/// What to write instead, if member `key` with `value` is a construct of 3.1.
fn later(kind: ObjectKind, key: &str, value: &Value) -> Option<&'static str> {
    Some(match (kind, key) {
        (ObjectKind::Document, "webhooks") => {
            "declare the payloads as component schemas and name them in `x-event-delivery`"
        }
        (ObjectKind::Document, "jsonSchemaDialect") => "remove it; 3.0 has one dialect only",
        (ObjectKind::Info, "summary") => "put the text into `description`",
        (ObjectKind::License, "identifier") => "use `url`, or put the identifier into `name`",
        (ObjectKind::Components, "pathItems") => {
            "put the path items into a file of their own and refer to them from `paths`"
        }
        (ObjectKind::Schema, _) => return later_in_schema(key, value),
        _ => return None,
    })
}

fn later_in_schema(key: &str, value: &Value) -> Option<&'static str> {
    Some(match key {
        "type" if value.is_array() => {
            "write one type; `nullable: true` beside it for `'null'`, `oneOf` for several"
        }
        "type" if value == "null" => "write `nullable: true` beside the other type",
        "const" => "write an `enum` of one value",
        "examples" if value.is_array() => "write one `example`",
        "exclusiveMinimum" if value.is_number() => {
            "write the number as `minimum`, and `exclusiveMinimum: true`"
        }
        "exclusiveMaximum" if value.is_number() => {
            "write the number as `maximum`, and `exclusiveMaximum: true`"
        }
        "$defs" | "definitions" => "move the schemas to `components.schemas`",
        "$id" | "$schema" | "$anchor" | "$dynamicRef" | "$dynamicAnchor" | "$vocabulary"
        | "$comment" => "remove it; 3.0 schemas are referenced by their place",
        "prefixItems" | "contains" | "minContains" | "maxContains" | "unevaluatedItems" => {
            "describe the list by one `items` schema, with `oneOf` if the items differ"
        }
        "if" | "then" | "else" | "dependentSchemas" | "dependentRequired" => {
            "describe the alternatives with `oneOf`, or say it in `description`"
        }
        "patternProperties" | "propertyNames" | "unevaluatedProperties" => {
            "use `additionalProperties`, and say in `description` which names are allowed"
        }
        "contentEncoding" => "write `format: byte` for base64, `format: binary` for raw bytes",
        "contentMediaType" | "contentSchema" => "say it in `description`",
        _ => return None,
    })
}
