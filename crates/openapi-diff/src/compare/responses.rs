//! C4xx: responses and headers.

use std::sync::Arc;

use indexmap::IndexMap;
use openapi_document::model::{Direction, Header, Operation, Response, StatusKey, Tells, Used};

use super::{At, Comparison, bodies, entry, texts};
use crate::rule::{Rule, define_rules};
use crate::rust;
use crate::verdict::{UNNOTICED, additive, both, breaking, neutral, ways};

define_rules! { Responses;
    SUCCESS_ADDED = "C401", "a success response was added",
        both(additive("callers that treat any 2xx as success keep working")),
        both(rust::FOLLOWS), "";
    SUCCESS_REMOVED = "C402", "a success response was removed",
        both(breaking("callers that expect this status get another one")), both(rust::FOLLOWS), "";
    ERROR_ADDED = "C403", "a response other than success was added",
        both(additive("callers that handle errors by status class keep working")), both(rust::FOLLOWS), "";
    ERROR_REMOVED = "C404", "a response other than success was removed",
        both(neutral("the API no longer responds with it")), both(rust::FOLLOWS), "";
    RESULT_CHANGED = "C405", "the number of different response bodies changed", both(UNNOTICED),
        both(rust::RESULT_TYPE), "Give statuses of success the same body, and errors theirs.";
    BODY_ADDED = "C406", "a response got a body",
        both(additive("there is a body to read")), both(rust::RESULT_TYPE), "";
    BODY_REMOVED = "C407", "a response lost its body",
        both(breaking("callers that read it find nothing")), both(rust::RESULT_TYPE), "";
    MEDIA_TYPE_ADDED = "C408", "a media type of a response was added",
        both(additive("callers may ask for it")), both(rust::BODY_METHOD_NEW), "";
    MEDIA_TYPE_REMOVED = "C409", "a media type of a response was removed",
        both(breaking("callers that accept only this media type get 406, or a body they cannot read")),
        both(rust::BODY_METHOD_GONE), "";
    HEADER_ADDED = "C410", "a response header was added", both(additive("there is more to read")),
        both(rust::FOLLOWS), "";
    HEADER_REMOVED = "C411", "a response header was removed",
        both(breaking("callers that read it find nothing")), both(rust::FOLLOWS), "";
    HEADER_NOW_REQUIRED = "C412", "a response header became required",
        both(neutral("callers can rely on it")), both(rust::FOLLOWS), "";
    HEADER_NOW_OPTIONAL = "C413", "a response header is no longer required",
        both(breaking("callers that rely on it find nothing")), both(rust::FOLLOWS), "";
    HEADER_CONTENT_ADDED = "C414", "the `content` of a response header was added",
        both(breaking("the value is read in another way")), both(rust::FOLLOWS), "";
    HEADER_CONTENT_REMOVED = "C415", "the `content` of a response header was removed",
        both(breaking("the value is read in another way")), both(rust::FOLLOWS), "";
    HEADER_CONTENT_CHANGED = "C416", "the media type of a response header changed",
        both(breaking("the value is read in another way")), both(rust::FOLLOWS), "";
    SUCCESS_OF_MANY_ADDED = "C418", "a success response was added beside several with different bodies",
        both(additive("callers that treat any 2xx as success keep working")),
        both(rust::VARIANT_NEW), "";
    SUCCESS_OF_MANY_REMOVED = "C419", "one of several success responses with different bodies was removed",
        both(breaking("callers that expect this status get another one")), both(rust::VARIANT_GONE), "";
    ERROR_OF_MANY_ADDED = "C420", "an error response was added beside several with different bodies",
        both(additive("callers that handle errors by status class keep working")), both(rust::VARIANT_NEW), "";
    ERROR_OF_MANY_REMOVED = "C421", "one of several error responses with different bodies was removed",
        both(neutral("the API no longer responds with it")), both(rust::VARIANT_GONE), "";
    TELLS_CHANGED = "C417", "the meaning of a header (`x-tells`) changed",
        ways(UNNOTICED, neutral("the API behaves as before")), both(rust::FOLLOWS), "";
}

