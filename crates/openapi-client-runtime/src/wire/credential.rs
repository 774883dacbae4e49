//! Credentials, and which of them an operation gets.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue,
    RANGE, USER_AGENT,
};
use reqwest::Request;
use zeroize::Zeroizing;

use crate::facts::api::{Api, ApiKeyLocation, Scheme, SchemeKind};
use crate::wire::cookie;
use crate::wire::query;
use crate::wire::token::Bearer;
use crate::{AccessToken, ErrorKind, Failure, Operation, Secret, SecurityRequirement, TokenSource};

/// What a security scheme takes. `Debug` never shows the secret part.
///
/// Which one a security scheme takes follows from its kind; the builder refuses any other.
///
/// ```
/// use openapi_client_runtime::{Api, ApiKeyLocation, Core, Credential, Scheme, SchemeKind};
///
/// static API: Api = Api::new("things-client", "1.0.0").schemes(&[
///     Scheme::new("basicAuth", SchemeKind::HttpBasic, "basic_auth"),
///     Scheme::new("token", SchemeKind::HttpBearer, "token"),
///     Scheme::new(
///         "apiKey",
///         SchemeKind::ApiKey { location: ApiKeyLocation::Query, name: "key" },
///         "api_key",
///     ),
/// ]);
///
/// let builder = Core::builder(&API)
///     .base_url("https://api.example.com")
///     .credential("basicAuth", Credential::basic("me", "s3cret"))
///     .credential("token", Credential::bearer("t0ken"))
///     .credential("apiKey", Credential::api_key("4711"));
/// assert!(builder.clone().build().is_ok());
/// assert!(builder.credential("apiKey", Credential::bearer("t0ken")).build().is_err());
/// ```
#[derive(Clone, Debug)]
pub struct Credential(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Basic { user: String, password: Secret },
    Bearer(Bearer),
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

    /// A token or a source of tokens, for bearer schemes (RFC 6750), OAuth 2.0 and OpenID Connect.
    pub fn bearer(token: impl Into<Bearer>) -> Self {
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
            ) => token.check(check_visible),
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
pub(crate) struct Credentials(BTreeMap<&'static str, Held>);

/// A credential, and the header that it travels in where that never changes.
#[derive(Clone)]
struct Held {
    credential: Credential,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Credentials {
    pub(crate) fn set(&mut self, scheme: &'static Scheme, credential: Credential) {
        let header = header(scheme, &credential);
        self.0.insert(scheme.name, Held { credential, header });
    }

    /// The credentials of the first security alternative that is complete. An operation without
    /// security, or one for which security is optional and not configured, goes out bare.
    pub(crate) fn choose(
        &self,
        api: &'static Api,
        alternatives: &'static [&'static [SecurityRequirement]],
    ) -> Result<Chosen<'_>, Failure> {
        let complete = |schemes: &[SecurityRequirement]| {
            !schemes.is_empty() && schemes.iter().all(|s| self.0.contains_key(s.scheme()))
        };
        let optional = alternatives.iter().any(|schemes| schemes.is_empty());
        match alternatives.iter().find(|schemes| complete(schemes)) {
            Some(schemes) => Ok(schemes
                .iter()
                .filter_map(|needed| {
                    Some(Part {
                        scheme: api.scheme(needed.scheme())?,
                        held: self.0.get(needed.scheme())?,
                        scopes: needed.scopes(),
                    })
                })
                .collect()),
            None if alternatives.is_empty() || optional => Ok(Chosen::none()),
            None => Err(self.missing(api, alternatives)),
        }
    }

    /// The credentials of these schemes, for a call that the document does not know.
    pub(crate) fn choose_named(
        &self,
        api: &'static Api,
        names: &[String],
    ) -> Result<Chosen<'_>, Failure> {
        let part = |name: &String| {
            let scheme = api.scheme(name).ok_or_else(|| {
                let known: Vec<&str> = api.schemes.iter().map(|scheme| scheme.name).collect();
                Failure::invalid(format!(
                    "the API has no security scheme `{name}`; it has `{}`",
                    known.join("`, `")
                ))
            })?;
            let held = self.0.get(scheme.name).ok_or_else(|| {
                let reason = format!(
                    "it needs a credential for `{}` (set it with `{}`)",
                    scheme.name, scheme.builder_method
                );
                Failure::new(ErrorKind::MissingCredential, reason)
            })?;
            Ok(Part {
                scheme,
                held,
                scopes: &[],
            })
        };
        names.iter().map(part).collect()
    }

    /// What a call gets that says nothing of credentials: the document's general security, else
    /// the only credential there is.
    pub(crate) fn choose_usual(&self, api: &'static Api) -> Result<Chosen<'_>, Failure> {
        if !api.security.is_empty() {
            return self.choose(api, api.security);
        }
        match self.0.keys().collect::<Vec<_>>().as_slice() {
            [] => Ok(Chosen::none()),
            [only] => self.choose_named(api, &[(**only).to_owned()]),
            several => {
                let names: Vec<&str> = several.iter().map(|name| **name).collect();
                Err(Failure::invalid(format!(
                    "this client has credentials for `{}`: say with `credentials` which of them \
                     the call gets",
                    names.join("`, `")
                )))
            }
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

/// The credentials that a call carries, all of them.
pub(crate) struct Chosen<'a> {
    parts: Parts<'a>,
    /// Whether credentials that are on the request already stay.
    keeps_own: bool,
}

/// Nearly always one, which needs no list.
enum Parts<'a> {
    One(Part<'a>),
    List(Vec<Part<'a>>),
}

impl<'a> Parts<'a> {
    const fn none() -> Self {
        Self::List(Vec::new())
    }

    fn all(&self) -> &[Part<'a>] {
        match self {
            Self::One(part) => std::slice::from_ref(part),
            Self::List(parts) => parts,
        }
    }
}

struct Part<'a> {
    scheme: &'static Scheme,
    held: &'a Held,
    scopes: &'static [&'static str],
}

impl<'a> FromIterator<Part<'a>> for Chosen<'a> {
    fn from_iter<I: IntoIterator<Item = Part<'a>>>(parts: I) -> Self {
        let mut parts = parts.into_iter();
        let parts = match (parts.next(), parts.next()) {
            (None, _) => Parts::none(),
            (Some(only), None) => Parts::One(only),
            (Some(first), Some(second)) => {
                Parts::List([first, second].into_iter().chain(parts).collect())
            }
        };
        Self {
            parts,
            keeps_own: false,
        }
    }
}

