//! C50x to C51x: types and formats of schemas; what else they say stands in the files beside this one.

use std::collections::HashSet;

use openapi_document::lint::names;
use openapi_document::model::{Direction, SchemaId, Schemas, Type, TypeSet};

use super::{At, Comparison, composition, limits, members, texts, values};
use crate::found::{Found, Said};
use crate::joined::{Joined, covers};
use crate::pairs::Meeting;
use crate::rule::define_rules;
use crate::rust;
use crate::verdict::{UNNOTICED, Ways, additive, both, breaking, neutral, ways};

/// Fewer values than before.
pub(super) const NARROWER: Ways = ways(
    breaking("values that were accepted are refused"),
    neutral("callers receive nothing new"),
);
/// More values than before.
pub(super) const WIDER: Ways = ways(
    additive("callers may send more"),
    breaking("callers may receive values they do not expect"),
);
/// Other values than before.
pub(super) const OTHER: Ways = both(breaking("callers send and expect the old values"));

define_rules! { Schemas;
    TYPE_CHANGED = "C501", "the type changed", OTHER, both(rust::FIELD_TYPE),
        "Add a property of the new type beside the old one, and deprecate the old one.";
    TYPE_WIDENED = "C502", "more types are allowed", WIDER, both(rust::FIELD_TYPE), "";
    TYPE_NARROWED = "C503", "fewer types are allowed", NARROWER, both(rust::FIELD_TYPE), "";
    NULL_ALLOWED = "C504", "null is allowed", WIDER, both(rust::FIELD_NULL), "";
    NULL_FORBIDDEN = "C505", "null is no longer allowed", NARROWER, both(rust::FIELD_NO_NULL), "";
    NULL_ALLOWED_OPTIONAL = "C506", "null is allowed in an optional property of responses", WIDER,
        both(rust::FIELD_SAME), "";
    NULL_FORBIDDEN_OPTIONAL = "C507", "null is no longer allowed in an optional property of responses",
        NARROWER, both(rust::FIELD_SAME), "";
    FORMAT_ADDED = "C508", "a format was added", NARROWER, both(rust::FOLLOWS), "";
    FORMAT_REMOVED = "C509", "a format was removed", WIDER, both(rust::FOLLOWS), "";
    FORMAT_CHANGED = "C510", "the format changed", OTHER, both(rust::FOLLOWS), "";
    TYPED_FORMAT_ADDED = "C511", "a format with its own Rust type was added", NARROWER,
        both(rust::FIELD_TYPE), "";
    TYPED_FORMAT_REMOVED = "C512", "a format with its own Rust type was removed", WIDER,
        both(rust::FIELD_TYPE), "";
    TYPED_FORMAT_CHANGED = "C513", "the format changed, and one of the two has its own Rust type",
        OTHER, both(rust::FIELD_TYPE), "";
    COMPONENT_ADDED = "C514", "a component schema was added", both(UNNOTICED), both(rust::TYPE_NEW), "";
    COMPONENT_REMOVED = "C515", "a component schema was removed", both(UNNOTICED), both(rust::TYPE_GONE),
        "Keep the component, or accept that its type goes.";
    TYPE_RENAMED = "C516", "the Rust type of a schema has another name", both(UNNOTICED), both(rust::TYPE_RENAMED),
        "Keep the name of the component: types are named after it.";
    SCHEMA_ADDED = "C517", "a schema was added", NARROWER, both(rust::FIELD_TYPE), "";
    SCHEMA_REMOVED = "C518", "a schema was removed", WIDER, both(rust::FIELD_TYPE), "";
}

/// Compares all that two schemas say. The fields are named one by one, so that a new one is not forgotten.
pub(crate) fn compare(meeting: &mut Meeting<'_, '_>) {
    let Joined {
        // Where the schemas stand.
        parts: _,
        at: _,
        types_at: _,
        // Compared below.
        types: _,
        format: _,
        values: _,
        closed_enum: _,
        inferred_values: _,
        inactive_values: _,
        default: _,
        sensitive: _,
        shown_once: _,
        unique: _,
        version: _,
        properties: _,
        required: _,
        additional: _,
        items: _,
        one_of: _,
        any_of: _,
        not: _,
        discriminator: _,
        limits: _,
        // By those that hold the schema, since they go with the member.
        read_only: _,
        write_only: _,
        // By `texts`.
        title: _,
        description: _,
        external_docs: _,
        value_descriptions: _,
        examples: _,
        deprecation: _,
        origin: _,
    } = &meeting.old;
    values::compare(meeting);
    texts::schema(meeting);
    if composition::is_from_or_to_one(meeting) {
        composition::from_or_to_one(meeting);
        return;
    }
    name(meeting);
    let is_same_kind = types(meeting);
    format(meeting);
    if is_same_kind {
        limits::compare(meeting);
        members::compare(meeting);
        composition::compare(meeting);
    }
}

