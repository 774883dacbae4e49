//! The words of documents: texts that readers have to read twice are found.

use serde_json::Value;

use crate::document::members;

/// What readers stumbled over, and what to write instead.
const PUZZLING: [(&str, &str); 12] = [
    ("answer", "response, reply"),
    ("answers", "responses, returns"),
    ("answered", "returned, gets"),
    ("blanks", "spaces"),
    ("by itself", "automatically"),
    ("do no harm", "is safe"),
    ("knows", "has, documents"),
    ("left out", "omitted, missing"),
    ("leaves out", "omits"),
    ("repeats", "retries"),
    ("shall", "must, will"),
    ("somebody", "a user, a person, a participant"),
];

/// The keys whose values are for readers.
const TEXTS: [&str; 3] = ["description", "summary", "x-provenance-basis"];

/// Every puzzling word in the texts of a document, with its text and what to write instead.
pub fn puzzling(root: &Value) -> Vec<String> {
    let mut found = Vec::new();
    visit(root, false, &mut found);
    found
}

/// Goes through everything but examples, whose words are those of the vendor's users.
fn visit(node: &Value, of_names: bool, found: &mut Vec<String>) {
    for (key, value) in members(node) {
        match value.as_str() {
            Some(text) if !of_names && TEXTS.contains(&key.as_str()) => complain(text, found),
            _ if !of_names && matches!(key.as_str(), "example" | "value") => {}
            _ => visit(value, key == "properties", found),
        }
    }
    for item in node.as_array().into_iter().flatten() {
        visit(item, false, found);
    }
}

fn complain(text: &str, found: &mut Vec<String>) {
    for (word, better) in PUZZLING {
        if has_words(&text.to_lowercase(), word) {
            found.push(format!("`{word}` (better: {better}) in: {text}"));
        }
    }
}

/// Whether `words` stand in the text, with nothing of a word before or behind them.
fn has_words(text: &str, words: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(words).any(|(at, _)| {
        !text[..at].ends_with(is_word) && !text[at + words.len()..].starts_with(is_word)
    })
}
