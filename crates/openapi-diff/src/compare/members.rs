//! C52x to C54x: members of objects and items of arrays.

use openapi_document::lint::names;
use openapi_document::model::{Additional, Direction, SchemaId};
use openapi_document::pointer;

use super::schemas::{self, NARROWER, WIDER};
use crate::found::{ANY_WAY, Found, Said};
use crate::joined::Joined;
use crate::pairs::Meeting;
use crate::rule::{Rule, define_rules};
use crate::rust;
use crate::verdict::{UNNOTICED, additive, both, breaking, neutral, ways};

define_rules! { Schemas;
    OPTIONAL_ADDED = "C520", "an optional property was added", both(additive("nobody has to use it")),
        both(rust::FIELD_NEW), "";
    REQUIRED_ADDED = "C521", "a required property was added",
        ways(breaking("callers that do not send it are refused"), additive("nobody has to use it")),
        ways(rust::FIELD_NEEDED, rust::FIELD_NEW),
        "Make it optional, or give it a default.";
    DEFAULTED_ADDED = "C522", "a required property with a default was added",
        both(additive("where it is left out, the default counts")), ways(rust::FIELD_NEEDED, rust::FIELD_NEW), "";
    OPTIONAL_REMOVED = "C523", "an optional property was removed",
        ways(breaking("the value is refused or ignored"),
            breaking("callers that read it find nothing")),
        both(rust::FIELD_GONE), "Deprecate it first.";
    REQUIRED_REMOVED = "C524", "a required property was removed",
        ways(breaking("the value is refused or ignored"),
            breaking("callers that rely on it find nothing")),
        both(rust::FIELD_GONE), "Deprecate it first.";
    NOW_REQUIRED = "C525", "a property became required",
        ways(breaking("callers that leave it out are refused"), neutral("callers can rely on it")),
        both(rust::FIELD_PLAIN), "Leave it optional, or give it a default.";
    NOW_OPTIONAL = "C526", "a property is no longer required",
        ways(additive("callers may leave it out"), breaking("callers that rely on it find nothing")),
        both(rust::FIELD_OPTION), "";
    NOW_REQUIRED_DEFAULTED = "C527", "a property with a default became required",
        both(neutral("where it is left out, the default counts")), ways(rust::FIELD_PLAIN, rust::FOLLOWS), "";
    NOW_OPTIONAL_DEFAULTED = "C519", "a property with a default is no longer required",
        ways(additive("callers may leave it out"), neutral("where it is left out, the default counts")),
        ways(rust::FIELD_OPTION, rust::FOLLOWS), "";
    MAP_FORBIDDEN = "C548", "a map is no longer allowed to hold anything", NARROWER, both(rust::FIELD_TYPE), "";
    MAP_ALLOWED = "C549", "a map is allowed to hold something", WIDER, both(rust::FIELD_TYPE), "";
    REORDERED = "C565", "the order of required properties changed", both(UNNOTICED),
        ways(rust::ARGUMENTS_REORDERED, rust::FOLLOWS),
        "Keep the order: arguments of the same type are swapped without an error.";
    UNNAMED_NOW_REQUIRED = "C528", "a property without a schema became required",
        NARROWER, both(rust::FIELD_UNDESCRIBED), "";
    UNNAMED_NOW_OPTIONAL = "C529", "a property without a schema is no longer required",
        WIDER, both(rust::FIELD_UNDESCRIBED), "";
    READ_ONLY_ADDED = "C530", "a property became read-only",
        ways(breaking("callers that send it are refused or ignored"), UNNOTICED),
        ways(rust::SETTER_GONE, rust::FOLLOWS), "";
    READ_ONLY_REMOVED = "C531", "a property is no longer read-only",
        ways(additive("callers may send it"), UNNOTICED), ways(rust::SETTER_NEW, rust::FOLLOWS), "";
    WRITE_ONLY_ADDED = "C532", "a property became write-only",
        ways(UNNOTICED, breaking("callers that read it find nothing")),
        both(rust::FOLLOWS), "";
    WRITE_ONLY_REMOVED = "C533", "a property is no longer write-only",
        ways(UNNOTICED, additive("callers may read it")), both(rust::FOLLOWS), "";
    UNNAMED_FORBIDDEN = "C534", "additional properties are no longer allowed", NARROWER,
        both(rust::FOLLOWS), "";
    UNNAMED_ALLOWED = "C535", "additional properties are allowed",
        ways(additive("callers may send more"), additive("there may be more to read")),
        both(rust::FOLLOWS), "";
    UNNAMED_TYPED = "C536", "additional properties got a schema", NARROWER,
        both(rust::FIELD_TYPE), "";
    UNNAMED_UNTYPED = "C537", "additional properties lost their schema", WIDER,
        both(rust::FIELD_TYPE), "";
    UNNAMED_SAID = "C538", "`additionalProperties: true` was added", both(UNNOTICED),
        both(rust::EXTRA_NEW), "";
    UNNAMED_UNSAID = "C539", "`additionalProperties: true` was removed",
        both(UNNOTICED), both(rust::EXTRA_GONE), "";
    REQUIRED_READ_ONLY_ADDED = "C542", "a required property became read-only",
        ways(breaking("callers that send it are refused or ignored"), UNNOTICED),
        ways(rust::FIELD_OPTION, rust::FOLLOWS), "";
    REQUIRED_READ_ONLY_REMOVED = "C543", "a required property is no longer read-only",
        ways(breaking("callers that do not send it are refused"), UNNOTICED),
        ways(rust::FIELD_PLAIN, rust::FOLLOWS), "";
    REQUIRED_WRITE_ONLY_ADDED = "C544", "a required property became write-only",
        ways(UNNOTICED, breaking("callers that read it find nothing")),
        ways(rust::FOLLOWS, rust::FIELD_OPTION), "";
    REQUIRED_WRITE_ONLY_REMOVED = "C545", "a required property is no longer write-only",
        ways(UNNOTICED, additive("callers may read it")), ways(rust::FOLLOWS, rust::FIELD_PLAIN), "";
    NEW_EXTRA_TYPED = "C546", "additional properties got a schema, and were not mentioned", NARROWER,
        both(rust::EXTRA_NEW), "";
    EXTRA_UNTYPED = "C547", "additional properties lost their schema, and are not mentioned any more", WIDER,
        both(rust::EXTRA_GONE), "";
    ITEMS_ADDED = "C540", "the items of an array got a schema", NARROWER, both(rust::FIELD_TYPE), "";
    ITEMS_REMOVED = "C541", "the items of an array lost their schema", WIDER, both(rust::FIELD_TYPE), "";
}

