//! An OAuth 2.0 authorization server (RFC 6749, with RFC 7009, 7636, 7662, 8414 and 9207), for
//! documents whose security schemes have flows.

mod authorize;
mod client;
mod endpoint;
mod error;
mod inspect;
mod metadata;
mod page;
mod parameters;
mod redirect;
mod settings;
mod token;

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{Method, StatusCode, header};

pub(crate) use self::endpoint::Endpoint;
use self::endpoint::{Flow, FlowKind, Lifetimes};
use self::error::Error;
use self::settings::Settings;
pub use self::settings::{Consent, OAuthServer};
use crate::access::{Access, Caller};
use crate::api::{Api, Operation};
use crate::bounded::Bounded;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::request::Request;

/// Where consent pages send their answer, below the mount of the mock.
const CONSENT: &str = "/_mock/consent";

/// How many codes, and how many open consent pages, are remembered.
const OPEN: usize = 1000;

/// How long codes and access tokens last, where the document does not say.
const CODE_LIFETIME: Duration = Duration::from_secs(60);
const TOKEN_LIFETIME: Duration = Duration::from_secs(3600);

/// The authorization server of a mock.
pub(crate) struct Server {
    title: String,
    flows: Vec<Flow>,
    /// By path.
    endpoints: Vec<(String, Endpoint)>,
    /// Token endpoints where clients ask for themselves although no flow says so.
    open_to_clients: Vec<String>,
    /// The methods and paths of the document, without parameters.
    declared: Vec<(Method, String)>,
    state: Mutex<State>,
}

struct State {
    settings: Settings,
    codes: Bounded<token::Code>,
    /// Authorization requests that wait for a person, by ticket.
    waiting: Bounded<authorize::Waiting>,
}

impl State {
    fn new(settings: Settings) -> Self {
        Self {
            settings,
            codes: Bounded::new(OPEN),
            waiting: Bounded::new(OPEN),
        }
    }
}

/// What it has given out is not shown.
impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("endpoints", &self.endpoints)
            .finish_non_exhaustive()
    }
}

/// A request to an endpoint, with all that is needed to answer it.
struct Exchange<'a> {
    server: &'a Server,
    access: &'a Access,
    request: &'a Request,
    /// The URL below which the request found the endpoint, without a slash at its end.
    base: &'a str,
    /// The path of the mock: empty, or a slash and a name.
    prefix: &'a str,
}

impl Server {
    pub(crate) fn new(api: &Api) -> Self {
        let flows = endpoint::flows(api);
        let operations = api.operations.iter();
        let declared: Vec<_> = operations
            .map(|operation| (operation.method.clone(), operation.path.text.clone()))
            .collect();
        Self {
            title: api.model().info.title.clone(),
            endpoints: endpoint::paths(&flows, &declared),
            open_to_clients: endpoint::open_to_clients(api),
            flows,
            declared,
            state: Mutex::new(State::new(Settings::default())),
        }
    }

    /// Forgets codes and open consent pages; settings stay.
    pub(crate) fn reset(&self) {
        let mut state = self.state();
        *state = State::new(state.settings.clone());
    }

    /// The endpoint at a path.
    pub(crate) fn endpoint(&self, path: &str) -> Option<Endpoint> {
        let same = |own: &str, endpoint: Endpoint| match endpoint {
            // Written in more than one way in the world.
            Endpoint::UserInfo => own.eq_ignore_ascii_case(path),
            _ => own == path,
        };
        let mut endpoints = self.endpoints.iter();
        let found = endpoints.find(|(own, endpoint)| same(own, *endpoint));
        found.map(|(_, endpoint)| *endpoint)
    }

    /// The endpoint that an operation of the document is.
    pub(crate) fn of_operation(&self, operation: &Operation) -> Option<Endpoint> {
        let endpoint = self.endpoint(&operation.path.text)?;
        let usual = endpoint.methods().first();
        (usual == Some(&operation.method.as_str())).then_some(endpoint)
    }

