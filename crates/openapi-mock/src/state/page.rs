//! Lists in pages (`x-pagination`).

use std::num::IntErrorKind;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderName, header};
use openapi_document::model::{Pagination, Schema, SchemaId, Schemas, Type};
use serde_json::{Value, json};

use crate::api::{Location, Operation};
use crate::call::Call;
use crate::refusal::{Reason, Refusal};

/// How many items a page has, where the document does not say.
const USUAL: usize = 20;
/// The query parameter of links, where the document names none for the position.
const POSITION: &str = "cursor";

/// The part of a list that a call asks for.
#[derive(Debug)]
pub(super) struct Page<'a> {
    rule: Option<&'a Pagination>,
    pub(super) start: usize,
    pub(super) end: usize,
    total: usize,
    limit: usize,
    /// The number of the first page, where pages are counted.
    first: usize,
}

impl<'a> Page<'a> {
    /// The page of a list of `total` items; all of it where the document has no pages. `rule` is
    /// what the operation says of them.
    pub(super) fn new(
        schemas: &Schemas,
        rule: Option<&'a Pagination>,
        call: &Call<'_>,
        total: usize,
    ) -> Result<Self, Refusal> {
        let asked = Asked {
            rule,
            query: call.request.query_pairs(),
        };
        let limit = match rule {
            Some(rule) => limit(schemas, rule, call.operation, asked.number("limit")?),
            None => total,
        };
        let first = first_page(schemas, rule, call.operation);
        let start = asked.start(limit, first)?.min(total);
        Ok(Self {
            rule,
            start,
            end: start.saturating_add(limit).min(total),
            total,
            limit,
            first,
        })
    }

    /// Writes what the page is into the answer around it. `schema` is its schema.
    pub(super) fn describe(
        &self,
        schemas: &Schemas,
        schema: SchemaId,
        body: &mut Value,
        call: &Call<'_>,
        base: &str,
    ) {
        let Some(rule) = self.rule else {
            return;
        };
        self.echo(schemas, schema, body, call.operation);
        for role in ["total", "limit", "more", "next"] {
            let Some(pointer) = rule.members.get(role) else {
                continue;
            };
            let declared = schemas.at_value(schema, pointer);
            let kind = declared.and_then(|declared| schemas.kind(declared));
            let value = match role {
                "total" => Some(json!(self.total)),
                "limit" => Some(json!(self.limit)),
                "more" => Some(json!(self.end < self.total)),
                _ => self.next(kind, call, base),
            };
            match value {
                Some(Value::Number(number)) if kind == Some(Type::String) => {
                    put(body, pointer, Value::from(number.to_string()));
                }
                Some(value) => put(body, pointer, value),
                None if declared.is_some_and(|declared| schemas[declared].is_nullable()) => {
                    put(body, pointer, Value::Null);
                }
                None => take(body, pointer),
            }
        }
    }

    /// Members around the list, or beside its total, that are called as a parameter of the pages say
    /// what was asked for.
    fn echo(&self, schemas: &Schemas, schema: SchemaId, body: &mut Value, operation: &Operation) {
        for member in ["items", "total"] {
            let member = self.rule.and_then(|rule| rule.members.get(member));
            let member = member.map_or("", String::as_str);
            let holder = openapi_document::pointer::parent(member).unwrap_or_default();
            let Some(around) = schemas.at_value(schema, holder) else {
                continue;
            };
            let known = schemas.properties(around);
            for (role, value) in [
                ("offset", self.start),
                ("page", self.start / self.limit.max(1) + self.first),
                ("limit", self.limit),
            ] {
                let name = role_name(self.rule, role).unwrap_or_default();
                let shown = known.get(name).and_then(|schema| schemas.kind(*schema));
                if shown == Some(Type::Integer) && query(operation, name).is_some() {
                    put(
                        body,
                        &openapi_document::pointer::join(holder, name),
                        json!(value),
                    );
                }
            }
        }
    }

