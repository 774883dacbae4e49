//! Names of operations.

use std::collections::HashSet;

use openapi_document::Finding;
use serde_json::Value;

use super::Lowering;
use crate::{codes, naming, plan::Method};

/// `GET /users/{id}` without `operationId` becomes `get_users_by_id`.
pub(super) fn derive_operation_ids(lowering: &mut Lowering) -> usize {
    let mut applied = 0;
    let mut taken: HashSet<String> = HashSet::new();
    for operation in &mut lowering.operations {
        let method = &mut operation.method;
        if method.operation_id.is_empty() {
            method.operation_id = derived_id(&method.verb, &method.path);
            applied += 1;
        }
        method.name = naming::snake(&method.operation_id);
        if !taken.insert(method.name.clone()) {
            lowering.refusals.push(clash(method));
        }
        operation.object["operationId"] = Value::String(method.name.clone());
    }
    applied
}

fn clash(method: &Method) -> Finding {
    let name = &method.name;
    let message = format!("two operations would both become the method `{name}`");
    Finding::error(codes::METHOD_NAME, &method.pointer, message)
        .why("one client cannot have two methods of one name")
        .help("give one of them another `operationId`")
}

fn derived_id(verb: &str, path: &str) -> String {
    let words = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(
            |segment| match segment.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
                Some(parameter) => format!("by_{parameter}"),
                None => segment.replace(['{', '}'], "_"),
            },
        );
    std::iter::once(verb.to_owned())
        .chain(words)
        .collect::<Vec<_>>()
        .join("_")
}
