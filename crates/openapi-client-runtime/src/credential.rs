//! Credentials, and which of them an operation gets.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Request;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use zeroize::Zeroizing;

use crate::api::{Api, ApiKeyLocation, Scheme, SchemeKind};
use crate::{ErrorKind, Failure, Operation, Secret, SecurityRequirement, cookie, query};

/// What a security scheme takes. `Debug` never shows the secret part.
#[derive(Clone, Debug)]
pub struct Credential(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Basic { user: String, password: Secret },
    Bearer(Secret),
    ApiKey(Secret),
}

impl Credential {
    /// User name and password, for HTTP Basic (RFC 7617).
    pub fn basic(user: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self(Kind::Basic {
            user: user.into(),
            password: password.into(),
        })
    }

    /// A token, for bearer schemes (RFC 6750), OAuth 2.0 and OpenID Connect.
    pub fn bearer(token: impl Into<Secret>) -> Self {
        Self(Kind::Bearer(token.into()))
    }

    /// An API key.
    pub fn api_key(key: impl Into<Secret>) -> Self {
        Self(Kind::ApiKey(key.into()))
    }

    /// Whether the scheme takes this credential, else why not.
    pub(crate) fn check(&self, scheme: &Scheme) -> Result<(), &'static str> {
        match (&self.0, scheme.kind) {
            (Kind::Basic { user, password }, SchemeKind::HttpBasic) => check_basic(user, password),
            (
                Kind::Bearer(token),
                SchemeKind::HttpBearer | SchemeKind::OAuth2 | SchemeKind::OpenIdConnect,
            ) => check_visible(token),
            (Kind::ApiKey(key), SchemeKind::ApiKey { location, .. }) => match location {
                ApiKeyLocation::Query if key.expose().is_empty() => Err("the key is empty"),
                ApiKeyLocation::Query => Ok(()),
                ApiKeyLocation::Header | ApiKeyLocation::Cookie => check_visible(key),
            },
            (_, SchemeKind::HttpBasic) => Err("it takes user name and password"),
            (_, SchemeKind::ApiKey { .. }) => Err("it takes an API key"),
            (_, _) => Err("it takes a bearer token"),
        }
    }
}

fn check_basic(user: &str, password: &Secret) -> Result<(), &'static str> {
    if user.contains(':') {
        Err("the user name holds a colon, which ends it (RFC 7617, section 2)")
    } else if user
        .chars()
        .chain(password.expose().chars())
        .any(char::is_control)
    {
        Err("user name or password holds a control character, such as a line break at its end")
    } else if user.is_empty() {
        Err("the user name is empty")
    } else {
        Ok(())
    }
}

fn check_visible(secret: &Secret) -> Result<(), &'static str> {
    match secret.expose() {
        "" => Err("the secret is empty"),
        text if text.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(()),
        _ => Err("the secret holds a blank, a line break or a character outside ASCII"),
    }
}