    /// The endpoint that a request asks for, where the document has no operation for it. One whose
    /// usual method is an operation takes the methods of the document and no others.
    pub(crate) fn outside(&self, request: &Request) -> Option<Endpoint> {
        let endpoint = self.endpoint(&request.path)?;
        let usual = endpoint.methods().first();
        let is_declared = |(method, path): &(Method, String)| {
            let answers = *method == request.method || usual == Some(&method.as_str());
            *path == request.path && answers && !request.at_root
        };
        (!self.declared.iter().any(is_declared)).then_some(endpoint)
    }

    /// The answer to a method that an endpoint does not take.
    pub(crate) fn other_method(endpoint: Endpoint) -> Reply {
        let allowed = endpoint.methods().join(", ");
        let error = Error::invalid_request(format!("this endpoint takes {allowed}"));
        let mut reply = error.reply();
        reply.status = StatusCode::METHOD_NOT_ALLOWED;
        reply.set(header::ALLOW, &allowed);
        reply
    }

    /// The schemes whose tokens users give.
    pub(crate) fn user_schemes(&self) -> impl Iterator<Item = &str> {
        let flows = self.flows.iter();
        let codes = flows.filter(|flow| flow.grant == FlowKind::Code);
        codes.map(|flow| flow.scheme.as_str())
    }

    /// Answers a request with a method that the endpoint takes. `url` is that of the mock, `caller`
    /// whoever was let in at an endpoint that does not know its callers by itself.
    pub(crate) fn answer(
        &self,
        endpoint: Endpoint,
        access: &Access,
        request: &Request,
        caller: &Caller,
        url: &str,
    ) -> Result<Reply, Refusal> {
        let root = origin(url);
        let exchange = Exchange {
            server: self,
            access,
            request,
            base: if request.at_root { root } else { url },
            prefix: &url[root.len()..],
        };
        match endpoint {
            Endpoint::Authorize => Ok(exchange.authorize()),
            Endpoint::Consent => Ok(exchange.consent()),
            Endpoint::Token => Ok(exchange.token()),
            Endpoint::Revoke => Ok(exchange.revoke()),
            Endpoint::Introspect => Ok(exchange.introspect()),
            Endpoint::Metadata => Ok(exchange.metadata()),
            Endpoint::UserInfo => exchange.user_info(caller),
        }
    }

    /// Every critical section leaves the state whole, so a poisoned lock is still good.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settings(&self) -> Settings {
        self.state().settings.clone()
    }

    /// The first lifetime that a flow of these schemes has.
    fn stated(
        &self,
        schemes: &[String],
        lifetime: impl Fn(&Lifetimes) -> Option<Duration>,
    ) -> Option<Duration> {
        let flows = self.flows.iter();
        let mut own = flows.filter(|flow| schemes.contains(&flow.scheme));
        own.find_map(|flow| lifetime(&flow.lifetimes))
    }

    fn code_lifetime(&self, schemes: &[String]) -> Duration {
        let set = self.settings().code_lifetime;
        let stated = || self.stated(schemes, |lifetimes| lifetimes.code);
        set.or_else(stated).unwrap_or(CODE_LIFETIME)
    }

    fn token_lifetime(&self, schemes: &[String]) -> Duration {
        let set = self.settings().token_lifetime;
        let stated = || self.stated(schemes, |lifetimes| lifetimes.access);
        set.or_else(stated).unwrap_or(TOKEN_LIFETIME)
    }

    fn refresh_lifetime(&self, schemes: &[String]) -> Option<Duration> {
        self.stated(schemes, |lifetimes| lifetimes.refresh)
    }
}

impl Exchange<'_> {
    /// The flows that have this endpoint here.
    fn flows(&self, here: impl Fn(&Flow) -> Option<&str>) -> Vec<&Flow> {
        let flows = self.server.flows.iter();
        flows
            .filter(|flow| here(flow) == Some(self.request.path.as_str()))
            .collect()
    }

    /// Who this server is (RFC 8414): as the document says, or as it is reached.
    fn issuer(&self, flows: &[&Flow]) -> String {
        let named = flows.iter().find_map(|flow| flow.issuer.clone());
        named.unwrap_or_else(|| self.base.to_owned())
    }
}

/// A URL without its path.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url[host..].find('/').map_or(url.len(), |at| host + at);
    &url[..end]
}