/// The token that a request went out with, and where another one may come from.
pub(crate) struct Used {
    pub(crate) source: Arc<dyn TokenSource>,
    pub(crate) token: AccessToken,
}

impl Chosen<'_> {
    /// The call goes out bare.
    const fn none() -> Self {
        Self {
            parts: Parts::none(),
            keeps_own: false,
        }
    }

    /// The call goes out with what is on it.
    #[cfg(feature = "oauth")]
    pub(crate) const fn keep() -> Self {
        Self {
            parts: Parts::none(),
            keeps_own: true,
        }
    }

    /// Takes credentials off that come from elsewhere: they come from the client's configuration only,
    /// never from a header parameter.
    pub(crate) fn strip(&self, api: &Api, headers: &mut HeaderMap) {
        if !self.keeps_own {
            strip(api, headers);
        }
    }

    /// Puts the credentials on the request of an attempt.
    pub(crate) async fn put(
        &self,
        operation: &Operation,
        request: &mut Request,
    ) -> Result<Option<Used>, Failure> {
        let mut used = None;
        for part in self.parts.all() {
            used = part.put(operation, request).await?.or(used);
        }
        Ok(used)
    }

    /// Whether a refused token may be renewed, so that the request is sent again.
    pub(crate) fn may_renew(&self) -> bool {
        let has_source = |part: &Part<'_>| matches!(&part.held.credential.0, Kind::Bearer(bearer) if bearer.as_source().is_some());
        self.parts.all().iter().any(has_source)
    }
}