pub(super) fn compare(meeting: &mut Meeting<'_, '_>) {
    let (old, new) = (
        meeting.old.properties.clone(),
        meeting.new.properties.clone(),
    );
    for (name, member) in &new {
        match old.get(name) {
            Some(before) => kept(meeting, name, before, member),
            None => one_side(meeting, name, member, Side::New),
        }
    }
    for (name, member) in old.iter().filter(|(name, _)| !new.contains_key(*name)) {
        one_side(meeting, name, member, Side::Old);
    }
    order(meeting);
    unnamed_required(meeting);
    additional(meeting);
    items(meeting);
}

#[derive(Clone, Copy, PartialEq)]
enum Side {
    Old,
    New,
}

type Member<'a> = Said<'a, Vec<SchemaId>>;

/// What is said of a member as a whole.
fn joined<'a>(meeting: &Meeting<'_, 'a>, side: Side, ids: &[SchemaId]) -> Joined<'a> {
    let [old, new] = meeting.models();
    let model = if side == Side::Old { old } else { new };
    Joined::of(&model.schemas, ids)
}

/// The ways that a member can travel.
fn possible(member: &Joined<'_>) -> Direction {
    Direction {
        sent: member.read_only.is_none(),
        received: member.write_only.is_none(),
    }
}

fn one_side(meeting: &mut Meeting<'_, '_>, name: &str, member: &Member<'_>, side: Side) {
    let whole = joined(meeting, side, &member.value);
    let holder = if side == Side::Old {
        &meeting.old
    } else {
        &meeting.new
    };
    let is_required = holder.is_required(name);
    let needs = if is_required { "required" } else { "optional" };
    let (rule, message) = match (side, is_required) {
        (Side::New, true) if whole.default.is_some() => (
            DEFAULTED_ADDED,
            format!("the required property `{name}` was added with a default"),
        ),
        (Side::New, true) => (
            REQUIRED_ADDED,
            format!("the {needs} property `{name}` was added"),
        ),
        (Side::New, false) => (
            OPTIONAL_ADDED,
            format!("the {needs} property `{name}` was added"),
        ),
        (Side::Old, _) => {
            let rule = if is_required {
                REQUIRED_REMOVED
            } else {
                OPTIONAL_REMOVED
            };
            let warned = match whole.deprecation {
                Some(_) => "",
                None => "; it was not deprecated before",
            };
            (
                rule,
                format!("the {needs} property `{name}` was removed{warned}"),
            )
        }
    };
    let mut found = of_member(meeting, rule, name, member, side, message);
    found.possible(possible(&whole));
    meeting.add(found);
}

