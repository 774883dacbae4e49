//! Generation: the lowered document through progenitor.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Once,
};

use openapi_document::Finding;
use openapiv3::OpenAPI;
use progenitor_impl::{
    CrateVers, GenerationSettings, Generator, HooksMode, InterfaceStyle, TypeImpl, UnknownPolicy,
};
use serde_json::{Map, Value, json};

use crate::{codes, lower::Lowered, naming, plan::Plan};

/// What progenitor makes of the lowered document.
pub(crate) fn generate(lowered: &Lowered) -> Result<syn::File, Vec<Finding>> {
    let settings = settings(&lowered.plan);
    attempt(&lowered.document, &settings).map_err(|failure| blame(lowered, &settings, &failure))
}

/// Why progenitor could not take a document.
#[derive(Debug, Clone)]
struct Failure {
    panicked: bool,
    message: String,
}

fn attempt(document: &Value, settings: &GenerationSettings) -> Result<syn::File, Failure> {
    let fail = |message: String| Failure {
        panicked: false,
        message,
    };
    let openapi: OpenAPI =
        serde_json::from_value(document.clone()).map_err(|error| fail(error.to_string()))?;
    let tokens = quiet_unwind(|| Generator::new(settings).generate_tokens(&openapi))
        .map_err(|message| Failure {
            panicked: true,
            message,
        })?
        .map_err(|error| fail(error.to_string()))?;
    syn::parse2(tokens).map_err(|error| fail(format!("the generated code does not parse: {error}")))
}

fn settings(plan: &Plan) -> GenerationSettings {
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_hooks(HooksMode::Expected)
        .with_map_type("::std::collections::BTreeMap")
        .with_derive("PartialEq")
        .with_unknown_crates(UnknownPolicy::Generate);
    for name in ["std", "serde_json", "openapi_client_runtime"] {
        settings.with_crate(name, CrateVers::Any, None);
    }
    let text = [TypeImpl::Display, TypeImpl::FromStr];
    for name in plan.open_enums.keys() {
        settings.with_replacement(naming::pascal(name), own_type(name), text.into_iter());
    }
    for name in plan.unions.keys().chain(plan.envelopes.keys()) {
        settings.with_replacement(naming::pascal(name), own_type(name), [].into_iter());
    }
    for (name, rust_type) in &plan.aliases {
        settings.with_replacement(naming::pascal(name), rust_type, [].into_iter());
    }
    settings
}

/// Types that the completer writes stand beside those that typify makes.
fn own_type(name: &str) -> String {
    format!("crate::types::{}", naming::pascal(name))
}

/// Finds the operations and schemas without which generation would succeed.
fn blame(lowered: &Lowered, settings: &GenerationSettings, failure: &Failure) -> Vec<Finding> {
    let all: Vec<&str> = schemas_of(&lowered.document)
        .keys()
        .map(String::as_str)
        .collect();
    let mut broken = Vec::new();
    search(&lowered.document, settings, &all, &mut broken);
    // A broken schema breaks every schema that refers to it.
    let is_cause = |name: &str, holds: &BTreeSet<String>| {
        !broken.iter().any(|(other, others, _)| {
            other != name && holds.contains(other) && !others.contains(name)
        })
    };
    let mut findings: Vec<Finding> = broken
        .iter()
        .filter(|(name, holds, _)| is_cause(name, holds))
        .map(|(name, _, failure)| {
            let pointer = lowered.plan.origins.get(name).cloned().unwrap_or_default();
            finding(&pointer, &format!("schema `{name}`"), failure)
        })
        .collect();
    // A broken schema breaks every operation that uses it; name the cause only.
    if findings.is_empty() {
        for method in &lowered.plan.methods {
            let alone = only_operation(&lowered.document, &method.name);
            if let Err(failure) = attempt(&alone, settings) {
                let what = format!("operation `{}`", method.operation_id);
                findings.push(finding(&method.pointer, &what, &failure));
            }
        }
    }
    if findings.is_empty() {
        findings.push(finding("", "document as a whole", failure));
    }
    findings
}

fn finding(pointer: &str, what: &str, failure: &Failure) -> Finding {
    let (code, verb) = if failure.panicked {
        (codes::GENERATOR_PANICS, "panics on")
    } else {
        (codes::GENERATOR_REFUSES, "refuses")
    };
    let message = failure.message.lines().next().unwrap_or_default();
    Finding::error(code, pointer, format!("the generator {verb} the {what}: {message}"))
        .why("no lowering rule covers this construct, so no client can be made of it")
        .help("describe the same thing with plain objects, arrays and scalars, or report the document so that a lowering rule can be added")
}

/// A schema that cannot be taken, those it refers to, and why.
type Broken = (String, BTreeSet<String>, Failure);

/// Finds the broken ones among the schemas: halves of the list that can be taken
/// are not looked into.
fn search(
    document: &Value,
    settings: &GenerationSettings,
    names: &[&str],
    broken: &mut Vec<Broken>,
) {
    let (alone, holds) = only_schemas(document, names);
    let Err(failure) = attempt(&alone, settings) else {
        return;
    };
    if let [name] = names {
        broken.push(((*name).to_owned(), holds, failure));
        return;
    }
    let (left, right) = names.split_at(names.len() / 2);
    search(document, settings, left, broken);
    search(document, settings, right, broken);
}

/// A document of some schemas and those they refer to, with the names of all of them.
fn only_schemas(document: &Value, names: &[&str]) -> (Value, BTreeSet<String>) {
    let all = schemas_of(document);
    let mut found = BTreeSet::new();
    for name in names {
        crate::lower::collect(&crate::lower::reference(name), all, &mut found);
    }
    let schemas: Map<String, Value> = all
        .iter()
        .filter(|(name, _)| found.contains(*name))
        .map(|(name, schema)| (name.clone(), schema.clone()))
        .collect();
    let alone = json!({
        "openapi": document["openapi"],
        "info": document["info"],
        "paths": {},
        "components": { "schemas": schemas },
    });
    (alone, found)
}

/// The document with one operation, and all schemas.
fn only_operation(document: &Value, id: &str) -> Value {
    let mut alone = document.clone();
    let mut paths = Map::new();
    for (path, item) in members(&document["paths"]) {
        for (verb, operation) in members(item) {
            if operation["operationId"] == id {
                paths.insert(path.clone(), json!({ verb: operation }));
            }
        }
    }
    alone["paths"] = Value::Object(paths);
    alone
}

fn schemas_of(document: &Value) -> &Map<String, Value> {
    static EMPTY: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    document["components"]["schemas"]
        .as_object()
        .unwrap_or(&EMPTY)
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

thread_local! {
    /// Whether a panic on this thread is about to be caught.
    static CATCHING: Cell<bool> = const { Cell::new(false) };
    /// The message of the panic that was caught last.
    static MESSAGE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs `work`; a panic becomes its message and is not printed.
fn quiet_unwind<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if CATCHING.get() {
                MESSAGE.set(panic_message(info));
            } else {
                previous(info);
            }
        }));
    });
    CATCHING.set(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    CATCHING.set(false);
    result.map_err(|_| MESSAGE.take())
}

fn panic_message(info: &std::panic::PanicHookInfo<'_>) -> String {
    let payload = info.payload();
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned());
    match info.location() {
        Some(place) => {
            let file = place.file().rsplit('/').next().unwrap_or_default();
            format!("{text} ({file}:{})", place.line())
        }
        None => text,
    }
}
