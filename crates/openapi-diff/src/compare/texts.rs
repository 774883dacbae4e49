//! C9xx: texts, examples, deprecation and provenance: nothing that a program notices, but people do.

use openapi_document::model::{
    Contact, Deprecation, Example, ExternalDocs, Info, License, Operation, Origin, Provenance, Tag,
};
use serde_json::Value;

use super::schemas::about;
use super::{At, Comparison};
use crate::found::{Found, Said};
use crate::pairs::Meeting;
use crate::rule::{Rule, define_rules};
use crate::rust;
use crate::verdict::{UNNOTICED, both, neutral};

define_rules! { Texts;
    DEPRECATED = "C901", "something is deprecated", both(neutral("it keeps working")),
        both(rust::DEPRECATED), "Say since when, why and what to use instead (`x-deprecated`).";
    NOT_DEPRECATED = "C902", "something is no longer deprecated", both(UNNOTICED), both(UNNOTICED), "";
    DEPRECATION_CHANGED = "C903", "the details of a deprecation changed", both(UNNOTICED),
        both(rust::DOCUMENTATION), "";
    TITLE = "C910", "a title changed", both(UNNOTICED), both(rust::DOCUMENTATION), "";
    VERSION = "C911", "the version of the document changed", both(UNNOTICED), both(rust::DOCUMENTATION), "";
    DESCRIPTION = "C912", "a description changed", both(UNNOTICED), both(rust::DOCUMENTATION), "";
    SUMMARY = "C913", "a summary changed", both(UNNOTICED), both(rust::DOCUMENTATION), "";
    EXTERNAL_DOCS = "C914", "the external documentation changed", both(UNNOTICED),
        both(rust::DOCUMENTATION), "";
    CONTACT = "C915", "the contact changed", both(UNNOTICED), both(rust::DOCUMENTATION), "";
    TERMS = "C916", "the licence or the terms of service changed",
        both(neutral("no call changes, but callers should read them")), both(rust::DOCUMENTATION), "";
    TAG_ADDED = "C917", "a tag was added", both(UNNOTICED), both(rust::DOCUMENTATION), "";
    TAG_REMOVED = "C918", "a tag was removed", both(UNNOTICED), both(rust::DOCUMENTATION), "";
    EXAMPLES = "C919", "the examples changed", both(UNNOTICED), both(rust::DOCUMENTATION), "";
    MEANINGS = "C920", "the description of a value of an enum changed", both(UNNOTICED),
        both(rust::DOCUMENTATION), "";
    OPERATION_DOCUMENTED = "C930", "an inferred operation became documented", both(UNNOTICED),
        both(rust::METHOD_DOCUMENTED), "";
    OPERATION_INFERRED = "C931", "a documented operation became inferred", both(UNNOTICED),
        both(rust::METHOD_INFERRED), "";
    PROVENANCE = "C932", "the provenance of a statement changed", both(UNNOTICED),
        both(rust::DOCUMENTATION), "";
    SOURCES = "C933", "the source or the basis of a statement changed", both(UNNOTICED),
        both(rust::DOCUMENTATION), "";
}

type Pair<'t, T> = [Option<&'t T>; 2];

/// A text in which white space plays no role.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Compares two texts but for their white space.
pub(super) fn text(
    comparison: &mut Comparison<'_>,
    rule: &'static Rule,
    at: At<'_>,
    keyword: &str,
    texts: [Option<&str>; 2],
) {
    let [old, new] = texts.map(|text| text.map(plain));
    if old == new {
        return;
    }
    let (old_at, new_at) = match keyword {
        "" => (at.old.to_owned(), at.new.to_owned()),
        keyword => super::under(at, keyword, old.is_some(), new.is_some()),
    };
    let found = comparison.add(rule, At::new(&old_at, &new_at), rule.what);
    found.values(old, new);
}

pub(super) fn description(comparison: &mut Comparison<'_>, at: At<'_>, texts: Pair<'_, String>) {
    let texts = texts.map(|text| text.map(String::as_str));
    text(comparison, DESCRIPTION, at, "description", texts);
}