/// A finding about a member that one side has.
fn of_member(
    meeting: &Meeting<'_, '_>,
    rule: &'static Rule,
    name: &str,
    member: &Member<'_>,
    side: Side,
    message: String,
) -> Found {
    let at = pointer::join(&format!("{}/properties", member.at), name);
    let (old, new) = match side {
        Side::Old => (at, meeting.new.beside(member.at).to_owned()),
        Side::New => (meeting.old.beside(member.at).to_owned(), at),
    };
    let mut found = Found::new(rule, &old, &new, message);
    found.symbols(meeting.symbols(Some(&names::field_name(name))));
    found
}

fn kept(meeting: &mut Meeting<'_, '_>, name: &str, old: &Member<'_>, new: &Member<'_>) {
    let before = joined(meeting, Side::Old, &old.value);
    let after = joined(meeting, Side::New, &new.value);
    let was_required = meeting.old.is_required(name);
    let is_required = meeting.new.is_required(name);
    let at = |member: &Member<'_>| pointer::join(&format!("{}/properties", member.at), name);
    let mut add = |rule: &'static Rule, message: String, possible: Direction, relaxed: bool| {
        let mut found = Found::new(rule, &at(old), &at(new), message);
        found.symbols(meeting.symbols(Some(&names::field_name(name))));
        found.possible(possible);
        found.relaxed = relaxed;
        meeting.add(found);
    };
    if was_required != is_required {
        // Where a default comes with it, that is a change of its own.
        let has_default = after.default.is_some() && (is_required || before.default.is_some());
        let rule = match (is_required, has_default) {
            (true, true) => NOW_REQUIRED_DEFAULTED,
            (true, false) => NOW_REQUIRED,
            (false, true) => NOW_OPTIONAL_DEFAULTED,
            (false, false) => NOW_OPTIONAL,
        };
        let text = if is_required {
            "is required"
        } else {
            "is no longer required"
        };
        add(
            rule,
            format!("the property `{name}` {text}"),
            possible(&after),
            true,
        );
    }
    let is_needed = was_required && is_required;
    let either = |optional, required| if is_needed { required } else { optional };
    let read = (before.read_only, after.read_only);
    let write = (before.write_only, after.write_only);
    let (read_more, read_less) = (
        either(READ_ONLY_ADDED, REQUIRED_READ_ONLY_ADDED),
        either(READ_ONLY_REMOVED, REQUIRED_READ_ONLY_REMOVED),
    );
    let (write_more, write_less) = (
        either(WRITE_ONLY_ADDED, REQUIRED_WRITE_ONLY_ADDED),
        either(WRITE_ONLY_REMOVED, REQUIRED_WRITE_ONLY_REMOVED),
    );
    let marks = [
        (read.0, read.1, read_more, "is read-only"),
        (read.1, read.0, read_less, "is no longer read-only"),
        (write.0, write.1, write_more, "is write-only"),
        (write.1, write.0, write_less, "is no longer write-only"),
    ];
    for (without, with, rule, text) in marks {
        if without.is_none() && with.is_some() {
            add(
                rule,
                format!("the property `{name}` {text}"),
                ANY_WAY,
                false,
            );
        }
    }
    let (one, other) = (possible(&before), possible(&after));
    let ways = Direction {
        sent: one.sent && other.sent,
        received: one.received && other.received,
    };
    let optional = !was_required && !is_required;
    meeting.member(&old.value, &new.value, optional, ways);
}

/// Required properties are arguments, in the order of the document; those that are only read are not.
fn order(meeting: &mut Meeting<'_, '_>) {
    let (old, new) = (&meeting.old, &meeting.new);
    let in_both = |name: &&&str| old.is_required(name) && new.is_required(name);
    let names = |joined: &Joined<'_>| -> Vec<String> {
        let names = joined.properties.keys().filter(in_both);
        names.map(|name| (*name).to_owned()).collect()
    };
    let [mut before, mut after] = [names(old), names(new)];
    if before == after {
        return;
    }
    let is_argument = |joined: &Joined<'_>| joined.read_only.is_none();
    let is_argument = |name: &String| {
        let sides = [(Side::Old, old), (Side::New, new)];
        sides.into_iter().all(|(side, holder)| {
            let member = holder.properties.get(name.as_str());
            member.is_some_and(|member| is_argument(&self::joined(meeting, side, &member.value)))
        })
    };
    before.retain(&is_argument);
    after.retain(&is_argument);
    if before != after {
        let (before, after) = (before.join(", "), after.join(", "));
        let message = format!("the required properties were `{before}`, and are `{after}`");
        let mut found = schemas::whole(meeting, REORDERED, message);
        found.values(Some(before), Some(after));
        found.only_sent = true;
        meeting.add(found);
    }
}

