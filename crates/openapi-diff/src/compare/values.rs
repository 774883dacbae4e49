//! C60x to C63x: enums, defaults, and marks of single values.

use serde_json::Value;

use super::schemas::{self, NARROWER, WIDER};
use crate::found::{Found, Said};
use crate::pairs::Meeting;
use crate::rule::{Rule, define_rules};
use crate::rust;
use crate::verdict::{UNNOTICED, additive, both, breaking, neutral, only_received, ways};

define_rules! { Schemas;
    OPEN_VALUE_ADDED = "C601", "a value was added to an open enum",
        both(additive("enums are open unless `x-closed-enum` says otherwise")), both(rust::VARIANT_NEW), "";
    CLOSED_VALUE_ADDED = "C602", "a value was added to a closed enum", WIDER,
        ways(rust::VARIANT_NEW, rust::VARIANT_UNREADABLE),
        "Do not close an enum whose values may grow.";
    VALUE_REMOVED = "C603", "a value was removed from an enum", NARROWER, both(rust::VARIANT_GONE),
        "Keep the value as long as somebody may send it.";
    ENUM_ADDED = "C604", "an enum was added", NARROWER, both(rust::FIELD_TYPE), "";
    ENUM_REMOVED = "C605", "an enum was removed", WIDER, both(rust::FIELD_TYPE), "";
    ENUM_CLOSED = "C606", "an open enum was closed", NARROWER, both(rust::ENUM_OPENNESS), "";
    ENUM_OPENED = "C607", "a closed enum was opened", WIDER, both(rust::ENUM_OPENNESS), "";
    INFERRED_VALUE_ADDED = "C608", "a value of an enum is marked as inferred",
        both(UNNOTICED), both(rust::DOCUMENTATION), "";
    INFERRED_VALUE_REMOVED = "C609", "a value of an enum is no longer marked as inferred",
        both(UNNOTICED), both(rust::DOCUMENTATION), "";
    DEFAULT_ADDED = "C610", "a default was added", both(neutral("it only says what an absent value means")),
        only_received(rust::FOLLOWS, rust::FIELD_DEFAULT), "";
    DEFAULT_REMOVED = "C611", "a default was removed",
        ways(breaking("what an absent value means is undefined"), UNNOTICED),
        only_received(rust::FOLLOWS, rust::FIELD_DEFAULT), "";
    DEFAULT_CHANGED = "C612", "a default changed",
        both(breaking("an absent value means something else")),
        only_received(rust::FOLLOWS, breaking("a value that a response leaves out is read as another one")), "";
    SENSITIVE_ADDED = "C613", "a string became sensitive", both(UNNOTICED), both(rust::FIELD_SECRET), "";
    SENSITIVE_REMOVED = "C614", "a string is no longer sensitive", both(UNNOTICED),
        both(rust::FIELD_SECRET), "";
    SHOWN_ONCE_ADDED = "C615", "a value is shown only once", both(breaking("the value is not shown again")),
        both(rust::FIELD_SECRET), "";
    SHOWN_ONCE_REMOVED = "C616", "a value is no longer shown only once",
        both(additive("the value can be read again")), both(rust::FIELD_SECRET), "";
    UNIQUE_ADDED = "C617", "values have to be unique in a collection", NARROWER, both(rust::FOLLOWS), "";
    UNIQUE_REMOVED = "C618", "values need not be unique in a collection", WIDER, both(rust::FOLLOWS), "";
    VERSION_ADDED = "C619", "a property became the version of its resource",
        both(additive("callers can see that a resource has changed")), both(rust::FOLLOWS), "";
    VERSION_REMOVED = "C620", "a property is no longer the version of its resource",
        both(breaking("callers cannot see that a resource has changed")), both(rust::FOLLOWS), "";
    INACTIVE_VALUE_ADDED = "C621", "a value shuts callers out",
        both(breaking("callers are refused where the value is this one")), both(rust::FOLLOWS), "";
    INACTIVE_VALUE_REMOVED = "C622", "a value no longer shuts callers out",
        both(additive("callers are no longer refused")), both(rust::FOLLOWS), "";
    OTHER_VALUE_ADDED = "C623", "a value was added to an enum of other values than strings", WIDER,
        both(rust::FOLLOWS), "";
    OTHER_VALUE_REMOVED = "C624", "a value was removed from an enum of other values than strings", NARROWER,
        both(rust::FOLLOWS), "";
    OTHER_ENUM_ADDED = "C625", "an enum of other values than strings was added", NARROWER,
        both(rust::FOLLOWS), "";
    OTHER_ENUM_REMOVED = "C626", "an enum of other values than strings was removed", WIDER,
        both(rust::FOLLOWS), "";
}

