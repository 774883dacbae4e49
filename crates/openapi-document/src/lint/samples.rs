//! Every value a document gives for one of its schemas, examples and defaults, judged by that
//! schema.
//!
//! All schemas of one direction are compiled once, as the members of one big object, and all
//! values are judged in one go; so the cost grows with the document, not with its square.

use std::collections::{BTreeMap, HashMap};

use jsonschema::ValidationError;
use serde_json::{Map, Value, json};

use super::json_schema::{Converter, Direction};
use super::view::{Node, View};
use crate::judge;
use crate::model;
use crate::model::media::is_json;

/// What a value is given as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The example of a body.
    Body,
    /// The example of a parameter or header.
    Parameter,
    /// The `example` of a schema.
    Schema,
    /// The `default` of a schema.
    Default,
    /// A value in the `enum` of a schema.
    Enum,
}

/// A value that does not fit.
pub(super) struct Misfit {
    pub(super) role: Role,
    /// The part of the value that does not fit.
    pub(super) pointer: String,
    pub(super) message: String,
    /// The schema it should fit.
    pub(super) schema: String,
}

/// One value is reported with at most this many problems; more would hide the other values.
const MOST_PROBLEMS: usize = 3;

struct Sample<'a> {
    role: Role,
    value: Node<'a>,
    schema: String,
    direction: Direction,
}

/// Judges every sample of the document.
pub(super) fn misfits(view: &View<'_>) -> Vec<Misfit> {
    let mut samples = Vec::new();
    collect_bodies(view, &mut samples);
    collect_parameters(view, &mut samples);
    collect_schemas(view, &mut samples);
    let directions = [Direction::Request, Direction::Response, Direction::Either];
    directions
        .into_iter()
        .flat_map(|direction| {
            let batch: Vec<&Sample<'_>> = samples
                .iter()
                .filter(|sample| sample.direction == direction)
                .collect();
            judged(view.root.value, direction, &batch)
        })
        .collect()
}

fn collect_bodies<'a>(view: &View<'a>, samples: &mut Vec<Sample<'a>>) {
    for media in view.media_types.iter().filter(|media| media.is_body) {
        let Some(schema) = media.node.child("schema") else {
            continue;
        };
        let is_text = || view.resolve(&schema).and_then(|s| s.str("type")) == Some("string");
        for value in examples(view, &media.node) {
            // Text in another format, XML for instance, says nothing about the members.
            if is_json(media.name) || !value.value.is_string() || is_text() {
                samples.push(Sample {
                    role: Role::Body,
                    value,
                    schema: schema.pointer.clone(),
                    direction: direction(media.direction),
                });
            }
        }
    }
}

fn collect_parameters<'a>(view: &View<'a>, samples: &mut Vec<Sample<'a>>) {
    let parameters = view
        .parameters
        .iter()
        .map(|node| (node, Direction::Request));
    let headers = view
        .headers
        .iter()
        .map(|(node, ways)| (node, direction(*ways)));
    for (node, direction) in parameters.chain(headers) {
        let Some(schema) = node.child("schema") else {
            continue;
        };
        samples.extend(examples(view, node).into_iter().map(|value| Sample {
            role: Role::Parameter,
            value,
            schema: schema.pointer.clone(),
            direction,
        }));
    }
}

fn collect_schemas<'a>(view: &View<'a>, samples: &mut Vec<Sample<'a>>) {
    for schema in view
        .schemas
        .iter()
        .filter(|schema| schema.node.reference().is_none())
    {
        let example = schema
            .node
            .child("example")
            .map(|value| (Role::Schema, value));
        let default = schema
            .node
            .child("default")
            .map(|value| (Role::Default, value));
        let listed = schema
            .node
            .items("enum")
            .into_iter()
            .map(|value| (Role::Enum, value));
        let all = example.into_iter().chain(default).chain(listed);
        samples.extend(all.map(|(role, value)| Sample {
            role,
            value,
            schema: schema.node.pointer.clone(),
            direction: direction(schema.direction),
        }));
    }
}

fn direction(ways: model::Direction) -> Direction {
    match (ways.sent, ways.received) {
        (true, false) => Direction::Request,
        (false, true) => Direction::Response,
        _ => Direction::Either,
    }
}

