//! Redirections, where a client was told to follow them.

use std::borrow::Cow;

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use reqwest::{Method, Request, Response, StatusCode};
use url::Url;

use crate::facts::api::{Api, ApiKeyLocation, SchemeKind};
use crate::wire::query;

/// Where a redirection leads.
#[derive(Debug)]
pub(crate) struct Redirection {
    pub(crate) url: Url,
    pub(crate) method: Method,
    /// Whether the target has another scheme, host or port: no credential may go there.
    pub(crate) leaves_origin: bool,
}

/// The request that a redirection asks for (RFC 9110, section 15.4), or `None` where it is not to be
/// followed: from `https` to `http`, out of the web, or with a body or an API key to another origin.
pub(crate) fn target(
    api: &Api,
    method: &Method,
    url: &Url,
    response: &Response,
) -> Option<Redirection> {
    let is_safe = matches!(*method, Method::GET | Method::HEAD);
    let method = match response.status() {
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND if is_safe => method.clone(),
        StatusCode::SEE_OTHER if *method == Method::HEAD => Method::HEAD,
        StatusCode::SEE_OTHER => Method::GET,
        StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => method.clone(),
        _ => return None,
    };
    let location = response.headers().get(LOCATION)?.to_str().ok()?;
    let mut target = url.join(location).ok()?;
    // These fail only for URLs without a host.
    let _ = target.set_username("");
    let _ = target.set_password(None);
    let downgrade = url.scheme() == "https" && target.scheme() != "https";
    let leaves_origin = target.origin() != url.origin();
    let carries_body = !matches!(method, Method::GET | Method::HEAD);
    let refused = downgrade
        || !matches!(target.scheme(), "http" | "https")
        || (leaves_origin && (carries_body || repeats_key(api, url, &target)));
    if !leaves_origin {
        keep_keys(api, url, &mut target);
    }
    (!refused).then_some(Redirection {
        url: target,
        method,
        leaves_origin,
    })
}

/// The API keys in the query of a URL.
fn keys<'a>(api: &Api, url: &'a Url) -> impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)> {
    let is_key = |name: &str| {
        let location = ApiKeyLocation::Query;
        api.schemes.iter().any(|scheme| {
            matches!(scheme.kind, SchemeKind::ApiKey { location: own, name: key }
                if own == location && key == name)
        })
    };
    url.query_pairs().filter(move |(name, _)| is_key(name))
}

/// Whether the server sends an API key on, under whatever name.
fn repeats_key(api: &Api, from: &Url, to: &Url) -> bool {
    keys(api, from).any(|(_, key)| to.query_pairs().any(|(_, value)| value == key))
}

/// Puts the API keys of the query into a target that leaves them out.
fn keep_keys(api: &Api, from: &Url, to: &mut Url) {
    for (name, key) in keys(api, from) {
        if !to.query_pairs().any(|(own, _)| own == name) {
            to.query_pairs_mut().append_pair(&name, &key);
            query::spaces(to);
        }
    }
}

/// Turns `request` into the one that the redirection asks for.
pub(crate) fn apply(redirection: Redirection, request: &mut Request) {
    if matches!(redirection.method, Method::GET | Method::HEAD) {
        *request.body_mut() = None;
        for name in [CONTENT_TYPE, CONTENT_LENGTH, CONTENT_ENCODING] {
            request.headers_mut().remove(name);
        }
    }
    *request.method_mut() = redirection.method;
    *request.url_mut() = redirection.url;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scheme;

    static API: Api = Api::new("x", "1").schemes(&[Scheme::new(
        "key",
        SchemeKind::ApiKey {
            location: ApiKeyLocation::Query,
            name: "key",
        },
        "key",
    )]);

    fn follow(
        method: &Method,
        from: &str,
        status: u16,
        to: &str,
    ) -> Option<(String, String, bool)> {
        let response = http::Response::builder()
            .status(status)
            .header(LOCATION, to)
            .body("")
            .unwrap();
        let found = target(&API, method, &Url::parse(from).unwrap(), &response.into())?;
        Some((
            found.method.to_string(),
            found.url.to_string(),
            found.leaves_origin,
        ))
    }

    #[test]
    fn methods_and_origins() {
        let from = "https://api.example.com/v1/a?x=1";
        let get = |status, to| follow(&Method::GET, from, status, to);
        let post = |status, to| follow(&Method::POST, from, status, to);
        let there = |method: &str, url: &str, leaves| Some((method.into(), url.into(), leaves));
        assert_eq!(
            get(302, "b"),
            there("GET", "https://api.example.com/v1/b", false)
        );
        assert_eq!(
            get(308, "//cdn.example.com/b"),
            there("GET", "https://cdn.example.com/b", true)
        );
        assert_eq!(
            get(301, "https://api.example.com:8443/"),
            there("GET", "https://api.example.com:8443/", true)
        );
        assert_eq!(
            get(301, "https://me:pw@api.example.com/b"),
            there("GET", "https://api.example.com/b", false)
        );
        assert_eq!(
            post(303, "/done"),
            there("GET", "https://api.example.com/done", false)
        );
        assert_eq!(
            post(307, "/again"),
            there("POST", "https://api.example.com/again", false)
        );
        let keyed = "https://api.example.com/a?x=1&key=a%2Bb";
        let get_keyed = |to| follow(&Method::GET, keyed, 302, to);
        assert_eq!(
            get_keyed("/b?y=2"),
            there("GET", "https://api.example.com/b?y=2&key=a%2Bb", false)
        );
        assert_eq!(
            get_keyed("/b?key=a%2Bb"),
            there("GET", "https://api.example.com/b?key=a%2Bb", false)
        );
        assert_eq!(
            get_keyed("https://cdn.example.com/b?key=other"),
            there("GET", "https://cdn.example.com/b?key=other", true)
        );
        for refused in [
            get_keyed("https://cdn.example.com/b?key=a%2Bb"),
            get_keyed("https://cdn.example.com/b?token=a%2Bb"),
            get(302, "http://api.example.com/b"),
            get(302, "file:///etc/passwd"),
            get(304, "/b"),
            post(302, "/b"),
            post(307, "https://evil.example.com/"),
        ] {
            assert_eq!(refused, None);
        }
    }
}