pub(super) fn compare(meeting: &mut Meeting<'_, '_>) {
    listed(meeting);
    openness(meeting);
    default(meeting);
    flags(meeting);
    let rules = [INFERRED_VALUE_ADDED, INFERRED_VALUE_REMOVED];
    let lists = [
        meeting.old.inferred_values.clone(),
        meeting.new.inferred_values.clone(),
    ];
    names(meeting, rules, "x-inferred-values", &lists);
    let rules = [INACTIVE_VALUE_ADDED, INACTIVE_VALUE_REMOVED];
    let lists = [
        meeting.old.inactive_values.clone(),
        meeting.new.inactive_values.clone(),
    ];
    names(meeting, rules, "x-inactive-values", &lists);
}

/// The rules of an enum: `[added, removed]` for the whole list, and for a value. Only enums of strings are
/// types, and only those can be open.
fn rules_of(meeting: &Meeting<'_, '_>, values: &[&Value]) -> [[&'static Rule; 2]; 2] {
    let is_string = |value: &&Value| value.is_string() || value.is_null();
    if !values.iter().all(is_string) {
        return [
            [OTHER_ENUM_ADDED, OTHER_ENUM_REMOVED],
            [OTHER_VALUE_ADDED, OTHER_VALUE_REMOVED],
        ];
    }
    let is_open = meeting.old.is_open_enum() && meeting.new.is_open_enum();
    let added = if is_open {
        OPEN_VALUE_ADDED
    } else {
        CLOSED_VALUE_ADDED
    };
    [[ENUM_ADDED, ENUM_REMOVED], [added, VALUE_REMOVED]]
}

fn listed(meeting: &mut Meeting<'_, '_>) {
    match (meeting.old.values.clone(), meeting.new.values.clone()) {
        (Some(old), Some(new)) => values_of_enum(meeting, &old, &new),
        (None, None) => {}
        (old, new) => {
            let either = old.as_ref().or(new.as_ref());
            let values = either.map_or(&[][..], |said| &said.value);
            let [[added, removed], _] = rules_of(meeting, values);
            let (rule, message) = match &new {
                Some(new) => (added, format!("only {} are allowed", list(&new.value))),
                None => (removed, "all values are allowed".to_owned()),
            };
            let found = schemas::about(meeting, rule, "enum", old.as_ref(), new.as_ref(), message);
            meeting.add(found);
        }
    }
}

fn values_of_enum(
    meeting: &mut Meeting<'_, '_>,
    old: &Said<'_, Vec<&Value>>,
    new: &Said<'_, Vec<&Value>>,
) {
    let all: Vec<&Value> = old.value.iter().chain(&new.value).copied().collect();
    let [_, [added, removed]] = rules_of(meeting, &all);
    for (index, value) in new.value.iter().enumerate() {
        if !old.value.contains(value) && !value.is_null() {
            let mut found = value_of_enum(meeting, added, [old, new], value, "was added");
            found.new = format!("{}/enum/{index}", new.at);
            found.values(None::<&Value>, Some(value));
            meeting.add(found);
        }
    }
    for (index, value) in old.value.iter().enumerate() {
        if !new.value.contains(value) && !value.is_null() {
            let mut found = value_of_enum(meeting, removed, [old, new], value, "was removed");
            found.old = format!("{}/enum/{index}", old.at);
            found.values(Some(value), None::<&Value>);
            meeting.add(found);
        }
    }
}

fn value_of_enum(
    meeting: &Meeting<'_, '_>,
    rule: &'static Rule,
    [old, new]: [&Said<'_, Vec<&Value>>; 2],
    value: &Value,
    what: &str,
) -> Found {
    let message = format!("the value `{}` {what}", text(value));
    let mut found = schemas::about(meeting, rule, "enum", Some(old), Some(new), message);
    if let Some(value) = value.as_str() {
        let variant = openapi_document::lint::names::variant_name(value);
        found.symbols = meeting.symbols(Some(&variant));
    }
    found
}

/// A value as it is told to people: texts without quotes.
fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn list(values: &[&Value]) -> String {
    let shown = values
        .iter()
        .take(8)
        .map(|value| format!("`{}`", text(value)));
    let mut shown = shown.collect::<Vec<_>>().join(", ");
    if values.len() > 8 {
        shown.push_str(&format!(" and {} more", values.len() - 8));
    }
    shown
}

/// Only string enums can be open.
fn openness(meeting: &mut Meeting<'_, '_>) {
    let (old, new) = (&meeting.old, &meeting.new);
    if old.values.is_none() || new.values.is_none() {
        return;
    }
    let (before, after) = (old.closed_enum, new.closed_enum);
    let rules = [ENUM_CLOSED, ENUM_OPENED];
    let texts = ["the enum is closed", "the enum is open"];
    flag(meeting, "x-closed-enum", [before, after], rules, texts);
}

fn default(meeting: &mut Meeting<'_, '_>) {
    let (old, new) = (meeting.old.default, meeting.new.default);
    let (before, after) = (old.map(|said| said.value), new.map(|said| said.value));
    if before == after {
        return;
    }
    let (rule, message) = match (before, after) {
        (None, Some(new)) => (
            DEFAULT_ADDED,
            format!("the default is `{}`, and was not said", text(new)),
        ),
        (Some(old), None) => (
            DEFAULT_REMOVED,
            format!("the default was `{}`, and is no longer said", text(old)),
        ),
        (Some(old), Some(new)) => (
            DEFAULT_CHANGED,
            format!("the default was `{}`, and is `{}`", text(old), text(new)),
        ),
        (None, None) => return,
    };
    let mut found = schemas::about(
        meeting,
        rule,
        "default",
        old.as_ref(),
        new.as_ref(),
        message,
    );
    found.values(before, after);
    meeting.add(found);
}

fn flags(meeting: &mut Meeting<'_, '_>) {
    let (old, new) = (&meeting.old, &meeting.new);
    let sensitive = [old.sensitive, new.sensitive];
    let shown_once = [old.shown_once, new.shown_once];
    let unique = [old.unique, new.unique];
    let version = [old.version, new.version];
    let is_shown_once = shown_once[0].is_some() != shown_once[1].is_some();
    if !is_shown_once {
        let rules = [SENSITIVE_ADDED, SENSITIVE_REMOVED];
        let texts = [
            "a string became sensitive",
            "a string is no longer sensitive",
        ];
        flag(meeting, "x-sensitive", sensitive, rules, texts);
    }
    let rules = [SHOWN_ONCE_ADDED, SHOWN_ONCE_REMOVED];
    let texts = [
        "the value is shown once",
        "the value is shown more than once",
    ];
    flag(meeting, "x-shown-once", shown_once, rules, texts);
    let rules = [UNIQUE_ADDED, UNIQUE_REMOVED];
    let texts = [
        "values have to be unique",
        "values need not be unique any more",
    ];
    flag(meeting, "x-unique", unique, rules, texts);
    let rules = [VERSION_ADDED, VERSION_REMOVED];
    let texts = [
        "the property is the version of its resource",
        "the property is no longer the version of its resource",
    ];
    flag(meeting, "x-version", version, rules, texts);
}

/// A mark that is there or not: `[added, removed]`.
pub(super) fn flag(
    meeting: &mut Meeting<'_, '_>,
    keyword: &str,
    [before, after]: [Option<&str>; 2],
    [added, removed]: [&'static Rule; 2],
    [is, is_not]: [&str; 2],
) {
    let (rule, message) = match (before, after) {
        (None, Some(_)) => (added, is),
        (Some(_), None) => (removed, is_not),
        _ => return,
    };
    let said = |at: Option<&'_ str>| at.map(str::to_owned);
    let (before, after) = (said(before), said(after));
    let [old, new] =
        [before.as_deref(), after.as_deref()].map(|at| at.map(|at| Said { value: (), at }));
    let found = schemas::about(meeting, rule, keyword, old.as_ref(), new.as_ref(), message);
    meeting.add(found);
}

fn names(
    meeting: &mut Meeting<'_, '_>,
    [added, removed]: [&'static Rule; 2],
    keyword: &str,
    [old, new]: &[Vec<Said<'_, &str>>; 2],
) {
    let has = |list: &[Said<'_, &str>], value: &str| list.iter().any(|said| said.value == value);
    for said in new.iter().filter(|said| !has(old, said.value)) {
        let message = format!("`{}` was added in `{keyword}`", said.value);
        let mut found = schemas::about(meeting, added, keyword, None, Some(said), message);
        found.values(None::<&str>, Some(said.value));
        meeting.add(found);
    }
    for said in old.iter().filter(|said| !has(new, said.value)) {
        let message = format!("`{}` was removed from `{keyword}`", said.value);
        let mut found = schemas::about(meeting, removed, keyword, Some(said), None, message);
        found.values(Some(said.value), None::<&str>);
        meeting.add(found);
    }
}
