//! What the guards read in a document, without the help of the code generator.

use std::path::Path;

use openapi_codegen::Api;
use openapi_document::{Document, pointer, walk};
use serde_json::Value;

use crate::workspace;

/// The methods of a path item that OpenAPI knows, in the spelling of documents.
const VERBS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// An operation where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Operation<'a> {
    /// The path template.
    pub path: &'a str,
    /// The method, in lower case.
    pub verb: &'a str,
    /// The operation object.
    pub object: &'a Value,
    root: &'a Value,
    item: &'a Value,
}

impl<'a> Operation<'a> {
    /// The `operationId`, or nothing.
    pub fn id(&self) -> &'a str {
        text(self.object, "operationId")
    }

    /// The responses with their statuses, in the order of the document.
    pub fn responses(&self) -> Vec<(&'a str, &'a Value)> {
        members(&self.object["responses"])
            .map(|(status, response)| (status.as_str(), resolve(self.root, response)))
            .collect()
    }

    /// The request body.
    pub fn request_body(&self) -> Option<&'a Value> {
        let body = self.object.get("requestBody")?;
        Some(resolve(self.root, body))
    }

    /// The parameters, those of the path last.
    pub fn parameters(&self) -> Vec<&'a Value> {
        [self.object, self.item]
            .into_iter()
            .flat_map(|holder| holder["parameters"].as_array().into_iter().flatten())
            .map(|parameter| resolve(self.root, parameter))
            .collect()
    }

    /// The servers that it has of its own, or its path for it; none where it is served with the rest.
    pub fn own_servers(&self) -> &'a [Value] {
        openapi_document::servers::own_servers(self.root, self.item, self.object)
    }

    /// The security alternatives that hold: its own, else those of the document.
    pub fn security(&self) -> &'a [Value] {
        self.object
            .get("security")
            .or_else(|| self.root.get("security"))
            .and_then(Value::as_array)
            .map_or(&[], Vec::as_slice)
    }
}

/// All operations, in the order of the document.
pub fn operations(root: &Value) -> Vec<Operation<'_>> {
    let mut found = Vec::new();
    for (path, item) in members(&root["paths"]) {
        let item = resolve(root, item);
        for (verb, object) in members(item) {
            if VERBS.contains(&verb.as_str()) {
                found.push(Operation {
                    path,
                    verb,
                    object,
                    root,
                    item,
                });
            }
        }
    }
    found
}

/// The node behind a chain of references.
pub fn resolve<'a>(root: &'a Value, node: &'a Value) -> &'a Value {
    walk::resolve(root, node).unwrap_or(node)
}

/// The examples of a media type object or parameter, with their names.
pub fn examples<'a>(root: &'a Value, holder: &'a Value) -> Vec<(&'a str, &'a Value)> {
    let single = holder.get("example").map(|value| ("example", value));
    let named = members(&holder["examples"])
        .filter_map(|(name, example)| Some((name.as_str(), resolve(root, example).get("value")?)));
    single.into_iter().chain(named).collect()
}

/// The entries of an object; none where it is no object.
pub fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// The strings of a list; none where it is no list.
pub fn strings(value: &Value) -> Vec<&str> {
    let items = value.as_array().into_iter().flatten();
    items.filter_map(Value::as_str).collect()
}

/// A member that is a string, or nothing.
pub fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The pointer to a component schema.
pub fn schema_pointer(name: &str) -> String {
    pointer::join("/components/schemas", name)
}

/// Opens the document of an API.
///
/// # Errors
///
/// The rendered report where the document has errors, and the command that shows it again.
pub fn open(api: &Api) -> Result<Document, String> {
    Document::open(&api.document).map_err(|report| {
        format!(
            "{}\nrun `cargo xtask lint --api {}` and mend what it finds",
            report.render(false),
            api.name
        )
    })
}

/// The bundled document of the API called `name` in the workspace at `root`.
///
/// # Errors
///
/// Where there is no such API, and as [`open`].
pub fn bundled(root: &Path, name: &str) -> Result<Value, String> {
    let apis = workspace::all_apis(root)?;
    let api = apis
        .iter()
        .find(|api| api.name == name)
        .ok_or_else(|| format!("openapi/ has no folder `{name}` with a codegen.toml"))?;
    Ok(open(api)?.root().clone())
}
