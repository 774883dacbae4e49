//! Parameters: read as they are written, made what their schema asks for, and judged by it.

use std::cmp::Ordering;

use http::header;
use openapi_document::model::Schemas;
use serde_json::Value;

use super::coerce::View;
use super::problems::{Place, Problems};
use super::style::{Pairs, Style, Written, form_text, path_text};
use crate::api::{Location, Operation, Parameter};
use crate::media;
use crate::request::Request;
use crate::route;

/// Checks all declared parameters. Others are nobody's business: gateways, caches and tracing add
/// their own to queries and headers, and servers commonly overlook what they do not know.
///
/// Path parameters lose what their style adds to them, such as the dot of a label.
pub(super) fn check(
    operation: &Operation,
    request: &Request,
    path: &mut [(String, String)],
    problems: &mut Problems<'_>,
) {
    let mut source = Source {
        raw_path: raw_path(operation, request, path),
        query: Pairs::parse(&request.query),
        request,
    };
    let schemas = problems.schemas();
    let mut parameters: Vec<(&Parameter, View<'_>)> = operation
        .parameters
        .iter()
        .filter(|parameter| !is_ignored(parameter))
        .map(|parameter| (parameter, view(schemas, parameter)))
        .collect();
    // An object that takes every name must leave the others theirs.
    parameters.sort_by(
        |(_, one), (_, other)| match (one.is_open(), other.is_open()) {
            (false, true) => Ordering::Less,
            (true, false) => Ordering::Greater,
            _ => Ordering::Equal,
        },
    );
    for (parameter, view) in parameters {
        let place = place(parameter);
        match source.read(parameter, &view) {
            Ok(Some(Found::Json(value))) => {
                problems.judge(&place, parameter.schema.as_ref(), &value);
            }
            Ok(Some(Found::Written(written))) => {
                if let (Location::Path, Written::Text(text)) = (parameter.location, &written) {
                    plain(path, &parameter.name, text);
                }
                let value = view.value(written);
                problems.judge(&place, parameter.schema.as_ref(), &value);
            }
            Ok(None) if parameter.required => problems.missing(&place, "it is required"),
            Ok(None | Some(Found::Empty)) => {}
            Err(what) => problems.wrong(&place, what),
        }
    }
}

enum Found {
    /// There without a value, where `allowEmptyValue` lets that be.
    Empty,
    /// What `content` describes.
    Json(Value),
    Written(Written),
}

struct Source<'a> {
    /// Path parameters before decoding.
    raw_path: Vec<(String, String)>,
    query: Pairs,
    request: &'a Request,
}

impl Source<'_> {
    fn read(&mut self, parameter: &Parameter, view: &View<'_>) -> Result<Option<Found>, String> {
        let style = Style {
            name: &parameter.name,
            kind: parameter.style,
            explode: parameter.explode,
        };
        if let Some(media) = &parameter.media_type {
            let text = self.text(parameter);
            return text.map(|text| content(&media.name, text)).transpose();
        }
        let written = match parameter.location {
            Location::Query => style.query(&mut self.query, view)?,
            Location::Path => {
                let raw = self.text(parameter);
                raw.map(|raw| style.path(&raw, view)).transpose()?
            }
            Location::Header => {
                let text = self.text(parameter);
                text.map(|text| style.header(&text, view)).transpose()?
            }
            Location::Cookie => style.query(&mut self.cookies(), view)?,
        };
        let empty = written == Some(Written::Text(String::new()));
        if empty && parameter.allow_empty {
            return Ok(Some(Found::Empty));
        }
        Ok(written.map(Found::Written))
    }

    /// The text of a parameter: as it stands in a path, decoded elsewhere.
    fn text(&mut self, parameter: &Parameter) -> Option<String> {
        let first = |pairs: &[(String, String)]| {
            let mut pairs = pairs.iter();
            let (_, value) = pairs.find(|(name, _)| *name == parameter.name)?;
            Some(value.clone())
        };
        match parameter.location {
            Location::Path if parameter.media_type.is_some() => {
                first(&self.raw_path).map(|raw| path_text(&raw))
            }
            Location::Path => first(&self.raw_path),
            Location::Query => {
                let values = self.query.named(&parameter.name);
                values.first().map(|raw| form_text(raw))
            }
            Location::Cookie => first(&self.cookies().entries).map(|raw| form_text(&raw)),
            Location::Header => {
                let values = self.request.headers.get_all(&parameter.name);
                let texts = values
                    .iter()
                    .map(|value| String::from_utf8_lossy(value.as_bytes()));
                let texts: Vec<_> = texts.collect();
                (!texts.is_empty()).then(|| texts.join(","))
            }
        }
    }

    /// The cookies, as the pairs of a query.
    fn cookies(&self) -> Pairs {
        let lines = self.request.headers.get_all(header::COOKIE);
        let lines = lines.iter().filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            let value = value.trim().trim_matches('"');
            // A plus is a plus here.
            Some((name.trim().to_owned(), value.replace('+', "%2B")))
        });
        Pairs {
            entries: pairs.collect(),
        }
    }
}

fn view<'a>(schemas: &'a Schemas, parameter: &Parameter) -> View<'a> {
    View::of(schemas, parameter.schema.as_ref().map(|schema| schema.id))
}

/// A parameter that `content` describes: JSON, or else a text.
fn content(media: &str, text: String) -> Result<Found, String> {
    if !media::is_json(media) {
        return Ok(Found::Json(Value::String(text)));
    }
    let value = serde_json::from_str(&text);
    value
        .map(Found::Json)
        .map_err(|error| format!("not JSON: {error}"))
}

/// Headers that OpenAPI describes elsewhere (OpenAPI 3.0.3, "Parameter Object").
fn is_ignored(parameter: &Parameter) -> bool {
    let elsewhere = [header::ACCEPT, header::CONTENT_TYPE, header::AUTHORIZATION];
    parameter.location == Location::Header
        && elsewhere
            .iter()
            .any(|name| parameter.name.eq_ignore_ascii_case(name.as_str()))
}

fn place(parameter: &Parameter) -> Place<'_> {
    let kind = match parameter.location {
        Location::Path => "path parameter",
        Location::Query => "query parameter",
        Location::Header => "header",
        Location::Cookie => "cookie",
    };
    Place::parameter(kind, &parameter.name)
}

/// The path parameters before decoding, because an encoded delimiter delimits nothing. Where fixed
/// text of the path is encoded, the decoded values have to serve.
fn raw_path(
    operation: &Operation,
    request: &Request,
    decoded: &[(String, String)],
) -> Vec<(String, String)> {
    let raw: Vec<String> = request.path.split('/').skip(1).map(str::to_owned).collect();
    let values = operation.path.values(&raw);
    values.map_or_else(|| decoded.to_vec(), |values| route::owned(&values))
}

fn plain(path: &mut [(String, String)], name: &str, text: &str) {
    if let Some((_, value)) = path.iter_mut().find(|(own, _)| own == name) {
        text.clone_into(value);
    }
}
