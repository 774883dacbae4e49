//! What logs and failures may show of a request.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::OnceLock;

use http::HeaderMap;
use openapi_document::model::SchemaId;
use serde_json::Value;

use crate::api::{Api, Location};
use crate::media;
use crate::request::Request;

/// What stands for a secret.
const REDACTED: &str = "[redacted]";

/// Characters of a body that are shown.
const EXCERPT: usize = 300;

/// Headers that hold credentials, whatever the document says.
const HEADERS: [&str; 4] = [
    "authorization",
    "cookie",
    "proxy-authorization",
    "set-cookie",
];

/// Members and parameters that hold credentials, whatever the document says: those of OAuth 2.0, and
/// what everybody calls so.
const MEMBERS: [&str; 11] = [
    "access_token",
    "api_key",
    "assertion",
    "client_assertion",
    "client_secret",
    "code",
    "code_verifier",
    "password",
    "refresh_token",
    "secret",
    "token",
];

/// Knows where credentials stand. Members are gathered from the document when first asked.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    members: OnceLock<BTreeSet<String>>,
}

impl Secrets {
    /// Path and query on one line.
    pub(crate) fn target(&self, api: &Api, request: &Request) -> String {
        if request.query.is_empty() {
            return media::one_line(&request.path);
        }
        let query = self.pairs(api, &request.query);
        media::one_line(&format!("{}?{query}", request.path))
    }

    /// The beginning of a body, in as many lines as it has. What cannot be read member by member is
    /// not shown.
    pub(crate) fn body(&self, api: &Api, request: &Request) -> String {
        let content_type = request.header("content-type").unwrap_or_default();
        let text = if let Some(mut json) = request.json() {
            self.hide(api, &mut json);
            json.to_string()
        } else if media::essence(content_type) == "application/x-www-form-urlencoded" {
            self.pairs(api, &String::from_utf8_lossy(&request.body))
        } else if media::essence(content_type).starts_with("text/") {
            String::from_utf8_lossy(&request.body).into_owned()
        } else {
            format!("<{} bytes>", request.body.len())
        };
        excerpt(&text)
    }

    fn hide(&self, api: &Api, value: &mut Value) {
        match value {
            Value::Object(object) => {
                for (name, value) in object {
                    if self.is_secret(api, name) {
                        *value = Value::from(REDACTED);
                    } else {
                        self.hide(api, value);
                    }
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.hide(api, item);
                }
            }
            _ => {}
        }
    }

    /// `a=b&c=d` without secret values.
    fn pairs(&self, api: &Api, text: &str) -> String {
        let shown = text.split('&').map(|pair| {
            let name = pair.split_once('=').map_or(pair, |(name, _)| name);
            let decoded = form_urlencoded::parse(name.as_bytes()).next();
            let secret = decoded.is_some_and(|(decoded, _)| self.is_secret(api, &decoded));
            if secret {
                Cow::Owned(format!("{name}={REDACTED}"))
            } else {
                Cow::Borrowed(pair)
            }
        });
        shown.collect::<Vec<_>>().join("&")
    }

    fn is_secret(&self, api: &Api, name: &str) -> bool {
        let members = self.members.get_or_init(|| {
            let mut found: BTreeSet<String> = MEMBERS.iter().map(ToString::to_string).collect();
            found.extend(api.key_names(Location::Query).map(str::to_owned));
            found.extend(declared(api).map(str::to_owned));
            found
        });
        members.contains(name)
    }
}

/// Names and values; those of credentials without their value.
pub(crate) fn headers(api: &Api, headers: &HeaderMap) -> Vec<(String, String)> {
    let keys: Vec<&str> = api.key_names(Location::Header).collect();
    let shown = headers.iter().map(|(name, value)| {
        let name = name.as_str();
        let secret =
            HEADERS.contains(&name) || keys.iter().any(|key| key.eq_ignore_ascii_case(name));
        let value = if secret {
            Cow::Borrowed(REDACTED)
        } else {
            String::from_utf8_lossy(value.as_bytes())
        };
        (name.to_owned(), media::one_line(&value))
    });
    shown.collect()
}

