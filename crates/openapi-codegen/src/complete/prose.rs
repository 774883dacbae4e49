//! Text of a document as rustdoc takes it.

use quote::quote;
use syn::{Attribute, parse_quote};

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

/// Markdown that rustdoc would read otherwise than the document's reader does:
/// brackets that are no link, tags, bare addresses, and indented text, which
/// rustdoc would compile. Code spans and fences stay as they are.
pub(super) fn escape(markdown: &str) -> String {
    let mut fenced = false;
    let lines = markdown.lines().map(|line| {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            // A fence without a language would be compiled as Rust.
            return if fenced && line.trim() == "```" {
                "```text".to_owned()
            } else {
                line.trim_start().to_owned()
            };
        }
        if fenced {
            line.to_owned()
        } else {
            escape_line(line)
        }
    });
    let mut text = lines.collect::<Vec<_>>().join("\n");
    if fenced {
        text.push_str("\n```");
    }
    text.trim().to_owned()
}

fn escape_line(line: &str) -> String {
    let indent = line.len() - line.trim_start().len();
    let line = if indent >= 4 { line.trim_start() } else { line };
    line.split('`')
        .enumerate()
        .map(|(index, part)| {
            let in_code = index % 2 == 1;
            let text = if in_code {
                part.to_owned()
            } else {
                escape_text(part)
            };
            if index == 0 { text } else { format!("`{text}") }
        })
        .collect()
}

fn escape_text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some(link) = markdown_link(rest) {
            escaped.push_str(link);
            rest = &rest[link.len()..];
        } else if let Some(address) = address(rest) {
            escaped.push_str(&format!("<{address}>"));
            rest = &rest[address.len()..];
        } else {
            if matches!(first, '[' | ']' | '<' | '>') {
                escaped.push('\\');
            }
            escaped.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    escaped
}

/// `[text](https://...)` or `<https://...>` at the start of the text.
fn markdown_link(text: &str) -> Option<&str> {
    if let Some(rest) = text.strip_prefix('<') {
        let length = address(rest)?.len();
        return rest[length..].starts_with('>').then(|| &text[..length + 2]);
    }
    let close = text.strip_prefix('[')?.find(']')? + 1;
    let target = text[close + 1..].strip_prefix('(')?;
    address(target)?;
    let end = target.find(')')?;
    Some(&text[..=(close + 2 + end)])
}

fn address(text: &str) -> Option<&str> {
    if !text.starts_with("https://") && !text.starts_with("http://") {
        return None;
    }
    let end = text
        .find(|c: char| {
            c.is_whitespace() || matches!(c, '<' | '>' | ')' | ']' | '"' | '`' | '{' | '}')
        })
        .unwrap_or(text.len());
    Some(text[..end].trim_end_matches(['.', ',', ';', ':']))
}

/// The first sentence ends with a full stop.
pub(super) fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?', ':']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

/// `a`, `b` and `c` in code font.
pub(super) fn list<S: AsRef<str>>(names: &[S], last: &str) -> String {
    let quoted: Vec<String> = names
        .iter()
        .map(|name| format!("`{}`", name.as_ref()))
        .collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., tail] => format!("{} {last} {tail}", head.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rustdoc_would_read_otherwise_is_escaped() {
        assert_eq!(escape("see [Foo](crate::x)"), r"see \[Foo\](crate::x)");
        assert_eq!(
            escape("see [Foo](https://a.b/c)"),
            "see [Foo](https://a.b/c)"
        );
        assert_eq!(escape("at https://a.b/c."), "at <https://a.b/c>.");
        assert_eq!(escape("<https://a.b>"), "<https://a.b>");
        assert_eq!(escape("a <b>bold</b> `<i>`"), r"a \<b\>bold\</b\> `<i>`");
        assert_eq!(escape("a\n\n    let x = 1;"), "a\n\nlet x = 1;");
        assert_eq!(escape("```\nfn\n```"), "```text\nfn\n```");
    }
}
