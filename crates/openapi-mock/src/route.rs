//! From a path to an operation.

use std::cmp::Reverse;

use http::Method;

use crate::api::Operation;

/// Finds operations by method and path.
#[derive(Debug)]
pub(crate) struct Router {
    /// Those with more fixed text first, so that `/users/me` wins over `/users/{id}`.
    templates: Vec<Template>,
}

#[derive(Debug)]
struct Template {
    segments: Vec<Segment>,
    /// The numbers of the operations of this path.
    operations: Vec<(Method, usize)>,
}

/// A part of a path between slashes, such as `users`, `{id}` or `{id}.pdf`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Fixed(String),
    Parameter(String),
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
        let mut paths: Vec<&str> = Vec::new();
        for (number, operation) in operations.iter().enumerate() {
            let entry = (operation.method.clone(), number);
            let known = paths.iter().position(|path| *path == operation.path);
            let number = known.unwrap_or(templates.len());
            if known.is_none() {
                paths.push(&operation.path);
                templates.push(Template {
                    segments: segments(&operation.path),
                    operations: Vec::new(),
                });
            }
            templates[number].operations.push(entry);
        }
        templates.sort_by_cached_key(|template| {
            let fixed: Vec<_> = template.segments.iter().map(Segment::is_fixed).collect();
            Reverse(fixed)
        });
        Self { templates }
    }

    /// `path` starts with a slash and is still percent-encoded. A HEAD that is not declared is a
    /// GET whose body stays at home (RFC 9110, section 9.3.2).
    pub(crate) fn find(&self, method: &Method, path: &str) -> Route {
        match self.declared(method, path) {
            Route::OtherMethods(methods)
                if method == Method::HEAD && methods.contains(&Method::GET) =>
            {
                self.declared(&Method::GET, path)
            }
            route => route,
        }
    }

    fn declared(&self, method: &Method, path: &str) -> Route {
        let wanted: Vec<String> = path.split('/').skip(1).map(decode).collect();
        // OpenAPI chooses by the path alone: `/users/me` takes no method of `/users/{id}`.
        let mut found = self.templates.iter().filter_map(|template| {
            let values = matching(&template.segments, &wanted)?;
            Some((&template.operations, values))
        });
        let Some((operations, values)) = found.next() else {
            return Route::Unknown;
        };
        match operations.iter().find(|(known, _)| known == method) {
            Some((_, number)) => Route::Operation(*number, values),
            None => {
                Route::OtherMethods(operations.iter().map(|(known, _)| known.clone()).collect())
            }
        }
    }
}

impl Segment {
    /// Whether it holds no parameter.
    pub(crate) fn is_fixed(&self) -> bool {
        matches!(self.parts.as_slice(), [Part::Fixed(_)])
    }

    /// The parameter that is all of the segment.
    pub(crate) fn parameter(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [Part::Parameter(name)] => Some(name),
            _ => None,
        }
    }

    /// The values of the parameters, if `text` is such a segment. An empty value is none.
    fn values(&self, text: &str) -> Option<Vec<(String, String)>> {
        let mut values = Vec::new();
        let mut rest = text;
        let mut parts = self.parts.iter().peekable();
        while let Some(part) = parts.next() {
            match (part, parts.peek()) {
                (Part::Fixed(fixed), _) => rest = rest.strip_prefix(fixed.as_str())?,
                (Part::Parameter(name), None) => {
                    values.push((name.clone(), rest.to_owned()));
                    rest = "";
                }
                (Part::Parameter(name), Some(next)) => {
                    let Part::Fixed(fixed) = next else {
                        return None;
                    };
                    let end = rest.find(fixed.as_str())?;
                    values.push((name.clone(), rest[..end].to_owned()));
                    rest = &rest[end..];
                }
            }
        }
        let filled = values.iter().all(|(_, value)| !value.is_empty());
        (rest.is_empty() && filled).then_some(values)
    }
}

/// The segments of a path template.
pub(crate) fn segments(template: &str) -> Vec<Segment> {
    template.split('/').skip(1).map(segment).collect()
}

fn segment(text: &str) -> Segment {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((fixed, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        if !fixed.is_empty() {
            parts.push(Part::Fixed(fixed.to_owned()));
        }
        parts.push(Part::Parameter(name.to_owned()));
        rest = after;
    }
    if !rest.is_empty() || parts.is_empty() {
        parts.push(Part::Fixed(rest.to_owned()));
    }
    Segment { parts }
}

/// The values of the path parameters, if the path is one of the template.
pub(crate) fn matching(template: &[Segment], path: &[String]) -> Option<Vec<(String, String)>> {
    if template.len() != path.len() {
        return None;
    }
    let mut values = Vec::new();
    for (segment, text) in template.iter().zip(path) {
        values.extend(segment.values(text)?);
    }
    Some(values)
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
    use http::Method;

    fn find(method: &Method, path: &str) -> Route {
        let operation = json!({"responses": {"200": {"description": "Fine."}}});
        let root = json!({"paths": {
            "/users/{id}": {"get": operation, "delete": operation},
            "/users/me": {"get": operation},
            "/files/{name}.{kind}": {"get": operation},
            "/": {"get": operation},
        }});
        Api::new(&Arc::new(root)).router.find(method, path)
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
