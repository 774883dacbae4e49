//! The lint: rules a valid document can still break, each with a stable code.
//!
//! Errors are what cannot be represented in a client or would silently be wrong in it; code
//! generation refuses them. Warnings are about quality. Constructs that code generation lowers
//! (several success types, optional bodies, `deepObject`, cookies, discriminators and so on) are
//! fine and not reported.
//!
//! # Silencing a finding
//!
//! An `x-lint-ignore` list on the node a finding points at, or on any node around it, silences
//! the rule there; it has to say why:
//!
//! ```yaml
//! x-lint-ignore:
//! - code: L302
//!   reason: the vendor has no name for this object either
//! ```
//!
//! An entry that silences nothing, has no reason, or names an unknown rule or one that cannot be
//! silenced, is a finding itself. A payload schema or example that several operations share is
//! silenced where it is written, in `components`.
//!
#![doc = include_str!("rules.md")]

mod circles;
mod client_defaults;
mod composition;
mod examples;
mod follow;
pub mod json_schema;
mod links;
mod merging;
mod multipart;
pub mod names;
mod oauth;
mod operations;
mod pagination;
mod parameters;
mod resources;
mod responses;
mod rule;
mod samples;
mod schemas;
mod servers;
mod shape;
mod suppression;
mod texts;
mod view;
mod vocabulary;
mod webhooks;

use std::fmt::Write as _;
use std::sync::LazyLock;

use serde_json::Value;

pub use rule::Rule;

use crate::finding::{Finding, Severity};
use view::View;

static RULES: LazyLock<Vec<&'static Rule>> = LazyLock::new(|| {
    let files: &[&'static [Rule]] = &[
        operations::RULES,
        servers::RULES,
        parameters::RULES,
        multipart::RULES,
        schemas::RULES,
        composition::RULES,
        merging::RULES,
        responses::RULES,
        examples::RULES,
        texts::RULES,
        vocabulary::RULES,
        webhooks::RULES,
        oauth::RULES,
        pagination::RULES,
        client_defaults::RULES,
        follow::RULES,
        links::RULES,
        resources::RULES,
        suppression::RULES,
    ];
    let mut rules: Vec<&'static Rule> = files.iter().copied().flatten().collect();
    rules.sort_by_key(|rule| rule.code);
    rules
});

/// What the codes of a hundred are about.
const GROUPS: [(&str, &str); 7] = [
    ("L1", "Operations and paths"),
    ("L2", "Parameters and request bodies"),
    ("L3", "Schemas"),
    ("L4", "Responses"),
    ("L5", "Examples, defaults and descriptions"),
    ("L6", "The document's own vocabulary"),
    ("L9", "Suppressions"),
];

/// Runs every rule over the bundled document and takes out what the document silences.
///
/// `root` must have passed validation and resolving: all references are local and lead somewhere.
/// Nothing here panics if that does not hold, but what is found then means little.
pub fn check(root: &Value) -> Vec<Finding> {
    let view = View::new(root);
    // Each rule would take long over such a document, and so would whatever is made of it.
    if let Some(findings) = merging::immense(&view) {
        return findings;
    }
    let findings = rules().iter().flat_map(|rule| rule.run(&view)).collect();
    suppression::apply(&view.root, rules(), findings)
}

/// Every rule, ordered by code.
pub fn rules() -> &'static [&'static Rule] {
    &RULES
}

/// The table of all rules in Markdown, as it stands in the documentation of this module.
pub fn rules_table() -> String {
    let mut table = String::from("# Rules\n");
    for (hundred, title) in GROUPS {
        let _ = write!(
            table,
            "\n## {title}\n\n| code | rule | severity | can be silenced | what | why |\n|---|---|---|---|---|---|\n"
        );
        for rule in rules().iter().filter(|rule| rule.code.starts_with(hundred)) {
            let severity = match rule.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            let silenced = if rule.suppressible { "yes" } else { "no" };
            let _ = writeln!(
                table,
                "| {} | {} | {severity} | {silenced} | {} | {} |",
                rule.code, rule.name, rule.what, rule.why
            );
        }
    }
    table
}
