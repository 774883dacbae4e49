//! L2xx: parameters and request bodies.

use std::collections::HashMap;

use serde_json::Value;

use super::names::method_name;
use super::rule::{Hit, Rule};
use super::shape::Shape;
use super::view::{MediaType, Method, Node, View};
use crate::finding::Severity::{Error, Warning};
use crate::model::media::{essence, is_json};

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "L201",
        name: "parameter-name-clash",
        severity: Error,
        suppressible: false,
        what: "Two parameters of an operation have the same name in `snake_case`, also when one is a path and the other a query parameter.",
        why: "one of the two would silently never be sent, or the generated code would not compile",
        check: parameter_name_clash,
    },
    Rule {
        code: "L202",
        name: "parameter-name-reserved",
        severity: Error,
        suppressible: false,
        what: "A parameter has a name that the builder of its operation uses itself: `new`, `send`, `header_map`, `call_options`, `with_options`; `body` and `body_map` beside a request body; `pages` and `stream` beside `x-pagination`; `follow` beside `x-follow`.",
        why: "the generated code would not compile",
        check: parameter_name_reserved,
    },
    Rule {
        code: "L203",
        name: "path-parameter-style",
        severity: Error,
        suppressible: false,
        what: "A path parameter has the style `matrix` or `label`.",
        why: "generated clients write path parameters in the `simple` style only",
        check: path_parameter_style,
    },
    Rule {
        code: "L204",
        name: "path-parameter-structured",
        severity: Error,
        suppressible: false,
        what: "A path parameter is an array or an object.",
        why: "generated clients have no way to write it into a path segment",
        check: path_parameter_structured,
    },
    Rule {
        code: "L205",
        name: "parameter-content",
        severity: Error,
        suppressible: false,
        what: "A parameter is described by `content` instead of `schema`.",
        why: "generated clients cannot serialize a parameter as a document",
        check: parameter_content,
    },
    Rule {
        code: "L206",
        name: "ignored-header-parameter",
        severity: Warning,
        suppressible: true,
        what: "A header parameter is called Accept, Content-Type or Authorization.",
        why: "OpenAPI ignores such parameters: media types and security say what goes into these headers",
        check: ignored_header_parameter,
    },
    Rule {
        code: "L207",
        name: "nested-query-object",
        severity: Error,
        suppressible: true,
        what: "An object in a query parameter has a property that is itself an object or an array.",
        why: "OpenAPI does not define how the inner value is written, so client and server can disagree in silence",
        check: nested_query_object,
    },
    Rule {
        code: "L208",
        name: "body-encoding",
        severity: Error,
        suppressible: false,
        what: "A request body that is no form has an `encoding`, or that of a form says what clients cannot follow: a field that is not there, `deepObject` for what is no object, a media type other than JSON.",
        why: "the value would be sent in another way than the API reads it",
        check: body_encoding,
    },
    Rule {
        code: "L210",
        name: "body-without-schema",
        severity: Error,
        suppressible: false,
        what: "A JSON or form request body has no schema.",
        why: "there is no type to make for it",
        check: body_without_schema,
    },
    Rule {
        code: "L211",
        name: "nested-form-body",
        severity: Error,
        suppressible: true,
        what: "A form body is no object, or one of its fields is an object without an `encoding` that says how it is written.",
        why: "a form has flat names and values; the client would fail when it sends the request",
        check: nested_form_body,
    },
    Rule {
        code: "L212",
        name: "wildcard-media-type",
        severity: Error,
        suppressible: false,
        what: "A request body has a media type with a wildcard.",
        why: "the client cannot know what to write into the Content-Type header",
        check: wildcard_media_type,
    },
    Rule {
        code: "L213",
        name: "body-without-meaning",
        severity: Warning,
        suppressible: true,
        what: "A GET, HEAD or DELETE operation has a request body.",
        why: "HTTP gives such a body no meaning (RFC 9110, section 9.3); proxies and servers drop or refuse it",
        check: body_without_meaning,
    },
    Rule {
        code: "L215",
        name: "header-parameter-reserved",
        severity: Error,
        suppressible: false,
        what: "The name of a header parameter starts with `openapi-cookie-`.",
        why: "generated clients carry cookies to their runtime in headers of such names, which are never sent",
        check: header_parameter_reserved,
    },
    Rule {
        code: "L216",
        name: "parameter-member-ignored",
        severity: Warning,
        suppressible: true,
        what: "A parameter has a member without effect: `allowReserved` or `allowEmptyValue` outside of the query, or `allowEmptyValue` on what is no text.",
        why: "a client sends the parameter as if the member were not there",
        check: parameter_member_ignored,
    },
];

