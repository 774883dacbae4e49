//! From a path to an operation.

use std::cmp::Reverse;

use http::{HeaderMap, Method};
use openapi_document::model::{self, PathTemplate};

use crate::api::Operation;
use crate::media;
use crate::request::Request;

/// Finds operations by what a request says.
#[derive(Debug)]
pub(crate) struct Router {
    /// The more concrete first, so that `/users/me` wins over `/users/{id}`, and `/jobs/{id}:cancel`
    /// over `/jobs/{id}`.
    templates: Vec<Template>,
}

#[derive(Debug)]
struct Template {
    path: PathTemplate,
    marks: Marks,
    /// The numbers of the operations of this path.
    operations: Vec<(Method, usize)>,
}

/// What the key of a path says behind its template, as the pairs that a request has to have.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Marks {
    /// Pairs that the query must have.
    query: Vec<(String, String)>,
    /// Pairs of the fragment, which is never sent: a query, a form or a header may say the same.
    fragment: Vec<(String, String)>,
}

impl Marks {
    pub(crate) fn of(marks: &model::Marks) -> Self {
        // A fragment without pairs is a name, which no request shows.
        let named = marks.fragment.split('&').filter(|pair| pair.contains('='));
        let named = named.collect::<Vec<_>>().join("&");
        Self {
            query: pairs(marks.query.as_bytes()),
            fragment: pairs(named.as_bytes()),
        }
    }

    fn are_on(&self, request: &Asked<'_>) -> bool {
        let queried = |pair: &(String, String)| request.query.contains(pair);
        let said = |pair: &(String, String)| {
            let header = request.headers.get(&pair.0);
            queried(pair)
                || header.is_some_and(|value| value == pair.1.as_str())
                || request.form.contains(pair)
        };
        self.query.iter().all(queried) && self.fragment.iter().all(said)
    }

    /// Whether the query says something under this name.
    pub(crate) fn ask_for(&self, name: &str) -> bool {
        let mut pairs = self.query.iter().chain(&self.fragment);
        pairs.any(|(known, _)| known == name)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count() == 0
    }

    fn count(&self) -> usize {
        self.query.len() + self.fragment.len()
    }
}

/// What a request says that may tell operations of one path apart.
struct Asked<'a> {
    query: Vec<(String, String)>,
    form: Vec<(String, String)>,
    headers: &'a HeaderMap,
}

impl<'a> Asked<'a> {
    fn of(request: &'a Request) -> Self {
        let content_type = request.header("content-type").unwrap_or_default();
        let is_form = media::essence(content_type) == "application/x-www-form-urlencoded";
        Self {
            query: request.query_pairs(),
            form: if is_form {
                pairs(&request.body)
            } else {
                Vec::new()
            },
            headers: &request.headers,
        }
    }
}

fn pairs(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).into_owned().collect()
}

/// What a path leads to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// An operation, and the values of the path parameters, decoded.
    Operation(usize, Vec<(String, String)>),
    /// The path is known, with these methods.
    OtherMethods(Vec<Method>),
    Unknown,
}

impl Router {
    pub(crate) fn new(operations: &[Operation]) -> Self {
        let mut templates: Vec<Template> = Vec::new();
        let mut keys: Vec<(&str, &Marks)> = Vec::new();
        for (number, operation) in operations.iter().enumerate() {
            let entry = (operation.method.clone(), number);
            let key = (operation.path.text.as_str(), &operation.marks);
            let known = keys.iter().position(|known| *known == key);
            let number = known.unwrap_or(templates.len());
            if known.is_none() {
                keys.push(key);
                templates.push(Template {
                    path: operation.path.clone(),
                    marks: operation.marks.clone(),
                    operations: Vec::new(),
                });
            }
            templates[number].operations.push(entry);
        }
        templates.sort_by_cached_key(|template| {
            Reverse((template.path.concreteness(), template.marks.count()))
        });
        Self { templates }
    }