pub(super) fn summary(comparison: &mut Comparison<'_>, at: At<'_>, texts: Pair<'_, String>) {
    let texts = texts.map(|text| text.map(String::as_str));
    text(comparison, SUMMARY, at, "summary", texts);
}

fn shown_docs(docs: &ExternalDocs) -> String {
    let ExternalDocs { url, description } = docs;
    match description {
        Some(text) => format!("{url} ({})", plain(text)),
        None => url.clone(),
    }
}

fn external_docs(comparison: &mut Comparison<'_>, at: At<'_>, docs: Pair<'_, ExternalDocs>) {
    comparison.differ(
        EXTERNAL_DOCS,
        at,
        "externalDocs",
        docs.map(|docs| docs.map(shown_docs)),
    );
}

pub(super) fn info(comparison: &mut Comparison<'_>, old: &Info, new: &Info) {
    let Info {
        title,
        version,
        description: about,
        terms_of_service,
        contact,
        license,
        external_docs: docs,
    } = old;
    let at = At::new("/info", "/info");
    text(
        comparison,
        TITLE,
        at,
        "title",
        [Some(title), Some(&new.title)],
    );
    comparison.differ(VERSION, at, "version", [Some(version), Some(&new.version)]);
    description(comparison, at, [about.as_ref(), new.description.as_ref()]);
    let terms = [terms_of_service.as_ref(), new.terms_of_service.as_ref()];
    comparison.differ(TERMS, at, "termsOfService", terms);
    let shown = |contact: &Contact| {
        let Contact { name, url, email } = contact;
        let parts: Vec<&str> = [name, url, email]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        parts.join(", ")
    };
    let contacts = [contact.as_ref().map(shown), new.contact.as_ref().map(shown)];
    comparison.differ(CONTACT, at, "contact", contacts);
    let shown = |license: &License| {
        let License { name, url } = license;
        format!("{name} {}", url.as_deref().unwrap_or_default())
            .trim_end()
            .to_owned()
    };
    let licenses = [license.as_ref().map(shown), new.license.as_ref().map(shown)];
    comparison.differ(TERMS, at, "license", licenses);
    let docs = [docs.as_ref(), new.external_docs.as_ref()];
    external_docs(comparison, At::new("", ""), docs);
}

pub(super) fn tags(comparison: &mut Comparison<'_>, old: &[Tag], new: &[Tag]) {
    for tag in old {
        let Tag {
            name,
            description: about,
            external_docs: docs,
            pointer,
        } = tag;
        if let Some(after) = new.iter().find(|other| other.name == *name) {
            let at = At::new(pointer, &after.pointer);
            description(comparison, at, [about.as_ref(), after.description.as_ref()]);
            external_docs(
                comparison,
                at,
                [docs.as_ref(), after.external_docs.as_ref()],
            );
        } else {
            let message = format!("the tag `{name}` was removed");
            comparison.add(TAG_REMOVED, At::new(pointer, "/tags"), message);
        }
    }
    for tag in new {
        if !old.iter().any(|other| other.name == tag.name) {
            let message = format!("the tag `{}` was added", tag.name);
            comparison.add(TAG_ADDED, At::new("/tags", &tag.pointer), message);
        }
    }
}

pub(super) fn operation(
    comparison: &mut Comparison<'_>,
    at: At<'_>,
    old: &Operation,
    new: &Operation,
) {
    summary(comparison, at, [old.summary.as_ref(), new.summary.as_ref()]);
    description(
        comparison,
        at,
        [old.description.as_ref(), new.description.as_ref()],
    );
    external_docs(
        comparison,
        at,
        [old.external_docs.as_ref(), new.external_docs.as_ref()],
    );
    deprecation(
        comparison,
        at,
        [old.deprecation.as_ref(), new.deprecation.as_ref()],
    );
    comparison.lists([TAG_ADDED, TAG_REMOVED], at, "tags", &old.tags, &new.tags);
    let is_inferred = |origin: &Origin| origin.provenance == Some(Provenance::Inferred);
    let inferred = [is_inferred(&old.origin), is_inferred(&new.origin)];
    let texts = [
        "the operation is inferred",
        "the operation is documented by the vendor",
    ];
    let rules = [OPERATION_INFERRED, OPERATION_DOCUMENTED];
    if let Some(found) = comparison.flag(rules, at, "x-provenance", inferred, texts) {
        found.symbol(rust::method(new));
    } else {
        provenance(comparison, at, [&old.origin, &new.origin]);
    }
    sources(comparison, at, [&old.origin, &new.origin]);
}

