//! What a rule is, and how its hits become findings.

use super::view::View;
use crate::finding::{Finding, Related, Severity};

/// One rule of the lint: what it looks for and why that matters.
///
/// `code` and `name` are stable: documents name the code in `x-lint-ignore`, people name the rule
/// in talk.
pub struct Rule {
    /// Stable code, `L` and three digits; the hundreds are the group.
    pub code: &'static str,
    /// Stable name in kebab case.
    pub name: &'static str,
    /// How bad a finding of this rule is.
    pub severity: Severity,
    /// Whether `x-lint-ignore` may silence the rule. Rules whose findings always end in code
    /// that does not compile, or that quietly does the wrong thing, cannot be silenced.
    pub suppressible: bool,
    /// What the rule reports, in one sentence.
    pub what: &'static str,
    /// Why it matters, in one sentence; every finding of the rule carries it.
    pub why: &'static str,
    pub(super) check: fn(&View<'_>) -> Vec<Hit>,
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rule")
            .field("code", &self.code)
            .field("name", &self.name)
            .field("severity", &self.severity)
            .finish_non_exhaustive()
    }
}

impl Rule {
    /// Runs the rule over a whole document.
    pub(super) fn run(&self, view: &View<'_>) -> Vec<Finding> {
        (self.check)(view)
            .into_iter()
            .map(|hit| self.finding(hit))
            .collect()
    }

    /// The finding that `hit` is under this rule.
    pub(super) fn finding(&self, hit: Hit) -> Finding {
        let finding = match self.severity {
            Severity::Error => Finding::error(self.code, hit.pointer, hit.message),
            Severity::Warning => Finding::warning(self.code, hit.pointer, hit.message),
        };
        let mut finding = finding.why(self.why).help(hit.help);
        finding.at_key = hit.at_key;
        finding.related = hit.related;
        finding
    }
}

/// One place that breaks a rule. Code, severity and reason come from the rule.
pub(super) struct Hit {
    pointer: String,
    at_key: bool,
    message: String,
    help: String,
    related: Vec<Related>,
}

impl Hit {
    /// Points at the value `pointer` leads to.
    pub(super) fn at(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            at_key: false,
            message: message.into(),
            help: String::new(),
            related: Vec::new(),
        }
    }

    /// Points at the key of the member `pointer` leads to.
    pub(super) fn at_key(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            at_key: true,
            ..Self::at(pointer, message)
        }
    }

    /// How to mend it.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// A further place to show.
    pub(super) fn related(mut self, pointer: impl Into<String>, label: impl Into<String>) -> Self {
        self.related.push(Related {
            pointer: pointer.into(),
            label: label.into(),
        });
        self
    }
}
