//! What a site is about.

use std::path::Path;

use openapi_document::Document;

/// A document that gets pages.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The folder of its pages is named for it.
    pub name: &'a str,
    /// The document, which has no errors.
    pub document: &'a Document,
}

/// A name for the pages of a document: that of its file, or of its folder where the file is called as all
/// are (`openapi.yaml`).
///
/// ```
/// use std::path::Path;
///
/// assert_eq!(openapi_docs::name_of(Path::new("apis/pets/openapi.yaml")), "pets");
/// assert_eq!(openapi_docs::name_of(Path::new("apis/pets.v2.json")), "pets.v2");
/// assert_eq!(openapi_docs::name_of(Path::new("openapi.yaml")), "openapi");
/// ```
pub fn name_of(document: &Path) -> String {
    let text =
        |name: Option<&std::ffi::OsStr>| name.map(|name| name.to_string_lossy().into_owned());
    let file = text(document.file_stem()).unwrap_or_default();
    let folder = text(document.parent().and_then(Path::file_name));
    match (file.as_str(), folder) {
        ("openapi" | "swagger" | "index", Some(folder)) => folder,
        _ => file,
    }
}
