//! Resources that stand side by side, found in the paths of a document.

use http::Method;
use indexmap::IndexMap;

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
    pub(super) path: String,
    /// The template of one item: `path`, and the parameter of the key.
    pub(super) item: Option<String>,
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
    pub(super) fn holds(&self, template: &str) -> bool {
        let same = |item: &str| item == template || unnamed(item) == unnamed(template);
        self.item.as_deref().is_some_and(same)
    }
}

/// All collections of a document.
pub(super) fn collections(api: &Api, links: &Links) -> Vec<Collection> {
    let mut candidates: IndexMap<&str, Option<(&str, &str)>> = IndexMap::new();
    for path in paths(api) {
        for prefix in prefixes(path) {
            if let Some((start, parameter)) = item_path(prefix) {
                let known = candidates.entry(start).or_default();
                // The name that the item's own path gives to the parameter is the better one.
                if known.is_none() || prefix == path {
                    *known = Some((prefix, parameter));
                }
            }
        }
        candidates.entry(path).or_default();
    }
    let found = candidates.into_iter();
    let mut found: Vec<Collection> = found
        .filter_map(|(path, item)| collection(api, path, item))
        .collect();
    for collection in &mut found {
        collection.key = key::infer(api, links, collection);
    }
    found
}

fn collection(api: &Api, path: &str, item: Option<(&str, &str)>) -> Option<Collection> {
    let last = path.rsplit('/').next()?;
    if last.starts_with('{') {
        return None;
    }
    let on = |path: &str, method: &Method| operation_at(api, path, method);
    let on_item = |method: &Method| on(item?.0, method);
    let read = on_item(&Method::GET)
        .filter(|number| answered_kind(api, &api.operations[*number]) == Some("object"));
    let changed = [Method::PUT, Method::PATCH, Method::DELETE];
    let changed = changed.iter().any(|method| on_item(method).is_some());
    let creates = |number: &usize| creates(api, &api.operations[*number], item.is_some());
    let create = on(path, &Method::POST).filter(creates);
    let whole = whole(api, read, create);
    let list = on(path, &Method::GET);
    let list = list.and_then(|number| Some((number, listing(api, number, whole.as_ref(), item)?)));
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
        let list = shape::schema_at(&api.root, &schema.pointer, at)?;
        Schema::response(&api.root, shape::items_of(&api.root, &list)?)
    });
    let listed_again = || Schema::response(&api.root, list_schema.as_ref()?.pointer.clone());
    let whole = whole.or_else(listed_again);
    Some(Collection {
        path: path.to_owned(),
        unique: flagged(api, whole.as_ref(), "x-unique"),
        version: flagged(api, whole.as_ref(), "x-version").pop(),
        whole,
        item: item.map(|(path, _)| path.to_owned()),
        parameter: item.map(|(_, name)| name.to_owned()),
        name: last.to_owned(),
        key: Key::Beside,
        list_at: list.as_ref().map_or_else(String::new, |(_, at)| at.clone()),
        listed: list_schema,
        list: list.map(|(number, _)| number),
        create,
        read,
    })
}

/// The schema of an item as it is read, or else as it comes back when it is created.
fn whole(api: &Api, read: Option<usize>, create: Option<usize>) -> Option<Schema> {
    [read, create].into_iter().flatten().find_map(|number| {
        let (_, schema) = answered(&api.operations[number])?;
        let inner = shape::schema_at(&api.root, &schema.pointer, &envelope(api, schema))?;
        Schema::response(&api.root, inner)
    })
}

/// The members of items that have a flag, such as `x-unique`.
fn flagged(api: &Api, whole: Option<&Schema>, flag: &str) -> Vec<String> {
    let root = &api.root;
    let known = whole.map(|schema| shape::known_members(root, schema.object(root)));
    let known = known.into_iter().flatten();
    let flagged = known.filter(|(_, schema)| shape::flag(root, schema, flag));
    flagged.map(|(name, _)| name.to_owned()).collect()
}

/// Whether what is read at the path of an item, if anything is, is no list of other things.
fn answers_no_list(api: &Api, item: Option<(&str, &str)>) -> bool {
    let read = item.and_then(|(path, _)| operation_at(api, path, &Method::GET));
    read.is_none_or(|number| answered_kind(api, &api.operations[number]) != Some("array"))
}

/// Where the answer of an operation holds its list, if it is one. An object that holds a list may
/// be anything; it is the list of `of`, where that is known and fits, or of what stands below it
/// under the ids that the list gives.
fn listing(
    api: &Api,
    number: usize,
    of: Option<&Schema>,
    item: Option<(&str, &str)>,
) -> Option<String> {
    let operation = &api.operations[number];
    let (_, schema) = answered(operation)?;
    let said = api.object(operation)["x-pagination"]["members"]["items"].as_str();
    if let Some(said) = said {
        return Some(said.to_owned());
    }
    let at = shape::list_at(&api.root, schema.object(&api.root))?;
    let fits = || {
        let list = shape::schema_at(&api.root, &schema.pointer, &at)?;
        let items = api.root.pointer(&shape::items_of(&api.root, &list)?)?;
        let items = shape::known_members(&api.root, items);
        let Some(of) = of else {
            return Some(["id", item?.1].iter().any(|name| items.contains_key(name)));
        };
        let whole = shape::known_members(&api.root, of.object(&api.root));
        Some(items.keys().any(|name| whole.contains_key(name)))
    };
    (at.is_empty() || fits() == Some(true)).then_some(at)
}

/// Whether a POST makes an item: it takes an object, or says that something was created.
fn creates(api: &Api, operation: &Operation, has_items: bool) -> bool {
    match sent_kind(api, operation) {
        Some(kind) => kind == "object" && (has_items || operation.response(201).is_some()),
        None => operation.body.is_none() && status_declared(operation, 201),
    }
}

/// The fixed start of a template and the parameter that its last segment is.
fn item_path(path: &str) -> Option<(&str, &str)> {
    let (start, last) = path.rsplit_once('/')?;
    let name = last.strip_prefix('{')?.strip_suffix('}')?;
    (!start.is_empty() && !name.contains('{')).then_some((start, name))
}

/// A template without the names of its parameters.
fn unnamed(template: &str) -> String {
    let mut named = false;
    let keep = |character: &char| {
        named = match character {
            '{' => true,
            '}' => false,
            _ => named,
        };
        !named || *character == '{'
    };
    template.chars().filter(keep).collect()
}

/// All path templates, in the order of the document.
fn paths(api: &Api) -> Vec<&str> {
    let mut paths: Vec<&str> = api.operations.iter().map(|one| &*one.path).collect();
    paths.dedup();
    paths
}

/// A template and all its starts that end before a slash, shortest first.
pub(super) fn prefixes(path: &str) -> Vec<&str> {
    let inner = path.match_indices('/').skip(1).map(|(at, _)| &path[..at]);
    inner
        .chain([path])
        .filter(|prefix| !prefix.is_empty())
        .collect()
}
