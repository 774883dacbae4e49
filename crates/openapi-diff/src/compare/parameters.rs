//! C2xx: parameters.

use openapi_document::model::{
    Filter, FilterBound, Location, Operation, Parameter, PathTemplate, Used,
};

use super::{At, Comparison, bodies, texts};
use crate::joined::Joined;
use crate::rule::define_rules;
use crate::rust;
use crate::verdict::{UNNOTICED, Ways, additive, both, breaking, neutral, ways};

/// How a value is written in a request is nothing that Rust users see.
const WRITTEN: Ways = both(breaking("the server reads the value in another way"));

define_rules! { Parameters;
    OPTIONAL_ADDED = "C201", "an optional parameter was added", both(additive("nobody has to use it")),
        both(rust::SETTER_NEW), "";
    REQUIRED_ADDED = "C202", "a required parameter was added",
        ways(breaking("callers that do not send it are refused"), UNNOTICED), both(rust::SETTER_NEEDED),
        "Make it optional, or give it a default.";
    DEFAULTED_ADDED = "C203", "a required parameter with a default was added",
        both(additive("where it is left out, the default counts")), both(rust::SETTER_NEEDED), "";
    REMOVED = "C204", "a parameter was removed",
        both(breaking("callers that send it are refused, or do not get what they ask for")),
        both(rust::SETTER_GONE), "Deprecate it first.";
    NOW_REQUIRED = "C205", "a parameter became required",
        ways(breaking("callers that leave it out are refused"), UNNOTICED), both(rust::SETTER_NEEDED),
        "Leave it optional, or give it a default.";
    NOW_OPTIONAL = "C206", "a parameter is no longer required",
        ways(additive("callers may leave it out"), breaking("it may be missing")),
        both(rust::SETTER_OPTIONAL), "";
    MOVED = "C207", "the place of a parameter changed", both(breaking("the server looks for it elsewhere")),
        both(rust::FOLLOWS), "";
    RENAMED_IN_PATH = "C208", "the name of a path parameter changed",
        both(neutral("the path is the same")), both(rust::SETTER_RENAMED),
        "Keep the name: the setter is named after it.";
    STYLE_CHANGED = "C209", "the style of a parameter changed", WRITTEN, both(rust::FOLLOWS), "";
    EXPLODE_CHANGED = "C210", "`explode` of a parameter changed", WRITTEN,
        both(rust::FOLLOWS), "";
    RESERVED_ALLOWED = "C211", "reserved characters of a parameter are sent as they are", WRITTEN,
        both(rust::FOLLOWS), "";
    RESERVED_ESCAPED = "C212", "reserved characters of a parameter are escaped", WRITTEN,
        both(rust::FOLLOWS), "";
    EMPTY_ALLOWED = "C213", "a parameter may be sent without a value",
        both(additive("callers may send it without a value")), both(rust::FOLLOWS), "";
    EMPTY_FORBIDDEN = "C214", "a parameter may no longer be sent without a value",
        ways(breaking("callers that send it without a value are refused"), UNNOTICED),
        both(rust::FOLLOWS), "";
    CONTENT_ADDED = "C215", "the `content` of a parameter was added", WRITTEN,
        both(rust::SETTER_KIND), "";
    CONTENT_REMOVED = "C216", "the `content` of a parameter was removed", WRITTEN,
        both(rust::SETTER_KIND), "";
    CONTENT_CHANGED = "C217", "the media type of a parameter changed", WRITTEN,
        both(rust::FOLLOWS), "";
    CLIENT_DEFAULT_ADDED = "C218", "a client setting for a parameter was added", both(UNNOTICED),
        both(rust::SETTING_NEW), "";
    CLIENT_DEFAULT_REMOVED = "C219", "the client setting for a parameter was removed",
        both(UNNOTICED), both(rust::SETTING_GONE), "";
    CLIENT_DEFAULT_CHANGED = "C220", "the name of a client setting changed", both(UNNOTICED),
        both(rust::SETTING_GONE), "";
    FILTER_CHANGED = "C221", "the filter of a parameter changed",
        both(breaking("callers get other items than before")), both(rust::FOLLOWS), "";
    FILTER_SAID = "C222", "the filter of a parameter (`x-filters`) was added or removed",
        both(neutral("the API behaves as before")), both(rust::FOLLOWS), "";
}

type Use = Used<Parameter>;

/// Whether two parameters are one by some sign.
type Sign<'s> = dyn Fn(&Use, &Use) -> bool + 's;