/// `required` may name what no `properties` here describe.
fn unnamed_required(meeting: &mut Meeting<'_, '_>) {
    let (old, new) = (&meeting.old, &meeting.new);
    let is_unnamed =
        |name: &&str| !old.properties.contains_key(*name) && !new.properties.contains_key(*name);
    let only = |one: &Joined<'_>, other: &Joined<'_>| -> Vec<(String, String)> {
        let names = one.required.iter().filter(|(name, _)| is_unnamed(name));
        let names = names.filter(|(name, _)| !other.is_required(name));
        names
            .map(|(name, at)| ((*name).to_owned(), (*at).to_owned()))
            .collect()
    };
    let lists = [
        (only(new, old), UNNAMED_NOW_REQUIRED, "is required"),
        (
            only(old, new),
            UNNAMED_NOW_OPTIONAL,
            "is no longer required",
        ),
    ];
    for (names, rule, text) in lists {
        for (name, at) in names {
            let message = format!("the property `{name}`, which has no schema, {text}");
            let said = Some(Said { value: (), at: &at });
            let (old, new) = match rule.code {
                code if code == UNNAMED_NOW_REQUIRED.code => (None, said),
                _ => (said, None),
            };
            let mut found = schemas::about(
                meeting,
                rule,
                "required",
                old.as_ref(),
                new.as_ref(),
                message,
            );
            found.values(old.map(|_| &name), new.map(|_| &name));
            meeting.add(found);
        }
    }
}

fn additional(meeting: &mut Meeting<'_, '_>) {
    use Additional::{Any, Never, Schema, Unsaid};
    let (old, new) = (meeting.old.additional, meeting.new.additional);
    let is_struct = !meeting.old.properties.is_empty() && !meeting.new.properties.is_empty();
    let is_map = meeting.old.properties.is_empty() && meeting.new.properties.is_empty();
    let (rule, message) = match (old.value, new.value) {
        (Schema(old), Schema(new)) => return meeting.inner(&[old], &[new]),
        (Unsaid | Any, Unsaid | Any) | (Never, Never) => {
            extra(meeting, is_struct);
            return;
        }
        (_, Never) if is_map => (
            MAP_FORBIDDEN,
            "the map is no longer allowed to hold anything",
        ),
        (Never, _) if is_map => (MAP_ALLOWED, "the map is allowed to hold something"),
        (_, Never) => (
            UNNAMED_FORBIDDEN,
            "additional properties are no longer allowed",
        ),
        (Never, _) => (UNNAMED_ALLOWED, "additional properties are allowed"),
        (Unsaid, Schema(_)) if is_struct => (NEW_EXTRA_TYPED, "additional properties got a schema"),
        (Schema(_), Unsaid) if is_struct => {
            (EXTRA_UNTYPED, "additional properties lost their schema")
        }
        (_, Schema(_)) => (UNNAMED_TYPED, "additional properties got a schema"),
        (Schema(_), _) => (UNNAMED_UNTYPED, "additional properties lost their schema"),
    };
    let found = of_unnamed(meeting, rule, message);
    meeting.add(found);
    if matches!((old.value, new.value), (_, Never) | (Never, _)) {
        extra(meeting, is_struct);
    }
}

/// A struct has a field for members that are not named where the document says more of them than nothing.
fn extra(meeting: &mut Meeting<'_, '_>, is_struct: bool) {
    let has =
        |additional: Additional| matches!(additional, Additional::Any | Additional::Schema(_));
    let (old, new) = (meeting.old.additional.value, meeting.new.additional.value);
    let (rule, message) = match (has(old), has(new)) {
        (false, true) => (UNNAMED_SAID, "`additionalProperties: true` was added"),
        (true, false) => (UNNAMED_UNSAID, "`additionalProperties: true` was removed"),
        _ => return,
    };
    if is_struct {
        let found = of_unnamed(meeting, rule, message);
        meeting.add(found);
    }
}

fn of_unnamed(meeting: &Meeting<'_, '_>, rule: &'static Rule, message: &str) -> Found {
    let is_said = |said: &&Said<'_, Additional>| said.value != Additional::Unsaid;
    let old = Some(&meeting.old.additional).filter(is_said);
    let new = Some(&meeting.new.additional).filter(is_said);
    schemas::about(meeting, rule, "additionalProperties", old, new, message)
}

fn items(meeting: &mut Meeting<'_, '_>) {
    let (old, new) = (meeting.old.items.clone(), meeting.new.items.clone());
    let (rule, message) = match (old.is_empty(), new.is_empty()) {
        (true, true) => return,
        (false, false) => return meeting.inner(&old, &new),
        (true, false) => (ITEMS_ADDED, "the items got a schema"),
        (false, true) => (ITEMS_REMOVED, "the items lost their schema"),
    };
    let found = schemas::whole(meeting, rule, message);
    meeting.add(found);
}
