//! The operations of a document as a table, and the table in Rust.

use std::collections::BTreeSet;

use openapi_client_runtime::pagination::{Pagination, PaginationStyle};
use openapi_client_runtime::{self as runtime, ResponseSpec, StatusRange};
use serde_json::Value;

use crate::document::{Operation, members, operations, strings, text};

/// Extensions that have a column of their own, or explain another one.
const SHOWN_OTHERWISE: [&str; 4] = [
    "x-client-features",
    "x-provenance",
    "x-provenance-basis",
    "x-source",
];

/// One line for each operation of the document, in its order.
pub fn table(root: &Value) -> String {
    operations(root).iter().map(line).collect()
}

fn line(operation: &Operation<'_>) -> String {
    let id = operation.id();
    let (verb, path) = (operation.verb.to_ascii_uppercase(), operation.path);
    let mut columns = vec![format!("{id}: {verb} {path}"), credentials(operation)];
    let features = strings(&operation.object["x-client-features"]);
    if !features.is_empty() {
        columns.push(features.join(" or "));
    }
    columns.extend(extensions(operation.object));
    let servers = operation.own_servers().iter();
    columns.extend(servers.map(|server| format!("at {}", text(server, "url"))));
    if operation.object["deprecated"] == true {
        columns.push("deprecated".to_owned());
    }
    columns.push(text(operation.object, "x-provenance").to_owned());
    if let Some(body) = operation.request_body() {
        let optional = if body["required"] == true { "" } else { "?" };
        columns.push(format!("body{optional} {}", media_types(body).join(", ")));
    }
    columns.push(statuses(operation, |status| !is_error(status)));
    columns.push(statuses(operation, is_error));
    format!("{}\n", columns.join(" | "))
}

fn credentials(operation: &Operation<'_>) -> String {
    let alternatives: Vec<String> = operation.security().iter().map(requirement).collect();
    match alternatives.as_slice() {
        [] => "open".to_owned(),
        some => some.join(" or "),
    }
}

fn requirement(set: &Value) -> String {
    let schemes: Vec<String> = members(set)
        .map(|(scheme, scopes)| match strings(scopes).as_slice() {
            [] => scheme.clone(),
            scopes => format!("{scheme}({})", scopes.join(" ")),
        })
        .collect();
    match schemes.as_slice() {
        [] => "nothing".to_owned(),
        some => some.join(" and "),
    }
}

fn extensions(object: &Value) -> Vec<String> {
    members(object)
        .filter(|(name, _)| name.starts_with("x-") && !SHOWN_OTHERWISE.contains(&name.as_str()))
        .map(|(name, value)| {
            let name = name.trim_start_matches("x-");
            match value {
                Value::Bool(true) => name.to_owned(),
                Value::Array(_) => format!("{name} {}", strings(value).join(" ")),
                Value::String(value) => format!("{name} {value}"),
                other => format!("{name} {other}"),
            }
        })
        .collect()
}

/// Statuses with the media types that are not plain JSON, or are several.
fn statuses(operation: &Operation<'_>, wanted: fn(&str) -> bool) -> String {
    let shown = operation
        .responses()
        .into_iter()
        .filter(|(status, _)| wanted(status))
        .map(
            |(status, response)| match media_types(response).as_slice() {
                [] if !is_error(status) => format!("{status} empty"),
                [] => format!("{status} (empty)"),
                ["application/json"] if is_error(status) => status.to_owned(),
                types if is_error(status) => format!("{status} ({})", types.join(", ")),
                types => format!("{status} {}", types.join(", ")),
            },
        );
    let separator = if wanted("400") { " " } else { "; " };
    shown.collect::<Vec<_>>().join(separator)
}

fn is_error(status: &str) -> bool {
    status.starts_with(['4', '5']) || status == "default"
}

fn media_types(holder: &Value) -> Vec<&str> {
    members(&holder["content"])
        .map(|(name, _)| name.as_str())
        .collect()
}

/// The table in Rust says the same as the document, field by field.
///
/// # Errors
///
/// Every difference, and the command that mends them.
pub fn compare(root: &Value, table: &[&runtime::Operation]) -> Result<(), String> {
    let mut differences = Vec::new();
    let documented = operations(root);
    for operation in &documented {
        let entries: Vec<_> = table
            .iter()
            .copied()
            .filter(|entry| is_entry_of(entry, operation))
            .collect();
        differences.extend(compare_operation(operation, &entries));
    }
    for entry in table {
        if !documented
            .iter()
            .any(|operation| is_entry_of(entry, operation))
        {
            differences.push(format!("`{}` is not in the document", entry.id()));
        }
    }
    let order: Vec<usize> = table
        .iter()
        .filter_map(|entry| {
            documented
                .iter()
                .position(|operation| is_entry_of(entry, operation))
        })
        .collect();
    if !order.is_sorted() {
        differences.push("the operations stand in another order than in the document".to_owned());
    }
    if differences.is_empty() {
        return Ok(());
    }
    Err(format!(
        "the table of operations in Rust and the document differ:\n  {}\nrun `cargo xtask codegen` and commit what it writes",
        differences.join("\n  ")
    ))
}

