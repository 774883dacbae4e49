//! What the parts of the completer look up in the public document.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use openapi_document::{
    Document,
    walk::{self, Walk},
};
use serde_json::{Value, json};

use super::prose::said;
use crate::{
    Settings,
    lower::{Lowered, carrier, resolve},
    naming,
    plan::{Method, Part, Plan},
};

pub(super) struct Context<'a> {
    pub root: &'a Value,
    pub lowered: &'a Lowered,
    pub plan: &'a Plan,
    pub settings: &'a Settings,
    /// Component schemas by their Rust names.
    components: HashMap<String, &'a str>,
}

/// A parameter of a method.
#[derive(Debug, Clone)]
pub(super) struct Parameter<'a> {
    /// The name in Rust.
    pub ident: String,
    /// A parameter object; one is made for a part of a form.
    pub object: Cow<'a, Value>,
    /// The part of a form that it is.
    pub part: Option<Part>,
}

impl<'a> Context<'a> {
    pub(super) fn new(
        document: &'a Document,
        lowered: &'a Lowered,
        settings: &'a Settings,
    ) -> Self {
        Self {
            root: document.root(),
            lowered,
            plan: &lowered.plan,
            settings,
            components: lowered
                .plan
                .origins
                .keys()
                .rev()
                .map(|name| (naming::pascal(name), name.as_str()))
                .collect(),
        }
    }

