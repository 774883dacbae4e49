//! The change to a request that makes it ask for another page.

use std::fmt;

use url::{Url, form_urlencoded};

use crate::facts::api::Api;
use crate::wire::query;
use crate::{ErrorKind, Failure, SchemeKind};

/// Which page a request asks for.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PageStep(Step);

#[derive(Clone, PartialEq, Eq)]
enum Step {
    Query { name: &'static str, value: String },
    Link(String),
}

impl PageStep {
    pub(crate) fn query(name: &'static str, value: String) -> Self {
        Self(Step::Query { name, value })
    }

    pub(crate) fn link(url: String) -> Self {
        Self(Step::Link(url))
    }

    /// Changes the URL of a request, which has no credentials yet. `base` is the client's base URL.
    pub(crate) fn apply(&self, api: &Api, base: &Url, url: &mut Url) -> Result<(), Failure> {
        match &self.0 {
            Step::Query { name, value } => {
                set_query_value(url, name, value);
                Ok(())
            }
            Step::Link(link) => {
                let mut link = checked_link(base, link).map_err(refused)?;
                link.set_fragment(None);
                strip_api_keys(api, &mut link);
                *url = link;
                Ok(())
            }
        }
    }
}

/// Cursors and links are the server's and may hold anything.
impl fmt::Debug for PageStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Step::Query { name, .. } => write!(f, "PageStep({name})"),
            Step::Link(_) => f.write_str("PageStep(link)"),
        }
    }
}

fn refused(reason: &str) -> Failure {
    Failure::new(
        ErrorKind::Pagination,
        format!("the server's link to the next page {reason}, so it was not followed"),
    )
}

/// A link is followed only below the base URL: it takes credentials along.
fn checked_link(base: &Url, link: &str) -> Result<Url, &'static str> {
    let link = Url::parse(link).map_err(|_| "is no URL")?;
    if link.scheme() != base.scheme() {
        return Err("has another scheme than the base URL");
    }
    if link.host() != base.host() {
        return Err("leads to another host than the base URL");
    }
    if link.port_or_known_default() != base.port_or_known_default() {
        return Err("leads to another port than the base URL");
    }
    if !link.username().is_empty() || link.password().is_some() {
        return Err("holds a user name or password");
    }
    let folder = base.path().trim_end_matches('/');
    match link.path().strip_prefix(folder) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => Ok(link),
        _ => Err("leads out of the path of the base URL"),
    }
}

/// A server that repeats the request in its link repeats the key, which is put on anew.
fn strip_api_keys(api: &Api, url: &mut Url) {
    for scheme in api.schemes {
        if let SchemeKind::ApiKey {
            location: crate::ApiKeyLocation::Query,
            name,
        } = scheme.kind
        {
            retain_query(url, name);
        }
    }
}

/// Replaces all values of a query parameter; the other parameters stay as they were written.
fn set_query_value(url: &mut Url, name: &str, value: &str) {
    retain_query(url, name);
    url.query_pairs_mut().append_pair(name, value);
    query::spaces(url);
}

/// Takes a parameter out of the query.
fn retain_query(url: &mut Url, name: &str) {
    let is_other = |pair: &&str| {
        let mut parsed = form_urlencoded::parse(pair.as_bytes());
        parsed.next().is_none_or(|(own, _)| own != name)
    };
    let Some(query) = url.query() else { return };
    let others: Vec<&str> = query.split('&').filter(is_other).collect();
    let others = others.join("&");
    url.set_query(Some(others.as_str()).filter(|query| !query.is_empty()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ApiKeyLocation, Scheme};
    use proptest::prelude::*;

    const KEY: SchemeKind = SchemeKind::ApiKey {
        location: ApiKeyLocation::Query,
        name: "key",
    };
    static API: Api = Api::new("x", "1.0.0").schemes(&[Scheme::new("key", KEY, "key")]);

    fn applied(base: &str, request: &str, step: &PageStep) -> Result<String, String> {
        let base = Url::parse(base).unwrap();
        let mut url = Url::parse(request).unwrap();
        let changed = step.apply(&API, &base, &mut url);
        changed.map_err(|failure| failure.reason().to_owned())?;
        Ok(url.to_string())
    }

    #[test]
    fn a_parameter_is_replaced_and_the_others_stay() {
        let step = PageStep::query("page[offset]", "a b&c".into());
        let request = "http://h/a?x=1,2&page%5Boffset%5D=3&y&page[offset]=4";
        assert_eq!(
            applied("http://h", request, &step).unwrap(),
            "http://h/a?x=1,2&y&page%5Boffset%5D=a%20b%26c"
        );
        assert_eq!(
            applied(
                "http://h",
                "http://h/a",
                &PageStep::query("offset", "5".into())
            )
            .unwrap(),
            "http://h/a?offset=5"
        );
    }

    #[test]
    fn a_link_replaces_path_and_query() {
        let follow = |base, link: &str| {
            applied(base, "http://h/api/a?x=1", &PageStep::link(link.to_owned()))
        };
        for (base, link, sent) in [
            ("http://h/api", "http://h/api/b?y=2#f", "http://h/api/b?y=2"),
            (
                "http://h/api/",
                "http://h:80/api?key=k&y=2",
                "http://h/api?y=2",
            ),
            ("http://h", "http://H/b", "http://h/b"),
        ] {
            assert_eq!(follow(base, link).as_deref(), Ok(sent));
        }
        for (link, reason) in [
            ("https://h/api/b", "scheme"),
            ("http://evil/api/b", "host"),
            ("http://h.evil/api/b", "host"),
            ("http://h:8080/api/b", "port"),
            ("http://h@evil/api/b", "host"),
            ("http://user@h/api/b", "user name"),
            ("http://h/apis/b", "path"),
            ("http://h/api/../b", "path"),
            ("http://h/api/%2e%2e/b", "path"),
            ("http://h/api\\..\\b", "path"),
            ("/api/b", "no URL"),
            ("file:///api/b", "scheme"),
        ] {
            let error = follow("http://h/api", link).unwrap_err();
            assert!(error.contains(reason), "{link}: {error}");
            assert!(!error.contains("evil"), "{error}");
        }
    }

    #[test]
    fn debug_shows_no_value() {
        let steps = [
            PageStep::query("after", "s3cret".into()),
            PageStep::link("http://h/s3cret".into()),
        ];
        assert!(!format!("{steps:?}").contains("s3cret"));
    }

    proptest! {
        #[test]
        fn any_cursor_arrives_as_it_was_given(cursor in "(.|[\u{FDD0}-\u{FDD3}]){0,40}", other in "[a-z=&;%+]{0,20}") {
            let mut url = Url::parse("http://h/a").unwrap();
            url.set_query(Some(&other));
            set_query_value(&mut url, "after", &cursor);
            let values: Vec<_> = url.query_pairs().filter(|(name, _)| name == "after").collect();
            prop_assert_eq!(values.len(), 1);
            prop_assert_eq!(&values[0].1, &cursor);
        }
    }
}
