//! C1xx: paths and operations.

use std::collections::HashMap;
use std::hash::Hash;

use openapi_document::model::{Callback, Direction, Marks, Operation, PathTemplate};

use super::{
    At, Comparison, Scope, bodies, parameters, responses, security, servers, settings, texts,
};
use crate::rule::define_rules;
use crate::rust;
use crate::verdict::{UNNOTICED, additive, both, breaking, ways};

define_rules! { Operations;
    ADDED = "C101", "an operation was added", both(additive("there is more to call")), both(rust::METHOD_NEW), "";
    REMOVED = "C102", "a deprecated operation was removed",
        both(breaking("callers get 404 or 405")), both(rust::METHOD_GONE),
        "Remove it after the day that was announced, and not before.";
    REMOVED_UNANNOUNCED = "C103", "an operation was removed that was not deprecated",
        both(breaking("callers get 404 or 405 without a warning")), both(rust::METHOD_GONE),
        "Deprecate it first, with `x-deprecated` saying what to use instead and from when on it is gone.";
    ID_CHANGED = "C104", "an `operationId` changed", both(UNNOTICED), both(rust::METHOD_RENAMED),
        "Keep the `operationId`: methods are named after it.";
    PATH_CHANGED = "C105", "the path of an operation changed",
        both(breaking("requests to the old path get 404")), both(rust::FOLLOWS),
        "Keep the old path beside the new one, deprecated.";
    METHOD_CHANGED = "C106", "the HTTP method of an operation changed",
        both(breaking("requests with the old method get 405")), both(rust::FOLLOWS), "";
    CALLBACK_ADDED = "C107", "a callback was added",
        ways(additive("callers can be called back"), UNNOTICED), both(rust::NO_CODE), "";
    CALLBACK_REMOVED = "C108", "a callback was removed",
        ways(breaking("callers wait for it in vain"), UNNOTICED), both(rust::NO_CODE), "";
    MARKS_CHANGED = "C109", "the query or fragment in the key of a path changed",
        both(breaking("requests reach another operation")), both(rust::FOLLOWS), "";
    CUT_SHORT = "C199", "there is too much to compare", both(breaking("whatever was not compared may break callers")),
        both(breaking("what was not compared may break programs")),
        "Schemas that nest in more than two million ways are compared in part.";
}

pub(super) fn compare(comparison: &mut Comparison<'_>) {
    let (old, new) = (comparison.old, comparison.new);
    all(
        comparison,
        &old.operations,
        &new.operations,
        Direction::SENT,
        "",
    );
}

/// Compares operations that stand beside each other: those of the document, or of a callback.
fn all(
    comparison: &mut Comparison<'_>,
    old: &[Operation],
    new: &[Operation],
    direction: Direction,
    user: &str,
) {
    let matches = match_operations(old, new);
    for (before, after) in old.iter().zip(&matches) {
        match after {
            Some(after) => pair(comparison, before, &new[*after], direction, user),
            None => removed(comparison, before, direction, user),
        }
    }
    for (index, operation) in new.iter().enumerate() {
        if !matches.contains(&Some(index)) {
            added(comparison, operation, direction, user);
        }
    }
}

/// For each old operation the new one: that of the same path and method, whatever its parameters are called,
/// else that of the same `operationId`.
fn match_operations(old: &[Operation], new: &[Operation]) -> Vec<Option<usize>> {
    let mut matches = vec![None; old.len()];
    match_by(&mut matches, old, new, |operation| {
        Some((operation.method, operation.path.clone()))
    });
    match_by(&mut matches, old, new, |operation| {
        let path = &operation.path;
        Some((operation.method, path.shape(), path.marks.clone()))
    });
    match_by(&mut matches, old, new, |operation| operation.id.clone());
    matches
}

fn match_by<K: Eq + Hash>(
    matches: &mut [Option<usize>],
    old: &[Operation],
    new: &[Operation],
    key: impl Fn(&Operation) -> Option<K>,
) {
    let mut free: HashMap<K, usize> = HashMap::new();
    for (index, operation) in new.iter().enumerate() {
        if !matches.contains(&Some(index))
            && let Some(key) = key(operation)
        {
            free.entry(key).or_insert(index);
        }
    }
    for (operation, matched) in old.iter().zip(matches) {
        if matched.is_none() {
            *matched = key(operation).and_then(|key| free.remove(&key));
        }
    }
}

fn scope(operation: &Operation, direction: Direction, user: &str) -> Scope {
    let in_callback = !user.is_empty();
    let user = if in_callback {
        user.to_owned()
    } else {
        operation.key()
    };
    Scope {
        user: Some(user),
        direction,
        in_rust: !in_callback,
    }
}

fn added(comparison: &mut Comparison<'_>, operation: &Operation, direction: Direction, user: &str) {
    comparison.within(scope(operation, direction, user), |comparison| {
        let message = format!("`{}` was added", operation.key());
        let found = comparison.add(ADDED, At::new("/paths", &operation.pointer), message);
        found.symbol(rust::method(operation));
    });
}

