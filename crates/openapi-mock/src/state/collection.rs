//! Resources that stand side by side, found in the paths of a document.

use http::Method;
use indexmap::IndexMap;
use openapi_document::model::{self, PathTemplate, Type};

use super::bodies::{answered, answered_kind, envelope, operation_at, sent_kind, status_declared};
use super::key::{self, Key};
use super::links::Links;
use super::shape;
use crate::api::{Api, Operation};
use crate::schema::Schema;

/// Resources that stand side by side under keys of their own.
#[derive(Debug)]
pub(super) struct Collection {
    /// The path template, without the segment of the key.
    pub(super) path: PathTemplate,
    /// The template of one item: `path`, and the parameter of the key.
    pub(super) item: Option<PathTemplate>,
    /// The name of that parameter.
    pub(super) parameter: Option<String>,
    /// The last fixed segment.
    pub(super) name: String,
    pub(super) key: Key,
    /// Other members that no two items share (`x-unique`).
    pub(super) unique: Vec<String>,
    /// The member that every change gives a new value (`x-version`).
    pub(super) version: Option<String>,
    /// Where the list stands in the answer of `list`.
    pub(super) list_at: String,
    /// The schema of the items of the list.
    pub(super) listed: Option<Schema>,
    /// The schema of an item as it is read alone, or else created, or else listed.
    pub(super) whole: Option<Schema>,
    /// Numbers of the operations.
    pub(super) list: Option<usize>,
    pub(super) create: Option<usize>,
    pub(super) read: Option<usize>,
}

impl Collection {
    /// Whether all its items are known: those listed and those created. Otherwise any key may
    /// stand for an item.
    pub(super) fn is_closed(&self) -> bool {
        self.list.is_some() || self.create.is_some()
    }

    /// Whether a template is that of an item, whatever it calls its parameters.
    pub(super) fn holds(&self, template: &PathTemplate) -> bool {
        let item = self.item.as_ref();
        item.is_some_and(|item| item.is_like(template))
    }
}

/// All collections of a document.
pub(super) fn collections(api: &Api, links: &Links) -> Vec<Collection> {
    let mut candidates: IndexMap<String, Candidate> = IndexMap::new();
    for path in paths(api) {
        for prefix in path.prefixes() {
            if let (Some(start), Some(_)) = (prefix.parent(), prefix.last_parameter()) {
                let known = candidates.entry(start.text.clone());
                let known = known.or_insert_with(|| Candidate::at(start));
                // The name that the item's own path gives to the parameter is the better one.
                if known.item.is_none() || prefix.text == path.text {
                    known.item = Some(prefix);
                }
            }
        }
        let own = candidates.entry(path.text.clone());
        own.or_insert_with(|| Candidate::at(path.clone()));
    }
    let found = candidates.into_values();
    let mut found: Vec<Collection> = found
        .filter_map(|candidate| collection(api, candidate))
        .collect();
    for collection in &mut found {
        collection.key = key::infer(api, links, collection);
    }
    found
}

/// A path that may be that of a collection.
struct Candidate {
    path: PathTemplate,
    /// The path of one item.
    item: Option<PathTemplate>,
}

impl Candidate {
    fn at(path: PathTemplate) -> Self {
        Self { path, item: None }
    }

    fn parameter(&self) -> Option<&str> {
        self.item.as_ref()?.last_parameter()
    }
}

