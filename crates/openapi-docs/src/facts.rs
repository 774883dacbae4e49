//! What a schema says of single values: limits, default, enum, examples.

use maud::{Markup, html};
use openapi_document::model::{Limits, Schema};
use serde_json::Value;

use crate::markdown;

/// Longer lists of values are folded.
const MOST_VALUES_SHOWN: usize = 8;
/// Longer examples stand in blocks.
const LONGEST_INLINE: usize = 120;

/// Everything about single values, as a list of facts and a list of enum values.
pub(crate) fn facts(schema: &Schema) -> Markup {
    let limits = limits(&schema.limits);
    let examples: Vec<String> = schema.examples.iter().map(inline_json).collect();
    html! {
        @if !limits.is_empty() || schema.default.is_some() || !examples.is_empty() {
            ul.facts {
                @for limit in limits { li { (limit) } }
                @if let Some(default) = &schema.default { li { "default " code { (inline_json(default)) } } }
                @for example in examples.iter().filter(|example| example.len() <= LONGEST_INLINE) {
                    li { "example " code { (example) } }
                }
            }
        }
        (flags(schema))
        (values(schema))
    }
}

/// What our own extensions say of a value.
fn flags(schema: &Schema) -> Markup {
    html! {
        @if schema.shown_once {
            p.flag { "Shown in this one response and never again: keep it." }
        } @else if schema.sensitive {
            p.flag { "Secret: keep it out of logs." }
        }
        @if schema.unique { p.flag { "No two resources of a collection have the same value." } }
        @if schema.version { p.flag { "Every change of the resource gives it a new value." } }
        @if !schema.inactive_values.is_empty() {
            p.flag { "Callers are shut out while it is " (codes(&schema.inactive_values)) "." }
        }
    }
}

fn codes(values: &[String]) -> Markup {
    html! {
        @for (index, value) in values.iter().enumerate() { @if index > 0 { ", " } code { (value) } }
    }
}

/// The values of an enum, each with its meaning.
pub(crate) fn values(schema: &Schema) -> Markup {
    let list = html! {
        ul.values {
            @for value in &schema.values { (enum_value(schema, value)) }
        }
        @if schema.closed_enum { p.flag { "There will be no other values." } }
    };
    html! {
        @if schema.values.len() > MOST_VALUES_SHOWN {
            details { summary { (schema.values.len()) " values" } (list) }
        } @else if !schema.values.is_empty() {
            (list)
        }
    }
}

fn enum_value(schema: &Schema, value: &Value) -> Markup {
    let text = value
        .as_str()
        .map_or_else(|| inline_json(value), str::to_owned);
    let meaning = schema.value_descriptions.get(&text);
    html! {
        li {
            code { (inline_json(value)) }
            @if schema.inferred_values.contains(&text) { " " span.badge.inferred { "inferred" } }
            @if let Some(meaning) = meaning { div.prose { (markdown::blocks(meaning)) } }
        }
    }
}

fn limits(limits: &Limits) -> Vec<String> {
    let mut facts = Vec::new();
    let bounds = [
        ("at least", "more than", &limits.minimum),
        ("at most", "less than", &limits.maximum),
    ];
    for (inclusive, exclusive, bound) in bounds {
        if let Some(bound) = bound {
            let word = if bound.exclusive {
                exclusive
            } else {
                inclusive
            };
            facts.push(format!("{word} {}", bound.value));
        }
    }
    facts.extend(
        limits
            .multiple_of
            .as_ref()
            .map(|number| format!("multiple of {number}")),
    );
    facts.extend(range(limits.min_length, limits.max_length, "character"));
    facts.extend(range(limits.min_items, limits.max_items, "item"));
    facts.extend(range(
        limits.min_properties,
        limits.max_properties,
        "member",
    ));
    facts.extend(limits.unique_items.then(|| "no two items alike".to_owned()));
    facts.extend(
        limits
            .pattern
            .as_ref()
            .map(|pattern| format!("matches {pattern}")),
    );
    facts
}

fn range(least: Option<u64>, most: Option<u64>, noun: &str) -> Option<String> {
    let plural = |number: u64| if number == 1 { "" } else { "s" };
    match (least.filter(|least| *least > 0), most) {
        (Some(least), Some(most)) if least == most => {
            Some(format!("{least} {noun}{}", plural(least)))
        }
        (Some(least), Some(most)) => Some(format!("{least} to {most} {noun}s")),
        (Some(least), None) => Some(format!("at least {least} {noun}{}", plural(least))),
        (None, Some(most)) => Some(format!("at most {most} {noun}{}", plural(most))),
        (None, None) => None,
    }
}

/// A value on one line.
pub(crate) fn inline_json(value: &Value) -> String {
    value.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_said_as_people_say_them() {
        assert_eq!(range(Some(1), Some(1), "item").as_deref(), Some("1 item"));
        assert_eq!(
            range(Some(0), Some(5), "item").as_deref(),
            Some("at most 5 items")
        );
        assert_eq!(
            range(Some(2), None, "member").as_deref(),
            Some("at least 2 members")
        );
        assert_eq!(
            range(Some(2), Some(9), "character").as_deref(),
            Some("2 to 9 characters")
        );
        assert_eq!(range(None, None, "item"), None);
    }
}
