//! Paths of the document that stand in values, such as `_self`, and in `Location`.

use std::cmp::Reverse;

use openapi_document::model::{Model, PathTemplate, Piece};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

use super::collection::paths;
use crate::api::Api;
use crate::route::owned;

/// What stays as it is in a segment of a path (RFC 3986, section 3.3).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'@')
    .remove(b':')
    .remove(b'$')
    .remove(b'+')
    .remove(b',');

/// Values of path parameters, in the order of the path.
pub(super) type Values = [(String, String)];

/// The path templates of a document.
#[derive(Debug)]
pub(super) struct Links {
    templates: Vec<PathTemplate>,
    /// The paths of the servers, which links may start with.
    bases: Vec<String>,
}

impl Links {
    pub(super) fn new(api: &Api) -> Self {
        let mut templates: Vec<_> = paths(api).into_iter().cloned().collect();
        templates.sort_by_cached_key(|template| Reverse(template.concreteness()));
        Self {
            templates,
            bases: bases(api.model()),
        }
    }

    /// Moves all links in a value to what stands at the template `own` with these parameters: what a
    /// link shares with that path gets its values.
    pub(super) fn relocate(&self, value: &mut Value, own: &PathTemplate, values: &Values) {
        match value {
            Value::String(text) => {
                if let Some(moved) = self.moved(text, own, values) {
                    *text = moved;
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.relocate(item, own, values);
                }
            }
            Value::Object(members) => {
                for member in members.values_mut() {
                    self.relocate(member, own, values);
                }
            }
            _ => {}
        }
    }

    fn moved(&self, text: &str, own: &PathTemplate, values: &Values) -> Option<String> {
        let (template, found) = self.find(text)?;
        let pairs = template.segments.iter().zip(&own.segments);
        let shared = pairs.take_while(|(theirs, ours)| theirs == ours);
        let shared: Vec<_> = shared.map(|(pieces, _)| pieces.as_slice()).collect();
        let ours = |name: &str| {
            let is_it =
                |pieces: &&[Piece]| matches!(pieces, [Piece::Parameter(own)] if own == name);
            let known = shared.iter().any(is_it);
            values.iter().find(|(other, _)| known && other == name)
        };
        let moved: Vec<(String, String)> = found
            .into_iter()
            .map(|(name, value)| match ours(&name) {
                Some((_, ours)) => (name, ours.clone()),
                None => (name, value),
            })
            .collect();
        let (origin, path, rest) = split(text);
        let base = self.base(path);
        Some(format!("{origin}{base}{}{rest}", fill(template, &moved)))
    }

    /// The template with parameters that a text is a path of, and the values.
    fn find(&self, text: &str) -> Option<(&PathTemplate, Vec<(String, String)>)> {
        if !text.starts_with('/') && !text.contains("://") {
            return None;
        }
        let (_, path, _) = split(text);
        let below = path.strip_prefix(self.base(path))?;
        if !below.starts_with('/') {
            return None;
        }
        let decoded: Vec<String> = below
            .split('/')
            .skip(1)
            .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
            .collect();
        self.templates.iter().find_map(|template| {
            let values = template.values(&decoded)?;
            let is_fixed = |pieces: &Vec<Piece>| matches!(pieces.as_slice(), [Piece::Literal(_)]);
            let named = template.segments.iter().any(is_fixed);
            (named && !values.is_empty()).then(|| (template, owned(&values)))
        })
    }

    fn base(&self, path: &str) -> &str {
        let mut bases = self.bases.iter();
        bases
            .find(|base| {
                path.strip_prefix(base.as_str())
                    .is_some_and(|rest| rest.starts_with('/'))
            })
            .map_or("", String::as_str)
    }

    /// Whether a text leads somewhere in the document.
    pub(super) fn is_path(&self, text: &str) -> bool {
        self.find(text).is_some()
    }

    /// Whether a value is a text that leads somewhere in the document.
    pub(super) fn is_link(&self, value: &Value) -> bool {
        value.as_str().is_some_and(|text| self.is_path(text))
    }