/// A schema inside of one that has got another name has another name, too, and is not worth a word.
fn name(meeting: &mut Meeting<'_, '_>) {
    let [old_model, new_model] = meeting.models();
    let own_word = |schemas: &Schemas, id: Option<&SchemaId>| {
        id.map_or(Some(String::new()), |id| rust::own_word(schemas, *id))
    };
    let [old_ids, new_ids] = meeting.ids();
    let words = [
        own_word(&old_model.schemas, old_ids.first()),
        own_word(&new_model.schemas, new_ids.first()),
    ];
    let is_type = |joined: &Joined<'_>, word: &Option<String>| word.is_none() || is_named(joined);
    let are_types = is_type(&meeting.old, &words[0]) && is_type(&meeting.new, &words[1]);
    let are_inline = words.iter().all(Option::is_some);
    let is_component = words.iter().any(Option::is_none);
    if !(are_types || is_component) || (are_inline && words[0] == words[1]) {
        return;
    }
    if let [Some(old), Some(new)] = meeting.type_names()
        && old != new
    {
        let message = format!("the type `{old}` is now called `{new}`");
        let found = whole(meeting, TYPE_RENAMED, message);
        meeting.add(found).values(Some(&old), Some(&new));
    }
}

/// Whether a schema that is no component becomes a type of its own.
fn is_named(joined: &Joined<'_>) -> bool {
    let lists = joined.values.is_some() && joined.types.only() == Some(Type::String);
    let chooses = !joined.one_of.is_empty() || !joined.any_of.is_empty();
    lists || chooses || !joined.properties.is_empty()
}

/// A component with another name is neither new nor gone.
pub(super) fn drop_renamed(found: &mut Vec<Found>) {
    let renamed = found
        .iter()
        .filter(|found| found.rule.code == TYPE_RENAMED.code);
    let (old, new): (HashSet<String>, HashSet<String>) = renamed
        .map(|found| (found.old.clone(), found.new.clone()))
        .unzip();
    let is_component = |pointer: &String| pointer.matches('/').count() == 3;
    let pairs_components = old.iter().any(is_component) && new.iter().any(is_component);
    if !pairs_components {
        return;
    }
    found.retain(|found| match found.rule.code {
        code if code == COMPONENT_REMOVED.code => !old.contains(&found.old),
        code if code == COMPONENT_ADDED.code => !new.contains(&found.new),
        _ => true,
    });
}

/// A finding about both schemas as a whole.
pub(super) fn whole(
    meeting: &Meeting<'_, '_>,
    rule: &'static crate::rule::Rule,
    message: impl Into<String>,
) -> Found {
    let mut found = Found::new(rule, meeting.old.at, meeting.new.at, message);
    found.symbols(meeting.symbols(None));
    found
}

/// A finding about something that one or both schemas say under a keyword.
pub(super) fn about<T>(
    meeting: &Meeting<'_, '_>,
    rule: &'static crate::rule::Rule,
    keyword: &str,
    old: Option<&Said<'_, T>>,
    new: Option<&Said<'_, T>>,
    message: impl Into<String>,
) -> Found {
    let at = |said: &Said<'_, T>| format!("{}/{keyword}", said.at);
    let old_at = match (old, new) {
        (Some(old), _) => at(old),
        (None, Some(new)) => meeting.old.beside(new.at).to_owned(),
        (None, None) => meeting.old.at.to_owned(),
    };
    let new_at = match (new, old) {
        (Some(new), _) => at(new),
        (None, Some(old)) => meeting.new.beside(old.at).to_owned(),
        (None, None) => meeting.new.at.to_owned(),
    };
    let mut found = Found::new(rule, &old_at, &new_at, message);
    found.symbols(meeting.symbols(None));
    found
}

/// Types as people read them: `string or null`.
fn shown(types: TypeSet) -> String {
    let names: Vec<&str> = types.iter().map(Type::as_str).collect();
    match names.as_slice() {
        [] => "any value".to_owned(),
        [null, rest @ ..] if *null == "null" && !rest.is_empty() => {
            format!("{} or null", rest.join(" or "))
        }
        names => names.join(" or "),
    }
}

