//! Lowering: from the honest document to the dialect that progenitor takes.
//!
//! Rules work on a copy, in the fixed order of [`RULES`]. What a rule takes
//! away it records in the [`Plan`], for the completer to put back.

mod bodies;
mod defaults;
mod directions;
mod inheritance;
mod map_field;
mod normalize;
mod operations;
mod parameters;
mod parts;
mod rewrite;
mod schemas;
mod statuses;
mod titles;
mod unions;

use std::collections::{BTreeMap, HashMap, HashSet};

pub(crate) use bodies::{Kind as BodyKind, kind as body_kind};
pub(crate) use map_field::MAP;
pub(crate) use normalize::resolve;
pub(crate) use parameters::carrier;
pub(crate) use rewrite::collect;
pub(crate) use unions::discriminated;

use openapi_document::Finding;
use serde_json::{Map, Value, json};

use crate::{
    markdown, naming,
    plan::{Method, Plan},
};

/// A named step of lowering.
pub struct Rule {
    /// The name that `codegen.toml` lists.
    pub name: &'static str,
    /// What the rule does, in one sentence.
    pub what: &'static str,
    apply: fn(&mut Lowering) -> usize,
}

/// All rules, in the order in which they are applied.
pub const RULES: &[Rule] = &[
    Rule {
        name: "derive_operation_ids",
        what: "names an operation without `operationId` after its method and path",
        apply: operations::derive_operation_ids,
    },
    Rule {
        name: "separate_bases",
        what: "tells a base schema that others are made of from the choice among them",
        apply: inheritance::separate_bases,
    },
    Rule {
        name: "drop_reserved_headers",
        what: "drops header parameters called Accept, Content-Type and Authorization, which OpenAPI ignores",
        apply: parameters::drop_reserved_headers,
    },
    Rule {
        name: "drop_required_choices",
        what: "leaves it to the server to check which optional members go together",
        apply: schemas::drop_required_choices,
    },
    Rule {
        name: "require_by_direction",
        what: "asks for a `readOnly` or `writeOnly` member only where it can occur",
        apply: directions::require_by_direction,
    },
    Rule {
        name: "hoist_inline_schemas",
        what: "gives inline objects, unions and enums a name of their own",
        apply: schemas::hoist_inline_schemas,
    },
    Rule {
        name: "move_nullable_to_references",
        what: "turns a nullable component into nullable references to it",
        apply: schemas::move_nullable_to_references,
    },
    Rule {
        name: "keep_extra_members",
        what: "keeps members beyond the named ones where the document asks for them",
        apply: schemas::keep_extra_members,
    },
    Rule {
        name: "send_only_what_is_set",
        what: "leaves the default of a member that nobody set to the server",
        apply: defaults::send_only_what_is_set,
    },
    Rule {
        name: "split_media_types",
        what: "makes one method for each media type of a request or a response",
        apply: bodies::split_media_types,
    },
    Rule {
        name: "split_multipart_bodies",
        what: "takes each part of a `multipart/form-data` body as a parameter",
        apply: parts::split_multipart_bodies,
    },
    Rule {
        name: "lower_media_types",
        what: "maps `+json`, text and other media types to those progenitor knows",
        apply: bodies::lower_media_types,
    },
    Rule {
        name: "accept_optional_bodies",
        what: "lets a request body be left out where the document allows it",
        apply: bodies::accept_optional_bodies,
    },
    Rule {
        name: "fold_success_statuses",
        what: "folds the declared successes into one type, an enum where they differ",
        apply: statuses::fold_success_statuses,
    },
    Rule {
        name: "fold_error_statuses",
        what: "folds the declared errors into one type, an enum where they differ",
        apply: statuses::fold_error_statuses,
    },
    Rule {
        name: "style_query_parameters",
        what: "keeps lists without explode, deepObject, allowReserved and object parameters out of progenitor's hands",
        apply: parameters::style_query_parameters,
    },
    Rule {
        name: "carry_cookies_in_headers",
        what: "carries cookie parameters in a private header that the runtime turns into a cookie",
        apply: parameters::carry_cookies_in_headers,
    },
    Rule {
        name: "join_header_lists",
        what: "takes a list in a header as one string",
        apply: parameters::join_header_lists,
    },
    Rule {
        name: "tag_discriminated_unions",
        what: "decodes a union by the member that tells its branches apart, and keeps unknown ones",
        apply: unions::tag_discriminated_unions,
    },
    Rule {
        name: "open_string_enums",
        what: "keeps unknown values of a string enum",
        apply: schemas::open_string_enums,
    },
    Rule {
        name: "protect_secrets",
        what: "makes sensitive strings unprintable",
        apply: schemas::protect_secrets,
    },
    Rule {
        name: "take_limits_off_types",
        what: "takes limits off all types: a reply never fails for them, and bodies are checked when they are sent",
        apply: schemas::take_limits_off_types,
    },
    Rule {
        name: "choose_one_of_any",
        what: "takes `anyOf` over values of different kinds as a choice",
        apply: unions::choose_one_of_any,
    },
    Rule {
        name: "keep_numbers_exact",
        what: "keeps an integer an integer inside a union of scalars",
        apply: unions::keep_numbers_exact,
    },
    Rule {
        name: "keep_unknown_members",
        what: "gives a union that a server sends a last member for what the document does not name",
        apply: unions::keep_unknown_members,
    },
    Rule {
        name: "keep_null_apart",
        what: "tells null from absent in optional nullable members of requests",
        apply: schemas::keep_null_apart,
    },
    Rule {
        name: "keep_empty_lists",
        what: "tells an empty list or map from an absent one",
        apply: schemas::keep_empty_lists,
    },
    Rule {
        name: "keep_property_from_map",
        what: "keeps a property called `extra` apart from the map of members that are not listed",
        apply: map_field::keep_property_from_map,
    },
];