    /// The value of the last parameter, where `text` is a path of the template `item`.
    pub(super) fn last_value(&self, text: &str, item: &PathTemplate) -> Option<String> {
        let (template, values) = self.find(text)?;
        let (_, value) = values.into_iter().next_back()?;
        (template.text == item.text).then_some(value)
    }
}

/// The paths of all servers that operations have, the longest first.
fn bases(model: &Model) -> Vec<String> {
    let own = model.operations.iter().flat_map(|one| &one.servers);
    let mut bases: Vec<String> = (model.servers.iter().chain(own))
        .flat_map(|server| match server.addresses() {
            Ok(found) => found.into_iter().map(|address| address.url).collect(),
            Err(_) => vec![server.url.clone()],
        })
        .map(|url| split(&url).1.trim_end_matches('/').to_owned())
        .filter(|base| !base.is_empty())
        .collect();
    bases.sort_by_key(|base| Reverse(base.len()));
    bases.dedup();
    bases
}

/// Scheme and host, path, and query with fragment.
pub(super) fn split(url: &str) -> (&str, &str, &str) {
    let authority = url.find("://").map_or(0, |at| at + 3);
    let start = match authority {
        0 => 0,
        at => url[at..].find('/').map_or(url.len(), |slash| at + slash),
    };
    let end = url[start..]
        .find(['?', '#'])
        .map_or(url.len(), |at| start + at);
    (&url[..start], &url[start..end], &url[end..])
}

/// A template with its parameters filled in, percent-encoded.
pub(super) fn fill(template: &PathTemplate, values: &Values) -> String {
    template.filled(|name| {
        let (_, value) = values.iter().find(|(other, _)| other == name)?;
        Some(utf8_percent_encode(value, SEGMENT).to_string())
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::{Links, PathTemplate, fill};
    use crate::api::Api;

    fn links() -> Links {
        let read = json!({"get": {"responses": {}}});
        let moved = json!({"get": {
            "servers": [{"url": "https://files.example.com/files/v2"}], "responses": {},
        }, "delete": {"responses": {}}, "servers": [{
            "url": "https://example.com/{region}", "variables": {"region": {"default": "eu"}},
        }]});
        let root = json!({"servers": [{"url": "https://api.example.com/v1"}], "paths": {
            "/apps/{app}/users/{user}": moved, "/apps/{app}/users/{user}/settings": read,
            "/apps/{app}/groups/{group}": read, "/{anything}": read,
        }});
        Links::new(&Api::new(&Arc::new(root)))
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect()
    }

    #[test]
    fn links_move_as_far_as_they_share_the_path() {
        let mut value = json!({
            "_self": "/apps/a/users/u", "settings": "https://api.example.com/v1/apps/a/users/u/settings?x=1",
            "groups": ["/apps/a/groups/g"], "redirect": "/welcome", "text": "a/b",
        });
        let own = pairs(&[("app", "b"), ("user", "me & you")]);
        links().relocate(
            &mut value,
            &PathTemplate::parse("/apps/{app}/users/{user}"),
            &own,
        );
        assert_eq!(
            value,
            json!({
                "_self": "/apps/b/users/me%20%26%20you",
                "settings": "https://api.example.com/v1/apps/b/users/me%20%26%20you/settings?x=1",
                "groups": ["/apps/b/groups/g"], "redirect": "/welcome", "text": "a/b",
            })
        );
    }

    #[test]
    fn keys_are_read_from_links() {
        let item = PathTemplate::parse("/apps/{app}/users/{user}");
        let last = |text| links().last_value(text, &item);
        assert_eq!(last("/v1/apps/a/users/x%20y").as_deref(), Some("x y"));
        assert_eq!(last("/apps/a/groups/g"), None);
        assert_eq!(last("/files/v2/apps/a/users/z").as_deref(), Some("z"));
        assert_eq!(last("/eu/apps/a/users/z").as_deref(), Some("z"));
        let path = PathTemplate::parse("/a/{b}.pdf");
        assert_eq!(fill(&path, &pairs(&[("b", "c/d")])), "/a/c%2Fd.pdf");
    }
}
