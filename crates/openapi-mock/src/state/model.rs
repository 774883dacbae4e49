//! What the operations of a document do to its resources, told from paths and bodies alone.

use std::collections::HashMap;

use http::Method;
use serde_json::Value;

use super::bodies::{answered, operation_at, sent_kind, status_declared};
use super::collection::{Collection, collections, prefixes};
use super::key::Key;
use super::links::Links;
use super::shape;
use crate::api::{Api, Operation, resolve, resolved_pointer};
use crate::media;

/// The resources of a document, and what each operation does to them.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) collections: Vec<Collection>,
    /// By the pointer of the operation.
    plans: HashMap<String, Plan>,
}

/// What an operation does, and to what.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) action: Action,
    /// The items on the path, outermost first, that have to be there: collection and path template.
    pub(super) parents: Vec<(usize, String)>,
    /// The same with the item that the path ends at.
    pub(super) items: Vec<(usize, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Action {
    List(usize),
    Create(usize),
    /// Makes an item of each object in the list that is sent.
    CreateMany(usize),
    /// Changes the items whose keys stand in the objects of the list that is sent.
    UpdateMany(usize),
    /// Makes an item that equals another, with all that stands below it.
    Copy(usize),
    Read(usize),
    /// Reads the file of an item.
    Download(usize),
    /// Sets members of an item; with `whole`, those that are left out go.
    Update {
        collection: usize,
        whole: bool,
        creates: bool,
    },
    Delete(usize),
    /// Does something to an item and answers with it; `renews` a member.
    Act {
        collection: usize,
        renews: Option<String>,
    },
    /// Adds to a list that an item holds, and answers with what was added.
    Append {
        collection: usize,
        member: String,
    },
    /// Reads or sets one member of an item that has a path of its own.
    Member {
        collection: usize,
        member: String,
    },
    ReadSingle,
    WriteSingle {
        whole: bool,
    },
    DeleteSingle,
    /// Does something to a resource that stands alone at another path, and answers with it.
    ActSingle {
        path: String,
    },
    /// What it does the document does not tell.
    Unknown,
}

impl Model {
    pub(super) fn new(api: &Api, links: &Links) -> Self {
        let collections = collections(api, links);
        let plan = |operation: &Operation| {
            let action = action(api, &collections, operation);
            let items = items(&collections, &operation.path);
            let mut parents = items.clone();
            if action != Action::Unknown {
                parents.retain(|(_, template)| *template != operation.path);
            }
            let plan = Plan {
                action,
                parents,
                items,
            };
            (operation.pointer.clone(), plan)
        };
        let plans = api.operations.iter().map(plan).collect();
        Self { collections, plans }
    }

    pub(super) fn plan(&self, operation: &Operation) -> Option<&Plan> {
        self.plans.get(&operation.pointer)
    }
}

/// The collections whose items a template passes through, or ends at.
fn items(collections: &[Collection], path: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for prefix in prefixes(path) {
        let known = collections.iter().position(|one| one.holds(prefix));
        found.extend(known.map(|number| (number, prefix.to_owned())));
    }
    found
}

fn action(api: &Api, collections: &[Collection], operation: &Operation) -> Action {
    let path = operation.path.as_str();
    let (parent, last) = path.rsplit_once('/').unwrap_or_default();
    let parent = collections.iter().position(|one| one.holds(parent));
    let member = parent.and_then(|number| {
        Some((
            number,
            member_path(api, &collections[number], operation, last)?,
        ))
    });
    let listed = collections.iter().position(|one| one.path == path);
    let is_bare =
        |number: usize| collections[number].item.is_none() && collections[number].create.is_none();
    let at_item = collections.iter().position(|one| one.holds(path));
    let downloads = |number: &usize| {
        let uploads = collections[*number]
            .create
            .map(|create| &api.operations[create]);
        is_download(operation) && uploads.is_some_and(|create| is_upload(api, create))
    };
    if let Some(number) = at_item.or(parent).filter(downloads) {
        return Action::Download(number);
    }
    if let Some(number) = at_item.or(parent).filter(|_| copies(api, operation)) {
        return Action::Copy(number);
    }
    if let Some((collection, member)) = member.filter(|_| listed.is_none_or(is_bare)) {
        return Action::Member { collection, member };
    }
    if let Some(number) = listed {
        return on_collection(api, &collections[number], number, operation);
    }
    if let Some(number) = at_item {
        return on_item(api, &collections[number], number, operation);
    }
    if last.contains('{') {
        return Action::Unknown;
    }
    let read = operation_at(api, path, &Method::GET);
    let writes = [Method::POST, Method::PUT, Method::PATCH].contains(&operation.method);
    match parent.filter(|_| writes && read.is_none()) {
        Some(number) => appended(api, &collections[number], operation, last).map_or_else(
            || act(api, &collections[number], number, operation, last),
            |member| Action::Append {
                collection: number,
                member,
            },
        ),
        None => single(api, operation),
    }
}

/// Whether an operation answers with what is no JSON, such as the bytes of a file.
fn is_download(operation: &Operation) -> bool {
    let response = operation.response(operation.success());
    let media = response.map_or(&[][..], |response| &response.media);
    operation.method == Method::GET
        && !media.is_empty()
        && media.iter().all(|media| !media::is_json(&media.label))
}

/// Whether an operation takes files.
fn is_upload(api: &Api, operation: &Operation) -> bool {
    let root = &api.root;
    let media = operation.body.iter().flat_map(|body| &body.media);
    let mut schemas = media.filter_map(|media| media.schema.as_ref());
    schemas.any(|schema| {
        let known = shape::known_members(root, schema.object(root));
        let mut known = known.values();
        known.any(|member| resolve(root, member)["format"] == "binary")
    })
}

fn copies(api: &Api, operation: &Operation) -> bool {
    let writes = [Method::POST, Method::PUT].contains(&operation.method);
    writes && api.object(operation)["x-copies"] == true
}

fn on_collection(
    api: &Api,
    collection: &Collection,
    number: usize,
    operation: &Operation,
) -> Action {
    let is = |known: Option<usize>| {
        known.is_some_and(|known| std::ptr::eq(&raw const api.operations[known], operation))
    };
    if is(collection.list) {
        Action::List(number)
    } else if is(collection.create) {
        Action::Create(number)
    } else {
        many(api, collection, number, operation).unwrap_or(Action::Unknown)
    }
}

/// A list of objects that are or become items, sent to the path of a collection.
fn many(
    api: &Api,
    collection: &Collection,
    number: usize,
    operation: &Operation,
) -> Option<Action> {
    let root = &api.root;
    let media = operation.body.as_ref()?.media.iter();
    let mut json = media.filter(|media| media::is_json(&media.label));
    let list = resolved_pointer(root, json.next()?.schema.as_ref()?.pointer.clone());
    let sent = root.pointer(&shape::items_of(root, &list)?)?;
    if shape::kind(root, sent) != Some("object") {
        return None;
    }
    let named = shape::known_members(root, sent);
    let of_items = collection.whole.as_ref()?.object(root);
    let of_items = shape::known_members(root, of_items);
    let alike = named.keys().any(|name| of_items.contains_key(name));
    match (&operation.method, &collection.key) {
        (&Method::POST, _) if alike => Some(Action::CreateMany(number)),
        (&Method::PATCH, Key::Member(key)) if named.contains_key(key.as_str()) => {
            Some(Action::UpdateMany(number))
        }
        _ => None,
    }
}

fn on_item(api: &Api, collection: &Collection, number: usize, operation: &Operation) -> Action {
    let replaces = api.object(operation)["x-replaces-whole"] == true;
    let sends_object = sent_kind(api, operation) == Some("object");
    match operation.method {
        Method::GET if collection.read.is_some() => Action::Read(number),
        Method::PUT if sends_object => Action::Update {
            collection: number,
            whole: true,
            creates: status_declared(operation, 201),
        },
        Method::PATCH if sends_object => Action::Update {
            collection: number,
            whole: replaces,
            creates: false,
        },
        Method::DELETE => Action::Delete(number),
        Method::POST => act(api, collection, number, operation, ""),
        _ => Action::Unknown,
    }
}

/// The member of an item that a path below it stands for, where both are of one type.
fn member_path(
    api: &Api,
    collection: &Collection,
    operation: &Operation,
    last: &str,
) -> Option<String> {
    let get = operation_at(api, &operation.path, &Method::GET)?;
    let methods = [Method::GET, Method::PUT, Method::PATCH];
    if !methods.contains(&operation.method) {
        return None;
    }
    let item = collection.read.and(collection.whole.as_ref())?;
    let known = shape::known_members(&api.root, item.object(&api.root));
    let same = |name: &&str| shape::plain_name(name) == shape::plain_name(last);
    let (name, schema) = known.iter().find(|(name, _)| same(name))?;
    let response = api.operations[get].response(api.operations[get].success())?;
    let media = response.media.first()?.schema.as_ref()?;
    let kinds = [*schema, media.object(&api.root)].map(|schema| shape::kind(&api.root, schema));
    (kinds[0].is_some() && kinds[0] == kinds[1] && kinds[0] != Some("object"))
        .then(|| (*name).to_owned())
}

/// The list of an item that a POST below it adds to: it is named like the path, and what it holds is
/// what the operation answers with.
fn appended(
    api: &Api,
    collection: &Collection,
    operation: &Operation,
    last: &str,
) -> Option<String> {
    if operation.method != Method::POST || sent_kind(api, operation) != Some("object") {
        return None;
    }
    let root = &api.root;
    let whole = &collection.whole.as_ref()?.pointer;
    let known = shape::known_members(root, root.pointer(whole)?);
    let same = |name: &&&str| shape::plain_name(name) == shape::plain_name(last);
    let member = known.keys().find(same)?;
    let at = openapi_document::pointer::join("", member);
    let held = shape::items_of(root, &shape::schema_at(root, whole, &at)?)?;
    let (_, answer) = answered(operation)?;
    (held == resolved_pointer(root, answer.pointer.clone())).then(|| (*member).to_owned())
}

/// Something that is done to an item and answers with it. An item that comes back with other
/// members is not derivable.
fn act(
    api: &Api,
    collection: &Collection,
    number: usize,
    operation: &Operation,
    last: &str,
) -> Action {
    let schema_of = |operation: &Operation| {
        let (_, schema) = answered(operation)?;
        api.root
            .pointer(&resolved_pointer(&api.root, schema.pointer.clone()))
    };
    let own = collection
        .read
        .and_then(|read| schema_of(&api.operations[read]));
    if own.is_none() || own != schema_of(operation) {
        return Action::Unknown;
    }
    let item = collection
        .whole
        .as_ref()
        .map(|schema| schema.object(&api.root));
    let known = shape::known_members(&api.root, item.unwrap_or(&Value::Null));
    let last = shape::plain_name(last);
    let same = |name: &&&str| shape::plain_name(name) == last;
    let renewed = known.keys().find(same).map(|name| (*name).to_owned());
    Action::Act {
        collection: number,
        renews: renewed,
    }
}

/// A resource that stands alone: read, and set.
fn single(api: &Api, operation: &Operation) -> Action {
    let on = |method| operation_at(api, &operation.path, &method);
    let set = on(Method::PUT).or_else(|| on(Method::PATCH));
    let (Some(_), Some(_)) = (on(Method::GET), set) else {
        return act_single(api, operation).unwrap_or(Action::Unknown);
    };
    let replaces = api.object(operation)["x-replaces-whole"] == true;
    match operation.method {
        Method::GET => Action::ReadSingle,
        Method::PUT => Action::WriteSingle { whole: true },
        Method::PATCH => Action::WriteSingle { whole: replaces },
        Method::DELETE => Action::DeleteSingle,
        _ => Action::Unknown,
    }
}

/// Something that is done to a resource that stands alone: the operation answers with what only that
/// resource is.
fn act_single(api: &Api, operation: &Operation) -> Option<Action> {
    let schema_of = |operation: &Operation| {
        let (_, schema) = answered(operation)?;
        let schema = api
            .root
            .pointer(&resolved_pointer(&api.root, schema.pointer.clone()))?;
        (!shape::known_members(&api.root, schema).is_empty()).then_some(schema)
    };
    let own = schema_of(operation).filter(|_| operation.method != Method::GET)?;
    let readers = api.operations.iter();
    let readers = readers.filter(|one| one.method == Method::GET && schema_of(one) == Some(own));
    let mut readers = readers.map(|one| one.path.as_str());
    let (path, others) = (readers.next()?, readers.next());
    let sets = |method| operation_at(api, path, &method).is_some();
    let is_single = others.is_none() && (sets(Method::PUT) || sets(Method::PATCH));
    let reached = prefixes(path).into_iter().all(|prefix| {
        let last = prefix.rsplit('/').next().unwrap_or_default();
        !last.starts_with('{') || operation.path.contains(last)
    });
    (is_single && reached).then(|| Action::ActSingle {
        path: path.to_owned(),
    })
}

#[cfg(test)]
impl Model {
    /// One line a path: what stands there and how each operation is understood.
    pub(super) fn summary(&self, api: &Api) -> String {
        let line = |operation: &Operation| {
            let plan = self.plan(operation).unwrap();
            let action = match &plan.action {
                Action::List(number)
                | Action::Create(number)
                | Action::CreateMany(number)
                | Action::UpdateMany(number)
                | Action::Copy(number)
                | Action::Download(number)
                | Action::Read(number)
                | Action::Delete(number) => {
                    let name = format!("{:?}", plan.action);
                    let (verb, _) = name.split_once('(').unwrap();
                    let one = &self.collections[*number];
                    format!("{verb} {} by {:?}", one.name, one.key)
                }
                Action::Update {
                    collection,
                    whole,
                    creates,
                } => {
                    let whole = if *whole { "Replace" } else { "Merge" };
                    let creates = if *creates { " or Create" } else { "" };
                    format!("{whole}{creates} {}", self.collections[*collection].name)
                }
                Action::Act { collection, renews } => {
                    format!(
                        "Act on {} renewing {renews:?}",
                        self.collections[*collection].name
                    )
                }
                Action::Append { collection, member } => {
                    format!(
                        "Append to {member} of {}",
                        self.collections[*collection].name
                    )
                }
                Action::Member { collection, member } => {
                    format!("Member {member} of {}", self.collections[*collection].name)
                }
                other => format!("{other:?}"),
            };
            format!("{} {}: {action}\n", operation.method, operation.path)
        };
        api.operations.iter().map(line).collect()
    }
}
