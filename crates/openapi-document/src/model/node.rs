//! A value of a bundled document, and where it stands.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{pointer, walk};

/// A value and the JSON pointer to it.
#[derive(Debug, Clone)]
pub(crate) struct Node<'a> {
    pub(crate) pointer: String,
    pub(crate) value: &'a Value,
}

impl<'a> Node<'a> {
    /// The document itself.
    pub(crate) fn root(value: &'a Value) -> Self {
        let pointer = String::new();
        Self { pointer, value }
    }

    /// What stands at a pointer.
    pub(crate) fn at(root: &'a Value, pointer: &str) -> Option<Self> {
        let value = pointer::find(root, pointer)?;
        let pointer = pointer.to_owned();
        Some(Self { pointer, value })
    }

    pub(crate) fn get(&self, key: &str) -> Option<&'a Value> {
        self.value.get(key)
    }

    pub(crate) fn str(&self, key: &str) -> Option<&'a str> {
        self.get(key)?.as_str()
    }

    /// A string to keep; an empty one says nothing.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        let text = self.str(key)?;
        (!text.trim().is_empty()).then(|| text.to_owned())
    }

    pub(crate) fn is_true(&self, key: &str) -> bool {
        self.get(key) == Some(&Value::Bool(true))
    }

    pub(crate) fn object(&self, key: &str) -> Option<&'a Map<String, Value>> {
        self.get(key)?.as_object()
    }

    pub(crate) fn strings(&self, key: &str) -> Vec<&'a str> {
        let items = self.get(key).and_then(Value::as_array);
        let items = items.into_iter().flatten();
        items.filter_map(Value::as_str).collect()
    }

    /// The strings of an array, to keep.
    pub(super) fn texts(&self, key: &str) -> Vec<String> {
        self.strings(key).into_iter().map(str::to_owned).collect()
    }

    /// A string alone, or those of an array.
    pub(super) fn one_or_several(&self, key: &str) -> Vec<String> {
        match self.str(key) {
            Some(one) => vec![one.to_owned()],
            None => self.texts(key),
        }
    }

    pub(crate) fn child(&self, key: &str) -> Option<Node<'a>> {
        Some(Node {
            pointer: pointer::join(&self.pointer, key),
            value: self.get(key)?,
        })
    }

    /// The pointer of member `key`, or of the node itself when there is no such member.
    pub(crate) fn pointer_of(&self, key: &str) -> String {
        self.child(key)
            .map_or_else(|| self.pointer.clone(), |child| child.pointer)
    }

    /// The members of the map under `key`.
    pub(crate) fn members(&self, key: &str) -> Vec<(&'a str, Node<'a>)> {
        self.child(key)
            .map_or_else(Vec::new, |child| child.all_members())
    }

    /// The members of the node itself.
    pub(crate) fn all_members(&self) -> Vec<(&'a str, Node<'a>)> {
        let members = self.value.as_object().into_iter().flatten();
        members
            .map(|(key, value)| {
                let pointer = pointer::join(&self.pointer, key);
                (key.as_str(), Node { pointer, value })
            })
            .collect()
    }

    /// The items of the array under `key`.
    pub(crate) fn items(&self, key: &str) -> Vec<Node<'a>> {
        let items = self.get(key).and_then(Value::as_array);
        let parent = pointer::join(&self.pointer, key);
        let items = items.into_iter().flatten().enumerate();
        items
            .map(|(index, value)| Node {
                pointer: format!("{parent}/{index}"),
                value,
            })
            .collect()
    }

    pub(crate) fn reference(&self) -> Option<&'a str> {
        self.str("$ref")
    }

    /// What the node is or refers to; nothing where references lead nowhere.
    pub(crate) fn resolved(&self, root: &'a Value) -> Option<Node<'a>> {
        let (pointer, value) = walk::resolve_from(root, &self.pointer, self.value)?;
        Some(Node { pointer, value })
    }

    /// What stands in an extension, if it has the shape that the vocabulary demands.
    pub(super) fn read<T: serde::de::DeserializeOwned>(&self, key: &str) -> Option<T> {
        T::deserialize(self.get(key)?).ok()
    }

    /// What the node is, if it has the shape that the vocabulary demands.
    pub(super) fn as_type<T: serde::de::DeserializeOwned>(&self) -> Option<T> {
        T::deserialize(self.value).ok()
    }
}

/// A member that reads as absent where it has not the shape that the vocabulary demands.
pub(super) fn lenient<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: serde::de::DeserializeOwned,
    D: serde::Deserializer<'de>,
{
    let value = Value::deserialize(deserializer)?;
    Ok(T::deserialize(value).ok())
}