pub(super) fn compare(
    comparison: &mut Comparison<'_>,
    at: At<'_>,
    old: &Operation,
    new: &Operation,
) {
    let matches = match_parameters(old, new);
    for (before, after) in old.parameters.iter().zip(&matches) {
        match after {
            Some(after) => pair(comparison, [old, new], before, &new.parameters[*after]),
            None => one_side(comparison, at, old, before, false),
        }
    }
    for (index, parameter) in new.parameters.iter().enumerate() {
        if !matches.contains(&Some(index)) {
            one_side(comparison, at, new, parameter, true);
        }
    }
}

/// For each old parameter the new one: of the same place and name; in a path, of the same position; else of
/// the same name in another place.
fn match_parameters(old: &Operation, new: &Operation) -> Vec<Option<usize>> {
    let mut matches = vec![None; old.parameters.len()];
    let same_path = old.path.shape() == new.path.shape();
    let signs: [&Sign<'_>; 3] = [
        &|one, other| one.location == other.location && same_name(one, other),
        &|one, other| {
            let (before, after) = (position(&old.path, one), position(&new.path, other));
            same_path && before.is_some() && before == after
        },
        &|one, other| one.name == other.name,
    ];
    for is_same in signs {
        for (index, before) in old.parameters.iter().enumerate() {
            if matches[index].is_some() {
                continue;
            }
            let mut numbers = 0..new.parameters.len();
            matches[index] = numbers.find(|number| {
                !matches.contains(&Some(*number)) && is_same(before, &new.parameters[*number])
            });
        }
    }
    matches
}

/// The names of headers have no case.
fn same_name(one: &Parameter, other: &Parameter) -> bool {
    match one.location {
        Location::Header => one.name.eq_ignore_ascii_case(&other.name),
        _ => one.name == other.name,
    }
}

fn position(path: &PathTemplate, parameter: &Parameter) -> Option<usize> {
    if parameter.location != Location::Path {
        return None;
    }
    path.parameters().position(|name| name == parameter.name)
}

fn one_side(
    comparison: &mut Comparison<'_>,
    at: At<'_>,
    operation: &Operation,
    parameter: &Use,
    is_new: bool,
) {
    let schemas = if is_new {
        &comparison.new.schemas
    } else {
        &comparison.old.schemas
    };
    let default = parameter
        .schema
        .and_then(|id| Joined::of(schemas, &[id]).default);
    let rule = match (is_new, parameter.required, default.is_some()) {
        (false, _, _) => REMOVED,
        (true, false, _) => OPTIONAL_ADDED,
        (true, true, false) => REQUIRED_ADDED,
        (true, true, true) => DEFAULTED_ADDED,
    };
    let needs = if parameter.required {
        "required"
    } else {
        "optional"
    };
    let warned = match parameter.deprecation {
        None if !is_new => "; it was not deprecated before",
        _ => "",
    };
    let is = if is_new { "was added" } else { "was removed" };
    let message = format!(
        "the {needs} {} parameter `{}` {is}{warned}",
        parameter.location, parameter.name
    );
    let at = if is_new {
        At::new(at.old, &parameter.at)
    } else {
        At::new(&parameter.at, at.new)
    };
    let symbol = rust::setter(operation, &parameter.name);
    comparison.add(rule, at, message).symbol(symbol);
}

