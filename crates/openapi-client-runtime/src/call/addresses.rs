//! Where calls go: the address of the client, or the server that an operation has of its own.

use std::borrow::Cow;

use url::Url;

use crate::{Failure, Operation, Server};

/// The addresses of a client.
pub(crate) struct Addresses {
    /// Where the document begins; `None` where all of its operations have servers of their own.
    pub(crate) base: Option<Url>,
    /// The environment that was chosen. Without one, the base URL is the user's own, and stands for
    /// the servers of all operations.
    pub(crate) environment: Option<&'static str>,
}

impl Addresses {
    /// Where the calls of an operation go, credentials included.
    pub(crate) fn of(&self, operation: &Operation) -> Result<Cow<'_, Url>, Failure> {
        let servers = operation.servers();
        let is_users_own = self.base.is_some() && self.environment.is_none();
        if servers.is_empty() || is_users_own {
            return self.base().map(Cow::Borrowed);
        }
        let server = self.choose(servers).ok_or_else(|| {
            Failure::invalid(format!(
                "the document names no server of this operation in the environment `{}`: give the \
                 client a `base_url`",
                self.environment.unwrap_or_default()
            ))
        })?;
        let unfit = |reason: &str| {
            Failure::invalid(format!(
                "its server in the document {reason}: give the client a `base_url`"
            ))
        };
        let url =
            Url::parse(server.url()).map_err(|error| unfit(&format!("is no URL ({error})")))?;
        let in_the_clear = self
            .base
            .as_ref()
            .is_some_and(|base| base.scheme() == "http");
        match url.scheme() {
            "https" => Ok(Cow::Owned(url)),
            "http" if in_the_clear => Ok(Cow::Owned(url)),
            _ => Err(unfit(
                "is not https://, so that credentials would travel in the clear",
            )),
        }
    }

    /// Where the document begins, for calls that it does not know.
    pub(crate) fn base(&self) -> Result<&Url, Failure> {
        self.base
            .as_ref()
            .ok_or_else(|| Failure::invalid("the client has no base URL: call `base_url`"))
    }

    /// The server of the environment, else one that serves all.
    fn choose(&self, servers: &'static [Server]) -> Option<&'static Server> {
        let Some(environment) = self.environment else {
            return servers.first();
        };
        let in_environment = |wanted| servers.iter().find(|server| server.environment() == wanted);
        in_environment(Some(environment)).or_else(|| in_environment(None))
    }
}

/// The path of a URL below a base URL, or `None` for one that is elsewhere. Both are as a URL parser
/// writes them, and neither has a user name, so that what stands before the path is the origin.
pub(crate) fn path_below<'a>(base: &Url, url: &'a Url) -> Option<&'a str> {
    let below = url
        .as_str()
        .strip_prefix(base.as_str().trim_end_matches('/'))?;
    let is_end = |byte: u8| matches!(byte, b'?' | b'#');
    let end = below.bytes().position(is_end).unwrap_or(below.len());
    Some(&below[..end]).filter(|path| path.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Method;
    use proptest::prelude::*;

    const UPLOADS: Server = Server::new("https://uploads.example.com/");
    const BETA: Server = Server::new("https://beta.uploads.example.com").in_environment("beta");
    const LIVE: Server = Server::new("https://live.uploads.example.com").in_environment("live");
    const CLEAR: Server = Server::new("http://uploads.example.com");

    const fn upload(servers: &'static [Server]) -> Operation {
        Operation::new("upload", Method::Post, "/files")
            .servers(servers)
            .build()
    }

    static USUAL: Operation = upload(&[]);
    static ANYWHERE: Operation = upload(&[UPLOADS]);
    static NAMED: Operation = upload(&[LIVE, BETA]);
    static HALF: Operation = upload(&[LIVE]);
    static BOTH: Operation = upload(&[UPLOADS, BETA]);
    static IN_THE_CLEAR: Operation = upload(&[CLEAR]);

    fn goes(
        base: Option<&str>,
        environment: Option<&'static str>,
        operation: &Operation,
    ) -> Result<String, String> {
        let addresses = Addresses {
            base: base.map(|url| Url::parse(url).unwrap()),
            environment,
        };
        match addresses.of(operation) {
            Ok(url) => Ok(url.as_str().to_owned()),
            Err(failure) => Err(failure.reason().to_owned()),
        }
    }

    #[test]
    fn the_environment_chooses_among_the_servers_of_an_operation() {
        let base = Some("https://api.example.com/v1");
        for (environment, operation, url) in [
            ("live", &USUAL, "https://api.example.com/v1"),
            ("live", &ANYWHERE, "https://uploads.example.com/"),
            ("beta", &ANYWHERE, "https://uploads.example.com/"),
            ("live", &NAMED, "https://live.uploads.example.com/"),
            ("beta", &NAMED, "https://beta.uploads.example.com/"),
            ("live", &BOTH, "https://uploads.example.com/"),
            ("beta", &BOTH, "https://beta.uploads.example.com/"),
        ] {
            assert_eq!(goes(base, Some(environment), operation).as_deref(), Ok(url));
        }
    }

    #[test]
    fn what_the_document_does_not_say_is_refused() {
        let refused =
            |base, environment, operation| goes(base, environment, operation).unwrap_err();
        let base = Some("https://api.example.com");
        assert!(refused(base, Some("beta"), &HALF).contains("in the environment `beta`"));
        assert!(refused(base, Some("beta"), &IN_THE_CLEAR).contains("in the clear"));
        assert!(refused(None, None, &IN_THE_CLEAR).contains("in the clear"));
        assert!(refused(None, None, &USUAL).contains("no base URL"));
        let clear = goes(Some("http://api.example.com"), Some("beta"), &IN_THE_CLEAR);
        assert_eq!(clear.as_deref(), Ok("http://uploads.example.com/"));
    }

    #[test]
    fn without_an_address_the_first_server_counts() {
        let url = "https://live.uploads.example.com/";
        assert_eq!(goes(None, None, &NAMED).as_deref(), Ok(url));
    }

    #[test]
    fn a_path_is_below_a_base_url_of_its_own_origin() {
        let below = |base: &str, url: &str| {
            let (base, url) = (Url::parse(base).unwrap(), Url::parse(url).unwrap());
            path_below(&base, &url).map(str::to_owned)
        };
        for (base, url, path) in [
            ("https://h", "https://h/a?x=1#f", Some("/a")),
            ("https://h/v1/", "https://H:443/v1/a/", Some("/a/")),
            ("https://h/v1", "https://h/v1?x=/", None),
            ("https://h/v1", "https://h/v12/a", None),
            ("https://h/v1", "https://h/v2/a", None),
            ("https://h", "http://h/a", None),
            ("https://h", "https://h.evil/a", None),
            ("https://h", "https://h:8443/a", None),
            ("https://h", "https://h@evil/a", None),
            ("https://h", "https://user@h/a", None),
        ] {
            assert_eq!(below(base, url).as_deref(), path, "{base} {url}");
        }
    }

    proptest! {
        #[test]
        fn the_users_own_address_stands_for_all_servers(host in "[a-z]{1,9}", port in 1_u16..) {
            let own = format!("http://{host}.example:{port}/");
            for operation in [&USUAL, &ANYWHERE, &NAMED, &HALF, &BOTH, &IN_THE_CLEAR] {
                let url = Url::parse(&own).unwrap();
                prop_assert_eq!(goes(Some(&own), None, operation).unwrap(), url.as_str());
            }
        }
    }
}
