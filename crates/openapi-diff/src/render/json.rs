//! For programs.

use openapi_document::Location;
use serde_json::{Value, json};

use crate::change::{Change, Changes, Place};
use crate::verdict::Judged;

/// The JSON Schema of what [`Changes::to_json`] gives.
pub const SCHEMA: &str = include_str!("../../schemas/changes.json");

impl Changes {
    /// All changes as JSON; the schema stands in [`SCHEMA`].
    pub fn to_json(&self) -> Value {
        json!({
            "http": self.http(),
            "rust": self.rust(),
            "changes": self.iter().map(change).collect::<Vec<_>>(),
        })
    }
}

fn change(change: &Change) -> Value {
    json!({
        "code": change.code,
        "area": change.area,
        "what": change.what,
        "subject": change.subject,
        "message": change.message,
        "old": place(&change.old),
        "new": place(&change.new),
        "before": change.before,
        "after": change.after,
        "http": judged(change.http),
        "rust": judged(change.rust),
        "symbols": change.symbols,
        "reaches": change.reaches,
        "advice": change.advice,
        "accepted": change.accepted,
    })
}

fn judged(judged: Judged) -> Value {
    json!({ "verdict": judged.verdict, "reason": judged.reason })
}

fn place(place: &Place) -> Value {
    let Location {
        file,
        line,
        column,
        end_line,
        end_column,
        ..
    } = place.location();
    json!({
        "file": file.display().to_string(),
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "pointer": place.pointer(),
    })
}
