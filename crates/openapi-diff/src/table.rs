//! The rules of all areas, and the tables that show them.

use crate::compare;
use crate::rule::{Area, Rule};
use crate::verdict::{self, Judged, Ways};

/// All rules, in the order of their codes.
#[must_use]
pub fn rules() -> Vec<&'static Rule> {
    let mut all: Vec<&Rule> = compare::RULES.iter().copied().flatten().copied().collect();
    all.sort_by_key(|rule| rule.code);
    all
}

/// The tables of [`rules`] in Markdown, as they stand in the docs of this crate.
#[must_use]
pub fn rules_table() -> String {
    let all = rules();
    let mut text = String::from("# Rules\n");
    for area in Area::ALL {
        text.push_str(&format!(
            "\n## {area}\n\n| code | what has changed | HTTP callers | Rust users | advice |\n|---|---|---|---|---|\n"
        ));
        for rule in all.iter().filter(|rule| rule.area == area) {
            let Rule {
                code, what, advice, ..
            } = rule;
            text.push_str(&format!(
                "| `{code}` | {what} | {} | {} | {advice} |\n",
                cell(rule.http),
                cell(rule.rust)
            ));
        }
    }
    text
}

fn cell(ways: Ways) -> String {
    let judged = |judged: Judged| match judged.reason {
        "" => format!("**{}**", judged.verdict),
        reason => format!("**{}**: {reason}", judged.verdict),
    };
    let Ways {
        sent,
        received,
        both,
    } = ways;
    if sent == received {
        return judged(sent);
    }
    let names = match both {
        _ if both == verdict::ways(sent, received).both => ["sent", "received"],
        _ => ["sent", "only received"],
    };
    format!(
        "{}: {}; {}: {}",
        names[0],
        judged(sent),
        names[1],
        judged(received)
    )
}
