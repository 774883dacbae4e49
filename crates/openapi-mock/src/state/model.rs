//! What the operations of a document do to its resources, told from paths and bodies alone.

use std::collections::HashMap;

use http::Method;
use openapi_document::model::{PathTemplate, Type};

use super::bodies::{answered, operation_at, sent_kind, status_declared};
use super::collection::{Collection, collections};
use super::key::Key;
use super::links::Links;
use super::shape;
use crate::api::{Api, Operation};
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
    pub(super) parents: Vec<(usize, PathTemplate)>,
    /// The same with the item that the path ends at.
    pub(super) items: Vec<(usize, PathTemplate)>,
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
                parents.retain(|(_, template)| template.text != operation.path.text);
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
fn items(collections: &[Collection], path: &PathTemplate) -> Vec<(usize, PathTemplate)> {
    let known = path.prefixes().into_iter().filter_map(|prefix| {
        let number = collections.iter().position(|one| one.holds(&prefix))?;
        Some((number, prefix))
    });
    known.collect()
}

fn action(api: &Api, collections: &[Collection], operation: &Operation) -> Action {
    let path = &operation.path;
    let last = path.text.rsplit('/').next().unwrap_or_default();
    let parent = path.parent();
    let parent = parent.and_then(|parent| collections.iter().position(|one| one.holds(&parent)));
    let member = parent.and_then(|number| {
        Some((
            number,
            member_path(api, &collections[number], operation, last)?,
        ))
    });
    let listed = collections
        .iter()
        .position(|one| one.path.text == path.text);
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
    if let Some(number) = at_item.or(parent).filter(|_| copies(operation)) {
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
    let read = operation_at(api, &path.text, &Method::GET);
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
    let schemas = api.schemas();
    let is_binary = |id| shape::says(schemas, id, |one| one.format.as_deref() == Some("binary"));
    let media = operation.body.iter().flat_map(|body| &body.media);
    let mut sent = media.filter_map(|media| media.schema.as_ref());
    sent.any(|schema| {
        let known = schemas.properties(schema.id);
        known.values().any(|member| is_binary(*member))
    })
}

fn copies(operation: &Operation) -> bool {
    let writes = [Method::POST, Method::PUT].contains(&operation.method);
    writes && operation.copies
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
    let schemas = api.schemas();
    let media = operation.body.as_ref()?.media.iter();
    let mut json = media.filter(|media| media::is_json(&media.label));
    let sent = schemas.items(json.next()?.schema.as_ref()?.id)?;
    if schemas.kind(sent) != Some(Type::Object) {
        return None;
    }
    let named = schemas.properties(sent);
    let of_items = schemas.properties(collection.whole.as_ref()?.id);
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
    let replaces = operation.replaces_whole;
    let sends_object = sent_kind(api, operation) == Some(Type::Object);
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
    let get = operation_at(api, &operation.path.text, &Method::GET)?;
    let methods = [Method::GET, Method::PUT, Method::PATCH];
    if !methods.contains(&operation.method) {
        return None;
    }
    let item = collection.read.and(collection.whole.as_ref())?;
    let schemas = api.schemas();
    let known = schemas.properties(item.id);
    let same = |name: &&str| shape::plain_name(name) == shape::plain_name(last);
    let (name, schema) = known.iter().find(|(name, _)| same(name))?;
    let response = api.operations[get].response(api.operations[get].success())?;
    let media = response.media.first()?.schema.as_ref()?;
    let kinds = [*schema, media.id].map(|schema| schemas.kind(schema));
    (kinds[0].is_some() && kinds[0] == kinds[1] && kinds[0] != Some(Type::Object))
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
    if operation.method != Method::POST || sent_kind(api, operation) != Some(Type::Object) {
        return None;
    }
    let schemas = api.schemas();
    let whole = collection.whole.as_ref()?.id;
    let known = schemas.properties(whole);
    let same = |name: &&&str| shape::plain_name(name) == shape::plain_name(last);
    let member = known.keys().find(same)?;
    let at = openapi_document::pointer::join("", member);
    let held = schemas.items(schemas.at_value(whole, &at)?)?;
    let (_, answer) = answered(operation)?;
    (Some(held) == schemas.resolve(answer.id)).then(|| (*member).to_owned())
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
        Some(api.spec.written(&schema.written(&api.spec)?.pointer))
    };
    let own = collection
        .read
        .and_then(|read| schema_of(&api.operations[read]));
    if own.is_none() || own != schema_of(operation) {
        return Action::Unknown;
    }
    let item = collection.whole.as_ref();
    let known = item.map(|schema| api.schemas().properties(schema.id));
    let known = known.unwrap_or_default();
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
    let on = |method| operation_at(api, &operation.path.text, &method);
    let set = on(Method::PUT).or_else(|| on(Method::PATCH));
    let (Some(_), Some(_)) = (on(Method::GET), set) else {
        return act_single(api, operation).unwrap_or(Action::Unknown);
    };
    let replaces = operation.replaces_whole;
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
        let has_members = !api.schemas().properties(schema.id).is_empty();
        let written = api.spec.written(&schema.written(&api.spec)?.pointer);
        has_members.then_some(written)
    };
    let own = schema_of(operation).filter(|_| operation.method != Method::GET)?;
    let readers = api.operations.iter();
    let readers = readers.filter(|one| one.method == Method::GET && schema_of(one) == Some(own));
    let mut readers = readers.map(|one| &one.path);
    let (path, others) = (readers.next()?, readers.next());
    let sets = |method| operation_at(api, &path.text, &method).is_some();
    let is_single = others.is_none() && (sets(Method::PUT) || sets(Method::PATCH));
    let has = |name: &str| operation.path.parameters().any(|own| own == name);
    let reached = path.parameters().all(has);
    (is_single && reached).then(|| Action::ActSingle {
        path: path.text.clone(),
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
            format!("{} {}: {action}\n", operation.method, operation.path.text)
        };
        api.operations.iter().map(line).collect()
    }
}
