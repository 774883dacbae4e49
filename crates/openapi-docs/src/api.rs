//! One API, with the addresses of all that has a page.

use std::collections::HashMap;

use openapi_document::model::{Event, Model, SchemaId, Tag};
use openapi_document::{ProvenanceReport, Report, lint};

use crate::address::Names;
use crate::error_codes::{ErrorCode, ErrorCodes};
use crate::source::Source;
use crate::usage::Usage;

/// What operations without a tag are listed under.
const UNTAGGED: &str = "Other operations";

/// An API that the site is about.
pub(crate) struct Api {
    /// The folder of its pages.
    pub(crate) folder: String,
    pub(crate) model: Model,
    pub(crate) tags: Vec<TagGroup>,
    pub(crate) codes: ErrorCodes,
    pub(crate) usage: Usage,
    pub(crate) findings: Report,
    pub(crate) provenance: Option<ProvenanceReport>,
    /// Names of pages: of operations by their index, of schemas by their number, of events by theirs.
    operations: Vec<String>,
    schemas: HashMap<SchemaId, String>,
    events: Vec<String>,
}

/// The operations of a tag.
pub(crate) struct TagGroup {
    pub(crate) name: String,
    pub(crate) file: String,
    pub(crate) declared: Option<Tag>,
    /// Indexes of its operations, in the order of the document.
    pub(crate) operations: Vec<usize>,
}

impl Api {
    pub(crate) fn new(source: &Source<'_>, folders: &mut Names) -> Self {
        let model = Model::of(source.document.root());
        let says_origin = model
            .operations
            .iter()
            .any(|operation| operation.origin.provenance.is_some());
        let mut names = Names::default();
        let operations = model
            .operations
            .iter()
            .map(|operation| names.file(&operation.name()));
        let operations = operations.collect();
        let mut names = Names::default();
        let schemas = model
            .schemas
            .components()
            .map(|(name, id)| (id, names.file(name)));
        let schemas = schemas.collect();
        let mut names = Names::default();
        let events = model
            .events
            .iter()
            .flat_map(|delivery| delivery.events.keys());
        let events = events.map(|name| names.file(name)).collect();
        Self {
            folder: folders.file(source.name),
            tags: tag_groups(&model),
            codes: ErrorCodes::of(&model),
            usage: Usage::of(&model),
            findings: lint(source.document),
            provenance: says_origin.then(|| ProvenanceReport::of(source.document)),
            operations,
            schemas,
            events,
            model,
        }
    }

    /// The title, or the folder of a document without one.
    pub(crate) fn title(&self) -> &str {
        match self.model.info.title.trim() {
            "" => &self.folder,
            title => title,
        }
    }

    /// The path of a page of this API, from the root of the site.
    pub(crate) fn path(&self, page: &str) -> String {
        format!("{}/{page}", self.folder)
    }

    pub(crate) fn operation_path(&self, index: usize) -> String {
        self.path(&format!("operations/{}.html", self.operations[index]))
    }

    /// The page of a schema; only components have one.
    pub(crate) fn schema_path(&self, id: SchemaId) -> Option<String> {
        let file = self.schemas.get(&id)?;
        Some(self.path(&format!("schemas/{file}.html")))
    }

    pub(crate) fn event_path(&self, index: usize) -> String {
        self.path(&format!("events/{}.html", self.events[index]))
    }

    pub(crate) fn code_path(&self, code: &ErrorCode) -> String {
        self.path(&format!("errors/{}.html", code.file))
    }

    pub(crate) fn tag_path(&self, tag: &TagGroup) -> String {
        self.path(&format!("tags/{}.html", tag.file))
    }

    pub(crate) fn tag_of(&self, index: usize) -> Option<&TagGroup> {
        self.tags.iter().find(|tag| tag.operations.contains(&index))
    }

    pub(crate) fn events(&self) -> impl Iterator<Item = (usize, &str, &Event)> {
        let events = self
            .model
            .events
            .iter()
            .flat_map(|delivery| &delivery.events);
        events
            .enumerate()
            .map(|(index, (name, event))| (index, name.as_str(), event))
    }
}

/// Declared tags come first, in the order of the document; those without operations have nothing to show.
fn tag_groups(model: &Model) -> Vec<TagGroup> {
    let mut groups: indexmap::IndexMap<&str, Vec<usize>> = model
        .tags
        .iter()
        .map(|tag| (tag.name.as_str(), Vec::new()))
        .collect();
    for (index, operation) in model.operations.iter().enumerate() {
        if operation.tags.is_empty() {
            groups.entry(UNTAGGED).or_default().push(index);
        }
        for tag in &operation.tags {
            let operations = groups.entry(tag).or_default();
            if operations.last() != Some(&index) {
                operations.push(index);
            }
        }
    }
    let mut names = Names::default();
    let groups = groups
        .into_iter()
        .filter(|(_, operations)| !operations.is_empty());
    groups
        .map(|(name, operations)| TagGroup {
            name: name.to_owned(),
            file: names.file(name),
            declared: model.tags.iter().find(|tag| tag.name == name).cloned(),
            operations,
        })
        .collect()
}
