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
    let message = format!("this cannot be read into the model: {}", error.inner());
    Some(
        codes::MODEL
            .finding(at, message)
            .help("simplify the value at this place; if OpenAPI allows it, report it as a bug"),
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