fn shown_deprecation(deprecation: &Deprecation) -> String {
    let Deprecation {
        since,
        sunset,
        replacement,
        reason,
    } = deprecation;
    let parts = [
        ("since", since),
        ("sunset", sunset),
        ("replacement", replacement),
        ("reason", reason),
    ];
    let parts = parts.into_iter().filter_map(|(name, text)| {
        let text = text.as_ref()?;
        Some(format!("{name}: {}", plain(text)))
    });
    parts.collect::<Vec<_>>().join("; ")
}

fn judge_deprecation(pair: Pair<'_, Deprecation>) -> Option<(&'static Rule, &'static str)> {
    match pair {
        [None, Some(_)] => Some((DEPRECATED, "it is deprecated")),
        [Some(_), None] => Some((NOT_DEPRECATED, "it is no longer deprecated")),
        [Some(old), Some(new)] if shown_deprecation(old) != shown_deprecation(new) => {
            Some((DEPRECATION_CHANGED, DEPRECATION_CHANGED.what))
        }
        _ => None,
    }
}

pub(super) fn deprecation(
    comparison: &mut Comparison<'_>,
    at: At<'_>,
    pair: Pair<'_, Deprecation>,
) {
    let Some((rule, message)) = judge_deprecation(pair) else {
        return;
    };
    let (old_at, new_at) = super::under(at, "deprecated", pair[0].is_some(), pair[1].is_some());
    let found = comparison.add(rule, At::new(&old_at, &new_at), message);
    let [old, new] = pair.map(|one| one.map(shown_deprecation));
    found.values(old, new);
}

/// Examples are compared as a set: what their order and names say is for people.
pub(super) fn examples(
    comparison: &mut Comparison<'_>,
    at: At<'_>,
    [old, new]: [&Vec<Example>; 2],
) {
    let told = |examples: &[Example]| {
        let mut told: Vec<String> = examples.iter().map(shown_example).collect();
        told.sort();
        told
    };
    if told(old) == told(new) {
        return;
    }
    let place = |holder: &str, examples: &[Example]| {
        examples
            .first()
            .map_or(holder.to_owned(), |first| first.pointer.clone())
    };
    let (old_at, new_at) = (place(at.old, old), place(at.new, new));
    let message = match (old.len(), new.len()) {
        (before, now) if before == now => "the examples changed".to_owned(),
        (before, now) => format!("the examples changed: {before} before, {now} now"),
    };
    comparison.add(EXAMPLES, At::new(&old_at, &new_at), message);
}

fn shown_example(example: &Example) -> String {
    let Example {
        // Where it stands.
        pointer: _,
        name,
        summary,
        description,
        value,
        external_value,
        refusals,
    } = example;
    let texts = [name, summary, description, external_value];
    let texts = texts.map(|text| text.as_deref().map(plain));
    format!("{texts:?} {value:?} {refusals:?}")
}

/// Compares who says something, and what it stands on.
pub(super) fn origin(comparison: &mut Comparison<'_>, at: At<'_>, pair: [&Origin; 2]) {
    provenance(comparison, at, pair);
    sources(comparison, at, pair);
}

fn shown_provenance(origin: &Origin) -> Option<&'static str> {
    origin.provenance.map(|provenance| match provenance {
        Provenance::Documented => "documented",
        Provenance::Inferred => "inferred",
    })
}