fn parameter_name_clash(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for operation in &view.operations {
        let mut first = HashMap::new();
        for parameter in &operation.parameters {
            let name = method_name(parameter.name());
            let Some(earlier) = first.get(&name) else {
                first.insert(name, parameter);
                continue;
            };
            let message = format!(
                "{} parameter `{}` and {} parameter `{}` of {} both become `{name}`",
                earlier.place(),
                earlier.name(),
                parameter.place(),
                parameter.name(),
                operation.title()
            );
            hits.push(
                Hit::at(&parameter.entry, message)
                    .related(&earlier.entry, "the other parameter")
                    .help("rename one of them if the API lets you; otherwise describe the operation without the one that clients need less"),
            );
        }
    }
    hits
}

fn parameter_name_reserved(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for operation in &view.operations {
        for parameter in &operation.parameters {
            let name = method_name(parameter.name());
            let reserved = match name.as_str() {
                "new" | "send" | "header_map" | "call_options" | "with_options" => true,
                "body" | "body_map" => operation.body.is_some(),
                "pages" | "stream" => operation.node.get("x-pagination").is_some(),
                "follow" => operation.node.get("x-follow").is_some(),
                _ => false,
            };
            if reserved {
                let message = format!(
                    "parameter `{}` of {} becomes `{name}`, a name the builder of the operation uses itself",
                    parameter.name(),
                    operation.title()
                );
                hits.push(Hit::at(&parameter.entry, message).help(
                    "rename it if the API lets you (header names may be written in any case, but need other words); otherwise leave it out",
                ));
            }
        }
    }
    hits
}

fn path_parameter_style(view: &View<'_>) -> Vec<Hit> {
    let styled = view.parameters.iter().filter(|parameter| {
        parameter.str("in") == Some("path")
            && matches!(parameter.str("style"), Some("matrix" | "label"))
    });
    styled
        .map(|parameter| {
            let style = parameter.str("style").unwrap_or_default();
            Hit::at(parameter.pointer_of("style"), format!("path parameter {} has the style `{style}`", name_of(parameter)))
                .help("if its values are scalars, write the prefix into the path and drop `style`: `/things/;id={id}`")
        })
        .collect()
}

fn path_parameter_structured(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for parameter in &view.parameters {
        if parameter.str("in") != Some("path") {
            continue;
        }
        let schema = parameter.child("schema");
        let kind = schema.and_then(|schema| Shape::of(view, &schema).kind);
        if let Some(kind @ ("array" | "object")) = kind {
            hits.push(
                Hit::at(parameter.pointer_of("schema"), format!("path parameter {} is an {kind}", name_of(parameter)))
                    .help("declare it as `type: string` and describe how the values are joined, for example by commas"),
            );
        }
    }
    hits
}

fn parameter_content(view: &View<'_>) -> Vec<Hit> {
    let described = view
        .parameters
        .iter()
        .filter_map(|parameter| Some((parameter, parameter.child("content")?)));
    described
        .map(|(parameter, content)| {
            Hit::at_key(&content.pointer, format!("parameter {} is described by `content`", name_of(parameter)))
                .help("write `schema: {type: string}` and describe in words that the text is, for example, a JSON document")
        })
        .collect()
}

fn ignored_header_parameter(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for parameter in &view.parameters {
        if parameter.str("in") != Some("header") {
            continue;
        }
        let name = parameter.str("name").unwrap_or_default();
        let instead = match name.to_ascii_lowercase().as_str() {
            "accept" => "the media types under `responses`",
            "content-type" => "the media types under `requestBody`",
            "authorization" => "a scheme under `components/securitySchemes` and `security`",
            _ => continue,
        };
        hits.push(
            Hit::at(
                &parameter.pointer,
                format!("header parameter `{name}` is ignored"),
            )
            .help(format!("remove it and describe it by {instead}")),
        );
    }
    hits
}