/// The credentials of a client, by scheme.
#[derive(Clone, Default)]
pub(crate) struct Credentials(BTreeMap<&'static str, Credential>);

impl Credentials {
    pub(crate) fn set(&mut self, scheme: &'static Scheme, credential: Credential) {
        self.0.insert(scheme.name, credential);
    }

    /// Puts the credentials of the first security alternative that is complete on the request,
    /// and takes off all others. An operation without security, or one for which security is
    /// optional and not configured, goes out bare.
    pub(crate) fn apply(
        &self,
        api: &'static Api,
        operation: &'static Operation,
        request: &mut Request,
    ) -> Result<(), Failure> {
        strip(api, request);
        let alternatives = operation.security();
        let complete = |schemes: &[SecurityRequirement]| {
            !schemes.is_empty() && schemes.iter().all(|s| self.0.contains_key(s.scheme()))
        };
        let optional = alternatives.iter().any(|schemes| schemes.is_empty());
        let chosen = alternatives.iter().find(|schemes| complete(schemes));
        match chosen {
            Some(schemes) => schemes
                .iter()
                .filter_map(|s| Some((api.scheme(s.scheme())?, self.0.get(s.scheme())?)))
                .try_for_each(|(scheme, credential)| put(scheme, credential, request)),
            None if alternatives.is_empty() || optional => Ok(()),
            None => Err(self.missing(api, alternatives)),
        }
    }

    fn missing(&self, api: &Api, alternatives: &[&[SecurityRequirement]]) -> Failure {
        let way = |requirement: &SecurityRequirement| match api.scheme(requirement.scheme()) {
            Some(scheme) => format!(
                "`{}` (set it with `{}`)",
                scheme.name, scheme.builder_method
            ),
            None => format!("`{}`", requirement.scheme()),
        };
        let ways: Vec<String> = alternatives
            .iter()
            .map(|schemes| schemes.iter().map(way).collect::<Vec<_>>().join(" and "))
            .collect();
        let configured = if self.0.is_empty() {
            "this client has no credentials".to_owned()
        } else {
            format!(
                "this client only has credentials for `{}`",
                self.0.keys().copied().collect::<Vec<_>>().join("`, `")
            )
        };
        let ways = ways.join(", or ");
        let reason = format!("it needs a credential for {ways}; {configured}");
        Failure::new(ErrorKind::MissingCredential, reason)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Credentials come from the client's configuration only, never from a header parameter.
fn strip(api: &Api, request: &mut Request) {
    let headers = request.headers_mut();
    headers.remove(AUTHORIZATION);
    for scheme in api.schemes {
        if let SchemeKind::ApiKey {
            location: ApiKeyLocation::Header,
            name,
        } = scheme.kind
        {
            headers.remove(name);
        }
    }
}

fn put(scheme: &Scheme, credential: &Credential, request: &mut Request) -> Result<(), Failure> {
    match (&credential.0, scheme.kind) {
        (Kind::Basic { user, password }, _) => {
            let pair = Zeroizing::new(format!("{user}:{}", password.expose()));
            let line = Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())));
            put_header(AUTHORIZATION, &line, request)
        }
        (Kind::Bearer(token), _) => {
            let line = Zeroizing::new(format!("Bearer {}", token.expose()));
            put_header(AUTHORIZATION, &line, request)
        }
        (Kind::ApiKey(key), SchemeKind::ApiKey { location, name }) => match location {
            ApiKeyLocation::Header => {
                let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| {
                    Failure::invalid(format!(
                        "`{name}`, where the API key goes, is no header name"
                    ))
                })?;
                put_header(name, key.expose(), request)
            }
            ApiKeyLocation::Query => {
                request
                    .url_mut()
                    .query_pairs_mut()
                    .append_pair(name, key.expose());
                query::finish(request.url_mut());
                Ok(())
            }
            ApiKeyLocation::Cookie => {
                cookie::add(request.headers_mut(), name, key.expose().as_bytes())
                    .map_err(Failure::invalid)
            }
        },
        // `check` let only API keys in for API key schemes.
        (Kind::ApiKey(_), _) => Ok(()),
    }
}