fn shown_sources(origin: &Origin) -> Option<String> {
    let Origin {
        provenance: _,
        sources,
        basis,
    } = origin;
    let parts: Vec<&str> = sources.iter().chain(basis).map(String::as_str).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn provenance(comparison: &mut Comparison<'_>, at: At<'_>, pair: [&Origin; 2]) {
    comparison.differ(PROVENANCE, at, "x-provenance", pair.map(shown_provenance));
}

fn sources(comparison: &mut Comparison<'_>, at: At<'_>, pair: [&Origin; 2]) {
    comparison.differ(SOURCES, at, "x-source", pair.map(shown_sources));
}

/// Compares the texts of two schemas.
pub(super) fn schema(meeting: &mut Meeting<'_, '_>) {
    said_text(
        meeting,
        TITLE,
        "title",
        meeting.old.title,
        meeting.new.title,
    );
    said_text(
        meeting,
        DESCRIPTION,
        "description",
        meeting.old.description,
        meeting.new.description,
    );
    let (old, new) = (meeting.old.external_docs, meeting.new.external_docs);
    said(
        meeting,
        EXTERNAL_DOCS,
        "externalDocs",
        [old.as_ref(), new.as_ref()],
        |docs| shown_docs(docs),
    );
    meanings(meeting);
    let (old, new) = (meeting.old.examples, meeting.new.examples);
    said(
        meeting,
        EXAMPLES,
        "example",
        [old.as_ref(), new.as_ref()],
        |values| shown_values(values),
    );
    let (old, new) = (meeting.old.deprecation, meeting.new.deprecation);
    let pair = [old.map(|said| said.value), new.map(|said| said.value)];
    if let Some((rule, message)) = judge_deprecation(pair) {
        let mut found = about(
            meeting,
            rule,
            "deprecated",
            old.as_ref(),
            new.as_ref(),
            message,
        );
        found.values(
            pair[0].map(shown_deprecation),
            pair[1].map(shown_deprecation),
        );
        meeting.add(found);
    }
    schema_origin(meeting);
}

fn schema_origin(meeting: &mut Meeting<'_, '_>) {
    let (old, new) = (meeting.old.origin, meeting.new.origin);
    let values = |show: fn(&Origin) -> Option<String>| {
        [old, new].map(|said| said.and_then(|said| show(said.value)))
    };
    let kinds = values(|origin| shown_provenance(origin).map(str::to_owned));
    let sources = values(shown_sources);
    for (rule, keyword, [before, after]) in [
        (PROVENANCE, "x-provenance", kinds),
        (SOURCES, "x-source", sources),
    ] {
        if before != after {
            let mut found = about(
                meeting,
                rule,
                keyword,
                old.as_ref(),
                new.as_ref(),
                rule.what,
            );
            found.values(before, after);
            meeting.add(found);
        }
    }
}

fn shown_values(values: &[Value]) -> String {
    let values: Vec<String> = values.iter().map(Value::to_string).collect();
    values.join(", ")
}

fn said_text(
    meeting: &mut Meeting<'_, '_>,
    rule: &'static Rule,
    keyword: &str,
    old: Option<Said<'_, &str>>,
    new: Option<Said<'_, &str>>,
) {
    said(
        meeting,
        rule,
        keyword,
        [old.as_ref(), new.as_ref()],
        |text| plain(text),
    );
}

fn said<T>(
    meeting: &mut Meeting<'_, '_>,
    rule: &'static Rule,
    keyword: &str,
    [old, new]: [Option<&Said<'_, T>>; 2],
    show: impl Fn(&T) -> String,
) {
    let shown = |said: Option<&Said<'_, T>>| said.map(|said| show(&said.value));
    let (before, after) = (shown(old), shown(new));
    if before == after {
        return;
    }
    let mut found: Found = about(meeting, rule, keyword, old, new, rule.what);
    found.values(before, after);
    meeting.add(found);
}

fn meanings(meeting: &mut Meeting<'_, '_>) {
    let (old, new) = (
        meeting.old.value_descriptions.clone(),
        meeting.new.value_descriptions.clone(),
    );
    let only_new = new.keys().filter(|value| !old.contains_key(*value));
    for value in old.keys().chain(only_new) {
        let keyword = openapi_document::pointer::join("x-enum-descriptions", value);
        let (old, new) = (old.get(value).copied(), new.get(value).copied());
        said_text(meeting, MEANINGS, &keyword, old, new);
    }
}
