//! L1xx: operations, paths and what hangs on them.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::names::{derived_operation_id, method_name, type_name};
use super::rule::{Hit, Rule};
use super::view::{Method, Node, Operation, View};
use crate::finding::Severity::{Error, Warning};
use crate::pointer;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "L101",
        name: "missing-operation-id",
        severity: Warning,
        suppressible: true,
        what: "An operation has no `operationId`.",
        why: "a derived method name changes whenever the path does, and callers break with it",
        check: missing_operation_id,
    },
    Rule {
        code: "L102",
        name: "operation-id-clash",
        severity: Error,
        suppressible: false,
        what: "Two operations have the same method name, once their `operationId`s are written in `snake_case`, or the same builder.",
        why: "one client cannot have two methods or two builders of one name",
        check: operation_id_clash,
    },
    Rule {
        code: "L103",
        name: "operation-id-unusable",
        severity: Error,
        suppressible: false,
        what: "An `operationId` gives no method name, or one that generated code needs for itself.",
        why: "the generated client would not compile",
        check: operation_id_unusable,
    },
    Rule {
        code: "L104",
        name: "unsupported-method",
        severity: Error,
        suppressible: false,
        what: "An OPTIONS or TRACE operation.",
        why: "generated clients cannot send these methods, and browsers and proxies answer or block them on their own",
        check: unsupported_method,
    },
    Rule {
        code: "L105",
        name: "undeclared-path-parameter",
        severity: Error,
        suppressible: false,
        what: "A path template names a parameter the operation does not declare.",
        why: "there is nothing to put in its place, so no request can be sent",
        check: undeclared_path_parameter,
    },
    Rule {
        code: "L106",
        name: "unused-path-parameter",
        severity: Error,
        suppressible: false,
        what: "A declared path parameter does not occur in the path template.",
        why: "callers would have to give a value that never reaches the server",
        check: unused_path_parameter,
    },
    Rule {
        code: "L107",
        name: "identical-paths",
        severity: Error,
        suppressible: false,
        what: "Two path templates differ in the names of their parameters only.",
        why: "OpenAPI counts them as one path, so tools keep one of the two at random",
        check: identical_paths,
    },
    Rule {
        code: "L108",
        name: "ambiguous-paths",
        severity: Warning,
        suppressible: true,
        what: "Two path templates match the same path, and neither is the more concrete one.",
        why: "which operation a request reaches depends on the server's router",
        check: ambiguous_paths,
    },
    Rule {
        code: "L109",
        name: "slashes-in-path",
        severity: Warning,
        suppressible: true,
        what: "A path ends in a slash or has an empty segment.",
        why: "double slashes are collapsed in generated code, and many servers answer a trailing one with a redirect or 404",
        check: slashes_in_path,
    },
    Rule {
        code: "L110",
        name: "slash-after-server",
        severity: Warning,
        suppressible: true,
        what: "A server URL ends in a slash.",
        why: "paths start with a slash of their own, so request URLs would carry two",
        check: slash_after_server,
    },
    Rule {
        code: "L111",
        name: "malformed-path-template",
        severity: Error,
        suppressible: false,
        what: "A path template has unbalanced braces, an unnamed parameter, or one parameter twice.",
        why: "the path of a request cannot be built from it",
        check: malformed_path_template,
    },
    Rule {
        code: "L112",
        name: "operation-without-security",
        severity: Warning,
        suppressible: true,
        what: "Neither the operation nor the document says which credentials are needed.",
        why: "a reader cannot tell a public operation from a forgotten statement, and the client sends no credentials",
        check: operation_without_security,
    },
    Rule {
        code: "L113",
        name: "unknown-security-scheme",
        severity: Error,
        suppressible: false,
        what: "A security requirement names a scheme that `components/securitySchemes` does not declare.",
        why: "the client cannot know which credential to send, or where",
        check: unknown_security_scheme,
    },
    Rule {
        code: "L114",
        name: "undeclared-tag",
        severity: Warning,
        suppressible: true,
        what: "An operation carries a tag that the document's `tags` do not declare, although it declares others.",
        why: "the tag has no place and no description in the reference; most often it is misspelt",
        check: undeclared_tag,
    },
    Rule {
        code: "L115",
        name: "unused-tag",
        severity: Warning,
        suppressible: true,
        what: "A declared tag is on no operation.",
        why: "the reference would show an empty chapter",
        check: unused_tag,
    },
    Rule {
        code: "L116",
        name: "unused-component",
        severity: Warning,
        suppressible: true,
        what: "No operation reaches a component, directly or over other components.",
        why: "it is dead text that readers take for part of the API; often an operation lost its reference to it",
        check: unused_component,
    },
    Rule {
        code: "L117",
        name: "path-with-fragment",
        severity: Error,
        suppressible: false,
        what: "A path holds a `#`.",
        why: "what follows it is never sent (RFC 9110, section 7.1), so the server would get another path than the document says",
        check: path_with_fragment,
    },
];

