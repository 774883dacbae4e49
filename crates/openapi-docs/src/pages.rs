//! Pages while they are gathered.

use crate::api::Api;
use crate::layout::Page;
use crate::search::Entry;

/// The pages of one API: their paths and what stands there.
pub(crate) struct Pages {
    pub(crate) files: Vec<(String, String)>,
    pub(crate) entries: Vec<Entry>,
}

impl Pages {
    pub(crate) fn add(&mut self, page: &Page<'_>) {
        self.files.push((page.path.clone(), page.render()));
    }
}

/// The pages above one of an API.
pub(crate) fn above(api: &Api) -> Vec<(String, String)> {
    vec![(api.title().to_owned(), api.path("index.html"))]
}

/// A number with its noun.
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}
