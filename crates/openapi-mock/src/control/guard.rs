//! Keeps web pages away from the control endpoint.

use std::net::IpAddr;

use http::uri::Authority;

use crate::request::Request;

/// Refuses what a browser sends for a page of another origin. A page whose name was made to lead
/// here (DNS rebinding) is known by that name: addresses and `localhost` cannot be rebound.
pub(super) fn check(request: &Request) -> Result<(), String> {
    let host = request.header("host").unwrap_or_default();
    if !host.parse().is_ok_and(|host| is_direct(&host)) {
        return Err(
            "the control endpoint is only for requests to an IP address or localhost".to_owned(),
        );
    }
    let own = format!("http://{host}");
    let foreign_origin = request
        .header("origin")
        .is_some_and(|origin| !origin.eq_ignore_ascii_case(&own));
    let foreign_page = request
        .header("sec-fetch-site")
        .is_some_and(|site| site == "cross-site" || site == "same-site");
    if foreign_origin || foreign_page {
        return Err("the control endpoint is not for web pages of other origins".to_owned());
    }
    Ok(())
}

fn is_direct(host: &Authority) -> bool {
    let name = host.host();
    let address = name.trim_start_matches('[').trim_end_matches(']');
    address.parse::<IpAddr>().is_ok()
        || name.eq_ignore_ascii_case("localhost")
        || name.to_ascii_lowercase().ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue, Method};

    use super::*;

    fn allowed(headers: &[(&'static str, &'static str)]) -> bool {
        let pairs = headers.iter().map(|(name, value)| {
            let name = HeaderName::from_static(name);
            (name, HeaderValue::from_static(value))
        });
        let request = Request {
            method: Method::GET,
            path: "/_mock".to_owned(),
            query: String::new(),
            headers: pairs.collect::<HeaderMap>(),
            body: bytes::Bytes::new(),
            peer: None,
            at_root: false,
        };
        check(&request).is_ok()
    }

    #[test]
    fn only_direct_hosts() {
        for host in [
            "127.0.0.1:4010",
            "localhost",
            "LOCALHOST:80",
            "[::1]:4010",
            "192.168.0.7:80",
            "api.localhost",
        ] {
            assert!(allowed(&[("host", host)]), "{host}");
        }
        for host in [
            "evil.example:4010",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "",
            "a b",
        ] {
            assert!(!allowed(&[("host", host)]), "{host}");
        }
        assert!(!allowed(&[]));
    }

    #[test]
    fn only_pages_of_this_origin() {
        let host = ("host", "127.0.0.1:4010");
        assert!(allowed(&[host, ("origin", "http://127.0.0.1:4010")]));
        assert!(allowed(&[host, ("sec-fetch-site", "none")]));
        for origin in ["http://127.0.0.1:3000", "https://evil.example", "null"] {
            assert!(!allowed(&[host, ("origin", origin)]), "{origin}");
        }
        assert!(!allowed(&[host, ("sec-fetch-site", "cross-site")]));
    }
}
