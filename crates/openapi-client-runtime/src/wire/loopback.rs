//! This machine, by whatever name.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Whether what goes to a URL stays on this machine. For names that holds because of [`Names`].
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => is_local(name),
        None => false,
    }
}

fn is_local(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

/// Resolves `localhost` and the names below it to this machine, as RFC 6761 (section 6.3) has it,
/// and all others as the system does. A name server could send them anywhere.
pub(crate) struct Names;

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            if is_local(name.as_str()) {
                let here = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
                return Ok(Box::new(here.map(|ip| SocketAddr::new(ip, 0)).into_iter()) as Addrs);
            }
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(Box::new(found.collect::<Vec<_>>().into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use proptest::prelude::*;

    #[test]
    fn other_names_and_addresses_are_elsewhere() {
        for host in [
            "localhost.",
            "api.localhost.",
            "localhost.example.com",
            "notlocalhost",
            "127.0.0.1.example.com",
            "10.0.0.1",
            "0.0.0.0",
            "[::]",
            "[::ffff:127.0.0.1]",
        ] {
            let url = Url::parse(&format!("http://{host}/")).unwrap();
            assert!(!is_loopback(&url), "{host}");
        }
    }

    proptest! {
        #[test]
        fn what_counts_as_this_machine_is_reached_without_a_name_server(
            host in "([a-zA-Z0-9-]{1,6}\\.){0,2}(localhost|LocalHost)|127\\.[0-9]\\.0\\.[0-9]|2130706433|\\[::1\\]",
        ) {
            // A few are no names, such as a part in Punycode that means nothing.
            let Ok(url) = Url::parse(&format!("http://{host}/")) else { return Ok(()) };
            prop_assert!(is_loopback(&url));
            if let Some(Host::Domain(name)) = url.host() {
                // At once, so nobody was asked.
                let found = Names.resolve(name.parse().unwrap()).now_or_never().unwrap().unwrap();
                let found: Vec<_> = found.collect();
                prop_assert!(!found.is_empty() && found.iter().all(|at| at.ip().is_loopback()));
            }
        }
    }
}
