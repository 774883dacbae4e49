//! What schemas say all in all.

use openapi_document::walk::{self, Walk};
use serde_json::Value;

/// All schema objects that may speak of one value: these, behind their references, and what their
/// `allOf`, `oneOf` and `anyOf` add. Each comes once, outer ones before inner ones.
pub(crate) fn parts<'a>(
    root: &'a Value,
    schemas: impl IntoIterator<Item = &'a Value>,
) -> Vec<&'a Value> {
    let schemas = schemas.into_iter();
    let places = schemas.map(|schema| (String::new(), schema));
    let mut walk = Walk::from_all(root, places);
    std::iter::from_fn(|| walk.next(walk::all))
        .map(|part| part.schema)
        .collect()
}
