//! Lists in pages (`x-pagination`).

use std::num::IntErrorKind;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderName, header};
use serde_json::{Value, json};

use super::shape;
use crate::api::{Location, Operation, resolved_pointer};
use crate::call::Call;
use crate::refusal::{Reason, Refusal};

/// How many items a page has, where the document does not say.
const USUAL: usize = 20;
/// The query parameter of links, where the document names none for the position.
const POSITION: &str = "cursor";

/// The part of a list that a call asks for.
#[derive(Debug)]
pub(super) struct Page<'a> {
    rule: &'a Value,
    pub(super) start: usize,
    pub(super) end: usize,
    total: usize,
    limit: usize,
    /// The number of the first page, where pages are counted.
    first: usize,
}

impl<'a> Page<'a> {
    /// The page of a list of `total` items; all of it where the document has no pages. `rule` is
    /// the `x-pagination` of the operation.
    pub(super) fn new(
        root: &Value,
        rule: &'a Value,
        call: &Call<'_>,
        total: usize,
    ) -> Result<Self, Refusal> {
        let asked = Asked {
            rule,
            query: call.request.query_pairs(),
        };
        let limit = if rule.is_object() {
            limit(root, rule, call.operation, asked.number("limit")?)
        } else {
            total
        };
        let first = first_page(root, rule, call.operation);
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

    /// Writes what the page is into the answer around it. `schema` is the pointer of its schema.
    pub(super) fn describe(
        &self,
        root: &Value,
        schema: &str,
        body: &mut Value,
        call: &Call<'_>,
        base: &str,
    ) {
        if !self.rule.is_object() {
            return;
        }
        self.echo(root, schema, body, call.operation);
        for role in ["total", "limit", "more", "next"] {
            let Some(pointer) = self.rule["members"][role].as_str() else {
                continue;
            };
            let place = shape::schema_at(root, schema, pointer);
            let declared = place.and_then(|place| root.pointer(&place));
            let declared = declared.unwrap_or(&Value::Null);
            let kind = shape::kind(root, declared);
            let value = match role {
                "total" => Some(json!(self.total)),
                "limit" => Some(json!(self.limit)),
                "more" => Some(json!(self.end < self.total)),
                _ => self.next(kind, call, base),
            };
            match value {
                Some(Value::Number(number)) if kind == Some("string") => {
                    put(body, pointer, Value::from(number.to_string()));
                }
                Some(value) => put(body, pointer, value),
                None if declared["nullable"] == true => put(body, pointer, Value::Null),
                None => take(body, pointer),
            }
        }
    }

    /// Members around the list, or beside its total, that are called as a parameter of the pages say
    /// what was asked for.
    fn echo(&self, root: &Value, schema: &str, body: &mut Value, operation: &Operation) {
        for member in ["items", "total"] {
            let member = self.rule["members"][member].as_str().unwrap_or_default();
            let holder = openapi_document::pointer::parent(member).unwrap_or_default();
            let place = shape::schema_at(root, schema, holder);
            let Some(around) = place.and_then(|place| root.pointer(&place)) else {
                continue;
            };
            let known = shape::known_members(root, around);
            for (role, value) in [
                ("offset", self.start),
                ("page", self.start / self.limit.max(1) + self.first),
                ("limit", self.limit),
            ] {
                let name = role_name(self.rule, role).unwrap_or_default();
                let shown = known.get(name).and_then(|schema| shape::kind(root, schema));
                if shown == Some("integer") && query(operation, name).is_some() {
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
    fn next(&self, kind: Option<&str>, call: &Call<'_>, base: &str) -> Option<Value> {
        if self.end >= self.total {
            return None;
        }
        let value = match (kind, self.rule["style"].as_str()) {
            (Some("integer" | "number"), Some("page")) => {
                json!(self.end / self.limit.max(1) + self.first)
            }
            (Some("integer" | "number"), _) => json!(self.end),
            (_, Some("cursor")) => json!(cursor(self.end)),
            _ => json!(self.link(self.end, call, base)),
        };
        Some(value)
    }

    /// The `Link` header, where links stand there.
    pub(super) fn headers(&self, call: &Call<'_>, base: &str) -> Vec<(HeaderName, String)> {
        if self.rule["style"] != "link" || self.rule["members"]["next"].is_string() {
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
    rule: &'a Value,
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
                .filter(|_| self.rule["style"] == "link")
        };
        match self.sent("cursor").or_else(linked) {
            Some((name, text)) => read_cursor(text).ok_or_else(|| unread(name, text)),
            None => Ok(0),
        }
    }
}

fn role_name<'a>(rule: &'a Value, role: &str) -> Option<&'a str> {
    rule["parameters"][role].as_str()
}

fn query<'a>(operation: &'a Operation, name: &str) -> Option<&'a crate::api::Parameter> {
    let mut parameters = operation.parameters.iter();
    parameters.find(|one| one.location == Location::Query && one.name == name)
}

/// The schema of the parameter of a role.
fn role_schema<'a>(
    root: &'a Value,
    rule: &Value,
    operation: &Operation,
    role: &str,
) -> Option<&'a Value> {
    let schema = query(operation, role_name(rule, role)?)?.schema.as_ref()?;
    root.pointer(&resolved_pointer(root, schema.pointer.clone()))
}

fn limit(root: &Value, rule: &Value, operation: &Operation, sent: Option<usize>) -> usize {
    let schema = role_schema(root, rule, operation, "limit").unwrap_or(&Value::Null);
    let number = |key: &str| usize::try_from(schema[key].as_u64()?).ok();
    let wanted = sent.or(number("default")).unwrap_or(USUAL);
    wanted.min(number("maximum").unwrap_or(usize::MAX)).max(1)
}

/// The page size that holds when a call names none; nothing for an operation without pages.
pub(super) fn usual_limit(root: &Value, rule: &Value, operation: &Operation) -> Option<usize> {
    rule.is_object().then(|| limit(root, rule, operation, None))
}

fn first_page(root: &Value, rule: &Value, operation: &Operation) -> usize {
    let schema = role_schema(root, rule, operation, "page").unwrap_or(&Value::Null);
    let said = schema["minimum"].as_u64().or(schema["default"].as_u64());
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
