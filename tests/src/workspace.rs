//! Where things stand in a workspace.

use std::path::{Path, PathBuf};

use openapi_codegen::{Api, apis};

/// The root of the workspace that these guards belong to.
pub fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_owned()
}

/// All APIs of the workspace at `root`.
///
/// # Errors
///
/// When `openapi/` or a `codegen.toml` cannot be read.
pub fn all_apis(root: &Path) -> Result<Vec<Api>, String> {
    let found = apis(root, &[]).map_err(|error| error.to_string())?;
    if found.is_empty() {
        return Err("openapi/ holds no API, so there is nothing to guard".to_owned());
    }
    Ok(found)
}
