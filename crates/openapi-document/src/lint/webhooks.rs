//! L62x: `x-event-delivery`, as far as its parts have to fit each other and the payloads.

use std::collections::HashMap;

use super::names::variant_name;
use super::rule::{Hit, Rule};
use super::shape::{Shape, has_member};
use super::view::{Node, View};
use crate::finding::Severity::{Error, Warning};
use crate::pointer;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "L621",
        name: "webhook-signature-incomplete",
        severity: Error,
        suppressible: false,
        what: "A webhook signature does not say where its timestamp or its parts stand.",
        why: "a receiver could not put together what was signed, and would refuse every delivery",
        check: signature_incomplete,
    },
    Rule {
        code: "L622",
        name: "webhook-timestamp-unsigned",
        severity: Error,
        suppressible: false,
        what: "A webhook signature covers the body alone, but a timestamp or tolerance is given.",
        why: "anybody can change a timestamp that is not signed, so it proves nothing",
        check: timestamp_unsigned,
    },
    Rule {
        code: "L623",
        name: "webhook-unsigned",
        severity: Warning,
        suppressible: true,
        what: "`x-event-delivery` has no `signature`.",
        why: "a receiver cannot tell the API's deliveries from those of anybody else",
        check: unsigned,
    },
    Rule {
        code: "L624",
        name: "webhook-name-missing",
        severity: Error,
        suppressible: false,
        what: "`x-event-delivery` has several events, and does not say where a delivery names its event.",
        why: "a receiver could not tell the events apart",
        check: name_missing,
    },
    Rule {
        code: "L625",
        name: "webhook-member-unknown",
        severity: Error,
        suppressible: false,
        what: "The `envelope` of `x-event-delivery` names a member that a payload does not have.",
        why: "the name, id or time would be looked up in vain",
        check: member_unknown,
    },
    Rule {
        code: "L626",
        name: "webhook-name-mismatch",
        severity: Error,
        suppressible: false,
        what: "The payload of a webhook event lists the names it may carry, and that of the event is not among them.",
        why: "most often the event refers to the payload of another",
        check: name_mismatch,
    },
    Rule {
        code: "L627",
        name: "webhook-event-clash",
        severity: Error,
        suppressible: false,
        what: "Two webhook events have the same name, once written in `UpperCamelCase`.",
        why: "one enum cannot have two variants of one name",
        check: event_clash,
    },
];

fn webhooks<'a>(view: &View<'a>) -> Option<Node<'a>> {
    view.root.child("x-event-delivery")
}

fn events<'a>(view: &View<'a>) -> Vec<(&'a str, Node<'a>)> {
    webhooks(view).map_or_else(Vec::new, |webhooks| webhooks.members("events"))
}

/// The default signature and the alternatives.
fn signatures<'a>(view: &View<'a>) -> Vec<Node<'a>> {
    let Some(webhooks) = webhooks(view) else {
        return Vec::new();
    };
    let alternatives = webhooks.members("signatureAlternatives").into_iter();
    let alternatives = alternatives.map(|(_, signature)| signature);
    webhooks
        .child("signature")
        .into_iter()
        .chain(alternatives)
        .collect()
}

fn signs_timestamp(signature: &Node<'_>) -> bool {
    signature.str("message") == Some("timestamp.body")
}

fn signature_incomplete(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for signature in signatures(view) {
        let has = |key: &str| signature.get(key).is_some();
        let mut hit = |message: &str, help: &str| {
            hits.push(Hit::at(&signature.pointer, message).help(help));
        };
        match (has("timestampHeader"), has("timestampPrefix")) {
            (false, false) if signs_timestamp(&signature) => hit(
                "the signature covers a timestamp, and does not say where it stands",
                "name its header in `timestampHeader`, or the text before it in the signature's own header in `timestampPrefix`",
            ),
            (true, true) => hit(
                "the timestamp stands in two places",
                "keep `timestampHeader` or `timestampPrefix`",
            ),
            (false, true) if !(has("separator") && has("prefix")) => hit(
                "a timestamp in the header of the signature cannot be told from the signature",
                "add the `separator` of the parts, and the `prefix` of the signature",
            ),
            _ => {}
        }
        if has("prefixRequired") && !has("prefix") {
            hit(
                "`prefixRequired` stands beside no `prefix`",
                "write the prefix, or remove `prefixRequired`",
            );
        }
    }
    hits
}