/// The values of `example` and `examples`; a file of its own (`externalValue`) is not read.
fn examples<'a>(view: &View<'a>, holder: &Node<'a>) -> Vec<Node<'a>> {
    let named = holder.members("examples").into_iter();
    let named = named.filter_map(|(_, example)| view.resolve(&example)?.child("value"));
    holder.child("example").into_iter().chain(named).collect()
}

fn judged(root: &Value, direction: Direction, batch: &[&Sample<'_>]) -> Vec<Misfit> {
    let mut slots: BTreeMap<(&str, bool), Vec<&Sample<'_>>> = BTreeMap::new();
    for sample in batch {
        let key = (sample.schema.as_str(), sample.role == Role::Enum);
        slots.entry(key).or_default().push(sample);
    }
    if slots.is_empty() {
        return Vec::new();
    }
    let slots: Vec<_> = slots.into_iter().collect();
    let mut converter = Converter::new(root, direction);
    let (mut schemas, mut instance) = (Map::new(), Map::new());
    for (index, ((pointer, is_enum), samples)) in slots.iter().enumerate() {
        let schema = if *is_enum {
            without_enum(&mut converter, root, pointer)
        } else {
            converter.reference(&format!("#{pointer}"))
        };
        schemas.insert(index.to_string(), json!({ "items": schema }));
        let values = samples
            .iter()
            .map(|sample| sample.value.value.clone())
            .collect();
        instance.insert(index.to_string(), Value::Array(values));
    }
    let Some(validator) = judge::validator(converter.finish(json!({ "properties": schemas })))
    else {
        return Vec::new();
    };
    let mut counts: HashMap<(usize, usize), usize> = HashMap::new();
    let mut misfits = Vec::new();
    for error in validator.iter_errors(&Value::Object(instance)) {
        let (path, message) = most_telling(&error);
        let mut tokens = path.split('/').skip(1);
        let mut index = || tokens.next()?.parse::<usize>().ok();
        let (Some(slot), Some(position)) = (index(), index()) else {
            continue;
        };
        let Some(sample) = slots
            .get(slot)
            .and_then(|(_, samples)| samples.get(position))
        else {
            continue;
        };
        let count = counts.entry((slot, position)).or_default();
        *count += 1;
        if *count <= MOST_PROBLEMS {
            let rest: String = tokens.flat_map(|token| ["/", token]).collect();
            misfits.push(Misfit {
                role: sample.role,
                pointer: format!("{}{rest}", sample.value.pointer),
                message,
                schema: sample.schema.clone(),
            });
        }
    }
    misfits
}

/// The schema that judges the values of its own `enum`.
fn without_enum(converter: &mut Converter<'_>, root: &Value, pointer: &str) -> Value {
    let mut schema = root.pointer(pointer).cloned().unwrap_or_default();
    if let Some(members) = schema.as_object_mut() {
        members.remove("enum");
    }
    converter.convert(&schema)
}

/// Place and words of an error; for a choice, those of the branch the value comes closest to.
fn most_telling(error: &ValidationError<'_>) -> (String, String) {
    use jsonschema::error::ValidationErrorKind::{AnyOf, OneOfNotValid};
    if let AnyOf { context } | OneOfNotValid { context } = error.kind() {
        let depth = |errors: &&Vec<ValidationError<'_>>| {
            let deepest = errors
                .iter()
                .map(|error| error.instance_path().as_str().matches('/').count());
            (deepest.max().unwrap_or(0), std::cmp::Reverse(errors.len()))
        };
        let own = error.instance_path().as_str();
        let closest = context
            .iter()
            .max_by_key(depth)
            .and_then(|errors| errors.first());
        if let Some(closest) =
            closest.filter(|closest| closest.instance_path().as_str().len() > own.len())
        {
            return most_telling(closest);
        }
    }
    (
        error.instance_path().as_str().to_owned(),
        shortened(&error.to_string()),
    )
}

/// Error texts quote the value, which can be long.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 160;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let start: String = text.chars().take(LONGEST / 2).collect();
    let end: Vec<char> = text.chars().rev().take(LONGEST / 2).collect();
    format!("{start} … {}", end.into_iter().rev().collect::<String>())
}
