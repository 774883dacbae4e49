//! C64x: limits of values.

use std::collections::BTreeSet;

use super::schemas::{self, NARROWER, OTHER, WIDER};
use crate::found::Said;
use crate::joined::{Limit, is_stricter};
use crate::pairs::Meeting;
use crate::rule::{Rule, define_rules};
use crate::rust;
use crate::verdict::{Ways, ways};

const TIGHTER: Ways = ways(rust::LIMIT_TIGHTER, rust::LIMIT_UNCHECKED);
const LOOSER: Ways = ways(rust::LIMIT_LOOSER, rust::LIMIT_UNCHECKED);

define_rules! { Schemas;
    RANGE_NARROWED = "C640", "the range of a number was narrowed", NARROWER, TIGHTER, "";
    RANGE_WIDENED = "C641", "the range of a number was widened", WIDER, LOOSER, "";
    STEP_NARROWED = "C642", "`multipleOf` was added or grew stricter", NARROWER, TIGHTER, "";
    STEP_WIDENED = "C643", "`multipleOf` was removed or relaxed", WIDER, LOOSER, "";
    STEP_CHANGED = "C644", "`multipleOf` changed", OTHER, TIGHTER, "";
    LENGTH_NARROWED = "C645", "the length of a string was narrowed", NARROWER, TIGHTER, "";
    LENGTH_WIDENED = "C646", "the length of a string was widened", WIDER, LOOSER, "";
    PATTERN_ADDED = "C647", "a pattern was added", NARROWER, TIGHTER, "";
    PATTERN_REMOVED = "C648", "a pattern was removed", WIDER, LOOSER, "";
    PATTERN_CHANGED = "C649", "a pattern changed", OTHER, TIGHTER,
        "Where the new pattern lets through all that the old one did, accept the change with that reason.";
    ITEMS_NARROWED = "C650", "the length of an array was narrowed", NARROWER, TIGHTER, "";
    ITEMS_WIDENED = "C651", "the length of an array was widened", WIDER, LOOSER, "";
    UNIQUE_ITEMS_ADDED = "C652", "`uniqueItems` was added", NARROWER, TIGHTER, "";
    UNIQUE_ITEMS_REMOVED = "C653", "`uniqueItems` was removed", WIDER, LOOSER, "";
    SIZE_NARROWED = "C654", "the number of properties was narrowed", NARROWER, TIGHTER, "";
    SIZE_WIDENED = "C655", "the number of properties was widened", WIDER, LOOSER, "";
}

/// The rules of a keyword: fewer values, more values, others.
fn rules_of(keyword: &str) -> [&'static Rule; 3] {
    match keyword {
        "minimum" | "maximum" => [RANGE_NARROWED, RANGE_WIDENED, RANGE_NARROWED],
        "multipleOf" => [STEP_NARROWED, STEP_WIDENED, STEP_CHANGED],
        "minLength" | "maxLength" => [LENGTH_NARROWED, LENGTH_WIDENED, LENGTH_NARROWED],
        "pattern" => [PATTERN_ADDED, PATTERN_REMOVED, PATTERN_CHANGED],
        "minItems" | "maxItems" => [ITEMS_NARROWED, ITEMS_WIDENED, ITEMS_NARROWED],
        "uniqueItems" => [UNIQUE_ITEMS_ADDED, UNIQUE_ITEMS_REMOVED, UNIQUE_ITEMS_ADDED],
        _ => [SIZE_NARROWED, SIZE_WIDENED, SIZE_NARROWED],
    }
}

pub(super) fn compare(meeting: &mut Meeting<'_, '_>) {
    let (old, new) = (meeting.old.limits.clone(), meeting.new.limits.clone());
    let keywords: BTreeSet<&'static str> = old.keys().chain(new.keys()).copied().collect();
    for keyword in keywords {
        let (before, after) = (old.get(keyword), new.get(keyword));
        if before.map(|said| &said.value) != after.map(|said| &said.value) {
            one(meeting, keyword, before, after);
        }
    }
}

fn one(
    meeting: &mut Meeting<'_, '_>,
    keyword: &'static str,
    before: Option<&Said<'_, Limit<'_>>>,
    after: Option<&Said<'_, Limit<'_>>>,
) {
    let [narrowed, widened, other] = rules_of(keyword);
    let shown = |said: Option<&Said<'_, Limit<'_>>>| said.map(|said| show(&said.value));
    let (rule, message) = match (before, after) {
        (Some(old), None) => (
            widened,
            format!(
                "`{keyword}` was {}, and is not said any more",
                show(&old.value)
            ),
        ),
        (None, Some(new)) => (
            narrowed,
            format!("`{keyword}` is {}, and was not said", show(&new.value)),
        ),
        (Some(old), Some(new)) => {
            let rule = if is_stricter(keyword, &new.value, &old.value) {
                narrowed
            } else if is_stricter(keyword, &old.value, &new.value) {
                widened
            } else {
                other
            };
            let (old, new) = (show(&old.value), show(&new.value));
            (rule, format!("`{keyword}` was {old}, and is {new}"))
        }
        (None, None) => return,
    };
    let mut found = schemas::about(meeting, rule, keyword, before, after, message);
    found.values(shown(before), shown(after));
    meeting.add(found);
}

fn show(limit: &Limit<'_>) -> String {
    match limit {
        Limit::Number(number, false) => number.to_string(),
        Limit::Number(number, true) => format!("{number}, itself not allowed"),
        Limit::Count(count) => count.to_string(),
        Limit::Text(text) => format!("`{text}`"),
        Limit::Flag => "true".to_owned(),
    }
}
