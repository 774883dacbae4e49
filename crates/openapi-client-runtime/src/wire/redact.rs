//! What traces may show of headers and queries: what is on a list, and nothing else.

use std::collections::BTreeSet;
use std::fmt;

use http::header::HeaderMap;
use url::Url;

use crate::facts::api::{Api, ApiKeyLocation, SchemeKind};

/// Headers that never hold anything secret.
const HEADERS: &[&str] = &[
    "accept",
    "accept-encoding",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "retry-after",
    "user-agent",
];

/// Headers that always do.
const SECRET_HEADERS: &[&str] = &[
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
];

/// The names whose values may be shown.
#[derive(Clone, Debug)]
pub(crate) struct AllowList {
    headers: BTreeSet<String>,
    query: BTreeSet<String>,
}

impl AllowList {
    /// The usual names and those the user adds; never where an API key of `api` goes.
    pub(crate) fn new(api: &Api, headers: &[String], query: &[String]) -> Self {
        let mut allowed = Self {
            headers: HEADERS
                .iter()
                .chain(api.request_id_headers)
                .map(ToString::to_string)
                .chain(headers.iter().map(|name| name.to_ascii_lowercase()))
                .collect(),
            query: query.iter().cloned().collect(),
        };
        for name in SECRET_HEADERS {
            allowed.headers.remove(*name);
        }
        for scheme in api.schemes {
            if let SchemeKind::ApiKey { location, name } = scheme.kind {
                match location {
                    ApiKeyLocation::Header => allowed.headers.remove(&name.to_ascii_lowercase()),
                    ApiKeyLocation::Query => allowed.query.remove(name),
                    ApiKeyLocation::Cookie => false,
                };
            }
        }
        allowed
    }

    pub(crate) const fn headers<'a>(&'a self, headers: &'a HeaderMap) -> impl fmt::Display + 'a {
        Headers(self, headers)
    }

    pub(crate) const fn query<'a>(&'a self, url: &'a Url) -> impl fmt::Display + 'a {
        Query(self, url)
    }
}

const REDACTED: &str = "[redacted]";

struct Headers<'a>(&'a AllowList, &'a HeaderMap);

impl fmt::Display for Headers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, value)) in self.1.iter().enumerate() {
            let shown = self.0.headers.contains(name.as_str()) && !value.is_sensitive();
            let value = value.to_str().ok().filter(|_| shown).unwrap_or(REDACTED);
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{name}: {value}")?;
        }
        Ok(())
    }
}

struct Query<'a>(&'a AllowList, &'a Url);

impl fmt::Display for Query<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, value)) in self.1.query_pairs().enumerate() {
            let shown = self.0.query.contains(name.as_ref());
            let value = if shown { value.as_ref() } else { REDACTED };
            let separator = if index == 0 { "" } else { "&" };
            write!(
                f,
                "{separator}{}={}",
                name.escape_debug(),
                value.escape_debug()
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scheme;
    use http::header::HeaderValue;

    static API: Api = Api::new("x", "1").schemes(&[
        Scheme::new(
            "header",
            SchemeKind::ApiKey {
                location: ApiKeyLocation::Header,
                name: "X-Key",
            },
            "header",
        ),
        Scheme::new(
            "query",
            SchemeKind::ApiKey {
                location: ApiKeyLocation::Query,
                name: "key",
            },
            "query",
        ),
    ]);

    #[test]
    fn only_names_on_the_list_are_shown_and_secret_ones_never() {
        let names = ["X-Key", "Cookie", "X-Own"].map(str::to_owned);
        let query = ["key", "limit"].map(str::to_owned);
        let allowed = AllowList::new(&API, &names, &query);
        let mut headers = HeaderMap::new();
        for name in [
            "accept",
            "authorization",
            "cookie",
            "x-key",
            "x-own",
            "x-other",
        ] {
            headers.insert(name, HeaderValue::from_static("value"));
        }
        let mut sensitive = HeaderValue::from_static("value");
        sensitive.set_sensitive(true);
        headers.insert("date", sensitive);
        let mut shown: Vec<String> = allowed
            .headers(&headers)
            .to_string()
            .split("; ")
            .map(str::to_owned)
            .collect();
        shown.sort();
        assert_eq!(
            shown,
            [
                "accept: value",
                "authorization: [redacted]",
                "cookie: [redacted]",
                "date: [redacted]",
                "x-key: [redacted]",
                "x-other: [redacted]",
                "x-own: value",
            ]
        );
        let url = Url::parse("http://h/?limit=5&key=s3cret&q=me%40example.com").unwrap();
        assert_eq!(
            allowed.query(&url).to_string(),
            "limit=5&key=[redacted]&q=[redacted]"
        );
    }
}
