//! Where users are sent back to.

use http::{StatusCode, header};
use url::{Host, Url};

use crate::access::Client;
use crate::reply::Reply;

/// The address to which the answer to an authorization request goes.
///
/// A registered address has to match exactly, but for the port of one on this machine (RFC 8252,
/// section 7.3). The clients that are there from the start take every address on this machine.
pub(super) fn target(client: &Client, asked: Option<&str>) -> Result<Url, &'static str> {
    let asked = match (asked, client.redirect_uris.as_slice()) {
        (Some(asked), _) => asked,
        (None, [only]) => only,
        (None, _) => return Err("`redirect_uri` is missing"),
    };
    let url = Url::parse(asked).map_err(|_| "`redirect_uri` is no absolute URL")?;
    if url.fragment().is_some() {
        return Err("`redirect_uri` has a fragment");
    }
    let local = is_loopback(&url);
    let mut registered = client.redirect_uris.iter();
    let known = registered.any(|known| known == asked || (local && same_but_port(known, &url)));
    if known || (client.any_loopback && local) {
        return Ok(url);
    }
    Err("`redirect_uri` is not one that is registered for this client")
}

fn same_but_port(known: &str, url: &Url) -> bool {
    let same = |mut known: Url| {
        let set = known.set_port(url.port());
        set.is_ok() && known == *url
    };
    Url::parse(known).is_ok_and(same)
}

fn is_loopback(url: &Url) -> bool {
    let plain = url.username().is_empty() && url.password().is_none();
    let local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    plain && local && matches!(url.scheme(), "http" | "https")
}

/// Sends the user's browser back with these parameters.
pub(super) fn to(mut url: Url, parameters: &[(&str, &str)]) -> Reply {
    url.query_pairs_mut().extend_pairs(parameters);
    let mut reply = Reply::empty(StatusCode::FOUND);
    reply.set(header::LOCATION, url.as_str());
    reply.set(header::CACHE_CONTROL, "no-store");
    reply.set(header::REFERRER_POLICY, "no-referrer");
    reply
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{target, to};
    use crate::access::{Client, Standing};

    fn client(redirect_uris: &[&str], any_loopback: bool) -> Client {
        Client {
            secret: None,
            features: BTreeSet::new(),
            trusted: true,
            standing: Standing::Good,
            redirect_uris: redirect_uris.iter().map(|&uri| uri.to_owned()).collect(),
            any_loopback,
        }
    }

    #[test]
    fn registered_addresses_match_exactly_but_for_local_ports() {
        let client = client(
            &[
                "https://app.example.com/cb?a=1",
                "http://127.0.0.1/cb",
                "app:/cb",
            ],
            false,
        );
        for good in [
            "https://app.example.com/cb?a=1",
            "http://127.0.0.1/cb",
            "http://127.0.0.1:8123/cb",
            "app:/cb",
        ] {
            assert!(target(&client, Some(good)).is_ok(), "{good}");
        }
        for bad in [
            "https://app.example.com/cb",
            "https://app.example.com/cb?a=1&b",
            "https://app.example.com:444/cb?a=1",
            "https://app.example.com/cb/../cb?a=1",
            "https://APP.example.com/cb?a=1",
            "http://127.0.0.1:8123/other",
            "http://localhost:8123/cb",
            "http://me@127.0.0.1/cb",
            "app:/cb#x",
            "/cb",
            "javascript:alert(1)",
        ] {
            assert!(target(&client, Some(bad)).is_err(), "{bad}");
        }
        assert!(target(&client, None).is_err(), "which of them?");
    }

    #[test]
    fn the_only_address_need_not_be_said() {
        let one = client(&["https://app.example.com/cb"], false);
        assert_eq!(target(&one, None).unwrap().path(), "/cb");
        assert!(target(&client(&[], true), None).is_err());
    }

    #[test]
    fn clients_from_the_start_stay_on_this_machine() {
        let client = client(&[], true);
        for good in [
            "http://localhost:1/x",
            "http://[::1]:9/y?z",
            "https://127.0.0.1/",
        ] {
            assert!(target(&client, Some(good)).is_ok(), "{good}");
        }
        for bad in [
            "http://localhost.example.com/",
            "http://127.0.0.1.example.com",
            "ftp://localhost/",
            "http://128.0.0.1/",
        ] {
            assert!(target(&client, Some(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_stands_in_the_query_stays_and_nothing_breaks_out_of_it() {
        let url = "http://localhost/cb?a=1".parse().unwrap();
        let reply = to(url, &[("state", "x&code=y\r\nSet-Cookie: z")]);
        let location = reply.headers["location"].to_str().unwrap();
        assert_eq!(
            location,
            "http://localhost/cb?a=1&state=x%26code%3Dy%0D%0ASet-Cookie%3A+z"
        );
    }
}