fn is_entry_of(entry: &runtime::Operation, operation: &Operation<'_>) -> bool {
    entry.document_id() == operation.id()
        && entry.path() == operation.path
        && entry.method().as_str().eq_ignore_ascii_case(operation.verb)
}

/// An operation has one entry for each pair of a request and a success media type.
fn compare_operation(operation: &Operation<'_>, entries: &[&runtime::Operation]) -> Vec<String> {
    let id = operation.id();
    let (verb, path) = (operation.verb.to_ascii_uppercase(), operation.path);
    let requests: BTreeSet<&str> = operation
        .request_body()
        .into_iter()
        .flat_map(media_types)
        .collect();
    let successes: BTreeSet<&str> = operation
        .responses()
        .into_iter()
        .filter(|(status, _)| status.starts_with('2'))
        .flat_map(|(_, response)| media_types(response))
        .collect();
    let wanted = requests.len().max(1) * successes.len().max(1);
    let mut differences = Vec::new();
    if entries.len() != wanted {
        differences.push(format!(
            "`{id}` ({verb} {path}) should have {wanted} method(s), and has {}",
            entries.len()
        ));
    }
    let pairs: BTreeSet<(Option<&str>, Vec<&str>)> = entries.iter().map(|e| pair(e)).collect();
    if pairs.len() != entries.len() {
        differences.push(format!(
            "two methods of `{id}` send and accept the same media types"
        ));
    }
    for entry in entries {
        for (what, documented, in_rust) in facts(operation, entry) {
            if documented != in_rust {
                differences.push(format!(
                    "`{}`: {what}: the document says `{documented}`, the table `{in_rust}`",
                    entry.id()
                ));
            }
        }
    }
    differences
}

/// What an entry sends and accepts.
fn pair(entry: &runtime::Operation) -> (Option<&'static str>, Vec<&'static str>) {
    let request = entry.request().map(|body| body.media_type());
    let accepts = entry
        .responses()
        .iter()
        .filter(|spec| {
            matches!(
                spec.status(),
                StatusRange::Exact(200..=299) | StatusRange::Class(2)
            )
        })
        .flat_map(ResponseSpec::media_types)
        .copied()
        .collect();
    (request, accepts)
}

/// Fields of an entry: name, what the document says, what the table says.
fn facts(
    operation: &Operation<'_>,
    entry: &runtime::Operation,
) -> Vec<(&'static str, String, String)> {
    let object = operation.object;
    let flag = |name: &str| (object[name] == true).to_string();
    let list = |name: &str| strings(&object[name]).join(" ");
    let cookies: Vec<&str> = operation
        .parameters()
        .into_iter()
        .filter(|parameter| parameter["in"] == "cookie")
        .map(|parameter| text(parameter, "name"))
        .collect();
    vec![
        (
            "tag",
            strings(&object["tags"]).first().unwrap_or(&"").to_string(),
            entry.tag().to_owned(),
        ),
        (
            "summary",
            text(object, "summary").to_owned(),
            entry.summary().to_owned(),
        ),
        (
            "whether it has servers of its own",
            (!operation.own_servers().is_empty()).to_string(),
            (!entry.servers().is_empty()).to_string(),
        ),
        (
            "security",
            credentials(operation),
            credentials_in_rust(entry),
        ),
        (
            "x-client-features",
            list("x-client-features"),
            entry
                .requirement("features")
                .map_or(String::new(), |needed| needed.values().join(" ")),
        ),
        (
            "x-required-scopes",
            list("x-required-scopes"),
            entry.required_scopes().join(" "),
        ),
        (
            "x-trusted-only",
            flag("x-trusted-only"),
            entry.requirement("trust").is_some().to_string(),
        ),
        (
            "x-replaces-whole",
            flag("x-replaces-whole"),
            entry.replaces_whole().to_string(),
        ),
        (
            "deprecated",
            flag("deprecated"),
            entry.is_deprecated().to_string(),
        ),
        (
            "x-serialize-by",
            list("x-serialize-by"),
            entry.locks().join(" "),
        ),
        (
            "x-pagination",
            pagination(&object["x-pagination"], entry),
            entry
                .pagination()
                .map(pagination_in_rust)
                .unwrap_or_default(),
        ),
        ("cookies", cookies.join(" "), entry.cookies().join(" ")),
        (
            "x-provenance",
            provenance_of(object),
            entry.provenance().to_string(),
        ),
        (
            "x-provenance-basis",
            basis(object),
            entry.provenance_basis().unwrap_or_default().to_owned(),
        ),
        ("x-source", sources(object), entry.sources().join("; ")),
        (
            "request body",
            request(operation, entry),
            request_in_rust(entry),
        ),
        (
            "responses",
            responses(operation, entry),
            responses_in_rust(entry),
        ),
    ]
}