pub(super) fn compare(
    comparison: &mut Comparison<'_>,
    at: At<'_>,
    old: &Operation,
    new: &Operation,
) {
    let find = |list: &[(StatusKey, Used<Response>)], wanted: StatusKey| {
        list.iter().position(|(key, _)| *key == wanted)
    };
    for (key, response) in &old.responses {
        if let Some(after) = find(&new.responses, *key) {
            pair(comparison, response, &new.responses[after].1, new);
        } else {
            let rules = [
                [SUCCESS_REMOVED, SUCCESS_OF_MANY_REMOVED],
                [ERROR_REMOVED, ERROR_OF_MANY_REMOVED],
            ];
            let at = At::new(&response.at, at.new);
            one_side(comparison, rules, at, *key, "was removed", [old, new]);
        }
    }
    for (key, response) in &new.responses {
        if find(&old.responses, *key).is_none() {
            let at = At::new(at.old, &response.at);
            let rules = [
                [SUCCESS_ADDED, SUCCESS_OF_MANY_ADDED],
                [ERROR_ADDED, ERROR_OF_MANY_ADDED],
            ];
            one_side(comparison, rules, at, *key, "was added", [old, new]);
        }
    }
    results(comparison, at, old, new);
}

/// Where the bodies are several before and after, each status is a variant of an enum: `[[one, many] of
/// success, [one, many] of errors]`.
fn one_side(
    comparison: &mut Comparison<'_>,
    rules: [[&'static Rule; 2]; 2],
    at: At<'_>,
    key: StatusKey,
    is: &str,
    operations: [&Operation; 2],
) {
    let is_redirection = matches!(key, StatusKey::Code(300..400) | StatusKey::Class(3));
    let kind = usize::from(!key.is_success() && !is_redirection);
    let are_many = operations
        .iter()
        .all(|operation| rust::results(operation)[kind].len() > 1);
    let message = format!("the response `{key}` {is}");
    // A redirection is no success to HTTP callers.
    let http = usize::from(!key.is_success());
    let found = comparison.add_received(rules[http][usize::from(are_many)], at, message);
    found.symbol(rust::method(operations[1]));
}

/// One body is returned as it is, several as an enum of them.
fn results(comparison: &mut Comparison<'_>, at: At<'_>, old: &Operation, new: &Operation) {
    let names = ["success", "errors"];
    let sides = rust::results(old)
        .into_iter()
        .zip(rust::results(new))
        .zip(names);
    for ((old_bodies, new_bodies), name) in sides {
        let (before, after) = (old_bodies.len(), new_bodies.len());
        if before.min(2) == after.min(2) {
            continue;
        }
        let message = format!("{name}: {before} different bodies were declared, and {after} are");
        let (old_at, new_at) = super::under(at, "responses", true, true);
        let found = comparison.add_received(RESULT_CHANGED, At::new(&old_at, &new_at), message);
        found
            .values(Some(before), Some(after))
            .symbol(rust::method(new));
    }
}

fn pair(
    comparison: &mut Comparison<'_>,
    old: &Used<Response>,
    new: &Used<Response>,
    operation: &Operation,
) {
    let Response {
        pointer,
        description,
        headers: old_headers,
        content,
        origin,
    } = &**old;
    let at = At::new(pointer, &new.pointer);
    let direction = comparison.scope.direction.reversed();
    match (content.first(), new.content.first()) {
        (None, Some(body)) => {
            let at = At::new(pointer, &body.pointer);
            let found = comparison.add_received(BODY_ADDED, at, "the response has a body");
            found.symbol(rust::method(operation));
        }
        (Some(body), None) => {
            let at = At::new(&body.pointer, &new.pointer);
            let found = comparison.add_received(BODY_REMOVED, at, "the response has no body");
            found.symbol(rust::method(operation));
        }
        _ => {
            let rules = [MEDIA_TYPE_ADDED, MEDIA_TYPE_REMOVED];
            bodies::media_types(comparison, at, [content, &new.content], rules, direction);
        }
    }
    let rules = [HEADER_ADDED, HEADER_REMOVED];
    headers(
        comparison,
        at,
        [old_headers, &new.headers],
        rules,
        direction,
    );
    texts::description(
        comparison,
        at,
        [description.as_ref(), new.description.as_ref()],
    );
    texts::origin(comparison, at, [origin, &new.origin]);
}

type Headers = IndexMap<String, Arc<Header>>;

/// Compares headers, whose names have no case: `[added, removed]`. Clients read them by name, so there is no
/// code for one.
pub(super) fn headers(
    comparison: &mut Comparison<'_>,
    at: At<'_>,
    [old, new]: [&Headers; 2],
    [added, removed]: [&'static Rule; 2],
    direction: Direction,
) {
    let outer = std::mem::replace(&mut comparison.scope.in_rust, false);
    let find = |headers: &Headers, name: &str| -> Option<Arc<Header>> {
        let mut headers = headers.iter();
        let (_, header) = headers.find(|(other, _)| other.eq_ignore_ascii_case(name))?;
        Some(Arc::clone(header))
    };
    for (name, header) in old {
        if let Some(after) = find(new, name) {
            pair_of_headers(comparison, name, header, &after, direction);
        } else {
            let place = entry(at.old, "headers", name);
            let at = At::new(&place, at.new);
            let message = format!("the header `{name}` was removed");
            comparison.add(removed, at, message).direction = direction;
        }
    }
    for name in new.keys().filter(|name| find(old, name).is_none()) {
        let place = entry(at.new, "headers", name);
        let at = At::new(at.old, &place);
        let message = format!("the header `{name}` was added");
        comparison.add(added, at, message).direction = direction;
    }
    comparison.scope.in_rust = outer;
}

fn pair_of_headers(
    comparison: &mut Comparison<'_>,
    name: &str,
    old: &Header,
    new: &Header,
    direction: Direction,
) {
    let Header {
        pointer,
        description,
        required,
        deprecation,
        schema,
        media_type,
        examples,
        tells,
        // Told by who uses it.
        direction: _,
        origin,
    } = old;
    let at = At::new(pointer, &new.pointer);
    let texts = [
        format!("the header `{name}` is always there"),
        format!("the header `{name}` may be missing"),
    ];
    let rules = [HEADER_NOW_REQUIRED, HEADER_NOW_OPTIONAL];
    let required = [*required, new.required];
    if let Some(found) = comparison.flag(rules, at, "required", required, [&texts[0], &texts[1]]) {
        found.direction = direction;
    }
    let media = [media_type.as_ref(), new.media_type.as_ref()];
    if media.iter().any(Option::is_none) {
        comparison.schemas(at, [*schema, new.schema], direction);
    }
    let rules = [
        HEADER_CONTENT_ADDED,
        HEADER_CONTENT_REMOVED,
        HEADER_CONTENT_CHANGED,
    ];
    bodies::content(comparison, at, media, rules, direction);
    let shown = |tells: &Option<Tells>| {
        tells.map(|tells| match tells {
            Tells::Replayed => "replayed",
        })
    };
    comparison.differ(
        TELLS_CHANGED,
        at,
        "x-tells",
        [shown(tells), shown(&new.tells)],
    );
    texts::description(
        comparison,
        at,
        [description.as_ref(), new.description.as_ref()],
    );
    texts::deprecation(
        comparison,
        at,
        [deprecation.as_ref(), new.deprecation.as_ref()],
    );
    texts::examples(comparison, at, [examples, &new.examples]);
    texts::origin(comparison, at, [origin, &new.origin]);
}
