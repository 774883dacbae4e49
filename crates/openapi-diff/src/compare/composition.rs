//! C55x: choices, discriminators and `not`.

use std::collections::HashSet;

use indexmap::IndexMap;
use openapi_document::model::{Discriminator, SchemaId, Schemas};
use openapi_document::pointer;

use super::schemas::{self, NARROWER, OTHER, WIDER};
use crate::found::Said;
use crate::joined::Joined;
use crate::pairs::Meeting;
use crate::rule::define_rules;
use crate::rust;
use crate::verdict::{UNNOTICED, Ways, additive, both, breaking, neutral, ways};

/// The client goes by another member than before, or by none.
const RETAGGED: Ways = both(rust::UNION_TAGGED);

define_rules! { Schemas;
    BRANCH_ADDED = "C550", "a branch of `oneOf` or `anyOf` was added", WIDER, both(rust::BRANCH_NEW),
        "Tell callers early that the choice can grow.";
    BRANCH_REMOVED = "C551", "a branch of `oneOf` or `anyOf` was removed", NARROWER, both(rust::VARIANT_GONE), "";
    CHOICE_ADDED = "C552", "`oneOf` or `anyOf` was added", NARROWER, both(rust::FIELD_TYPE), "";
    CHOICE_REMOVED = "C553", "`oneOf` or `anyOf` was removed", WIDER, both(rust::FIELD_TYPE), "";
    ONE_TO_CHOICE = "C554", "a schema became one branch of `oneOf` or `anyOf`", WIDER,
        both(rust::FIELD_TYPE), "";
    CHOICE_TO_ONE = "C555", "one branch of `oneOf` or `anyOf` is left", NARROWER,
        both(rust::FIELD_TYPE), "";
    ONE_OF_TO_ANY_OF = "C556", "`oneOf` became `anyOf`",
        ways(additive("callers may send more"), breaking("callers may receive values they do not expect")),
        both(rust::FOLLOWS), "";
    ANY_OF_TO_ONE_OF = "C557", "`anyOf` became `oneOf`", NARROWER, both(rust::FOLLOWS), "";
    DISCRIMINATOR_ADDED = "C558", "a discriminator was added",
        both(neutral("it only says more")), RETAGGED, "";
    DISCRIMINATOR_REMOVED = "C559", "the discriminator was removed",
        both(breaking("callers that read the discriminator no longer can")), RETAGGED, "";
    DISCRIMINATOR_CHANGED = "C560", "the property of the discriminator changed", OTHER, both(rust::FOLLOWS), "";
    MAPPING_ADDED = "C561", "a value of the discriminator was added", WIDER, both(rust::FOLLOWS), "";
    MAPPING_REMOVED = "C562", "a value of the discriminator was removed", NARROWER, both(rust::FOLLOWS), "";
    NOT_ADDED = "C563", "`not` was added", NARROWER, both(rust::FOLLOWS), "";
    NOT_REMOVED = "C564", "`not` was removed", WIDER, both(UNNOTICED), "";
}

pub(super) fn compare(meeting: &mut Meeting<'_, '_>) {
    choices(meeting);
    discriminator(meeting);
    not(meeting);
}

type Branches<'a> = Said<'a, &'a [SchemaId]>;

/// All choices of a schema, with the keyword of each.
fn all<'a>(joined: &Joined<'a>) -> Vec<(&'static str, Branches<'a>)> {
    let one_of = joined.one_of.iter().map(|said| ("oneOf", *said));
    one_of
        .chain(joined.any_of.iter().map(|said| ("anyOf", *said)))
        .collect()
}

fn choices(meeting: &mut Meeting<'_, '_>) {
    let (old, new) = (all(&meeting.old), all(&meeting.new));
    for (before, after) in old.iter().zip(&new) {
        choice(meeting, *before, *after);
    }
    for (keyword, said) in new.iter().skip(old.len()) {
        let found = schemas::about(
            meeting,
            CHOICE_ADDED,
            keyword,
            None,
            Some(said),
            "`oneOf` or `anyOf` was added",
        );
        meeting.add(found);
    }
    for (keyword, said) in old.iter().skip(new.len()) {
        let message = "`oneOf` or `anyOf` was removed";
        let found = schemas::about(meeting, CHOICE_REMOVED, keyword, Some(said), None, message);
        meeting.add(found);
    }
}

/// Whether only one of the schemas is a choice. One that has members beside its choice is compared by them.
pub(super) fn is_from_or_to_one(meeting: &Meeting<'_, '_>) -> bool {
    let (old, new) = (all(&meeting.old), all(&meeting.new));
    let choice = if old.is_empty() {
        &meeting.new
    } else {
        &meeting.old
    };
    old.is_empty() != new.is_empty() && choice.properties.is_empty()
}

