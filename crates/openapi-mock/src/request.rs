//! Requests as they came.

use std::fmt;
use std::net::IpAddr;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method};
use serde_json::Value;

/// A request as a mock received it.
///
/// ```
/// # async fn shown(server: openapi_mock::MockServer) {
/// for request in server.requests() {
///     println!("{} {}", request.method(), request.path());
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Who sent it, where that is known.
    pub(crate) peer: Option<IpAddr>,
    /// Whether it came outside of the prefix of the mock, to a path from the root of the server.
    pub(crate) at_root: bool,
}

/// Bodies that may share a buffer with what came before and after them.
const SMALL: usize = 64 * 1024;

#[cfg(test)]
impl Request {
    pub(crate) fn for_tests(method: &str, path: &str, body: &str) -> Self {
        Self {
            method: method.parse().unwrap(),
            path: path.to_owned(),
            query: String::new(),
            headers: HeaderMap::new(),
            body: Bytes::copy_from_slice(body.as_bytes()),
            peer: None,
            at_root: false,
        }
    }
}

impl Request {
    /// The same request with headers of its own: as they were read, they keep all that came along
    /// in one piece from being freed.
    pub(crate) fn detached(mut self) -> Self {
        for value in self.headers.values_mut() {
            if let Ok(mut copy) = HeaderValue::from_bytes(value.as_bytes()) {
                copy.set_sensitive(value.is_sensitive());
                *value = copy;
            }
        }
        // A larger one came in several pieces, and is a copy already.
        if self.body.len() < SMALL {
            self.body = Bytes::copy_from_slice(&self.body);
        }
        self
    }

    /// About how many bytes it takes.
    pub(crate) fn size(&self) -> usize {
        /// What stands around the texts of a request, and of each header.
        const AROUND: usize = 512;
        const AROUND_HEADER: usize = 64;
        let headers = self.headers.iter();
        let headers =
            headers.map(|(name, value)| name.as_str().len() + value.len() + AROUND_HEADER);
        AROUND + self.path.len() + self.query.len() + self.body.len() + headers.sum::<usize>()
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path below the base URL of the mock, as sent: percent-encoded, with a slash in front.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The query without its question mark, as sent; empty where there is none.
    pub fn query(&self) -> &str {
        &self.query
    }

    /// Names and values of the query, decoded, in their order.
    pub fn query_pairs(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.query.as_bytes())
            .into_owned()
            .collect()
    }

    /// All headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The first header of this name, if it is a text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as sent.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body as JSON, if it is JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// Shows no values of headers and queries, and no body: credentials stand there.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.keys().map(http::HeaderName::as_str).collect();
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("headers", &names)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debugging_shows_no_credentials() {
        let mut request = Request {
            method: Method::GET,
            path: "/clients".to_owned(),
            query: "key=s3cret".to_owned(),
            headers: HeaderMap::new(),
            body: Bytes::from_static(b"s3cret"),
            peer: None,
            at_root: false,
        };
        let value = http::HeaderValue::from_static("Bearer s3cret");
        request.headers.insert(http::header::AUTHORIZATION, value);
        let shown = format!("{request:?}");
        assert!(shown.contains("/clients") && shown.contains("authorization"));
        assert!(!shown.contains("s3cret"), "{shown}");
    }
}
