//! A request that works, to be pasted into a shell.

use std::collections::HashMap;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::access::{Credential, Credentials};
use crate::api::{Api, Location, Operation, Parameter, first_value, shown};
use crate::document::Document;
use crate::mock::{Mock, Settings};
use crate::request::Request;

/// What stands for itself in a segment of a path and in a query.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Requests that are tried before giving up: a document may have thousands of operations.
const TRIED: usize = 20;

/// A request that needs no body.
#[derive(Debug, Clone, Default)]
struct Get {
    /// Below the base URL, percent-encoded.
    path: String,
    headers: Vec<(String, String)>,
    credentials: Vec<Credential>,
}

/// The command line for the first request of a document that `mock` answers with success: a `GET`
/// without required query parameters. One with few path parameters comes first, and of these one that
/// asks for credentials: it shows more.
pub(super) async fn curl(mock: &Mock, document: &Document) -> Option<String> {
    // Tried on another mock of the document, so that the real one has seen nothing yet.
    let trial = Mock::new(document, &Settings::default());
    let api = mock.api();
    let mut candidates: Vec<&Operation> = api.operations.iter().filter(|o| is_plain(o)).collect();
    candidates.sort_by_key(|operation| {
        let parameters = operation.path.parameters().count();
        (parameters, operation.security.is_empty())
    });
    for operation in candidates.into_iter().take(TRIED) {
        let credentials = credentials(mock.credentials(), operation);
        let (Some(mut get), Some(credentials)) = (Get::of(api, operation), credentials) else {
            continue;
        };
        get.credentials = credentials;
        if let Some(template) = &api.model().user_agent {
            let agent = crate::check::user_agent(template, &api.model().info.version);
            get.headers.push(("User-Agent".to_owned(), agent));
        }
        if trial.handle(get.request()).await.status.is_success() {
            return Some(get.command(mock.url()));
        }
    }
    None
}

/// Whether an operation can be called without thinking.
fn is_plain(operation: &Operation) -> bool {
    let mut parameters = operation.parameters.iter();
    let asks = |parameter: &Parameter| parameter.required && parameter.location == Location::Query;
    operation.method == Method::GET
        && operation.marks.is_empty()
        && operation.body.is_none()
        && !parameters.any(asks)
}

/// What the first alternative asks for of which the mock has everything.
fn credentials(known: &Credentials, operation: &Operation) -> Option<Vec<Credential>> {
    let good = |scheme: &String| known.good(scheme).cloned();
    match operation.security.as_slice() {
        [] => Some(Vec::new()),
        sets => sets.iter().find_map(|set| set.keys().map(good).collect()),
    }
}

impl Get {
    /// The request of an operation; nothing where the document has no value for a parameter.
    fn of(api: &Api, operation: &Operation) -> Option<Self> {
        let mut get = Self::default();
        let mut values = HashMap::new();
        for parameter in &operation.parameters {
            match parameter.location {
                Location::Path => {
                    let value = value(api, parameter)?;
                    let value = utf8_percent_encode(&value, ESCAPED).to_string();
                    values.insert(parameter.name.as_str(), value);
                }
                Location::Header if parameter.required => {
                    let value = value(api, parameter)?;
                    get.headers.push((parameter.name.clone(), value));
                }
                Location::Cookie if parameter.required => return None,
                _ => {}
            }
        }
        let mut named = operation.path.parameters();
        if !named.all(|name| values.contains_key(name)) {
            return None;
        }
        get.path = operation.path.filled(|name| values.get(name));
        Some(get)
    }

    fn request(&self) -> Request {
        let carried = self.credentials.iter().filter_map(Credential::header);
        let plain = self
            .headers
            .iter()
            .map(|(name, value)| (&**name, value.clone()));
        let pairs = carried.chain(plain).filter_map(|(name, value)| {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            Some((name, HeaderValue::from_str(&value).ok()?))
        });
        Request {
            method: Method::GET,
            path: self.path.clone(),
            query: self.query(),
            headers: pairs.collect::<HeaderMap>(),
            body: Bytes::new(),
            peer: None,
            at_root: false,
        }
    }

    fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.credentials.iter().filter_map(Credential::query));
        query.finish()
    }

    fn command(&self, base: &str) -> String {
        let mut words = vec!["curl".to_owned()];
        for credential in &self.credentials {
            match (credential.basic(), credential.header()) {
                (Some((user, password)), _) => {
                    words.extend(["-u".to_owned(), format!("{user}:{password}")]);
                }
                (None, Some((name, value))) => {
                    words.extend(["-H".to_owned(), format!("{name}: {value}")]);
                }
                (None, None) => {}
            }
        }
        for (name, value) in &self.headers {
            words.extend(["-H".to_owned(), format!("{name}: {value}")]);
        }
        let query = self.query();
        let mark = if query.is_empty() { "" } else { "?" };
        words.push(format!("{base}{}{mark}{query}", self.path));
        let quoted: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        quoted.join(" ")
    }
}