/// Whether what values hold can be compared: not where a type has become another one.
fn types(meeting: &mut Meeting<'_, '_>) -> bool {
    let (old, new) = (meeting.old.types, meeting.new.types);
    null(meeting, old, new);
    let without_null =
        |types: TypeSet| -> TypeSet { types.iter().filter(|kind| *kind != Type::Null).collect() };
    let (before, after) = (without_null(old), without_null(new));
    if before == after {
        return true;
    }
    let is_within = |inner: TypeSet, outer: TypeSet| {
        outer.is_any() || (!inner.is_any() && inner.iter().all(|kind| covers(outer, kind)))
    };
    let (rule, comparable) = match (is_within(before, after), is_within(after, before)) {
        (true, _) => (TYPE_WIDENED, true),
        (_, true) => (TYPE_NARROWED, true),
        _ => (TYPE_CHANGED, false),
    };
    let said = |at: Option<&'_ str>| at.map(str::to_owned);
    let (old_at, new_at) = (said(meeting.old.types_at), said(meeting.new.types_at));
    let [old_at, new_at] =
        [old_at.as_deref(), new_at.as_deref()].map(|at| at.map(|at| Said { value: (), at }));
    let message = format!("the type was {}, and is {}", shown(old), shown(new));
    let mut found = about(
        meeting,
        rule,
        "type",
        old_at.as_ref(),
        new_at.as_ref(),
        message,
    );
    found.values(Some(shown(old)), Some(shown(new)));
    meeting.add(found);
    comparable
}

fn null(meeting: &mut Meeting<'_, '_>, old: TypeSet, new: TypeSet) {
    if old.is_any() || new.is_any() || old.contains(Type::Null) == new.contains(Type::Null) {
        return;
    }
    let (rule, optional, text) = if new.contains(Type::Null) {
        (NULL_ALLOWED, NULL_ALLOWED_OPTIONAL, "null is allowed")
    } else {
        let text = "null is no longer allowed";
        (NULL_FORBIDDEN, NULL_FORBIDDEN_OPTIONAL, text)
    };
    let found = whole(meeting, rule, text);
    let found = meeting.add(found);
    found
        .values(Some(shown(old)), Some(shown(new)))
        .where_optional(optional);
}

fn format(meeting: &mut Meeting<'_, '_>) {
    let (old, new) = (meeting.old.format, meeting.new.format);
    let (before, after) = (old.map(|said| said.value), new.map(|said| said.value));
    if before == after {
        return;
    }
    let typed = [before, after].into_iter().flatten().any(rust::has_type);
    let (rule, message) = match (before, after) {
        (None, Some(new)) => (
            if typed {
                TYPED_FORMAT_ADDED
            } else {
                FORMAT_ADDED
            },
            format!("the format is `{new}`, and was not said"),
        ),
        (Some(old), None) => (
            if typed {
                TYPED_FORMAT_REMOVED
            } else {
                FORMAT_REMOVED
            },
            format!("the format was `{old}`, and is no longer said"),
        ),
        _ => (
            if typed {
                TYPED_FORMAT_CHANGED
            } else {
                FORMAT_CHANGED
            },
            format!(
                "the format was `{}`, and is `{}`",
                before.unwrap_or_default(),
                after.unwrap_or_default()
            ),
        ),
    };
    let mut found = about(meeting, rule, "format", old.as_ref(), new.as_ref(), message);
    found.values(before, after);
    meeting.add(found);
}

pub(super) fn component_removed(comparison: &mut Comparison<'_>, name: &str, id: SchemaId) {
    let at = &comparison.old.schemas[id].pointer;
    let at = At::new(at, "/components/schemas");
    let type_name = names::type_name(name);
    let found = comparison.add(
        COMPONENT_REMOVED,
        at,
        format!("the component `{name}` was removed"),
    );
    found.direction = Direction::default();
    found.symbol(format!("types::{type_name}"));
}

pub(super) fn component_added(comparison: &mut Comparison<'_>, name: &str, id: SchemaId) {
    let at = &comparison.new.schemas[id].pointer;
    let at = At::new("/components/schemas", at);
    let type_name = names::type_name(name);
    let found = comparison.add(
        COMPONENT_ADDED,
        at,
        format!("the component `{name}` was added"),
    );
    found.direction = Direction::default();
    found.symbol(format!("types::{type_name}"));
}
