//! C82x and C84x: events that the API sends, and links for people.

use indexmap::IndexMap;
use openapi_document::lint::names;
use openapi_document::model::{
    Direction, Event, EventDelivery, Signature, WebLink, WebLinkParameter,
};
use openapi_document::pointer;

use super::{At, Comparison, Scope, entry, said, texts};
use crate::rule::define_rules;
use crate::rust;
use crate::verdict::{UNNOTICED, additive, both, breaking, neutral};

define_rules! { Events;
    ADDED = "C820", "an event was added",
        both(additive("receivers that skip unknown events keep working")), both(rust::EVENT_NEW), "";
    REMOVED = "C821", "an event was removed", both(breaking("receivers wait for it in vain")),
        both(rust::EVENT_GONE), "";
    ENVELOPE_CHANGED = "C822", "the place of the name, id or time of an event changed",
        both(breaking("receivers no longer find them")), both(rust::FOLLOWS),
        "Programs that are not built again go on looking in the old place.";
    SIGNATURE_ADDED = "C823", "events are signed",
        both(additive("receivers can check where an event comes from")), both(additive("events can be verified")),
        "";
    SIGNATURE_REMOVED = "C824", "events are no longer signed",
        both(breaking("receivers cannot check where an event comes from")),
        both(breaking("events can no longer be verified")), "";
    SIGNATURE_CHANGED = "C825", "the signature of events changed",
        both(breaking("receivers that check the old way refuse every event")), both(rust::FOLLOWS),
        "Send both signatures for a time; programs that are not built again check the old one.";
    ALTERNATIVE_ADDED = "C826", "an alternative signature of events was added",
        both(additive("there is a choice")), both(additive("there is a new constant")), "";
    ALTERNATIVE_REMOVED = "C827", "an alternative signature of events was removed",
        both(breaking("receivers that chose it refuse every event")), both(breaking("its constant is gone")), "";
    ALTERNATIVE_CHANGED = "C828", "an alternative signature of events changed",
        both(breaking("receivers that chose it refuse every event")), both(rust::FOLLOWS), "";
    DELIVERY_ADDED = "C829", "the API sends events", both(additive("there is more to receive")),
        both(additive("there is a module `webhooks`")), "";
    DELIVERY_REMOVED = "C830", "the API sends no events any more",
        both(breaking("receivers wait for it in vain")),
        both(breaking("the module `webhooks` was removed")), "";
    LINK_ADDED = "C840", "a link for people was added", both(additive("there is another link")),
        both(rust::LINK_NEW), "";
    LINK_REMOVED = "C841", "a link for people was removed", both(breaking("existing links may lead nowhere")),
        both(rust::LINK_GONE), "";
    LINK_TEMPLATE_CHANGED = "C842", "the template of a link changed",
        both(breaking("existing links may lead nowhere")), both(rust::FOLLOWS), "";
    LINK_OPTIONAL_ADDED = "C843", "an optional parameter of a link was added",
        both(additive("nobody has to use it")), both(rust::LINK_NEW), "";
    LINK_REQUIRED_ADDED = "C844", "a required parameter of a link was added",
        both(breaking("links without it lead nowhere")), both(rust::LINK_OTHER), "";
    LINK_PARAMETER_REMOVED = "C845", "a parameter of a link was removed",
        both(breaking("links with it do not do what they did")), both(rust::LINK_GONE), "";
    LINK_NOW_REQUIRED = "C846", "a parameter of a link became required",
        both(breaking("links without it lead nowhere")), both(rust::LINK_OTHER), "";
    LINK_NOW_OPTIONAL = "C847", "a parameter of a link is no longer required",
        both(additive("links may leave it out")), both(rust::LINK_OTHER), "";
    LINK_VALUES_CHANGED = "C848", "the values of a parameter of a link changed",
        both(breaking("links with the old values may lead nowhere")), both(rust::LINK_OTHER), "";
    LINK_EXAMPLE_CHANGED = "C849", "the example of a parameter of a link changed",
        both(neutral("nobody depends on it")), both(rust::DOCUMENTATION), "";
    LINK_ORDER_CHANGED = "C850", "the order of the required parameters of a link changed", both(UNNOTICED),
        both(breaking("they are arguments of `new`, in this order")),
        "Keep the order: values of the same type are swapped without a word.";
}

