//! The tree of a document: JSON values, each with its place in a file.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Number, Value};

use crate::pointer;

/// How deep collections may nest. Parsers of JSON commonly stop at 128 levels; the tree is walked
/// recursively, so the limit also keeps the stack small.
pub(crate) const MAX_DEPTH: usize = 100;

/// Bytes `start..end` of the file with index `file` in [`Files`](crate::files::Files).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub(crate) file: u32,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) kind: Kind,
}

/// What a [`Node`] is. Collections are shared, so that a copy costs nothing, however often YAML
/// anchors it or refers to it by aliases.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Null,
    Bool(bool),
    Number(Number),
    String(Arc<str>),
    Array(Arc<Vec<Node>>),
    Object(Arc<Object>),
}

impl Kind {
    pub(crate) fn string(text: impl Into<Arc<str>>) -> Self {
        Self::String(text.into())
    }

    pub(crate) fn array(items: Vec<Node>) -> Self {
        Self::Array(Arc::new(items))
    }

    pub(crate) fn object(members: Object) -> Self {
        Self::Object(Arc::new(members))
    }
}

/// The members of a mapping in the order of the text.
pub(crate) type Object = IndexMap<String, Member>;

/// A member of a mapping: where its key stands, and its value.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) key: Span,
    pub(crate) value: Node,
}

/// Number of nodes of a tree, the bytes of its texts, and the levels of collections in it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Size {
    pub(crate) nodes: usize,
    pub(crate) bytes: usize,
    pub(crate) depth: usize,
}

impl Size {
    /// Notes further trees beside this one.
    pub(crate) fn add(&mut self, other: Self) {
        self.nodes += other.nodes;
        self.bytes += other.bytes;
        self.depth = self.depth.max(other.depth);
    }

    fn enclose(&mut self, parts: impl Iterator<Item = Self>) {
        parts.for_each(|part| self.add(part));
        self.depth += 1;
    }
}

/// What may be copied: a small text must not stand for a huge document.
#[derive(Debug, Default)]
pub(crate) struct Copies {
    nodes: usize,
    bytes: usize,
}

impl Copies {
    /// Values that may be copied.
    const MOST_NODES: usize = 100_000;
    /// Bytes of text in them, in MiB.
    const MOST_MEBIBYTES: usize = 16;

    /// Notes a copy; whether there are too many now, if `free` of them are none.
    pub(crate) fn exceed(&mut self, size: Size, free: Size) -> bool {
        self.nodes += size.nodes;
        self.bytes += size.bytes;
        self.nodes > free.nodes + Self::MOST_NODES
            || self.bytes > free.bytes + (Self::MOST_MEBIBYTES << 20)
    }

    /// How much may be copied, for messages.
    pub(crate) fn most() -> String {
        format!(
            "{} values or {} MiB of text",
            Self::MOST_NODES,
            Self::MOST_MEBIBYTES
        )
    }
}

impl Node {
    pub(crate) fn as_object(&self) -> Option<&Object> {
        match &self.kind {
            Kind::Object(members) => Some(members),
            _ => None,
        }
    }

    pub(crate) fn as_object_mut(&mut self) -> Option<&mut Object> {
        match &mut self.kind {
            Kind::Object(members) => Some(Arc::make_mut(members)),
            _ => None,
        }
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// The value of member `name`, if this is a mapping that has it.
    pub(crate) fn get(&self, name: &str) -> Option<&Node> {
        self.as_object()?.get(name).map(|member| &member.value)
    }

    /// The node one reference token further down, and the place of its key if it has one.
    fn step(&self, token: &str) -> Option<(&Node, Option<Span>)> {
        match &self.kind {
            Kind::Object(members) => members
                .get(token)
                .map(|member| (&member.value, Some(member.key))),
            Kind::Array(items) => {
                let index: usize = token.parse().ok()?;
                items.get(index).map(|item| (item, None))
            }
            _ => None,
        }
    }

    /// The node at `pointer`.
    pub(crate) fn at(&self, pointer: &str) -> Option<&Node> {
        Some(self.entry_at(pointer)?.0)
    }

    /// The node at `pointer`, and the place of its key if it is a member.
    pub(crate) fn entry_at(&self, pointer: &str) -> Option<(&Node, Option<Span>)> {
        pointer::split(pointer).try_fold((self, None), |(node, _), token| node.step(&token))
    }

    /// What kind of value this is, with its article, for messages.
    pub(crate) fn noun(&self) -> &'static str {
        match &self.kind {
            Kind::Null => "null",
            Kind::Bool(_) => "true or false",
            Kind::Number(_) => "a number",
            Kind::String(_) => "a string",
            Kind::Array(_) => "an array",
            Kind::Object(_) => "an object",
        }
    }

    /// The place of what `pointer` points at, or of its nearest ancestor that exists.
    pub(crate) fn nearest_span(&self, pointer: &str, at_key: bool) -> Span {
        let mut node = self;
        let mut key = None;
        for token in pointer::split(pointer) {
            let Some((next, next_key)) = node.step(&token) else {
                // The member is missing: its parent is best shown by the parent's own key.
                return key.unwrap_or(node.span);
            };
            node = next;
            key = next_key;
        }
        if at_key {
            key.unwrap_or(node.span)
        } else {
            node.span
        }
    }

    /// This mapping with other values under the same keys; anything else is left as it is.
    pub(crate) fn with_values(&self, mut value: impl FnMut(&str, &Member) -> Node) -> Node {
        let Kind::Object(members) = &self.kind else {
            return self.clone();
        };
        let members = members
            .iter()
            .map(|(key, member)| {
                let value = value(key, member);
                (
                    key.clone(),
                    Member {
                        key: member.key,
                        value,
                    },
                )
            })
            .collect();
        Node {
            span: self.span,
            kind: Kind::object(members),
        }
    }

    /// How much of a tree hangs on this node, itself included.
    pub(crate) fn size(&self) -> Size {
        let mut size = Size {
            nodes: 1,
            ..Size::default()
        };
        match &self.kind {
            Kind::String(text) => size.bytes = text.len(),
            Kind::Array(items) => size.enclose(items.iter().map(Node::size)),
            Kind::Object(members) => {
                size.bytes = members.keys().map(String::len).sum();
                size.enclose(members.values().map(|member| member.value.size()));
            }
            Kind::Null | Kind::Bool(_) | Kind::Number(_) => {}
        }
        size
    }

    /// A node in the innermost collection.
    pub(crate) fn deepest(&self) -> &Node {
        let parts: Vec<&Node> = match &self.kind {
            Kind::Array(items) => items.iter().collect(),
            Kind::Object(members) => members.values().map(|member| &member.value).collect(),
            _ => Vec::new(),
        };
        let deepest = parts.into_iter().max_by_key(|part| part.size().depth);
        deepest.map_or(self, Node::deepest)
    }

    pub(crate) fn to_value(&self) -> Value {
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(bool) => Value::Bool(*bool),
            Kind::Number(number) => Value::Number(number.clone()),
            Kind::String(text) => Value::String(text.to_string()),
            Kind::Array(items) => items.iter().map(Node::to_value).collect(),
            Kind::Object(members) => Value::Object(
                members
                    .iter()
                    .map(|(key, member)| (key.clone(), member.value.to_value()))
                    .collect::<Map<_, _>>(),
            ),
        }
    }
}
