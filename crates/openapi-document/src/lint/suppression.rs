//! `x-lint-ignore`: findings a document silences, with a reason, and L9xx: what is wrong with
//! such an entry itself.

use serde_json::Value;

use super::rule::{Hit, Rule};
use super::view::Node;
use crate::finding::Finding;
use crate::finding::Severity::{Error, Warning};

pub(super) const RULES: &[Rule] = &[UNNEEDED, UNKNOWN_CODE, NO_REASON, NOT_SUPPRESSIBLE];

const UNNEEDED: Rule = Rule {
    code: "L901",
    name: "unneeded-suppression",
    severity: Warning,
    suppressible: false,
    what: "An `x-lint-ignore` entry silences nothing.",
    why: "it would silence the next finding of its kind, which nobody has judged",
    check: reported_by_apply,
};

const UNKNOWN_CODE: Rule = Rule {
    code: "L902",
    name: "unknown-suppression",
    severity: Error,
    suppressible: false,
    what: "An `x-lint-ignore` entry names a code no rule has.",
    why: "it silences nothing; most often the code is misspelt",
    check: reported_by_apply,
};

const NO_REASON: Rule = Rule {
    code: "L903",
    name: "suppression-without-reason",
    severity: Error,
    suppressible: false,
    what: "An `x-lint-ignore` entry gives no reason in words.",
    why: "the next reader cannot judge whether the finding is still harmless",
    check: reported_by_apply,
};

const NOT_SUPPRESSIBLE: Rule = Rule {
    code: "L904",
    name: "not-suppressible",
    severity: Error,
    suppressible: false,
    what: "An `x-lint-ignore` entry names a rule that cannot be silenced.",
    why: "the finding stands for code that does not compile or quietly does the wrong thing, reason or not",
    check: reported_by_apply,
};

/// These rules look at the findings of all others, so [`apply`] reports them.
fn reported_by_apply(_: &super::view::View<'_>) -> Vec<Hit> {
    Vec::new()
}

/// One entry of an `x-lint-ignore` list.
struct Suppression<'a> {
    entry: Node<'a>,
    /// Findings here and below are meant.
    scope: String,
    code: &'a str,
    used: bool,
}

/// Takes the silenced findings out and adds those about the suppressions.
pub(super) fn apply(root: &Node<'_>, rules: &[&Rule], findings: Vec<Finding>) -> Vec<Finding> {
    let mut suppressions = Vec::new();
    collect(root, &mut suppressions);
    let mut left = Vec::with_capacity(findings.len());
    for finding in findings {
        let mut silenced = false;
        for suppression in suppressions.iter_mut().filter(|s| s.covers(&finding)) {
            suppression.used = true;
            silenced = true;
        }
        let can_be = rules
            .iter()
            .any(|rule| rule.code == finding.code && rule.suppressible);
        if !(silenced && can_be) {
            left.push(finding);
        }
    }
    for suppression in &suppressions {
        left.extend(suppression.problems(rules));
    }
    left
}

impl Suppression<'_> {
    fn covers(&self, finding: &Finding) -> bool {
        let inside = finding.pointer.strip_prefix(&self.scope);
        self.code == finding.code
            && inside.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    fn problems(&self, rules: &[&Rule]) -> Vec<Finding> {
        let code = self.code;
        let mut problems = Vec::new();
        match rules.iter().find(|rule| rule.code == code) {
            None => problems.push(
                UNKNOWN_CODE.finding(
                    Hit::at(
                        self.entry.pointer_of("code"),
                        format!("no rule has the code `{code}`"),
                    )
                    .help("write the code as the finding shows it, for example `L302`"),
                ),
            ),
            Some(rule) if !rule.suppressible => problems.push(
                NOT_SUPPRESSIBLE.finding(
                    Hit::at(
                        self.entry.pointer_of("code"),
                        format!("`{code}` ({}) cannot be silenced", rule.name),
                    )
                    .help("mend what the rule reports, and remove this entry"),
                ),
            ),
            Some(rule) if !self.used => problems.push(
                UNNEEDED.finding(
                    Hit::at(
                        &self.entry.pointer,
                        format!("there is no `{code}` ({}) here to silence", rule.name),
                    )
                    .help("remove the entry"),
                ),
            ),
            Some(_) => {}
        }
        let reason = self.entry.str("reason").unwrap_or_default();
        if reason.split_whitespace().count() < 2 {
            problems.push(
                NO_REASON.finding(
                    Hit::at(self.entry.pointer_of("reason"), format!("`{code}` is silenced without a reason"))
                        .help("say in a few words why the finding does no harm here: `reason: the vendor's own example is wrong`"),
                ),
            );
        }
        problems
    }
}

/// Finds every list under a key `x-lint-ignore`. A schema or property of that name is an object,
/// so it is not mistaken for one; examples and other payload are not searched.
fn collect<'a>(node: &Node<'a>, found: &mut Vec<Suppression<'a>>) {
    const PAYLOAD: [&str; 4] = ["example", "examples", "default", "enum"];
    match node.value {
        Value::Object(_) => {
            for entry in node.items("x-lint-ignore") {
                let code = entry.str("code").unwrap_or_default();
                found.push(Suppression {
                    entry,
                    scope: node.pointer.clone(),
                    code,
                    used: false,
                });
            }
            for (key, member) in node.all_members() {
                let is_container = member.value.is_object() || member.value.is_array();
                if is_container && key != "x-lint-ignore" && !PAYLOAD.contains(&key) {
                    collect(&member, found);
                }
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                let pointer = format!("{}/{index}", node.pointer);
                collect(&Node { pointer, value }, found);
            }
        }
        _ => {}
    }
}
