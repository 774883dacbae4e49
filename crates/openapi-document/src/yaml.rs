//! YAML 1.2 text to a tree of nodes.
//!
//! Built on the events of the parser instead of its ready-made tree, because only the events keep
//! what matters here: the text of a key as it was written, every duplicate key, and the places.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::map::Entry;
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Tag};

use crate::codes;
use crate::node::{Copies, Kind, MAX_DEPTH, Member, Node, Object, Size, Span};
use crate::report::{Diagnostic, Place};
use crate::scalar::{self, Unusable};
use crate::source::SourceFile;

/// Reads one file. The tree is missing only if nothing could be read; problems that leave the rest
/// readable are collected.
pub(crate) fn parse(source: &Arc<SourceFile>, file: u32) -> (Option<Node>, Vec<Diagnostic>) {
    let mut composer = Composer::new(source, file);
    for event in Parser::new_from_str(source.text()) {
        let step = match event {
            Ok((event, span)) => composer.event(event, span),
            Err(error) => Err(Box::new(composer.syntax_error(&error))),
        };
        if let Err(diagnostic) = step {
            composer.problems.push(*diagnostic);
            return (None, composer.problems);
        }
    }
    (composer.root, composer.problems)
}

struct Composer<'a> {
    source: &'a Arc<SourceFile>,
    file: u32,
    offsets: CharOffsets<'a>,
    open: Vec<Frame>,
    root: Option<Node>,
    anchors: HashMap<usize, Node>,
    /// What the aliases of the file stand for.
    copies: Copies,
    documents: usize,
    problems: Vec<Diagnostic>,
}

/// A collection whose end was not yet met.
struct Frame {
    start: usize,
    /// End of what was last put in; a block collection ends there.
    end: usize,
    anchor: usize,
    content: Content,
}

enum Content {
    Array(Vec<Node>),
    Object { members: Object, key: Option<Key> },
}

struct Key {
    text: String,
    span: Span,
}

/// Ends reading: what follows cannot be understood.
type Step = Result<(), Box<Diagnostic>>;

impl<'a> Composer<'a> {
    fn new(source: &'a Arc<SourceFile>, file: u32) -> Self {
        Self {
            source,
            file,
            offsets: CharOffsets::new(source.text()),
            open: Vec::new(),
            root: None,
            anchors: HashMap::new(),
            copies: Copies::default(),
            documents: 0,
            problems: Vec::new(),
        }
    }

