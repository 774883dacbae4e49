//! Values as parameters write them (OpenAPI 3.0.3, "Style Values"; RFC 6570).

use openapi_document::model;
use percent_encoding::percent_decode_str;

use super::coerce::View;

/// Nobody means objects inside of more objects than this.
pub(super) const DEEPEST: usize = 32;

/// What a parameter says, before it is known what the texts stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Written {
    Text(String),
    List(Vec<Written>),
    Object(Vec<(String, Written)>),
}

/// How a parameter, or a member of a form, is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style<'a> {
    pub(super) name: &'a str,
    pub(super) kind: model::Style,
    pub(super) explode: bool,
}

/// The pairs of a query or a form; what is read is taken out.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    /// The names decoded, the values as written.
    pub(super) entries: Vec<(String, String)>,
}

impl Pairs {
    pub(super) fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        let entries = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (form_text(name), value.to_owned())
        });
        Self {
            entries: entries.collect(),
        }
    }

    fn take<K>(&mut self, key: impl Fn(&str) -> Option<K>) -> Vec<(K, String)> {
        let mut taken = Vec::new();
        self.entries.retain(|(name, value)| match key(name) {
            Some(key) => {
                taken.push((key, value.clone()));
                false
            }
            None => true,
        });
        taken
    }

    pub(super) fn named(&mut self, wanted: &str) -> Vec<String> {
        let values = self.take(|name| (name == wanted).then_some(()));
        values.into_iter().map(|((), value)| value).collect()
    }
}

impl Style<'_> {
    /// A path parameter, percent-encoded as it stands in the path.
    pub(super) fn path(&self, raw: &str, view: &View<'_>) -> Result<Written, String> {
        match self.kind {
            model::Style::Label => {
                let rest = raw.strip_prefix('.').ok_or("must start with a dot")?;
                // The tables of OpenAPI 3.0 and 3.0.4 disagree about lists that are not exploded.
                let comma = !self.explode && rest.contains(',');
                self.joined(rest, if comma { ',' } else { '.' }, view, path_text)
            }
            model::Style::Matrix => self.matrix(raw, view),
            _ => self.joined(raw, ',', view, path_text),
        }
    }

    fn matrix(&self, raw: &str, view: &View<'_>) -> Result<Written, String> {
        let rest = raw.strip_prefix(';').ok_or("must start with a semicolon")?;
        let value = |part: &str| match part.strip_prefix(self.name) {
            Some("") => Ok(String::new()),
            Some(rest) if rest.starts_with('=') => Ok(rest[1..].to_owned()),
            _ => Err(format!("must be written as ;{}=...", self.name)),
        };
        match (self.explode, shape(view, rest.contains(';'))) {
            (true, Shape::Object) => self.joined(rest, ';', view, path_text),
            (true, Shape::List) => {
                let values: Vec<String> = rest.split(';').map(value).collect::<Result<_, _>>()?;
                Ok(list(&values, path_text))
            }
            _ => self.joined(&value(rest)?, ',', view, path_text),
        }
    }

    /// A header. Its text is not percent-encoded.
    pub(super) fn header(&self, text: &str, view: &View<'_>) -> Result<Written, String> {
        self.joined(text, ',', view, |part| part.trim().to_owned())
    }

    /// A query parameter, or a member of a form. `None` where it is not there.
    pub(super) fn query(
        &self,
        pairs: &mut Pairs,
        view: &View<'_>,
    ) -> Result<Option<Written>, String> {
        if self.kind == model::Style::DeepObject {
            return Ok(self.deep(pairs));
        }
        if self.explode && shape(view, false) == Shape::Object {
            return Ok(members(pairs, view));
        }
        let values = pairs.named(self.name);
        let (Some(first), several) = (values.first(), values.len() > 1) else {
            return Ok(None);
        };
        if self.explode {
            return match shape(view, several) {
                Shape::List => Ok(Some(list(&values, form_text))),
                _ if several => Err(format!("stands {} times, once is right", values.len())),
                _ => Ok(Some(Written::Text(form_text(first)))),
            };
        }
        let (joined, delimiter) = self.delimited(&values.join(self.delimiter()));
        if shape(view, joined.contains(delimiter)) == Shape::Text {
            return Ok(Some(Written::Text(form_text(first))));
        }
        self.joined(&joined, delimiter, view, form_text).map(Some)
    }

    fn delimiter(&self) -> &'static str {
        match self.kind {
            model::Style::SpaceDelimited => "%20",
            model::Style::PipeDelimited => "|",
            _ => ",",
        }
    }

    /// `raw` with its delimiters bare. A comma that is encoded stands for itself only where another
    /// is not: many clients encode every comma, and many servers decode before they split.
    fn delimited(&self, raw: &str) -> (String, char) {
        match self.kind {
            model::Style::SpaceDelimited => (raw.replace("%20", " ").replace('+', " "), ' '),
            model::Style::PipeDelimited => (raw.replace("%7C", "|").replace("%7c", "|"), '|'),
            _ if raw.contains(',') => (raw.to_owned(), ','),
            _ => (raw.replace("%2C", ",").replace("%2c", ","), ','),
        }
    }

    /// `name[key]=value`. Deeper keys are not defined by OpenAPI, but commonly mean deeper objects.
    fn deep(&self, pairs: &mut Pairs) -> Option<Written> {
        let taken = pairs.take(|name| {
            let keys = name.strip_prefix(self.name)?;
            let keys = keys.strip_prefix('[')?.strip_suffix(']')?;
            let keys = keys.split("][").map(str::to_owned);
            Some(keys.collect::<Vec<String>>()).filter(|keys| keys.len() <= DEEPEST)
        });
        let mut entries = Vec::new();
        for (keys, value) in &taken {
            insert(&mut entries, keys, form_text(value));
        }
        (!entries.is_empty()).then_some(Written::Object(entries))
    }

    /// Values between delimiters; an object alternates keys and values, unless it is exploded.
    fn joined(
        &self,
        raw: &str,
        delimiter: char,
        view: &View<'_>,
        decode: fn(&str) -> String,
    ) -> Result<Written, String> {
        let parts = || raw.split(delimiter).filter(|_| !raw.is_empty());
        let pairs: Vec<(String, Written)> = match shape(view, raw.contains(delimiter)) {
            Shape::Text => return Ok(Written::Text(decode(raw))),
            Shape::List => return Ok(list(&parts().collect::<Vec<_>>(), decode)),
            Shape::Object if self.explode => parts()
                .map(|part| {
                    let (name, value) = part.split_once('=').ok_or("must hold key=value pairs")?;
                    Ok((decode(name), Written::Text(decode(value))))
                })
                .collect::<Result<_, &str>>()?,
            Shape::Object => {
                let parts: Vec<&str> = parts().collect();
                if !parts.len().is_multiple_of(2) {
                    return Err("must hold a value after each key".to_owned());
                }
                let pairs = parts.chunks_exact(2);
                pairs
                    .map(|pair| (decode(pair[0]), Written::Text(decode(pair[1]))))
                    .collect()
            }
        };
        Ok(Written::Object(pairs))
    }
}