impl Part<'_> {
    async fn put(
        &self,
        operation: &Operation,
        request: &mut Request,
    ) -> Result<Option<Used>, Failure> {
        let required = operation.required_scopes();
        if let Kind::Bearer(bearer) = &self.held.credential.0 {
            if let Some(source) = bearer.as_source() {
                let token = source.token().await?;
                check_visible(token.secret()).map_err(|reason| {
                    Failure::credential(format!("the token source gave a bad token: {reason}"))
                })?;
                check_scopes(&token, self.scopes, required)?;
                let line = bearer_line(token.secret()).ok_or_else(unfit)?;
                request.headers_mut().insert(AUTHORIZATION, line);
                let source = Arc::clone(source);
                return Ok(Some(Used { source, token }));
            }
            if let Some(token) = bearer.as_token() {
                check_scopes(token, self.scopes, required)?;
            }
        }
        put(self.scheme, self.held, request)?;
        Ok(None)
    }
}

/// Refuses what the server would refuse, where the scopes of the token are known.
fn check_scopes(
    token: &AccessToken,
    of_scheme: &[&'static str],
    of_operation: &[&'static str],
) -> Result<(), Failure> {
    let Some(granted) = token.scopes() else {
        return Ok(());
    };
    let missing: BTreeSet<&str> = of_scheme
        .iter()
        .chain(of_operation)
        .copied()
        .filter(|scope| !granted.contains(*scope))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let list = |scopes: Vec<&str>| format!("`{}`", scopes.join("`, `"));
    let has = if granted.is_empty() {
        "no scope".to_owned()
    } else {
        list(granted.iter().map(String::as_str).collect())
    };
    let noun = if missing.len() == 1 {
        "scope"
    } else {
        "scopes"
    };
    let reason = format!(
        "it needs the {noun} {}, and the token has {has}: sign in again and ask for more",
        list(missing.into_iter().collect()),
    );
    Err(Failure::new(ErrorKind::MissingScope, reason))
}

/// What another origin may see: nothing that tells who calls.
const PUBLIC: &[HeaderName] = &[ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, RANGE, USER_AGENT];

/// Takes off all headers but the public ones before the request goes to another origin: any other
/// may be a credential, also one that the caller or a middleware has put on.
pub(crate) fn strip_for_strangers(api: &Api, request: &mut Request) {
    let headers = request.headers_mut();
    strip(api, headers);
    let private: Vec<HeaderName> = headers
        .iter()
        .filter(|(name, value)| value.is_sensitive() || !PUBLIC.contains(name))
        .map(|(name, _)| name.clone())
        .collect();
    for name in private {
        headers.remove(name);
    }
}

fn strip(api: &Api, headers: &mut HeaderMap) {
    if headers.is_empty() {
        return;
    }
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

/// The header of a credential that goes into one, and is the same for all calls; `None` for all
/// others, and for what headers cannot carry.
fn header(scheme: &Scheme, credential: &Credential) -> Option<(HeaderName, HeaderValue)> {
    match (&credential.0, scheme.kind) {
        (Kind::Basic { user, password }, _) => {
            let pair = Zeroizing::new(format!("{user}:{}", password.expose()));
            let encoded = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
            let line = Zeroizing::new(format!("Basic {}", *encoded));
            Some((AUTHORIZATION, secret_value(line)?))
        }
        (Kind::Bearer(bearer), _) => {
            Some((AUTHORIZATION, bearer_line(bearer.as_token()?.secret())?))
        }
        (Kind::ApiKey(key), SchemeKind::ApiKey { location, name }) => {
            if location != ApiKeyLocation::Header {
                return None;
            }
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            let value = secret_value(Zeroizing::new(key.expose().to_owned()))?;
            Some((name, value))
        }
        (Kind::ApiKey(_), _) => None,
    }
}

fn bearer_line(token: &Secret) -> Option<HeaderValue> {
    secret_value(Zeroizing::new(format!("Bearer {}", token.expose())))
}

/// A header value whose bytes all of its clones share, and which are overwritten in the end.
fn secret_value(line: Zeroizing<String>) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(line)).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn put(scheme: &Scheme, held: &Held, request: &mut Request) -> Result<(), Failure> {
    if let Some((name, value)) = &held.header {
        request.headers_mut().insert(name.clone(), value.clone());
        return Ok(());
    }
    match (&held.credential.0, scheme.kind) {
        (Kind::ApiKey(key), SchemeKind::ApiKey { location, name }) => match location {
            ApiKeyLocation::Header => Err(if HeaderName::from_bytes(name.as_bytes()).is_err() {
                Failure::invalid(format!(
                    "`{name}`, where the API key goes, is no header name"
                ))
            } else {
                unfit()
            }),
            ApiKeyLocation::Query => {
                request
                    .url_mut()
                    .query_pairs_mut()
                    .append_pair(name, key.expose());
                query::spaces(request.url_mut());
                Ok(())
            }
            ApiKeyLocation::Cookie => {
                cookie::add(request.headers_mut(), name, key.expose().as_bytes())
                    .map_err(Failure::invalid)
            }
        },
        _ => Err(unfit()),
    }
}

fn unfit() -> Failure {
    Failure::invalid("a credential holds a character that headers cannot carry")
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

    async fn sent(
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
        let chosen = credentials.choose(&API, security)?;
        chosen.strip(&API, request.headers_mut());
        chosen.put(&operation, &mut request).await?;
        Ok(request)
    }

    #[tokio::test]
    async fn basic_is_encoded_and_marked() {
        let request = sent(&[&[BASIC]], &["basic", "token"]).await.unwrap();
        assert_eq!(request.headers()[AUTHORIZATION], "Basic dXNlcjpwYTpzcw==");
        assert!(request.headers()[AUTHORIZATION].is_sensitive());
        assert!(!format!("{request:?}").contains("dXNlcjpwYTpzcw"));
    }

    #[tokio::test]
    async fn the_first_complete_alternative_goes_alone() {
        let request = sent(&[&[KEY, ID], &[TOKEN]], &["key", "token"])
            .await
            .unwrap();
        assert_eq!(request.headers()[AUTHORIZATION], "Bearer t0ken");
        assert!(!request.headers().contains_key("x-key"));
        let request = sent(&[&[KEY, ID], &[TOKEN]], &["key", "id", "token"])
            .await
            .unwrap();
        assert_eq!(request.headers()["x-key"], "key-of-key");
        assert_eq!(request.headers()["x-id"], "key-of-id");
        assert!(!request.headers().contains_key(AUTHORIZATION));
    }

    #[tokio::test]
    async fn keys_travel_in_query_and_cookie_too() {
        let request = sent(&[&[QUERY, COOKIE]], &["query", "cookie"])
            .await
            .unwrap();
        assert_eq!(request.url().query(), Some("a=1&k=key-of-query"));
        assert_eq!(request.headers()["cookie"], "SID=key-of-cookie");
    }

    #[tokio::test]
    async fn open_operations_go_bare() {
        const OPEN: [&[&[SecurityRequirement]]; 2] = [&[], &[&[]]];
        for security in OPEN {
            let request = sent(security, &["basic", "token", "key"]).await.unwrap();
            assert!(request.headers().is_empty(), "{:?}", request.headers());
        }
    }

    #[tokio::test]
    async fn optional_security_is_used_where_configured() {
        let request = sent(&[&[], &[BASIC]], &["basic"]).await.unwrap();
        assert!(request.headers().contains_key(AUTHORIZATION));
        assert!(
            sent(&[&[], &[BASIC]], &[])
                .await
                .unwrap()
                .headers()
                .is_empty()
        );
    }

    #[tokio::test]
    async fn what_is_missing_is_named_with_the_way_out() {
        let failure = sent(&[&[KEY, ID], &[TOKEN]], &["key"]).await.unwrap_err();
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