fn put_header(name: HeaderName, value: &str, request: &mut Request) -> Result<(), Failure> {
    let mut value = HeaderValue::from_str(value).map_err(|_| {
        Failure::invalid("a credential holds a character that headers cannot carry")
    })?;
    value.set_sensitive(true);
    request.headers_mut().insert(name, value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Method;

    const fn api_key(name: &'static str, location: ApiKeyLocation) -> SchemeKind {
        SchemeKind::ApiKey { location, name }
    }

    static API: Api = Api::new("x", "1.0.0").schemes(&[
        Scheme::new("basic", SchemeKind::HttpBasic, "basic"),
        Scheme::new("token", SchemeKind::OAuth2, "token"),
        Scheme::new("key", api_key("X-Key", ApiKeyLocation::Header), "key"),
        Scheme::new("id", api_key("X-Id", ApiKeyLocation::Header), "id"),
        Scheme::new("query", api_key("k", ApiKeyLocation::Query), "query"),
        Scheme::new("cookie", api_key("SID", ApiKeyLocation::Cookie), "cookie"),
    ]);

    const BASIC: SecurityRequirement = SecurityRequirement::new("basic", &[]);
    const TOKEN: SecurityRequirement = SecurityRequirement::new("token", &[]);
    const KEY: SecurityRequirement = SecurityRequirement::new("key", &[]);
    const ID: SecurityRequirement = SecurityRequirement::new("id", &[]);
    const QUERY: SecurityRequirement = SecurityRequirement::new("query", &[]);
    const COOKIE: SecurityRequirement = SecurityRequirement::new("cookie", &[]);

    fn sent(
        security: &'static [&'static [SecurityRequirement]],
        have: &[&str],
    ) -> Result<Request, Failure> {
        let mut credentials = Credentials::default();
        for name in have {
            let scheme = API.scheme(name).unwrap();
            let credential = match scheme.kind {
                SchemeKind::HttpBasic => Credential::basic("user", "pa:ss"),
                SchemeKind::ApiKey { .. } => Credential::api_key(format!("key-of-{name}")),
                _ => Credential::bearer("t0ken"),
            };
            credential.check(scheme).unwrap();
            credentials.set(scheme, credential);
        }
        let operation = Operation::new("x", Method::Get, "/")
            .security(security)
            .build();
        let mut request = reqwest::Client::new()
            .get("http://h/?a=1")
            .header(AUTHORIZATION, "Bearer of-the-caller")
            .header("x-key", "of-the-caller")
            .build()
            .unwrap();
        credentials.apply(&API, Box::leak(Box::new(operation)), &mut request)?;
        Ok(request)
    }

    #[test]
    fn basic_is_encoded_and_marked() {
        let request = sent(&[&[BASIC]], &["basic", "token"]).unwrap();
        assert_eq!(request.headers()[AUTHORIZATION], "Basic dXNlcjpwYTpzcw==");
        assert!(request.headers()[AUTHORIZATION].is_sensitive());
        assert!(!format!("{request:?}").contains("dXNlcjpwYTpzcw"));
    }

    #[test]
    fn the_first_complete_alternative_goes_alone() {
        let request = sent(&[&[KEY, ID], &[TOKEN]], &["key", "token"]).unwrap();
        assert_eq!(request.headers()[AUTHORIZATION], "Bearer t0ken");
        assert!(!request.headers().contains_key("x-key"));
        let request = sent(&[&[KEY, ID], &[TOKEN]], &["key", "id", "token"]).unwrap();
        assert_eq!(request.headers()["x-key"], "key-of-key");
        assert_eq!(request.headers()["x-id"], "key-of-id");
        assert!(!request.headers().contains_key(AUTHORIZATION));
    }

    #[test]
    fn keys_travel_in_query_and_cookie_too() {
        let request = sent(&[&[QUERY, COOKIE]], &["query", "cookie"]).unwrap();
        assert_eq!(request.url().query(), Some("a=1&k=key-of-query"));
        assert_eq!(request.headers()["cookie"], "SID=key-of-cookie");
    }

    #[test]
    fn open_operations_go_bare() {
        const OPEN: [&[&[SecurityRequirement]]; 2] = [&[], &[&[]]];
        for security in OPEN {
            let request = sent(security, &["basic", "token", "key"]).unwrap();
            assert!(request.headers().is_empty(), "{:?}", request.headers());
        }
    }

    #[test]
    fn optional_security_is_used_where_configured() {
        let request = sent(&[&[], &[BASIC]], &["basic"]).unwrap();
        assert!(request.headers().contains_key(AUTHORIZATION));
        assert!(sent(&[&[], &[BASIC]], &[]).unwrap().headers().is_empty());
    }

    #[test]
    fn what_is_missing_is_named_with_the_way_out() {
        let failure = sent(&[&[KEY, ID], &[TOKEN]], &["key"]).unwrap_err();
        assert_eq!(failure.kind(), ErrorKind::MissingCredential);
        assert_eq!(
            failure.reason(),
            "it needs a credential for `key` (set it with `key`) and `id` (set it with `id`), or \
             `token` (set it with `token`); this client only has credentials for `key`"
        );
    }

    #[test]
    fn credentials_are_checked_against_their_scheme() {
        for (scheme, credential, reason) in [
            ("basic", Credential::basic("a:b", "c"), "colon"),
            ("basic", Credential::basic("a", "c\n"), "control"),
            ("basic", Credential::bearer("c"), "user name and password"),
            ("token", Credential::bearer("a b"), "blank"),
            ("token", Credential::bearer(""), "empty"),
            ("key", Credential::basic("a", "b"), "API key"),
            ("query", Credential::api_key(""), "empty"),
        ] {
            let fault = credential.check(API.scheme(scheme).unwrap()).unwrap_err();
            assert!(fault.contains(reason), "{scheme}: {fault}");
        }
        let shown = format!("{:?}", Credential::basic("user", "hunter2"));
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
