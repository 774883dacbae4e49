//! JSON pointers (RFC 6901).
//!
//! ```
//! use openapi_document::pointer;
//!
//! let pointer = pointer::join("/paths", "/pets/{id}");
//! assert_eq!(pointer, "/paths/~1pets~1{id}");
//! assert_eq!(pointer::split(&pointer).collect::<Vec<_>>(), ["paths", "/pets/{id}"]);
//! ```

use std::borrow::Cow;

use serde_json::Value;

/// The pointer to member or item `token` of what `parent` points at.
pub fn join(parent: &str, token: &str) -> String {
    format!("{parent}/{}", escape(token))
}

/// Writes one reference token: `~` becomes `~0`, `/` becomes `~1`.
pub fn escape(token: &str) -> Cow<'_, str> {
    if token.contains(['~', '/']) {
        Cow::Owned(token.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(token)
    }
}

/// Reads one reference token.
pub fn unescape(token: &str) -> Cow<'_, str> {
    if token.contains('~') {
        Cow::Owned(token.replace("~1", "/").replace("~0", "~"))
    } else {
        Cow::Borrowed(token)
    }
}

/// The unescaped reference tokens of `pointer`, from the root on. Text before the first `/` is
/// no part of a pointer and is left out.
pub fn split(pointer: &str) -> impl Iterator<Item = Cow<'_, str>> {
    pointer.split('/').skip(1).map(unescape)
}

/// The pointer to what holds the value `pointer` points at; `None` for the root.
pub fn parent(pointer: &str) -> Option<&str> {
    pointer.rfind('/').map(|at| &pointer[..at])
}

fn index(token: &str) -> Option<usize> {
    let written = token == "0" || !token.starts_with(['0', '+']);
    written.then(|| token.parse().ok()).flatten()
}

/// The value that `pointer` leads to. Unlike [`Value::pointer`] it copies no token that holds no
/// escape.
pub fn find<'a>(root: &'a Value, pointer: &str) -> Option<&'a Value> {
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return None;
    }
    split(pointer).try_fold(root, |value, token| match value {
        Value::Object(members) => members.get(&*token),
        Value::Array(items) => items.get(index(&token)?),
        _ => None,
    })
}
