//! C80x: servers and environments.

use openapi_document::lint::names;
use openapi_document::model::{Server, ServerVariable};

use super::{At, Comparison, entry, texts};
use crate::rule::define_rules;
use crate::rust;
use crate::verdict::{UNNOTICED, additive, both, breaking};

define_rules! { Servers;
    ADDED = "C801", "a server was added", both(additive("there is another place to call")),
        both(rust::ENVIRONMENT_NEW), "";
    REMOVED = "C802", "a server was removed", both(breaking("calls to it fail")),
        both(rust::ENVIRONMENT_GONE), "";
    URL_CHANGED = "C803", "the URL of a server changed", both(breaking("calls to the old one fail")),
        both(rust::FOLLOWS), "";
    ENVIRONMENT_CHANGED = "C804", "the name of an environment changed", both(UNNOTICED),
        both(rust::ENVIRONMENT_GONE), "";
    FIRST_CHANGED = "C805", "the first server changed", both(breaking("callers that use the first server call another one")),
        both(breaking("a client without an environment calls another server")), "";
    VARIABLE_ADDED = "C806", "a variable of a server was added", both(additive("its default works")),
        both(rust::FOLLOWS), "";
    VARIABLE_REMOVED = "C807", "a variable of a server was removed",
        both(breaking("callers that set it call another server")), both(rust::SETTING_GONE), "";
    VARIABLE_DEFAULT_CHANGED = "C808", "the default of a server variable changed",
        both(breaking("callers that do not set it call another server")), both(rust::FOLLOWS), "";
    VARIABLE_VALUE_ADDED = "C809", "a value of a variable of a server was added",
        both(additive("callers may choose it")), both(rust::ENVIRONMENT_NEW), "";
    VARIABLE_VALUE_REMOVED = "C810", "a value of a variable of a server was removed",
        both(breaking("callers that choose it fail")), both(rust::ENVIRONMENT_GONE), "";
    OWN_ADDED = "C811", "an operation got servers of its own", both(breaking("calls to the others fail")),
        both(rust::FOLLOWS), "";
    OWN_REMOVED = "C812", "an operation lost its own servers",
        both(breaking("calls to them fail")), both(rust::FOLLOWS), "";
}

/// Compares the servers of an operation, which replace those of the document.
pub(super) fn of_operation(
    comparison: &mut Comparison<'_>,
    at: At<'_>,
    old: &[Server],
    new: &[Server],
) {
    if old.is_empty() == new.is_empty() {
        compare(comparison, at, old, new);
        return;
    }
    let (rule, message, servers) = if old.is_empty() {
        (OWN_ADDED, "it has servers of its own", new)
    } else {
        (OWN_REMOVED, "it has no servers of its own any more", old)
    };
    let place = servers.first().map_or("", |server| &server.pointer);
    let at = if old.is_empty() {
        At::new(at.old, place)
    } else {
        At::new(place, at.new)
    };
    comparison.add(rule, at, message);
}

/// Compares servers: of the same environment, of the same URL, else in their order.
pub(super) fn compare(comparison: &mut Comparison<'_>, at: At<'_>, old: &[Server], new: &[Server]) {
    let matches = match_servers(old, new);
    for (before, after) in old.iter().zip(&matches) {
        if let Some(after) = after {
            pair(comparison, before, &new[*after]);
        } else {
            let message = format!("the server `{}` was removed", before.url);
            let found = comparison.add(REMOVED, At::new(&before.pointer, at.new), message);
            found.symbols(variant(before));
        }
    }
    for (index, server) in new.iter().enumerate() {
        if !matches.contains(&Some(index)) {
            let message = format!("the server `{}` was added", server.url);
            let found = comparison.add(ADDED, At::new(at.old, &server.pointer), message);
            found.symbols(variant(server));
        }
    }
    if let ([old, ..], [new, ..], [Some(first), ..]) = (old, new, matches.as_slice())
        && *first != 0
    {
        let message = format!("the first server was `{}`, and is `{}`", old.url, new.url);
        let found = comparison.add(FIRST_CHANGED, At::new(&old.pointer, &new.pointer), message);
        found.values(Some(&old.url), Some(&new.url));
    }
}

fn match_servers(old: &[Server], new: &[Server]) -> Vec<Option<usize>> {
    let mut matches = vec![None; old.len()];
    let signs: [fn(&Server, &Server) -> bool; 3] = [
        |one, other| one.environment.is_some() && one.environment == other.environment,
        |one, other| one.url == other.url,
        |one, other| one.environment.is_none() && other.environment.is_none(),
    ];
    for is_same in signs {
        for (index, before) in old.iter().enumerate() {
            if matches[index].is_none() {
                matches[index] = (0..new.len()).find(|number| {
                    !matches.contains(&Some(*number)) && is_same(before, &new[*number])
                });
            }
        }
    }
    matches
}

fn variant(server: &Server) -> Option<String> {
    let name = server.environment.as_ref()?;
    Some(format!("Environment::{}", names::type_name(name)))
}

fn pair(comparison: &mut Comparison<'_>, old: &Server, new: &Server) {
    let Server {
        pointer,
        url,
        description,
        environment,
        variables,
    } = old;
    let at = At::new(pointer, &new.pointer);
    comparison.differ(URL_CHANGED, at, "url", [Some(url), Some(&new.url)]);
    let environments = [environment.as_ref(), new.environment.as_ref()];
    if let Some(found) = comparison.differ(ENVIRONMENT_CHANGED, at, "x-environment", environments) {
        found.symbols(variant(old)).symbols(variant(new));
    }
    texts::description(
        comparison,
        at,
        [description.as_ref(), new.description.as_ref()],
    );
    for (name, variable) in variables {
        let old_at = entry(at.old, "variables", name);
        if let Some(after) = new.variables.get(name) {
            let new_at = entry(at.new, "variables", name);
            self::variable(comparison, At::new(&old_at, &new_at), variable, after);
        } else {
            let message = format!("the variable `{name}` was removed");
            comparison.add(VARIABLE_REMOVED, At::new(&old_at, at.new), message);
        }
    }
    for name in new
        .variables
        .keys()
        .filter(|name| !variables.contains_key(*name))
    {
        let message = format!("the variable `{name}` was added");
        let new_at = entry(at.new, "variables", name);
        comparison.add(VARIABLE_ADDED, At::new(at.old, &new_at), message);
    }
}

fn variable(
    comparison: &mut Comparison<'_>,
    at: At<'_>,
    old: &ServerVariable,
    new: &ServerVariable,
) {
    let ServerVariable {
        default,
        values,
        description,
    } = old;
    let defaults = [Some(default), Some(&new.default)];
    comparison.differ(VARIABLE_DEFAULT_CHANGED, at, "default", defaults);
    let rules = [VARIABLE_VALUE_ADDED, VARIABLE_VALUE_REMOVED];
    comparison.lists(rules, at, "enum", values, &new.values);
    texts::description(
        comparison,
        at,
        [description.as_ref(), new.description.as_ref()],
    );
}