/// Names the generated `Client` and its traits use themselves.
const RESERVED_METHODS: [&str; 9] = [
    "new",
    "new_with_client",
    "builder",
    "from_env",
    "request",
    "pre",
    "exec",
    "post",
    "api_version",
];

/// Types in whose scope the builder of an operation stands, and which it would hide.
const RESERVED_BUILDERS: [&str; 11] = [
    "ByteStream",
    "CallOptions",
    "ClientHooks",
    "ClientInfo",
    "Error",
    "OperationInfo",
    "Option",
    "RequestBuilderExt",
    "ResponseValue",
    "Result",
    "String",
];

fn missing_operation_id(view: &View<'_>) -> Vec<Hit> {
    let without = view
        .operations
        .iter()
        .filter(|operation| operation.id().is_none());
    without
        .map(|operation| {
            let name = derived_operation_id(operation.method.key(), operation.path);
            Hit::at_key(
                &operation.node.pointer,
                format!("{} has no `operationId`", operation.title()),
            )
            .help(format!(
                "choose the method name yourself, for example `operationId: {name}` (what is derived now)"
            ))
        })
        .collect()
}

fn operation_id_clash(view: &View<'_>) -> Vec<Hit> {
    let mut first: HashMap<String, (String, &Operation<'_>)> = HashMap::new();
    let mut hits = Vec::new();
    for operation in &view.operations {
        let method = method_name(&operation.id_or_derived());
        let builder = type_name(&method);
        let Some((taken, earlier)) = first.get(&builder) else {
            first.insert(builder, (method, operation));
            continue;
        };
        let what = if *taken == method {
            format!("the method `{method}`")
        } else {
            format!("a method whose builder is `{builder}`")
        };
        let message = format!(
            "{} and {} both become {what}",
            earlier.title(),
            operation.title()
        );
        let place = operation.node.pointer_of("operationId");
        hits.push(
            Hit::at(place, message)
                .related(earlier.node.pointer_of("operationId"), "first used here")
                .help("give one of them another `operationId`; names that differ in case or punctuation only are the same"),
        );
    }
    hits
}

fn operation_id_unusable(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for operation in &view.operations {
        let Some(id) = operation.id() else { continue };
        if let Some(problem) = unusable(id) {
            hits.push(
                Hit::at(
                    operation.node.pointer_of("operationId"),
                    format!("`operationId: {id}` {problem}"),
                )
                .help(format!(
                    "name what the operation does, for example `operationId: {}`",
                    derived_operation_id(operation.method.key(), operation.path)
                )),
            );
        }
    }
    hits
}

fn unusable(id: &str) -> Option<String> {
    let letters = id.trim_start_matches(|c: char| !c.is_alphanumeric());
    let method = method_name(id);
    let builder = type_name(&method);
    match letters.chars().next() {
        None => return Some("has no letter to make a method name from".to_owned()),
        Some(first) if first.is_numeric() => {
            return Some("starts with a digit, as no method name can".to_owned());
        }
        Some(_) => {}
    }
    if RESERVED_METHODS.contains(&method.as_str()) {
        return Some(format!(
            "becomes the method `{method}`, which every generated client has already"
        ));
    }
    RESERVED_BUILDERS.contains(&builder.as_str()).then(|| {
        format!("becomes the builder type `{builder}`, which hides the type of that name generated code needs")
    })
}

fn unsupported_method(view: &View<'_>) -> Vec<Hit> {
    let refused = view
        .operations
        .iter()
        .filter(|o| matches!(o.method, Method::Options | Method::Trace));
    refused
        .map(|operation| {
            Hit::at_key(&operation.node.pointer, format!("{} cannot be called by a generated client", operation.title()))
                .help("take the operation out of the document, or describe the information it gives as a GET operation")
        })
        .collect()
}

fn undeclared_path_parameter(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for operation in &view.operations {
        for name in template_parameters(operation.path) {
            if !operation.has_parameter("path", name) {
                hits.push(
                    Hit::at_key(&operation.node.pointer, format!("{} does not declare its path parameter `{name}`", operation.title()))
                        .help(format!("add `- {{name: {name}, in: path, required: true, schema: {{type: string}}}}` to the `parameters` of the operation or of its path")),
                );
            }
        }
    }
    hits
}

fn unused_path_parameter(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    let mut reported = HashSet::new();
    for operation in &view.operations {
        let names = template_parameters(operation.path);
        for parameter in &operation.parameters {
            let unused = parameter.place() == "path" && !names.contains(&parameter.name());
            // A parameter of the path item would otherwise be reported once an operation.
            if unused && reported.insert(parameter.entry.clone()) {
                let name = parameter.name();
                hits.push(
                    Hit::at(
                        &parameter.entry,
                        format!(
                            "path parameter `{name}` does not occur in `{}`",
                            operation.path
                        ),
                    )
                    .help(format!(
                        "write `{{{name}}}` where it belongs in the path, or remove the parameter"
                    )),
                );
            }
        }
    }
    hits
}

fn identical_paths(view: &View<'_>) -> Vec<Hit> {
    let mut first: HashMap<String, (&str, String)> = HashMap::new();
    let mut hits = Vec::new();
    for (path, item) in view.paths() {
        let shape = shape(path);
        match first.get(&shape) {
            Some((earlier, place)) => hits.push(
                Hit::at_key(
                    &item.pointer,
                    format!("`{path}` and `{earlier}` are the same path"),
                )
                .related(place, "the same path")
                .help("put their operations under one path, with one name for each parameter"),
            ),
            None => {
                first.insert(shape, (path, item.pointer));
            }
        }
    }
    hits
}

fn ambiguous_paths(view: &View<'_>) -> Vec<Hit> {
    // Only paths of the same length whose first segments agree, or one of which is a parameter,
    // can match the same path; comparing just those keeps large documents fast.
    let mut buckets: HashMap<(usize, &str), Vec<(&str, String)>> = HashMap::new();
    let mut hits = Vec::new();
    for (path, item) in view.paths() {
        let length = path.split('/').count();
        let first = first_segment(path);
        let rivals: Vec<&Vec<(&str, String)>> = if first.is_empty() {
            let same_length = buckets.iter().filter(|((other, _), _)| *other == length);
            same_length.map(|(_, paths)| paths).collect()
        } else {
            let keys = [(length, first), (length, "")];
            keys.iter().filter_map(|key| buckets.get(key)).collect()
        };
        for (other, place) in rivals.into_iter().flatten() {
            if let Some(example) = undecided(other, path) {
                hits.push(
                    Hit::at_key(&item.pointer, format!("`{path}` and `{other}` both match `{example}`"))
                        .related(place, "matches the same path")
                        .help("tell the two apart by a fixed segment, or narrow a parameter with an `enum` and ignore this rule with that as the reason"),
                );
            }
        }
        buckets
            .entry((length, first))
            .or_default()
            .push((path, item.pointer));
    }
    hits
}

/// The first segment of a path; empty when a parameter is in it.
fn first_segment(path: &str) -> &str {
    let first = path.split('/').nth(1).unwrap_or_default();
    if first.contains('{') { "" } else { first }
}

/// A path both templates match, where neither is concrete in every place the other one is.
fn undecided(left: &str, right: &str) -> Option<String> {
    let mut path = Vec::new();
    let (mut left_leads, mut right_leads) = (false, false);
    for (left, right) in left.split('/').zip(right.split('/')) {
        match (left.contains('{'), right.contains('{')) {
            (false, false) if left != right => return None,
            (false, true) if !matches(right, left) => return None,
            (true, false) if !matches(left, right) => return None,
            (true, true) if left != right && !(is_plain(left) && is_plain(right)) => return None,
            (false, true) => left_leads = true,
            (true, false) => right_leads = true,
            _ => {}
        }
        path.push(if left.contains('{') { right } else { left });
    }
    (left_leads && right_leads).then(|| path.join("/"))
}

/// The segment is one parameter and nothing else.
fn is_plain(segment: &str) -> bool {
    segment.starts_with('{') && segment.ends_with('}') && segment.matches('{').count() == 1
}

/// Whether the segment with parameters could be the fixed one.
fn matches(template: &str, fixed: &str) -> bool {
    let (before, rest) = template.split_once('{').unwrap_or((template, ""));
    let (_, after) = rest.rsplit_once('}').unwrap_or(("", ""));
    fixed.len() > before.len() + after.len() && fixed.starts_with(before) && fixed.ends_with(after)
}

fn slashes_in_path(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (path, item) in view.paths() {
        let problem = if path.contains("//") {
            "has an empty segment"
        } else if path.len() > 1 && path.ends_with('/') {
            "ends in a slash"
        } else {
            continue;
        };
        let mended: Vec<&str> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .collect();
        hits.push(
            Hit::at_key(&item.pointer, format!("`{path}` {problem}")).help(format!(
                "write `/{}` if the server takes it",
                mended.join("/")
            )),
        );
    }
    hits
}

fn path_with_fragment(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (path, item) in view.paths() {
        if let Some((sent, _)) = path.split_once('#') {
            hits.push(
                Hit::at_key(&item.pointer, format!("the path `{path}` has a part that is never sent: the server sees `{sent}`"))
                    .help("write the path without it; where operations that share a path and a method are told apart by a header or by their body, describe them as one operation"),
            );
        }
    }
    hits
}

fn slash_after_server(view: &View<'_>) -> Vec<Hit> {
    let items = view.paths().into_iter().map(|(_, item)| item);
    let operations = view
        .operations
        .iter()
        .map(|operation| operation.node.clone());
    let holders = std::iter::once(view.root.clone())
        .chain(items)
        .chain(operations);
    let mut hits = Vec::new();
    for server in holders.flat_map(|holder| holder.items("servers")) {
        let url = server.str("url").unwrap_or_default();
        if url.ends_with('/') {
            let mended = url.trim_end_matches('/');
            let help = if mended.is_empty() {
                "leave `servers` out, or name the server in full".to_owned()
            } else {
                format!("write `url: {mended}`")
            };
            hits.push(
                Hit::at(
                    server.pointer_of("url"),
                    format!("server URL `{url}` ends in a slash"),
                )
                .help(help),
            );
        }
    }
    hits
}

fn malformed_path_template(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (path, item) in view.paths() {
        if let Some(problem) = template_problem(path) {
            hits.push(
                Hit::at_key(&item.pointer, format!("path template `{path}` {problem}"))
                    .help("write each parameter once, as `{name}`, inside one segment"),
            );
        }
    }
    hits
}

fn template_problem(path: &str) -> Option<String> {
    let mut open: Option<String> = None;
    let mut names = HashSet::new();
    for c in path.chars() {
        match (c, open.as_mut()) {
            ('{', None) => open = Some(String::new()),
            ('{' | '/', Some(_)) => {
                return Some("has a `{` that is not closed in its segment".to_owned());
            }
            ('}', None) => return Some("has a `}` without a `{`".to_owned()),
            ('}', Some(name)) => {
                let name = std::mem::take(name);
                open = None;
                if name.is_empty() {
                    return Some("has a parameter without a name".to_owned());
                }
                if !names.insert(name.clone()) {
                    return Some(format!("has the parameter `{name}` twice"));
                }
            }
            (_, Some(name)) => name.push(c),
            (_, None) => {}
        }
    }
    open.map(|_| "has a `{` that is not closed in its segment".to_owned())
}

fn operation_without_security(view: &View<'_>) -> Vec<Hit> {
    if view.root.get("security").is_some() {
        return Vec::new();
    }
    let help = "name a scheme, for example `security: [{apiKey: []}]`, or write `security: []` for what everybody may call";
    let silent: Vec<&Operation<'_>> = view
        .operations
        .iter()
        .filter(|o| o.node.get("security").is_none())
        .collect();
    if silent.len() > 1 && silent.len() == view.operations.len() {
        let message = "neither the document nor any operation says which credentials are needed";
        return vec![Hit::at_key(view.root.pointer_of("paths"), message).help(help)];
    }
    let hits = silent.into_iter().map(|operation| {
        let message = format!(
            "{} does not say which credentials it needs",
            operation.title()
        );
        Hit::at_key(&operation.node.pointer, message).help(help)
    });
    hits.collect()
}

fn unknown_security_scheme(view: &View<'_>) -> Vec<Hit> {
    let declared: Vec<&str> = view
        .components("securitySchemes")
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let operations = view
        .operations
        .iter()
        .map(|operation| operation.node.clone());
    let mut hits = Vec::new();
    for holder in std::iter::once(view.root.clone()).chain(operations) {
        for (name, requirement) in holder.items("security").iter().flat_map(Node::all_members) {
            if !declared.contains(&name) {
                let known = if declared.is_empty() {
                    "none is declared".to_owned()
                } else {
                    format!("declared: {}", quoted(&declared))
                };
                hits.push(
                    Hit::at_key(&requirement.pointer, format!("security scheme `{name}` is not declared"))
                        .help(format!("declare it under `components/securitySchemes`, or use one that is ({known})")),
                );
            }
        }
    }
    hits
}

fn quoted(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

fn undeclared_tag(view: &View<'_>) -> Vec<Hit> {
    let tags = view.root.items("tags");
    let declared: HashSet<&str> = tags.iter().filter_map(|tag| tag.str("name")).collect();
    if declared.is_empty() {
        return Vec::new();
    }
    let mut hits = Vec::new();
    for tag in view
        .operations
        .iter()
        .flat_map(|operation| operation.node.items("tags"))
    {
        let name = tag.value.as_str().unwrap_or_default();
        if !declared.contains(name) {
            hits.push(
                Hit::at(&tag.pointer, format!("tag `{name}` is not declared"))
                    .help(format!("add `- {{name: {name}, description: …}}` to the `tags` of the document, or use a declared one")),
            );
        }
    }
    hits
}

fn unused_tag(view: &View<'_>) -> Vec<Hit> {
    let used: HashSet<&str> = view
        .operations
        .iter()
        .flat_map(|o| o.node.strings("tags"))
        .collect();
    let declared = view.root.items("tags").into_iter();
    declared
        .filter(|tag| tag.str("name").is_some_and(|name| !used.contains(name)))
        .map(|tag| {
            let name = tag.str("name").unwrap_or_default();
            Hit::at(
                tag.pointer_of("name"),
                format!("tag `{name}` is on no operation"),
            )
            .help("tag the operations it is meant for, or remove it")
        })
        .collect()
}

fn unused_component(view: &View<'_>) -> Vec<Hit> {
    let mut found = Vec::new();
    for (key, member) in view.root.all_members() {
        if key != "components" {
            collect_uses(member.value, &mut found);
        }
    }
    let schemes =
        std::iter::once(view.root.value).chain(view.operations.iter().map(|o| o.node.value));
    for requirement in schemes
        .filter_map(|holder| holder.get("security")?.as_array())
        .flatten()
    {
        let names = requirement.as_object().into_iter().flatten();
        found.extend(names.map(|(name, _)| pointer::join("/components/securitySchemes", name)));
    }
    let mut used = HashSet::new();
    while let Some(component) = found.pop() {
        if let Some(value) = view.root.value.pointer(&component)
            && used.insert(component)
        {
            collect_uses(value, &mut found);
        }
    }
    let mut hits = Vec::new();
    for (section, entries) in view.root.members("components") {
        if section.starts_with("x-") {
            continue;
        }
        for (name, entry) in entries.all_members() {
            if !used.contains(&entry.pointer) {
                hits.push(
                    Hit::at_key(&entry.pointer, format!("`{name}` in `components/{section}` is not used"))
                        .help(format!("refer to it where it belongs (`$ref: '#/components/{section}/{name}'`), or remove it")),
                );
            }
        }
    }
    hits
}

/// The pointers of the components that `value` refers to, by reference or by the names in a
/// discriminator's mapping.
fn collect_uses(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.extend(component_pointer(text)),
        Value::Array(items) => items.iter().for_each(|item| collect_uses(item, found)),
        Value::Object(members) => {
            let mapping = members
                .get("discriminator")
                .and_then(|d| d.get("mapping")?.as_object());
            let names = mapping
                .into_iter()
                .flatten()
                .filter_map(|(_, target)| target.as_str());
            found.extend(names.map(|name| pointer::join("/components/schemas", name)));
            members
                .values()
                .for_each(|member| collect_uses(member, found));
        }
        _ => {}
    }
}

/// `/components/<section>/<name>` of a reference that leads to a component or into it.
fn component_pointer(reference: &str) -> Option<String> {
    let inner = reference.strip_prefix("#/components/")?;
    let mut tokens = inner.split('/');
    Some(format!("/components/{}/{}", tokens.next()?, tokens.next()?))
}

/// The names of the parameters in a path template, in order.
pub(super) fn template_parameters(path: &str) -> Vec<&str> {
    let after_braces = path.split('{').skip(1);
    after_braces
        .filter_map(|rest| Some(rest.split_once('}')?.0))
        .collect()
}

/// The template with all parameters named alike.
fn shape(path: &str) -> String {
    let mut parts = path.split('{');
    let mut shape = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        shape.push_str("{}");
        shape.push_str(part.split_once('}').map_or("", |(_, after)| after));
    }
    shape
}