fn header_parameter_reserved(view: &View<'_>) -> Vec<Hit> {
    let headers = view.parameters.iter().filter(|parameter| {
        let name = parameter.str("name").unwrap_or_default();
        let is_reserved = name.to_ascii_lowercase().starts_with("openapi-cookie-");
        parameter.str("in") == Some("header") && is_reserved
    });
    headers
        .map(|parameter| {
            let name = parameter.str("name").unwrap_or_default();
            let message = format!("header parameter `{name}` has a name that clients use themselves");
            Hit::at(parameter.pointer_of("name"), message)
                .help("if a cookie is meant, write `in: cookie` and its own name; otherwise the client cannot send this header")
        })
        .collect()
}

fn nested_query_object(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for parameter in &view.parameters {
        if parameter.str("in") != Some("query") {
            continue;
        }
        let Some(schema) = view.resolved(parameter, "schema") else {
            continue;
        };
        for (name, kind) in structured_properties(view, &schema, &["object", "array"]) {
            hits.push(
                Hit::at(parameter.pointer_of("schema"), format!("property `{name}` of query parameter {} is an {kind}", name_of(parameter)))
                    .help("declare one query parameter for each value the API takes, under the name it has on the wire, for example `filter[state]`"),
            );
        }
    }
    hits
}

/// The properties of an object schema whose type is one of `kinds`, with that type.
fn structured_properties<'a>(
    view: &View<'a>,
    schema: &Node<'a>,
    kinds: &[&str],
) -> Vec<(&'a str, &'a str)> {
    let properties = schema.members("properties").into_iter();
    properties
        .filter_map(|(name, property)| {
            let kind = view.resolve(&property)?.str("type")?;
            kinds.contains(&kind).then_some((name, kind))
        })
        .collect()
}

/// The media types of request bodies.
fn request_media_types<'v, 'a>(view: &'v View<'a>) -> impl Iterator<Item = &'v MediaType<'a>> {
    let bodies = view.media_types.iter().filter(|media| media.is_body);
    bodies.filter(|media| media.direction.sent)
}

fn body_encoding(view: &View<'_>) -> Vec<Hit> {
    let encoded =
        request_media_types(view).filter(|media| !essence(media.name).starts_with("multipart/"));
    let mut hits = Vec::new();
    for media in encoded {
        let Some(encoding) = media.node.child("encoding") else {
            continue;
        };
        if is_form(media.name) {
            hits.extend(encoding.all_members().iter().filter_map(|(name, field)| {
                let (place, reason) = unfit_encoding(view, media, name, field)?;
                Some(Hit::at(place, format!("field `{name}` of the form {reason}")).help(
                    "describe the field as it is on the wire: a string where several values are joined, JSON text by `contentType: application/json`",
                ))
            }));
        } else {
            let message = format!("the `{}` body has an `encoding`", media.name);
            hits.push(
                Hit::at_key(&encoding.pointer, message)
                    .help("describe the members in the schema; only forms have an `encoding`"),
            );
        }
    }
    hits
}

/// Where and why a client cannot follow the encoding of a field.
fn unfit_encoding(
    view: &View<'_>,
    media: &MediaType<'_>,
    name: &str,
    encoding: &Node<'_>,
) -> Option<(String, String)> {
    let schema = media.node.child("schema");
    let fields = schema.map(|schema| Shape::of(view, &schema).properties);
    let Some(field) = fields.as_ref().and_then(|fields| fields.get(name)) else {
        let reason = "is described by `encoding` and is not in the schema".to_owned();
        return Some((encoding.pointer.clone(), reason));
    };
    let kind = Shape::of(view, field).kind;
    if let Some(media_type) = encoding.str("contentType") {
        let is_scalar = matches!(kind, Some("string" | "integer" | "number" | "boolean"));
        let fits = is_json(media_type) || (is_scalar && essence(media_type) == "text/plain");
        let reason = format!("cannot be written as `{media_type}`");
        return (!fits).then(|| (encoding.pointer_of("contentType"), reason));
    }
    let is_deep = encoding.str("style") == Some("deepObject");
    let is_other = kind.is_some_and(|kind| kind != "object");
    (is_deep && is_other).then(|| {
        let reason = "has the style `deepObject`, and is no object".to_owned();
        (encoding.pointer_of("style"), reason)
    })
}

