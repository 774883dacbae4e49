//! Endpoints as URLs that secrets may be sent to.

use url::Url;

use super::metadata::issuer_of;
use crate::OAuthEndpoints;
use crate::wire::loopback::is_loopback;

/// The endpoints as URLs that a client may send secrets to.
#[derive(Clone, Debug)]
pub(super) struct Urls {
    pub(super) authorization: Option<Url>,
    pub(super) token: Option<Url>,
    pub(super) refresh: Option<Url>,
    pub(super) client_credentials: Option<Url>,
    pub(super) revocation: Option<Url>,
    pub(super) introspection: Option<Url>,
    pub(super) metadata: Option<Url>,
    pub(super) issuer: Option<String>,
}

impl Urls {
    /// Who the server is, where the document says it, or says where its metadata is.
    pub(super) fn issuer(&self) -> Option<String> {
        let of_metadata = || self.metadata.as_ref().map(issuer_of);
        self.issuer.clone().or_else(of_metadata)
    }
}

/// Decides which URLs do: a secret travels under TLS, or where the client's own calls travel
/// without it, which was checked or allowed when it was built.
pub(super) struct Place<'a> {
    pub(super) base_url: &'a Url,
    /// Replaces scheme, host and port of all endpoints.
    pub(super) origin: Option<&'a Url>,
    pub(super) allow_insecure_http: bool,
}

impl Place<'_> {
    pub(super) fn urls(&self, endpoints: &OAuthEndpoints) -> Result<Urls, String> {
        let url = |what: &str, text: Option<&str>| {
            text.map(|text| self.resolve(text))
                .transpose()
                .map_err(|reason| format!("its {what} {reason}"))
        };
        Ok(Urls {
            authorization: url("authorization URL", endpoints.authorization)?,
            token: url("token URL", endpoints.token)?,
            refresh: url("refresh URL", endpoints.refresh)?,
            client_credentials: url("token URL", endpoints.client_credentials)?,
            revocation: url("revocation URL", endpoints.revocation)?,
            introspection: url("introspection URL", endpoints.introspection)?,
            metadata: url("metadata URL", endpoints.metadata)?,
            issuer: endpoints.issuer.map(str::to_owned),
        })
    }

    /// A relative reference is resolved against the base URL, as OpenAPI 3.0.3 says under "Relative
    /// References in URLs", so that another environment also has other endpoints.
    pub(super) fn resolve(&self, reference: &str) -> Result<Url, String> {
        let mut url = self
            .base_url
            .join(reference)
            .map_err(|error| format!("cannot be read: {error}"))?;
        if let Some(origin) = self.origin {
            url = moved(&url, origin)?;
        }
        if url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
            return Err("has a fragment or user name, which endpoints must not have".to_owned());
        }
        match url.scheme() {
            "https" => Ok(url),
            "http" if self.base_url.scheme() != "http" => Err(
                "is http:// while the API is https://, so that secrets would travel in the clear"
                    .to_owned(),
            ),
            "http" if self.allow_insecure_http || is_loopback(&url) => Ok(url),
            "http" => Err(
                "is http:// and not on this machine: call `allow_insecure_http` to allow it"
                    .to_owned(),
            ),
            _ => Err("is neither http:// nor https://".to_owned()),
        }
    }
}

fn moved(url: &Url, origin: &Url) -> Result<Url, String> {
    let mut target = origin.clone();
    target.set_path(url.path());
    target.set_query(url.query());
    if target.has_host() {
        Ok(target)
    } else {
        Err("cannot be moved to an origin without a host".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(base: &str, reference: &str) -> Result<String, String> {
        let place = Place {
            base_url: &Url::parse(base).unwrap(),
            origin: None,
            allow_insecure_http: false,
        };
        place.resolve(reference).map(String::from)
    }

    #[test]
    fn relative_endpoints_move_with_the_environment() {
        for (base, reference, url) in [
            (
                "https://api.h/v1",
                "/oauth2/token",
                "https://api.h/oauth2/token",
            ),
            (
                "https://beta.h/",
                "/oauth2/token",
                "https://beta.h/oauth2/token",
            ),
            (
                "https://api.h/v1",
                "https://auth.h/t?x=1",
                "https://auth.h/t?x=1",
            ),
            ("http://127.0.0.1:80/", "/t", "http://127.0.0.1/t"),
            ("http://127.0.0.1/", "https://auth.h/t", "https://auth.h/t"),
        ] {
            assert_eq!(resolved(base, reference).as_deref(), Ok(url));
        }
    }

    #[test]
    fn secrets_do_not_travel_in_the_clear() {
        for (base, reference, reason) in [
            ("https://api.h", "http://auth.h/t", "in the clear"),
            (
                "http://127.0.0.1/",
                "http://auth.h/t",
                "allow_insecure_http",
            ),
            ("https://api.h", "ftp://auth.h/t", "neither"),
            ("https://api.h", "https://me:pw@auth.h/t", "user name"),
            ("https://api.h", "/t#x", "fragment"),
            ("https://api.h", "https://", "cannot be read"),
        ] {
            let refused = resolved(base, reference).unwrap_err();
            assert!(refused.contains(reason), "{reference}: {refused}");
        }
    }

    #[test]
    fn an_origin_of_ones_own_takes_path_and_query_along() {
        let place = Place {
            base_url: &Url::parse("http://127.0.0.1:1/v1").unwrap(),
            origin: Some(&Url::parse("http://localhost:9").unwrap()),
            allow_insecure_http: false,
        };
        let url = place.resolve("https://auth.h/token?tenant=7").unwrap();
        assert_eq!(url.as_str(), "http://localhost:9/token?tenant=7");
    }
}