pub(super) fn compare(comparison: &mut Comparison<'_>) {
    let (old, new) = (comparison.old, comparison.new);
    let place = "/x-event-delivery";
    match (&old.events, &new.events) {
        (Some(old), Some(new)) => delivery(comparison, old, new),
        (None, Some(_)) => {
            comparison.add(DELIVERY_ADDED, At::new("", place), "the API sends events");
        }
        (Some(_), None) => {
            comparison.add(
                DELIVERY_REMOVED,
                At::new(place, ""),
                "the API sends no events any more",
            );
        }
        (None, None) => {}
    }
    links(comparison, &old.web_links, &new.web_links);
}

fn delivery(comparison: &mut Comparison<'_>, old: &EventDelivery, new: &EventDelivery) {
    let EventDelivery {
        events: old_events,
        envelope,
        signature,
        signature_alternatives,
    } = old;
    let at = At::new("/x-event-delivery", "/x-event-delivery");
    events(comparison, at, old_events, &new.events);
    let envelopes = [said(envelope), said(&new.envelope)];
    comparison.differ(ENVELOPE_CHANGED, at, "envelope", envelopes);
    let rule = match (signature, &new.signature) {
        (None, _) => SIGNATURE_ADDED,
        (_, None) => SIGNATURE_REMOVED,
        _ => SIGNATURE_CHANGED,
    };
    comparison.differ(
        rule,
        at,
        "signature",
        [signature, &new.signature].map(|own| own.as_ref().and_then(said)),
    );
    alternatives(
        comparison,
        at,
        signature_alternatives,
        &new.signature_alternatives,
    );
}

fn alternatives(
    comparison: &mut Comparison<'_>,
    at: At<'_>,
    old: &IndexMap<String, Signature>,
    new: &IndexMap<String, Signature>,
) {
    let only_new = new.keys().filter(|name| !old.contains_key(*name));
    for name in old.keys().chain(only_new) {
        let keyword = pointer::join("/signatureAlternatives", name);
        let pair = [old.get(name), new.get(name)].map(|own| own.and_then(said));
        let rule = match pair {
            [None, _] => ALTERNATIVE_ADDED,
            [_, None] => ALTERNATIVE_REMOVED,
            _ => ALTERNATIVE_CHANGED,
        };
        comparison.differ(rule, at, keyword.trim_start_matches('/'), pair);
    }
}

fn variant(name: &str) -> String {
    format!("webhooks::Event::{}", names::variant_name(name))
}

fn events(
    comparison: &mut Comparison<'_>,
    at: At<'_>,
    old: &IndexMap<String, Event>,
    new: &IndexMap<String, Event>,
) {
    for (name, event) in old {
        let scope = Scope {
            user: Some(format!("event {name}")),
            direction: Direction::RECEIVED,
            in_rust: true,
        };
        comparison.within(scope, |comparison| {
            if let Some(after) = new.get(name) {
                pair(comparison, event, after);
            } else {
                let message = format!("the event `{name}` was removed");
                let found = comparison.add(REMOVED, At::new(&event.pointer, at.new), message);
                found.symbol(variant(name));
            }
        });
    }
    for (name, event) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
        let message = format!("the event `{name}` was added");
        let found = comparison.add(ADDED, At::new(at.old, &event.pointer), message);
        found.symbol(variant(name));
    }
}

fn pair(comparison: &mut Comparison<'_>, old: &Event, new: &Event) {
    let Event {
        pointer,
        summary,
        description,
        payload,
        origin,
    } = old;
    let at = At::new(pointer, &new.pointer);
    comparison.schemas(at, [*payload, new.payload], Direction::RECEIVED);
    texts::summary(comparison, at, [summary.as_ref(), new.summary.as_ref()]);
    texts::description(
        comparison,
        at,
        [description.as_ref(), new.description.as_ref()],
    );
    texts::origin(comparison, at, [origin, &new.origin]);
}

fn links(
    comparison: &mut Comparison<'_>,
    old: &IndexMap<String, WebLink>,
    new: &IndexMap<String, WebLink>,
) {
    let symbol = |name: &str| format!("links::{}", names::type_name(name));
    for (name, link) in old {
        if let Some(after) = new.get(name) {
            self::link(comparison, link, after, &symbol(name));
        } else {
            let message = format!("the link `{name}` was removed");
            let found = comparison.add(LINK_REMOVED, At::new(&link.pointer, "/x-links"), message);
            found.symbol(symbol(name));
        }
    }
    for (name, link) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
        let message = format!("the link `{name}` was added");
        let found = comparison.add(LINK_ADDED, At::new("/x-links", &link.pointer), message);
        found.symbol(symbol(name));
    }
}