/// Style, parameters and members: `offset limit=limit offset=offset items=/items`.
fn pagination(object: &Value, entry: &runtime::Operation) -> String {
    let (_, accepts) = pair(entry);
    if accepts.iter().any(|name| !name.ends_with("json")) {
        // Only JSON has parts.
        return String::new();
    }
    let mut words = vec![text(object, "style").to_owned()];
    for (key, suffix) in [("parameters", "_parameter"), ("members", "")] {
        for role in [
            "limit", "offset", "page", "cursor", "items", "total", "next", "more",
        ] {
            if let Some(name) = object[key][role].as_str() {
                words.push(format!("{role}{suffix}={name}"));
            }
        }
    }
    words.join(" ")
}

fn pagination_in_rust(pagination: Pagination) -> String {
    let style = match pagination.style() {
        PaginationStyle::Offset => "offset",
        PaginationStyle::Page => "page",
        PaginationStyle::Cursor => "cursor",
        PaginationStyle::Link => "link",
        _ => "another style",
    };
    let roles = [
        ("limit_parameter", pagination.limit_parameter()),
        ("offset_parameter", pagination.offset_parameter()),
        ("page_parameter", pagination.page_parameter()),
        ("cursor_parameter", pagination.cursor_parameter()),
        ("limit", pagination.limit()),
        ("offset", pagination.offset()),
        ("page", pagination.page()),
        ("items", pagination.items()),
        ("total", pagination.total()),
        ("next", pagination.next()),
        ("more", pagination.more()),
    ];
    let named = roles
        .into_iter()
        .filter_map(|(role, name)| Some(format!("{role}={}", name?)));
    [style.to_owned()]
        .into_iter()
        .chain(named)
        .collect::<Vec<_>>()
        .join(" ")
}

fn provenance_of(object: &Value) -> String {
    match text(object, "x-provenance") {
        "" => "documented".to_owned(),
        said => said.to_owned(),
    }
}

/// What an inference stands on; of what is documented, nothing is inferred.
fn basis(object: &Value) -> String {
    match text(object, "x-provenance") {
        "inferred" => text(object, "x-provenance-basis").trim().to_owned(),
        _ => String::new(),
    }
}

fn sources(object: &Value) -> String {
    match &object["x-source"] {
        Value::String(source) => source.clone(),
        list => strings(list).join("; "),
    }
}

fn credentials_in_rust(entry: &runtime::Operation) -> String {
    let alternatives: Vec<String> = entry
        .security()
        .iter()
        .map(|set| {
            let schemes: Vec<String> = set
                .iter()
                .map(|scheme| match scheme.scopes() {
                    [] => scheme.scheme().to_owned(),
                    scopes => format!("{}({})", scheme.scheme(), scopes.join(" ")),
                })
                .collect();
            match schemes.as_slice() {
                [] => "nothing".to_owned(),
                some => some.join(" and "),
            }
        })
        .collect();
    match alternatives.as_slice() {
        [] => "open".to_owned(),
        some => some.join(" or "),
    }
}

/// The media type of the entry, if it is one of the document's.
fn request(operation: &Operation<'_>, entry: &runtime::Operation) -> String {
    let Some(body) = operation.request_body() else {
        return "none".to_owned();
    };
    let declared = media_types(body);
    let chosen = entry.request().map(|body| body.media_type());
    let chosen = chosen.filter(|chosen| declared.contains(chosen));
    let optional = if body["required"] == true {
        ""
    } else {
        " (optional)"
    };
    format!(
        "{}{optional}",
        chosen.map_or_else(|| declared.join(" or "), str::to_owned)
    )
}

fn request_in_rust(entry: &runtime::Operation) -> String {
    match entry.request() {
        None => "none".to_owned(),
        Some(body) if body.is_optional() => format!("{} (optional)", body.media_type()),
        Some(body) => body.media_type().to_owned(),
    }
}

/// The responses of the document, with the one media type that the entry accepts where there are
/// several.
fn responses(operation: &Operation<'_>, entry: &runtime::Operation) -> String {
    let in_rust = |status: &str| {
        entry
            .responses()
            .iter()
            .find(|spec| range(spec.status()).eq_ignore_ascii_case(status))
            .map_or(&[][..], |spec| spec.media_types())
    };
    let shown = operation.responses().into_iter().map(|(status, response)| {
        let declared = media_types(response);
        match in_rust(status) {
            [chosen] if declared.contains(chosen) => format!("{status} {chosen}"),
            _ => format!("{status} {}", declared.join(" or "))
                .trim_end()
                .to_owned(),
        }
    });
    shown.collect::<Vec<_>>().join(", ")
}

fn responses_in_rust(entry: &runtime::Operation) -> String {
    let shown = entry.responses().iter().map(|spec| {
        let types = spec.media_types().join(" or ");
        format!("{} {types}", range(spec.status()))
            .trim_end()
            .to_owned()
    });
    shown.collect::<Vec<_>>().join(", ")
}

fn range(range: StatusRange) -> String {
    match range {
        StatusRange::Exact(status) => status.to_string(),
        StatusRange::Class(class) => format!("{class}XX"),
        _ => "default".to_owned(),
    }
}