fn collection(api: &Api, candidate: Candidate) -> Option<Collection> {
    let path = candidate.path.text.as_str();
    let item = candidate.item.as_ref();
    let last = path.rsplit('/').next()?;
    if last.starts_with('{') {
        return None;
    }
    let on = |path: &str, method: &Method| operation_at(api, path, method);
    let on_item = |method: &Method| on(&item?.text, method);
    let read = on_item(&Method::GET)
        .filter(|number| answered_kind(api, &api.operations[*number]) == Some(Type::Object));
    let changed = [Method::PUT, Method::PATCH, Method::DELETE];
    let changed = changed.iter().any(|method| on_item(method).is_some());
    let creates = |number: &usize| creates(api, &api.operations[*number], item.is_some());
    let create = on(path, &Method::POST).filter(creates);
    let whole = whole(api, read, create);
    let list = on(path, &Method::GET);
    let list = list.and_then(|number| {
        Some((
            number,
            listing(api, number, whole.as_ref(), candidate.parameter())?,
        ))
    });
    let of_items = list.is_some() || read.is_some() || changed;
    let create = create.filter(|_| of_items);
    // A list that is set as a whole is one resource.
    let alone = item.is_none() && create.is_none();
    let set = on(path, &Method::PUT)
        .or_else(|| on(path, &Method::PATCH))
        .is_some();
    let is_item = read.is_some() || (changed && answers_no_list(api, item));
    if (list.is_none() && !is_item) || (alone && set) {
        return None;
    }
    let list_schema = list.as_ref().and_then(|(number, at)| {
        let (_, schema) = answered(&api.operations[*number])?;
        let list = api.schemas().at_value(schema.id, at)?;
        api.schemas().items(list).map(Schema::response)
    });
    let listed_again = || {
        list_schema
            .as_ref()
            .map(|schema| Schema::response(schema.id))
    };
    let whole = whole.or_else(listed_again);
    Some(Collection {
        unique: flagged(api, whole.as_ref(), |schema| schema.unique),
        version: flagged(api, whole.as_ref(), |schema| schema.version).pop(),
        whole,
        parameter: candidate.parameter().map(str::to_owned),
        name: last.to_owned(),
        key: Key::Beside,
        list_at: list.as_ref().map_or_else(String::new, |(_, at)| at.clone()),
        listed: list_schema,
        list: list.map(|(number, _)| number),
        create,
        read,
        path: candidate.path,
        item: candidate.item,
    })
}

/// The schema of an item as it is read, or else as it comes back when it is created.
fn whole(api: &Api, read: Option<usize>, create: Option<usize>) -> Option<Schema> {
    [read, create].into_iter().flatten().find_map(|number| {
        let (_, schema) = answered(&api.operations[number])?;
        let inner = api.schemas().at_value(schema.id, &envelope(api, schema))?;
        Some(Schema::response(inner))
    })
}

/// The members of items that have a flag, such as `x-unique`.
fn flagged(api: &Api, whole: Option<&Schema>, flag: fn(&model::Schema) -> bool) -> Vec<String> {
    let schemas = api.schemas();
    let known = whole.map(|schema| schemas.properties(schema.id));
    let known = known.into_iter().flatten();
    let flagged = known.filter(|(_, schema)| shape::says(schemas, *schema, flag));
    flagged.map(|(name, _)| name.to_owned()).collect()
}

/// Whether what is read at the path of an item, if anything is, is no list of other things.
fn answers_no_list(api: &Api, item: Option<&PathTemplate>) -> bool {
    let read = item.and_then(|path| operation_at(api, &path.text, &Method::GET));
    read.is_none_or(|number| answered_kind(api, &api.operations[number]) != Some(Type::Array))
}

/// Where the answer of an operation holds its list, if it is one. An object that holds a list may
/// be anything; it is the list of `of`, where that is known and fits, or of what stands below it
/// under the ids that the list gives.
fn listing(
    api: &Api,
    number: usize,
    of: Option<&Schema>,
    parameter: Option<&str>,
) -> Option<String> {
    let operation = &api.operations[number];
    let (_, schema) = answered(operation)?;
    let said = operation.pagination.as_ref();
    if let Some(said) = said.and_then(|rule| rule.members.get("items")) {
        return Some(said.clone());
    }
    let schemas = api.schemas();
    let at = shape::list_at(schemas, schema.id)?;
    let fits = || {
        let list = schemas.at_value(schema.id, &at)?;
        let items = schemas.properties(schemas.items(list)?);
        let Some(of) = of else {
            return Some(
                ["id", parameter?]
                    .iter()
                    .any(|name| items.contains_key(name)),
            );
        };
        let whole = schemas.properties(of.id);
        Some(items.keys().any(|name| whole.contains_key(name)))
    };
    (at.is_empty() || fits() == Some(true)).then_some(at)
}

/// Whether a POST makes an item: it takes an object, or says that something was created.
fn creates(api: &Api, operation: &Operation, has_items: bool) -> bool {
    match sent_kind(api, operation) {
        Some(kind) => kind == Type::Object && (has_items || operation.response(201).is_some()),
        None => operation.body.is_none() && status_declared(operation, 201),
    }
}

/// All path templates, in the order of the document.
pub(super) fn paths(api: &Api) -> Vec<&PathTemplate> {
    let mut paths: Vec<&PathTemplate> = api.operations.iter().map(|one| &one.path).collect();
    paths.dedup_by_key(|path| &path.text);
    paths
}