/// A schema becomes a choice, or the other way round. Where it is one of the branches, there are only more
/// values, or fewer.
pub(super) fn from_or_to_one(meeting: &mut Meeting<'_, '_>) {
    let (old, new) = (all(&meeting.old), all(&meeting.new));
    let [old_model, new_model] = meeting.models();
    let [old_ids, new_ids] = meeting.ids();
    if let Some((keyword, said)) = new.first() {
        let branch = branch_of(&new_model.schemas, said.value, &meeting.old);
        let (rule, message) = match branch {
            Some(_) => (
                ONE_TO_CHOICE,
                "a schema became one branch of `oneOf` or `anyOf`",
            ),
            None => (CHOICE_ADDED, "`oneOf` or `anyOf` was added"),
        };
        let found = schemas::about(meeting, rule, keyword, None, Some(said), message);
        meeting.add(found);
        if let Some(branch) = branch {
            meeting.inner(&old_ids, &[branch]);
        }
    }
    if let Some((keyword, said)) = old.first() {
        let branch = branch_of(&old_model.schemas, said.value, &meeting.new);
        let (rule, message) = match branch {
            Some(_) => (CHOICE_TO_ONE, "one branch of `oneOf` or `anyOf` is left"),
            None => (CHOICE_REMOVED, "`oneOf` or `anyOf` was removed"),
        };
        let found = schemas::about(meeting, rule, keyword, Some(said), None, message);
        meeting.add(found);
        if let Some(branch) = branch {
            meeting.inner(&[branch], &new_ids);
        }
    }
}

/// The branch that is the same component as a schema.
fn branch_of(schemas: &Schemas, branches: &[SchemaId], one: &Joined<'_>) -> Option<SchemaId> {
    let name = one.at.strip_prefix("/components/schemas/")?;
    let is_it = |branch: &&SchemaId| named(schemas, **branch).as_deref() == Some(name);
    branches.iter().find(is_it).copied()
}

fn choice(
    meeting: &mut Meeting<'_, '_>,
    (old_keyword, old): (&'static str, Branches<'_>),
    (new_keyword, new): (&'static str, Branches<'_>),
) {
    if old_keyword != new_keyword {
        let rule = if new_keyword == "anyOf" {
            ONE_OF_TO_ANY_OF
        } else {
            ANY_OF_TO_ONE_OF
        };
        let at = [
            format!("{}/{old_keyword}", old.at),
            format!("{}/{new_keyword}", new.at),
        ];
        let message = format!("`{old_keyword}` has become `{new_keyword}`");
        let mut found = crate::found::Found::new(rule, &at[0], &at[1], message);
        found
            .symbols(meeting.symbols(None))
            .values(Some(old_keyword), Some(new_keyword));
        meeting.add(found);
    }
    let [old_model, new_model] = meeting.models();
    let matched = match_branches(
        (&old_model.schemas, old.value),
        (&new_model.schemas, new.value),
    );
    for (before, after) in &matched {
        meeting.inner(&[old.value[*before]], &[new.value[*after]]);
    }
    let kept_old: HashSet<usize> = matched.iter().map(|(old, _)| *old).collect();
    let kept_new: HashSet<usize> = matched.iter().map(|(_, new)| *new).collect();
    for (index, id) in new
        .value
        .iter()
        .enumerate()
        .filter(|(i, _)| !kept_new.contains(i))
    {
        let what = shown(&new_model.schemas, *id);
        let mut found = schemas::about(
            meeting,
            BRANCH_ADDED,
            old_keyword,
            Some(&old),
            None,
            format!("{what} was added"),
        );
        found.new = format!("{}/{new_keyword}/{index}", new.at);
        found.values(None::<String>, Some(what));
        meeting.add(found);
    }
    for (index, id) in old
        .value
        .iter()
        .enumerate()
        .filter(|(i, _)| !kept_old.contains(i))
    {
        let what = shown(&old_model.schemas, *id);
        let mut found = schemas::about(
            meeting,
            BRANCH_REMOVED,
            new_keyword,
            None,
            Some(&new),
            format!("{what} was removed"),
        );
        found.old = format!("{}/{old_keyword}/{index}", old.at);
        found.values(Some(what), None::<String>);
        meeting.add(found);
    }
}

fn shown(schemas: &Schemas, id: SchemaId) -> String {
    match named(schemas, id) {
        Some(name) => format!("the branch `{name}`"),
        None => "a branch".to_owned(),
    }
}

/// The component that a branch is.
fn named(schemas: &Schemas, id: SchemaId) -> Option<String> {
    let id = schemas.resolve(id)?;
    let name = schemas[id].component()?;
    Some(pointer::unescape(name).into_owned())
}