fn timestamp_unsigned(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for signature in signatures(view) {
        if signs_timestamp(&signature) {
            continue;
        }
        let given = ["timestampHeader", "timestampPrefix", "tolerance"];
        let given = given.into_iter().filter_map(|key| signature.child(key));
        hits.extend(given.take(1).map(|node| {
            Hit::at_key(
                &node.pointer,
                "the signature covers the body alone, so a timestamp proves nothing",
            )
            .help("write `message: timestamp.body` if both are signed, or remove this")
        }));
    }
    hits
}

fn unsigned(view: &View<'_>) -> Vec<Hit> {
    let unsigned = webhooks(view)
        .filter(|webhooks| webhooks.get("events").is_some() && webhooks.get("signature").is_none());
    unsigned
        .map(|webhooks| {
            Hit::at_key(
                &webhooks.pointer,
                "nothing proves the origin of these events",
            )
            .help("describe how the API signs deliveries in `signature`")
        })
        .into_iter()
        .collect()
}

/// Where the envelope holds a fact in the body: its pointer, and where that is written.
fn member<'a>(view: &View<'a>, fact: &str) -> Option<(&'a str, String)> {
    let member = webhooks(view)?
        .child("envelope")?
        .child(fact)?
        .child("member")?;
    Some((member.value.as_str()?, member.pointer))
}

fn name_missing(view: &View<'_>) -> Vec<Hit> {
    let named = webhooks(view)
        .and_then(|webhooks| webhooks.child("envelope"))
        .is_some_and(|envelope| envelope.get("name").is_some());
    let events = events(view);
    let Some((_, second)) = events.get(1).filter(|_| !named) else {
        return Vec::new();
    };
    vec![
        Hit::at_key(
            &second.pointer,
            format!("nothing tells the {} events apart", events.len()),
        )
        .help("say where a delivery names its event: `envelope: {name: {member: /event_type}}`, or `{header: X-Event}`"),
    ]
}

fn member_unknown(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (path, place) in ["name", "id", "time"]
        .into_iter()
        .filter_map(|fact| member(view, fact))
    {
        for (name, event) in events(view) {
            let Some(payload) = event.child("payload") else {
                continue;
            };
            if !has_member(view, &payload, path) {
                hits.push(
                    Hit::at(&place, format!("the payload of `{name}` has no member `{path}`"))
                        .related(&payload.pointer, "the payload")
                        .help("write a JSON pointer into the payload, for example `/event_type`, and declare the member in every payload"),
                );
            }
        }
    }
    hits
}

fn name_mismatch(view: &View<'_>) -> Vec<Hit> {
    let Some((path, place)) = member(view, "name") else {
        return Vec::new();
    };
    let mut hits = Vec::new();
    for (name, event) in events(view) {
        let Some(payload) = event.child("payload") else {
            continue;
        };
        let values = values_at(view, &payload, path).unwrap_or_default();
        if !values.is_empty() && !values.contains(&name) {
            let listed: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
            hits.push(
                Hit::at(
                    &payload.pointer,
                    format!("the payload of `{name}` is one of {}", listed.join(", ")),
                )
                .related(&place, "where the name stands")
                .help("refer to the payload of this event, or add the name to the `enum` there"),
            );
        }
    }
    hits
}

/// The values that a member of a schema may have, where they are listed.
fn values_at<'a>(view: &View<'a>, schema: &Node<'a>, path: &str) -> Option<Vec<&'a str>> {
    let mut schema = schema.clone();
    for name in pointer::split(path) {
        schema = Shape::of(view, &schema).properties.get(&*name)?.clone();
    }
    let values = Shape::of(view, &schema).values?;
    Some(
        values
            .into_iter()
            .filter_map(|value| value.as_str())
            .collect(),
    )
}

fn event_clash(view: &View<'_>) -> Vec<Hit> {
    let mut first: HashMap<String, Node<'_>> = HashMap::new();
    let mut hits = Vec::new();
    for (name, event) in events(view) {
        let variant = variant_name(name);
        if let Some(other) = first.get(&variant) {
            hits.push(
                Hit::at_key(
                    &event.pointer,
                    format!("`{name}` becomes the variant `{variant}`, as another event does"),
                )
                .related(&other.pointer, "the other event")
                .help("keep one of them: a variant cannot stand for two names"),
            );
        } else {
            first.insert(variant, event);
        }
    }
    hits
}