fn removed(
    comparison: &mut Comparison<'_>,
    operation: &Operation,
    direction: Direction,
    user: &str,
) {
    comparison.within(scope(operation, direction, user), |comparison| {
        let (rule, text) = match operation.deprecation {
            Some(_) => (REMOVED, "is gone; it was deprecated"),
            None => (REMOVED_UNANNOUNCED, "is gone; it was not deprecated before"),
        };
        let message = format!("`{}` {text}", operation.key());
        let found = comparison.add(rule, At::new(&operation.pointer, "/paths"), message);
        found.symbol(rust::method(operation));
    });
}

fn pair(
    comparison: &mut Comparison<'_>,
    old: &Operation,
    new: &Operation,
    direction: Direction,
    user: &str,
) {
    comparison.within(scope(new, direction, user), |comparison| {
        operation(comparison, old, new);
    });
}

/// Compares two operations. The fields are named one by one, so that a new one is not forgotten.
fn operation(comparison: &mut Comparison<'_>, old: &Operation, new: &Operation) {
    let Operation {
        // Where it stands.
        pointer,
        path: _,
        method: _,
        id: _,
        tags: _,
        summary: _,
        description: _,
        external_docs: _,
        deprecation: _,
        parameters: _,
        body,
        responses: _,
        callbacks: _,
        security: _,
        servers: own_servers,
        required_scopes: _,
        trusted_only: _,
        client_features: _,
        retry: _,
        retry_statuses: _,
        idempotency_key: _,
        pagination: _,
        follow: _,
        serialize_by: _,
        replaces_whole: _,
        copies: _,
        origin: _,
    } = old;
    let at = At::new(pointer, &new.pointer);
    address(comparison, at, old, new);
    parameters::compare(comparison, at, old, new);
    bodies::compare(
        comparison,
        at,
        [old, new],
        [body.as_ref(), new.body.as_ref()],
    );
    responses::compare(comparison, at, old, new);
    callbacks(comparison, at, old, new);
    security::operation(comparison, at, old, new);
    servers::of_operation(comparison, at, own_servers, &new.servers);
    settings::operation(comparison, at, old, new);
    texts::operation(comparison, at, old, new);
}

fn address(comparison: &mut Comparison<'_>, at: At<'_>, old: &Operation, new: &Operation) {
    if rust::method(old) != rust::method(new) {
        let names = [old.id.as_ref(), new.id.as_ref()];
        if let Some(found) = comparison.differ(ID_CHANGED, at, "operationId", names) {
            found.symbol(rust::method(old)).symbol(rust::method(new));
        }
    }
    let PathTemplate {
        text: _,
        // Their texts, and the names of parameters, by `parameters`.
        segments: _,
        marks,
    } = &old.path;
    if old.path.shape() != new.path.shape() {
        let paths = [Some(&old.path.text), Some(&new.path.text)];
        let message = format!(
            "the path was `{}`, and is `{}`",
            old.path.text, new.path.text
        );
        let [before, after] = paths;
        comparison
            .add(PATH_CHANGED, at, message)
            .values(before, after);
    }
    let Marks {
        query: _,
        fragment: _,
    } = marks;
    if *marks != new.path.marks {
        let message = format!("the path was `{}`, and is `{}`", old.path, new.path);
        let found = comparison.add(MARKS_CHANGED, at, message);
        found.values(Some(&old.path), Some(&new.path));
    }
    if old.method != new.method {
        let message = format!("the method was {}, and is {}", old.method, new.method);
        let found = comparison.add(METHOD_CHANGED, at, message);
        found.values(Some(old.method), Some(new.method));
    }
}

fn callbacks(comparison: &mut Comparison<'_>, at: At<'_>, old: &Operation, new: &Operation) {
    let same = |one: &&Callback, other: &Callback| {
        one.name == other.name && one.expression == other.expression
    };
    for callback in &old.callbacks {
        let Callback {
            name,
            expression,
            operations,
        } = callback;
        if let Some(after) = new.callbacks.iter().find(|other| same(other, callback)) {
            let direction = comparison.scope.direction.reversed();
            all(
                comparison,
                operations,
                &after.operations,
                direction,
                &new.key(),
            );
        } else {
            let message = format!("the callback `{name}` to `{expression}` was removed");
            let place = super::entry(at.old, "callbacks", name);
            comparison.add(CALLBACK_REMOVED, At::new(&place, at.new), message);
        }
    }
    for callback in &new.callbacks {
        if !old.callbacks.iter().any(|other| same(&other, callback)) {
            let Callback {
                name, expression, ..
            } = callback;
            let message = format!("the callback `{name}` to `{expression}` was added");
            let place = super::entry(at.new, "callbacks", name);
            comparison.add(CALLBACK_ADDED, At::new(at.old, &place), message);
        }
    }
}

pub(crate) fn cut_short() -> crate::found::Found {
    crate::found::Found::new(
        CUT_SHORT,
        "",
        "",
        "the schemas nest in too many ways: not all of them were compared",
    )
}