fn link(comparison: &mut Comparison<'_>, old: &WebLink, new: &WebLink, symbol: &str) {
    let WebLink {
        pointer,
        summary,
        description,
        template,
        parameters,
        origin,
    } = old;
    let at = At::new(pointer, &new.pointer);
    let templates = [Some(template), Some(&new.template)];
    if let Some(found) = comparison.differ(LINK_TEMPLATE_CHANGED, at, "template", templates) {
        found.symbol(symbol);
    }
    for (name, parameter) in parameters {
        let old_at = entry(at.old, "parameters", name);
        if let Some(after) = new.parameters.get(name) {
            let new_at = entry(at.new, "parameters", name);
            self::parameter(
                comparison,
                At::new(&old_at, &new_at),
                parameter,
                after,
                symbol,
            );
        } else {
            let message = format!("the parameter `{name}` was removed");
            let at = At::new(&old_at, at.new);
            comparison
                .add(LINK_PARAMETER_REMOVED, at, message)
                .symbol(symbol);
        }
    }
    for (name, parameter) in &new.parameters {
        if !parameters.contains_key(name) {
            let (rule, needs) = if parameter.required {
                (LINK_REQUIRED_ADDED, "required")
            } else {
                (LINK_OPTIONAL_ADDED, "optional")
            };
            let message = format!("the {needs} parameter `{name}` was added");
            let new_at = entry(at.new, "parameters", name);
            comparison
                .add(rule, At::new(at.old, &new_at), message)
                .symbol(symbol);
        }
    }
    order(comparison, at, parameters, &new.parameters, symbol);
    texts::summary(comparison, at, [summary.as_ref(), new.summary.as_ref()]);
    texts::description(
        comparison,
        at,
        [description.as_ref(), new.description.as_ref()],
    );
    texts::origin(comparison, at, [origin, &new.origin]);
}

/// Compares the order of the parameters that both links require.
fn order(
    comparison: &mut Comparison<'_>,
    at: At<'_>,
    old: &IndexMap<String, WebLinkParameter>,
    new: &IndexMap<String, WebLinkParameter>,
    symbol: &str,
) {
    let is_required = |parameters: &IndexMap<String, WebLinkParameter>, name: &str| {
        parameters
            .get(name)
            .is_some_and(|parameter| parameter.required)
    };
    let in_both = |name: &&String| is_required(old, name) && is_required(new, name);
    let [before, after] = [old, new].map(|parameters| {
        let names: Vec<&str> = parameters
            .keys()
            .filter(in_both)
            .map(String::as_str)
            .collect();
        names.join(", ")
    });
    if before != after {
        let message = format!("the required parameters were `{before}`, and are `{after}`");
        let (old_at, new_at) = super::under(at, "parameters", true, true);
        let found = comparison.add(LINK_ORDER_CHANGED, At::new(&old_at, &new_at), message);
        found.values(Some(before), Some(after)).symbol(symbol);
    }
}

fn parameter(
    comparison: &mut Comparison<'_>,
    at: At<'_>,
    old: &WebLinkParameter,
    new: &WebLinkParameter,
    symbol: &str,
) {
    let WebLinkParameter {
        description,
        required,
        schema,
        example,
    } = old;
    let rules = [LINK_NOW_REQUIRED, LINK_NOW_OPTIONAL];
    let texts = [
        "the parameter is required",
        "the parameter is no longer required",
    ];
    let required = [*required, new.required];
    let found = [
        comparison
            .flag(rules, at, "required", required, texts)
            .is_some(),
        comparison
            .differ(
                LINK_VALUES_CHANGED,
                at,
                "schema",
                [Some(schema), Some(&new.schema)],
            )
            .is_some(),
    ];
    let changed = found.into_iter().filter(|found| *found).count();
    for found in comparison.found.iter_mut().rev().take(changed) {
        found.symbol(symbol);
    }
    let examples = [example.as_ref(), new.example.as_ref()];
    comparison.differ(LINK_EXAMPLE_CHANGED, at, "example", examples);
    texts::description(
        comparison,
        at,
        [description.as_ref(), new.description.as_ref()],
    );
}