    /// The path of the request is still percent-encoded. A HEAD that is not declared is a GET whose
    /// body stays at home (RFC 9110, section 9.3.2).
    pub(crate) fn find(&self, request: &Request) -> Route {
        match self.declared(&request.method, request) {
            Route::OtherMethods(methods)
                if request.method == Method::HEAD && methods.contains(&Method::GET) =>
            {
                self.declared(&Method::GET, request)
            }
            route => route,
        }
    }

    /// Whether the document has such a path.
    pub(crate) fn knows(&self, path: &str) -> bool {
        let wanted = decoded(path);
        let mut templates = self.templates.iter();
        templates.any(|template| template.path.values(&wanted).is_some())
    }

    fn declared(&self, method: &Method, request: &Request) -> Route {
        let wanted = decoded(&request.path);
        let fitting = self.templates.iter().filter_map(|template| {
            let values = template.path.values(&wanted)?;
            Some((template, values))
        });
        let mut fitting = fitting.peekable();
        let asked = fitting.peek().map(|_| Asked::of(request));
        let is_meant = |template: &Template| {
            template.marks.is_empty()
                || asked
                    .as_ref()
                    .is_some_and(|asked| template.marks.are_on(asked))
        };
        // OpenAPI chooses by the path alone: `/users/me` takes no method of `/users/{id}`. What
        // stands behind a path only chooses among operations of that path.
        let mut chosen: Option<&Template> = None;
        let mut others: Vec<Method> = Vec::new();
        for (template, values) in fitting.filter(|(template, _)| is_meant(template)) {
            if chosen.is_some_and(|first| first.path.segments != template.path.segments) {
                break;
            }
            chosen = Some(template);
            let mut operations = template.operations.iter();
            if let Some((_, number)) = operations.find(|(known, _)| known == method) {
                return Route::Operation(*number, owned(&values));
            }
            let methods = template.operations.iter().map(|(known, _)| known);
            others.extend(methods.cloned());
        }
        match chosen {
            Some(_) => Route::OtherMethods(others),
            None => Route::Unknown,
        }
    }
}

/// The values of path parameters, to keep.
pub(crate) fn owned(values: &[(&str, &str)]) -> Vec<(String, String)> {
    let values = values.iter();
    let values = values.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    values.collect()
}

fn decoded(path: &str) -> Vec<String> {
    path.split('/').skip(1).map(decode).collect()
}