    fn event(&mut self, event: Event<'_>, span: saphyr_parser::Span) -> Step {
        let span = self.span(span);
        match event {
            Event::DocumentStart(_) => self.document_start(span),
            Event::SequenceStart(anchor, tag) => {
                self.check_collection_tag(tag.as_deref(), "seq", span);
                self.enter(span, anchor, Content::Array(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                self.check_collection_tag(tag.as_deref(), "map", span);
                let members = Object::new();
                self.enter(span, anchor, Content::Object { members, key: None })
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.leave(span);
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                let scalar = Scalar {
                    text: &text,
                    style,
                    anchor,
                    tag: tag.as_deref(),
                };
                self.scalar(&scalar, span);
                Ok(())
            }
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn document_start(&mut self, span: Span) -> Step {
        self.documents += 1;
        if self.documents > 1 {
            return Err(Box::new(
                codes::SEVERAL_DOCUMENTS
                    .at(self.place(span), "a second YAML document starts here")
                    .with_help("keep one document a file; remove the `---` line or split the file"),
            ));
        }
        Ok(())
    }

    fn enter(&mut self, span: Span, anchor: usize, content: Content) -> Step {
        if self.awaits_key() {
            return Err(Box::new(
                codes::KEY_NOT_TEXT
                    .at(self.place(span), "an array or object is used as a key")
                    .with_help("quote the key if it starts with `[`, `{` or `? `"),
            ));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(Box::new(self.too_deep(span)));
        }
        self.open.push(Frame {
            start: span.start,
            end: span.end,
            anchor,
            content,
        });
        Ok(())
    }

    fn leave(&mut self, span: Span) {
        let Some(frame) = self.open.pop() else {
            return;
        };
        // A block collection has no closing character: its end is that of its last value. The span
        // of a closing bracket can reach into a comment, so only its first character counts.
        let end = if span.end > span.start {
            span.start + 1
        } else {
            frame.end
        };
        let kind = match frame.content {
            Content::Array(items) => Kind::array(items),
            Content::Object { members, .. } => Kind::object(members),
        };
        let span = Span {
            start: frame.start,
            end: end.max(frame.start),
            ..span
        };
        self.put(Node { span, kind }, frame.anchor);
    }

    fn scalar(&mut self, scalar: &Scalar<'_>, span: Span) {
        let span = self.without_trailing_space(span);
        if self.awaits_key() {
            self.key(scalar, span);
            return;
        }
        let kind = self.scalar_kind(scalar, span);
        self.put(Node { span, kind }, scalar.anchor);
    }

    fn key(&mut self, scalar: &Scalar<'_>, span: Span) {
        let plain = scalar.style == ScalarStyle::Plain;
        if plain && matches!(scalar.text, "" | "~" | "null" | "Null" | "NULL") {
            self.problems.push(
                codes::KEY_NOT_TEXT
                    .at(self.place(span), "a key is empty or null")
                    .with_help("write the key, in quotes if it really is this text"),
            );
        }
        if plain && scalar.text == "<<" {
            self.problems.push(
                codes::MERGE_KEY
                    .at(self.place(span), "`<<` merges another object into this one")
                    .with_help("use `allOf` with `$ref` for schemas, or write the members out"),
            );
        }
        if let Some(Frame {
            content: Content::Object { key, .. },
            end,
            ..
        }) = self.open.last_mut()
        {
            *end = span.end;
            *key = Some(Key {
                text: scalar.text.to_owned(),
                span,
            });
        }
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Step {
        if self.awaits_key() {
            return Err(Box::new(
                codes::KEY_NOT_TEXT
                    .at(self.place(span), "an alias is used as a key")
                    .with_help("write the key out"),
            ));
        }
        let Some(node) = self.anchors.get(&anchor).cloned() else {
            return Err(Box::new(
                codes::ALIAS
                    .at(
                        self.place(span),
                        "this alias stands inside the value it names",
                    )
                    .with_help("use `$ref` for schemas that contain themselves"),
            ));
        };
        let size = node.size();
        if self.copies.exceed(size, Size::default()) {
            let message = format!(
                "the aliases of this file stand for more than {}",
                Copies::most()
            );
            let problem = codes::ALIAS.at(self.place(span), message);
            return Err(Box::new(problem.with_help("use `$ref` instead of aliases")));
        }
        if self.open.len() + size.depth > MAX_DEPTH {
            return Err(Box::new(self.too_deep(span)));
        }
        self.put(node, 0);
        if let Some(frame) = self.open.last_mut() {
            frame.end = span.end;
        }
        Ok(())
    }

    /// Puts a complete value where it belongs.
    fn put(&mut self, node: Node, anchor: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(frame) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        frame.end = frame.end.max(node.span.end);
        match &mut frame.content {
            Content::Array(items) => items.push(node),
            Content::Object { members, key } => {
                let Some(key) = key.take() else {
                    return;
                };
                match members.entry(key.text) {
                    Entry::Vacant(entry) => {
                        entry.insert(Member {
                            key: key.span,
                            value: node,
                        });
                    }
                    Entry::Occupied(entry) => {
                        let first = entry.get().key;
                        let problem = duplicate_key(self.source, entry.key(), first, key.span);
                        self.problems.push(problem);
                    }
                }
            }
        }
    }

    fn scalar_kind(&mut self, scalar: &Scalar<'_>, span: Span) -> Kind {
        if let Some(tag) = scalar.tag {
            return self.tagged(scalar.text, tag, span);
        }
        if scalar.style != ScalarStyle::Plain {
            return Kind::string(scalar.text);
        }
        self.resolved(scalar::resolve(scalar.text), span)
    }

    fn tagged(&mut self, text: &str, tag: &Tag, span: Span) -> Kind {
        let name = tag.suffix.as_str();
        let core = tag.is_yaml_core_schema() || (tag.handle == "!" && name.is_empty());
        let kind = match name {
            "str" | "" if core => return Kind::string(text),
            "int" | "float" | "bool" | "null" if core => self.resolved(scalar::resolve(text), span),
            _ => Kind::Null,
        };
        let fits = matches!(
            (name, &kind),
            ("int" | "float", Kind::Number(_)) | ("bool", Kind::Bool(_)) | ("null", Kind::Null)
        );
        if !(core && fits) {
            self.unsupported_tag(tag, span);
        }
        kind
    }

    fn resolved(&mut self, value: Result<Kind, Unusable>, span: Span) -> Kind {
        value.unwrap_or_else(|problem| {
            let place = self.place(span);
            self.problems.push(problem.diagnostic(place));
            Kind::Null
        })
    }

    fn check_collection_tag(&mut self, tag: Option<&Tag>, expected: &str, span: Span) {
        if let Some(tag) = tag
            && !(tag.is_yaml_core_schema() && tag.suffix == expected)
        {
            self.unsupported_tag(tag, span);
        }
    }

    fn unsupported_tag(&mut self, tag: &Tag, span: Span) {
        let shown = if tag.is_yaml_core_schema() {
            format!("!!{}", tag.suffix)
        } else {
            format!("{}{}", tag.handle, tag.suffix)
        };
        self.problems.push(
            codes::TAG
                .at(
                    self.place(span),
                    format!("the tag `{shown}` cannot be used here"),
                )
                .with_help("remove the tag; include other files with `$ref`"),
        );
    }

    fn syntax_error(&self, error: &ScanError) -> Diagnostic {
        let at = self.offsets.byte(error.marker().index());
        let span = Span {
            file: self.file,
            start: at,
            end: at,
        };
        if error.info().contains("recursion limit") {
            return self.too_deep(span);
        }
        let info = error.info();
        let help = if info.contains("tab") {
            "indent with spaces"
        } else if info.contains("invalid indentation") {
            "indent this line deeper than the key it belongs to, also where it only closes `{` or `[`"
        } else {
            "look at this line and the one above for wrong indentation, a missing quote, or an \
             unquoted text that holds `: ` or ` #`"
        };
        codes::SYNTAX
            .at(
                self.place(span),
                format!("this is not YAML: {}", error.info()),
            )
            .with_help(help)
    }

    fn too_deep(&self, span: Span) -> Diagnostic {
        too_deep(self.place(span))
    }

    fn awaits_key(&self) -> bool {
        matches!(
            self.open.last(),
            Some(Frame {
                content: Content::Object { key: None, .. },
                ..
            })
        )
    }

    fn place(&self, span: Span) -> Place {
        place(self.source, span)
    }

    fn span(&self, span: saphyr_parser::Span) -> Span {
        Span {
            file: self.file,
            start: self.offsets.byte(span.start.index()),
            end: self.offsets.byte(span.end.index()),
        }
    }

    /// The span of a block scalar reaches to the next token.
    fn without_trailing_space(&self, span: Span) -> Span {
        let text = &self.source.text()[span.start..span.end];
        Span {
            end: span.start + text.trim_end().len(),
            ..span
        }
    }
}

struct Scalar<'a> {
    text: &'a str,
    style: ScalarStyle,
    anchor: usize,
    tag: Option<&'a Tag>,
}

fn place(source: &Arc<SourceFile>, span: Span) -> Place {
    Place {
        source: Arc::clone(source),
        span: span.start..span.end,
    }
}

pub(crate) fn duplicate_key(
    source: &Arc<SourceFile>,
    key: &str,
    first: Span,
    second: Span,
) -> Diagnostic {
    codes::DUPLICATE_KEY
        .at(
            place(source, second),
            format!("the key `{key}` stands twice in this object"),
        )
        .with_help("remove one of them, or rename it")
        .with_related(place(source, first), "", "first here")
}

pub(crate) fn too_deep(place: Place) -> Diagnostic {
    codes::TOO_DEEP
        .at(place, format!("nested more than {MAX_DEPTH} levels deep"))
        .with_help("move inner schemas into components and refer to them with `$ref`")
}

/// Byte offsets of characters: the parser counts characters, the rest of the world bytes.
struct CharOffsets<'a> {
    text: &'a str,
    /// Byte offset of every [`STRIDE`](Self::STRIDE)th character, and of the end; empty if all
    /// characters are ASCII.
    marks: Vec<usize>,
}

impl<'a> CharOffsets<'a> {
    const STRIDE: usize = 64;

    fn new(text: &'a str) -> Self {
        let mut marks = Vec::new();
        if !text.is_ascii() {
            let offsets = text.char_indices().map(|(at, _)| at);
            marks.extend(offsets.step_by(Self::STRIDE));
            marks.push(text.len());
        }
        Self { text, marks }
    }

    fn byte(&self, index: usize) -> usize {
        let (stretch, rest) = (index / Self::STRIDE, index % Self::STRIDE);
        if self.marks.is_empty() {
            return index.min(self.text.len());
        }
        let (Some(&start), Some(&end)) = (self.marks.get(stretch), self.marks.get(stretch + 1))
        else {
            return self.text.len();
        };
        if self.text.as_bytes()[start..end].is_ascii() {
            return (start + rest).min(end);
        }
        self.text[start..end]
            .char_indices()
            .nth(rest)
            .map_or(end, |(at, _)| start + at)
    }
}

#[cfg(test)]
mod tests {
    use super::CharOffsets;

    #[test]
    fn characters_are_found_in_any_text() {
        for text in [
            "plain",
            "",
            "é",
            &"aé漢🐕".repeat(70),
            // As many bytes as a stretch has characters.
            &"é".repeat(32),
            &("a".repeat(200) + "é" + &"b".repeat(200)),
        ] {
            let offsets = CharOffsets::new(text);
            for (index, (byte, _)) in text.char_indices().enumerate() {
                assert_eq!(offsets.byte(index), byte, "{text}");
            }
            assert_eq!(offsets.byte(text.chars().count()), text.len());
            assert_eq!(offsets.byte(9999), text.len());
        }
    }
}
