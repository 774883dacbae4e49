//! The stages in their order.

use std::collections::BTreeMap;

use openapi_document::{Diagnostic, Document, Finding, Report, Severity, nearest};
use serde_json::Value;

use crate::{
    Error, Files, RULES, Settings, codes, complete,
    generate::generate as run_progenitor,
    lower::{self, Lowered},
};

/// A crate that was generated, in memory.
#[derive(Debug, Clone)]
pub struct Generated {
    /// The files of the crate.
    pub files: Files,
    /// What there is to say about it.
    pub summary: Summary,
}

/// Figures of one generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Operations of the document.
    pub operations: usize,
    /// Methods of the client: more than operations where media types differ.
    pub methods: usize,
    /// Component schemas of the document.
    pub schemas: usize,
    /// Lowering rules that applied, with how often.
    pub rules: BTreeMap<&'static str, usize>,
    /// Warnings of the lint, which do not stop generation.
    pub warnings: usize,
}

/// Generates a crate from a document.
///
/// # Errors
///
/// [`Error::Document`] with all findings where the document cannot be
/// represented, or does not need the lowering rules that the settings list.
pub fn generate(document: &Document, settings: &Settings) -> Result<Generated, Error> {
    settings.check()?;
    let warnings = refuse(document, settings)?;
    let (lowered, file) = lowered_file(document, settings)?;
    let files = complete::complete(document, &lowered, file, settings)?;
    let summary = Summary {
        warnings,
        ..summary(document.root(), &lowered)
    };
    Ok(Generated { files, summary })
}

/// Generates the code of a client as the content of one module, which stands at
/// `root` (such as `crate::pets`) in a crate that depends on the runtime.
///
/// # Errors
///
/// As [`generate`].
pub fn generate_module(
    document: &Document,
    settings: &Settings,
    root: &str,
) -> Result<String, Error> {
    settings.check()?;
    refuse(document, settings)?;
    let (lowered, file) = lowered_file(document, settings)?;
    complete::embed(document, &lowered, file, settings, root)
}

/// Generates, for the tests of a client, a module that calls every method by its name with the
/// document's examples, and lists the Rust type of every component schema.
///
/// # Errors
///
/// As [`generate`].
pub fn generate_calls(document: &Document, settings: &Settings) -> Result<Files, Error> {
    settings.check()?;
    refuse(document, settings)?;
    let lowered = lower::lower(document.root())
        .map_err(|findings| Error::Document(document.report(findings)))?;
    complete::calls(document, &lowered, settings)
}

/// The `OpenAPI` document that progenitor is given.
///
/// # Errors
///
/// As [`generate`].
pub fn lowered_document(document: &Document) -> Result<Value, Error> {
    lower::lower(document.root())
        .map(|lowered| lowered.document)
        .map_err(|findings| Error::Document(document.report(findings)))
}

fn lowered_file(document: &Document, settings: &Settings) -> Result<(Lowered, syn::File), Error> {
    let fail = |findings| Error::Document(document.report(findings));
    let lowered = lower::lower(document.root()).map_err(fail)?;
    let unexpected = unexpected_rules(&lowered, settings);
    if !unexpected.is_empty() {
        return Err(Error::Document(settings.locate(document, unexpected)));
    }
    let methods: Vec<&str> = lowered.plan.methods.iter().map(|one| &*one.name).collect();
    settings.check_first_call(document, &methods)?;
    let file = run_progenitor(&lowered).map_err(fail)?;
    Ok((lowered, file))
}

/// Refuses what cannot be generated; gives the number of warnings, which are the
/// business of `lint`.
fn refuse(document: &Document, settings: &Settings) -> Result<usize, Error> {
    let report = openapi_document::lint(document);
    let errors: Report = report
        .iter()
        .filter(|problem| is_refused(problem, settings))
        .cloned()
        .map(Diagnostic::into_error)
        .collect();
    if errors.is_empty() {
        Ok(report.len())
    } else {
        Err(Error::Document(errors))
    }
}

fn is_refused(problem: &Diagnostic, settings: &Settings) -> bool {
    if settings.strict {
        problem.severity() == Severity::Error || LOST_UNSEEN.contains(&problem.code())
    } else {
        problem.severity() == Severity::Error && !OF_VOCABULARY.contains(&problem.code())
    }
}

/// What a document of our own says and the client would lose without a word.
const LOST_UNSEEN: [&str; 4] = ["D208", "D401", "D402", "D403"];

/// What is wrong with a vocabulary that a foreign document does not know: its `x-`
/// keys may mean something else, and none of these makes a wrong client.
const OF_VOCABULARY: [&str; 4] = ["L603", "L606", "L607", "L608"];

/// A lowering that is listed but not needed, or needed but not listed; with the
/// entry of the list that it is about.
fn unexpected_rules<'a>(
    lowered: &Lowered,
    settings: &'a Settings,
) -> Vec<(Finding, Option<&'a str>)> {
    let Some(listed) = &settings.lowering else {
        return Vec::new();
    };
    let wrong_entries = listed
        .iter()
        .filter_map(|name| Some((wrong_entry(name, lowered)?, Some(name.as_str()))));
    let missing = lowered
        .applied
        .iter()
        .filter(|(name, _)| !listed.iter().any(|known| known == *name))
        .map(|(name, times)| (not_listed(name, *times), None));
    wrong_entries.chain(missing).collect()
}

fn wrong_entry(name: &str, lowered: &Lowered) -> Option<Finding> {
    if lowered.applied.contains_key(name) {
        return None;
    }
    let mut rules = RULES.iter().map(|rule| rule.name);
    if rules.any(|rule| rule == name) {
        let message =
            format!("the lowering rule `{name}`, which codegen.toml lists, applied nowhere");
        return Some(
            Finding::error(codes::NEVER_APPLIED, "", message)
                .why("the list says what the client does otherwise than the document; this document does not need the rule")
                .help("remove it from `lowering` in codegen.toml"),
        );
    }
    let help = match nearest(name, RULES.iter().map(|rule| rule.name)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "remove it from `lowering` in codegen.toml".to_owned(),
    };
    let message = format!("there is no lowering rule `{name}`");
    Some(
        Finding::error(codes::UNKNOWN_RULE, "", message)
            .why("the list names the rules of this generator")
            .help(help),
    )
}

fn not_listed(name: &str, times: usize) -> Finding {
    let places = if times == 1 { "place" } else { "places" };
    let message = format!(
        "the lowering rule `{name}` applied in {times} {places}, and codegen.toml does not list it"
    );
    Finding::error(codes::NOT_LISTED, "", message)
        .why("the list says what the client does otherwise than the document, so that nothing of it comes unseen")
        .help(format!(
            "add \"{name}\" to `lowering` in codegen.toml if the document is meant to need it"
        ))
}

fn summary(root: &Value, lowered: &Lowered) -> Summary {
    let mut pointers: Vec<&str> = lowered
        .plan
        .methods
        .iter()
        .map(|m| m.pointer.as_str())
        .collect();
    pointers.dedup();
    Summary {
        operations: pointers.len(),
        methods: lowered.plan.methods.len(),
        schemas: root
            .pointer("/components/schemas")
            .and_then(Value::as_object)
            .map_or(0, serde_json::Map::len),
        rules: lowered.applied.clone(),
        warnings: 0,
    }
}