/// The document on its way down: operations apart from their paths, all
/// references but those to schemas resolved.
pub(crate) struct Lowering {
    pub operations: Vec<Operation>,
    pub schemas: Map<String, Value>,
    /// The components that webhooks deliver.
    pub delivered: Vec<String>,
    /// The Rust names of the schemas.
    pub type_names: HashSet<String>,
    /// The next number for a name that is taken, so that many equal names cost no more than others.
    pub numbers: HashMap<String, usize>,
    pub plan: Plan,
    /// What no rule can represent.
    pub refusals: Vec<Finding>,
}

/// One operation; a rule may make several of one.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub method: Method,
    pub object: Value,
}

/// The result of lowering.
pub(crate) struct Lowered {
    /// An `OpenAPI` document that progenitor takes.
    pub document: Value,
    pub plan: Plan,
    /// How often each rule applied; rules that never did are left out.
    pub applied: BTreeMap<&'static str, usize>,
}

/// Lowers a bundled document.
pub(crate) fn lower(public: &Value) -> Result<Lowered, Vec<Finding>> {
    let mut lowering = normalize::start(public);
    let mut applied = BTreeMap::new();
    for rule in RULES {
        let times = (rule.apply)(&mut lowering);
        if times > 0 {
            applied.insert(rule.name, times);
        }
    }
    if !lowering.refusals.is_empty() {
        return Err(lowering.refusals);
    }
    Ok(lowering.finish(public, applied))
}

impl Lowering {
    fn finish(mut self, public: &Value, applied: BTreeMap<&'static str, usize>) -> Lowered {
        schemas::everywhere(&mut self, &mut describe_safely);
        let mut paths = Map::new();
        for operation in &self.operations {
            let method = &operation.method;
            // A fragment never goes over the wire; it keeps siblings apart.
            let path = match &method.variant {
                Some(_) => format!("{}#{}", method.path, method.name),
                None => method.path.clone(),
            };
            let item = paths.entry(path).or_insert_with(|| json!({}));
            item[&method.verb] = operation.object.clone();
        }
        self.plan.methods = self.operations.into_iter().map(|o| o.method).collect();
        let title = public.pointer("/info/title").cloned().unwrap_or_default();
        let document = json!({
            "openapi": "3.0.3",
            "info": { "title": title, "version": "0" },
            "paths": paths,
            "components": { "schemas": self.schemas },
        });
        Lowered {
            document,
            plan: self.plan,
            applied,
        }
    }

    /// Adds a component under a name that is still free, made from `wanted`.
    fn add_schema(&mut self, wanted: &str, origin: &str, schema: Value) -> String {
        let name = self.reserve(wanted, origin);
        self.schemas.insert(name.clone(), schema);
        name
    }

    /// Takes a name for a type that is still free, made from `wanted`.
    fn reserve(&mut self, wanted: &str, origin: &str) -> String {
        let mut name = wanted.to_owned();
        let number = self.numbers.entry(wanted.to_owned()).or_insert(2);
        while !self.type_names.insert(naming::pascal(&name)) {
            name = format!("{wanted}{number}");
            *number += 1;
        }
        self.plan.origins.insert(name.clone(), origin.to_owned());
        name
    }

    /// Adds a component that stands for an existing Rust type.
    fn add_alias(&mut self, wanted: &str, origin: &str, rust_type: String) -> Value {
        let name = self.add_schema(wanted, origin, json!({ "type": "object" }));
        self.plan.aliases.insert(name.clone(), rust_type);
        reference(&name)
    }
}

/// typify writes some descriptions into its code: as the text that they are, and none where they
/// are empty.
fn describe_safely(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else {
        return;
    };
    if let Some(Value::String(text)) = schema.get("description") {
        match markdown::block(text) {
            text if text.is_empty() => schema.remove("description"),
            text => schema.insert("description".to_owned(), Value::String(text)),
        };
    }
}

/// The events of `x-event-delivery`, if each of them refers to its payload.
pub(crate) fn events(public: &Value) -> Option<&Map<String, Value>> {
    let events = public.pointer("/x-event-delivery/events")?.as_object()?;
    let whole = events
        .values()
        .all(|event| referenced(&event["payload"]).is_some());
    (whole && !events.is_empty()).then_some(events)
}

/// A reference to a component schema.
pub(crate) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// The component that a reference names.
pub(crate) fn referenced(schema: &Value) -> Option<&str> {
    schema
        .get("$ref")?
        .as_str()?
        .strip_prefix("#/components/schemas/")
}