/// A segment without its percent-encoding; what is no UTF-8 stays as it is.
fn decode(segment: &str) -> String {
    percent_encoding::percent_decode_str(segment)
        .decode_utf8()
        .map_or_else(|_| segment.to_owned(), Into::into)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use std::sync::Arc;

    use super::Route;
    use crate::api::Api;
    use crate::request::Request;
    use http::Method;

    fn find(method: &Method, path: &str) -> Route {
        let operation = json!({"responses": {"200": {"description": "Fine."}}});
        let root = json!({"paths": {
            "/users/{id}": {"get": operation, "delete": operation},
            "/users/me": {"get": operation},
            "/files/{name}.{kind}": {"get": operation},
            "/": {"get": operation},
        }});
        let request = Request::for_tests(method.as_str(), path, "");
        Api::new(&Arc::new(root)).router.find(&request)
    }

    /// The operation that a request leads to, by its id.
    fn led(keys: &[&str], request: &Request) -> Option<String> {
        let mut root = json!({"paths": {}});
        for key in keys {
            let operation = json!({"operationId": key, "responses": {}});
            root["paths"][*key] = json!({"post": operation});
        }
        let api = Api::new(&Arc::new(root));
        match api.router.find(request) {
            Route::Operation(number, _) => Some(api.operations[number].id.clone()),
            _ => None,
        }
    }

    fn values(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect()
    }

    #[test]
    fn fixed_text_wins_over_parameters() {
        assert_eq!(
            find(&Method::GET, "/users/me"),
            Route::Operation(2, Vec::new())
        );
        assert_eq!(
            find(&Method::DELETE, "/users/me"),
            Route::OtherMethods(vec![Method::GET])
        );
    }

    #[test]
    fn the_more_concrete_segment_wins_in_any_order() {
        let mut keys = [
            "/jobs/{id}",
            "/jobs/{id}:cancel",
            "/jobs/{id}:re{what}",
            "/jobs/all:cancel",
            "/jobs/{id}/logs/{name}",
            "/jobs/{id}:{version}/logs/{name}.txt",
            "/jobs/{id}:{version}/logs/{name}",
        ];
        for _ in 0..keys.len() {
            keys.rotate_left(1);
            for (path, key) in [
                ("/jobs/7", "/jobs/{id}"),
                ("/jobs/7:cancel", "/jobs/{id}:cancel"),
                ("/jobs/a:cancel:cancel", "/jobs/{id}:cancel"),
                ("/jobs/:cancel", "/jobs/{id}"),
                ("/jobs/7:restart", "/jobs/{id}:re{what}"),
                ("/jobs/all:cancel", "/jobs/all:cancel"),
                ("/jobs/7/logs/x.txt", "/jobs/{id}/logs/{name}"),
                (
                    "/jobs/7:2/logs/x.txt",
                    "/jobs/{id}:{version}/logs/{name}.txt",
                ),
                ("/jobs/7:2/logs/x", "/jobs/{id}:{version}/logs/{name}"),
            ] {
                let request = Request::for_tests("POST", path, "");
                assert_eq!(
                    led(&keys, &request).as_deref(),
                    Some(key),
                    "{path} of {keys:?}"
                );
            }
        }
    }

    #[test]
    fn what_stands_behind_a_path_tells_its_operations_apart() {
        let keys = [
            "/messages",
            "/messages?beta=true",
            "/batches?beta=true",
            "/#Action=Create",
            "/#Action=Delete",
            "/files#upload",
        ];
        let asked = |path, query: &str| {
            let mut request = Request::for_tests("POST", path, "");
            query.clone_into(&mut request.query);
            led(&keys, &request)
        };
        for (path, query, key) in [
            ("/messages", "", Some("/messages")),
            ("/messages", "beta=false", Some("/messages")),
            ("/messages", "x=1&beta=true", Some("/messages?beta=true")),
            ("/batches", "beta=true", Some("/batches?beta=true")),
            ("/batches", "", None),
            ("/", "Action=Delete&Version=1", Some("/#Action=Delete")),
            ("/files", "", Some("/files#upload")),
        ] {
            assert_eq!(asked(path, query).as_deref(), key, "{path}?{query}");
        }
        let mut request = Request::for_tests("POST", "/", "");
        assert_eq!(led(&keys, &request), None);
        request
            .headers
            .insert("action", http::HeaderValue::from_static("Create"));
        assert_eq!(led(&keys, &request).as_deref(), Some("/#Action=Create"));
        request.headers.clear();
        request.headers.insert(
            "content-type",
            http::HeaderValue::from_static("application/x-www-form-urlencoded"),
        );
        request.body = "Action=Delete".into();
        assert_eq!(led(&keys, &request).as_deref(), Some("/#Action=Delete"));
    }

    #[test]
    fn parameters_are_decoded_and_may_share_a_segment() {
        assert_eq!(
            find(&Method::GET, "/users/a%2Fb%20c"),
            Route::Operation(0, values(&[("id", "a/b c")]))
        );
        assert_eq!(
            find(&Method::GET, "/files/report.final.pdf"),
            Route::Operation(3, values(&[("name", "report"), ("kind", "final.pdf")]))
        );
        assert_eq!(find(&Method::GET, "/users/"), Route::Unknown);
    }

    #[test]
    fn the_methods_of_a_known_path_are_told() {
        assert_eq!(
            find(&Method::PUT, "/users/7"),
            Route::OtherMethods(vec![Method::GET, Method::DELETE])
        );
        assert_eq!(find(&Method::PUT, "/user/7"), Route::Unknown);
        assert_eq!(find(&Method::GET, "/"), Route::Operation(4, Vec::new()));
    }

    #[test]
    fn head_stands_for_get() {
        assert_eq!(find(&Method::HEAD, "/"), Route::Operation(4, Vec::new()));
        assert_eq!(find(&Method::HEAD, "/user/7"), Route::Unknown);
    }
}