    /// What leads to the next page: a number, a cursor or a link; nothing after the last one.
    fn next(&self, kind: Option<Type>, call: &Call<'_>, base: &str) -> Option<Value> {
        if self.end >= self.total {
            return None;
        }
        let value = match (kind, style(self.rule)) {
            (Some(Type::Integer | Type::Number), Some("page")) => {
                json!(self.end / self.limit.max(1) + self.first)
            }
            (Some(Type::Integer | Type::Number), _) => json!(self.end),
            (_, Some("cursor")) => json!(cursor(self.end)),
            _ => json!(self.link(self.end, call, base)),
        };
        Some(value)
    }

    /// The `Link` header, where links stand there.
    pub(super) fn headers(&self, call: &Call<'_>, base: &str) -> Vec<(HeaderName, String)> {
        let in_body = |rule: &Pagination| rule.members.contains_key("next");
        if style(self.rule) != Some("link") || self.rule.is_some_and(in_body) {
            return Vec::new();
        }
        let step = self.limit.max(1);
        let last = self.total.saturating_sub(1) / step * step;
        let mut links = vec![("first", 0)];
        if self.start > 0 {
            links.push(("prev", self.start.saturating_sub(step)));
        }
        if self.end < self.total {
            links.push(("next", self.end));
        }
        links.push(("last", last));
        let write = |(relation, start)| {
            let link = self.link(start, call, base);
            format!("<{link}>; rel=\"{relation}\"")
        };
        let links: Vec<String> = links.into_iter().map(write).collect();
        vec![(header::LINK, links.join(", "))]
    }

    /// The URL of the page that starts there, with everything else that was asked for.
    fn link(&self, start: usize, call: &Call<'_>, base: &str) -> String {
        let roles = ["offset", "page", "cursor"];
        let named = roles
            .into_iter()
            .find_map(|role| Some((role, role_name(self.rule, role)?)));
        let (role, name) = named.unwrap_or(("cursor", POSITION));
        let value = match role {
            "offset" => start.to_string(),
            "page" => (start / self.limit.max(1) + self.first).to_string(),
            _ => cursor(start),
        };
        let mut query = form_urlencoded::Serializer::new(String::new());
        let kept = call
            .request
            .query_pairs()
            .into_iter()
            .filter(|(other, _)| other != name);
        query.extend_pairs(kept);
        query.append_pair(name, &value);
        format!("{base}{}?{}", call.request.path(), query.finish())
    }
}

/// What a query says of pages.
struct Asked<'a> {
    rule: Option<&'a Pagination>,
    query: Vec<(String, String)>,
}

impl Asked<'_> {
    /// The value of the parameter of a role, with its name.
    fn sent(&self, role: &str) -> Option<(&str, &str)> {
        self.named(role_name(self.rule, role)?)
    }

    fn named(&self, name: &str) -> Option<(&str, &str)> {
        let mut pairs = self.query.iter();
        let (name, text) = pairs.find(|(other, _)| other == name)?;
        Some((name, text))
    }

    fn number(&self, role: &str) -> Result<Option<usize>, Refusal> {
        match self.sent(role) {
            Some((name, text)) => match text.parse::<usize>() {
                Ok(number) => Ok(Some(number)),
                // Behind the end, as any number that is too large.
                Err(error) if *error.kind() == IntErrorKind::PosOverflow => Ok(Some(usize::MAX)),
                Err(_) => Err(unread(name, text)),
            },
            None => Ok(None),
        }
    }

    /// The number of the first item.
    fn start(&self, limit: usize, first: usize) -> Result<usize, Refusal> {
        if let Some(offset) = self.number("offset")? {
            return Ok(offset);
        }
        if let Some(page) = self.number("page")? {
            return Ok(page.saturating_sub(first).saturating_mul(limit));
        }
        let linked = || {
            self.named(POSITION)
                .filter(|_| style(self.rule) == Some("link"))
        };
        match self.sent("cursor").or_else(linked) {
            Some((name, text)) => read_cursor(text).ok_or_else(|| unread(name, text)),
            None => Ok(0),
        }
    }
}

