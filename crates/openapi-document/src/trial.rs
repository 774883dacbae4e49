//! Whether the typed model that code generation works on can be built.

use openapiv3::OpenAPI;
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

use crate::codes;
use crate::finding::Finding;
use crate::pointer;

/// The finding if `root`, though valid, cannot be read into the model.
pub(crate) fn check(root: &Value) -> Option<Finding> {
    let error = serde_path_to_error::deserialize::<_, OpenAPI>(root).err()?;
    let at = json_pointer(error.path());
    let message = format!(
        "this part of the document cannot be read: {}",
        error.inner()
    );
    Some(
        codes::MODEL
            .finding(at, message)
            .help("compare it with what OpenAPI 3.0.3 allows in this place; if it is allowed, report this message as a bug"),
    )
}

fn json_pointer(path: &Path) -> String {
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(index.to_string()),
            Segment::Map { key } => Some(key.clone()),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .fold(String::new(), |at, token| pointer::join(&at, &token))
}
