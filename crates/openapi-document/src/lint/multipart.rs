//! L209 and L214: multipart bodies, whose parts become parameters of the operation's builder.

use std::collections::HashSet;

use super::names::method_name;
use super::rule::{Hit, Rule};
use super::shape::Shape;
use super::view::{MediaType, Node, Operation, View};
use crate::finding::Severity::Error;
use crate::model::media::{essence, is_json};

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "L209",
        name: "multipart-body",
        severity: Error,
        suppressible: false,
        what: "A multipart request body is not `multipart/form-data`, is no object of named parts, or has parts that are written in a way of their own: headers, lists of lists, values that are neither file, text nor JSON.",
        why: "generated clients write forms of named parts, each of them a file, a string or JSON",
        check: multipart_body,
    },
    Rule {
        code: "L214",
        name: "part-name-clash",
        severity: Error,
        suppressible: false,
        what: "A part of a multipart request body has, in `snake_case`, the name of a parameter, or one that the builder of its operation uses itself.",
        why: "one of the two would silently never be sent, or the generated code would not compile",
        check: part_name_clash,
    },
];

/// As in L202; there is no setter `body` beside the parts.
const RESERVED: [&str; 5] = ["new", "send", "header_map", "call_options", "with_options"];

fn multipart_body(view: &View<'_>) -> Vec<Hit> {
    let bodies = view.media_types.iter().filter(|media| {
        media.is_body && media.direction.sent && essence(media.name).starts_with("multipart/")
    });
    bodies.flat_map(|media| body_hits(view, media)).collect()
}

fn body_hits(view: &View<'_>, media: &MediaType<'_>) -> Vec<Hit> {
    if essence(media.name) != "multipart/form-data" {
        let message = format!(
            "a `{}` body cannot be sent by a generated client",
            media.name
        );
        return vec![Hit::at_key(&media.node.pointer, message).help(
            "if the API also takes `multipart/form-data`, or the file as the whole body, describe that: `application/octet-stream: {schema: {type: string, format: binary}}`; otherwise leave the operation out",
        )];
    }
    let parts = parts(view, &media.node);
    if parts.is_empty() {
        let message = format!("the `{}` body names no parts", media.name);
        return vec![Hit::at_key(&media.node.pointer, message).help(
            "describe the parts: `schema: {type: object, properties: {file: {type: string, format: binary}}}`",
        )];
    }
    let mut hits: Vec<Hit> = unnamed_parts(view, &media.node).into_iter().collect();
    for (name, part) in &parts {
        let encoding = media.node.child("encoding").and_then(|e| e.child(name));
        hits.extend(part_hit(view, name, part, encoding.as_ref()));
    }
    for (name, encoding) in media.node.members("encoding") {
        if !parts.iter().any(|(part, _)| *part == name) {
            let message = format!("`encoding` describes `{name}`, which is no part of the body");
            hits.push(
                Hit::at_key(&encoding.pointer, message)
                    .help("remove it, or add the part to the schema"),
            );
        } else if let Some(headers) = encoding.child("headers") {
            let message = format!("part `{name}` has headers of its own");
            hits.push(Hit::at_key(&headers.pointer, message).help("remove them if the API does without; the `Content-Type` of a part stands in `contentType`"));
        }
    }
    hits
}

/// A choice of forms, and parts whose names the document does not know.
fn unnamed_parts(view: &View<'_>, media: &Node<'_>) -> Option<Hit> {
    let schema = view.resolved(media, "schema")?;
    for key in ["oneOf", "anyOf", "not"] {
        if let Some(choice) = schema.child(key) {
            let message = format!("the parts of the body are a choice (`{key}`)");
            return Some(Hit::at_key(&choice.pointer, message).help("describe all parts as properties of one object, and in words which of them go together"));
        }
    }
    let further = schema.child("additionalProperties");
    let further = further.filter(|further| further.value.is_object())?;
    let message = "the body has parts without a name in the document";
    Some(Hit::at_key(&further.pointer, message).help("name each part that the API takes"))
}

fn part_hit(
    view: &View<'_>,
    name: &str,
    part: &Node<'_>,
    encoding: Option<&Node<'_>>,
) -> Option<Hit> {
    let shape = Shape::of(view, part);
    let shape = match (&shape.kind, &shape.items) {
        (Some("array"), Some(items)) => Shape::of(view, items),
        _ => shape,
    };
    if shape.kind == Some("array") {
        let message = format!("part `{name}` is an array of arrays");
        return Some(Hit::at(&part.pointer, message).help("a part is repeated for each item of an array; describe an item as an object, which is sent as JSON"));
    }
    let content_type = encoding?.child("contentType")?;
    let media_type = content_type.value.as_str().unwrap_or_default();
    let is_file = is_binary(view, part);
    let is_scalar = matches!(
        shape.kind,
        Some("string" | "integer" | "number" | "boolean")
    );
    let help = if is_file || is_json(media_type) {
        return None;
    } else if media_type.contains(['*', ',']) {
        "name the one media type that the value is written in"
    } else if is_scalar {
        return None;
    } else {
        "name a JSON type; a value of another type is a file (`type: string, format: binary`)"
    };
    let message = format!("part `{name}` cannot be written as `{media_type}`");
    Some(Hit::at(&content_type.pointer, message).help(help))
}

/// Whether a part is a file, or a list of files.
fn is_binary(view: &View<'_>, part: &Node<'_>) -> bool {
    let mut schema = view.resolve(part);
    let mut seen = HashSet::new();
    while let Some(node) = schema.filter(|node| seen.insert(node.pointer.clone())) {
        if node.str("type") == Some("string") && node.str("format") == Some("binary") {
            return true;
        }
        let inner = match (node.str("type"), node.child("items")) {
            (Some("array"), Some(items)) => Some(items),
            _ => match node.items("allOf").as_slice() {
                [only] => Some(only.clone()),
                _ => None,
            },
        };
        schema = inner.and_then(|inner| view.resolve(&inner));
    }
    false
}

/// The parts that a form names, also those that `allOf` brings in.
fn parts<'a>(view: &View<'a>, media: &Node<'a>) -> Vec<(&'a str, Node<'a>)> {
    let schema = media.child("schema");
    let shape = schema.map(|schema| Shape::of(view, &schema));
    let parts = shape.into_iter().flat_map(|shape| shape.properties);
    parts
        .filter(|(_, part)| !part.is_true("readOnly"))
        .collect()
}

fn part_name_clash(view: &View<'_>) -> Vec<Hit> {
    view.operations
        .iter()
        .flat_map(|operation| clashes(view, operation))
        .collect()
}

fn clashes(view: &View<'_>, operation: &Operation<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    let content = operation
        .body
        .iter()
        .flat_map(|body| body.members("content"));
    for (_, media) in content.filter(|(name, _)| essence(name) == "multipart/form-data") {
        for (name, part) in parts(view, &media) {
            let ident = method_name(name);
            let what = format!("part `{name}` of {} becomes `{ident}`", operation.title());
            let mut parameters = operation.parameters.iter();
            if RESERVED.contains(&ident.as_str()) {
                let message = format!("{what}, a name the builder of the operation uses itself");
                hits.push(
                    Hit::at(&part.pointer, message)
                        .help("rename it if the API lets you; otherwise leave it out"),
                );
            } else if let Some(other) = parameters.find(|p| method_name(p.name()) == ident) {
                let message = format!("{what}, as does a {} parameter", other.place());
                hits.push(Hit::at(&part.pointer, message).related(&other.entry, "the parameter").help("rename one of them if the API lets you; otherwise describe the operation without the one that clients need less"));
            }
        }
    }
    hits
}
