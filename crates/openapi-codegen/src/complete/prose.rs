//! Text of a document as the documentation of an item.

use quote::quote;
use serde_json::Value;
use syn::{Attribute, parse_quote};

use crate::markdown;

/// Doc attributes, one a line, so that they print as `///`.
pub(super) fn doc(text: &str) -> Vec<Attribute> {
    text.trim_end()
        .lines()
        .map(|line| {
            let line = if line.is_empty() {
                String::new()
            } else {
                format!(" {line}")
            };
            parse_quote!(#[doc = #line])
        })
        .collect()
}

/// Replaces the documentation of an item.
pub(super) fn set_doc(attributes: &mut Vec<Attribute>, text: &str) {
    attributes.retain(|attribute| !attribute.path().is_ident("doc"));
    let mut documented = doc(text);
    documented.append(attributes);
    *attributes = documented;
}

/// Whether an attribute of this name stands there.
pub(super) fn has(attributes: &[Attribute], name: &str) -> bool {
    attributes
        .iter()
        .any(|attribute| attribute.path().is_ident(name))
}

/// Whether `#[derive(...)]` names the trait.
pub(super) fn derives(attributes: &[Attribute], name: &str) -> bool {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("derive"))
        .any(|attribute| {
            let tokens = quote!(#attribute).to_string();
            tokens
                .split(|c: char| !c.is_alphanumeric())
                .any(|word| word == name)
        })
}

/// What the document says under a key; empty text says nothing.
pub(super) fn said<'v>(object: &'v Value, key: &str) -> Option<&'v str> {
    let text = object.get(key)?.as_str()?;
    (!text.trim().is_empty()).then_some(text)
}

/// The same, as Markdown of several paragraphs.
pub(super) fn paragraphs(object: &Value, key: &str) -> Option<String> {
    said(object, key).map(markdown::block)
}

/// The same, as Markdown within a line.
pub(super) fn line(object: &Value, key: &str) -> Option<String> {
    said(object, key).map(markdown::line)
}

/// Markdown whose last sentence ends with a full stop.
pub(super) fn sentence(markdown: &str) -> String {
    let text = markdown.trim_end();
    if text.ends_with(['.', '!', '?', ':']) || !markdown::ends_in_words(text) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

/// `a`, `b` and `c` in code font.
pub(super) fn list<S: AsRef<str>>(names: &[S], last: &str) -> String {
    let quoted: Vec<String> = names
        .iter()
        .map(|name| markdown::code(name.as_ref()))
        .collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., tail] => format!("{} {last} {tail}", head.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn empty_text_says_nothing() {
        let object = json!({ "description": " \n", "summary": "S", "title": 1 });
        assert_eq!(said(&object, "description"), None);
        assert_eq!(said(&object, "summary"), Some("S"));
        assert_eq!(said(&object, "title"), None);
    }

    #[test]
    fn a_full_stop_follows_words_only() {
        assert_eq!(sentence("a"), "a.");
        assert_eq!(sentence("a?"), "a?");
        assert_eq!(sentence("```text\na\n```"), "```text\na\n```");
    }
}
