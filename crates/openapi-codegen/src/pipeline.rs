//! The stages in their order.

use std::collections::BTreeMap;

use openapi_document::{Document, Finding, Severity};
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
}

/// Generates a crate from a document.
///
/// # Errors
///
/// [`Error::Document`] with all findings where the document cannot be
/// represented, or does not need the lowering rules that the settings list.
pub fn generate(document: &Document, settings: &Settings) -> Result<Generated, Error> {
    let (lowered, file) = lowered_file(document, settings)?;
    let files = complete::complete(document, &lowered, file, settings)?;
    let summary = summary(document.root(), &lowered);
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
    refuse(document)?;
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
    settings.check()?;
    refuse(document)?;
    let fail = |findings| Error::Document(document.report(findings));
    let lowered = lower::lower(document.root()).map_err(fail)?;
    let unexpected = unexpected_rules(&lowered, settings);
    if !unexpected.is_empty() {
        return Err(fail(unexpected));
    }
    let file = run_progenitor(&lowered).map_err(fail)?;
    Ok((lowered, file))
}

/// Lint errors stop generation; warnings are the business of `lint`.
fn refuse(document: &Document) -> Result<(), Error> {
    let report = openapi_document::lint(document);
    if report.has_errors() {
        let errors = report
            .iter()
            .filter(|problem| problem.severity() == Severity::Error);
        return Err(Error::Document(errors.cloned().collect()));
    }
    Ok(())
}

/// A lowering that is listed but not needed, or needed but not listed.
fn unexpected_rules(lowered: &Lowered, settings: &Settings) -> Vec<Finding> {
    let Some(listed) = &settings.lowering else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for name in listed {
        if !RULES.iter().any(|rule| rule.name == name) {
            findings.push(
                Finding::error(
                    codes::UNKNOWN_RULE,
                    "",
                    format!("codegen.toml lists the lowering rule `{name}`, which does not exist"),
                )
                .why("a rule that does not exist protects nothing")
                .help("remove it from `lowering` in codegen.toml, or mend its name"),
            );
        } else if !lowered.applied.contains_key(name.as_str()) {
            findings.push(
                Finding::error(
                    codes::NEVER_APPLIED,
                    "",
                    format!("the lowering rule `{name}` never applied"),
                )
                .why("the document does not need it any more")
                .help("remove it from `lowering` in codegen.toml"),
            );
        }
    }
    for (name, times) in &lowered.applied {
        if !listed.iter().any(|known| known == name) {
            findings.push(
                Finding::error(codes::NOT_LISTED, "", format!("the lowering rule `{name}` applied {times} times but is not listed"))
                    .why("the list in codegen.toml says how far the client is from the document; it must be complete")
                    .help(format!("add \"{name}\" to `lowering` in codegen.toml if the document is meant to need it")),
            );
        }
    }
    findings
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
    }
}
