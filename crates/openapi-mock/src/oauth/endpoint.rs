//! Where the document has its authorization server, and what that offers.

use std::time::Duration;

use http::Method;
use indexmap::IndexMap;
use openapi_document::model::{self, ClientAuthentication, OAuthDetails, Pkce, SchemeKind};
use url::Url;

use super::CONSENT;
use crate::api::Api;

/// What an endpoint does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Authorize,
    /// Where the consent page sends the answer of the person.
    Consent,
    Token,
    Revoke,
    Introspect,
    Metadata,
    UserInfo,
}

impl Endpoint {
    /// The methods that it answers to (RFC 6749, sections 3.1 and 3.2; OpenID Connect Core 1.0,
    /// sections 3.1.2.1 and 5.3.1).
    pub(super) fn methods(self) -> &'static [&'static str] {
        match self {
            Self::Authorize | Self::UserInfo => &["GET", "POST"],
            Self::Metadata => &["GET"],
            Self::Consent | Self::Token | Self::Revoke | Self::Introspect => &["POST"],
        }
    }

    pub(crate) fn takes(self, method: &Method) -> bool {
        self.methods().contains(&method.as_str())
    }

    /// Whether clients prove who they are to the endpoint itself, in the ways of OAuth 2.0, or
    /// anybody may ask; elsewhere a token is needed, as for any operation.
    pub(crate) fn knows_callers(self) -> bool {
        self != Self::UserInfo
    }
}

/// A flow of a security scheme, with what `x-oauth` adds to it.
#[derive(Debug)]
pub(super) struct Flow {
    pub(super) scheme: String,
    pub(super) grant: FlowKind,
    /// The path; other paths as well.
    pub(super) authorize: Option<String>,
    pub(super) token: String,
    pub(super) refresh: String,
    pub(super) revoke: Option<String>,
    pub(super) introspect: Option<String>,
    pub(super) metadata: Option<String>,
    pub(super) issuer: Option<String>,
    pub(super) authentication: ClientAuthentication,
    pub(super) pkce: bool,
    pub(super) lifetimes: Lifetimes,
    /// Whether clients have to use PKCE.
    pub(super) pkce_required: bool,
    /// Scopes, and what they mean to people.
    pub(super) scopes: IndexMap<String, String>,
}

/// How long what is given out lasts, where the document says so.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lifetimes {
    pub(super) code: Option<Duration>,
    pub(super) access: Option<Duration>,
    /// For ever, where there is none.
    pub(super) refresh: Option<Duration>,
}

impl Lifetimes {
    fn of(oauth: &OAuthDetails) -> Self {
        let seconds = |seconds: Option<u64>| seconds.map(Duration::from_secs);
        Self {
            code: seconds(oauth.code_lifetime),
            access: seconds(oauth.access_token_lifetime),
            refresh: seconds(oauth.refresh_token_lifetime),
        }
    }
}

/// The flows that are served. Implicit and password flows are not: RFC 9700 has done away with
/// them, and tokens for their schemes are among the credentials of the mock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FlowKind {
    Code,
    ClientCredentials,
}

/// All flows of a document that are served.
pub(super) fn flows(api: &Api) -> Vec<Flow> {
    let mut found = Vec::new();
    for (name, scheme) in &api.model().security_schemes {
        let SchemeKind::OAuth2 { flows, details } = &scheme.kind else {
            continue;
        };
        let details = details.clone().unwrap_or_default();
        for flow in flows {
            let grant = match flow.kind {
                model::FlowKind::AuthorizationCode => FlowKind::Code,
                model::FlowKind::ClientCredentials => FlowKind::ClientCredentials,
                model::FlowKind::Implicit | model::FlowKind::Password => continue,
            };
            found.extend(served(name, grant, flow, &details));
        }
    }
    found
}