/// The names of properties and parameters that a document calls secret.
fn declared(api: &Api) -> impl Iterator<Item = &str> {
    let schemas = api.schemas();
    let is_secret = move |id: SchemaId| {
        let schema = schemas.resolve(id);
        schema.is_some_and(|id| schemas[id].sensitive)
    };
    let properties = schemas.iter().flat_map(|(_, schema)| &schema.properties);
    let properties = properties.filter(move |(_, property)| is_secret(property.schema));
    let parameters = api.model().components.parameters.iter();
    let parameters = parameters.filter(move |one| one.schema.is_some_and(is_secret));
    let names = properties.map(|(name, _)| name.as_str());
    names.chain(parameters.map(|parameter| parameter.name.as_str()))
}

fn excerpt(text: &str) -> String {
    match text.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use http::{HeaderValue, Method};
    use serde_json::json;

    use super::*;

    fn api() -> Api {
        Api::new(&Arc::new(
            json!({"openapi": "3.0.3", "paths": {}, "components": {
                "securitySchemes": {
                    "site": {"type": "apiKey", "in": "query", "name": "site-key"},
                    "app": {"type": "apiKey", "in": "header", "name": "X-App-Key"}
                },
                "schemas": {"Pin": {"type": "string", "x-sensitive": true}, "User": {"properties": {
                    "pin": {"$ref": "#/components/schemas/Pin"},
                    "recovery": {"type": "string", "x-shown-once": true},
                    "name": {"type": "string"}
                }}}
            }}),
        ))
    }

    fn request(query: &str, content_type: &'static str, body: &str) -> Request {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("content-type", content_type),
            ("authorization", "s3cret"),
            ("x-app-key", "s3cret"),
            ("accept", "*/*"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        Request {
            method: Method::POST,
            path: "/users".to_owned(),
            query: query.to_owned(),
            headers,
            body: body.to_owned().into(),
            peer: None,
            at_root: false,
        }
    }

    #[test]
    fn credentials_are_hidden_wherever_they_stand() {
        let (api, secrets) = (api(), Secrets::default());
        let sent = request(
            "page=2&site%2Dkey=s3cret&code=s3cret",
            "application/json",
            r#"[{"name": "Ada", "pin": "s3cret", "deep": {"password": "s3cret"}}]"#,
        );
        assert_eq!(
            secrets.target(&api, &sent),
            "/users?page=2&site%2Dkey=[redacted]&code=[redacted]"
        );
        assert_eq!(
            secrets.body(&api, &sent),
            r#"[{"name":"Ada","pin":"[redacted]","deep":{"password":"[redacted]"}}]"#
        );
        let headers = headers(&api, &sent.headers);
        let named = |name: &str| headers.iter().find(|(known, _)| known == name).cloned();
        assert_eq!(named("authorization").unwrap().1, REDACTED);
        assert_eq!(named("x-app-key").unwrap().1, REDACTED);
        assert_eq!(named("accept").unwrap().1, "*/*");
    }

    #[test]
    fn bodies_are_shown_as_far_as_they_can_be_read() {
        let (api, secrets) = (api(), Secrets::default());
        let shown = |content_type, body: &str| secrets.body(&api, &request("", content_type, body));
        assert_eq!(
            shown("application/x-www-form-urlencoded", "name=Ada&pin=s3cret"),
            "name=Ada&pin=[redacted]"
        );
        assert_eq!(shown("application/json", "{\"pin\": \"s3"), "<11 bytes>");
        assert_eq!(shown("text/plain", "two\nlines"), "two\nlines");
        assert_eq!(shown("text/plain", &"x".repeat(999)).len(), EXCERPT + 3);
    }
}
