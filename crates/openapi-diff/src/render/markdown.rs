//! For a pull request: a table of verdicts, and the changes by verdict.
//!
//! What a document says comes from somebody else. Here it is a code span, so that it can mention nobody,
//! close no block and make no link; a line of it can begin no command of a CI log (`::error::`), since every
//! line begins with our own words.

use std::fmt::Write;

use openapi_document::printable;

use super::text::some;
use crate::change::{Change, Changes};
use crate::verdict::Verdict;

/// Characters of a text of the document that are shown.
const LONGEST: usize = 300;

impl Changes {
    /// All changes as Markdown for a pull request, below `title`.
    #[must_use]
    pub fn to_markdown(&self, title: &str) -> String {
        let mut text = format!("## {}\n\n", code_spans(title));
        if self.is_empty() {
            text.push_str("Both documents mean the same.\n");
            return text;
        }
        let _ = writeln!(
            text,
            "For HTTP callers **{}**, for Rust users **{}**.\n",
            self.http(),
            self.rust()
        );
        text.push_str(&self.counts());
        let titles = [
            (Verdict::Breaking, "Breaking"),
            (Verdict::Additive, "Additive"),
            (Verdict::Neutral, "Neutral"),
        ];
        for (verdict, title) in titles {
            let changes: Vec<&Change> = self
                .iter()
                .filter(|change| change.worst() == verdict)
                .collect();
            if changes.is_empty() {
                continue;
            }
            let _ = writeln!(text, "\n### {title}\n");
            for change in changes {
                text.push_str(&item(change));
            }
        }
        printable(&text, false).into_owned()
    }

    fn counts(&self) -> String {
        let mut text = String::from("| | breaking | additive | neutral |\n|---|---|---|---|\n");
        let http: Vec<Verdict> = self.iter().map(|change| change.http.verdict).collect();
        let rust: Vec<Verdict> = self.iter().map(|change| change.rust.verdict).collect();
        for (name, all) in [("HTTP callers", http), ("Rust users", rust)] {
            let count = |verdict| all.iter().filter(|found| **found == verdict).count();
            let _ = writeln!(
                text,
                "| {name} | {} | {} | {} |",
                count(Verdict::Breaking),
                count(Verdict::Additive),
                count(Verdict::Neutral)
            );
        }
        text
    }
}

fn item(change: &Change) -> String {
    let at = change.new.location();
    let place = format!("{}:{}:{}", at.file.display(), at.line, at.column);
    let mut text = format!(
        "- `{}` {}: {} ({})\n",
        change.code,
        code(&change.subject),
        code_spans(&change.message),
        code(&place)
    );
    if change.worst() == Verdict::Neutral {
        return text;
    }
    let _ = writeln!(
        text,
        "  - HTTP callers: **{}**{}",
        change.http.verdict,
        why(change.http.reason)
    );
    let _ = writeln!(
        text,
        "  - Rust users: **{}**{}",
        change.rust.verdict,
        why(change.rust.reason)
    );
    for (name, items) in [("Touches", &change.symbols), ("Reaches", &change.reaches)] {
        if !items.is_empty() {
            let _ = writeln!(text, "  - {name} {}", code(&some(items)));
        }
    }
    match &change.accepted {
        Some(reason) => {
            let _ = writeln!(text, "  - Accepted: {}", code(reason));
        }
        None if change.advice.is_empty() => {}
        None => {
            let _ = writeln!(text, "  - {}", change.advice);
        }
    }
    text
}

fn why(reason: &str) -> String {
    if reason.is_empty() {
        String::new()
    } else {
        format!(": {reason}")
    }
}

/// A text as a code span that shows every character, on one line.
fn code(text: &str) -> String {
    let mut text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((at, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(at);
        text.push('…');
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') || text.is_empty() {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A message of ours, in which texts of the document stand between backticks. Where these do not pair up
/// because such a text holds one itself, all of it becomes one code span.
fn code_spans(message: &str) -> String {
    let pieces: Vec<&str> = message.split('`').collect();
    let is_ours = |text: &str| {
        text.chars()
            .all(|c| c.is_ascii_alphanumeric() || " ,;:'./()-".contains(c))
            && !text.contains("://")
            && !text.contains("www.")
    };
    let outside = pieces.iter().step_by(2);
    if pieces.len().is_multiple_of(2) || !outside.clone().all(|piece| is_ours(piece)) {
        return code(message);
    }
    let spans = pieces
        .iter()
        .enumerate()
        .map(|(number, piece)| match number % 2 {
            0 => (*piece).to_owned(),
            _ => code(piece),
        });
    spans.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_a_document_stay_code() {
        assert_eq!(code("a ` b"), "``a ` b``");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("a\n\n```\nb"), "````a ``` b````");
        assert_eq!(
            code_spans("`name` was `a`, and is `b`"),
            "`name` was `a`, and is `b`"
        );
        assert_eq!(code_spans("hello @all"), "`hello @all`");
        assert_eq!(code_spans("`a` @all `b`"), "`` `a` @all `b` ``");
        assert_eq!(
            code_spans("see https://a.example"),
            "`see https://a.example`"
        );
    }
}