/// Compares two parameters. The fields are named one by one, so that a new one is not forgotten.
fn pair(comparison: &mut Comparison<'_>, operations: [&Operation; 2], old: &Use, new: &Use) {
    let Used {
        // Where it is used; what has changed stands at its definition.
        at: _,
        definition,
    } = old;
    let Parameter {
        pointer,
        name: _,
        location: _,
        description,
        required: _,
        deprecation,
        style: _,
        explode: _,
        allow_reserved: _,
        allow_empty: _,
        schema,
        media_type,
        examples,
        client_default: _,
        filter,
        origin,
    } = &**definition;
    let at = At::new(pointer, &new.pointer);
    let direction = comparison.scope.direction;
    place(comparison, at, operations, old, new);
    need(comparison, at, operations[1], old, new);
    writing(comparison, at, operations[1], old, new);
    let has_media = media_type.is_some() && new.media_type.is_some();
    if !has_media {
        comparison.schemas(at, [*schema, new.schema], direction);
    }
    let media = [media_type.as_ref(), new.media_type.as_ref()];
    let content = [CONTENT_ADDED, CONTENT_REMOVED, CONTENT_CHANGED];
    bodies::content(comparison, at, media, content, direction);
    client_default(comparison, at, old, new);
    filters(comparison, at, [filter.as_ref(), new.filter.as_ref()]);
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

fn place(
    comparison: &mut Comparison<'_>,
    at: At<'_>,
    [old_operation, new_operation]: [&Operation; 2],
    old: &Use,
    new: &Use,
) {
    let setters = [
        rust::setter(old_operation, &old.name),
        rust::setter(new_operation, &new.name),
    ];
    if old.location != new.location {
        let message = format!(
            "the parameter `{}` was sent in the {}, and is in the {}",
            new.name, old.location, new.location
        );
        let (old_at, new_at) = super::under(at, "in", true, true);
        let found = comparison.add(MOVED, At::new(&old_at, &new_at), message);
        found
            .values(Some(old.location), Some(new.location))
            .symbols(setters.clone());
    }
    if !same_name(old, new) {
        let message = format!(
            "the path parameter `{}` is now called `{}`",
            old.name, new.name
        );
        let (old_at, new_at) = super::under(at, "name", true, true);
        let found = comparison.add(RENAMED_IN_PATH, At::new(&old_at, &new_at), message);
        found
            .values(Some(&old.name), Some(&new.name))
            .symbols(setters);
    }
}

fn need(comparison: &mut Comparison<'_>, at: At<'_>, operation: &Operation, old: &Use, new: &Use) {
    let name = &new.name;
    let texts = [
        format!("the parameter `{name}` is required"),
        format!("the parameter `{name}` is no longer required"),
    ];
    let rules = [NOW_REQUIRED, NOW_OPTIONAL];
    let required = [old.required, new.required];
    let symbol = rust::setter(operation, name);
    if let Some(found) = comparison.flag(rules, at, "required", required, [&texts[0], &texts[1]]) {
        found.symbol(symbol);
    }
}

fn writing(
    comparison: &mut Comparison<'_>,
    at: At<'_>,
    operation: &Operation,
    old: &Use,
    new: &Use,
) {
    let symbol = rust::setter(operation, &new.name);
    let note = |found: Option<&mut crate::found::Found>| {
        if let Some(found) = found {
            found.symbol(symbol.clone());
        }
    };
    if old.location == new.location {
        note(comparison.differ(
            STYLE_CHANGED,
            at,
            "style",
            [Some(old.style), Some(new.style)],
        ));
        let explode = [Some(old.explode), Some(new.explode)];
        if old.style == new.style {
            note(comparison.differ(EXPLODE_CHANGED, at, "explode", explode));
        }
    }
    let flags = [
        (
            [RESERVED_ALLOWED, RESERVED_ESCAPED],
            "allowReserved",
            [old.allow_reserved, new.allow_reserved],
            [
                "reserved characters are sent as they are",
                "reserved characters are escaped",
            ],
        ),
        (
            [EMPTY_ALLOWED, EMPTY_FORBIDDEN],
            "allowEmptyValue",
            [old.allow_empty, new.allow_empty],
            [
                "it may be sent without a value",
                "it may no longer be sent without a value",
            ],
        ),
    ];
    for (rules, keyword, values, texts) in flags {
        note(comparison.flag(rules, at, keyword, values, texts));
    }
}

fn client_default(comparison: &mut Comparison<'_>, at: At<'_>, old: &Use, new: &Use) {
    let values = [old.client_default.as_ref(), new.client_default.as_ref()];
    let rule = match values {
        [None, _] => CLIENT_DEFAULT_ADDED,
        [_, None] => CLIENT_DEFAULT_REMOVED,
        _ => CLIENT_DEFAULT_CHANGED,
    };
    let symbols: Vec<String> = values
        .into_iter()
        .flatten()
        .map(|name| format!("ClientBuilder::{name}"))
        .collect();
    if let Some(found) = comparison.differ(rule, at, "x-client-default", values) {
        found.symbols(symbols);
    }
}

fn filters(comparison: &mut Comparison<'_>, at: At<'_>, [old, new]: [Option<&Filter>; 2]) {
    if old == new {
        return;
    }
    let rule = if old.is_some() && new.is_some() {
        FILTER_CHANGED
    } else {
        FILTER_SAID
    };
    let shown = |filter: &Filter| {
        let Filter { members, by } = filter;
        let by = match by {
            FilterBound::From => "from",
            FilterBound::To => "to",
        };
        format!("{} {by}", members.join(", "))
    };
    comparison.differ(rule, at, "x-filters", [old.map(shown), new.map(shown)]);
}
