//! A request as generated code puts it together: what the client adds comes later.

use std::fmt;

use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;
use url::Url;

use crate::wire::body::Body;
use crate::wire::query::{self, Pairs};
use crate::{Failure, FormField, Method, QueryParam};

/// The parts of a request, each written once.
#[doc(hidden)]
#[derive(Debug)]
pub struct Request {
    pub(crate) method: Method,
    /// Absolute; without a query.
    pub(crate) url: String,
    pub(crate) query: Pairs,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Body>,
}

impl Request {
    pub(crate) fn new(method: Method, url: String) -> Self {
        Self {
            method,
            url,
            query: Pairs::default(),
            headers: HeaderMap::new(),
            body: None,
        }
    }

    /// The URL as it goes out. Generated code tells operations on one path apart by a fragment; it means
    /// nothing here.
    pub(crate) fn parsed_url(&self) -> Result<Url, Failure> {
        let end = self.url.find('#').unwrap_or(self.url.len());
        let url = &self.url[..end];
        let parsed = if self.query.is_empty() {
            Url::parse(url)
        } else {
            let sign = if url.contains('?') { '&' } else { '?' };
            Url::parse(&format!("{url}{sign}{}", self.query.as_str()))
        };
        parsed.map_err(|error| Failure::invalid(format!("the request cannot be built: {error}")))
    }
}

/// Starts requests. Only generated code names it.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Requests;

macro_rules! requests {
    ($($name:ident: $method:ident),+) => {
        impl Requests {
            $(
                pub fn $name(self, url: impl Into<String>) -> RequestBuilder {
                    RequestBuilder(Ok(Request::new(Method::$method, url.into())))
                }
            )+
        }
    };
}

impl Requests {
    pub fn request(self, method: Method, url: impl Into<String>) -> RequestBuilder {
        RequestBuilder(Ok(Request::new(method, url.into())))
    }
}

requests!(get: Get, put: Put, post: Post, patch: Patch, delete: Delete, head: Head);

/// A [`Request`] in the making; what cannot be written is told at the end. Only generated code names
/// it.
#[doc(hidden)]
#[must_use = "a request does nothing until it is sent"]
pub struct RequestBuilder(Result<Request, Failure>);

impl RequestBuilder {
    fn with(self, change: impl FnOnce(&mut Request) -> Result<(), String>) -> Self {
        Self(self.0.and_then(|mut request| {
            change(&mut request).map_err(|reason| {
                Failure::invalid(format!("the request cannot be built: {reason}"))
            })?;
            Ok(request)
        }))
    }

    /// Adds a query parameter behind the others.
    pub fn query<T: Serialize>(self, parameter: &QueryParam<'_, T>) -> Self {
        self.with(|request| {
            let written = parameter.write(&mut request.query);
            written.map_err(|reason| format!("query parameter `{}` {reason}", parameter.name()))
        })
    }

    /// Sets a header.
    pub fn header(self, name: HeaderName, value: HeaderValue) -> Self {
        self.with(|request| {
            request.headers.insert(name, value);
            Ok(())
        })
    }

    /// Sets all headers of header parameters.
    pub fn headers(self, headers: HeaderMap) -> Self {
        self.with(|request| {
            if request.headers.is_empty() {
                request.headers = headers;
            } else {
                request.headers.extend(headers);
            }
            Ok(())
        })
    }

    /// Sets the body, as JSON.
    pub fn json<T: Serialize + ?Sized>(self, body: &T) -> Self {
        self.with(|request| {
            let json = serde_json::to_vec(body).map_err(|error| error.to_string())?;
            request.body = Some(json.into());
            let json = HeaderValue::from_static("application/json");
            request.headers.entry(CONTENT_TYPE).or_insert(json);
            Ok(())
        })
    }

    /// Sets the body, as it is.
    pub fn body(self, body: impl Into<Body>) -> Self {
        self.with(|request| {
            request.body = Some(body.into());
            Ok(())
        })
    }

    /// Sets the body, as `application/x-www-form-urlencoded`; lists repeat their name.
    ///
    /// # Errors
    ///
    /// When the body is not a flat object of scalars and lists of scalars.
    pub fn form_urlencoded<T: Serialize + ?Sized>(self, body: &T) -> Result<Self, Failure> {
        self.form(query::flat_form(body))
    }

    /// The same, with fields that are written in a way of their own.
    ///
    /// # Errors
    ///
    /// When the body is no object, or a value does not fit the way its field is written.
    pub fn form_encoded<T: Serialize + ?Sized>(
        self,
        body: &T,
        fields: &[FormField],
    ) -> Result<Self, Failure> {
        self.form(query::form(body, fields))
    }

    fn form(self, form: Result<String, String>) -> Result<Self, Failure> {
        let form = form.map_err(|reason| {
            Failure::invalid(format!("the body cannot be written as a form: {reason}"))
        })?;
        let media_type = HeaderValue::from_static("application/x-www-form-urlencoded");
        Ok(self.header(CONTENT_TYPE, media_type).body(form))
    }

    /// Ends the request.
    ///
    /// # Errors
    ///
    /// When a part of it cannot be written.
    pub fn build(self) -> Result<Request, Failure> {
        self.0
    }
}

impl fmt::Debug for RequestBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestBuilder").finish_non_exhaustive()
    }
}