fn body_without_schema(view: &View<'_>) -> Vec<Hit> {
    let typed =
        request_media_types(view).filter(|media| is_json(media.name) || is_form(media.name));
    typed
        .filter(|media| media.node.get("schema").is_none())
        .map(|media| {
            Hit::at_key(&media.node.pointer, format!("the `{}` body has no schema", media.name))
                .help("add `schema: {$ref: '#/components/schemas/…'}`; `schema: {}` stands for any JSON value")
        })
        .collect()
}

fn nested_form_body(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for media in request_media_types(view).filter(|media| is_form(media.name)) {
        let Some(schema) = view.resolved(&media.node, "schema") else {
            continue;
        };
        let place = media.node.pointer_of("schema");
        match schema.str("type") {
            Some(kind @ ("array" | "string" | "number" | "integer" | "boolean")) => hits.push(
                Hit::at(
                    &place,
                    format!("a form body is an object of fields, not of type {kind}"),
                )
                .help("describe the fields: `{type: object, properties: …}`"),
            ),
            _ => {
                for (name, _) in structured_properties(view, &schema, &["object"]) {
                    if let Some(problem) = unwritten_object(view, &media.node, &schema, name) {
                        hits.push(
                            Hit::at(&place, format!("field `{name}` of the form body {problem}"))
                                .help("say by `encoding` how it is written, for example `style: deepObject` for `card[number]`, or `contentType: application/json` for JSON text"),
                        );
                    }
                }
            }
        }
    }
    hits
}

/// What is wrong with a field that is an object.
fn unwritten_object(
    view: &View<'_>,
    media: &Node<'_>,
    form: &Node<'_>,
    name: &str,
) -> Option<String> {
    let Some(encoding) = media.child("encoding").and_then(|all| all.child(name)) else {
        return Some("is an object".to_owned());
    };
    if encoding.str("contentType").is_some_and(is_json) {
        return None;
    }
    if encoding.get("style").is_none() && encoding.get("explode").is_none() {
        return Some("is an object".to_owned());
    }
    let field = form.child("properties").and_then(|all| all.child(name))?;
    let field = view.resolve(&field)?;
    let inner = structured_properties(view, &field, &["object", "array"]);
    let (inner, kind) = inner.first()?;
    Some(format!("is an object with the {kind} `{inner}` in it"))
}

fn parameter_member_ignored(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for parameter in &view.parameters {
        let place = parameter.str("in").unwrap_or_default();
        for member in ["allowReserved", "allowEmptyValue"] {
            if !parameter.is_true(member) {
                continue;
            }
            let schema = parameter.child("schema");
            let kind = schema.and_then(|schema| Shape::of(view, &schema).kind);
            let reason = match (place, kind) {
                ("query", Some(kind)) if member == "allowEmptyValue" && kind != "string" => {
                    format!("no value of type {kind} is empty")
                }
                ("query", _) => continue,
                _ => format!("OpenAPI has no meaning for it in the {place}"),
            };
            let message = format!(
                "`{member}` of {place} parameter {} has no effect: {reason}",
                name_of(parameter)
            );
            let help = match member {
                "allowReserved" => "remove it; a value in a path is one segment of it, always",
                _ => "remove it, or declare the parameter as `type: string`",
            };
            hits.push(Hit::at(parameter.pointer_of(member), message).help(help));
        }
    }
    hits
}

fn wildcard_media_type(view: &View<'_>) -> Vec<Hit> {
    let wild = request_media_types(view).filter(|media| media.name.contains('*'));
    wild.map(|media| {
        Hit::at_key(
            &media.node.pointer,
            format!("`{}` does not say what the body is", media.name),
        )
        .help("name the media types the API takes, or `application/octet-stream` for any bytes")
    })
    .collect()
}

fn body_without_meaning(view: &View<'_>) -> Vec<Hit> {
    let odd = view
        .operations
        .iter()
        .filter(|o| matches!(o.method, Method::Get | Method::Head | Method::Delete));
    odd.filter_map(|operation| Some((operation, operation.node.child("requestBody")?)))
        .map(|(operation, body)| {
            Hit::at_key(&body.pointer, format!("{} has a request body", operation.title()))
                .help("pass the values as query parameters, or make it a POST operation, if the API lets you")
        })
        .collect()
}

fn name_of(parameter: &Node<'_>) -> String {
    let name = parameter.get("name").and_then(Value::as_str).unwrap_or("?");
    format!("`{name}`")
}

fn is_form(media_type: &str) -> bool {
    essence(media_type) == "application/x-www-form-urlencoded"
}
