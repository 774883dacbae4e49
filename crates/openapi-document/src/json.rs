//! JSON text (RFC 8259) to a tree of nodes.

use std::sync::Arc;

use indexmap::map::Entry;
use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions, parse_to_ast};

use serde::de::IgnoredAny;

use crate::codes;
use crate::node::{Kind, MAX_DEPTH, Member, Node, Object, Span};
use crate::report::{Diagnostic, Place};
use crate::scalar;
use crate::source::SourceFile;
use crate::yaml::{duplicate_key, too_deep};

/// Reads one file. The tree is missing only if nothing could be read; problems that leave the rest
/// readable are collected.
pub(crate) fn parse(source: &Arc<SourceFile>, file: u32) -> (Option<Node>, Vec<Diagnostic>) {
    let reader = Reader { source, file };
    if let Some(at) = too_deep_at(source.text()) {
        return (None, vec![too_deep(reader.place(at, at + 1))]);
    }
    if let Err(error) = serde_json::from_str::<IgnoredAny>(source.text()) {
        let at = source.offset(error.line(), error.column());
        let message = error.to_string();
        let what = message.split(" at line ").next().unwrap_or(&message);
        return (None, vec![reader.syntax_error(at, at + 1, what)]);
    }
    let parsed = parse_to_ast(
        source.text(),
        &CollectOptions {
            comments: CommentCollectionStrategy::Off,
            tokens: false,
        },
        &strict(),
    );
    match parsed.map(|parsed| parsed.value) {
        Ok(Some(value)) => {
            let mut problems = Vec::new();
            let node = reader.node(value, &mut problems);
            (Some(node), problems)
        }
        Ok(None) => (None, vec![reader.syntax_error(0, 0, "it holds no value")]),
        Err(error) => {
            let range = error.range();
            let what = error.kind().to_string();
            (
                None,
                vec![reader.syntax_error(range.start, range.end, &what)],
            )
        }
    }
}

fn strict() -> ParseOptions {
    ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

/// The offset of the bracket that goes too deep. The parser behind recurses, so this comes first.
fn too_deep_at(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'[' | b'{' => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Some(at);
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

struct Reader<'a> {
    source: &'a Arc<SourceFile>,
    file: u32,
}

impl Reader<'_> {
    fn node(&self, value: Value<'_>, problems: &mut Vec<Diagnostic>) -> Node {
        let span = self.span(&value);
        let kind = match value {
            Value::NullKeyword(_) => Kind::Null,
            Value::BooleanLit(literal) => Kind::Bool(literal.value),
            Value::StringLit(literal) => Kind::string(&*literal.value),
            Value::NumberLit(literal) => scalar::resolve(literal.value).unwrap_or_else(|problem| {
                problems.push(problem.diagnostic(self.place(span.start, span.end)));
                Kind::Null
            }),
            Value::Array(array) => Kind::array(
                array
                    .elements
                    .into_iter()
                    .map(|item| self.node(item, problems))
                    .collect(),
            ),
            Value::Object(object) => Kind::object(self.members(object, problems)),
        };
        Node { span, kind }
    }

    fn members(
        &self,
        object: jsonc_parser::ast::Object<'_>,
        problems: &mut Vec<Diagnostic>,
    ) -> Object {
        let mut members = Object::new();
        for property in object.properties {
            let key = self.span(&property.name);
            let name = match property.name {
                ObjectPropName::String(literal) => literal.value.into_owned(),
                ObjectPropName::Word(word) => word.value.to_owned(),
            };
            let value = self.node(property.value, problems);
            match members.entry(name) {
                Entry::Vacant(entry) => {
                    entry.insert(Member { key, value });
                }
                Entry::Occupied(entry) => {
                    let first = entry.get().key;
                    problems.push(duplicate_key(self.source, entry.key(), first, key));
                }
            }
        }
        members
    }

    fn syntax_error(&self, start: usize, end: usize, what: &str) -> Diagnostic {
        let what = what.trim_end_matches('.');
        codes::SYNTAX
            .at(self.place(start, end), format!("this is not JSON: {what}"))
            .with_help(
                "mend this place; JSON has no comments, no trailing commas and no single quotes",
            )
    }

    fn span(&self, ranged: &impl Ranged) -> Span {
        let range = ranged.range();
        Span {
            file: self.file,
            start: range.start,
            end: range.end,
        }
    }

    fn place(&self, start: usize, end: usize) -> Place {
        Place {
            source: Arc::clone(self.source),
            span: start..end,
        }
    }
}