/// The value that the document shows for a parameter.
fn value(api: &Api, parameter: &Parameter) -> Option<String> {
    let schema = parameter.schema.as_ref();
    let schema = schema.and_then(|schema| schema.written(&api.spec));
    let shown = shown(&parameter.examples, schema);
    match shown.or_else(|| first_value(schema?))? {
        Value::String(text) => Some(text.clone()),
        value @ (Value::Number(_) | Value::Bool(_)) => Some(value.to_string()),
        _ => None,
    }
}

/// A word as shells read it: as it is, or between single quotes.
fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:%@=,+".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{curl, quoted};
    use crate::document::Document;
    use crate::mock::{Mock, Settings};

    async fn line(paths: serde_json::Value) -> Option<String> {
        let info = json!({"title": "Pets", "version": "1.0.0"});
        let schemes = json!({
            "user": {"type": "http", "scheme": "basic"},
            "token": {"type": "http", "scheme": "bearer"},
            "key": {"type": "apiKey", "in": "query", "name": "api key"},
        });
        let root = json!({
            "openapi": "3.0.3", "info": info, "paths": paths,
            "components": {"securitySchemes": schemes},
        });
        let document = Document::bundled(&root.to_string()).unwrap();
        let mock = Mock::new(&document, &Settings::default());
        mock.set_url("http://127.0.0.1:4010".to_owned());
        let line = curl(&mock, &document).await;
        assert_eq!(mock.requests().len(), 0, "the mock has seen the trial");
        line
    }

    fn get(parameters: &serde_json::Value) -> serde_json::Value {
        let content = json!({"application/json": {"example": ["Rex"]}});
        let fine = json!({"200": {"description": "Fine.", "content": content}});
        json!({"get": {"parameters": parameters, "responses": fine}})
    }

    #[tokio::test]
    async fn the_plainest_request_is_shown() {
        let id =
            json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}});
        let with = |example: &str| {
            let mut id = id.clone();
            id["example"] = json!(example);
            id
        };
        let filter =
            json!({"name": "q", "in": "query", "required": true, "schema": {"type": "string"}});
        let paths = json!({
            "/search": get(&json!([filter])),
            "/unknown/{id}": get(&json!([id])),
            "/pets/{id}": get(&json!([with("a b/c")])),
        });
        assert_eq!(
            line(paths.clone()).await.unwrap(),
            "curl http://127.0.0.1:4010/pets/a%20b%2Fc"
        );
        let mut more = paths;
        more["/pets"] = get(&json!([{
            "name": "X-Tenant", "in": "header", "required": true,
            "schema": {"type": "string", "enum": ["it's"]},
        }]));
        assert_eq!(
            line(more).await.unwrap(),
            r"curl -H 'X-Tenant: it'\''s' http://127.0.0.1:4010/pets"
        );
    }

    #[tokio::test]
    async fn a_user_agent_is_sent_where_the_document_demands_one() {
        let mut root = json!({"openapi": "3.0.3", "info": {"title": "Pets", "version": "2"}});
        root["paths"] = json!({"/pets": get(&json!([]))});
        root["x-user-agent"] = json!("Pets ({library}, {version})");
        let document = Document::bundled(&root.to_string()).unwrap();
        let mock = Mock::new(&document, &Settings::default());
        mock.set_url("http://127.0.0.1:4010".to_owned());
        assert_eq!(
            curl(&mock, &document).await.unwrap(),
            "curl -H 'User-Agent: Pets (my-library, 1.0.0)' http://127.0.0.1:4010/pets"
        );
    }

    #[tokio::test]
    async fn credentials_go_where_they_belong() {
        let secured = |security: serde_json::Value| {
            let mut item = get(&json!([]));
            item["get"]["security"] = security;
            json!({"/pets": item})
        };
        let url = "http://127.0.0.1:4010/pets";
        for (security, shown) in [
            (
                json!([{"user": []}]),
                format!("curl -u mock-client:mock-secret {url}"),
            ),
            (
                json!([{"unknown": []}, {"token": [], "key": []}]),
                format!("curl -H 'Authorization: Bearer mock-token' '{url}?api+key=mock-key'"),
            ),
            (json!([{}, {"user": []}]), format!("curl {url}")),
        ] {
            assert_eq!(line(secured(security)).await, Some(shown));
        }
    }

    #[tokio::test]
    async fn where_nothing_works_nothing_is_shown() {
        assert_eq!(line(json!({})).await, None);
        let gone = json!({"get": {"responses": {"204": {"description": "Gone."}}}});
        let posts = json!({"post": gone["get"]});
        assert_eq!(line(json!({"/pets": posts})).await, None);
    }

    #[test]
    fn words_are_quoted_where_shells_would_read_more_into_them() {
        for (word, shown) in [
            ("http://h:1/a%20b", "http://h:1/a%20b"),
            ("http://h/?a=1&b", "'http://h/?a=1&b'"),
            ("$(id)", "'$(id)'"),
            ("it's", r"'it'\''s'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(word), shown);
        }
    }
}