fn style(rule: Option<&Pagination>) -> Option<&str> {
    rule.map(|rule| rule.style.as_str())
}

fn role_name<'a>(rule: Option<&'a Pagination>, role: &str) -> Option<&'a str> {
    rule?.parameters.get(role).map(String::as_str)
}

fn query<'a>(operation: &'a Operation, name: &str) -> Option<&'a crate::api::Parameter> {
    let mut parameters = operation.parameters.iter();
    parameters.find(|one| one.location == Location::Query && one.name == name)
}

/// The schema of the parameter of a role.
fn role_schema<'a>(
    schemas: &'a Schemas,
    rule: Option<&Pagination>,
    operation: &Operation,
    role: &str,
) -> Option<&'a Schema> {
    let schema = query(operation, role_name(rule, role)?)?.schema.as_ref()?;
    schemas.resolve(schema.id).map(|id| &schemas[id])
}

fn limit(
    schemas: &Schemas,
    rule: &Pagination,
    operation: &Operation,
    sent: Option<usize>,
) -> usize {
    let schema = role_schema(schemas, Some(rule), operation, "limit");
    let default = schema.and_then(|schema| schema.default.as_ref()?.as_u64());
    let most = schema.and_then(|schema| schema.limits.maximum.as_ref()?.value.as_u64());
    let number = |number: Option<u64>| usize::try_from(number?).ok();
    let wanted = sent.or(number(default)).unwrap_or(USUAL);
    wanted.min(number(most).unwrap_or(usize::MAX)).max(1)
}

/// The page size that holds when a call names none; nothing for an operation without pages.
pub(super) fn usual_limit(schemas: &Schemas, operation: &Operation) -> Option<usize> {
    let rule = operation.pagination.as_ref()?;
    Some(limit(schemas, rule, operation, None))
}

fn first_page(schemas: &Schemas, rule: Option<&Pagination>, operation: &Operation) -> usize {
    let schema = role_schema(schemas, rule, operation, "page");
    let least = schema.and_then(|schema| schema.limits.minimum.as_ref()?.value.as_u64());
    let default = || schema?.default.as_ref()?.as_u64();
    let said = least.or_else(default);
    said.and_then(|first| usize::try_from(first).ok())
        .unwrap_or(1)
}

/// A position as a text that says nothing to clients.
fn cursor(start: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("from {start}"))
}

fn read_cursor(text: &str) -> Option<usize> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    std::str::from_utf8(&bytes)
        .ok()?
        .strip_prefix("from ")?
        .parse()
        .ok()
}

fn unread(name: &str, text: &str) -> Refusal {
    let detail = format!("the query parameter `{name}` is `{text}`, which leads to no page");
    Refusal::new(Reason::InvalidRequest, detail).about(name)
}

/// Sets what `pointer` leads to; objects on the way are made.
pub(super) fn put(body: &mut Value, pointer: &str, value: Value) {
    let mut place = body;
    for token in openapi_document::pointer::split(pointer) {
        if !place.is_object() {
            *place = json!({});
        }
        let Some(members) = place.as_object_mut() else {
            return;
        };
        place = members.entry(token.into_owned()).or_insert(Value::Null);
    }
    *place = value;
}

fn take(body: &mut Value, pointer: &str) {
    let Some(parent) = openapi_document::pointer::parent(pointer) else {
        return;
    };
    let name = openapi_document::pointer::split(pointer).last();
    let holder = body.pointer_mut(parent).and_then(Value::as_object_mut);
    if let (Some(holder), Some(name)) = (holder, name) {
        holder.shift_remove(name.as_ref());
    }
}
