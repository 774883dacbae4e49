//! By what an item is known in its collection.

use openapi_document::model::{PathTemplate, SchemaId, Type};
use serde_json::Value;

use super::bodies::answered;
use super::collection::Collection;
use super::links::Links;
use super::shape::{plain_name, scalar};
use crate::api::{Api, Location, Media, Operation};

/// Names of members that usually are the key, after that of the path parameter.
const USUAL: [&str; 7] = ["id", "uuid", "name", "key", "code", "slug", "value"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    /// The value of a member.
    Member(String),
    /// The end of the link in a member.
    Link(String),
    /// The item is a text, and its own key.
    Text,
    /// The item does not hold its key.
    Beside,
}

impl Key {
    pub(super) fn of(
        &self,
        item: &Value,
        links: &Links,
        path: Option<&PathTemplate>,
    ) -> Option<String> {
        match self {
            _ if item.is_string() => scalar(item),
            Self::Member(name) => scalar(item.get(name)?),
            Self::Link(name) => links.last_value(item.get(name)?.as_str()?, path?),
            Self::Text | Self::Beside => None,
        }
    }
}

/// The key of a collection: the member that its examples show to be it, else the first that is named
/// like a key and that no example speaks against.
pub(super) fn infer(api: &Api, links: &Links, collection: &Collection) -> Key {
    let names = simple_members(api, collection);
    let examples = item_examples(api, collection);
    if names.is_empty() {
        let texts = examples.iter().any(|example| example.is_string());
        return if texts || lists_texts(api, collection) {
            Key::Text
        } else {
            Key::Beside
        };
    }
    let witness = Witness {
        links: examples
            .iter()
            .filter_map(|example| Some((*example, link(example, links, collection)?)))
            .collect(),
        shown: shown_key(api, collection),
        examples,
    };
    let mut candidates = candidates(collection, &names);
    candidates.retain(|name| witness.for_and_against(name).1 == 0);
    let proved = candidates
        .iter()
        .find(|name| witness.for_and_against(name).0 > 0);
    match (proved.or(candidates.first()), witness.links.first()) {
        (Some(name), _) => Key::Member(name.clone()),
        (None, Some((_, (name, _)))) => Key::Link(name.clone()),
        (None, None) => Key::Beside,
    }
}

/// What the examples of a collection say of its key.
struct Witness<'a> {
    examples: Vec<&'a Value>,
    /// Examples with a link to themselves: the member that holds it, and the key in it.
    links: Vec<(&'a Value, (String, String))>,
    /// The key that stands in the path.
    shown: Option<String>,
}

impl Witness<'_> {
    /// How many examples show that a member is the key, and how many that it is not.
    fn for_and_against(&self, name: &str) -> (usize, usize) {
        let held = |example: &Value| scalar(example.get(name)?);
        let told = self
            .links
            .iter()
            .filter_map(|(example, (_, key))| Some(held(example)? == *key));
        let told: Vec<bool> = told.collect();
        let against = told.iter().filter(|agrees| !**agrees).count();
        let named = self.examples.iter().filter(|example| {
            let held = held(example);
            held.is_some() && held == self.shown
        });
        (told.len() - against + named.count(), against)
    }
}

/// The member of an item that holds a link to itself, and the key in the link.
fn link(example: &Value, links: &Links, collection: &Collection) -> Option<(String, String)> {
    let item = collection.item.as_ref()?;
    let mut found = crate::api::members(example).filter_map(|(name, value)| {
        let key = links.last_value(value.as_str()?, item)?;
        Some((name.clone(), key))
    });
    found.next()
}

/// The members of items that can be keys: texts and whole numbers.
fn simple_members(api: &Api, collection: &Collection) -> Vec<String> {
    let schemas = api.schemas();
    let known = item_schemas(api, collection).into_iter();
    let known = known.flat_map(|schema| schemas.properties(schema));
    let simple = known.filter(|(_, schema)| {
        let kind = schemas.kind(*schema);
        matches!(kind, None | Some(Type::String | Type::Integer))
    });
    simple.map(|(name, _)| name.to_owned()).collect()
}

/// Members that may be the key by their names, the likeliest first.
fn candidates(collection: &Collection, names: &[String]) -> Vec<String> {
    let parameter = collection.parameter.as_deref().map(plain_name);
    let singular = plain_name(singular(&collection.name));
    let mut wanted: Vec<String> = parameter.into_iter().collect();
    wanted.extend([USUAL[0].to_owned(), format!("{singular}id")]);
    wanted.extend(USUAL[1..].iter().map(|name| (*name).to_owned()));
    let mut found: Vec<String> = Vec::new();
    for wanted in wanted {
        let same = names.iter().filter(|name| plain_name(name) == wanted);
        for name in same {
            if !found.contains(name) {
                found.push(name.clone());
            }
        }
    }
    found
}

/// The usual singular of an English plural.
pub(crate) fn singular(name: &str) -> &str {
    match name.strip_suffix('s') {
        Some(start) if !start.ends_with('s') => start,
        _ => name,
    }
}

/// The schemas that items have in answers: in the list, read alone, just created.
fn item_schemas(api: &Api, collection: &Collection) -> Vec<SchemaId> {
    let listed = collection.listed.as_ref().map(|schema| schema.id);
    let alone = [collection.read, collection.create].into_iter().flatten();
    let alone = alone.filter_map(|number| {
        let (_, schema) = answered(&api.operations[number])?;
        Some(schema.id)
    });
    listed.into_iter().chain(alone).collect()
}

fn lists_texts(api: &Api, collection: &Collection) -> bool {
    let listed = collection.listed.as_ref();
    listed.is_some_and(|schema| api.schemas().kind(schema.id) == Some(Type::String))
}

/// All examples of items.
fn item_examples<'a>(api: &'a Api, collection: &'a Collection) -> Vec<&'a Value> {
    let lists = shown(api, collection.list).into_iter().flat_map(|example| {
        let list = example
            .pointer(&collection.list_at)
            .and_then(Value::as_array);
        list.into_iter().flatten()
    });
    let alone = [collection.read, collection.create];
    let alone = alone.into_iter().flat_map(|number| shown(api, number));
    lists.chain(alone).collect()
}

/// The examples of what an operation answers with.
pub(super) fn shown(api: &Api, number: Option<usize>) -> Vec<&Value> {
    let operation = number.map(|number| &api.operations[number]);
    let media = operation.and_then(answered).map(|(media, _)| media);
    let examples = media.into_iter().flat_map(Media::examples);
    examples.map(|example| example.value).collect()
}

/// The key that the document shows as the value of the path parameter.
pub(super) fn shown_key(api: &Api, collection: &Collection) -> Option<String> {
    let item = collection.item.as_ref()?;
    let under = |operation: &&Operation| {
        let rest = operation.path.text.strip_prefix(&item.text);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let mut parameters = api
        .operations
        .iter()
        .filter(under)
        .flat_map(|operation| &operation.parameters)
        .filter(|parameter| parameter.location == Location::Path)
        .filter(|parameter| Some(&parameter.name) == collection.parameter.as_ref());
    parameters.find_map(|parameter| {
        let schema = parameter.schema.as_ref();
        let schema = schema.and_then(|schema| schema.written(&api.spec));
        scalar(crate::api::shown(&parameter.examples, schema)?)
    })
}

#[cfg(test)]
mod tests {
    use super::singular;

    #[test]
    fn plurals_lose_their_s() {
        assert_eq!(singular("meetings"), "meeting");
        assert_eq!(singular("address"), "address");
    }
}