fn served(
    scheme: &str,
    grant: FlowKind,
    flow: &model::Flow,
    details: &OAuthDetails,
) -> Option<Flow> {
    let token = path(flow.token_url.as_deref())?;
    let authentication = details.client_authentication;
    Some(Flow {
        scheme: scheme.to_owned(),
        grant,
        authorize: match grant {
            FlowKind::Code => Some(path(flow.authorization_url.as_deref())?),
            FlowKind::ClientCredentials => None,
        },
        refresh: path(flow.refresh_url.as_deref()).unwrap_or_else(|| token.clone()),
        token,
        revoke: path(details.revocation_url.as_deref()),
        introspect: path(details.introspection_url.as_deref()),
        metadata: path(details.metadata_url.as_deref()),
        issuer: details.issuer.clone(),
        authentication: authentication.unwrap_or(ClientAuthentication::Basic),
        pkce: details.pkce != Some(Pkce::None),
        pkce_required: details.pkce_required == Some(true),
        lifetimes: Lifetimes::of(details),
        scopes: flow.scopes.clone(),
    })
}

/// The token endpoints whose operation names the grant of clients that ask for themselves. Where no
/// flow has this grant, no scheme takes the tokens that it gives.
pub(super) fn open_to_clients(api: &Api) -> Vec<String> {
    let posts = api.operations.iter();
    let posts = posts.filter(|operation| operation.method == Method::POST);
    let named = posts.filter(|operation| {
        let media = operation.body.iter().flat_map(|body| &body.media);
        let mut schemas = media.filter_map(|media| media.schema.as_ref());
        schemas.any(|schema| {
            let body = schema.written(&api.spec);
            let grant = body.and_then(|body| body.properties.get("grant_type"));
            let grant = grant.and_then(|grant| api.schemas().resolve(grant.schema));
            let mut grants = grant.iter().flat_map(|grant| &api.schemas()[*grant].values);
            grants.any(|grant| grant == "client_credentials")
        })
    });
    named.map(|operation| operation.path.text.clone()).collect()
}

/// All endpoints, by path; the first counts where a path stands there twice.
pub(super) fn paths(flows: &[Flow], declared: &[(Method, String)]) -> Vec<(String, Endpoint)> {
    let mut found = Vec::new();
    let mut add = |path: Option<&str>, endpoint| {
        found.extend(path.map(|path| (path.to_owned(), endpoint)));
    };
    for flow in flows {
        add(flow.authorize.as_deref(), Endpoint::Authorize);
        add(Some(&flow.token), Endpoint::Token);
        add(Some(&flow.refresh), Endpoint::Token);
        add(flow.revoke.as_deref(), Endpoint::Revoke);
        add(flow.introspect.as_deref(), Endpoint::Introspect);
        add(flow.metadata.as_deref(), Endpoint::Metadata);
    }
    let Some(first) = flows.first() else {
        return found;
    };
    for path in METADATA {
        add(Some(path), Endpoint::Metadata);
    }
    if flows.iter().any(|flow| flow.grant == FlowKind::Code) {
        add(Some(CONSENT), Endpoint::Consent);
        add(Some(&user_info(first, declared)), Endpoint::UserInfo);
    }
    found
}

/// Where RFC 8414 and OpenID Connect Discovery look for metadata.
const METADATA: [&str; 2] = [
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
];

/// Where the document has it; beside the token endpoint where it has none.
fn user_info(flow: &Flow, declared: &[(Method, String)]) -> String {
    let ends = |path: &str| path.to_ascii_lowercase().ends_with("/userinfo");
    let mut gets = declared.iter().filter(|(method, _)| method == Method::GET);
    if let Some((_, path)) = gets.find(|(_, path)| ends(path)) {
        return path.clone();
    }
    let folder = flow.token.rsplit_once('/').map_or("", |(folder, _)| folder);
    format!("{folder}/userinfo")
}

/// The path of a URL: it is served whatever the host. Relative ones start at the root.
fn path(url: Option<&str>) -> Option<String> {
    let root = Url::parse("http://localhost/").ok()?;
    let url = root.join(url?).ok()?;
    Some(url.path().to_owned())
}