/// What a schema wants to be read. One that takes single values too gets a list when there are
/// several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Text,
    List,
    Object,
}

fn shape(view: &View<'_>, several: bool) -> Shape {
    match (view.is_list(), view.is_scalar()) {
        (true, single) if several || !single => Shape::List,
        (false, false) => Shape::Object,
        _ => Shape::Text,
    }
}

fn list<T: AsRef<str>>(parts: &[T], decode: fn(&str) -> String) -> Written {
    let texts = parts
        .iter()
        .map(|part| Written::Text(decode(part.as_ref())));
    Written::List(texts.collect())
}

/// The members of an exploded object, which stand in the query under their own names.
fn members(pairs: &mut Pairs, view: &View<'_>) -> Option<Written> {
    let known = view.properties();
    let open = view.is_open();
    let taken = pairs.take(|name| (open || known.contains(&name)).then(|| name.to_owned()));
    let mut entries = Vec::new();
    for (name, value) in taken {
        insert(&mut entries, &[name], form_text(&value));
    }
    (!entries.is_empty()).then_some(Written::Object(entries))
}

/// Puts a text under its keys; what stands there twice becomes a list, as does `key[]`.
fn insert(entries: &mut Vec<(String, Written)>, keys: &[String], text: String) {
    let Some((key, rest)) = keys.split_first() else {
        return;
    };
    let append = rest.len() == 1 && rest[0].is_empty();
    let place = entries.iter().position(|(name, _)| name == key);
    let leaf = rest.is_empty() || append;
    match (place, leaf) {
        (None, true) if append => {
            entries.push((key.clone(), Written::List(vec![Written::Text(text)])));
        }
        (None, true) => entries.push((key.clone(), Written::Text(text))),
        (None, false) => {
            let mut inner = Vec::new();
            insert(&mut inner, rest, text);
            entries.push((key.clone(), Written::Object(inner)));
        }
        (Some(place), _) => match &mut entries[place].1 {
            Written::Object(inner) if !leaf => insert(inner, rest, text),
            Written::List(items) => items.push(Written::Text(text)),
            earlier => {
                let first = std::mem::replace(earlier, Written::List(Vec::new()));
                *earlier = Written::List(vec![first, Written::Text(text)]);
            }
        },
    }
}

/// A part of a path without its percent-encoding; what is no UTF-8 stays as it is.
pub(super) fn path_text(raw: &str) -> String {
    let decoded = percent_decode_str(raw).decode_utf8();
    decoded.map_or_else(|_| raw.to_owned(), Into::into)
}

/// A part of a query or a form, decoded (URL Standard, section 5.1).
pub(super) fn form_text(raw: &str) -> String {
    let spaced = raw.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8_lossy();
    decoded.into_owned()
}