    /// The component schema that a Rust type stands for.
    pub(super) fn component_of(&self, type_name: &str) -> Option<&'a str> {
        self.components.get(type_name).copied()
    }

    /// The methods, by the names of their builders.
    pub(super) fn methods_by_builder(&self) -> BTreeMap<String, &'a Method> {
        let methods = self.plan.methods.iter();
        methods
            .map(|method| (naming::pascal(&method.name), method))
            .collect()
    }

    /// The node at a pointer, following references on the way.
    pub(super) fn lookup(&self, pointer: &str) -> Option<&'a Value> {
        let mut node = self.root;
        for segment in pointer.split('/').skip(1) {
            let key = segment.replace("~1", "/").replace("~0", "~");
            node = resolve(self.root, node);
            node = match node {
                Value::Array(items) => items.get(key.parse::<usize>().ok()?)?,
                other => other.get(&key)?,
            };
        }
        Some(resolve(self.root, node))
    }

    /// The operation of the public document.
    pub(super) fn operation(&self, method: &Method) -> &'a Value {
        self.lookup(&method.pointer).unwrap_or(&Value::Null)
    }

    /// The method's operation after lowering.
    pub(super) fn lowered_operation(&self, method: &Method) -> &'a Value {
        let path = match &method.variant {
            Some(_) => format!("{}#{}", method.path, method.name),
            None => method.path.clone(),
        };
        &self.lowered.document["paths"][path.as_str()][method.verb.as_str()]
    }

    /// The operation's parameters, as they stand after lowering, with the
    /// public definition.
    pub(super) fn parameters(&self, method: &Method) -> Vec<Parameter<'a>> {
        let public = self.public_parameters(method);
        let lowered = self.lowered_operation(method)["parameters"].as_array();
        lowered
            .into_iter()
            .flatten()
            .filter_map(|parameter| {
                let name = parameter["name"].as_str()?;
                if let Some(part) = method.parts.iter().find(|part| part.name == name) {
                    return Some(self.part(part));
                }
                let cookie = method.cookies.iter().find(|cookie| name == carrier(cookie));
                let wire = cookie.map_or(name, String::as_str);
                let object = public.iter().copied().find(|p| p["name"] == *wire)?;
                Some(Parameter {
                    ident: self
                        .cookie_ident(method, name)
                        .unwrap_or_else(|| naming::snake(name)),
                    object: Cow::Borrowed(object),
                    part: None,
                })
            })
            .collect()
    }

    /// A part of a form as a parameter.
    fn part(&self, part: &Part) -> Parameter<'a> {
        let schema = self.lookup(&part.pointer).unwrap_or(&Value::Null);
        let mut object = json!({
            "name": part.name,
            "in": "part",
            "required": part.required,
            "schema": schema,
        });
        if let Some(description) = self.description(schema) {
            object["description"] = json!(description);
        }
        for key in ["deprecated", "x-provenance", "x-provenance-basis"] {
            object[key] = schema[key].clone();
        }
        Parameter {
            ident: naming::snake(&part.name),
            object: Cow::Owned(object),
            part: Some(part.clone()),
        }
    }

    /// The name in Rust of the cookie that a header carries, unless another
    /// parameter has that name.
    pub(super) fn cookie_ident(&self, method: &Method, header: &str) -> Option<String> {
        let cookie = method
            .cookies
            .iter()
            .find(|cookie| header == carrier(cookie))?;
        let ident = naming::snake(cookie);
        let parameters = self.lowered_operation(method)["parameters"].as_array()?;
        let taken = parameters
            .iter()
            .filter_map(|parameter| parameter["name"].as_str())
            .any(|name| naming::snake(name) == ident);
        (!taken
            && !matches!(
                ident.as_str(),
                "new" | "send" | "body" | "body_map" | "header_map" | "operation"
            ))
        .then_some(ident)
    }

    fn public_parameters(&self, method: &Method) -> Vec<&'a Value> {
        let item = method.pointer.rsplit_once('/').map_or("", |(item, _)| item);
        [self.lookup(item), Some(self.operation(method))]
            .into_iter()
            .flatten()
            .rev()
            .flat_map(|object| object["parameters"].as_array().into_iter().flatten())
            .map(|parameter| resolve(self.root, parameter))
            .collect()
    }

    /// A branch of a union after lowering.
    pub(super) fn branch(&self, component: &str, index: usize) -> &'a Value {
        let schema = &self.lowered.document["components"]["schemas"][component];
        let branches = schema.get("oneOf").or_else(|| schema.get("anyOf"));
        branches.map_or(&Value::Null, |branches| &branches[index])
    }

    /// The public schema behind a generated type, and its component's name.
    pub(super) fn schema_of(&self, type_name: &str) -> Option<(&'a str, &'a Value)> {
        let name = self.component_of(type_name)?;
        Some((name, self.lookup(&self.plan.origins[name])?))
    }

    /// A member of an object schema, also one that `allOf` brings in. The
    /// description beside a reference wins over that of its target.
    pub(super) fn property(&self, schema: &'a Value, name: &str) -> Option<&'a Value> {
        let mut walk = Walk::new(self.root, "", schema);
        std::iter::from_fn(|| walk.next(walk::none))
            .find_map(|part| part.schema.get("properties")?.get(name))
    }

    /// Whether a value of the schema has this member, also where `allOf` says so.
    pub(super) fn is_required(&self, schema: &Value, name: &str) -> bool {
        let schema = resolve(self.root, schema);
        let listed = schema["required"].as_array().into_iter().flatten();
        let mut parts = schema["allOf"].as_array().into_iter().flatten();
        listed.into_iter().any(|required| required == name)
            || parts.any(|part| self.is_required(part, name))
    }

    /// The description of a schema, or of what it refers to.
    pub(super) fn description(&self, schema: &'a Value) -> Option<&'a str> {
        if let Some(text) = said(schema, "description") {
            return Some(text);
        }
        said(self.target(schema), "description")
    }

    /// Whether a schema is flagged so, or what it refers to.
    pub(super) fn says(&self, schema: &'a Value, flag: &str) -> bool {
        schema[flag] == true || self.target(schema)[flag] == true
    }

    /// What a schema refers to; `allOf` of a reference alone is how one is described.
    fn target(&self, schema: &'a Value) -> &'a Value {
        let target = match schema["allOf"].as_array().map(Vec::as_slice) {
            Some([only]) => only,
            _ => schema,
        };
        resolve(self.root, target)
    }
}