/// How branches are recognized: the name of their component; the values that only they allow; their
/// members; their type. What is left is matched by the next sign, in the order of the document.
fn signs(schemas: &Schemas, id: SchemaId) -> [Option<String>; 4] {
    let joined = Joined::of(schemas, &[id]);
    let tag = |name: &str, ids: &[SchemaId]| {
        let values = Joined::of(schemas, ids).values?;
        let [value] = values.value.as_slice() else {
            return None;
        };
        Some(format!("{name}={value}"))
    };
    let mut tags: Vec<String> = joined
        .properties
        .iter()
        .filter_map(|(name, member)| tag(name, &member.value))
        .collect();
    tags.sort();
    let mut members: Vec<&str> = joined.properties.keys().copied().collect();
    members.sort_unstable();
    let types: Vec<&str> = joined
        .types
        .iter()
        .map(openapi_document::model::Type::as_str)
        .collect();
    [
        named(schemas, id),
        (!tags.is_empty()).then(|| tags.join(" ")),
        (!members.is_empty()).then(|| members.join(" ")),
        Some(types.join(" ")),
    ]
}

fn match_branches(
    (old_schemas, old): (&Schemas, &[SchemaId]),
    (new_schemas, new): (&Schemas, &[SchemaId]),
) -> Vec<(usize, usize)> {
    let old: Vec<_> = old.iter().map(|id| signs(old_schemas, *id)).collect();
    let new: Vec<_> = new.iter().map(|id| signs(new_schemas, *id)).collect();
    let mut matched: Vec<(usize, usize)> = Vec::new();
    for sign in 0..4 {
        let free_old: Vec<usize> = (0..old.len())
            .filter(|i| matched.iter().all(|(old, _)| old != i))
            .collect();
        for before in free_old {
            let both_named = |after: &usize| old[before][0].is_some() && new[*after][0].is_some();
            let after = (0..new.len()).find(|after| {
                matched.iter().all(|(_, new)| new != after)
                    && old[before][sign].is_some()
                    && old[before][sign] == new[*after][sign]
                    // Two components of other names are other branches, however alike.
                    && (sign == 0 || !both_named(after) || sign == 1)
            });
            matched.extend(after.map(|after| (before, after)));
        }
    }
    matched
}

fn discriminator(meeting: &mut Meeting<'_, '_>) {
    let (old, new) = (meeting.old.discriminator, meeting.new.discriminator);
    let keyword = "discriminator";
    let (old, new) = match (old, new) {
        (Some(old), Some(new)) => (old, new),
        (None, None) => return,
        (before, after) => {
            let (rule, text) = match after {
                Some(_) => (DISCRIMINATOR_ADDED, "tells the branches apart"),
                None => (DISCRIMINATOR_REMOVED, "no longer tells the branches apart"),
            };
            let name = before.or(after).map(|said| said.value.property.as_str());
            let message = format!("the property `{}` {text}", name.unwrap_or_default());
            let found = schemas::about(
                meeting,
                rule,
                keyword,
                before.as_ref(),
                after.as_ref(),
                message,
            );
            meeting.add(found);
            return;
        }
    };
    let Discriminator { property, mapping } = old.value;
    let is = &new.value.property;
    if property != is {
        let message = format!("`{is}` tells the branches apart, and `{property}` did");
        let mut found = schemas::about(
            meeting,
            DISCRIMINATOR_CHANGED,
            "discriminator/propertyName",
            Some(&old),
            Some(&new),
            message,
        );
        found.values(Some(property), Some(is));
        meeting.add(found);
    }
    values_of_mapping(meeting, old, new, mapping, &new.value.mapping);
}

fn values_of_mapping(
    meeting: &mut Meeting<'_, '_>,
    old: Said<'_, &Discriminator>,
    new: Said<'_, &Discriminator>,
    before: &IndexMap<String, SchemaId>,
    after: &IndexMap<String, SchemaId>,
) {
    let sides = [
        (after, before, MAPPING_ADDED, "stands for a branch"),
        (
            before,
            after,
            MAPPING_REMOVED,
            "no longer stands for a branch",
        ),
    ];
    for (one, other, rule, text) in sides {
        for value in one.keys().filter(|value| !other.contains_key(*value)) {
            let message = format!("the value `{value}` {text}");
            let keyword = "discriminator/mapping";
            let mut found = schemas::about(meeting, rule, keyword, Some(&old), Some(&new), message);
            let is_new = rule.code == MAPPING_ADDED.code;
            let place = if is_new {
                &mut found.new
            } else {
                &mut found.old
            };
            *place = pointer::join(place, value);
            found.values((!is_new).then_some(value), is_new.then_some(value));
            meeting.add(found);
        }
    }
    for (value, id) in before {
        if let Some(after) = after.get(value) {
            meeting.inner(&[*id], &[*after]);
        }
    }
}

fn not(meeting: &mut Meeting<'_, '_>) {
    let (old, new) = (meeting.old.not.clone(), meeting.new.not.clone());
    let (rule, message) = match (old.is_empty(), new.is_empty()) {
        (true, true) => return,
        (false, false) => return meeting.excluded(&old, &new),
        (true, false) => (NOT_ADDED, "`not` was added"),
        (false, true) => (NOT_REMOVED, "`not` was removed"),
    };
    let found = schemas::whole(meeting, rule, message);
    meeting.add(found);
}
